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

impl Side {
    /// Those whose signature holds. Whoever serves a certificate can add one that does not.
    fn signed(&self) -> Result<Vec<AccountId>, CertificateError> {
        let (header, certificate) = (&self.block.header, Certificate::from_bytes(&self.block.certificate)?);
        if header.validators != self.set.hash() {
            return Err(CertificateError::OtherSet);
        }
        certificate.check_block(header, &self.set)?;
        let holds = |place: &usize| certificate.holds_of(*place, &self.set, &header.chain);
        let places = certificate.places().into_iter().filter(holds);
        Ok(places.filter_map(|place| self.set.keys().get(place).copied()).collect())
    }
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

    /// Checks that a quorum signed each block, and that the blocks contradict each other. Whether the sets were the chain's own
    /// is not in the file: compare their hashes with what is known.
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
            let (have, need) = (side.signed()?.len(), set.quorum());
            if have < need {
                return Err(CertificateError::TooFew { have, need }.into());
            }
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

    /// Validators whose signatures of both blocks hold.
    #[must_use]
    pub fn signers(&self) -> Vec<AccountId> {
        let (one, two) = (self.sides.0.signed().unwrap_or_default(), self.sides.1.signed().unwrap_or_default());
        one.into_iter().filter(|signer| two.contains(signer)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{Chain, Shape};
    use zera_primitives::Height;

    const SHAPE: Shape = Shape { seed: 1, validators: 4, turnover: 1, epoch_blocks: 10 };

    fn side(chain: &Chain, header: Header, places: &[usize]) -> Side {
        let set = chain.set(header.epoch);
        Side { block: chain.certified(header, Some(places)), set }
    }

    fn twins(chain: &Chain) -> (Side, Side) {
        let other = Header { state_root: Hash::ZERO, ..chain.lone(25) };
        (side(chain, chain.lone(25), &[0, 1, 2]), side(chain, other, &[1, 2, 3]))
    }

    #[test]
    fn it_names_those_who_signed_both_and_goes_into_a_file() {
        let chain = Chain::new(SHAPE);
        let (one, two) = twins(&chain);
        let evidence = Evidence::new(chain.rules(), one.clone(), two);
        assert_eq!(evidence.verify(), Ok(Clash::Height));
        assert_eq!(evidence.signers(), chain.set(2).keys()[1..3]);
        assert_eq!(evidence.sides().0, &one);
        let bytes = evidence.to_bytes();
        assert!(bytes.len() < EVIDENCE_BYTES / 8);
        assert_eq!(Evidence::from_bytes(&bytes), Ok(evidence));
        for length in 0..bytes.len() {
            assert_eq!(Evidence::from_bytes(&bytes[..length]), Err(EvidenceError::Malformed));
        }
        for place in MAGIC.len()..bytes.len() {
            let mut bent = bytes.clone();
            bent[place] ^= 0x41;
            let verdict = Evidence::from_bytes(&bent).and_then(|evidence| evidence.verify());
            // Of the rules only the length of an epoch counts.
            let rules = MAGIC.len()..MAGIC.len() + 24;
            assert!(verdict.is_err() || rules.contains(&place), "byte {place}: {verdict:?}");
        }
    }

    #[test]
    fn a_signature_that_somebody_added_accuses_nobody_and_spoils_nothing() {
        let chain = Chain::new(SHAPE);
        let (mut one, two) = twins(&chain);
        one.block = chain.certified(one.block.header, Some(&[0, 1, 2, 3]));
        *one.block.certificate.last_mut().unwrap() ^= 1;
        let evidence = Evidence::new(chain.rules(), one, two);
        assert_eq!(evidence.verify(), Ok(Clash::Height));
        assert_eq!(evidence.signers(), chain.set(2).keys()[1..3], "not the fourth");
    }

    #[test]
    fn what_does_not_contradict_is_no_evidence() {
        let chain = Chain::new(SHAPE);
        let check = |one: Side, two: Side| Evidence::new(chain.rules(), one, two).verify();
        let one = || twins(&chain).0;
        assert_eq!(check(one(), one()), Err(EvidenceError::NoClash));
        assert_eq!(check(one(), side(&chain, chain.lone(27), &[0, 1, 2])), Err(EvidenceError::NoClash));
        let few = side(&chain, twins(&chain).1.block.header, &[1, 2]);
        assert_eq!(check(one(), few), Err(CertificateError::TooFew { have: 2, need: 3 }.into()));
        // Two sets that nothing in the file connects: one of them may be anybody's.
        let strangers = Chain::new(Shape { seed: 2, ..SHAPE });
        let header = Header { chain: chain.genesis().hash(), ..strangers.lone(25) };
        assert_eq!(check(one(), side(&strangers, header, &[0, 1, 2])), Err(EvidenceError::Unrelated));
        let far = Header { slot: zera_primitives::Slot(3), ..chain.lone(45) };
        assert_eq!(check(one(), side(&chain, far, &[0, 1, 2])), Err(EvidenceError::Unrelated));
        // Not the last of its epoch: the set that it names may still have changed.
        let early = Header { slot: zera_primitives::Slot(3), ..chain.lone(30) };
        assert_eq!(check(one(), side(&chain, early, &[0, 1, 2])), Err(EvidenceError::Unrelated));
        let header = Header { chain: chain.genesis().hash(), ..strangers.lone(30) };
        let last = side(&chain, chain.lone(29), &[0, 1, 2]);
        assert_eq!(check(last, side(&strangers, header, &[0, 1, 2])), Err(EvidenceError::Unrelated));
        let elsewhere = Header { chain: Hash::ZERO, ..chain.lone(25) };
        assert_eq!(check(one(), side(&chain, elsewhere, &[0, 1, 2])), Err(HeaderError::OtherChain.into()));
        let wrong_epoch = Header { height: Height(30), ..chain.lone(25) };
        assert_eq!(check(one(), side(&chain, wrong_epoch, &[0, 1, 2])), Err(HeaderError::Epoch.into()));
        // The last block of an epoch names the set of the next: there, two sets are connected.
        let (last, first) = (side(&chain, chain.lone(29), &[0, 1, 2]), side(&chain, chain.lone(30), &[0, 1, 2]));
        assert_eq!(check(last, first), Ok(Clash::Parent));
    }
}
