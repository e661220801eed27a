//! Where governance keeps what: one tag per kind of entry, typed access, nothing else.

use crate::{
    curve::{Curve, Timeline},
    error::GovError,
    records::{
        BaseChange, Ctx, Delegator, Lock, Mandate, Member, ParamEpoch, Progress, Proposal, Queue, Sides, StakeChange,
        Transition, Waiter,
    },
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use zera_primitives::{AccountId, Params, ProposalId, ProposalState, Room, StateKey};
use zera_state::{StateAccess, StateView, get_typed, put_typed};

/// Kind of an entry: the byte after the room's.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Tag {
    Timeline = 0,
    Base = 1,
    Live = 2,
    Count = 3,
    Member = 4,
    Proposal = 5,
    Progress = 6,
    Sides = 7,
    History = 8,
    UnstakeQueue = 9,
    Waiter = 10,
    EpochCount = 11,
    Epoch = 12,
    BaseLogCount = 13,
    BaseLog = 14,
    Transition = 15,
    Lock = 16,
    Delegators = 17,
}

/// Entries kept of one proposal's stake changes, of its transitions and of the base's log; older ones are removed.
pub const LOG_ENTRIES: u64 = 4_096;

fn single(tag: Tag) -> StateKey {
    StateKey::new(Room::Governance, &[&[tag as u8]])
}

fn indexed(tag: Tag, index: u64) -> StateKey {
    StateKey::new(Room::Governance, &[&[tag as u8], &index.to_be_bytes()])
}

/// The key of the parameters in force.
#[must_use]
pub fn params_key() -> StateKey {
    StateKey::system("params")
}

/// The key of what governance knows about `account`; named here for access hints.
#[must_use]
pub fn member_key(account: &AccountId) -> StateKey {
    StateKey::new(Room::Governance, &[&[Tag::Member as u8], &account.0])
}

fn required<T: Decode>(st: &(impl StateView + ?Sized), key: &StateKey, name: &'static str) -> Result<T, GovError> {
    get_typed(st, key)?.ok_or(GovError::Missing(name))
}

fn or_default<T: Decode + Default>(st: &(impl StateView + ?Sized), key: &StateKey) -> Result<T, GovError> {
    Ok(get_typed(st, key)?.unwrap_or_default())
}

/// Writes entry `index`, the next one of a log, and keeps the newest [`LOG_ENTRIES`].
fn append<T: Encode>(st: &mut (impl StateAccess + ?Sized), key: impl Fn(u64) -> StateKey, index: u64, entry: &T) {
    put_typed(st, key(index), entry);
    if let Some(old) = index.checked_sub(LOG_ENTRIES) {
        st.remove(&key(old));
    }
}

pub(crate) fn params(st: &(impl StateView + ?Sized)) -> Result<Params, GovError> {
    required(st, &params_key(), "parameters")
}

pub(crate) fn put_params(st: &mut (impl StateAccess + ?Sized), params: &Params) {
    put_typed(st, params_key(), params);
}

pub(crate) fn timeline(st: &(impl StateView + ?Sized)) -> Result<Timeline, GovError> {
    required(st, &single(Tag::Timeline), "timeline")
}

pub(crate) fn put_timeline(st: &mut (impl StateAccess + ?Sized), timeline: &Timeline) {
    put_typed(st, single(Tag::Timeline), timeline);
}

pub(crate) fn base(st: &(impl StateView + ?Sized)) -> Result<Curve, GovError> {
    or_default(st, &single(Tag::Base))
}

pub(crate) fn put_base(st: &mut (impl StateAccess + ?Sized), base: &Curve) {
    put_typed(st, single(Tag::Base), base);
}

/// Live proposals in order of their numbers.
pub(crate) fn live(st: &(impl StateView + ?Sized)) -> Result<Vec<ProposalId>, GovError> {
    or_default(st, &single(Tag::Live))
}

pub(crate) fn put_live(st: &mut (impl StateAccess + ?Sized), live: &[ProposalId]) {
    put_typed(st, single(Tag::Live), &live);
}

/// Proposals ever submitted; their numbers are 1 to this.
pub(crate) fn count(st: &(impl StateView + ?Sized)) -> Result<u64, GovError> {
    or_default(st, &single(Tag::Count))
}

pub(crate) fn put_count(st: &mut (impl StateAccess + ?Sized), count: u64) {
    put_typed(st, single(Tag::Count), &count);
}

pub(crate) fn member(st: &(impl StateView + ?Sized), account: &AccountId) -> Result<Member, GovError> {
    or_default(st, &member_key(account))
}

/// Writes a member; an empty one has no entry, so that equal contents give equal roots.
pub(crate) fn put_member(st: &mut (impl StateAccess + ?Sized), account: &AccountId, member: &Member) {
    let key = member_key(account);
    if *member == Member::default() { st.remove(&key) } else { put_typed(st, key, member) }
}

fn delegators_key(mandate: &Mandate) -> StateKey {
    StateKey::new(Room::Governance, &[&[Tag::Delegators as u8, mandate.class as u8], &mandate.to.0])
}

/// Whose stake of the class the delegate may allocate, in order of their coming.
pub(crate) fn delegators(st: &(impl StateView + ?Sized), mandate: &Mandate) -> Result<Vec<Delegator>, GovError> {
    or_default(st, &delegators_key(mandate))
}

pub(crate) fn put_delegators(st: &mut (impl StateAccess + ?Sized), mandate: &Mandate, list: &[Delegator]) {
    let key = delegators_key(mandate);
    if list.is_empty() { st.remove(&key) } else { put_typed(st, key, &list) }
}

