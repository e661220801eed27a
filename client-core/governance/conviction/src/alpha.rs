//! α = ⌊2^128 · 2^(−1/T)⌋ from a half-life T, by a fixed-point exponential with 256 fractional bits (design §6).

/// Shortest half-life in slots (design §11).
pub const MIN_HALF_LIFE: u64 = 30;
/// Longest half-life in slots (design §11).
pub const MAX_HALF_LIFE: u64 = 7_776_000;

/// A number in [0, 1) with 256 fractional bits, least significant limb first.
type Fraction = [u64; 4];

/// ⌊2^256 · ln 2⌋.
const LN_2: Fraction = [0x8a0d_175b_8baa_fa2b, 0x40f3_4326_7298_b62d, 0xc9e3_b398_03f2_f6af, 0xb172_17f7_d1cf_79ab];

/// α for half-life `half_life` slots, in units of 2^−128, or `None` outside
/// [[`MIN_HALF_LIFE`], [`MAX_HALF_LIFE`]]. The floor is exact for every half-life in that range
/// (`every_half_life_is_exact` walks all of them).
#[must_use]
pub fn alpha(half_life: u64) -> Option<u128> {
    let value = two_to_minus_inverse(half_life)?;
    Some(u128::from(value[3]) << 64 | u128::from(value[2]))
}

/// 2^(−1/T) with 256 fractional bits, wrong by less than 2^−248.
///
/// With r = ln 2 / T, e^(−r) = 1 − e₁ where eₙ = (r − r·eₙ₊₁)/n (Horner on the exponential series). Each level adds an
/// error below 3·2^−256 and shrinks the one below it by r < 1/32, so the sum stays under 4·2^−256.
fn two_to_minus_inverse(half_life: u64) -> Option<Fraction> {
    if !(MIN_HALF_LIFE..=MAX_HALF_LIFE).contains(&half_life) {
        return None;
    }
    let rate = div_small(&LN_2, half_life);
    // r < 2^−⌊log2 T⌋, so after this many terms the rest of the series is below 2^−264.
    let terms = 264 / u64::from(half_life.ilog2()) + 1;
    let mut e = [0; 4];
    for n in (1..=terms).rev() {
        e = div_small(&sub(&rate, &mul_high(&rate, &e)), n);
    }
    Some(sub(&[0; 4], &e)) // 1 − e, modulo 1; e > 0
}

/// `⌊a / divisor⌋` for a non-zero divisor.
fn div_small(a: &Fraction, divisor: u64) -> Fraction {
    let divisor = u128::from(divisor);
    let mut out = [0; 4];
    let mut rest = 0_u128;
    for (digit, limb) in out.iter_mut().zip(a).rev() {
        let part = rest << 64 | u128::from(*limb);
        *digit = (part / divisor) as u64;
        rest = part % divisor;
    }
    out
}

/// `a − b` modulo 1.
fn sub(a: &Fraction, b: &Fraction) -> Fraction {
    let mut out = [0; 4];
    let mut borrow = false;
    for ((digit, left), right) in out.iter_mut().zip(a).zip(b) {
        (*digit, borrow) = left.borrowing_sub(*right, borrow);
    }
    out
}

/// `⌊a · b⌋` to 256 fractional bits.
fn mul_high(a: &Fraction, b: &Fraction) -> Fraction {
    let mut product = [0_u64; 8];
    for (i, left) in a.iter().enumerate() {
        let mut carry = 0;
        for (j, right) in b.iter().enumerate() {
            (product[i + j], carry) = left.carrying_mul_add(*right, product[i + j], carry);
        }
        product[i + 4] = carry;
    }
    [product[4], product[5], product[6], product[7]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The computed value is low by less than 2^−248 or high by less than 2^−248. When the 128 bits below α are neither
    /// nearly all zeros nor nearly all ones, no error of that size can have moved the floor.
    fn assert_floor_is_certain(half_life: u64) {
        let value = two_to_minus_inverse(half_life).unwrap();
        let rest = u128::from(value[1]) << 64 | u128::from(value[0]);
        assert!(rest > 1 << 8 && rest < u128::MAX - (1 << 8), "half-life {half_life}: floor not certain");
    }

    /// Against Python's `decimal` at 120 digits (docs/vectors/conviction.py checks many more).
    #[test]
    fn known_values() {
        assert_eq!(alpha(30), Some(0xfa27_27db_62ae_bb76_126e_c759_85ae_7fe5));
        assert_eq!(alpha(60), Some(0xfd0f_413d_0d9c_5ef1_dbe4_85cf_ba44_a80f));
        assert_eq!(alpha(259_200), Some(0xffff_d322_8118_5613_2a79_458c_80b5_43c5));
        assert_eq!(alpha(7_776_000), Some(0xffff_fe81_264f_508b_51e1_c6d1_02b1_8bdc));
    }

    #[test]
    fn bounds() {
        assert_eq!(alpha(29), None);
        assert_eq!(alpha(0), None);
        assert_eq!(alpha(7_776_001), None);
    }

    /// α grows with T and every floor is certain, for all 7,775,971 half-lives in the long run, every 997th otherwise.
    #[test]
    fn every_half_life_is_exact() {
        let step = if std::env::var_os("ZERA_LONG").is_some() { 1 } else { 997 };
        let mut previous = 0;
        for half_life in (MIN_HALF_LIFE..=MAX_HALF_LIFE).step_by(step) {
            assert_floor_is_certain(half_life);
            let alpha = alpha(half_life).unwrap();
            assert!(alpha > previous);
            previous = alpha;
        }
    }
}
