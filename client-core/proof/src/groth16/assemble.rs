//! The second phase over any [`Msm`], one part of the key at a time, so that a caller can show progress, stop between
//! parts, and hold no more of the key than one part.
//!
//! Equal, point by point, to what [`super::stock`] makes with the same randomness.

use super::{
    Commitment, ProofError,
    key::{ProofKey, ProvingKey, Query, Shape, VerifyingKey, same},
    matrices::Matrices,
    msm::Msm,
    quotient::sides,
};
use alloc::vec::Vec;
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::Zero;

/// A, B and C; D is the commitment's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Triple {
    /// A.
    pub a: G1Affine,
    /// B.
    pub b: G2Affine,
    /// C.
    pub c: G1Affine,
}

/// A proof under construction: call each of the five parts once, in any order, then [`Assembly::finish`].
pub struct Assembly {
    shape: Shape,
    full: Vec<Fr>,
    quotient: Vec<Fr>,
    a: G1Projective,
    b_g1: G1Projective,
    b_g2: G2Projective,
    c: G1Projective,
}

impl Assembly {
    /// Begins with all wires' values: 1, inputs, committed, late. Makes the quotient.
    ///
    /// # Errors
    /// When the counts differ.
    pub fn new(msm: &impl Msm, shape: Shape, matrices: &Matrices, full: Vec<Fr>) -> Result<Self, ProofError> {
        shape.check(matrices)?;
        same("wires", shape.wires as usize, full.len())?;
        let (left, right) = sides(matrices, &full);
        let quotient = msm.quotient(shape.domain().ilog2(), left, right)?;
        let (a, b_g1, b_g2, c) =
            (G1Projective::zero(), G1Projective::zero(), G2Projective::zero(), G1Projective::zero());
        Ok(Self { shape, full, quotient, a, b_g1, b_g2, c })
    }

    /// The part with u_i.
    pub fn a(&mut self, msm: &impl Msm, query: &Query<G1Affine>) {
        self.a += msm.g1(&query.points, &self.gather(&query.wires));
    }

    /// The part with v_i in the first group.
    pub fn b_g1(&mut self, msm: &impl Msm, query: &Query<G1Affine>) {
        self.b_g1 += msm.g1(&query.points, &self.gather(&query.wires));
    }

    /// The part with v_i in the second group.
    pub fn b_g2(&mut self, msm: &impl Msm, query: &Query<G2Affine>) {
        self.b_g2 += msm.g2(&query.points, &self.gather(&query.wires));
    }

    /// The part of the late wires.
    ///
    /// # Errors
    /// When the counts differ.
    pub fn l(&mut self, msm: &impl Msm, points: &[G1Affine]) -> Result<(), ProofError> {
        same("late wires", points.len(), self.shape.late())?;
        self.c += msm.g1(points, &self.full[self.full.len() - points.len()..]);
        Ok(())
    }

    /// The part of the quotient, which is then forgotten.
    ///
    /// # Errors
    /// When the counts differ.
    pub fn h(&mut self, msm: &impl Msm, points: &[G1Affine]) -> Result<(), ProofError> {
        same("domain", points.len() + 1, self.quotient.len())?;
        let quotient = core::mem::take(&mut self.quotient);
        self.c += msm.g1(points, &quotient[..points.len()]);
        Ok(())
    }

    /// Puts the parts together under `r` and `s`.
    ///
    /// # Errors
    /// When `r` or `s` is zero: the proof would tell.
    pub fn finish(
        self,
        vk: &VerifyingKey,
        key: &Points,
        commitment: &Commitment,
        (r, s): (Fr, Fr),
    ) -> Result<Triple, ProofError> {
        if r.is_zero() || s.is_zero() {
            return Err(ProofError::Randomness);
        }
        let a = self.a + vk.alpha_g1 + key.delta_g1 * r;
        let b_g1 = self.b_g1 + key.beta_g1 + key.delta_g1 * s;
        let b_g2 = self.b_g2 + vk.beta_g2 + vk.delta_g2 * s;
        let c = self.c + a * s + b_g1 * r - key.delta_g1 * (r * s) - key.delta_d_g1 * commitment.kappa;
        Ok(Triple { a: a.into_affine(), b: b_g2.into_affine(), c: c.into_affine() })
    }

    fn gather(&self, wires: &[u32]) -> Vec<Fr> {
        wires.iter().map(|wire| self.full.get(*wire as usize).copied().unwrap_or_default()).collect()
    }
}

/// The single points of a key that finishing takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Points {
    /// beta.
    pub beta_g1: G1Affine,
    /// delta.
    pub delta_g1: G1Affine,
    /// delta_D.
    pub delta_d_g1: G1Affine,
}

impl ProvingKey {
    /// Its single points.
    #[must_use]
    pub const fn points(&self) -> Points {
        let ProofKey { beta_g1, delta_d_g1, .. } = self.proof;
        Points { beta_g1, delta_g1: self.commit.delta_g1, delta_d_g1 }
    }
}

/// All parts at once.
///
/// # Errors
/// See [`Assembly`].
pub fn prove(
    msm: &impl Msm,
    key: &ProvingKey,
    matrices: &Matrices,
    full: Vec<Fr>,
    commitment: &Commitment,
    blinds: (Fr, Fr),
) -> Result<Triple, ProofError> {
    let mut assembly = Assembly::new(msm, key.shape, matrices, full)?;
    assembly.a(msm, &key.proof.a);
    assembly.b_g1(msm, &key.proof.b_g1);
    assembly.b_g2(msm, &key.proof.b_g2);
    assembly.l(msm, &key.proof.l)?;
    assembly.h(msm, &key.proof.h)?;
    assembly.finish(&key.vk, &key.points(), commitment, blinds)
}
