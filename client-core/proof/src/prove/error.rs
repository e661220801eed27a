//! Why a run was not proven.

use super::claim::ClaimError;
use crate::circuit::{CircuitError, segments::SegmentsError};
use crate::groth16::ProofError;
use zera_proof_verify::VerifyError;

/// Why there is no proof. Nothing secret has left.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProveError {
    /// The run cannot be stated so.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// The run does not fit the classes.
    #[error(transparent)]
    Plan(#[from] SegmentsError),
    /// The run breaks a constraint: it is none of the machine's.
    #[error("the run is none of the machine's: {0}")]
    Circuit(#[from] CircuitError),
    /// Keys and circuit do not belong together, or randomness is degenerate.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The statement does not hold together, or the finished proof does not verify.
    #[error("the proof that was made does not verify: {0}")]
    Verify(#[from] VerifyError),
    /// Segments are missing, or belong to another run.
    #[error("the segments are not those of this run")]
    Segments,
    /// A value is not canonical.
    #[error("{0}")]
    Encoding(&'static str),
}
