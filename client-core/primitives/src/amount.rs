//! ZRA amounts in base units: 10^9 base units are one ZRA (design §2). Arithmetic is always checked.

use alloc::string::{String, ToString};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Base units in one ZRA.
pub const UNITS_PER_ZRA: u128 = 1_000_000_000;

/// A number of base units. It is below 2^96 in every valid state (supply is 10^18), so products with Q32 ratios fit u128.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Amount(pub u128);

/// Why an amount could not be computed. Recoverable: nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
    /// The sum passes 2^128.
    #[error("amount overflows")]
    Overflow,
    /// More was taken than is there.
    #[error("amount would fall below zero")]
    Underflow,
    /// Not a decimal number of ZRA with at most nine decimals.
    #[error("not an amount in ZRA with at most nine decimals")]
    Syntax,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole ZRA; saturates far above any supply.
    #[must_use]
    pub const fn zra(whole: u64) -> Self {
        Self((whole as u128).saturating_mul(UNITS_PER_ZRA))
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    #[expect(clippy::should_implement_trait, reason = "it answers a Result, which the operator cannot")]
    pub fn add(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountError::Overflow)
    }

    /// `self − other`.
    ///
    /// # Errors
    /// [`AmountError::Underflow`].
    #[expect(clippy::should_implement_trait, reason = "it answers a Result, which the operator cannot")]
    pub fn sub(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountError::Underflow)
    }

    /// `self − other`, or zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `self × times`.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn times(self, times: u64) -> Result<Self, AmountError> {
        self.0.checked_mul(u128::from(times)).map(Self).ok_or(AmountError::Overflow)
    }

    /// `⌊self × parts_per_million / 10^6⌋`.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn share_ppm(self, parts_per_million: u32) -> Result<Self, AmountError> {
        let product = self.0.checked_mul(u128::from(parts_per_million)).ok_or(AmountError::Overflow)?;
        Ok(Self(product / 1_000_000))
    }

    /// True for nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Amount {
    /// ZRA with thousands separated by commas and no trailing zeros: `1,234.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = (self.0 / UNITS_PER_ZRA).to_string();
        let mut text = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        let rest = self.0 % UNITS_PER_ZRA;
        if rest > 0 {
            let decimals = alloc::format!("{rest:09}");
            text.push('.');
            text.push_str(decimals.trim_end_matches('0'));
        }
        f.pad(&text)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    /// Parses `1,234.5` (ZRA) exactly; commas between digits are ignored.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let text: String = text.trim().chars().filter(|c| *c != ',').collect();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 9 || !digits(whole) || !digits(decimals) {
            return Err(AmountError::Syntax);
        }
        let whole: u128 = whole.parse().map_err(|_| AmountError::Overflow)?;
        let rest: u128 = alloc::format!("{decimals:0<9}").parse().map_err(|_| AmountError::Syntax)?;
        whole
            .checked_mul(UNITS_PER_ZRA)
            .and_then(|units| units.checked_add(rest))
            .map(Self)
            .ok_or(AmountError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_and_parses_the_same_amount() {
        for (units, text) in
            [(0, "0"), (1, "0.000000001"), (1_234_500_000_000, "1,234.5"), (10u128.pow(18), "1,000,000,000")]
        {
            assert_eq!(Amount(units).to_string(), text);
            assert_eq!(text.parse::<Amount>(), Ok(Amount(units)));
        }
        for bad in ["", ".", "-1", "1.0000000001", "1e9", "٣", "340282366920938463463374607431768211456"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn arithmetic_never_wraps() {
        assert_eq!(Amount(u128::MAX).add(Amount(1)), Err(AmountError::Overflow));
        assert_eq!(Amount(0).sub(Amount(1)), Err(AmountError::Underflow));
        assert_eq!(Amount(u128::MAX).share_ppm(2), Err(AmountError::Overflow));
        assert_eq!(Amount(1_999_999).share_ppm(500_000), Ok(Amount(999_999)));
    }
}
