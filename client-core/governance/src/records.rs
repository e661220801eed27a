//! What governance keeps in the state. Every type here is stored, so its encoding is part of the state's definition.

use crate::{base::BaseDelta, curve::Curve, standing::Standing};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Amount, Class, Hash, Height, Params, Payload, ProposalId, ProposalState, Side, Slot};

/// The block an operation runs in. Parameters are read from the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ctx {
    /// Height of the block.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
    /// Supply, base units, burnt amounts excluded.
    pub supply: Amount,
}

/// What never changes about a proposal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Proposal {
    /// Its number.
    pub id: ProposalId,
    /// Who submitted it and holds its deposit.
    pub author: AccountId,
    /// One line for lists; the author's words.
    pub title: String,
    /// What it does.
    pub payload: Payload,
    /// The hash voters vote on, as computed at submission.
    pub payload_hash: Hash,
    /// Class computed from the payload's effects at submission; see [`Progress::class`] for the one in force.
    pub class: Class,
    /// Deposit reserved from the author, base units.
    pub deposit: Amount,
    /// Block of submission.
    pub height: Height,
    /// Slot of submission.
    pub slot: Slot,
    /// Slot from which it expires if it is still accruing.
    pub expires: Slot,
}

/// What the block's tick needs and changes; small, so that 128 of them are cheap to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Progress {
    /// Where it stands.
    pub state: ProposalState,
    /// The class it is judged by: the one it was filed in, or one step above.
    pub class: Class,
    /// The class it was filed in. Delegations count by it, so that a raise takes nobody's vote away.
    pub filed: Class,
    /// Slot at which refuted evidence raised its class; once at most.
    pub raised: Option<Slot>,
    /// As in [`Proposal`].
    pub author: AccountId,
    /// As in [`Proposal`].
    pub deposit: Amount,
    /// Slot of submission.
    pub submitted: Slot,
    /// As in [`Proposal`].
    pub expires: Slot,
    /// True once a block found `y_for` at 1 % of S or more: the deposit returns.
    pub deposit_saved: bool,
    /// State changes so far: the next entry of its log of transitions.
    pub transitions: u64,
    /// Block whose tick found it due last; height 0, the genesis, finds none.
    pub due: Height,
}

/// Both sides of a proposal; what allocations change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Sides {
    /// For.
    pub side_for: Curve,
    /// Against.
    pub side_against: Curve,
    /// True once anyone but the author has allocated.
    pub others: bool,
    /// Changes of stake so far: the next entry of the history.
    pub changes: u64,
}

impl Sides {
    /// The triple of one side.
    #[must_use]
    pub const fn get(&self, side: Side) -> &Curve {
        match side {
            Side::For => &self.side_for,
            Side::Against => &self.side_against,
        }
    }

    /// The triple of one side, to be changed.
    pub const fn get_mut(&mut self, side: Side) -> &mut Curve {
        match side {
            Side::For => &mut self.side_for,
            Side::Against => &mut self.side_against,
        }
    }
}

/// One account's stake on one side of one proposal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Allocation {
    /// The proposal.
    pub proposal: ProposalId,
    /// The side.
    pub side: Side,
    /// Stake, conviction, slot of the last change.
    pub curve: Curve,
    /// The mandate under which a delegate made it; none when the account made it itself.
    pub by: Option<Mandate>,
}

/// Who may allocate which stake: the delegate of one class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Mandate {
    /// Class of the proposals, as they were filed.
    pub class: Class,
    /// The delegate.
    pub to: AccountId,
}

/// Stake that an account lets a delegate allocate. It stays the account's own and bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Delegation {
    /// For what and to whom.
    pub mandate: Mandate,
    /// How much, base units.
    pub amount: Amount,
}

/// One entry of a delegate's list for one class.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Delegator {
    /// Whose stake.
    pub account: AccountId,
    /// How much, as in its [`Delegation`].
    pub amount: Amount,
}

/// What governance knows about an account.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Member {
    /// At most 32, at most one per proposal, in order of their making, a delegate's among them. Those of closed proposals
    /// are free already and go at the next change.
    pub allocations: Vec<Allocation>,
    /// At most one per class.
    pub delegations: Vec<Delegation>,
    /// Live proposals on which it has spoken for itself although its class was delegated: the delegate's hands are off.
    pub own_voice: Vec<ProposalId>,
    /// Stake on its way back, at most 8 entries, oldest first.
    pub unstaking: Vec<Unstaking>,
    /// Its own live proposals, at most 8.
    pub live_proposals: u32,
}

/// Stake on its way back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Unstaking {
    /// How much, base units.
    pub amount: Amount,
    /// Slot from which it is free.
    pub free_at: Slot,
}

