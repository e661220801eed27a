//! Verifying keys: those that somebody names, or those that this build pins.

use zera_proof_verify::{Keys, Prepared, keys::PINNED};
use zera_worker_protocol::Error;

/// Keys from a file of verifying keys, or the pinned ones, ready for pairings.
///
/// # Errors
/// `ProofRefused` when they cannot be read or are degenerate.
pub fn keys(file: Option<&[u8]>) -> Result<Prepared, Error> {
    let file = file.unwrap_or(PINNED);
    Keys::from_bytes(file).and_then(Prepared::new).map_err(|error| crate::error(&error))
}
