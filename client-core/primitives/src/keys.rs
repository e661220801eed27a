//! Ed25519 signatures over domain-separated payloads (design §4). Verification is strict: no small-order keys, no
//! malleable encodings.

use crate::{hash::Hash, ids::AccountId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Version of the state machine's rules, part of everything that is signed.
pub const RUNTIME_VERSION: u32 = 5;

/// An Ed25519 public key; the account it controls has the same bytes.
pub type PublicKey = AccountId;

/// 64 bytes of Ed25519 signature.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::hash::to_hex(&self.0))
    }
}

/// Why a signature was refused. Recoverable: the transaction is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// The 32 bytes are no point that a key can be.
    #[error("the account is not an Ed25519 public key")]
    BadKey,
    /// The signature does not hold for these bytes and this key.
    #[error("the signature does not hold for these bytes and this account")]
    BadSignature,
}

/// The bytes a key signs: domain ‖ genesis ‖ runtime version ‖ nonce ‖ expiry ‖ payload, so that a signature holds on
/// one chain, under one set of rules, once, and for a limited time (design §4).
#[must_use]
pub fn signing_payload(genesis: &Hash, nonce: u64, expiry_slot: u64, payload: &[u8]) -> alloc::vec::Vec<u8> {
    let mut bytes = alloc::vec::Vec::with_capacity(payload.len().saturating_add(96));
    bytes.extend_from_slice(b"zera/transaction/v1\0");
    bytes.extend_from_slice(&genesis.0);
    bytes.extend_from_slice(&RUNTIME_VERSION.to_le_bytes());
    bytes.extend_from_slice(&nonce.to_le_bytes());
    bytes.extend_from_slice(&expiry_slot.to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// True when `key` can have signed something: a point of the curve that is not of small order.
#[must_use]
pub fn is_key(key: &PublicKey) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(&key.0).is_ok_and(|key| !key.is_weak())
}

/// Strict verification of `signature` by `key` over `message`.
///
/// # Errors
/// [`KeyError`] names which of key and signature is wrong.
pub fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key.0).map_err(|_| KeyError::BadKey)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key.verify_strict(message, &signature).map_err(|_| KeyError::BadSignature)
}

/// A signing key in memory. The tab keeps one only for backed-up keys; device keys stay inside WebCrypto.
pub struct SecretKey(ed25519_dalek::SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed. The caller brings the randomness.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        AccountId(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`, which must come from [`signing_payload`]: nothing is ever signed blind.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        use ed25519_dalek::Signer as _;
        Signature(self.0.sign(message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_one_chain_nonce_and_expiry_only() {
        let secret = SecretKey::from_seed(&[7; 32]);
        let genesis = Hash::of(b"genesis");
        let signature = secret.sign(&signing_payload(&genesis, 1, 2, b"call"));
        let check = |genesis: &Hash, nonce, expiry, payload: &[u8]| {
            verify(&secret.public(), &signing_payload(genesis, nonce, expiry, payload), &signature)
        };
        assert_eq!(check(&genesis, 1, 2, b"call"), Ok(()));
        assert_eq!(check(&Hash::of(b"other"), 1, 2, b"call"), Err(KeyError::BadSignature));
        assert_eq!(check(&genesis, 2, 2, b"call"), Err(KeyError::BadSignature));
        assert_eq!(check(&genesis, 1, 3, b"call"), Err(KeyError::BadSignature));
        assert_eq!(check(&genesis, 1, 2, b"cell"), Err(KeyError::BadSignature));
    }

    #[test]
    fn small_order_keys_are_refused() {
        // The identity point verifies anything under the lax rules.
        let mut identity = [0u8; 32];
        identity[0] = 1;
        let mut signature = [0u8; 64];
        signature[0] = 1;
        assert!(verify(&AccountId(identity), b"anything", &Signature(signature)).is_err());
    }
}
