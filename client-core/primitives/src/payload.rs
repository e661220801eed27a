//! What is voted on (design §6): everything a proposal may do, typed, immutable from its submission on.

use crate::{
    amount::Amount,
    hash::Hash,
    ids::{AccountId, ModuleId, ProposalId, Sequence},
    params::Params,
};
use alloc::{boxed::Box, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

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

/// A manager's tag that a follower runs (document 003): resolved at every call.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExternalRef {
    /// The module that owns the tag.
    pub manager: ModuleId,
    /// The tag's name, 1 to 64 bytes.
    pub tag: String,
    /// Code that the follower stays on whatever the tag says.
    pub pin: Option<Hash>,
}

/// What a module runs (design §2).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Executable {
    /// Its own code, from the code store.
    Code(Hash),
    /// A manager's tag.
    ExternalRef(ExternalRef),
}

/// A return to an earlier version (design §6): of code and data while the current data are as the upgrade left them,
/// else of code alone, with a migration back over the current data where the old code cannot read them.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rollback {
    /// The module.
    pub module_id: ModuleId,
    /// The version to return to.
    pub to_version: Sequence,
    /// Code whose export `migrate` writes the old schema from the current data.
    pub reverse_migration: Option<Hash>,
    /// The author's words.
    pub description: String,
}

/// One effect that an executable proposal has; together they are exactly what its code does.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Effect {
    /// Calls of an export, direct or nested.
    Call {
        /// The module.
        module: ModuleId,
        /// The export.
        entry: String,
        /// How often.
        times: u32,
    },
    /// A parameter set through its setter.
    Set {
        /// The module.
        module: ModuleId,
        /// The parameter's name in its manifest.
        parameter: String,
        /// The value, SCALE of its type.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
        value: Vec<u8>,
    },
    /// ZRA that leave one account for another, all moves between the two together.
    Move {
        /// From.
        from: AccountId,
        /// To.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// A module's upgrade, applied after the code has run.
    Upgrade {
        /// The module.
        module: ModuleId,
        /// The new code.
        code: Hash,
        /// Its sequence.
        version: Sequence,
        /// Code of the migration.
        migration: Option<Hash>,
    },
    /// A manager's tag set to a code.
    Tag {
        /// The manager.
        manager: ModuleId,
        /// The tag.
        tag: String,
        /// The code.
        code: Hash,
    },
}

/// Code that runs once, as the proposal itself, with exactly the effects that were voted.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Execution {
    /// The stored code; its export `enact` takes nothing.
    pub code: Hash,
    /// Every effect, each subject once, at most 64.
    pub effects: Vec<Effect>,
    /// The author's words.
    pub description: String,
}

/// Someone whose rebuilds of code from source governance counts.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Builder {
    /// The account that signs its attestations.
    pub account: AccountId,
    /// Its name, 1 to 64 bytes.
    pub name: String,
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
    /// Return a module to an earlier version.
    Rollback(Rollback),
    /// Stop all calls of a module for some slots. Stops no enactment and changes nothing else.
    Freeze {
        /// The module.
        module_id: ModuleId,
        /// For how long from enactment, slots.
        slots: u64,
        /// The author's words.
        description: String,
    },
    /// End a freeze before its time.
    Unfreeze {
        /// The module.
        module_id: ModuleId,
        /// The author's words.
        description: String,
    },
    /// Let a module run a manager's tag instead of its own code.
    Reference {
        /// The module.
        module_id: ModuleId,
        /// The tag.
        reference: ExternalRef,
        /// The author's words.
        description: String,
    },
    /// Run code once, as the proposal, with exactly these effects.
    Execute(Execution),
    /// Close another proposal as spam and burn its deposit.
    Spam {
        /// That proposal.
        proposal: ProposalId,
        /// The author's words.
        description: String,
    },
    /// Register and strike builders.
    Builders {
        /// To register, or to name anew.
        add: Vec<Builder>,
        /// To strike.
        remove: Vec<AccountId>,
        /// The author's words.
        description: String,
    },
    /// Ask for a proof of an execution whose receipt the chain keeps.
    RequestProof {
        /// The transaction.
        transaction: Hash,
        /// Place in its receipt's list of calls.
        call: u32,
        /// The author's words.
        description: String,
    },
    /// Take keys into the set of validators and others out of it, from the next epoch on.
    Validators {
        /// To take in.
        add: Vec<AccountId>,
        /// To take out.
        remove: Vec<AccountId>,
        /// A recorded fault for which it removes somebody, as a peer encodes it: for voters to check, nothing rests on it.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::maybe_bytes"))]
        evidence: Option<Vec<u8>>,
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
            Self::Rollback(rollback) => &rollback.description,
            Self::Execute(execution) => &execution.description,
            Self::Config { description, .. }
            | Self::Parameters { description, .. }
            | Self::Freeze { description, .. }
            | Self::Unfreeze { description, .. }
            | Self::Reference { description, .. }
            | Self::Spam { description, .. }
            | Self::Builders { description, .. }
            | Self::RequestProof { description, .. }
            | Self::Validators { description, .. } => description,
        }
    }

    /// The one module that it upgrades, rolls back, freezes or re-links; none for other kinds.
    #[must_use]
    pub const fn module(&self) -> Option<&ModuleId> {
        match self {
            Self::Upgrade(upgrade) => Some(&upgrade.module_id),
            Self::Rollback(rollback) => Some(&rollback.module_id),
            Self::Freeze { module_id, .. } | Self::Unfreeze { module_id, .. } | Self::Reference { module_id, .. } => {
                Some(module_id)
            }
            _ => None,
        }
    }

    /// Codes that its effects rest on: what refuted rebuilds of them speak against.
    #[must_use]
    pub fn codes(&self) -> Vec<Hash> {
        match self {
            Self::Upgrade(upgrade) => {
                let migration = upgrade.migration_logic_hash.filter(|code| *code != upgrade.new_wasm_bytecode);
                core::iter::once(upgrade.new_wasm_bytecode).chain(migration).collect()
            }
            Self::Rollback(rollback) => rollback.reverse_migration.into_iter().collect(),
            Self::Execute(execution) => {
                let mut codes = alloc::vec![execution.code];
                for effect in &execution.effects {
                    match effect {
                        Effect::Upgrade { code, migration, .. } => codes.extend(migration.iter().chain([code])),
                        Effect::Tag { code, .. } => codes.push(*code),
                        _ => {}
                    }
                }
                codes
            }
            _ => Vec::new(),
        }
    }
}
