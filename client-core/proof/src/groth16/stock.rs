//! The second phase with ark-groth16's own prover, unchanged.

use super::{
    Commitment, ProofError,
    assemble::Triple,
    key::{ProvingKey, Shape, same},
    matrices::Matrices,
};
use alloc::{string::ToString, vec::Vec};
use ark_bn254::{Bn254, Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Zero;
use ark_groth16::Groth16;

/// A circuit and its key in ark-groth16's own words.
pub struct StockKey {
    /// Its l_query has identity points in the first places: the committed wires'.
    key: ark_groth16::ProvingKey<Bn254>,
    delta_d_g1: G1Affine,
    shape: Shape,
    matrices: Vec<ark_relations::utils::matrix::Matrix<Fr>>,
}

impl StockKey {
    /// Rewrites `key` and `matrices`.
    ///
    /// # Errors
    /// When they are not of one circuit.
    pub fn new(key: &ProvingKey, matrices: &Matrices) -> Result<Self, ProofError> {
        key.check()?;
        key.shape.check(matrices)?;
        let wires = key.shape.wires as usize;
        let mut l_query = alloc::vec![G1Affine::zero(); key.shape.committed as usize];
        l_query.extend_from_slice(&key.proof.l);
        let rewritten = ark_groth16::ProvingKey {
            vk: ark_groth16::VerifyingKey {
                alpha_g1: key.vk.alpha_g1,
                beta_g2: key.vk.beta_g2,
                gamma_g2: key.vk.gamma_g2,
                delta_g2: key.vk.delta_g2,
                gamma_abc_g1: key.vk.ic.clone(),
            },
            beta_g1: key.proof.beta_g1,
            delta_g1: key.commit.delta_g1,
            a_query: key.proof.a.dense(wires),
            b_g1_query: key.proof.b_g1.dense(wires),
            b_g2_query: key.proof.b_g2.dense(wires),
            h_query: key.proof.h.clone(),
            l_query,
        };
        let wide = |rows: &[Vec<(Fr, u32)>]| {
            rows.iter().map(|row| row.iter().map(|&(value, wire)| (value, wire as usize)).collect()).collect()
        };
        let matrices = alloc::vec![wide(&matrices.a), wide(&matrices.b), wide(&matrices.c)];
        Ok(Self { key: rewritten, delta_d_g1: key.proof.delta_d_g1, shape: key.shape, matrices })
    }

    /// The second phase: `full` are the values of all wires. The proof is worth nothing if they break a constraint, and
    /// ark-groth16 does not say so: verify it before it leaves.
    ///
    /// # Errors
    /// When the counts differ or a blind is zero.
    pub fn prove(&self, full: &[Fr], commitment: &Commitment, (r, s): (Fr, Fr)) -> Result<Triple, ProofError> {
        same("wires", self.shape.wires as usize, full.len())?;
        if r.is_zero() || s.is_zero() {
            return Err(ProofError::Randomness);
        }
        let proof = Groth16::<Bn254>::create_proof_with_reduction_and_matrices(
            &self.key,
            r,
            s,
            &self.matrices,
            self.shape.inputs as usize,
            self.shape.constraints as usize,
            full,
        );
        let proof = proof.map_err(|error| ProofError::Prover(error.to_string()))?;
        let c = (proof.c.into_group() - self.delta_d_g1 * commitment.kappa).into_affine();
        Ok(Triple { a: proof.a, b: proof.b, c })
    }
}

/// Plain ark-groth16 over a circuit without a commitment: what ours is measured against, and nothing else. A proof of it
/// says nothing of a run, because its challenge is the prover's own.
pub struct PlainKey(StockKey);

impl PlainKey {
    /// A development key of `matrices` whose committed wires are late like the others.
    ///
    /// # Errors
    /// As [`crate::setup::dev`].
    pub fn dev(matrices: &Matrices, seed: [u8; 32]) -> Result<Self, ProofError> {
        let plain = Matrices { committed: 0, ..matrices.clone() };
        Ok(Self(StockKey::new(&crate::setup::dev(&plain, u8::MAX, seed)?, &plain)?))
    }

    /// A proof, with r and s fixed: it never leaves the bench.
    ///
    /// # Errors
    /// When the counts differ.
    pub fn prove(&self, full: &[Fr]) -> Result<Triple, ProofError> {
        let nothing = Commitment { d: G1Affine::zero(), kappa: Fr::zero() };
        self.0.prove(full, &nothing, (Fr::from(3_u64), Fr::from(5_u64)))
    }
}
