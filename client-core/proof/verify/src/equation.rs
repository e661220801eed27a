//! The equation of one segment, e(A, B) = e(α, β) · e(IC(x), γ) · e(D, δ_D) · e(C, δ), for many segments at once.
//!
//! Each is multiplied by a number of 128 bits that is hashed from all of them, so that no error of one can cancel another's. What
//! is paired with the same point of G2 is added first: one Miller loop per segment and one per point of the keys, and
//! one final exponentiation.

use crate::{SegmentProof, VerifyError, points, prepared::Prepared};
use alloc::vec::Vec;
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM, pairing::Pairing};
use ark_ff::{PrimeField, Zero};
use zera_primitives::Hash;

/// Domain of the numbers that the segments of a batch are multiplied by.
pub const BATCH_DOMAIN: &str = "zera/proof/batch/v1";

/// A segment with its points.
#[derive(Clone, Debug)]
pub struct Segment {
    a: G1Affine,
    b: G2Affine,
    c: G1Affine,
    d: G1Affine,
    /// Sum of its bus terms.
    pub sum: Fr,
    /// Sum of its gas.
    pub gas: Fr,
}

impl Segment {
    /// Decodes a segment.
    ///
    /// # Errors
    /// What is not canonical, not in its group, or the identity.
    pub fn new(proof: &SegmentProof) -> Result<Self, &'static str> {
        Ok(Self {
            a: points::g1(&proof.a)?,
            b: points::g2(&proof.b)?,
            c: points::g1(&proof.c)?,
            d: points::g1(&proof.d)?,
            sum: points::scalar(&proof.sum)?,
            gas: points::scalar(&proof.gas)?,
        })
    }
}

/// Claims that are checked together.
#[derive(Debug)]
pub struct Batch<'k> {
    keys: &'k Prepared,
    hasher: blake3::Hasher,
    claims: Vec<Claim>,
}

#[derive(Debug)]
struct Claim {
    class: usize,
    segment: Segment,
    inputs: Vec<Fr>,
}

impl<'k> Batch<'k> {
    /// An empty one, which holds.
    #[must_use]
    pub fn new(keys: &'k Prepared) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(BATCH_DOMAIN);
        hasher.update(&keys.digest().0);
        Self { keys, hasher, claims: Vec::new() }
    }

    /// Binds what the public inputs of the next segments were made from.
    pub fn absorb(&mut self, statement: &Hash) {
        self.hasher.update(&statement.0);
    }

    /// Adds the claim that `segment`, decoded from `proof`, holds with these public inputs.
    ///
    /// # Errors
    /// [`VerifyError::Segments`] for an unknown class or another number of inputs.
    pub fn add(&mut self, proof: &SegmentProof, segment: Segment, inputs: Vec<Fr>) -> Result<(), VerifyError> {
        let (class, key) = self.keys.class(proof.class).ok_or(VerifyError::Segments("a class without a key"))?;
        if inputs.len() + 1 != key.ic.len() {
            return Err(VerifyError::Segments("another number of public inputs than the key takes"));
        }
        self.hasher.update(&[proof.class]);
        for bytes in [proof.a.as_slice(), &proof.b, &proof.c, &proof.d] {
            self.hasher.update(bytes);
        }
        for input in &inputs {
            self.hasher.update(&points::to_bytes::<_, 32>(input).map_err(VerifyError::Segments)?);
        }
        self.claims.push(Claim { class, segment, inputs });
        Ok(())
    }

    /// Checks them all.
    ///
    /// # Errors
    /// [`VerifyError::Equation`] if one does not hold.
    pub fn check(self) -> Result<(), VerifyError> {
        let Self { keys, hasher, claims } = self;
        let mut reader = hasher.finalize_xof();
        let factors: Vec<Fr> = claims.iter().map(|_| factor(&mut reader)).collect();
        // What is paired with each point of G2 that stands in the keys.
        let mut sums = alloc::vec![G1Projective::zero(); keys.lines().len()];
        let mut put = |place: usize, point: G1Projective| {
            if let Some(sum) = sums.get_mut(place) {
                *sum += point;
            }
        };
        for (index, class) in keys.classes().iter().enumerate() {
            let mine: Vec<(&Claim, Fr)> =
                claims.iter().zip(&factors).filter(|(claim, _)| claim.class == index).map(|(c, f)| (c, *f)).collect();
            if mine.is_empty() {
                continue;
            }
            let scalars: Vec<Fr> = mine.iter().map(|(_, factor)| *factor).collect();
            let total: Fr = scalars.iter().sum();
            // IC(x): the constant one, then each input, added up over the segments.
            let mut weights = alloc::vec![Fr::zero(); class.ic.len()];
            for (claim, factor) in &mine {
                let values = core::iter::once(*factor).chain(claim.inputs.iter().map(|input| *input * factor));
                weights.iter_mut().zip(values).for_each(|(weight, value)| *weight += value);
            }
            put(class.beta, class.alpha * total);
            put(class.gamma, combine(&class.ic, &weights)?);
            put(class.delta, combine(&mine.iter().map(|(claim, _)| claim.segment.c).collect::<Vec<_>>(), &scalars)?);
            put(class.delta_d, combine(&mine.iter().map(|(claim, _)| claim.segment.d).collect::<Vec<_>>(), &scalars)?);
        }
        let left: Vec<G1Projective> =
            claims.iter().zip(&factors).map(|(claim, factor)| claim.segment.a * *factor).collect();
        let g1 =
            G1Projective::normalize_batch(&left.into_iter().chain(sums.into_iter().map(|s| -s)).collect::<Vec<_>>());
        let b = claims.iter().map(|claim| claim.segment.b.into());
        let g2 = b.chain(keys.lines().iter().map(|(_, prepared)| prepared.clone()));
        // A pairing with the identity is one: what no segment uses costs nothing.
        let (g1, g2): (Vec<G1Affine>, Vec<_>) = g1.into_iter().zip(g2).filter(|(point, _)| !point.is_zero()).unzip();
        let product = Bn254::final_exponentiation(Bn254::multi_miller_loop(g1, g2));
        product.filter(Zero::is_zero).map(|_| ()).ok_or(VerifyError::Equation)
    }
}

/// A number of 128 bits, not zero.
fn factor(reader: &mut blake3::OutputReader) -> Fr {
    let mut bytes = [0u8; 16];
    reader.fill(&mut bytes);
    Fr::from(u128::from_le_bytes(bytes).max(1))
}

fn combine(points: &[G1Affine], scalars: &[Fr]) -> Result<G1Projective, VerifyError> {
    let scalars: Vec<_> = scalars.iter().map(|scalar| scalar.into_bigint()).collect();
    if points.len() == scalars.len() {
        Ok(G1Projective::msm_bigint(points, &scalars))
    } else {
        Err(VerifyError::Equation)
    }
}
