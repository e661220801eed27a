//! Why a proof, a file or keys were refused. All are recoverable: nothing changes when a proof is refused.

use zera_primitives::{DecodeError, Hash};

/// Why there is no verdict, or the verdict is no.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// It does not begin as a proof file of this version does.
    #[error("this is not a proof file of version 1")]
    NotAProofFile,
    /// It begins as one, but is cut, too long, or not canonical.
    #[error("the proof file cannot be read: {0}")]
    File(DecodeError),
    /// The keys cannot be read or are degenerate.
    #[error("the verifying keys are unusable: {0}")]
    Keys(&'static str),
    /// The statement names other keys.
    #[error("the proof was made under other keys ({0})")]
    OtherKeys(Hash),
    /// Development keys where they are not allowed.
    #[error("the keys are development keys: whoever has their seed can prove anything")]
    InsecureKeys,
    /// A statement that contradicts itself, the program or the log.
    #[error("the statement does not hold together: {0}")]
    Statement(&'static str),
    /// A host log that contradicts the host API or itself.
    #[error("the host log does not hold together: {0}")]
    Log(&'static str),
    /// The module is not the one that the statement names, or is missing.
    #[error("the module's bytes are missing or are not those that the statement names")]
    Module,
    /// The module or its export is outside the provable profile.
    #[error("{0}")]
    Unprovable(#[from] zera_proof_rows::Unprovable),
    /// Segments are missing, too many, of an unknown class, or too small for the program.
    #[error("the list of segments is wrong: {0}")]
    Segments(&'static str),
    /// A point or number of a segment is not canonical, not in its group, or trivial.
    #[error("segment {segment}: {what}")]
    Encoding {
        /// The segment, from 0.
        segment: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The segments' sums and the public data do not cancel: something was left out, added or changed.
    #[error("the segments do not fit together, or not to this program and log")]
    Sum,
    /// The gas of the segments is not what the statement says.
    #[error("the gas of the segments is not that of the statement")]
    Gas,
    /// A pairing equation does not hold.
    #[error("the proof does not hold")]
    Equation,
}
