//! The Client: the whole chain as one state machine without I/O, clock or randomness. A host (the tab's worker, the
//! native peer, a test) brings slots, keys and stored bytes in, and takes packed records out.
//!
//! Life of a client: [`Client::create`] or [`Client::open`] → [`Client::submit`] / [`Client::prepare`] →
//! [`Client::seal`], or [`Client::draft`] and [`Client::adopt`], give a [`Sealed`] block, which the host stores; if storing
//! fails, [`Client::step_back`].

pub mod agreement;
pub mod client;
pub mod compact;
pub mod error;
pub mod follow;
pub mod fork;
pub mod journal;
pub mod mempool;
pub mod open;
pub mod past;
pub mod pool;
pub mod prepare;
pub mod record;
pub mod rehearsal;
pub mod replay;
pub mod seal;
mod serve;
mod sets;

pub use client::{Client, Inspected};
pub use compact::{Compacting, NewBase};
pub use error::ClientError;
pub use follow::LightHead;
pub use fork::Candidate;
pub use open::{Opened, Stored};
pub use past::{Rebuild, StateAt, module_code_at};
pub use pool::Verified;
pub use prepare::{Plan, Step};
pub use record::{Base, HeadPointer, Record, record_hash};
pub use replay::{Ending, Replay, Replayed};
pub use seal::{Draft, Sealed};
pub use zera_runtime::{Called, Diagnostic, GenesisConfig, Rehearsal};

pub use zera_governance as governance;
pub use zera_light as light;
pub use zera_primitives as primitives;
pub use zera_proof_rows as rows;
pub use zera_proof_verify as proof;
pub use zera_registry as registry;
pub use zera_runtime as runtime;
pub use zera_state as state;
pub use zera_vm as vm;
pub use zera_zip as zip;
