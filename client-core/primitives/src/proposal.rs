//! How a vote goes (design §6): classes, sides, the states a proposal goes through and why an enactment changes nothing.
//! What is voted on is in [`crate::payload`].

use crate::ids::{Height, ProposalId, Slot};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How much a proposal can change; computed from effects, never claimed (design §6).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Class {
    /// Configuration inside declared bounds.
    Patch,
    /// Any code change; a rollback to a retained version.
    Minor,
    /// Wider imports, a schema break, or a module holding more value than V.
    Major,
    /// Governance parameters.
    Governance,
    /// Freeze: stops calls, never an enactment.
    Emergency,
}

impl Class {
    /// All classes in the order of [`Params`](crate::Params)' arrays.
    pub const ALL: [Self; 5] = [Self::Patch, Self::Minor, Self::Major, Self::Governance, Self::Emergency];

    /// The class one step up: what refuted evidence makes of a proposal. A freeze stays one, and so does the highest.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Patch => Self::Minor,
            Self::Minor => Self::Major,
            Self::Major | Self::Governance => Self::Governance,
            Self::Emergency => Self::Emergency,
        }
    }

    /// Its place in [`Params`](crate::Params)' arrays.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The side of an allocation.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Side {
    /// For.
    For,
    /// Against.
    Against,
}

/// Why an enactment changed nothing. The finer cause is a diagnostic beside it, not consensus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AbortReason {
    /// The module does not exist.
    NoSuchModule,
    /// The code store does not hold the voted code.
    CodeMissing,
    /// The code breaks the profile or its manifest is not valid.
    CodeInvalid,
    /// The sequence or semantic version is not legal after the current one.
    BadVersion,
    /// The new code cannot read the data, and no migration was voted.
    SchemaMismatch,
    /// The effects are of a higher class than the one voted.
    ClassTooLow,
    /// The migration trapped, refused or was refused by the host.
    MigrationFailed,
    /// The migration ran out of gas.
    MigrationOutOfGas,
    /// `health()` did not answer true.
    Unhealthy,
    /// A parameter does not exist or its value is out of bounds.
    BadParameter,
    /// A setter failed.
    SetterFailed,
    /// The governance parameters are outside floor and ceiling.
    BadParams,
    /// The new code is the running code.
    SameCode,
    /// The migration went on for longer than any may.
    MigrationTooLong,
    /// A declared invariant has another value afterwards.
    InvariantBroken,
    /// A rollback to a version that never was, or that runs already.
    NoSuchVersion,
    /// A rollback to data that are no longer kept.
    GenerationGone,
    /// A rollback of data that have been written since the upgrade, without a reverse migration.
    DataWritten,
    /// The module is frozen already.
    AlreadyFrozen,
    /// The module is not frozen.
    NotFrozen,
    /// The freeze would pass the bound of its window.
    FreezeTooLong,
    /// Another migration of this module is under way.
    Busy,
    /// The reference leads nowhere, to itself, or to a follower.
    BadReference,
    /// The proposal's own code trapped, refused, or ran out of gas.
    ExecutionFailed,
    /// The effects were not exactly those that were voted.
    OtherEffects,
    /// A vote called the proposal spam.
    Spam,
    /// The proposal that a spam verdict names is not live.
    NothingToClose,
    /// The list of builders would be empty of change or too long.
    BadBuilders,
    /// The execution to be proven is not kept, or is proven.
    NothingToProve,
    /// The set of validators would not change, or would be none.
    BadValidators,
}

/// Where a proposal stands. Drafts exist in pages only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ProposalState {
    /// In a block, not yet evaluated.
    Submitted,
    /// Gathering conviction.
    Accruing,
    /// Above the threshold; must stay there.
    Confirming {
        /// Slots held so far, pauses excluded.
        held: u64,
        /// Slot up to which `held` counts.
        at: Slot,
    },
    /// Confirmed; waiting out the timelock.
    Approved {
        /// Slots waited so far, pauses excluded.
        held: u64,
        /// Slot up to which `held` counts.
        at: Slot,
        /// Slot of approval.
        since: Slot,
    },
    /// Its timelock is over and its rehearsal on the state of that block succeeded: the next block that finds it passing
    /// enacts it.
    LockedIn {
        /// The block that rehearsed it.
        height: Height,
        /// Slot of that block.
        since: Slot,
    },
    /// Enactment has begun and takes several blocks; the module is paused. No vote stops it any more.
    Migrating {
        /// The block that began it.
        height: Height,
    },
    /// Enacted: the effects are in the state.
    Active {
        /// The block that completed it.
        height: Height,
    },
    /// Was enacted; a later vote rolled the module back.
    RolledBack {
        /// The block that did it.
        height: Height,
        /// That vote.
        by: ProposalId,
    },
    /// Enactment failed; nothing changed.
    Aborted {
        /// Why.
        reason: AbortReason,
        /// The block that tried.
        height: Height,
    },
    /// Did not pass in time, or was displaced.
    Expired {
        /// The block in which it closed.
        height: Height,
    },
    /// Taken back by its author before anyone else allocated.
    Withdrawn {
        /// The block in which it closed.
        height: Height,
    },
}

impl ProposalState {
    /// True while it takes one of the live places and its allocations bind stake.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.is_open() || matches!(self, Self::Migrating { .. })
    }

    /// True while votes still decide about it: live and not migrating.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(
            self,
            Self::Submitted | Self::Accruing | Self::Confirming { .. } | Self::Approved { .. } | Self::LockedIn { .. }
        )
    }
}
