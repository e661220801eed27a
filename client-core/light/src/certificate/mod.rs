//! Finalisation certificates, byte for byte those of commonware's simplex with its Ed25519 scheme, so that the solo
//! chain and a network of validators seal alike. The engine itself does not build for the tab; what is repeated here is
//! the shape of its `Finalization`, checked by a test against bytes that the engine made:
//!
//! * certificate = proposal ‖ signers ‖ signatures, where proposal = varint epoch ‖ varint view ‖ varint parent view ‖
//!   32 bytes payload, and the rest is `commonware_cryptography::ed25519::certificate::Certificate`;
//! * each signature is over varint length of namespace ‖ namespace ‖ proposal, with
//!   namespace = "zera/finalization/v1" ‖ genesis hash ‖ "_FINALIZE". The payload is the header's hash.
//!
//! Verification follows ZIP-215. Here it goes signature by signature; the light client's way is in [`quorum`].

mod opened;
pub(crate) mod quorum;
#[cfg(test)]
pub(crate) mod tests;

use crate::validators::{MAX_VALIDATORS, ValidatorSet, public_key};
use alloc::vec::Vec;
use commonware_codec::{Copying, Decode as _, Encode as _, Read, ReadExt as _, Write, varint::UInt};
use commonware_cryptography::{
    Signer as _, Verifier as _,
    certificate::{Signers, ed25519 as scheme},
    ed25519,
};
use commonware_utils::Participant;
use zera_primitives::{AccountId, Hash, Header};

/// Most bytes of a certificate: proposal, bitmap and signatures of [`MAX_VALIDATORS`].
pub const CERTIFICATE_BYTES: usize = 3 * 10 + 32 + (2 + MAX_VALIDATORS.div_ceil(8) + 8) + (2 + 64 * MAX_VALIDATORS);

const NAMESPACE: &[u8] = b"zera/finalization/v1";
const FINALIZE: &[u8] = b"_FINALIZE";

/// Why a certificate does not finalise a block. Recoverable: its sender is wrong or lying.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate, or larger than one can be.
    #[error("not a certificate")]
    Malformed,
    /// The header names another validator set.
    #[error("the header is certified by another validator set")]
    OtherSet,
    /// It finalises another block.
    #[error("the certificate finalises another block")]
    OtherBlock,
    /// Too few validators signed.
    #[error("{have} validators signed, {need} are needed")]
    TooFew {
        /// How many signed.
        have: usize,
        /// How many must.
        need: usize,
    },
    /// A signature does not hold.
    #[error("the signature of {0:?} does not hold")]
    BadSignature(AccountId),
    /// The sealing key is no validator of the set.
    #[error("the sealing key is not in the validator set")]
    NotAValidator,
}

/// That a quorum of validators finalised one block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    epoch: u64,
    view: u64,
    parent_view: u64,
    payload: Hash,
    signed: scheme::Certificate,
}

/// The key that seals a solo chain.
pub struct SealKey(ed25519::PrivateKey);

impl SealKey {
    /// The key of a 32-byte seed; the same account as
    /// [`SecretKey::from_seed`](zera_primitives::keys::SecretKey::from_seed) gives. The caller brings the randomness.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`], for no seed of 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, CertificateError> {
        ed25519::PrivateKey::decode_cfg(Copying(seed), &()).map(Self).map_err(|_| CertificateError::Malformed)
    }

    /// Its public half, for [`ValidatorSet`].
    #[must_use]
    pub fn public(&self) -> AccountId {
        let mut id = [0; 32];
        id.iter_mut().zip(self.0.public_key().encode().iter()).for_each(|(to, from)| *to = *from);
        AccountId(id)
    }
}

/// Finalises `header` with the one key of a solo chain. Its view is its height: every view makes a block.
///
/// # Errors
/// [`CertificateError::NotAValidator`] or [`CertificateError::OtherSet`] when the header does not name the set of this
/// one key.
pub fn seal(header: &Header, key: &SealKey) -> Result<Certificate, CertificateError> {
    let set = ValidatorSet::solo(key.public()).map_err(|_| CertificateError::NotAValidator)?;
    if header.validators != set.hash() {
        return Err(CertificateError::OtherSet);
    }
    let view = header.height.0;
    certify(header, (view, view.saturating_sub(1)), core::slice::from_ref(key), &[0])
}

