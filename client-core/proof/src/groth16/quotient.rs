//! The polynomial H = (A B - C) / Z of a satisfied circuit.

use super::{ProofError, matrices::Matrices};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{FftField, Field, One, Zero};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

/// Values of A and B on the domain, as far as they are not zero; `full` are the values of all wires.
#[must_use]
pub fn sides(matrices: &Matrices, full: &[Fr]) -> (Vec<Fr>, Vec<Fr>) {
    let mut a: Vec<Fr> = matrices.a.iter().map(|row| inner(row, full)).collect();
    // One row for each input binds it to its wire.
    a.extend_from_slice(full.get(..matrices.inputs).unwrap_or_default());
    (a, matrices.b.iter().map(|row| inner(row, full)).collect())
}

/// Coefficients of H, as many as the domain of 2^`log` has points, from what [`sides`] gives for a satisfied circuit (else
/// they mean nothing).
///
/// On the domain C is A times B point by point, because the circuit is satisfied. So the product polynomial is
/// lo + X^n hi with lo + hi = C, and on the coset g where X^n = k it reads lo + k hi: H = hi is the difference over
/// k - 1. Six transforms, where the textbook takes seven.
///
/// # Errors
/// When the circuit is too large for the field.
pub fn quotient(log: u32, mut a: Vec<Fr>, mut b: Vec<Fr>) -> Result<Vec<Fr>, ProofError> {
    let too_large = ProofError::Circuit("it is too large");
    let size = 1_usize.checked_shl(log).ok_or_else(|| too_large.clone())?;
    let domain = Radix2EvaluationDomain::<Fr>::new(size).ok_or_else(|| too_large.clone())?;
    let coset = domain.get_coset(Fr::GENERATOR).ok_or(too_large)?;
    a.resize(size, Fr::zero());
    b.resize(size, Fr::zero());
    let mut low = product(&a, &b);
    domain.ifft_in_place(&mut low);
    for side in [&mut a, &mut b] {
        domain.ifft_in_place(side);
        coset.fft_in_place(side);
    }
    let mut high = product(&a, &b);
    coset.ifft_in_place(&mut high);
    let k = Fr::GENERATOR.pow([size as u64]);
    let scale = (k - Fr::one()).inverse().ok_or(ProofError::Circuit("its domain has no coset"))?;
    for (high, low) in high.iter_mut().zip(&low) {
        *high = (*high - low) * scale;
    }
    Ok(high)
}

/// Value of a row.
pub(crate) fn inner(row: &[(Fr, u32)], full: &[Fr]) -> Fr {
    let mut sum = Fr::zero();
    for &(coefficient, wire) in row {
        let value = full[wire as usize];
        sum += if coefficient.is_one() { value } else { coefficient * value };
    }
    sum
}

fn product(a: &[Fr], b: &[Fr]) -> Vec<Fr> {
    a.iter().zip(b).map(|(a, b)| *a * b).collect()
}
