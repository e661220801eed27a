//! Fourier transforms over the scalars, and the quotient polynomial that Groth16's prover needs.
//!
//! Transforms run from natural to bit-reversed order and back, so that nothing is permuted between them.

use crate::field::{Fe, Scalar};
use alloc::{vec, vec::Vec};
use ark_bn254::Fr;
use ark_ff::{BigInt, FftField as _, Field as _};

type F = Fe<Scalar>;

/// The 2^log-th roots of one, and powers of the coset's generator.
#[derive(Clone, Debug)]
pub struct Domain {
    log: u32,
    /// w^0 .. w^(n/2 - 1), and the same of 1/w.
    roots: Vec<F>,
    inverse_roots: Vec<F>,
    /// g^i / n in bit-reversed order, and 1 / (n g^i (g^n - 1)) likewise.
    into_coset: Vec<F>,
    out_of_coset: Vec<F>,
}

fn take(value: &Fr) -> F {
    F::from_montgomery_256((value.0).0)
}

fn give(value: &F) -> Fr {
    // The words are below the modulus, so this is the element with that Montgomery form.
    Fr::new_unchecked(BigInt(value.to_montgomery_256()))
}

impl Domain {
    /// The domain of 2^log points; none above 2^28, which the field has not.
    #[must_use]
    pub fn new(log: u32) -> Option<Self> {
        let n = 1u64.checked_shl(log).filter(|n| *n <= 1 << 28)?;
        let root = Fr::get_root_of_unity(n)?;
        let generator = Fr::GENERATOR;
        let size = Fr::from(n).inverse()?;
        let vanishing = (generator.pow([n]) - Fr::ONE).inverse()?;
        let powers = |base: Fr, first: Fr, count: u64| {
            let (base, mut power) = (take(&base), take(&first));
            let mut out = Vec::with_capacity(count as usize);
            for _ in 0..count {
                out.push(power);
                power = power.times(&base);
            }
            out
        };
        let mut into_coset = powers(generator, size, n);
        let mut out_of_coset = powers(generator.inverse()?, size * vanishing, n);
        reverse(&mut into_coset, log);
        reverse(&mut out_of_coset, log);
        let (roots, inverse_roots) = (powers(root, Fr::ONE, n / 2), powers(root.inverse()?, Fr::ONE, n / 2));
        Some(Self { log, roots, inverse_roots, into_coset, out_of_coset })
    }

    /// Points of the domain.
    #[must_use]
    pub fn size(&self) -> usize {
        1 << self.log
    }

    /// From values in natural order to n times coefficients in bit-reversed order (decimation in frequency).
    fn coefficients(&self, values: &mut [F]) {
        let n = self.size();
        let mut half = n / 2;
        while half > 0 {
            let stride = n / 2 / half;
            for block in values.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                for ((a, b), root) in low.iter_mut().zip(high).zip(self.inverse_roots.iter().step_by(stride)) {
                    let difference = a.factor(b);
                    *a = a.plus(b);
                    *b = difference.times(root);
                }
            }
            half /= 2;
        }
    }

    /// From coefficients in bit-reversed order to values in natural order (decimation in time).
    fn values(&self, coefficients: &mut [F]) {
        let n = self.size();
        let mut half = 1;
        while half < n {
            let stride = n / 2 / half;
            for block in coefficients.chunks_exact_mut(2 * half) {
                let (low, high) = block.split_at_mut(half);
                for ((a, b), root) in low.iter_mut().zip(high).zip(self.roots.iter().step_by(stride)) {
                    let product = b.times(root);
                    *b = a.minus(&product);
                    *a = a.plus(&product);
                }
            }
            half *= 2;
        }
    }

    fn to_coset(&self, values: &mut [F]) {
        self.coefficients(values);
        for (value, power) in values.iter_mut().zip(&self.into_coset) {
            *value = value.times(power);
        }
        self.values(values);
    }

    /// The coefficients of (A B - C) / (x^n - 1), where A and B have the given values on the domain (missing ones are
    /// zero) and C their products: what libsnark's reduction computes.
    #[must_use]
    pub fn quotient(&self, a: &[Fr], b: &[Fr]) -> Vec<Fr> {
        let column = |values: &[Fr]| {
            let mut out = vec![F::ZERO; self.size()];
            out.iter_mut().zip(values).for_each(|(out, value)| *out = take(value));
            out
        };
        let (mut a, mut b) = (column(a), column(b));
        let mut c: Vec<F> = a.iter().zip(&b).map(|(a, b)| a.times(b)).collect();
        self.to_coset(&mut a);
        self.to_coset(&mut b);
        self.to_coset(&mut c);
        for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
            *a = a.times(b).minus(c);
        }
        self.coefficients(&mut a);
        for (value, power) in a.iter_mut().zip(&self.out_of_coset) {
            *value = value.times(power);
        }
        reverse(&mut a, self.log);
        a.iter().map(give).collect()
    }
}

/// Swaps each place with the one whose index has the same bits the other way round.
fn reverse(values: &mut [F], log: u32) {
    if log == 0 {
        return;
    }
    for index in 0..values.len() {
        let other = index.reverse_bits() >> (usize::BITS - log);
        if index < other {
            values.swap(index, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::UniformRand as _;
    use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};

    /// The same in arkworks' steps (LibsnarkReduction::witness_map_from_matrices).
    fn expected(a: &[Fr], b: &[Fr], n: usize) -> Vec<Fr> {
        let domain = Radix2EvaluationDomain::<Fr>::new(n).unwrap();
        let coset = domain.get_coset(Fr::GENERATOR).unwrap();
        let over = |mut values: Vec<Fr>| {
            values.resize(n, Fr::from(0u8));
            domain.ifft_in_place(&mut values);
            coset.fft_in_place(&mut values);
            values
        };
        let c = over(a.iter().zip(b).map(|(a, b)| a * b).collect());
        let vanishing = domain.evaluate_vanishing_polynomial(Fr::GENERATOR).inverse().unwrap();
        let (a, b) = (over(a.to_vec()), over(b.to_vec()));
        let mut h: Vec<Fr> = a.iter().zip(&b).zip(&c).map(|((a, b), c)| (a * b - c) * vanishing).collect();
        coset.ifft_in_place(&mut h);
        h
    }

    #[test]
    fn quotient_agrees_with_arkworks() {
        let mut rng = ark_std::test_rng();
        for log in 1..=11 {
            let n = 1usize << log;
            let a: Vec<Fr> = (0..n - 1).map(|_| Fr::rand(&mut rng)).collect();
            let b: Vec<Fr> = (0..n - 1).map(|_| Fr::rand(&mut rng)).collect();
            assert_eq!(Domain::new(log).unwrap().quotient(&a, &b), expected(&a, &b, n), "2^{log}");
        }
        assert!(Domain::new(40).is_none());
    }
}
