//! Proofs of execution as the chain sees them (design §8): which receipts it keeps, requests, verification, and what
//! the translation of stored code gave.
//!
//! A request, and a verified proof, stand with the receipt that they are about, so they end with it: `Requested` becomes
//! `Verified`, or `Expired` when the receipt is dropped. Nothing here depends on what a node keeps besides.

mod check;
mod kept;
mod requests;
mod table;
mod verifier;

pub use check::{CODE_BYTE, EQUATION, Refusal, SEGMENT, SUBMIT, TERM};
pub use kept::{Kept, KeptCall, ProofState, keep, kept, kept_key, prune};
pub use requests::{RequestError, Requester, request, requestable};
pub use table::{Provability, provability, provability_key, register};
pub use verifier::{Pinned, Verifier, pinned_digest};

/// `(transaction, call, requester, slot)`: a proof is asked for, until the receipt is dropped at that slot.
pub const REQUESTED: &str = "proof_requested";
/// `(transaction, call, statement)`: the chain has verified a proof with this statement.
pub const VERIFIED: &str = "proof_verified";
/// `(transaction, call, requester)`: the receipt is dropped, and no proof came.
pub const EXPIRED: &str = "proof_expired";
