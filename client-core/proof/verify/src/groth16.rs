//! Any Groth16 proof on BN254, from bytes that a module brings: every point canonical, on its curve and in its group.

use crate::points;
use alloc::vec::Vec;
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM, pairing::Pairing};
use ark_ff::Zero;

/// Bytes of a point of G1, and of a number.
const G1: usize = 32;
/// Bytes of a point of G2.
const G2: usize = 64;

/// True if `proof` (A, B, C) holds for `public` under `key` (α, β, γ, δ, then IC: one point of G1 more than there are
/// inputs). Points are compressed as arkworks does; numbers are little-endian and below the group's order. Of all points
/// only IC's may be the identity. Keys with γ = δ are refused: under them one proof can be turned into others.
#[must_use]
pub fn verify(key: &[u8], proof: &[u8], public: &[u8]) -> bool {
    holds(key, proof, public).unwrap_or(false)
}

fn holds(key: &[u8], proof: &[u8], public: &[u8]) -> Option<bool> {
    let (alpha, key) = key.split_first_chunk::<G1>()?;
    let (beta, key) = key.split_first_chunk::<G2>()?;
    let (gamma, key) = key.split_first_chunk::<G2>()?;
    let (delta, ic) = key.split_first_chunk::<G2>()?;
    let (a, proof) = proof.split_first_chunk::<G1>()?;
    let (b, c) = proof.split_first_chunk::<G2>()?;
    let (ic, rest) = ic.as_chunks::<G1>();
    let (inputs, more) = public.as_chunks::<32>();
    if gamma == delta || !rest.is_empty() || !more.is_empty() || ic.len() != inputs.len().checked_add(1)? {
        return Some(false);
    }
    let inputs: Vec<Fr> = inputs.iter().map(|bytes| points::scalar(bytes).ok()).collect::<Option<_>>()?;
    let ic: Vec<G1Affine> = ic.iter().map(points::g1_or_identity).collect::<Option<_>>()?;
    let (first, others) = ic.split_first()?;
    let sum = G1Projective::msm(others, &inputs).ok()? + first;
    let c: &[u8; G1] = c.try_into().ok()?;
    let [a, c, alpha] = [points::g1(a).ok()?, points::g1(c).ok()?, points::g1(alpha).ok()?];
    let [b, beta, gamma, delta] = [b, beta, gamma, delta].map(|bytes| points::g2(bytes).ok());
    // e(A, B) = e(α, β) · e(IC(x), γ) · e(C, δ). A pairing with the identity is one.
    let pairs = [(-a.into_group(), b?), (alpha.into(), beta?), (sum, gamma?), (c.into(), delta?)];
    let (left, right): (Vec<G1Affine>, Vec<_>) =
        pairs.into_iter().filter(|(point, _)| !point.is_zero()).map(|(p, q)| (p.into_affine(), q)).unzip();
    Some(Bn254::multi_pairing(left, right).is_zero())
}
