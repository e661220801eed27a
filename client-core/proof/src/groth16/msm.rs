//! The heavy arithmetic of a proof, by whoever is fastest here: arkworks natively, our own limbs on 32-bit machines.

use super::{ProofError, quotient};
use alloc::vec::Vec;
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::VariableBaseMSM;

/// Sums of multiples of points (the sum of `scalars[i] * bases[i]` over the shorter length), and quotients. All that
/// implement it give the same answers.
pub trait Msm {
    /// In the first group.
    fn g1(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective;
    /// In the second group.
    fn g2(&self, bases: &[G2Affine], scalars: &[Fr]) -> G2Projective;
    /// The coefficients of (A B - C) / Z where A and B have these values on a domain of 2^`log` points (missing ones are
    /// zero) and C their products; as many as the domain has points.
    ///
    /// # Errors
    /// When the field has no such domain.
    fn quotient(&self, log: u32, a: Vec<Fr>, b: Vec<Fr>) -> Result<Vec<Fr>, ProofError>;
}

/// Arkworks' own sums.
#[derive(Clone, Copy, Default, Debug)]
pub struct ArkMsm;

impl Msm for ArkMsm {
    fn g1(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        G1Projective::msm_unchecked(bases, scalars)
    }

    fn g2(&self, bases: &[G2Affine], scalars: &[Fr]) -> G2Projective {
        G2Projective::msm_unchecked(bases, scalars)
    }

    fn quotient(&self, log: u32, a: Vec<Fr>, b: Vec<Fr>) -> Result<Vec<Fr>, ProofError> {
        quotient::quotient(log, a, b)
    }
}

/// `zera-msm`'s sums and transforms, made for 32-bit machines.
#[derive(Clone, Copy, Default, Debug)]
pub struct LimbMsm;

impl Msm for LimbMsm {
    fn g1(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        zera_msm::msm(bases, scalars)
    }

    fn g2(&self, bases: &[G2Affine], scalars: &[Fr]) -> G2Projective {
        zera_msm::msm(bases, scalars)
    }

    fn quotient(&self, log: u32, a: Vec<Fr>, b: Vec<Fr>) -> Result<Vec<Fr>, ProofError> {
        let domain = zera_msm::Domain::new(log).ok_or(ProofError::Circuit("it is too large"))?;
        Ok(domain.quotient(&a, &b))
    }
}
