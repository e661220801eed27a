//! Receipts that the chain keeps for proofs: of every transaction that called modules one entry, for
//! [`limits::RETENTION_SLOTS`], or ten times as long if one of its executions asked for it.
//!
//! Entries are written when a block closes, so that no transaction's access hint has to name them, and dropped when a
//! later block opens, a bounded number at a time. One entry per block and end lists what to drop.

use super::{EXPIRED, Requester};
use crate::{context::BlockCtx, events::event};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Event, Hash, Height, Receipt, Room, Slot, StateKey, limits};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// Kinds of entries under [`Room::Proofs`].
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Kind {
    Kept = 0,
    Ends = 1,
    Code = 2,
}

/// What the chain keeps of a transaction's receipt.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Kept {
    /// Its block.
    pub height: Height,
    /// That block's slot.
    pub slot: Slot,
    /// The last slot at which it is kept.
    pub until: Slot,
    /// Its calls, in the receipt's order; at most [`limits::KEPT_CALLS`].
    pub calls: Vec<KeptCall>,
}

/// What the chain keeps of one execution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct KeptCall {
    /// [`zera_primitives::CallRecord::execution`].
    pub execution: Hash,
    /// What the ledger knows about a proof of it.
    pub proof: ProofState,
}

/// What the ledger knows about a proof of an execution.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub enum ProofState {
    /// Nothing.
    #[default]
    Nothing,
    /// It is asked for.
    Requested {
        /// By whom.
        by: Requester,
        /// In which block.
        height: Height,
        /// That block's slot.
        slot: Slot,
    },
    /// The chain has verified one.
    Verified {
        /// Digest of its statement.
        statement: Hash,
        /// The transaction that brought it.
        transaction: Hash,
        /// In which block.
        height: Height,
        /// That block's slot.
        slot: Slot,
    },
}

/// Where the chain keeps the receipt of `transaction`.
#[must_use]
pub fn kept_key(transaction: &Hash) -> StateKey {
    StateKey::new(Room::Proofs, &[&[Kind::Kept as u8], &transaction.0])
}

/// Where the block `height` lists what is kept up to `until`.
fn ends_key(until: Slot, height: Height) -> StateKey {
    StateKey::new(Room::Proofs, &[&[Kind::Ends as u8], &until.0.to_be_bytes(), &height.0.to_be_bytes()])
}

/// The receipt of `transaction`, if it is still kept at `slot`.
///
/// # Errors
/// [`StateError`].
pub fn kept(st: &(impl StateView + ?Sized), slot: Slot, transaction: &Hash) -> Result<Option<Kept>, StateError> {
    let kept: Option<Kept> = get_typed(st, &kept_key(transaction))?;
    Ok(kept.filter(|kept| kept.until >= slot))
}

/// Keeps what the block of `ctx` executed.
pub fn keep<'r>(st: &mut (impl StateAccess + ?Sized), ctx: &BlockCtx, receipts: impl Iterator<Item = &'r Receipt>) {
    let mut ends: BTreeMap<Slot, Vec<Hash>> = BTreeMap::new();
    for receipt in receipts.filter(|receipt| !receipt.calls.is_empty()) {
        let logged = receipt.calls.iter().any(|call| call.logged.is_some());
        let retention = if logged { limits::LOGGED_RETENTION_SLOTS } else { limits::RETENTION_SLOTS };
        let until = ctx.slot.plus(retention);
        let calls = receipt.calls.iter().take(limits::KEPT_CALLS);
        let calls = calls.map(|call| KeptCall { execution: call.execution(), proof: ProofState::Nothing }).collect();
        let kept = Kept { height: ctx.height, slot: ctx.slot, until, calls };
        put_typed(st, kept_key(&receipt.transaction), &kept);
        ends.entry(until).or_default().push(receipt.transaction);
    }
    for (until, transactions) in ends {
        put_typed(st, ends_key(until, ctx.height), &transactions);
    }
}

/// Drops receipts whose time is over at the slot of `ctx`, the oldest first and at most [`limits::PRUNED_RECEIPTS`], and
/// answers the events of requests that ended with them.
///
/// # Errors
/// [`StateError`].
pub fn prune(st: &mut (impl StateAccess + ?Sized), ctx: &BlockCtx) -> Result<Vec<Event>, StateError> {
    let prefix = StateKey::new(Room::Proofs, &[&[Kind::Ends as u8]]);
    let (mut events, mut room) = (Vec::new(), limits::PRUNED_RECEIPTS);
    while room > 0 {
        let Some(key) = st.next_key(prefix.as_bytes(), prefix.as_bytes())? else { break };
        let until = key.as_bytes().get(2..10).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
        if until.is_none_or(|until| until >= ctx.slot.0) {
            break;
        }
        let mut transactions: Vec<Hash> = get_typed(st, &key)?.ok_or_else(|| StateError::Corrupt(key.clone()))?;
        let now = transactions.len().min(room);
        room = room.saturating_sub(now);
        for transaction in transactions.drain(..now) {
            events.extend(drop_receipt(st, &transaction)?);
        }
        if transactions.is_empty() { st.remove(&key) } else { put_typed(st, key, &transactions) }
    }
    Ok(events)
}

fn drop_receipt(st: &mut (impl StateAccess + ?Sized), transaction: &Hash) -> Result<Vec<Event>, StateError> {
    let key = kept_key(transaction);
    let kept: Option<Kept> = get_typed(st, &key)?;
    st.remove(&key);
    let calls = kept.map(|kept| kept.calls).unwrap_or_default();
    let expired = (0u32..).zip(calls).filter_map(|(call, kept)| match kept.proof {
        ProofState::Requested { by, .. } => Some(event(EXPIRED, &(transaction, call, by))),
        _ => None,
    });
    Ok(expired.collect())
}
