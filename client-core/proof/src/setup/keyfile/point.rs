//! Points as bytes: coordinates, each 32 bytes, lowest first, below the field's order; zeros for the identity.

use alloc::vec::Vec;
use ark_bn254::{Fq, Fq2, g1::G1Affine, g2::G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, BigInteger, PrimeField};

/// Bytes of a point of the first group.
pub const G1_BYTES: usize = 64;
/// Bytes of a point of the second group.
pub const G2_BYTES: usize = 128;

/// A point that is written and read by its coordinates.
pub trait Coordinates: AffineRepr {
    /// Its length.
    const BYTES: usize;
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
    /// Reads one of exactly [`Coordinates::BYTES`]; none if a coordinate is not below the order. Does not look whether the
    /// point is on the curve: the bytes have a hash, or [`Coordinates::sound`] looks.
    fn read(bytes: &[u8]) -> Option<Self>;
    /// Whether it is on the curve and in the group.
    fn sound(&self) -> bool;
}

fn write_number(number: &Fq, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.into_bigint().to_bytes_le());
}

fn read_number(bytes: &[u8]) -> Option<Fq> {
    let mut limbs = [0_u64; 4];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(bytes.try_into().ok()?);
    }
    Fq::from_bigint(BigInt::new(limbs))
}

impl Coordinates for G1Affine {
    const BYTES: usize = G1_BYTES;

    fn write(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        write_number(&x, out);
        write_number(&y, out);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut numbers = bytes.chunks_exact(32).map(read_number);
        Some(Self::new_unchecked(numbers.next()??, numbers.next()??))
    }

    fn sound(&self) -> bool {
        self.is_on_curve()
    }
}

impl Coordinates for G2Affine {
    const BYTES: usize = G2_BYTES;

    fn write(&self, out: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        for number in [x.c0, x.c1, y.c0, y.c1] {
            write_number(&number, out);
        }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut numbers = bytes.chunks_exact(32).map(read_number);
        let mut next = || numbers.next().flatten();
        Some(Self::new_unchecked(Fq2::new(next()?, next()?), Fq2::new(next()?, next()?)))
    }

    fn sound(&self) -> bool {
        self.is_on_curve() && self.is_in_correct_subgroup_assuming_on_curve()
    }
}

/// Appends points.
pub fn write_points<G: Coordinates>(points: &[G], out: &mut Vec<u8>) {
    out.reserve(points.len() * G::BYTES);
    for point in points {
        point.write(out);
    }
}
