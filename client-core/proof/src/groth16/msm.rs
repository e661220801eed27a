//! Sums of multiples of points, by whoever is fastest here.

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::VariableBaseMSM;

/// Sums of multiples of points: the sum of `scalars[i] * bases[i]` over the shorter length.
pub trait Msm {
    /// In the first group.
    fn g1(&self, bases: &[G1Affine], scalars: &[Fr]) -> G1Projective;
    /// In the second group.
    fn g2(&self, bases: &[G2Affine], scalars: &[Fr]) -> G2Projective;
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
}
