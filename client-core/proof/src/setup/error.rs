//! Why a set-up or a part of it was refused.

use crate::groth16::ProofError;
use alloc::string::String;

/// What is wrong with a file of powers, a transcript or a key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SetupError {
    /// The file of powers cannot be read.
    #[error("the file of powers cannot be read: {0}")]
    Ptau(&'static str),
    /// The powers are not powers of one number.
    #[error("the powers do not hold together: {0}")]
    Powers(&'static str),
    /// There are too few powers for the circuit.
    #[error("the circuit needs 2^{needed} powers, there are 2^{have}")]
    TooFew {
        /// Logarithm of the circuit's domain.
        needed: u32,
        /// Logarithm of what there is.
        have: u32,
    },
    /// The transcript cannot be read.
    #[error("the transcript cannot be read: {0}")]
    Transcript(&'static str),
    /// A contribution does not follow from the one before.
    #[error("contribution {index}: {what}")]
    Contribution {
        /// Which, from 0.
        index: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The key is not what powers, circuit and transcript give.
    #[error("the key does not follow from powers, circuit and transcript: {0}")]
    Key(&'static str),
    /// The key's file cannot be read.
    #[error("the key cannot be read: {0}")]
    KeyFile(String),
    /// The circuit or the key is malformed.
    #[error(transparent)]
    Proof(#[from] ProofError),
}
