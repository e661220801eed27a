//! Field elements and points from bytes: canonical ones only.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};

/// Bytes of a value of `N` bytes.
///
/// # Errors
/// A description if it has another length.
pub fn to_bytes<T: CanonicalSerialize, const N: usize>(value: &T) -> Result<[u8; N], &'static str> {
    let mut out = [0u8; N];
    let mut rest = out.as_mut_slice();
    value.serialize_compressed(&mut rest).map_err(|_| "a value has another length")?;
    if rest.is_empty() { Ok(out) } else { Err("a value has another length") }
}

/// A value whose encoding is exactly `bytes`: in its field, on its curve, in its subgroup.
fn exact<T: CanonicalSerialize + CanonicalDeserialize, const N: usize>(bytes: &[u8; N]) -> Option<T> {
    let value = T::deserialize_compressed(bytes.as_slice()).ok()?;
    (to_bytes::<T, N>(&value).ok()? == *bytes).then_some(value)
}

/// A number below the group's order.
///
/// # Errors
/// A description for people.
pub fn scalar(bytes: &[u8; 32]) -> Result<Fr, &'static str> {
    exact(bytes).ok_or("a number is not below the group's order")
}

/// A point of G1 that is not the identity.
///
/// # Errors
/// A description for people.
pub fn g1(bytes: &[u8; 32]) -> Result<G1Affine, &'static str> {
    exact(bytes).filter(|point: &G1Affine| !point.is_zero()).ok_or("a point of G1 is not canonical, or the identity")
}

/// A point of G2 that is not the identity.
///
/// # Errors
/// A description for people.
pub fn g2(bytes: &[u8; 64]) -> Result<G2Affine, &'static str> {
    let point: Option<G2Affine> = exact(bytes);
    point.filter(|point| !point.is_zero()).ok_or("a point of G2 is not canonical, not in the group, or the identity")
}
