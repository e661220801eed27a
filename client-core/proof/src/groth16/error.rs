//! Why no key or no proof was made.

use alloc::string::String;

/// Nothing was made, and nothing secret left.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// A key is for another circuit than the witness.
    #[error("the key is for another circuit: {what} {key}, the circuit has {circuit}")]
    OtherCircuit {
        /// Which count.
        what: &'static str,
        /// The key's.
        key: usize,
        /// The circuit's.
        circuit: usize,
    },
    /// Matrices that no key can be made for.
    #[error("the circuit is malformed: {0}")]
    Circuit(&'static str),
    /// A committed wire stands in no constraint: its value would be bound by nothing.
    #[error("committed wire {0} stands in no constraint")]
    LooseWire(u32),
    /// Secrets of a proof may not be zero.
    #[error("the randomness of a proof is degenerate")]
    Randomness,
    /// ark-groth16 refused.
    #[error("the prover refused: {0}")]
    Prover(String),
    /// The proof that was made does not verify: the witness breaks a constraint.
    #[error("the witness does not satisfy the circuit")]
    Unsatisfied,
}