/// The certificate that those who stand at `places` of a set make together, `keys` being the set's, in its order. `views` are
/// the block's and its parent's. A network's validators do this in the engine, each with its own key.
///
/// # Errors
/// [`CertificateError::NotAValidator`], for places that are none or do not ascend.
pub fn certify(
    header: &Header,
    views: (u64, u64),
    keys: &[SealKey],
    places: &[usize],
) -> Result<Certificate, CertificateError> {
    let proposal = Proposal { epoch: header.epoch, view: views.0, parent_view: views.1, payload: header.hash() };
    let (namespace, message) = (namespace(&header.chain), proposal.to_bytes());
    let mut signatures = Vec::with_capacity(places.len());
    let mut participants = Vec::with_capacity(places.len());
    for place in places {
        let key = keys.get(*place).ok_or(CertificateError::NotAValidator)?;
        signatures.push(key.0.sign(&namespace, &message).into());
        participants.push(Participant::new(u32::try_from(*place).map_err(|_| CertificateError::NotAValidator)?));
    }
    let size = u32::try_from(keys.len()).map_err(|_| CertificateError::NotAValidator)?;
    let signers = Signers::new(size, participants).map_err(|_| CertificateError::NotAValidator)?;
    Ok(proposal.with(scheme::Certificate { signers, signatures }))
}

impl Certificate {
    /// Decodes outside bytes; whether it holds is for [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`CertificateError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > CERTIFICATE_BYTES {
            return Err(CertificateError::Malformed);
        }
        Self::decode_cfg(Copying(bytes), &()).map_err(|_| CertificateError::Malformed)
    }

    /// The bytes to store and send.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.proposal().to_bytes();
        self.signed.write(&mut bytes);
        bytes
    }

    /// Hash of the header that it finalises.
    #[must_use]
    pub const fn block(&self) -> Hash {
        self.payload
    }

    /// The consensus view that finalised it: the height on a solo chain, at least that on a network.
    #[must_use]
    pub const fn view(&self) -> u64 {
        self.view
    }

    /// How many validators signed.
    #[must_use]
    pub fn signers(&self) -> usize {
        self.signed.signers.count()
    }

    /// Checks that it finalises `header` with a quorum of `set`, the set that the header names.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(&self, header: &Header, set: &ValidatorSet) -> Result<(), CertificateError> {
        if header.validators != set.hash() {
            return Err(CertificateError::OtherSet);
        }
        self.check_form(header, set)?;
        let (signers, signatures) = (&self.signed.signers, &self.signed.signatures);
        let (namespace, message) = (namespace(&header.chain), self.proposal().to_bytes());
        for (signer, signature) in signers.iter().zip(signatures) {
            let index = usize::try_from(signer.get()).map_err(|_| CertificateError::Malformed)?;
            let id = set.keys().get(index).ok_or(CertificateError::Malformed)?;
            let holds = public_key(id)
                .zip(signature.get())
                .is_some_and(|(key, signature)| key.verify(&namespace, &message, signature));
            if !holds {
                return Err(CertificateError::BadSignature(*id));
            }
        }
        Ok(())
    }

    /// All of [`verify`](Self::verify) but the set's hash and the signatures.
    fn check_form(&self, header: &Header, set: &ValidatorSet) -> Result<(), CertificateError> {
        self.check_block(header, set)?;
        let signers = &self.signed.signers;
        if signers.count() < set.quorum() {
            return Err(CertificateError::TooFew { have: signers.count(), need: set.quorum() });
        }
        Ok(())
    }

    /// That it is about `header` and counts the validators of `set`.
    pub(crate) fn check_block(&self, header: &Header, set: &ValidatorSet) -> Result<(), CertificateError> {
        if self.payload != header.hash() || self.epoch != header.epoch {
            return Err(CertificateError::OtherBlock);
        }
        let (signers, signatures) = (&self.signed.signers, &self.signed.signatures);
        let counted = signers.len() == set.keys().len() && signers.count() == signatures.len();
        if counted { Ok(()) } else { Err(CertificateError::Malformed) }
    }

    const fn proposal(&self) -> Proposal {
        Proposal { epoch: self.epoch, view: self.view, parent_view: self.parent_view, payload: self.payload }
    }
}

impl Read for Certificate {
    type Cfg = ();

    fn read_cfg(buf: &mut impl commonware_codec::Buf, (): &()) -> Result<Self, commonware_codec::Error> {
        let mut number = || UInt::<u64>::read(buf).map(Into::into);
        let (epoch, view, parent_view) = (number()?, number()?, number()?);
        let payload = Hash(<[u8; 32]>::read(buf)?);
        let signed = scheme::Certificate::read_cfg(buf, &MAX_VALIDATORS)?;
        Ok(Proposal { epoch, view, parent_view, payload }.with(signed))
    }
}

/// What validators vote on: simplex's `Proposal`.
struct Proposal {
    epoch: u64,
    view: u64,
    parent_view: u64,
    payload: Hash,
}

impl Proposal {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [self.epoch, self.view, self.parent_view] {
            UInt(number).write(&mut bytes);
        }
        bytes.extend_from_slice(&self.payload.0);
        bytes
    }

    const fn with(self, signed: scheme::Certificate) -> Certificate {
        let Self { epoch, view, parent_view, payload } = self;
        Certificate { epoch, view, parent_view, payload, signed }
    }
}

fn namespace(chain: &Hash) -> Vec<u8> {
    [NAMESPACE, &chain.0, FINALIZE].concat()
}
