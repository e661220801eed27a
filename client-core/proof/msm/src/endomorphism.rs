//! k = k1 + k2 lambda with both parts about half as long, so that k P = k1 P + k2 (beta x, y).

use ark_bn254::Fq;
use ark_ff::MontFp;

/// A cube root of one in the field of coordinates: (beta x, y) = lambda (x, y).
pub const BETA: Fq = MontFp!("21888242871839275220042445260109153167277707414472061641714758635765020556616");

type Words = [u64; 4];

/// round(2^256 n22 / r) and round(2^256 n21 / r), where the rows (n11, -n21), (n21, n22) generate the lattice of all
/// (a, b) with a + b lambda = 0 mod r.
const G1: Words = [0x5398_fd03_00ff_6565, 0x4cce_f014_a773_d2d2, 2, 0];
const G2: Words = [0xd91d_232e_c7e0_b3d7, 2, 0, 0];
const N11: Words = [0x8211_bbeb_7d4f_1128, 0x6f4d_8248_eeb8_59fc, 0, 0];
const N21: Words = [0x89d3_2568_94d2_13e3, 0, 0, 0];
const N22: Words = [0x0be4_e154_1221_250b, 0x6f4d_8248_eeb8_59fd, 0, 0];

/// A part of a scalar: magnitude and sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// Magnitude, below 2^128.
    pub words: [u64; 2],
    /// True if it is below zero.
    pub negative: bool,
}

/// Splits a scalar below r.
#[must_use]
pub fn split(k: &Words) -> (Part, Part) {
    let (b1, b2) = (high(k, &G1), high(k, &G2));
    let k1 = minus(&minus(k, &low(&b1, &N11)), &low(&b2, &N21));
    let k2 = minus(&low(&b1, &N21), &low(&b2, &N22));
    (part(&k1), part(&k2))
}

/// Two's complement to magnitude and sign.
fn part(value: &Words) -> Part {
    let negative = value[3] >> 63 == 1;
    let magnitude = if negative { minus(&[0; 4], value) } else { *value };
    Part { words: [magnitude[0], magnitude[1]], negative }
}

fn product(a: &Words, b: &Words) -> [u64; 8] {
    let mut out = [0u64; 8];
    for (i, a) in a.iter().enumerate() {
        let mut carry = 0u128;
        for (j, b) in b.iter().enumerate() {
            let sum = u128::from(*a) * u128::from(*b) + u128::from(out[i + j]) + carry;
            out[i + j] = sum as u64;
            carry = sum >> 64;
        }
        out[i + 4] = carry as u64;
    }
    out
}

/// The product over 2^256, rounded down.
fn high(a: &Words, b: &Words) -> Words {
    let [_, _, _, _, high @ ..] = product(a, b);
    high
}

/// The product mod 2^256.
fn low(a: &Words, b: &Words) -> Words {
    let [low @ .., _, _, _, _] = product(a, b);
    low
}

fn minus(a: &Words, b: &Words) -> Words {
    let mut out = [0; 4];
    let mut borrow = false;
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        let (difference, first) = a.overflowing_sub(*b);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        (*out, borrow) = (difference, first || second);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Fr, g1};
    use ark_ec::scalar_mul::glv::GLVConfig as _;
    use ark_ff::{BigInt, PrimeField as _, UniformRand as _};

    #[test]
    fn parts_add_up_and_are_short() {
        let mut rng = ark_std::test_rng();
        let field = |part: &Part| {
            let value = Fr::from_bigint(BigInt([part.words[0], part.words[1], 0, 0])).unwrap();
            if part.negative { -value } else { value }
        };
        let edge = [Fr::from(0u8), Fr::from(1u8), -Fr::from(1u8), g1::Config::LAMBDA];
        for k in edge.into_iter().chain((0..2_000).map(|_| Fr::rand(&mut rng))) {
            let (one, two) = split(&k.into_bigint().0);
            assert_eq!(field(&one) + field(&two) * g1::Config::LAMBDA, k);
            assert!(one.words[1] >> 63 == 0 && two.words[1] >> 63 == 0, "{k} has a long part");
        }
        assert_eq!(BETA, g1::Config::ENDO_COEFFS[0]);
    }
}
