//! Module execution: host API as data, profile validation, gas and stack instrumentation, engines, trace records.
//!
//! The path of a module: [`validate`] (design §6, §11) → [`instrument`] (our gas and stack limits, inline) → an
//! [`Engine`] that runs the instrumented bytes against a [`Host`]. Gas and outcomes are the same in every engine.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod abi;
pub mod call;
pub mod engine;
pub mod gas;
pub mod host;
pub mod instrument;
pub mod profile;
pub mod tiered;
pub mod trace;
pub mod wasmi;

pub use abi::{Callable, ValKind};
pub use call::{Ending, EngineTrap, Entry, HostReply, Prepared, RunningCall};
pub use engine::{CallRequest, CallsRun, Engine, Execution, Remains, VmError};
pub use host::{
    CallerKind, Construction, ExecutableRequest, GuestMemory, Host, HostError, NestedCall, Source, TagRef,
    UpgradeRequest,
};
pub use instrument::{INSTRUMENTATION_VERSION, instrument};
pub use profile::{Export, ExportKind, ModuleInfo, ProfileError, Reason, validate};
pub use tiered::{Disagreement, EngineStats, Threshold, TieredEngine, Tiering};
pub use trace::{AccessKind, HostCallResult, HostDigest, HostStop, StorageAccess, StorageDigest, TraceRecord};
pub use wasmi::WasmiEngine;
pub use zera_primitives::Outcome;
