//! The one challenge of a proof, from everything that was fixed before it.

use crate::{HostLog, SegmentProof, Statement};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{One, PrimeField};
use codec::Encode;
use zera_primitives::Hash;
use zera_proof_rows::Program;

/// Domain of the challenge.
pub const CHALLENGE_DOMAIN: &str = "zera/proof/challenge/v1";
/// Domain of [`program_digest`].
pub const PROGRAM_DOMAIN: &str = "zera/proof/program/v1";

/// The challenge of a proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge {
    /// β, β², ... β⁷.
    pub powers: [Fr; 7],
    /// γ.
    pub gamma: Fr,
}

impl Challenge {
    /// From β and γ.
    #[must_use]
    pub fn new(beta: Fr, gamma: Fr) -> Self {
        let mut power = Fr::one();
        let powers = core::array::from_fn(|_| {
            power *= beta;
            power
        });
        Self { powers, gamma }
    }
}

/// Digest of a linked program.
#[must_use]
pub fn program_digest(program: &Program) -> Hash {
    Hash::of_encoded(PROGRAM_DOMAIN, program)
}

/// The challenge: from keys, statement, host log, program, and the class and commitment of every segment in order.
#[must_use]
pub fn challenge(statement: &Statement, log: &HostLog, program: &Hash, commitments: &[(u8, [u8; 32])]) -> Challenge {
    let mut hasher = blake3::Hasher::new_derive_key(CHALLENGE_DOMAIN);
    let parts: [&[u8]; 5] =
        [&statement.keys.0, &statement.digest().0, &log.encode(), &program.0, &commitments.encode()];
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut reader = hasher.finalize_xof();
    let mut wide = [0u8; 64];
    reader.fill(&mut wide);
    let beta = Fr::from_le_bytes_mod_order(&wide);
    reader.fill(&mut wide);
    Challenge::new(beta, Fr::from_le_bytes_mod_order(&wide))
}

/// Class and commitment of every segment, as [`challenge`] takes them.
#[must_use]
pub fn commitments(segments: &[SegmentProof]) -> Vec<(u8, [u8; 32])> {
    segments.iter().map(|segment| (segment.class, segment.d)).collect()
}
