//! Phase 1: powers of a number that nobody knows, in both groups. Good for every circuit up to its size.

use super::{SetupError, keyfile::Coordinates, pairing::same_ratio};
use crate::groth16::{ArkMsm, Msm, Secrets};
use alloc::vec::Vec;
use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup, scalar_mul::BatchMulPreprocessing};
use ark_ff::One;
use zera_primitives::Hash;

/// Domain of [`Powers::digest`].
const POWERS_DOMAIN: &str = "zera/proof/powers/v1";
/// Largest logarithm that is taken.
pub const MAX_LOG: u32 = 24;

/// Powers of tau for domains up to 2^log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Powers {
    /// Logarithm of the largest domain.
    pub log: u32,
    /// tau^i in G1, 2^(log + 1) - 1 of them.
    pub tau_g1: Vec<G1Affine>,
    /// tau^i in G2, 2^log of them.
    pub tau_g2: Vec<G2Affine>,
    /// alpha tau^i in G1, 2^log of them.
    pub alpha_g1: Vec<G1Affine>,
    /// beta tau^i in G1, 2^log of them.
    pub beta_g1: Vec<G1Affine>,
    /// beta in G2.
    pub beta_g2: G2Affine,
}

impl Powers {
    /// Powers of a number that follows from `seed`: whoever knows it can prove anything. With a seed that is drawn and
    /// forgotten they are as good as the machine that drew it.
    ///
    /// # Errors
    /// When `log` is out of range.
    pub fn local(seed: [u8; 32], log: u32) -> Result<Self, SetupError> {
        if log == 0 || log > MAX_LOG {
            return Err(SetupError::Powers("that size is not offered"));
        }
        let mut stream = Secrets::new(seed).stream("powers", b"");
        let (tau, alpha, beta) = (stream.scalar(), stream.scalar(), stream.scalar());
        let size = 1_usize << log;
        let mut scalars = Vec::with_capacity(2 * size - 1);
        let mut power = Fr::one();
        for _ in 0..2 * size - 1 {
            scalars.push(power);
            power *= tau;
        }
        let times = |by: Fr| -> Vec<Fr> { scalars[..size].iter().map(|scalar| *scalar * by).collect() };
        let first = BatchMulPreprocessing::new(G1Projective::generator(), 4 * size);
        let second = BatchMulPreprocessing::new(G2Projective::generator(), size);
        Ok(Self {
            log,
            tau_g1: first.batch_mul(&scalars),
            tau_g2: second.batch_mul(&scalars[..size]),
            alpha_g1: first.batch_mul(&times(alpha)),
            beta_g1: first.batch_mul(&times(beta)),
            beta_g2: (G2Projective::generator() * beta).into_affine(),
        })
    }

    /// Those that a domain of 2^log needs.
    ///
    /// # Errors
    /// [`SetupError::TooFew`].
    pub fn cut(&self, log: u32) -> Result<Self, SetupError> {
        if log > self.log || log == 0 {
            return Err(SetupError::TooFew { needed: log, have: self.log });
        }
        let size = 1_usize << log;
        Ok(Self {
            log,
            tau_g1: self.tau_g1[..2 * size - 1].to_vec(),
            tau_g2: self.tau_g2[..size].to_vec(),
            alpha_g1: self.alpha_g1[..size].to_vec(),
            beta_g1: self.beta_g1[..size].to_vec(),
            beta_g2: self.beta_g2,
        })
    }

    /// Digest of all points.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key(POWERS_DOMAIN);
        hasher.update(&self.log.to_le_bytes());
        let mut buffer = Vec::new();
        for points in [&self.tau_g1, &self.alpha_g1, &self.beta_g1] {
            for point in points {
                point.write(&mut buffer);
                hasher.update(&buffer);
                buffer.clear();
            }
        }
        for point in self.tau_g2.iter().chain([&self.beta_g2]) {
            point.write(&mut buffer);
            hasher.update(&buffer);
            buffer.clear();
        }
        Hash(*hasher.finalize().as_bytes())
    }

    /// Checks that all points are in their groups and are powers of one tau, times one alpha and one beta. Coefficients
    /// follow from [`Powers::digest`], so nobody could choose the points after them.
    ///
    /// # Errors
    /// [`SetupError::Powers`].
    pub fn check(&self) -> Result<(), SetupError> {
        let size = 1_usize << self.log.min(MAX_LOG);
        let counts = (self.tau_g1.len(), self.tau_g2.len(), self.alpha_g1.len(), self.beta_g1.len());
        if counts != (2 * size - 1, size, size, size) {
            return Err(SetupError::Powers("their counts do not belong together"));
        }
        let first = [&self.tau_g1, &self.alpha_g1, &self.beta_g1].into_iter().flatten();
        let mut second = self.tau_g2.iter().chain([&self.beta_g2]);
        if first.into_iter().any(|point| point.is_zero() || !point.sound()) {
            return Err(SetupError::Powers("a point is not on the curve, or the identity"));
        }
        if second.any(|point| point.is_zero() || !point.sound()) {
            return Err(SetupError::Powers("a point is not in the second group, or the identity"));
        }
        let (one, two) = (G1Affine::generator(), G2Affine::generator());
        if self.tau_g1[0] != one || self.tau_g2[0] != two || self.tau_g1[1] == one {
            return Err(SetupError::Powers("they do not begin with the generators"));
        }
        let mut stream = Secrets::new(self.digest().0).stream("check of powers", b"");
        let rho: Vec<Fr> = (0..self.tau_g1.len()).map(|_| stream.scalar()).collect();
        let (tau_1, tau_2) = (self.tau_g1[1], self.tau_g2[1]);
        for points in [&self.tau_g1, &self.alpha_g1, &self.beta_g1] {
            let before = ArkMsm.g1(&points[..points.len() - 1], &rho).into_affine();
            let after = ArkMsm.g1(&points[1..], &rho).into_affine();
            if !same_ratio((before, after), (two, tau_2)) {
                return Err(SetupError::Powers("a point of the first group is not the next power"));
            }
        }
        let before = ArkMsm.g2(&self.tau_g2[..size - 1], &rho).into_affine();
        let after = ArkMsm.g2(&self.tau_g2[1..], &rho).into_affine();
        if !same_ratio((one, tau_1), (before, after)) {
            return Err(SetupError::Powers("a point of the second group is not the next power"));
        }
        if !same_ratio((one, self.beta_g1[0]), (two, self.beta_g2)) {
            return Err(SetupError::Powers("beta differs between the groups"));
        }
        Ok(())
    }
}
