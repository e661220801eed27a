//! Exact 256-bit products of two `u128`: all that conviction needs beyond plain integers (design §6).
//!
//! Written here rather than taken from a big-integer crate: three short functions over the standard library's
//! carrying operations cost nothing to download in the page and are checked against Python's integers.

use core::cmp::Ordering;

/// A 256-bit product as (high, low) halves. Tuples of this order compare like the numbers they stand for.
pub type Wide = (u128, u128);

/// `a · b`, exact.
#[must_use]
pub fn mul(a: u128, b: u128) -> Wide {
    let (low, high) = a.carrying_mul(b, 0);
    (high, low)
}

/// `⌊a · b / 2^128⌋`.
#[must_use]
pub fn mul_high(a: u128, b: u128) -> u128 {
    mul(a, b).0
}

/// `⌊(a·b + c·d) / 2^128⌋`, or `None` when the sum needs more than 256 bits.
#[must_use]
pub fn sum_of_products_high(a: u128, b: u128, c: u128, d: u128) -> Option<u128> {
    let (first_high, first_low) = mul(a, b);
    let (second_high, second_low) = mul(c, d);
    let (_, carry) = first_low.carrying_add(second_low, false);
    let (high, overflow) = first_high.carrying_add(second_high, carry);
    if overflow { None } else { Some(high) }
}

/// Compares `a · b` with `c · d`, exactly.
#[must_use]
pub fn cmp_products(a: u128, b: u128, c: u128, d: u128) -> Ordering {
    mul(a, b).cmp(&mul(c, d))
}

/// `⌊a · b / divisor⌋`, or `None` when the divisor is zero or the quotient needs more than 128 bits.
#[must_use]
pub fn mul_div(a: u128, b: u128, divisor: u128) -> Option<u128> {
    let (high, low) = mul(a, b);
    if high >= divisor {
        return None; // also covers divisor = 0
    }
    if high == 0 {
        return low.checked_div(divisor);
    }
    // Schoolbook binary division: one quotient bit per step, the remainder always stays below the divisor.
    let (mut remainder, mut rest, mut quotient) = (high, low, 0_u128);
    for _ in 0..u128::BITS {
        let carried = remainder >> 127 == 1;
        remainder = (remainder << 1) | (rest >> 127);
        rest <<= 1;
        quotient <<= 1;
        if carried || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(mul(u128::MAX, u128::MAX), (u128::MAX - 1, 1));
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), Some(u128::MAX));
        assert_eq!(mul_div(u128::MAX, 3, 2), None);
        assert_eq!(mul_div(1, 1, 0), None);
        assert_eq!(mul_div(1 << 127, 6, 1 << 127), Some(6));
        assert_eq!(sum_of_products_high(u128::MAX, u128::MAX, u128::MAX, u128::MAX), None);
        assert_eq!(cmp_products(1 << 100, 1 << 100, 1 << 99, 1 << 101), Ordering::Equal);
    }

    proptest! {
        /// q·d + r = a·b with r < d: the definition of the floor, checked through another route.
        #[test]
        fn division_is_the_floor(a: u128, b: u128, d in 1_u128..) {
            if let Some(quotient) = mul_div(a, b, d) {
                let (high, low) = mul(quotient, d);
                let (product_high, product_low) = mul(a, b);
                let (rest_low, borrow) = product_low.borrowing_sub(low, false);
                let (rest_high, under) = product_high.borrowing_sub(high, borrow);
                prop_assert!(!under && rest_high == 0 && rest_low < d);
            } else {
                prop_assert!(mul_high(a, b) >= d);
            }
        }
    }
}
