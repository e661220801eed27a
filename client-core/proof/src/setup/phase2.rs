//! Phase 2: the key of one circuit out of the powers, and contributions to its delta and delta_D.
//!
//! The two are multiplied by independent secrets in every contribution: with a known ratio delta_D / delta any point could
//! stand for D, and false statements would verify.

use super::{
    SetupError,
    columns::{Point, columns, left_columns},
    powers::Powers,
    transcript::{Beacon, Contribution, Link},
};
use crate::groth16::{CommitKey, ProofKey, ProvingKey, Query, Secrets, Shape, VerifyingKey, matrices::Matrices};
use alloc::{string::String, vec::Vec};
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

/// The key of `matrices` before any contribution: delta = delta_D = 1. It proves nothing to anybody.
///
/// # Errors
/// When the circuit is malformed or larger than the powers.
pub fn initial(matrices: &Matrices, powers: &Powers) -> Result<ProvingKey, SetupError> {
    let shape = Shape::of(matrices)?;
    let powers = powers.cut(shape.domain().ilog2())?;
    let basis = lagrange(&powers.tau_g1[..shape.domain()])?;
    let (alpha, beta) = (lagrange(&powers.alpha_g1)?, lagrange(&powers.beta_g1)?);
    let b_g2 = columns(&matrices.b, &lagrange(&powers.tau_g2)?, matrices.wires);
    let mut k = columns(&matrices.c, &basis, matrices.wires);
    let parts = [left_columns(matrices, &beta), columns(&matrices.b, &alpha, matrices.wires)];
    for part in &parts {
        k.iter_mut().zip(part).for_each(|(sum, more)| sum.0 += more.0);
    }
    let mut k = affine(&k);
    let mut committed = k.split_off(matrices.inputs);
    let late = committed.split_off(matrices.committed);
    let pairs = powers.tau_g1.iter().zip(&powers.tau_g1[shape.domain()..]);
    let h: Vec<G1Projective> = pairs.map(|(low, high)| high.into_group() - low).collect();
    let (one, two) = (G1Affine::generator(), G2Affine::generator());
    let vk = VerifyingKey {
        alpha_g1: powers.alpha_g1[0],
        beta_g2: powers.beta_g2,
        gamma_g2: two,
        delta_g2: two,
        delta_d_g2: two,
        ic: k,
    };
    let proof = ProofKey {
        beta_g1: powers.beta_g1[0],
        delta_d_g1: one,
        a: Query::sparse(&affine(&left_columns(matrices, &basis))),
        b_g1: Query::sparse(&affine(&columns(&matrices.b, &basis, matrices.wires))),
        b_g2: Query::sparse(&affine(&b_g2)),
        h: G1Projective::normalize_batch(&h),
        l: late,
    };
    let key = ProvingKey { shape, vk, commit: CommitKey { delta_g1: one, ck: committed }, proof };
    key.check()?;
    Ok(key)
}

/// Lagrange polynomials at tau out of powers of tau: a Fourier transform over points.
fn lagrange<G: AffineRepr<ScalarField = Fr>>(powers: &[G]) -> Result<Vec<Point<G::Group>>, SetupError> {
    let domain =
        Radix2EvaluationDomain::<Fr>::new(powers.len()).ok_or(SetupError::Powers("that size is not offered"))?;
    let mut points: Vec<G::Group> = powers.iter().map(|point| point.into_group()).collect();
    domain.ifft_in_place(&mut points);
    Ok(points.into_iter().map(Point).collect())
}

fn affine<G: CurveGroup>(points: &[Point<G>]) -> Vec<G::Affine> {
    let points: Vec<G> = points.iter().map(|point| point.0).collect();
    G::normalize_batch(&points)
}

/// Contributes: multiplies delta and delta_D by two independent numbers out of `entropy`, which nobody may learn, and
/// proves that they are known. `chain` is the transcript's digest so far.
///
/// # Errors
/// When the name is too long.
pub fn contribute(
    key: &mut ProvingKey,
    chain: &[u8; 32],
    name: &str,
    entropy: [u8; 32],
) -> Result<Contribution, SetupError> {
    // The name too: one entropy under two names would otherwise answer two challenges with one nonce.
    let mut stream = Secrets::new(entropy).stream("contribution", &[chain, name.as_bytes()].concat());
    let (x, y) = (stream.scalar(), stream.scalar());
    let nonces = (stream.scalar(), stream.scalar());
    apply(key, chain, String::from(name), None, (x, y), nonces)
}

/// The last contribution: from bytes that nobody could foresee, hashed 2^`log_rounds` times. Everybody can repeat it.
///
/// # Errors
/// When the beacon is empty, too long, or hashed too often.
pub fn beacon(
    key: &mut ProvingKey,
    chain: &[u8; 32],
    source: &[u8],
    log_rounds: u8,
) -> Result<Contribution, SetupError> {
    let beacon = Beacon::new(source, log_rounds)?;
    let (x, y, nonces) = beacon.secrets(chain);
    apply(key, chain, String::from("beacon"), Some(beacon), (x, y), nonces)
}

fn apply(
    key: &mut ProvingKey,
    chain: &[u8; 32],
    name: String,
    beacon: Option<Beacon>,
    (x, y): (Fr, Fr),
    nonces: (Fr, Fr),
) -> Result<Contribution, SetupError> {
    let before = Deltas::of(key);
    let (Some(over_x), Some(over_y)) = (x.inverse(), y.inverse()) else {
        return Err(SetupError::Transcript("a secret is zero"));
    };
    let scale = |points: &mut Vec<G1Affine>, by: Fr| {
        let scaled: Vec<G1Projective> = points.iter().map(|point| *point * by).collect();
        *points = G1Projective::normalize_batch(&scaled);
    };
    scale(&mut key.proof.l, over_x);
    scale(&mut key.proof.h, over_x);
    scale(&mut key.commit.ck, over_y);
    key.commit.delta_g1 = (before.delta.0 * x).into_affine();
    key.vk.delta_g2 = (before.delta.1 * x).into_affine();
    key.proof.delta_d_g1 = (before.delta_d.0 * y).into_affine();
    key.vk.delta_d_g2 = (before.delta_d.1 * y).into_affine();
    let after = Deltas::of(key);
    let delta = Link::new("delta", chain, &name, before.delta.0, after.delta, x, nonces.0)?;
    let delta_d = Link::new("delta_D", chain, &name, before.delta_d.0, after.delta_d, y, nonces.1)?;
    Contribution::new(name, beacon, delta, delta_d)
}

/// delta and delta_D in both groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deltas {
    /// delta.
    pub delta: (G1Affine, G2Affine),
    /// delta_D.
    pub delta_d: (G1Affine, G2Affine),
}

impl Deltas {
    /// Before any contribution.
    #[must_use]
    pub fn first() -> Self {
        let ones = (G1Affine::generator(), G2Affine::generator());
        Self { delta: ones, delta_d: ones }
    }

    /// Those of a key.
    #[must_use]
    pub const fn of(key: &ProvingKey) -> Self {
        Self { delta: (key.commit.delta_g1, key.vk.delta_g2), delta_d: (key.proof.delta_d_g1, key.vk.delta_d_g2) }
    }
}
