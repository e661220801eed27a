//! The threshold base S = max(φ·supply, B), and the commutative changes of B's input (design §6).

use crate::curve::{Curve, Timeline};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{Amount, AmountError, Params, Slot};

/// A signed change of B's input, in base units. Changes of one block are summed in any order and applied once at its
/// end, so that transactions which allocate to different proposals do not conflict (design §5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct BaseDelta(pub i128);

impl BaseDelta {
    /// No change.
    pub const NONE: Self = Self(0);

    /// The change from `before` to `after`.
    ///
    /// # Errors
    /// [`AmountError::Overflow`] when either is above 2^127, which no valid state reaches.
    pub fn between(before: Amount, after: Amount) -> Result<Self, AmountError> {
        let signed = |amount: Amount| i128::try_from(amount.0).map_err(|_| AmountError::Overflow);
        signed(after)?.checked_sub(signed(before)?).map(Self).ok_or(AmountError::Overflow)
    }

    /// Both changes together.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountError::Overflow)
    }

    /// `amount` after this change.
    ///
    /// # Errors
    /// [`AmountError`] when the result is no amount.
    pub fn apply(self, amount: Amount) -> Result<Amount, AmountError> {
        if self.0 < 0 { amount.sub(Amount(self.0.unsigned_abs())) } else { amount.add(Amount(self.0.unsigned_abs())) }
    }
}

/// S at slot `now`: the share φ of `supply`, or B when that is more. A change of B's input made at `now` does not move
/// it: B only follows, so the base can neither be collapsed nor pinned within a few blocks.
///
/// # Errors
/// [`AmountError::Overflow`] when the supply is above 2^108, which no valid state reaches.
pub fn threshold_base(
    base: &Curve,
    timeline: &Timeline,
    params: &Params,
    supply: Amount,
    now: Slot,
) -> Result<Amount, AmountError> {
    Ok(supply.share_ppm(params.base_floor_ppm)?.max(base.at(timeline, now)))
}
