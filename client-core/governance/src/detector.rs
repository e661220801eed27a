//! Flags what looks like manipulation, from the chain's own logs; it reads only, and nothing is decided by it.
//!
//! Three patterns: the base's input jumps; one hand puts stake and takes it back, or the other way round, within a
//! moment; much stake arrives just before a proposal crosses. Whoever spreads stake over many accounts is seen in the
//! first and the third pattern only as far as the sum goes.

use crate::{
    error::GovError,
    past::Past,
    queries,
    records::{BaseChange, Ctx, StakeChange},
    store,
};
use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};
use zera_primitives::{AccountId, Amount, Height, ProposalId, ProposalState, Side, Slot};
use zera_state::StateView;

/// A jump of the base's input counts within this part of T, thousandths: T/10.
pub const JUMP_MILLI: u32 = 100;
/// There and back counts within this part of T, thousandths: T/20.
pub const PULSE_MILLI: u32 = 50;
/// Late is within this part of T before crossing, thousandths: T/4.
pub const LATE_MILLI: u32 = 250;
/// A jump and a late arrival are this part of S at least: a tenth.
const LARGE: u128 = 10;
/// A pulse is this part of S at least: a hundredth, which is what saves a deposit.
const SMALL: u128 = 100;
/// Most flags of one pattern; the newest are kept.
const MOST: usize = 64;

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Its height.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
}

/// Something to look at. `base` is always S at the last block of the pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flag {
    /// What the base follows, all allocated stake, changed by a tenth of S or more within T/10.
    BaseJump {
        /// First block of the change.
        from: Moment,
        /// Last block of it.
        to: Moment,
        /// Allocated stake before it.
        before: Amount,
        /// Allocated stake after it.
        after: Amount,
        /// S.
        base: Amount,
        /// Who moved most of it and how much; none when a proposal's closing did.
        mover: Option<(AccountId, Amount)>,
    },
    /// One hand added stake and took it back within T/20, or took it away and put it back.
    Pulse {
        /// Whose hand: the account, or the delegate that allocated for others.
        account: AccountId,
        /// On which side.
        side: Side,
        /// How much went both ways.
        amount: Amount,
        /// True when it was taken away first.
        dip: bool,
        /// First block of it.
        from: Moment,
        /// Last block of it.
        to: Moment,
        /// S.
        base: Amount,
    },
    /// A tenth of S or more arrived from one hand within the last T/4 before the proposal crossed.
    LateArrival {
        /// Whose hand, as above.
        account: AccountId,
        /// How much, net.
        amount: Amount,
        /// Block of its first arrival.
        from: Moment,
        /// Block that found the proposal above the threshold.
        to: Moment,
        /// S.
        base: Amount,
    },
}

impl Flag {
    /// The block that completed the pattern.
    #[must_use]
    pub const fn at(&self) -> Moment {
        match self {
            Self::BaseJump { to, .. } | Self::Pulse { to, .. } | Self::LateArrival { to, .. } => *to,
        }
    }
}

/// What happened in the life of proposal `id` that is worth a look, the oldest first; at most 64 of each pattern.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn flags(st: &(impl StateView + ?Sized), ctx: &Ctx, id: ProposalId) -> Result<Vec<Flag>, GovError> {
    let progress = store::progress(st, id)?;
    let past = Past::load(st, ctx, progress.submitted)?;
    let moves = moves(&queries::stake_changes(st, id)?);
    let mut flags = newest(base_jumps(st, id, &past)?);
    flags.extend(newest(pulses(&moves, &past)?));
    flags.extend(newest(late_arrivals(st, id, &moves, &past)?));
    if !progress.state.is_live() {
        // The base goes on without it.
        let closed = queries::transitions(st, id)?.into_iter().find(|step| !step.state.is_live());
        flags.retain(|flag| closed.is_none_or(|closed| flag.at().height <= closed.height));
    }
    flags.sort_by_key(|flag| flag.at().height);
    Ok(flags)
}

fn newest(mut flags: Vec<Flag>) -> Vec<Flag> {
    let old = flags.len().saturating_sub(MOST);
    flags.drain(..old);
    flags
}

