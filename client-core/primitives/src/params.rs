//! Parameters that governance may vote between floor and ceiling (design §11). Shares are in parts per million,
//! durations relative to the half-life in thousandths of it.

use crate::{amount::Amount, hash::Hash, proposal::Class};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One value per [`Class`], in its order.
pub type PerClass = [u32; 5];

/// A parameter's name and value, with the least and the greatest value allowed.
pub type Bounded = (&'static str, u128, u128, u128);

/// The whole set in force during one parameter epoch.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Params {
    /// T, half-life of conviction, slots.
    pub half_life: u64,
    /// φ, least threshold base as share of supply, ppm.
    pub base_floor_ppm: u32,
    /// τ per class, share of S, ppm.
    pub threshold_ppm: PerClass,
    /// Confirmation per class, thousandths of T.
    pub confirmation_milli: PerClass,
    /// Timelock per class, thousandths of T.
    pub timelock_milli: PerClass,
    /// Deposit of a proposal.
    pub proposal_deposit: Amount,
    /// Least allocation.
    pub least_allocation: Amount,
    /// Unstake delay, thousandths of T.
    pub unstake_delay_milli: u32,
    /// Longest freeze per module and window of 10 T, thousandths of T.
    pub freeze_milli: u32,
    /// V, value that makes a code change major, share of supply, ppm.
    pub major_value_ppm: u32,
    /// Refundable deposit per stored byte.
    pub storage_deposit_per_byte: Amount,
    /// Fee per gas, base units.
    pub fee_per_gas: u64,
    /// Fee per byte of a transaction, base units.
    pub fee_per_byte: u64,
    /// Share of fees burnt, ppm.
    pub burn_ppm: u32,
    /// Gas per hinted key.
    pub gas_per_hinted_key: u64,
    /// Migration gas per block.
    pub migration_gas: u64,
    /// Trusting period of light clients, slots.
    pub trusting_slots: u64,
    /// Builder mismatches that raise a class.
    pub builder_mismatches: u32,
}

/// Which bound a set breaks. Recoverable: the set is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParamsError {
    /// A value is outside floor and ceiling.
    #[error("{name} is {value}, outside {floor} to {ceiling}")]
    OutOfBounds {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: u128,
        /// Least allowed.
        floor: u128,
        /// Greatest allowed.
        ceiling: u128,
    },
    /// τ must stay ordered patch ≤ minor ≤ major ≤ governance.
    #[error("thresholds must stay ordered: patch, minor, major, governance")]
    Order,
}

impl Params {
    /// The demo chain that a tab starts by itself.
    #[must_use]
    pub const fn demo() -> Self {
        Self {
            half_life: 60,
            base_floor_ppm: 50_000,
            threshold_ppm: [100_000, 200_000, 350_000, 500_000, 150_000],
            confirmation_milli: [250, 500, 1_000, 1_000, 50],
            timelock_milli: [250, 500, 1_000, 2_000, 0],
            proposal_deposit: Amount::zra(10),
            least_allocation: Amount::zra(1),
            unstake_delay_milli: 0,
            freeze_milli: 2_000,
            major_value_ppm: 1_000,
            storage_deposit_per_byte: Amount(1_000),
            fee_per_gas: 1,
            fee_per_byte: 10,
            burn_ppm: 500_000,
            gas_per_hinted_key: 100,
            migration_gas: 100_000_000,
            trusting_slots: 604_800,
            builder_mismatches: 2,
        }
    }

    /// A network of peers.
    #[must_use]
    pub const fn network() -> Self {
        let mut params = Self::demo();
        params.half_life = 259_200;
        params.base_floor_ppm = 150_000;
        params.proposal_deposit = Amount::zra(100);
        params.unstake_delay_milli = 100;
        params
    }

    /// `thousandths` of T in slots, rounded up, so that a bound above zero never becomes zero.
    #[must_use]
    pub const fn of_half_life(&self, thousandths: u32) -> u64 {
        self.half_life.saturating_mul(thousandths as u64).div_ceil(1_000)
    }

