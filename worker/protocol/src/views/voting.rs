//! What voters see beside the tally: delegations, flags, what a forecast hangs on, when stake is free.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Amount, Class, Hash, Height, ProposalId, Side, Slot};

/// Stake that an account lets another allocate.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DelegationView {
    /// For which class.
    pub class: Class,
    /// Who allocates it.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
    /// Of it, allocated by the delegate now.
    pub allocated: Amount,
}

/// Somebody whose stake an account may allocate.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DelegatorView {
    /// For which class.
    pub class: Class,
    /// Whose.
    pub from: AccountId,
    /// How much.
    pub amount: Amount,
}

/// What binds ZRA.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BoundView {
    /// Staked, and nothing else.
    Staked,
    /// Allocated by the account itself.
    Allocated {
        /// The proposal.
        proposal: ProposalId,
        /// The side.
        side: Side,
    },
    /// Delegated.
    Delegated {
        /// For which class.
        class: Class,
        /// To whom.
        to: AccountId,
    },
    /// On its way back.
    Unstaking,
    /// The deposit of a live proposal.
    Deposit(ProposalId),
}

/// One entry of the unlock calendar.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BindingView {
    /// What binds it.
    pub bound: BoundView,
    /// How much.
    pub amount: Amount,
    /// Earliest slot at which it can be free if its owner acts now.
    pub free_at: Slot,
}

/// Something in a proposal's life that is worth a look.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FlagView {
    /// The pattern, a key of the page's locale file: `base_jump`, `pulse`, `dip`, `late_arrival`.
    pub what: String,
    /// Whose hand, where it is one.
    pub account: Option<AccountId>,
    /// How much moved.
    pub amount: Amount,
    /// S then.
    pub base: Amount,
    /// First and last block of it.
    pub between: ((Height, Slot), (Height, Slot)),
}

/// A date that a forecast hangs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DatesView {
    /// First slot above the threshold; none for never.
    pub crosses: Option<Slot>,
    /// Slot of enactment; none for never.
    pub enacts: Option<Slot>,
}

/// What moves a forecast.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SensitivityView {
    /// With a threshold base that is a tenth lower.
    pub lower: DatesView,
    /// With one that is a tenth higher.
    pub higher: DatesView,
    /// With the whole supply for it from now on: nothing passes earlier.
    pub earliest: DatesView,
}

/// How a proposal stood when it was locked in.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LockView {
    /// When.
    pub at: (Height, Slot),
    /// The class whose threshold it passed.
    pub class: Class,
    /// Conviction for, against, and the threshold base.
    pub tally: (Amount, Amount, Amount),
    /// Digest of the rehearsal.
    pub rehearsal: Hash,
}
