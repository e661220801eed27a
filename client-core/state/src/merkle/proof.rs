//! Proofs that a key has, or has not, an entry under a root. Checking one needs no tree and no state: this is what a
//! light client runs.

use super::{EMPTY_ROOT, tree::address};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{DecodeError, Hash, StateKey, decode_bounded};

/// Most bytes a proof takes: 256 siblings and a leaf.
pub const PROOF_BYTES: usize = 3 + 256 * 33 + 65;

/// The path from the place of a key up to the root.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Proof {
    /// The only leaf below the path's end: the key's own, or another one whose presence shows that the key is absent.
    /// None when nothing is there.
    pub leaf: Option<Leaf>,
    /// Siblings from the bottom up; none for an empty subtree.
    pub siblings: Vec<Option<Hash>>,
}

/// What a leaf commits to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Leaf {
    /// BLAKE3 of the key.
    pub key: Hash,
    /// BLAKE3 of the value.
    pub value: Hash,
}

/// Why a proof shows nothing. Recoverable: its sender is wrong or lying.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// More than 256 siblings.
    #[error("the path is longer than the tree is deep")]
    TooDeep,
    /// An entry was claimed, the proof shows that there is none.
    #[error("the proof shows that the key has no entry")]
    Absent,
    /// No entry was claimed, the proof shows one.
    #[error("the proof shows that the key has an entry")]
    Present,
    /// The entry has another value than claimed.
    #[error("the proof is about another value")]
    OtherValue,
    /// The leaf shown does not lie where the key would.
    #[error("the proof is about another key")]
    OtherKey,
    /// The path does not lead to this root.
    #[error("the path does not lead to this root")]
    OtherRoot,
    /// The proof has more or fewer parts than these keys need.
    #[error("the proof is not made for these keys")]
    Shape,
    /// The entries are not those that come next in the range.
    #[error("the entries are not the next of the range")]
    Range,
}

impl Proof {
    /// Decodes outside bytes.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_bounded(bytes, PROOF_BYTES)
    }

    /// The root this path leads to for a key at `address`.
    fn root(&self, address: &[u8; 32]) -> Hash {
        let start = self.leaf.map_or(EMPTY_ROOT, |leaf| leaf_hash(&leaf.key, &leaf.value));
        self.siblings.iter().zip((0..self.siblings.len()).rev()).fold(start, |below, (sibling, depth)| {
            let sibling = sibling.unwrap_or(EMPTY_ROOT);
            if bit(address, depth) { inner_hash(&sibling, &below) } else { inner_hash(&below, &sibling) }
        })
    }
}

/// Checks that under `root` the entry of `key` is `value`, or that there is none.
///
/// # Errors
/// [`ProofError`].
pub fn verify(root: &Hash, key: &StateKey, value: Option<&[u8]>, proof: &Proof) -> Result<(), ProofError> {
    if proof.siblings.len() > 256 {
        return Err(ProofError::TooDeep);
    }
    let address = address(key).0;
    match (value, &proof.leaf) {
        (Some(_), None) => return Err(ProofError::Absent),
        (Some(value), Some(leaf)) => {
            if leaf.key.0 != address {
                return Err(ProofError::Absent);
            }
            if leaf.value != Hash::of(value) {
                return Err(ProofError::OtherValue);
            }
        }
        (None, Some(leaf)) => {
            if leaf.key.0 == address {
                return Err(ProofError::Present);
            }
            if !(0..proof.siblings.len()).all(|depth| bit(&address, depth) == bit(&leaf.key.0, depth)) {
                return Err(ProofError::OtherKey);
            }
        }
        (None, None) => {}
    }
    if proof.root(&address) == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Bit `depth` of an address, most significant first.
pub(super) fn bit(address: &[u8; 32], depth: usize) -> bool {
    address.get(depth / 8).is_some_and(|byte| byte >> (7 - depth % 8) & 1 == 1)
}

/// Hash of a subtree with one key.
pub(super) fn leaf_hash(key: &Hash, value: &Hash) -> Hash {
    hash_pair::<77>(b"JMT::LeafNode", key, value)
}

/// Hash of a subtree with two keys and more.
pub(super) fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    hash_pair::<80>(b"JMT::IntrnalNode", left, right)
}

/// BLAKE3 of domain, first and second, which are `BYTES` long together: in one piece, which costs half of three.
fn hash_pair<const BYTES: usize>(domain: &[u8], first: &Hash, second: &Hash) -> Hash {
    let mut bytes = [0; BYTES];
    for (to, from) in bytes.iter_mut().zip(domain) {
        *to = *from;
    }
    for (to, from) in bytes.rchunks_exact_mut(32).zip([second, first]) {
        to.copy_from_slice(&from.0);
    }
    Hash(*blake3::hash(&bytes).as_bytes())
}
