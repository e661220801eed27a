//! The unlock calendar: what binds an account's ZRA in governance, and when each part can be free again.

use crate::{
    allocation::{live_member, unbound},
    error::GovError,
    records::{Ctx, Mandate},
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount, ProposalId, Side, Slot};
use zera_state::StateView;

/// What binds ZRA.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// Staked, and nothing else.
    Staked,
    /// Allocated by the account itself; it can release it at any time.
    Allocated {
        /// The proposal.
        proposal: ProposalId,
        /// The side.
        side: Side,
    },
    /// Delegated, whether its delegate has allocated it or not; it can be clawed back at any time.
    Delegated(Mandate),
    /// On its way back.
    Unstaking,
    /// The deposit of one's own live proposal. It is free once that closes, or burnt.
    Deposit(ProposalId),
}

/// One binding of an account's ZRA.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding {
    /// What binds it.
    pub bound: Bound,
    /// How much, base units.
    pub amount: Amount,
    /// Earliest slot at which it can be free if its owner acts now. For a deposit: this slot while the proposal can be
    /// withdrawn, else the slot at which it expires should it never cross; a vote can end it earlier, or, once it has
    /// crossed, later.
    pub free_at: Slot,
}

/// Every binding of the ZRA of `who`, the soonest free first.
///
/// # Errors
/// [`GovError::State`].
pub fn calendar(st: &(impl StateView + ?Sized), ctx: &Ctx, who: &AccountId) -> Result<Vec<Binding>, GovError> {
    let params = store::params(st)?;
    let member = live_member(st, who)?;
    let released = ctx.slot.plus(params.of_half_life(params.unstake_delay_milli));
    let mut calendar = Vec::new();
    let idle = unbound(st, who, &member)?;
    if !idle.is_zero() {
        calendar.push(Binding { bound: Bound::Staked, amount: idle, free_at: released });
    }
    for held in member.allocations.iter().filter(|held| held.by.is_none()) {
        let bound = Bound::Allocated { proposal: held.proposal, side: held.side };
        calendar.push(Binding { bound, amount: held.curve.x, free_at: released });
    }
    for held in &member.delegations {
        calendar.push(Binding { bound: Bound::Delegated(held.mandate), amount: held.amount, free_at: released });
    }
    for waiting in &member.unstaking {
        calendar.push(Binding { bound: Bound::Unstaking, amount: waiting.amount, free_at: waiting.free_at });
    }
    for id in store::live(st)? {
        let progress = store::progress(st, id)?;
        if progress.author == *who {
            let withdrawable = progress.state.is_open() && !store::sides(st, id)?.others;
            let free_at = if withdrawable { ctx.slot } else { progress.expires.max(ctx.slot) };
            calendar.push(Binding { bound: Bound::Deposit(id), amount: progress.deposit, free_at });
        }
    }
    calendar.sort_by_key(|binding| binding.free_at);
    Ok(calendar)
}
