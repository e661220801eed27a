//! Two certified blocks that cannot both be on one chain: proof that more than a third of the validators broke their promise,
//! and that at least a third of them, who signed both, did so knowingly. As a file it needs nothing else to be checked but
//! the knowledge that the set was the chain's.

use crate::{
    certificate::{Certificate, CertificateError},
    headers::HeaderError,
    rules::Rules,
    validators::{ValidatorSet, ValidatorSetError},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Hash, Header, decode_bounded};
use zera_wire::answer::Finality;

/// What such a file begins with.
const MAGIC: &[u8] = b"zera evidence 1\n";
/// Most bytes of such a file: two headers, certificates and sets of the largest size.
pub const EVIDENCE_BYTES: usize = 64 << 10;

/// How two blocks contradict each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Clash {
    /// Two blocks of one height.
    Height,
    /// A block, and one of the next height with another parent.
    Parent,
    /// A block, and a higher one of an earlier slot.
    Slot,
}

/// A certified block and the set that certified it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Side {
    /// Header and certificate.
    pub block: Finality,
    /// The set that its header names.
    pub set: ValidatorSet,
}

/// Two blocks that contradict each other. The lower one first.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Evidence {
    rules: Rules,
    sides: (Side, Side),
}

/// Why evidence shows nothing. Recoverable: it is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Not such a file.
    #[error("not a file of evidence")]
    Malformed,
    /// A header is not one of this chain.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A certificate does not hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A set is none.
    #[error(transparent)]
    Set(#[from] ValidatorSetError),
    /// The second block's set is neither the first one's nor named by it.
    #[error("the two blocks are not certified by the same validators, nor by those whom the first names")]
    Unrelated,
    /// Both blocks can be on one chain.
    #[error("the two blocks do not contradict each other")]
    NoClash,
}

/// How two headers of one chain contradict each other, if they do.
pub(crate) fn clash(one: &Header, two: &Header) -> Option<Clash> {
    let (low, high) = if one.height <= two.height { (one, two) } else { (two, one) };
    if low.height == high.height {
        return (low != high).then_some(Clash::Height);
    }
    if high.height == low.height.plus(1) && high.parent != low.hash() {
        return Some(Clash::Parent);
    }
    (high.slot < low.slot).then_some(Clash::Slot)
}

impl Evidence {
    /// Evidence of two blocks; whether it shows anything is for [`verify`](Self::verify).
    #[must_use]
    pub fn new(rules: Rules, one: Side, two: Side) -> Self {
        let sides = if one.block.header.height <= two.block.header.height { (one, two) } else { (two, one) };
        Self { rules, sides }
    }

    /// The chain that it is about.
    #[must_use]
    pub const fn chain(&self) -> Hash {
        self.sides.0.block.header.chain
    }

    /// The two sides, the lower block first.
    #[must_use]
    pub const fn sides(&self) -> (&Side, &Side) {
        (&self.sides.0, &self.sides.1)
    }

    /// Checks both certificates, every signature of them, and that the blocks contradict each other. Whether the sets were the
    /// chain's own is not in the file: compare their hashes with what is known.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub fn verify(&self) -> Result<Clash, EvidenceError> {
        let (one, two) = self.sides();
        let (low, high) = (&one.block.header, &two.block.header);
        for side in [one, two] {
            self.rules.check(&self.chain(), &side.block.header)?;
            // Decoded again, since it came with the file and nobody has looked at its keys.
            let set = ValidatorSet::from_bytes(&side.set.encode())?;
            Certificate::from_bytes(&side.block.certificate)?.verify(&side.block.header, &set)?;
        }
        let named = || {
            self.rules.is_last(low.height)
                && high.epoch == low.epoch.saturating_add(1)
                && high.validators == low.next_validators
        };
        if !(low.epoch == high.epoch && low.validators == high.validators || named()) {
            return Err(EvidenceError::Unrelated);
        }
        clash(low, high).ok_or(EvidenceError::NoClash)
    }

    /// Validators who signed both blocks.
    #[must_use]
    pub fn signers(&self) -> Vec<AccountId> {
        let signed = |side: &Side| -> Vec<AccountId> {
            let certificate = Certificate::from_bytes(&side.block.certificate).ok();
            let places = certificate.map(|certificate| certificate.places()).unwrap_or_default();
            places.into_iter().filter_map(|place| side.set.keys().get(place).copied()).collect()
        };
        let second = signed(&self.sides.1);
        let mut both = signed(&self.sides.0);
        both.retain(|signer| second.contains(signer));
        both
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [MAGIC, &self.encode()].concat()
    }

    /// Reads such a file; whether it shows anything is for [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`EvidenceError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(EvidenceError::Malformed)?;
        decode_bounded(rest, EVIDENCE_BYTES).map_err(|_| EvidenceError::Malformed)
    }
}
