//! Columns of a circuit's matrices at tau, as numbers or as points.

use crate::groth16::matrices::Matrices;
use alloc::{vec, vec::Vec};
use ark_bn254::Fr;
use ark_ec::CurveGroup;
use ark_ff::{BigInteger, One, PrimeField, Zero};

/// What a column is a sum of: scalars or points.
pub trait Value: Copy {
    /// Nothing.
    fn nothing() -> Self;
    /// Adds `coefficient` times `value`.
    fn add(&mut self, coefficient: &Fr, value: &Self);
}

impl Value for Fr {
    fn nothing() -> Self {
        Self::zero()
    }

    fn add(&mut self, coefficient: &Fr, value: &Self) {
        *self += *coefficient * value;
    }
}

/// A point as a [`Value`].
#[derive(Clone, Copy, Debug)]
pub struct Point<G>(pub G);

impl<G: CurveGroup<ScalarField = Fr>> Value for Point<G> {
    fn nothing() -> Self {
        Self(G::zero())
    }

    /// Most coefficients are short or the negative of short numbers: never a full multiplication for those.
    fn add(&mut self, coefficient: &Fr, value: &Self) {
        let negative = -*coefficient;
        let (magnitude, minus) = (coefficient.into_bigint(), negative.into_bigint());
        if coefficient.is_one() {
            self.0 += value.0;
        } else if negative.is_one() {
            self.0 -= value.0;
        } else if minus.num_bits() < magnitude.num_bits() {
            self.0 -= value.0.mul_bigint(minus);
        } else {
            self.0 += value.0.mul_bigint(magnitude);
        }
    }
}

/// The sum over rows j of `matrix[j][i] * basis[j]`, for every wire i.
#[must_use]
pub fn columns<T: Value>(matrix: &[Vec<(Fr, u32)>], basis: &[T], wires: usize) -> Vec<T> {
    let mut sums = vec![T::nothing(); wires];
    for (row, value) in matrix.iter().zip(basis) {
        for (coefficient, wire) in row {
            sums[*wire as usize].add(coefficient, value);
        }
    }
    sums
}

/// u_i: the columns of A, and for each input the row that binds it.
#[must_use]
pub fn left_columns<T: Value>(matrices: &Matrices, basis: &[T]) -> Vec<T> {
    let mut sums = columns(&matrices.a, basis, matrices.wires);
    for (sum, value) in sums.iter_mut().zip(&basis[matrices.a.len()..]).take(matrices.inputs) {
        sum.add(&Fr::one(), value);
    }
    sums
}
