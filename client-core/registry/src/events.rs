//! Events of the registry: names and SCALE fields. They are the runtime's own, so [`Event::module`] is none and the
//! module stands in the data.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Event, Executable, Hash, ModuleId, ProposalId, Sequence, Slot};

/// Topic of [`ModuleDeployed`].
pub const MODULE_DEPLOYED: &str = "module_deployed";
/// Topic of [`ModuleUpgraded`].
pub const MODULE_UPGRADED: &str = "module_upgraded";
/// Topic of [`ConfigChanged`].
pub const CONFIG_CHANGED: &str = "config_changed";
/// Topic of [`ModuleRolledBack`].
pub const MODULE_ROLLED_BACK: &str = "module_rolled_back";
/// Topic of [`MigrationProgress`].
pub const MIGRATION_PROGRESS: &str = "migration_progress";
/// Topic of [`ModuleFrozen`].
pub const MODULE_FROZEN: &str = "module_frozen";
/// Topic of [`ModuleUnfrozen`].
pub const MODULE_UNFROZEN: &str = "module_unfrozen";
/// Topic of [`WasmRefUpdated`].
pub const WASM_REF_UPDATED: &str = "wasm_ref_updated";
/// Topic of [`ExecutableUpdated`].
pub const EXECUTABLE_UPDATED: &str = "executable_updated";
/// Topic of [`FollowerMigrated`].
pub const FOLLOWER_MIGRATED: &str = "follower_migrated";
/// Topic of [`Attested`].
pub const CODE_ATTESTED: &str = "code_attested";
/// Topic of an event without fields but the proposal: the list of builders changed.
pub const BUILDERS_CHANGED: &str = "builders_changed";
/// Topic of an event without fields but the proposal: the set of validators changes with the next epoch.
pub const VALIDATORS_CHANGED: &str = "validators_changed";
/// Topic of [`ProposalExecuted`].
pub const PROPOSAL_EXECUTED: &str = "proposal_executed";
/// Topic of [`CodeStored`].
pub const CODE_STORED: &str = "code_stored";

/// Code is complete and in the store.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CodeStored {
    /// Its hash.
    pub code: Hash,
    /// Who uploaded it.
    pub uploader: AccountId,
}

/// A module was created.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleDeployed {
    /// The module.
    pub module: ModuleId,
    /// Its code.
    pub code: Hash,
    /// Who deployed it.
    pub deployer: AccountId,
}

/// A module runs a new version.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleUpgraded {
    /// The module.
    pub module: ModuleId,
    /// The new version's number.
    pub sequence: Sequence,
    /// Code until now.
    pub old_code: Hash,
    /// Code from now on.
    pub new_code: Hash,
    /// Storage generation from now on.
    pub generation: u32,
    /// Entries that a migration wrote.
    pub migrated: Option<u64>,
    /// The vote.
    pub proposal: ProposalId,
}

/// A vote set a parameter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ConfigChanged {
    /// The module.
    pub module: ModuleId,
    /// The parameter.
    pub parameter: String,
    /// Its value, SCALE of its type.
    pub value: Vec<u8>,
    /// The vote.
    pub proposal: ProposalId,
}

/// A module returned to an earlier version.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleRolledBack {
    /// The module.
    pub module: ModuleId,
    /// Number of the version that this began.
    pub sequence: Sequence,
    /// The version returned to.
    pub to: Sequence,
    /// Code until now.
    pub old_code: Hash,
    /// Code from now on.
    pub new_code: Hash,
    /// Storage generation from now on.
    pub generation: u32,
    /// True when the data returned too.
    pub data: bool,
    /// The vote.
    pub proposal: ProposalId,
}

/// A migration did its part of this block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct MigrationProgress {
    /// The module.
    pub module: ModuleId,
    /// The vote.
    pub proposal: ProposalId,
    /// Steps so far.
    pub steps: u64,
    /// Entries written so far.
    pub entries: u64,
    /// Gas used so far.
    pub gas: u64,
}

/// A module's calls are refused for a while.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleFrozen {
    /// The module.
    pub module: ModuleId,
    /// First slot at which calls are possible again.
    pub until: Slot,
    /// The vote.
    pub proposal: ProposalId,
}

/// A freeze ended before its time.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleUnfrozen {
    /// The module.
    pub module: ModuleId,
    /// The vote.
    pub proposal: ProposalId,
}

/// A manager's tag was set (document 003).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct WasmRefUpdated {
    /// The manager.
    pub manager: ModuleId,
    /// The tag.
    pub tag: String,
    /// The code in force before; none when the tag is new.
    pub old: Option<Hash>,
    /// The new code.
    pub new: Hash,
    /// First slot at which followers run it.
    pub from: Slot,
}

/// A module's executable changed without an upgrade (document 003).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ExecutableUpdated {
    /// The module.
    pub module: ModuleId,
    /// Until now.
    pub old: Executable,
    /// From now on.
    pub new: Executable,
    /// Code that the old one came to.
    pub old_code: Hash,
    /// Code that the new one comes to.
    pub new_code: Hash,
}

/// A call brought a follower's data to the schema of the code that its tag stands at.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct FollowerMigrated {
    /// The follower.
    pub module: ModuleId,
    /// The code.
    pub code: Hash,
    /// Its schema.
    pub schema: u32,
    /// Storage generation from now on.
    pub generation: u32,
    /// Entries written.
    pub entries: u64,
}

/// A builder told what a rebuild gave.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Attested {
    /// The code.
    pub code: Hash,
    /// Who.
    pub builder: AccountId,
    /// What the rebuild gave.
    pub rebuilt: Hash,
}

/// A proposal's own code ran, with exactly the effects that were voted.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ProposalExecuted {
    /// The proposal.
    pub proposal: ProposalId,
    /// Its code.
    pub code: Hash,
    /// How many effects it had.
    pub effects: u32,
}

/// The event of `topic` with these fields.
#[must_use]
pub fn event(topic: &str, fields: &impl Encode) -> Event {
    Event { module: None, topic: topic.into(), data: fields.encode() }
}
