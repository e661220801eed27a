//! What the translation of stored code gave: registered once, when the code is complete, for light clients and lists. Code
//! outside the provable profile is stored all the same.

use super::kept::Kind;
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Room, StateKey};
use zera_proof_rows::{TRANSLATOR_VERSION, translate};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// Bytes of a reason that are kept.
const REASON_BYTES: usize = 256;

/// Whether executions of a code can be proven.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Provability {
    /// Version of the translation.
    pub translator: u32,
    /// Digest of the table of rows, or why there is none.
    pub table: Result<Hash, String>,
    /// Exports that cannot be proven, and why.
    pub unprovable: Vec<(String, String)>,
}

/// Where the translation of `code` stands.
#[must_use]
pub fn provability_key(code: &Hash) -> StateKey {
    StateKey::new(Room::Proofs, &[&[Kind::Code as u8], &code.0])
}

/// What is registered for `code`; none for code that is not stored.
///
/// # Errors
/// [`StateError`].
pub fn provability(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Option<Provability>, StateError> {
    get_typed(st, &provability_key(code))
}

/// Translates `bytes`, whose hash is `code`, and registers what came of it.
pub fn register(st: &mut (impl StateAccess + ?Sized), code: &Hash, bytes: &[u8]) {
    put_typed(st, provability_key(code), &Provability::of(bytes));
}

impl Provability {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let (table, unprovable) = match translate(bytes) {
            Ok(module) => {
                let exports = module.exports().into_iter();
                let failing = exports.filter_map(|(name, result)| Some((name, short(result.err()?.reason))));
                (Ok(module.digest()), failing.collect())
            }
            Err(error) => (Err(short(error.reason)), Vec::new()),
        };
        Self { translator: TRANSLATOR_VERSION, table, unprovable }
    }

    /// Why calls of `entry` cannot be proven; none if they can.
    #[must_use]
    pub fn obstacle(&self, entry: &str) -> Option<&str> {
        match &self.table {
            Err(reason) => Some(reason),
            Ok(_) => self.unprovable.iter().find(|(name, _)| name == entry).map(|(_, reason)| reason.as_str()),
        }
    }
}

fn short(reason: String) -> String {
    match reason.char_indices().map(|(at, _)| at).find(|at| *at >= REASON_BYTES) {
        Some(at) => reason.get(..at).unwrap_or_default().into(),
        None => reason,
    }
}
