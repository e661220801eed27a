//! Code store, modules, versions, history, configuration, upgrades and migrations (design §5, §6).
//!
//! Everything here is native and writes only under [`Room::Code`](zera_primitives::Room::Code) and
//! [`Room::Registry`](zera_primitives::Room::Registry), plus the pruning of old storage generations. ZRA move only
//! through zera-state's accounts. Guests run through [`Executor`], which the runtime implements.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod builders;
pub mod classify;
pub mod codes;
pub mod config;
pub mod effects;
pub mod error;
pub mod events;
pub mod executor;
pub mod freeze;
pub mod info;
pub mod journal;
mod keys;
mod legality;
pub mod migration;
pub mod module_set;
pub mod modules;
pub mod records;
pub mod refs;
mod rollback;
pub mod upgrade;
pub mod usage;
pub mod validators;
pub mod values;

pub use builders::{Attestation, Verdicts, attest, attestations, builders, verdicts};
pub use classify::{classify, is_refuted};
pub use codes::{Upload, Uploaded, begin_upload, code, code_info, is_code, upload, upload_chunk};
pub use effects::{Effects, UpgradeAsked};
pub use error::RegistryError;
pub use executor::{Executed, Executor, SystemCall, SystemCaller, SystemResult};
pub use freeze::{Freeze, freezable, freezes};
pub use info::{CodeExport, CodeExportKind, CodeInfo, IntType};
pub use journal::{Deed, Vote};
pub use keys::code_of;
pub use migration::{MigrationRecord, abandon, migration};
pub use module_set::module_set_id;
pub use modules::{
    Ctx, attempts, config_history, constructor_entry, create, deploy, module, module_count, modules, record_attempt,
    running_manifest, touch, version, versions,
};
pub use records::{At, AttemptRecord, ConfigRecord, Frozen, Generation, ModuleRecord, VersionRecord};
pub use refs::{Arrival, TagChange, TagRecord, resolve};
pub use upgrade::{Abort, EnactError, Enacted, Enactment, apply_wasm_module_upgrade, enact, resume};
pub use usage::{Usage, charge_storage, storage_pool, storage_usage, sweep};

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod testing;