fn is_part(amount: Amount, part: u128, base: Amount) -> bool {
    amount.0.saturating_mul(part) >= base.0
}

/// What one hand did to one side in one block, one way.
#[derive(Clone, Copy)]
struct Move {
    account: AccountId,
    side: Side,
    is_more: bool,
    amount: Amount,
    at: Moment,
}

/// The log as moves: what a delegate does for many in one block is one move.
fn moves(changes: &[StakeChange]) -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    for change in changes {
        let account = change.by.unwrap_or(change.account);
        let is_more = change.after > change.before;
        let amount = if is_more {
            change.after.saturating_sub(change.before)
        } else {
            change.before.saturating_sub(change.after)
        };
        let at = Moment { height: change.height, slot: change.side_after.since };
        let last = moves.iter_mut().rev().take_while(|last| last.at.height == at.height);
        let mut last = last.filter(|last| last.account == account && last.side == change.side);
        match last.next() {
            Some(last) if last.is_more == is_more => last.amount = Amount(last.amount.0.saturating_add(amount.0)),
            _ if amount.is_zero() => {}
            _ => moves.push(Move { account, side: change.side, is_more, amount, at }),
        }
    }
    moves
}

/// Each move is set against earlier ones the other way, the newest first.
fn pulses(moves: &[Move], past: &Past) -> Result<Vec<Flag>, GovError> {
    let mut open: BTreeMap<(AccountId, Side), Vec<Move>> = BTreeMap::new();
    let mut flags = Vec::new();
    for this in moves {
        let Move { account, side, at: to, .. } = *this;
        let params = past.params(to.slot)?;
        let since = to.slot.0.saturating_sub(params.of_half_life(PULSE_MILLI));
        let before = open.entry((account, side)).or_default();
        before.retain(|earlier| earlier.at.slot.0 >= since);
        let (mut rest, mut from) = (this.amount, to);
        while let Some(earlier) = before.last_mut().filter(|last| last.is_more != this.is_more && !rest.is_zero()) {
            let matched = earlier.amount.min(rest);
            (rest, from) = (rest.saturating_sub(matched), earlier.at);
            earlier.amount = earlier.amount.saturating_sub(matched);
            if earlier.amount.is_zero() {
                before.pop();
            }
        }
        let (amount, base) = (this.amount.saturating_sub(rest), past.base_at(to.slot)?);
        if !amount.is_zero() && is_part(amount, SMALL, base) {
            flags.push(Flag::Pulse { account, side, amount, dip: this.is_more, from, to, base });
        }
        if !rest.is_zero() {
            before.push(Move { amount: rest, ..*this });
        }
    }
    Ok(flags)
}

fn late_arrivals(
    st: &(impl StateView + ?Sized),
    id: ProposalId,
    moves: &[Move],
    past: &Past,
) -> Result<Vec<Flag>, GovError> {
    let mut flags = Vec::new();
    for crossing in queries::transitions(st, id)? {
        if !matches!(crossing.state, ProposalState::Confirming { .. }) {
            continue;
        }
        let to = Moment { height: crossing.height, slot: crossing.slot };
        let base = past.base_at(to.slot)?;
        let since = to.slot.0.saturating_sub(past.params(to.slot)?.of_half_life(LATE_MILLI));
        let mut arrived: BTreeMap<AccountId, (Amount, Amount, Moment)> = BTreeMap::new();
        let in_time = |one: &&Move| one.at.slot.0 > since && one.at.height < to.height && one.side == Side::For;
        for one in moves.iter().filter(in_time) {
            let (more, less, _) = arrived.entry(one.account).or_insert((Amount::ZERO, Amount::ZERO, one.at));
            let sum = if one.is_more { more } else { less };
            *sum = Amount(sum.0.saturating_add(one.amount.0));
        }
        for (account, (more, less, from)) in arrived {
            let amount = more.saturating_sub(less);
            if !amount.is_zero() && is_part(amount, LARGE, base) {
                flags.push(Flag::LateArrival { account, amount, from, to, base });
            }
        }
    }
    Ok(flags)
}

