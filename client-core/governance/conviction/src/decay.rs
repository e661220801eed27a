//! A(Δ) = α^Δ: the share of old conviction that is left after Δ slots (design §6).

use crate::wide;

/// A factor in [0, 1] in units of 2^−128. One needs 129 bits, so it has a variant of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// Exactly 2^128: nothing has decayed.
    One,
    /// Any smaller factor.
    Below(u128),
}

impl Factor {
    /// `⌊self · other / 2^128⌋`.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::One, factor) | (factor, Self::One) => factor,
            (Self::Below(a), Self::Below(b)) => Self::Below(wide::mul_high(a, b)),
        }
    }

    /// `⌊(A·from + (2^128 − A)·towards) / 2^128⌋`: `from` pulled towards `towards`, one floor.
    #[must_use]
    pub fn blend(self, from: u128, towards: u128) -> u128 {
        match self {
            Self::One => from,
            Self::Below(0) => towards,
            // The sum is at most 2^128 · max(from, towards), so it always fits; `towards` is the limit in any case.
            Self::Below(a) => match wide::sum_of_products_high(a, from, a.wrapping_neg(), towards) {
                Some(value) => value,
                None => towards,
            },
        }
    }
}

/// α^`slots` by square-and-multiply from the least significant bit, each product rounded down to 128 fractional bits.
/// Takes any `slots`; never more than 128 products.
#[must_use]
pub fn decay(alpha: u128, slots: u64) -> Factor {
    let (mut result, mut power, mut rest) = (Factor::One, Factor::Below(alpha), slots);
    while rest > 0 {
        if rest & 1 == 1 {
            result = result.times(power);
        }
        rest >>= 1;
        if rest > 0 {
            power = power.times(power);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alpha::alpha;

    #[test]
    fn ends_of_the_range() {
        let a = alpha(60).unwrap();
        assert_eq!(decay(a, 0), Factor::One);
        assert_eq!(decay(a, 1), Factor::Below(a));
        assert_eq!(decay(a, u64::MAX), Factor::Below(0));
        assert_eq!(Factor::Below(0).blend(7, 9), 9);
        assert_eq!(Factor::One.blend(7, 9), 7);
        assert_eq!(Factor::Below(u128::MAX).blend(u128::MAX, u128::MAX), u128::MAX);
    }

    /// After one half-life half is left, to within the few units that rounding down takes.
    #[test]
    fn a_half_life_halves() {
        for half_life in [30, 60, 259_200, 7_776_000] {
            let Factor::Below(left) = decay(alpha(half_life).unwrap(), half_life) else { panic!("must decay") };
            let half = 1_u128 << 127;
            assert!(left <= half && half - left < u128::from(half_life) * 2, "half-life {half_life}: {left:x}");
        }
    }

    #[test]
    fn longer_is_smaller() {
        let a = alpha(7_776_000).unwrap();
        let mut previous = Factor::One;
        for slots in 1..20_000 {
            let now = decay(a, slots);
            let (Factor::Below(after), before) = (now, previous) else { panic!("must decay") };
            assert!(before == Factor::One || matches!(before, Factor::Below(b) if after < b));
            previous = now;
        }
    }
}
