//! Groth16 over BN254 with a commitment to the wires that do not depend on the challenge (the "Mirage" form).
//!
//! Wires are 1, the public inputs, the `committed` wires, then the late ones. K_i = beta u_i + alpha v_i + w_i at tau.
//! The key gives K_i / gamma for inputs, K_i / delta_D for committed and K_i / delta for late wires; a proof is
//! D = sum of committed w_i K_i / delta_D + kappa delta, then A, B and C of Groth16 over all wires, with only late wires
//! in C, less kappa delta_D. Check: e(A, B) = e(alpha, beta) e(IC(x), gamma) e(D, delta_D) e(C, delta).
//!
//! [`key`] keys; [`commit`] the first phase; [`assemble`] the second over any [`Msm`]; [`stock`] the second with
//! ark-groth16's own prover, unchanged; [`quotient`] the polynomial H; [`random`] secrets of a proof.

pub mod assemble;
pub mod commit;
pub mod error;
pub mod key;
pub mod matrices;
pub mod msm;
pub mod quotient;
pub mod random;
pub mod stock;

pub use commit::{Commitment, commit};
pub use error::ProofError;
pub use key::{CommitKey, ProofKey, ProvingKey, Query, Shape, VerifyingKey};
pub use msm::{ArkMsm, LimbMsm, Msm};
pub use random::Secrets;

#[cfg(test)]
pub(crate) mod tests;
