//! Composes the rooms: one transaction on a view gives an outcome; what a block does before and after its
//! transactions; genesis. Which transactions run beside each other is decided in `zip`, one room up.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod admission;
mod arrival;
pub mod block;
pub mod calls;
pub mod context;
mod enactment;
pub mod events;
mod executables;
pub mod execute;
pub mod gas;
pub mod genesis;
mod host;
pub mod machine;
pub mod proofs;
mod session;
mod system;

pub use admission::{AdmissionError, admit};
pub use block::{Closing, Opening, close_block, open_block};
pub use context::{BlockCtx, Chain};
pub use enactment::vote;
pub use execute::{Diagnostic, Executed, Stopped, Unfit, attempt, execute};
pub use genesis::GenesisConfig;
pub use machine::Machine;
pub use session::{Invocation, Stop};
pub use system::{Called, Rehearsal, Rehearsing, observe, query, rehearse};
pub use zera_registry::code_of;

/// Hash of the rules this build implements: what a header commits to as its runtime.
#[must_use]
pub fn runtime_hash() -> zera_primitives::Hash {
    zera_primitives::Hash::of_parts(
        "zera/runtime/v1",
        &[
            &zera_primitives::keys::RUNTIME_VERSION.to_le_bytes(),
            &zera_vm::INSTRUMENTATION_VERSION.to_le_bytes(),
            &zera_vm::host::HOST_API_VERSION.to_le_bytes(),
            &zera_proof_rows::TRANSLATOR_VERSION.to_le_bytes(),
            &proofs::pinned_digest().0,
        ],
    )
}