/// One entry of the queue of accounts whose stake waits out the unstake delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Waiter {
    /// Whose.
    pub account: AccountId,
    /// Slot at which to look at its stake on the way back.
    pub free_at: Slot,
}

/// A queue in the state: entries `head..tail`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Queue {
    /// Oldest entry.
    pub head: u64,
    /// One past the newest.
    pub tail: u64,
}

/// One state that a proposal entered; append-only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Transition {
    /// The state.
    pub state: ProposalState,
    /// Block that did it.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
}

/// How a proposal stood when it was locked in; what the journal says about its vote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Lock {
    /// Block that rehearsed it.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
    /// Class whose threshold it passed.
    pub class: Class,
    /// Conviction, stake and base then.
    pub tally: Standing,
    /// Digest of the rehearsal: gas, entries written and events.
    pub rehearsal: Hash,
}

/// One change of stake on a proposal; append-only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StakeChange {
    /// Who.
    pub account: AccountId,
    /// Its delegate of the class, when that one did it; none when the account did it itself, or clawed back.
    pub by: Option<AccountId>,
    /// On which side.
    pub side: Side,
    /// Its allocation before, base units.
    pub before: Amount,
    /// Its allocation after, base units.
    pub after: Amount,
    /// The side's triple after the change; its `since` is the slot of the change.
    pub side_after: Curve,
    /// Block of the change.
    pub height: Height,
}

/// The base as one block left it; append-only, for the past part of the chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BaseChange {
    /// B's triple after the block; its `since` is the block's slot.
    pub curve: Curve,
    /// Supply then, base units.
    pub supply: Amount,
    /// That block.
    pub height: Height,
}

/// A parameter epoch: from `slot` on until the next one begins.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ParamEpoch {
    /// Number of the epoch, from 0 at genesis.
    pub index: u32,
    /// Slot of the block that enacted it.
    pub slot: Slot,
    /// That block.
    pub height: Height,
    /// The parameters.
    pub params: Params,
}

/// What happened to a deposit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Deposit {
    /// Back to the author.
    Returned(Amount),
    /// Destroyed: the proposal never gathered 1 % of S, or a vote called it spam.
    Burnt(Amount),
}

/// Why a delegation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum DelegationEnd {
    /// Its owner took it back.
    ClawedBack,
    /// The delegate gave it back.
    Resigned,
    /// The delegate's list was full and someone delegated more. What was allocated stays, as the owner's own.
    Displaced,
}

/// What governance did by itself; the runtime turns each into an event of the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum GovEvent {
    /// A proposal changed its state and stays live.
    Moved {
        /// Which.
        proposal: ProposalId,
        /// Before.
        from: ProposalState,
        /// After.
        to: ProposalState,
    },
    /// A proposal closed; its allocations are free.
    Closed {
        /// Which.
        proposal: ProposalId,
        /// How.
        state: ProposalState,
        /// What happened to its deposit.
        deposit: Deposit,
    },
    /// Stake came back to its owner after the unstake delay.
    Unstaked {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Amount,
    },
    /// A parameter epoch began.
    ParamsChanged {
        /// Its number.
        epoch: u32,
    },
    /// Refuted evidence raised the class of a live proposal; its confirmation begins anew.
    Raised {
        /// Which.
        proposal: ProposalId,
        /// The class before.
        from: Class,
        /// The class it is judged by now.
        to: Class,
    },
    /// A delegation was made, or its amount changed.
    Delegated {
        /// Whose stake.
        account: AccountId,
        /// Class and delegate.
        mandate: Mandate,
        /// The new amount.
        amount: Amount,
    },
    /// A delegation is over; what the delegate had allocated of it is free, or the owner's own where it was displaced.
    DelegationEnded {
        /// Whose stake.
        account: AccountId,
        /// Class and delegate.
        mandate: Mandate,
        /// Why.
        why: DelegationEnd,
    },
}

/// What submitting a proposal did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposed {
    /// The new proposal.
    pub id: ProposalId,
    /// Its deposit.
    pub deposit: Amount,
    /// The proposal that lost its place, if all were taken.
    pub displaced: Option<GovEvent>,
    /// Change of the base's input, to be applied at the end of the block.
    pub base: BaseDelta,
}

/// What the block's tick did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tick {
    /// What happened, in order.
    pub events: Vec<GovEvent>,
    /// Proposals to rehearse in this block, in order of their numbers.
    pub locking: Vec<ProposalId>,
    /// Proposals to enact in this block, in order of their numbers. The runtime enacts each and concludes it.
    pub due: Vec<ProposalId>,
    /// Proposals whose enactment goes on in this block, in order of their numbers.
    pub continuing: Vec<ProposalId>,
}
