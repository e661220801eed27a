//! What is voted on (design §6): payloads, classes, sides and the states a proposal goes through.

use crate::{
    hash::Hash,
    ids::{Height, ModuleId, Sequence, Slot},
    params::Params,
};
use alloc::{boxed::Box, string::String, vec::Vec};
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
    /// All classes in the order of [`Params`]' arrays.
    pub const ALL: [Self; 5] = [Self::Patch, Self::Minor, Self::Major, Self::Governance, Self::Emergency];

    /// Its place in [`Params`]' arrays.
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

/// A module upgrade, named and shaped as document 000 gives it. The code store holds the bytecode; the proposal names
/// it by hash, and enactment checks the hash (design §5).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WasmModuleUpgradeProposal {
    /// The module to be upgraded.
    pub module_id: ModuleId,
    /// BLAKE3 of `new_wasm_bytecode`, which is in the code store.
    pub new_wasm_bytecode: Hash,
    /// Sequence of the new version: one more than the module's current one when it is enacted.
    pub new_version: Sequence,
    /// Code whose export `migrate` writes the new storage generation; may be the new bytecode itself.
    pub migration_logic_hash: Option<Hash>,
    /// Human-readable description of the upgrade; the author's words.
    pub description: String,
}

/// One parameter of one module to be set.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConfigChange {
    /// The module.
    pub module_id: ModuleId,
    /// The parameter's name in its manifest.
    pub parameter: String,
    /// The new value, encoded as the setter's argument.
    #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
    pub value: Vec<u8>,
}

/// What a proposal does when it is enacted. Immutable from submission on.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Payload {
    /// Replace a module's code, migrating its data.
    Upgrade(WasmModuleUpgradeProposal),
    /// Set parameters of modules, all or none.
    Config {
        /// The changes in order.
        changes: Vec<ConfigChange>,
        /// The author's words.
        description: String,
    },
    /// Set the governance parameters.
    Parameters {
        /// The whole new set.
        params: Box<Params>,
        /// The author's words.
        description: String,
    },
}

impl Payload {
    /// The hash voters vote on.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/proposal-payload/v1", self)
    }

    /// The author's words.
    #[must_use]
    pub fn description(&self) -> &str {
        match self {
            Self::Upgrade(upgrade) => &upgrade.description,
            Self::Config { description, .. } | Self::Parameters { description, .. } => description,
        }
    }
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
    /// Enacted: the effects are in the state.
    Enacted {
        /// The block that enacted it.
        height: Height,
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
        matches!(self, Self::Submitted | Self::Accruing | Self::Confirming { .. } | Self::Approved { .. })
    }
}
