//! A certificate taken apart, for whoever wants to look at each signature.

use super::{Certificate, FINALIZE, NAMESPACE, namespace};
use crate::validators::{ValidatorSet, public_key};
use alloc::vec::Vec;
use commonware_codec::{Encode as _, varint::UInt};
use commonware_cryptography::Verifier as _;
use zera_primitives::Hash;

impl Certificate {
    /// Epoch, view, and the view of the parent, as they were signed.
    #[must_use]
    pub const fn round(&self) -> (u64, u64, u64) {
        (self.epoch, self.view, self.parent_view)
    }

    /// Places in the set of those who signed, ascending.
    #[must_use]
    pub fn places(&self) -> Vec<usize> {
        self.signed.signers.iter().filter_map(|signer| usize::try_from(signer.get()).ok()).collect()
    }

    /// The bytes that each signer signed on the chain `chain`.
    #[must_use]
    pub fn signed_bytes(&self, chain: &Hash) -> Vec<u8> {
        let length = NAMESPACE.len().saturating_add(chain.0.len()).saturating_add(FINALIZE.len());
        let mut bytes = UInt(length as u64).encode().to_vec();
        bytes.extend(namespace(chain));
        bytes.extend(self.proposal().to_bytes());
        bytes
    }

    /// The signature of the validator at `place` of the set; none when it is not in the certificate.
    #[must_use]
    pub fn signature(&self, place: usize) -> Option<Vec<u8>> {
        let mut pairs = self.signed.signers.iter().zip(&self.signed.signatures);
        let (_, signature) = pairs.find(|(signer, _)| usize::try_from(signer.get()) == Ok(place))?;
        Some(signature.get()?.encode().to_vec())
    }

    /// True when the signature of the validator at `place` of `set` is there and holds on the chain `chain`.
    #[must_use]
    pub fn holds_of(&self, place: usize, set: &ValidatorSet, chain: &Hash) -> bool {
        let mut pairs = self.signed.signers.iter().zip(&self.signed.signatures);
        let found = pairs.find(|(signer, _)| usize::try_from(signer.get()) == Ok(place));
        let key = set.keys().get(place).and_then(public_key);
        let Some(((_, signature), key)) = found.zip(key) else { return false };
        let (namespace, message) = (namespace(chain), self.proposal().to_bytes());
        signature.get().is_some_and(|signature| key.verify(&namespace, &message, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SealKey, seal, tests::header};
    use crate::validators::ValidatorSet;
    use zera_primitives::keys::SecretKey;

    #[test]
    fn what_was_signed_is_what_an_ordinary_verifier_checks() {
        let key = SealKey::from_seed(&[1; 32]).unwrap();
        let set = ValidatorSet::solo(key.public()).unwrap();
        let header = zera_primitives::Header { validators: set.hash(), ..header() };
        let certificate = seal(&header, &key).unwrap();
        let (signed, signature) = (certificate.signed_bytes(&header.chain), certificate.signature(0).unwrap());
        assert_eq!(SecretKey::from_seed(&[1; 32]).sign(&signed).0.to_vec(), signature);
        assert!(certificate.holds_of(0, &set, &header.chain) && !certificate.holds_of(1, &set, &header.chain));
        assert!(!certificate.holds_of(0, &set, &header.parent), "a signature holds on its own chain only");
        assert_eq!(certificate.round(), (header.epoch, header.height.0, header.height.0 - 1));
    }
}
