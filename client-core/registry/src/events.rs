//! Events of the registry: names and SCALE fields. They are the runtime's own, so [`Event::module`] is none and the
//! module stands in the data.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Event, Hash, ModuleId, ProposalId, Sequence};

/// Topic of [`ModuleDeployed`].
pub const MODULE_DEPLOYED: &str = "module_deployed";
/// Topic of [`ModuleUpgraded`].
pub const MODULE_UPGRADED: &str = "module_upgraded";
/// Topic of [`ConfigChanged`].
pub const CONFIG_CHANGED: &str = "config_changed";
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

/// The event of `topic` with these fields.
#[must_use]
pub fn event(topic: &str, fields: &impl Encode) -> Event {
    Event { module: None, topic: topic.into(), data: fields.encode() }
}
