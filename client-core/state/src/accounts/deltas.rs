//! Fees and burns as commutative sums, applied once at the end of a block, so that paying a fee never makes two
//! transactions conflict (design §5, §7).

use super::{AccountError, Pot, account, burnt, burnt_key, give, save, take};
use crate::{typed::put_typed, view::StateAccess};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use zera_primitives::{AccountId, Amount};

/// ZRA that left accounts during a block and have not yet arrived. A transaction that is rolled back drops its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen)]
#[must_use]
pub struct Deltas {
    /// Fees for the proposer of the block.
    pub fees: Amount,
    /// To be burnt.
    pub burnt: Amount,
}

impl Deltas {
    /// The sum of both; order does not matter.
    ///
    /// # Errors
    /// [`AccountError::Overflow`].
    pub fn merge(self, other: Self) -> Result<Self, AccountError> {
        let sum = |a: Amount, b: Amount| a.add(b).map_err(|_| AccountError::Overflow);
        Ok(Self { fees: sum(self.fees, other.fees)?, burnt: sum(self.burnt, other.burnt)? })
    }
}

/// A fee limit taken out of an account while its transaction runs; [`settle_fee`] gives back what was not used.
#[derive(PartialEq, Eq, Debug)]
#[must_use = "withheld ZRA are lost unless settled"]
pub struct Withheld(Amount);

impl Withheld {
    /// How much.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.0
    }
}

/// Takes `limit` from free, so that the transaction cannot spend its own fee. Call before the checkpoint that a failed
/// transaction rolls back to.
///
/// # Errors
/// [`AccountError`].
pub fn withhold_fee(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    limit: Amount,
) -> Result<Withheld, AccountError> {
    let mut payer = account(st, id)?;
    take(&mut payer, Pot::Free, limit)?;
    save(st, id, &payer);
    Ok(Withheld(limit))
}

/// Charges `fee` (at most what was withheld) to `deltas`, `burn_ppm` of it rounded down to be burnt, and returns the
/// rest to `id`. Answers the fee charged.
///
/// # Errors
/// [`AccountError`].
pub fn settle_fee(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    withheld: Withheld,
    fee: Amount,
    burn_ppm: u32,
    deltas: &mut Deltas,
) -> Result<Amount, AccountError> {
    let fee = fee.min(withheld.0);
    let burnt = fee.share_ppm(burn_ppm.min(1_000_000)).map_err(|_| AccountError::Overflow)?;
    let merged = deltas.merge(Deltas { fees: fee.saturating_sub(burnt), burnt })?;
    let rest = withheld.0.saturating_sub(fee);
    if !rest.is_zero() {
        let mut payer = account(st, id)?;
        give(&mut payer, Pot::Free, rest)?;
        save(st, id, &payer);
    }
    *deltas = merged;
    Ok(fee)
}

/// Charges a fee known beforehand: [`withhold_fee`] and [`settle_fee`] in one.
///
/// # Errors
/// [`AccountError`]; nothing was charged.
pub fn charge_fee(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    fee: Amount,
    burn_ppm: u32,
    deltas: &mut Deltas,
) -> Result<Amount, AccountError> {
    let withheld = withhold_fee(st, id, fee)?;
    settle_fee(st, id, withheld, fee, burn_ppm, deltas)
}

/// Ends a block: fees to `beneficiary`, burns to the burnt total.
///
/// # Errors
/// [`AccountError`].
pub fn apply_deltas(
    st: &mut (impl StateAccess + ?Sized),
    deltas: &Deltas,
    beneficiary: &AccountId,
) -> Result<(), AccountError> {
    if !deltas.burnt.is_zero() {
        let total = burnt(st)?.add(deltas.burnt).map_err(|_| AccountError::Overflow)?;
        put_typed(st, burnt_key(), &total);
    }
    if !deltas.fees.is_zero() {
        let mut receiver = account(st, beneficiary)?;
        give(&mut receiver, Pot::Free, deltas.fees)?;
        save(st, beneficiary, &receiver);
    }
    Ok(())
}