/// Each change of the base is held against what stood within the window before it; what has been flagged is not looked
/// at again, so that one jump makes one flag.
fn base_jumps(st: &(impl StateView + ?Sized), id: ProposalId, past: &Past) -> Result<Vec<Flag>, GovError> {
    let mut changes: Vec<BaseChange> = past.base.clone();
    if store::base_log_count(st)? == changes.len() as u64 {
        // The log begins here: before it nothing was allocated.
        let nothing = BaseChange { curve: Default::default(), supply: Amount::ZERO, height: Height(0) };
        changes.insert(0, nothing);
    }
    let (mut flags, mut lows, mut highs) = (Vec::new(), Stood::default(), Stood::default());
    for (index, pair) in changes.windows(2).enumerate() {
        let [held, change] = pair else { continue };
        let (slot, after) = (change.curve.since, change.curve.x);
        lows.push(index, held, |last, new| last > new);
        highs.push(index, held, |last, new| last < new);
        let since = slot.0.saturating_sub(past.params(slot)?.of_half_life(JUMP_MILLI));
        // An entry stood until the next one: what ended before the window is out.
        let ended = |index: usize| changes.get(index + 1).is_none_or(|next| next.curve.since.0 < since);
        let extremes = [lows.first(ended), highs.first(ended)].into_iter().flatten();
        let far = extremes.map(|(index, x)| (x.0.abs_diff(after.0), index, x)).max_by_key(|(distance, ..)| *distance);
        let Some((distance, from, before)) = far.filter(|(distance, ..)| *distance > 0) else { continue };
        let base = past.base_at(slot)?;
        if let Some(first) = changes.get(from + 1).filter(|_| is_part(Amount(distance), LARGE, base)) {
            let moment = |change: &BaseChange| Moment { height: change.height, slot: change.curve.since };
            let (from, to) = (moment(first), moment(change));
            let mover = mover(st, id, from, to, after > before)?;
            flags.push(Flag::BaseJump { from, to, before, after, base, mover });
            (lows, highs) = (Stood::default(), Stood::default());
        }
    }
    Ok(flags)
}

/// What stood in a sliding window, kept so that the extreme is always first: each entry comes and goes once.
#[derive(Default)]
struct Stood(VecDeque<(usize, Amount)>);

impl Stood {
    /// Adds an entry and forgets those before it that it makes useless.
    fn push(&mut self, index: usize, entry: &BaseChange, is_useless: impl Fn(Amount, Amount) -> bool) {
        while self.0.pop_back_if(|(_, last)| is_useless(*last, entry.curve.x)).is_some() {}
        self.0.push_back((index, entry.curve.x));
    }

    /// The extreme, after those have gone that `ended`.
    fn first(&mut self, ended: impl Fn(usize) -> bool) -> Option<(usize, Amount)> {
        while self.0.pop_front_if(|(index, _)| ended(*index)).is_some() {}
        self.0.front().copied()
    }
}

/// Who moved most stake in that direction, over `id` and the live proposals.
fn mover(
    st: &(impl StateView + ?Sized),
    id: ProposalId,
    from: Moment,
    to: Moment,
    is_more: bool,
) -> Result<Option<(AccountId, Amount)>, GovError> {
    let mut proposals = store::live(st)?;
    if !proposals.contains(&id) {
        proposals.push(id);
    }
    let mut sums: BTreeMap<AccountId, (Amount, Amount)> = BTreeMap::new();
    for proposal in proposals {
        let count = store::sides(st, proposal)?.changes;
        for index in (count.saturating_sub(store::LOG_ENTRIES)..count).rev() {
            let Some(change) = store::stake_change(st, proposal, index)? else { break };
            if change.height < from.height {
                break;
            }
            if change.height <= to.height {
                let (more, less) = sums.entry(change.by.unwrap_or(change.account)).or_default();
                *more = Amount(more.0.saturating_add(change.after.saturating_sub(change.before).0));
                *less = Amount(less.0.saturating_add(change.before.saturating_sub(change.after).0));
            }
        }
    }
    let net = sums.into_iter().map(|(account, (more, less))| {
        (account, if is_more { more.saturating_sub(less) } else { less.saturating_sub(more) })
    });
    Ok(net.max_by_key(|(_, amount)| *amount).filter(|(_, amount)| !amount.is_zero()))
}