    /// Confirmation of `class`, slots.
    #[must_use]
    pub fn confirmation(&self, class: Class) -> u64 {
        self.of_half_life(self.confirmation_milli[class.index()])
    }

    /// Timelock of `class`, slots.
    #[must_use]
    pub fn timelock(&self, class: Class) -> u64 {
        self.of_half_life(self.timelock_milli[class.index()])
    }

    /// What the header commits to.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/params/v1", self)
    }

    /// Checks every value against floor and ceiling of design §11, and the order of τ.
    ///
    /// # Errors
    /// [`ParamsError`] names the first bound that is broken.
    pub fn check(&self) -> Result<(), ParamsError> {
        self.scalars().into_iter().try_for_each(check)?;
        Class::ALL.into_iter().try_for_each(|class| self.of_class(class).into_iter().try_for_each(check))?;
        let [patch, minor, major, governance, _] = self.threshold_ppm;
        if patch <= minor && minor <= major && major <= governance { Ok(()) } else { Err(ParamsError::Order) }
    }

    /// The scalar values in a fixed order: name, value, least and greatest allowed.
    #[must_use]
    pub fn scalars(&self) -> [Bounded; 15] {
        let zra = |whole| Amount::zra(whole).0;
        [
            ("half-life", u128::from(self.half_life), 30, 7_776_000),
            ("least threshold base", self.base_floor_ppm.into(), 50_000, 500_000),
            ("proposal deposit", self.proposal_deposit.0, zra(1), zra(10_000)),
            ("least allocation", self.least_allocation.0, zra(1), zra(1_000)),
            ("unstake delay", self.unstake_delay_milli.into(), 0, 2_000),
            ("freeze", self.freeze_milli.into(), 500, 4_000),
            ("value of a major change", self.major_value_ppm.into(), 100, 10_000),
            ("storage deposit per byte", self.storage_deposit_per_byte.0, 10, 1_000_000),
            ("fee per gas", self.fee_per_gas.into(), 0, 10_000),
            ("fee per byte", self.fee_per_byte.into(), 0, 100_000),
            ("share of fees burnt", self.burn_ppm.into(), 0, 1_000_000),
            ("gas per hinted key", self.gas_per_hinted_key.into(), 10, 10_000),
            ("migration gas", self.migration_gas.into(), 10_000_000, 150_000_000),
            ("trusting period", self.trusting_slots.into(), 86_400, 2_592_000),
            ("builder mismatches", self.builder_mismatches.into(), 1, 10),
        ]
    }

    /// What a class is voted by: threshold, confirmation, timelock, each as in [`Params::scalars`].
    #[must_use]
    pub fn of_class(&self, class: Class) -> [Bounded; 3] {
        const FLOORS: PerClass = [50_000, 100_000, 200_000, 400_000, 100_000];
        const CEILINGS: PerClass = [600_000, 700_000, 800_000, 900_000, 500_000];
        let (i, demo) = (class.index(), Self::demo());
        let half = |values: PerClass| u128::from(values[i] / 2);
        [
            ("threshold", self.threshold_ppm[i].into(), FLOORS[i].into(), CEILINGS[i].into()),
            ("confirmation", self.confirmation_milli[i].into(), half(demo.confirmation_milli), 4_000),
            ("timelock", self.timelock_milli[i].into(), half(demo.timelock_milli), 8_000),
        ]
    }
}

fn check((name, value, floor, ceiling): Bounded) -> Result<(), ParamsError> {
    if value < floor || value > ceiling {
        return Err(ParamsError::OutOfBounds { name, value, floor, ceiling });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_presets_are_inside_the_bounds() {
        assert_eq!(Params::demo().check(), Ok(()));
        assert_eq!(Params::network().check(), Ok(()));
    }

    #[test]
    fn a_value_outside_or_an_order_broken_is_refused() {
        let mut params = Params::demo();
        params.half_life = 29;
        assert!(matches!(params.check(), Err(ParamsError::OutOfBounds { name: "half-life", .. })));
        let mut params = Params::demo();
        params.threshold_ppm[0] = 300_000;
        assert_eq!(params.check(), Err(ParamsError::Order));
    }
}
