//! Who certifies blocks, and from when on. Two sets stand in the state: that of the running epoch, and that of the next
//! one, which governance changes. Epochs are counted in blocks, so that anybody knows from a height alone which block is
//! the last of its epoch: epoch e holds heights e·n to (e + 1)·n − 1, and its first block takes the next set over.

use crate::error::RegistryError;
use alloc::vec::Vec;
use zera_primitives::{AccountId, Height, StateKey, keys, limits};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// The key of the running epoch's set: SCALE of `Vec<AccountId>`, ascending.
#[must_use]
pub fn current_key() -> StateKey {
    StateKey::system("validators")
}

/// The key of the next epoch's set, encoded alike.
#[must_use]
pub fn next_key() -> StateKey {
    StateKey::system("validators/next")
}

/// The key of the number of blocks of an epoch.
#[must_use]
pub fn epoch_key() -> StateKey {
    StateKey::system("epoch")
}

/// The set that certifies blocks of the epoch under way.
///
/// # Errors
/// [`StateError`].
pub fn current(st: &(impl StateView + ?Sized)) -> Result<Vec<AccountId>, StateError> {
    required(st, &current_key())
}

/// The set that will certify the next epoch, as things stand.
///
/// # Errors
/// [`StateError`].
pub fn next(st: &(impl StateView + ?Sized)) -> Result<Vec<AccountId>, StateError> {
    required(st, &next_key())
}

/// Blocks of an epoch.
///
/// # Errors
/// [`StateError`].
pub fn epoch_blocks(st: &(impl StateView + ?Sized)) -> Result<u64, StateError> {
    required(st, &epoch_key())
}

fn required<T: codec::Decode>(st: &(impl StateView + ?Sized), key: &StateKey) -> Result<T, StateError> {
    get_typed(st, key)?.ok_or_else(|| StateError::Corrupt(key.clone()))
}

/// Writes the first epoch's set, which is the second's, too, until governance changes it.
///
/// # Errors
/// [`RegistryError::Validators`].
pub fn genesis(
    st: &mut (impl StateAccess + ?Sized),
    validators: &[AccountId],
    epoch_blocks: u64,
) -> Result<(), RegistryError> {
    let mut set = validators.to_vec();
    set.sort_unstable();
    check(&set)?;
    // The genesis block, which nobody certifies, must not be the last of its epoch.
    if epoch_blocks < 2 {
        return Err(RegistryError::Validators("an epoch has two blocks or more"));
    }
    put_typed(st, current_key(), &set);
    put_typed(st, next_key(), &set);
    put_typed(st, epoch_key(), &epoch_blocks);
    Ok(())
}

/// In the first block of an epoch, takes the next set over. True when it is another one.
///
/// # Errors
/// [`StateError`].
pub fn begin_block(st: &mut (impl StateAccess + ?Sized), height: Height) -> Result<bool, StateError> {
    if height.0.checked_rem(epoch_blocks(st)?) != Some(0) {
        return Ok(false);
    }
    let (running, next) = (current(st)?, next(st)?);
    let changes = running != next;
    if changes {
        put_typed(st, current_key(), &next);
    }
    Ok(changes)
}

/// Checks that `add` and `remove` are a lawful change of the next set and answers the set it makes.
pub(crate) fn changed(
    st: &(impl StateView + ?Sized),
    add: &[AccountId],
    remove: &[AccountId],
    evidence: Option<&[u8]>,
) -> Result<Vec<AccountId>, RegistryError> {
    if add.is_empty() && remove.is_empty() {
        return Err(RegistryError::Validators("name a key to take in or out"));
    }
    if evidence.is_some_and(|bytes| bytes.len() > limits::EVIDENCE_BYTES) {
        return Err(RegistryError::Validators("the evidence is larger than 4 KiB"));
    }
    let mut set = next(st)?;
    for key in remove {
        let place = set.binary_search(key).map_err(|_| RegistryError::Validators("one to take out is not in"))?;
        set.remove(place);
    }
    for key in add {
        let Err(place) = set.binary_search(key) else {
            return Err(RegistryError::Validators("one to take in is in already"));
        };
        set.insert(place, *key);
    }
    check(&set)?;
    Ok(set)
}

fn check(set: &[AccountId]) -> Result<(), RegistryError> {
    if set.is_empty() || set.len() > limits::VALIDATORS {
        return Err(RegistryError::Validators("a set has 1 to 256 validators"));
    }
    if !set.is_sorted_by(|a, b| a < b) {
        return Err(RegistryError::Validators("a validator appears twice"));
    }
    if !set.iter().all(keys::is_key) {
        return Err(RegistryError::Validators("not an Ed25519 key that can sign"));
    }
    Ok(())
}

pub(crate) fn put(st: &mut (impl StateAccess + ?Sized), set: &[AccountId]) {
    put_typed(st, next_key(), &set);
}

#[cfg(test)]
mod tests;
