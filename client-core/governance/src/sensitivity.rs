//! What a forecast hangs on: the threshold base, and how much support there could be at most.

use crate::{
    curve::Curve,
    error::GovError,
    forecast::{Forecast, Situation},
    wide,
};
use zera_primitives::Amount;

/// The base as it is, ppm.
const WHOLE: u32 = 1_000_000;
/// How far the base is varied, ppm: a tenth.
const TENTH: u32 = 100_000;

/// A forecast and what moves it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sensitivity {
    /// With a base that is a tenth lower from now on.
    pub lower: Forecast,
    /// As things stand.
    pub present: Forecast,
    /// With a base that is a tenth higher from now on.
    pub higher: Forecast,
    /// With the whole supply for it and nothing against it from now on: no stake can make it pass earlier.
    pub earliest: Forecast,
}

impl Situation {
    /// The forecast at this base, at a tenth less and more, and at all the support that there could be.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the amounts do not fit.
    pub fn sensitivity(&self) -> Result<Sensitivity, GovError> {
        Ok(Sensitivity {
            lower: self.with_base_share(WHOLE - TENTH)?.forecast()?,
            present: self.forecast()?,
            higher: self.with_base_share(WHOLE + TENTH)?.forecast()?,
            earliest: self.with_all_supply().forecast()?,
        })
    }

    /// The same situation with a threshold base of `ppm` of what it is, its floor and what it follows included.
    ///
    /// # Errors
    /// [`GovError::Amount`] when the amounts do not fit.
    pub fn with_base_share(&self, ppm: u32) -> Result<Self, GovError> {
        let share =
            |amount: Amount| wide::mul_div(amount.0, ppm.into(), WHOLE.into()).map(Amount).ok_or(GovError::OVERFLOW);
        let now = self.base.at(&self.timeline, self.now);
        let base = Curve { y: share(now)?, x: share(self.base.x)?, since: self.now };
        // The supply enters a forecast as the floor of the base only.
        Ok(Self { base, supply: share(self.supply)?, ..self.clone() })
    }

    /// The same situation after all supply has been allocated for it now: what conviction there is stays, what is against
    /// has left, and the base follows all of it. Conviction for grows faster than the threshold with every unit of stake,
    /// so nothing passes earlier.
    #[must_use]
    pub fn with_all_supply(&self) -> Self {
        let side_for = self.side_for.redirected(&self.timeline, self.now, self.supply);
        let base = self.base.redirected(&self.timeline, self.now, self.supply);
        Self { side_for, side_against: Curve { since: self.now, ..Curve::default() }, base, ..self.clone() }
    }
}
