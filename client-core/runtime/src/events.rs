//! Events of the runtime itself: topics and what their data holds. Code, modules, upgrades and configuration are in
//! `zera_registry::events`; modules' own events are passed on as they are.

use alloc::vec::Vec;
use codec::Encode;
use zera_governance::{Deposit, GovEvent};
use zera_primitives::Event;

/// An event of the runtime; `data` is SCALE of a tuple of the fields that the topic's constant lists.
#[must_use]
pub fn event(topic: &str, data: &impl Encode) -> Event {
    Event { module: None, topic: topic.into(), data: data.encode() }
}

/// `(epoch, validators)`: an epoch began with another set of that many validators.
pub const EPOCH_BEGAN: &str = "epoch_began";
/// `(from, to, amount)`: ZRA moved by a transfer.
pub const TRANSFER: &str = "transfer";
/// `(account, amount)`: ZRA staked.
pub const STAKED: &str = "staked";
/// `(account, amount)`: stake released, subject to the unstake delay.
pub const UNSTAKED: &str = "unstaking";
/// `(account, amount)`: stake is free again.
pub const STAKE_FREE: &str = "stake_free";
/// `(proposal, author, class)`: a proposal was opened.
pub const PROPOSED: &str = "proposed";
/// `(proposal, account, side, amount)`: an allocation was set.
pub const ALLOCATED: &str = "allocated";
/// `(proposal, from, to)`: a live proposal changed its state.
pub const MOVED: &str = "proposal_moved";
/// `(proposal, state, returned, burnt)`: a proposal closed.
pub const CLOSED: &str = "proposal_closed";
/// `(proposal, from, to)`: the class of a live proposal was raised; its confirmation begins anew.
pub const RAISED: &str = "proposal_raised";
/// `(account, class, delegate, amount)`: stake was delegated, or the amount changed.
pub const DELEGATED: &str = "delegated";
/// `(account, class, delegate, why)`: a delegation is over; `why` as in `zera_governance::DelegationEnd`.
pub const DELEGATION_ENDED: &str = "delegation_ended";
/// `(proposal, delegate, side, share, changed)`: a delegate set the allocations of so many delegators to a share, ppm.
pub const ALLOCATED_DELEGATED: &str = "allocated_delegated";
/// `(epoch)`: new parameters are in force.
pub const PARAMS: &str = "params_changed";

/// What governance did by itself, as events.
#[must_use]
pub fn governance(events: &[GovEvent]) -> Vec<Event> {
    events.iter().map(governance_event).collect()
}

/// One thing governance did, as an event.
#[must_use]
pub fn governance_event(what: &GovEvent) -> Event {
    match what {
        GovEvent::Moved { proposal, from, to } => event(MOVED, &(proposal, from, to)),
        GovEvent::Closed { proposal, state, deposit } => {
            let (returned, burnt) = match deposit {
                Deposit::Returned(amount) => (amount.0, 0u128),
                Deposit::Burnt(amount) => (0u128, amount.0),
            };
            event(CLOSED, &(proposal, state, returned, burnt))
        }
        GovEvent::Unstaked { account, amount } => event(STAKE_FREE, &(account, amount)),
        GovEvent::ParamsChanged { epoch } => event(PARAMS, epoch),
        GovEvent::Raised { proposal, from, to } => event(RAISED, &(proposal, from, to)),
        GovEvent::Delegated { account, mandate, amount } => {
            event(DELEGATED, &(account, mandate.class, mandate.to, amount))
        }
        GovEvent::DelegationEnded { account, mandate, why } => {
            event(DELEGATION_ENDED, &(account, mandate.class, mandate.to, why))
        }
    }
}
