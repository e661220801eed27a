//! What a module's storage holds and who paid for it (design §5): a refundable deposit per byte, pooled per module.
//!
//! The pool is [`storage_deposits`](zera_state::Account::storage_deposits) of the module's account. Growth is paid into
//! it at the price in force; freeing `f` of `b` bytes pays ⌊pool · f / b⌋ back to whoever frees, so the last byte
//! empties it. A write that changes no size touches neither counter nor pool and so makes no two transactions conflict.

use crate::{error::RegistryError, keys, records::ModuleRecord};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Ordering;
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Amount, ModuleId, StateKey, limits};
use zera_state::{
    StateAccess, StateError, StateView,
    accounts::{account, release_storage, reserve_storage, transfer},
    get_typed, put_typed,
};

/// What the current storage generation of a module holds.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Usage {
    /// Entries.
    pub entries: u64,
    /// Bytes of their keys (as the module names them) and values.
    pub bytes: u64,
}

impl Usage {
    /// The usage after one write; lengths as [`charge_storage`] takes them. None when the counts do not belong together.
    #[must_use]
    pub fn write(self, old: Option<usize>, new: Option<usize>) -> Option<Self> {
        let replaced = |count: u64, old: u64, new: u64| count.checked_sub(old).and_then(|rest| rest.checked_add(new));
        Some(Self {
            entries: replaced(self.entries, old.is_some().into(), new.is_some().into())?,
            bytes: replaced(self.bytes, old.unwrap_or(0) as u64, new.unwrap_or(0) as u64)?,
        })
    }
}

/// Usage of a module.
///
/// # Errors
/// [`StateError`].
pub fn storage_usage(st: &(impl StateView + ?Sized), module: &ModuleId) -> Result<Usage, StateError> {
    Ok(get_typed(st, &keys::usage(module))?.unwrap_or_default())
}

/// Deposits that stand for a module's storage, base units.
///
/// # Errors
/// [`StateError`].
pub fn storage_pool(st: &(impl StateView + ?Sized), module: &ModuleId) -> Result<Amount, StateError> {
    Ok(account(st, &module.account())?.storage_deposits)
}

/// Accounts for one write of the module's current generation: `old` and `new` are the lengths of key and value
/// together, `None` for no entry. Call it before or after the write itself. Without a `payer` (writes of governance's
/// setters) only the counters move: nobody pays for growth, and what is freed stays in the pool for who frees later.
///
/// Not for migrations: their writes are counted by [`Usage::write`] for the generation they make.
///
/// # Errors
/// [`RegistryError::Account`] when the payer cannot pay; [`RegistryError::State`].
pub fn charge_storage(
    st: &mut (impl StateAccess + ?Sized),
    per_byte: Amount,
    payer: Option<&AccountId>,
    module: &ModuleId,
    old: Option<usize>,
    new: Option<usize>,
) -> Result<(), RegistryError> {
    let (old_bytes, new_bytes) = (old.unwrap_or(0) as u64, new.unwrap_or(0) as u64);
    if old_bytes == new_bytes && old.is_some() == new.is_some() {
        return Ok(());
    }
    let before = storage_usage(st, module)?;
    let after = before.write(old, new).ok_or_else(|| StateError::Corrupt(keys::usage(module)))?;
    if let Some(payer) = payer {
        match new_bytes.cmp(&old_bytes) {
            Ordering::Greater => pay(st, per_byte, payer, module, new_bytes.saturating_sub(old_bytes))?,
            Ordering::Less => refund(st, payer, module, old_bytes.saturating_sub(new_bytes), before.bytes)?,
            Ordering::Equal => {}
        }
    }
    save(st, module, &after);
    Ok(())
}

/// Keeps the newest generations behind the current one and hands the rest over for removal.
pub(crate) fn retire(
    st: &mut (impl StateAccess + ?Sized),
    module: &ModuleId,
    record: &mut ModuleRecord,
) -> Result<(), StateError> {
    let kept = usize::try_from(limits::STORAGE_GENERATIONS.saturating_sub(1)).unwrap_or(0);
    let surplus = record.earlier.len().saturating_sub(kept);
    let gone: Vec<u32> = record.earlier.drain(..surplus).map(|generation| generation.number).collect();
    discard(st, module, &gone)
}

/// Hands storage generations that nobody can reach any more over for removal.
pub(crate) fn discard(
    st: &mut (impl StateAccess + ?Sized),
    module: &ModuleId,
    generations: &[u32],
) -> Result<(), StateError> {
    if generations.is_empty() {
        return Ok(());
    }
    let mut queue = retired(st)?;
    queue.extend(generations.iter().map(|number| (*module, *number)));
    put_typed(st, keys::retired(), &queue);
    Ok(())
}

fn retired(st: &(impl StateView + ?Sized)) -> Result<Vec<(ModuleId, u32)>, StateError> {
    Ok(get_typed(st, &keys::retired())?.unwrap_or_default())
}

/// Removes at most `limit` entries of generations that were handed over, oldest first, and answers how many: one block's
/// share of a work that may be as large as a module's whole storage.
///
/// # Errors
/// [`StateError`].
pub fn sweep(st: &mut (impl StateAccess + ?Sized), limit: usize) -> Result<usize, StateError> {
    let mut queue = retired(st)?;
    let (mut removed, mut done) = (0usize, 0usize);
    for (module, number) in &queue {
        let prefix = StateKey::storage(module, *number, &[]);
        let mut after = StateKey::default();
        while removed < limit {
            let Some(key) = st.next_key(prefix.as_bytes(), after.as_bytes())? else { break };
            st.remove(&key);
            after = key;
            removed = removed.saturating_add(1);
        }
        if removed >= limit {
            break;
        }
        done = done.saturating_add(1);
    }
    if done > 0 {
        queue.drain(..done);
        if queue.is_empty() { st.remove(&keys::retired()) } else { put_typed(st, keys::retired(), &queue) }
    }
    Ok(removed)
}

/// A module without entries has no counter, so that equal contents give equal roots.
pub(crate) fn save(st: &mut (impl StateAccess + ?Sized), module: &ModuleId, usage: &Usage) {
    let key = keys::usage(module);
    if *usage == Usage::default() { st.remove(&key) } else { put_typed(st, key, usage) }
}

/// Puts the deposit for `bytes` more into the module's pool.
pub(crate) fn pay(
    st: &mut (impl StateAccess + ?Sized),
    per_byte: Amount,
    payer: &AccountId,
    module: &ModuleId,
    bytes: u64,
) -> Result<(), RegistryError> {
    let amount = per_byte.times(bytes).map_err(|_| RegistryError::Overflow(per_byte))?;
    let pool = module.account();
    transfer(st, payer, &pool, amount)?;
    reserve_storage(st, &pool, amount)?;
    Ok(())
}

fn refund(
    st: &mut (impl StateAccess + ?Sized),
    to: &AccountId,
    module: &ModuleId,
    freed: u64,
    total: u64,
) -> Result<(), RegistryError> {
    let pool = storage_pool(st, module)?;
    let share = pool.times(freed).ok().and_then(|product| product.0.checked_div(total.into()));
    let amount = share.map(Amount).ok_or(RegistryError::Overflow(pool))?;
    if amount.is_zero() {
        return Ok(());
    }
    let holder = module.account();
    release_storage(st, &holder, amount)?;
    transfer(st, &holder, to, amount)?;
    Ok(())
}

#[cfg(test)]
mod tests;
