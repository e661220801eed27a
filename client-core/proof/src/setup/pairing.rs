//! One question to the pairing.

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::{AffineRepr, pairing::Pairing};
use ark_ff::Zero;

/// Whether `first.1 = x first.0` and `second.1 = x second.0` for one x. Never with an identity on both sides.
#[must_use]
pub fn same_ratio(first: (G1Affine, G1Affine), second: (G2Affine, G2Affine)) -> bool {
    if first.0.is_zero() || second.0.is_zero() {
        return false;
    }
    Bn254::multi_pairing([first.0, (-first.1.into_group()).into()], [second.1, second.0]).is_zero()
}
