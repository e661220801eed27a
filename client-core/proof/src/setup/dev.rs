//! Keys for development: whoever knows the seed can prove anything with them. Never for anything that matters.

use super::columns::{columns, left_columns};
use crate::groth16::{
    CommitKey, ProofError, ProofKey, ProvingKey, Query, Secrets, Shape, VerifyingKey, matrices::Matrices,
};
use alloc::vec::Vec;
use ark_bn254::{Fr, G1Affine, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup, scalar_mul::BatchMulPreprocessing};
use ark_ff::{Field, One, Zero};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

/// The trapdoors of a key.
struct Trapdoors {
    tau: Fr,
    alpha: Fr,
    beta: Fr,
    delta: Fr,
    delta_d: Fr,
}

/// A key for `matrices`, the circuit of class `class`, whose trapdoors follow from `seed`. As after a ceremony gamma is 1,
/// and all classes of one seed share tau, alpha and beta, but never delta and delta_D.
///
/// # Errors
/// When the circuit is malformed or a committed wire stands in no constraint.
pub fn dev(matrices: &Matrices, class: u8, seed: [u8; 32]) -> Result<ProvingKey, ProofError> {
    let shape = Shape::of(matrices)?;
    let secrets = Secrets::new(seed);
    let (mut powers, mut deltas) = (secrets.stream("powers", b""), secrets.stream("deltas", &[class]));
    let (tau, alpha, beta) = (powers.scalar(), powers.scalar(), powers.scalar());
    let trapdoors = Trapdoors { tau, alpha, beta, delta: deltas.scalar(), delta_d: deltas.scalar() };
    let scalars = Scalars::new(matrices, shape, &trapdoors)?;
    let key = scalars.into_key(shape, &trapdoors);
    key.check()?;
    Ok(key)
}

/// Every query of a key as multiples of the generators.
struct Scalars {
    a: Vec<Fr>,
    b: Vec<Fr>,
    h: Vec<Fr>,
    /// K of all wires, over gamma, delta_D or delta.
    k: Vec<Fr>,
}

impl Scalars {
    fn new(matrices: &Matrices, shape: Shape, trapdoors: &Trapdoors) -> Result<Self, ProofError> {
        let Trapdoors { tau, alpha, beta, delta, delta_d } = *trapdoors;
        let too_large = ProofError::Circuit("it is too large");
        let domain = Radix2EvaluationDomain::<Fr>::new(shape.rows()).ok_or(too_large)?;
        let basis = domain.evaluate_all_lagrange_coefficients(tau);
        let z = domain.evaluate_vanishing_polynomial(tau);
        let degenerate = || ProofError::Circuit("its trapdoors are degenerate: take another seed");
        let over_delta = delta.inverse().ok_or_else(degenerate)?;
        let over_delta_d = delta_d.inverse().ok_or_else(degenerate)?;
        if z.is_zero() || delta.is_one() || delta_d.is_one() || delta == delta_d {
            return Err(degenerate());
        }
        let (a, b) = (left_columns(matrices, &basis), columns(&matrices.b, &basis, matrices.wires));
        let mut k = columns(&matrices.c, &basis, matrices.wires);
        let committed = matrices.inputs..matrices.inputs + matrices.committed;
        for (wire, k) in k.iter_mut().enumerate() {
            *k += beta * a[wire] + alpha * b[wire];
            if committed.contains(&wire) {
                *k *= over_delta_d;
            } else if wire >= committed.end {
                *k *= over_delta;
            }
        }
        let mut power = z * over_delta;
        let mut h = Vec::with_capacity(shape.domain() - 1);
        for _ in 1..shape.domain() {
            h.push(power);
            power *= tau;
        }
        Ok(Self { a, b, h, k })
    }

    fn into_key(self, shape: Shape, trapdoors: &Trapdoors) -> ProvingKey {
        let Trapdoors { alpha, beta, delta, delta_d, .. } = *trapdoors;
        let (one, two) = (G1Projective::generator(), G2Projective::generator());
        let table = BatchMulPreprocessing::new(one, self.a.len() + self.b.len() + self.h.len() + self.k.len());
        let first = |scalars: &[Fr]| table.batch_mul(scalars);
        let second = BatchMulPreprocessing::new(two, self.b.len()).batch_mul(&self.b);
        let g1 = |scalar: Fr| -> G1Affine { (one * scalar).into_affine() };
        let inputs = shape.inputs as usize;
        let late = inputs + shape.committed as usize;
        let vk = VerifyingKey {
            alpha_g1: g1(alpha),
            beta_g2: (two * beta).into_affine(),
            gamma_g2: two.into_affine(),
            delta_g2: (two * delta).into_affine(),
            delta_d_g2: (two * delta_d).into_affine(),
            ic: first(&self.k[..inputs]),
        };
        let commit = CommitKey { delta_g1: g1(delta), ck: first(&self.k[inputs..late]) };
        let proof = ProofKey {
            beta_g1: g1(beta),
            delta_d_g1: g1(delta_d),
            a: Query::sparse(&first(&self.a)),
            b_g1: Query::sparse(&first(&self.b)),
            b_g2: Query::sparse(&second),
            h: first(&self.h),
            l: first(&self.k[late..]),
        };
        ProvingKey { shape, vk, commit, proof }
    }
}
