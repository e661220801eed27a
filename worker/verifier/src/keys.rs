//! Verifying keys: those that somebody names, or those that this build pins.

use zera_proof_verify::{Keys, Prepared};
use zera_worker_protocol::{Cause, Error, ErrorKind};

/// Keys from a file of verifying keys, or the pinned ones, ready for pairings.
///
/// # Errors
/// `ProofRefused` when they cannot be read or are degenerate, `Unavailable` when this build pins none.
pub fn keys(file: Option<&[u8]>) -> Result<Prepared, Error> {
    let missing = || Error {
        kind: ErrorKind::Unavailable,
        cause: Cause::Client,
        fatal: false,
        detail: "this build pins no verifying keys".into(),
    };
    let file: &[u8] = match (file, pinned()) {
        (Some(file), _) | (None, Some(file)) => file,
        (None, None) => return Err(missing()),
    };
    Keys::from_bytes(file).and_then(Prepared::new).map_err(|error| crate::error(&error))
}

/// The pinned file of verifying keys.
#[must_use]
pub const fn pinned() -> Option<&'static [u8]> {
    None
}
