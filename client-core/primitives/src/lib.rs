//! The words every other room speaks: ids, amounts, hashes, signatures, bounded SCALE, transactions, blocks,
//! receipts, governance payloads, parameters and limits. No state, no execution, no I/O.

#![cfg_attr(not(test), no_std)]
#![cfg_attr(test, allow(unused_qualifications, reason = "tests have std's prelude beside alloc's names"))]
extern crate alloc;

pub mod address;
pub mod amount;
pub mod block;
pub mod codec;
pub mod conformance;
pub mod hash;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod manifest;
pub mod params;
pub mod payload;
#[cfg(feature = "serde")]
pub mod plain;
pub mod proposal;
pub mod receipt;
pub mod state_key;
pub mod tx;

pub use address::{Address, AddressError, Network};
pub use amount::{Amount, AmountError};
pub use block::{Block, BlockBody, Header};
pub use codec::{DecodeError, decode_bounded};
pub use hash::Hash;
pub use ids::{AccountId, Gas, Height, ModuleId, ProposalId, Sequence, Slot};
pub use keys::{KeyError, PublicKey, Signature};
pub use manifest::Manifest;
pub use params::{Params, ParamsError};
pub use payload::{Effect, Executable, ExternalRef, Payload, WasmModuleUpgradeProposal};
pub use proposal::{AbortReason, Class, ProposalState, Side};
pub use receipt::{CallRecord, Event, Outcome, Receipt};
pub use state_key::{Room, StateKey};
pub use tx::{Call, SignedTransaction, Transaction};
