//! The state of the ledger: what rooms read and write through ([`view`], [`typed`]), the only place that moves ZRA
//! ([`accounts`]), overlays that record what an execution touched ([`overlay`]), the durable store behind a trait
//! ([`store`]) and the Merkle tree whose root a header carries ([`merkle`]).

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod accounts;
pub mod merkle;
pub mod overlay;
pub mod record;
pub mod store;
pub mod typed;
pub mod view;

pub use accounts::{Account, AccountError, Audit, Deltas};
pub use merkle::{MerkleError, MerkleState, Proof, ProofError};
pub use overlay::{AccessSet, Checkpoint, KeyRange, Overlay};
pub use record::BlockRecord;
pub use typed::{get_typed, put_typed};
pub use view::{ChangeSet, MemoryState, StateAccess, StateError, StateView};

#[cfg(test)]
mod conformance;
