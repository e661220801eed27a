//! A validator set made ready for checking many signatures: its keys are points of the curve already.

use crate::validators::{ValidatorSet, ValidatorSetError, public_key};
use alloc::vec::Vec;
use commonware_cryptography::ed25519::PublicKey;
use zera_primitives::{AccountId, Hash};

/// A set, its hash and its decoded keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Committee {
    set: ValidatorSet,
    hash: Hash,
    keys: Vec<PublicKey>,
}

impl Committee {
    /// The committee of `set`. Keys that `before` has are taken from there, since decoding one costs a tenth of a check.
    ///
    /// # Errors
    /// [`ValidatorSetError::BadKey`].
    pub(crate) fn new(set: ValidatorSet, before: Option<&Self>) -> Result<Self, ValidatorSetError> {
        let key = |id: &AccountId| {
            let known = before.and_then(|before| before.key_of(id).cloned());
            known.or_else(|| public_key(id)).ok_or(ValidatorSetError::BadKey(*id))
        };
        let keys = set.keys().iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { hash: set.hash(), set, keys })
    }

    /// The set.
    pub(crate) const fn set(&self) -> &ValidatorSet {
        &self.set
    }

    /// The set's hash.
    pub(crate) const fn hash(&self) -> Hash {
        self.hash
    }

    /// The key at a place of the set.
    pub(crate) fn key(&self, place: usize) -> Option<&PublicKey> {
        self.keys.get(place)
    }

    fn key_of(&self, id: &AccountId) -> Option<&PublicKey> {
        self.set.keys().binary_search(id).ok().and_then(|place| self.keys.get(place))
    }
}
