//! The first phase: a hiding commitment to the wires that do not depend on the challenge.

use super::{
    ProofError,
    key::{CommitKey, same},
    msm::Msm,
};
use ark_bn254::{Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Zero;

/// A commitment and what opens it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commitment {
    /// What is published.
    pub d: G1Affine,
    /// Secret; used once.
    pub kappa: Fr,
}

/// D = sum of `values[i] ck[i]` + `kappa` delta.
///
/// # Errors
/// When the counts differ, or `kappa` hides nothing.
pub fn commit(msm: &impl Msm, key: &CommitKey, values: &[Fr], kappa: Fr) -> Result<Commitment, ProofError> {
    same("committed wires", key.ck.len(), values.len())?;
    if kappa.is_zero() {
        return Err(ProofError::Randomness);
    }
    let d = (msm.g1(&key.ck, values) + key.delta_g1 * kappa).into_affine();
    // One value in 2^254 of kappa; the verifier would refuse it.
    if d.is_zero() { Err(ProofError::Randomness) } else { Ok(Commitment { d, kappa }) }
}
