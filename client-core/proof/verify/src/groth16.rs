//! Any Groth16 proof on BN254, from bytes that a module brings.

use crate::stock::verify_bytes;

/// True if `proof` (A, B, C) holds for `public` under `key` (α, β, γ, δ, then IC: one point of G1 more than there are
/// inputs). Points are compressed as arkworks does, canonical and never the identity; numbers are little-endian and below the
/// group's order. Keys whose secrets anybody can read off (γ = δ among them) are refused: under them anything can be
/// proven.
#[must_use]
pub fn verify(key: &[u8], proof: &[u8], public: &[u8]) -> bool {
    verify_bytes(key, public, proof).unwrap_or(false)
}
