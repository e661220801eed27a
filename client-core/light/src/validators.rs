//! Who certifies blocks during an epoch.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use commonware_codec::{Copying, Decode as _};
use commonware_cryptography::ed25519;
use zera_primitives::{AccountId, DecodeError, Hash, decode_bounded};

/// Most validators of one set. Their certificate then stays below 17 kB.
pub const MAX_VALIDATORS: usize = 256;

/// A set of Ed25519 keys in ascending order of their bytes, which is the order that a certificate's bitmap counts in.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ValidatorSet(Vec<AccountId>);

/// Why keys are no validator set. Recoverable: the set is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ValidatorSetError {
    /// None, or more than [`MAX_VALIDATORS`].
    #[error("{0} validators, 1 to {MAX_VALIDATORS} are allowed")]
    Count(usize),
    /// A key appears twice.
    #[error("a validator appears twice")]
    Twice,
    /// The bytes are no Ed25519 key.
    #[error("{0:?} is no Ed25519 key")]
    BadKey(AccountId),
    /// The bytes do not decode, or the keys are not in order.
    #[error("not a validator set: {0}")]
    Decode(#[from] DecodeError),
}

impl ValidatorSet {
    /// The set of `keys`, in any order.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn new(mut keys: Vec<AccountId>) -> Result<Self, ValidatorSetError> {
        keys.sort_unstable();
        let set = Self(keys);
        set.check()?;
        Ok(set)
    }

    /// The set of the solo chain: one signer.
    ///
    /// # Errors
    /// [`ValidatorSetError::BadKey`].
    pub fn solo(key: AccountId) -> Result<Self, ValidatorSetError> {
        Self::new(alloc::vec![key])
    }

    /// Decodes outside bytes.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ValidatorSetError> {
        let set = Self::ordered(bytes)?;
        set.check()?;
        Ok(set)
    }

    /// Decodes outside bytes, all but whether the keys are points of the curve.
    pub(crate) fn ordered(bytes: &[u8]) -> Result<Self, ValidatorSetError> {
        let set: Self = decode_bounded(bytes, 2 + 32 * MAX_VALIDATORS)?;
        if !set.0.is_sorted() {
            return Err(DecodeError::Malformed.into());
        }
        set.check_form()?;
        Ok(set)
    }

    fn check(&self) -> Result<(), ValidatorSetError> {
        self.check_form()?;
        self.0.iter().find(|key| public_key(key).is_none()).map_or(Ok(()), |key| Err(ValidatorSetError::BadKey(*key)))
    }

    fn check_form(&self) -> Result<(), ValidatorSetError> {
        if self.0.is_empty() || self.0.len() > MAX_VALIDATORS {
            return Err(ValidatorSetError::Count(self.0.len()));
        }
        if self.0.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(ValidatorSetError::Twice);
        }
        Ok(())
    }

    /// Keys in order.
    #[must_use]
    pub fn keys(&self) -> &[AccountId] {
        &self.0
    }

    /// What headers commit to.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/validators/v1", self)
    }

    /// Signers that make a block final: all but the ⌊(n − 1) / 3⌋ that may be faulty.
    #[must_use]
    pub fn quorum(&self) -> usize {
        self.0.len().saturating_sub(self.0.len().saturating_sub(1) / 3)
    }
}

/// The key in the certificate scheme's own type.
pub(crate) fn public_key(key: &AccountId) -> Option<ed25519::PublicKey> {
    ed25519::PublicKey::decode_cfg(Copying(&key.0), &()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::keys::SecretKey;

    fn key(seed: u8) -> AccountId {
        SecretKey::from_seed(&[seed; 32]).public()
    }

    #[test]
    fn a_set_is_ordered_unique_and_bounded() {
        let set = ValidatorSet::new(vec![key(3), key(1), key(2)]).unwrap();
        assert!(set.keys().is_sorted());
        assert_eq!(set, ValidatorSet::new(vec![key(2), key(3), key(1)]).unwrap());
        assert_eq!(ValidatorSet::from_bytes(&set.encode()), Ok(set.clone()));
        let mut reversed = set.0.clone();
        reversed.reverse();
        assert!(ValidatorSet::from_bytes(&reversed.encode()).is_err());
        assert_eq!(ValidatorSet::new(vec![]), Err(ValidatorSetError::Count(0)));
        assert_eq!(ValidatorSet::new(vec![key(1), key(1)]), Err(ValidatorSetError::Twice));
        let bad = AccountId([2; 32]);
        assert_eq!(ValidatorSet::solo(bad), Err(ValidatorSetError::BadKey(bad)));
        assert!(matches!(ValidatorSet::new(vec![key(1); 257]), Err(ValidatorSetError::Count(257))));
    }

    #[test]
    fn the_quorum_leaves_out_a_third() {
        let quorum = |n: u8| ValidatorSet((0..n).map(|n| AccountId([n; 32])).collect()).quorum();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 10, 100].map(quorum), [1, 2, 3, 3, 4, 5, 5, 7, 67]);
    }
}
