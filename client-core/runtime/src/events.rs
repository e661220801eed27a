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
    }
}