pub(crate) fn proposal(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Proposal, GovError> {
    get_typed(st, &StateKey::proposal(Tag::Proposal as u8, id, &[]))?.ok_or(GovError::NoSuchProposal(id))
}

pub(crate) fn put_proposal(st: &mut (impl StateAccess + ?Sized), proposal: &Proposal) {
    put_typed(st, StateKey::proposal(Tag::Proposal as u8, proposal.id, &[]), proposal);
}

pub(crate) fn progress(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Progress, GovError> {
    get_typed(st, &StateKey::proposal(Tag::Progress as u8, id, &[]))?.ok_or(GovError::NoSuchProposal(id))
}

pub(crate) fn put_progress(st: &mut (impl StateAccess + ?Sized), id: ProposalId, progress: &Progress) {
    put_typed(st, StateKey::proposal(Tag::Progress as u8, id, &[]), progress);
}

pub(crate) fn sides(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Sides, GovError> {
    or_default(st, &StateKey::proposal(Tag::Sides as u8, id, &[]))
}

pub(crate) fn put_sides(st: &mut (impl StateAccess + ?Sized), id: ProposalId, sides: &Sides) {
    put_typed(st, StateKey::proposal(Tag::Sides as u8, id, &[]), sides);
}

pub(crate) fn lock(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Option<Lock>, GovError> {
    Ok(get_typed(st, &StateKey::proposal(Tag::Lock as u8, id, &[]))?)
}

pub(crate) fn put_lock(st: &mut (impl StateAccess + ?Sized), id: ProposalId, lock: &Lock) {
    put_typed(st, StateKey::proposal(Tag::Lock as u8, id, &[]), lock);
}

fn history_key(id: ProposalId, index: u64) -> StateKey {
    StateKey::proposal(Tag::History as u8, id, &index.to_be_bytes())
}

pub(crate) fn stake_change(
    st: &(impl StateView + ?Sized),
    id: ProposalId,
    index: u64,
) -> Result<Option<StakeChange>, GovError> {
    Ok(get_typed(st, &history_key(id, index))?)
}

pub(crate) fn append_stake_change(
    st: &mut (impl StateAccess + ?Sized),
    id: ProposalId,
    index: u64,
    change: &StakeChange,
) {
    append(st, |index| history_key(id, index), index, change);
}

fn transition_key(id: ProposalId, index: u64) -> StateKey {
    StateKey::proposal(Tag::Transition as u8, id, &index.to_be_bytes())
}

pub(crate) fn transition(
    st: &(impl StateView + ?Sized),
    id: ProposalId,
    index: u64,
) -> Result<Option<Transition>, GovError> {
    Ok(get_typed(st, &transition_key(id, index))?)
}

/// Puts `progress` into `state`, logged as a transition of this block, and writes it.
pub(crate) fn enter(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    progress: &Progress,
    state: ProposalState,
) {
    let entry = Transition { state, height: ctx.height, slot: ctx.slot };
    append(st, |index| transition_key(id, index), progress.transitions, &entry);
    put_progress(st, id, &Progress { state, transitions: progress.transitions.saturating_add(1), ..*progress });
}

pub(crate) fn unstake_queue(st: &(impl StateView + ?Sized)) -> Result<Queue, GovError> {
    or_default(st, &single(Tag::UnstakeQueue))
}

pub(crate) fn put_unstake_queue(st: &mut (impl StateAccess + ?Sized), queue: &Queue) {
    let key = single(Tag::UnstakeQueue);
    if *queue == Queue::default() { st.remove(&key) } else { put_typed(st, key, queue) }
}

pub(crate) fn waiter(st: &(impl StateView + ?Sized), index: u64) -> Result<Waiter, GovError> {
    required(st, &indexed(Tag::Waiter, index), "unstake queue")
}

pub(crate) fn put_waiter(st: &mut (impl StateAccess + ?Sized), index: u64, entry: &Waiter) {
    put_typed(st, indexed(Tag::Waiter, index), entry);
}

pub(crate) fn remove_waiter(st: &mut (impl StateAccess + ?Sized), index: u64) {
    st.remove(&indexed(Tag::Waiter, index));
}

/// Parameter epochs so far.
pub(crate) fn epoch_count(st: &(impl StateView + ?Sized)) -> Result<u32, GovError> {
    or_default(st, &single(Tag::EpochCount))
}

pub(crate) fn epoch(st: &(impl StateView + ?Sized), index: u32) -> Result<Option<ParamEpoch>, GovError> {
    Ok(get_typed(st, &indexed(Tag::Epoch, index.into()))?)
}

pub(crate) fn append_epoch(st: &mut (impl StateAccess + ?Sized), epoch: &ParamEpoch) {
    put_typed(st, single(Tag::EpochCount), &epoch.index.saturating_add(1));
    put_typed(st, indexed(Tag::Epoch, epoch.index.into()), epoch);
}

/// Changes of the base so far.
pub(crate) fn base_log_count(st: &(impl StateView + ?Sized)) -> Result<u64, GovError> {
    or_default(st, &single(Tag::BaseLogCount))
}

pub(crate) fn base_change(st: &(impl StateView + ?Sized), index: u64) -> Result<Option<BaseChange>, GovError> {
    Ok(get_typed(st, &indexed(Tag::BaseLog, index))?)
}

pub(crate) fn append_base_change(st: &mut (impl StateAccess + ?Sized), change: &BaseChange) -> Result<(), GovError> {
    let index = base_log_count(st)?;
    append(st, |index| indexed(Tag::BaseLog, index), index, change);
    put_typed(st, single(Tag::BaseLogCount), &index.saturating_add(1));
    Ok(())
}
