//! What must hold before a transaction may stand in a block at all. One that does not changes nothing, not even a fee.

use crate::{context::BlockCtx, gas};
use codec::Encode;
use zera_primitives::{Amount, Hash, KeyError, Params, SignedTransaction, Slot, limits};
use zera_state::{StateError, StateView, accounts};

/// Why a transaction may not stand in a block. All but `State` are the sender's and recoverable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AdmissionError {
    /// The signature does not hold; also when it was made for another chain or other rules.
    #[error("{0} on this chain: it was made for other bytes, another key or another genesis")]
    Signature(KeyError),
    /// More bytes than a transaction may have.
    #[error("{0} bytes; a transaction has at most {max}", max = limits::TRANSACTION_BYTES)]
    TooLarge(usize),
    /// No calls, or too many.
    #[error("{0} calls; a transaction has 1 to {max}", max = limits::TRANSACTION_CALLS)]
    Calls(usize),
    /// Too many hinted keys, or the hint is not in ascending order.
    #[error("the access hint is too long or not in ascending order")]
    Hint,
    /// The gas limit is above the transaction limit.
    #[error("gas limit {0}; the most is {max}", max = limits::TRANSACTION_GAS)]
    GasLimit(u64),
    /// The gas limit does not even cover the transaction itself and the keys of its hint, which have been looked up and
    /// planned with before anything can be charged.
    #[error("gas limit {limit}; the transaction and its hinted keys alone take {needed}")]
    Intrinsic {
        /// In the transaction.
        limit: u64,
        /// Gas before the first call.
        needed: u64,
    },
    /// Not the sender's next number.
    #[error("nonce {got}; the account's next is {next}")]
    Nonce {
        /// In the transaction.
        got: u64,
        /// The account's next.
        next: u64,
    },
    /// Its last slot is over.
    #[error("it expired at slot {expiry}; it is slot {now}")]
    Expired {
        /// Its last slot.
        expiry: Slot,
        /// The slot now.
        now: Slot,
    },
    /// What it may cost is above the fee limit it names.
    #[error("it may cost {cost} ZRA, above its own fee limit of {limit} ZRA")]
    FeeLimit {
        /// Greatest possible fee.
        cost: Amount,
        /// Its own limit.
        limit: Amount,
    },
    /// The account cannot pay the greatest possible fee.
    #[error("the fee may be {cost} ZRA; the account has {free} ZRA free")]
    Balance {
        /// Greatest possible fee.
        cost: Amount,
        /// What is free.
        free: Amount,
    },
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Greatest fee that `signed` can be charged.
///
/// # Errors
/// None in practice: a fee passes 2^128 only outside the bounds of design §11; it then saturates.
#[must_use]
pub fn greatest_fee(signed: &SignedTransaction, params: &Params) -> Amount {
    fee(signed.transaction.gas_limit.0, signed.encoded_size(), params)
}

/// Fee of `gas` and `bytes`.
#[must_use]
pub fn fee(gas: u64, bytes: usize, params: &Params) -> Amount {
    let gas = u128::from(gas).saturating_mul(params.fee_per_gas.into());
    let bytes = (bytes as u128).saturating_mul(params.fee_per_byte.into());
    Amount(gas.saturating_add(bytes))
}

/// Checks everything about `signed` that does not need its execution, the signature last.
///
/// # Errors
/// [`AdmissionError`] names the first condition that does not hold.
pub fn admit(
    st: &(impl StateView + ?Sized),
    ctx: &BlockCtx,
    genesis: &Hash,
    signed: &SignedTransaction,
) -> Result<(), AdmissionError> {
    admit_but_signature(st, ctx, signed)?;
    signed.verify(genesis).map_err(AdmissionError::Signature)
}

/// As [`admit`], of a transaction whose signature is checked elsewhere.
///
/// # Errors
/// As [`admit`].
pub fn admit_but_signature(
    st: &(impl StateView + ?Sized),
    ctx: &BlockCtx,
    signed: &SignedTransaction,
) -> Result<(), AdmissionError> {
    admit_shape(signed)?;
    admit_state(st, ctx, signed)
}

/// The part that needs neither state nor chain.
pub(crate) fn admit_shape(signed: &SignedTransaction) -> Result<(), AdmissionError> {
    let transaction = &signed.transaction;
    let bytes = signed.encoded_size();
    if bytes > limits::TRANSACTION_BYTES {
        return Err(AdmissionError::TooLarge(bytes));
    }
    if transaction.calls.is_empty() || transaction.calls.len() > limits::TRANSACTION_CALLS {
        return Err(AdmissionError::Calls(transaction.calls.len()));
    }
    let ascending = |keys: &[zera_primitives::StateKey]| keys.is_sorted_by(|a, b| a < b);
    let hint = &transaction.hint;
    let hinted = hint.reads.len().saturating_add(hint.writes.len());
    if hinted > limits::HINTED_KEYS || !ascending(&hint.reads) || !ascending(&hint.writes) {
        return Err(AdmissionError::Hint);
    }
    if transaction.gas_limit.0 > limits::TRANSACTION_GAS {
        return Err(AdmissionError::GasLimit(transaction.gas_limit.0));
    }
    Ok(())
}

/// The part that needs the state: nonce, expiry, gas, fee.
pub(crate) fn admit_state(
    st: &(impl StateView + ?Sized),
    ctx: &BlockCtx,
    signed: &SignedTransaction,
) -> Result<(), AdmissionError> {
    let transaction = &signed.transaction;
    let account = accounts::account(st, &transaction.sender)?;
    if transaction.nonce != account.nonce {
        return Err(AdmissionError::Nonce { got: transaction.nonce, next: account.nonce });
    }
    if transaction.expiry < ctx.slot {
        return Err(AdmissionError::Expired { expiry: transaction.expiry, now: ctx.slot });
    }
    let needed = intrinsic(signed, &ctx.params);
    if transaction.gas_limit.0 < needed {
        return Err(AdmissionError::Intrinsic { limit: transaction.gas_limit.0, needed });
    }
    let cost = greatest_fee(signed, &ctx.params);
    if cost > transaction.fee_limit {
        return Err(AdmissionError::FeeLimit { cost, limit: transaction.fee_limit });
    }
    if cost > account.free {
        return Err(AdmissionError::Balance { cost, free: account.free });
    }
    Ok(())
}

/// Gas that `signed` is charged before its first call.
#[must_use]
pub fn intrinsic(signed: &SignedTransaction, params: &Params) -> u64 {
    gas::intrinsic(&signed.transaction, params)
}
