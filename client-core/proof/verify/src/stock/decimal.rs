//! Decimal numbers in their one form, below a modulus.

use ark_ff::{BigInt, Fp, FpConfig, PrimeField};

/// 10^19, the largest power of ten in 64 bits.
const CHUNK: usize = 19;

/// The field element that `text` writes.
///
/// # Errors
/// A description: not decimal, with leading zeros, or not below the modulus.
pub fn element<P: FpConfig<N>, const N: usize>(text: &str) -> Result<Fp<P, N>, &'static str> {
    const SHAPE: &str = "is not a decimal number in its shortest form";
    const LARGE: &str = "is not below the modulus";
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || (digits.len() > 1 && digits.starts_with(b"0")) {
        return Err(SHAPE);
    }
    if digits.len() > N.saturating_mul(20) {
        return Err(LARGE);
    }
    let mut value = [0u64; N];
    for chunk in digits.chunks(CHUNK) {
        let (mut scale, mut add) = (1u64, 0u64);
        for digit in chunk {
            scale = scale.wrapping_mul(10);
            add = add.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        }
        let mut carry = u128::from(add);
        for limb in &mut value {
            carry += u128::from(*limb) * u128::from(scale);
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry != 0 {
            return Err(LARGE);
        }
    }
    Fp::from_bigint(BigInt::new(value)).ok_or(LARGE)
}
