//! One proof for many keys: the part of the tree that lies above them, each subtree before its halves, with a hash in
//! place of every subtree that holds none of them. For keys that share a way it is a fraction of their single proofs.

use super::{
    EMPTY_ROOT, ProofError,
    page::PageName,
    pages::Pages,
    proof::{Leaf, bit},
    tree::{Link, Missing, address},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{DecodeError, Hash, StateKey, decode_bounded};

/// Most bytes of a proof: that of 512 keys, each 256 deep, would take more, but no tree that anyone can fill does.
pub const MULTI_PROOF_BYTES: usize = 2 << 20;

/// The tree above some keys.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct MultiProof(Vec<Part>);

/// What stands at one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
enum Part {
    /// Nothing.
    Empty,
    /// One of the keys asked for, alone. Its leaf follows from the entry.
    Own,
    /// Another key alone, whose presence shows that those asked for are absent.
    Other(Leaf),
    /// The place where addresses part: left and right follow.
    Inner,
    /// A subtree that holds none of the keys: its hash.
    Hash(Hash),
}

impl MultiProof {
    /// Decodes outside bytes.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_bounded(bytes, MULTI_PROOF_BYTES)
    }

    /// The proof for `keys` under `tree`.
    pub(super) fn of(tree: &Link, keys: &[StateKey], pages: &Pages) -> Result<Self, Missing> {
        let mut addresses: Vec<Hash> = keys.iter().map(address).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let (mut parts, before) = (Vec::new(), pages.misses());
        collect(tree, &addresses, 0, pages, &mut parts);
        // All that is missing is wanted, not just the first.
        if pages.misses() == before { Ok(Self(parts)) } else { Err(Missing) }
    }

    /// Builds the part of the tree that the proof shows; subtrees that it leaves out are pages of their hash. Its hash is
    /// the root that it leads to.
    pub(super) fn tree(&self, keys: &[StateKey], values: &[Option<Vec<u8>>]) -> Result<Link, ProofError> {
        if keys.len() != values.len() {
            return Err(ProofError::Shape);
        }
        let claim = |(key, value): (&StateKey, &Option<Vec<u8>>)| Claim {
            address: address(key),
            value: value.as_ref().map(|value| Hash::of(value)),
        };
        let mut claims: Vec<Claim> = keys.iter().zip(values).map(claim).collect();
        claims.sort_unstable_by_key(|claim| claim.address);
        if !claims.is_sorted_by(|a, b| a.address < b.address) {
            return Err(ProofError::Shape);
        }
        let mut parts = self.0.iter();
        let tree = build(&mut parts, &claims, 0)?;
        if parts.next().is_some() { Err(ProofError::Shape) } else { Ok(tree) }
    }
}

/// Checks that under `root` each of `keys` has the entry of the same place in `values`, or has none. Keys are different from
/// each other, in any order.
///
/// # Errors
/// [`ProofError`].
pub fn verify_many(
    root: &Hash,
    keys: &[StateKey],
    values: &[Option<Vec<u8>>],
    proof: &MultiProof,
) -> Result<(), ProofError> {
    if proof.tree(keys, values)?.hash() == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// What is said of one address: the hash of its value, none where it is absent.
struct Claim {
    address: Hash,
    value: Option<Hash>,
}

fn collect(link: &Link, addresses: &[Hash], depth: usize, pages: &Pages, parts: &mut Vec<Part>) {
    match link {
        Link::Empty => parts.push(Part::Empty),
        _ if addresses.is_empty() => parts.push(Part::Hash(link.hash())),
        Link::Leaf(node) if addresses.contains(&node.leaf.key) => parts.push(Part::Own),
        Link::Leaf(node) => parts.push(Part::Other(node.leaf)),
        Link::Page(node) => {
            if let Some(content) = pages.tree(PageName::Tree(node.hash)) {
                collect(&content, addresses, depth, pages, parts);
            }
        }
        Link::Inner(node) => {
            parts.push(Part::Inner);
            let (left, right) = addresses.split_at(addresses.partition_point(|address| !bit(&address.0, depth)));
            let below = depth.saturating_add(1);
            collect(&node.left, left, below, pages, parts);
            collect(&node.right, right, below, pages, parts);
        }
    }
}

fn build<'a>(parts: &mut impl Iterator<Item = &'a Part>, claims: &[Claim], depth: usize) -> Result<Link, ProofError> {
    let present = || claims.iter().filter_map(|claim| Some(Leaf { key: claim.address, value: claim.value? }));
    match *parts.next().ok_or(ProofError::Shape)? {
        Part::Empty if present().next().is_some() => Err(ProofError::Absent),
        Part::Empty => Ok(Link::Empty),
        Part::Own => {
            let mut present = present();
            let leaf = present.next().ok_or(ProofError::Present)?;
            if present.next().is_some() { Err(ProofError::Absent) } else { Ok(Link::build(&[leaf], depth)) }
        }
        Part::Other(leaf) => other(&leaf, claims, depth),
        Part::Inner if depth < 256 && !claims.is_empty() => {
            let (left, right) = claims.split_at(claims.partition_point(|claim| !bit(&claim.address.0, depth)));
            let below = depth.saturating_add(1);
            let left = build(parts, left, below)?;
            Ok(Link::inner(left, build(parts, right, below)?))
        }
        Part::Inner => Err(ProofError::Shape),
        Part::Hash(hash) if claims.is_empty() && hash != EMPTY_ROOT => Ok(Link::unknown(hash)),
        Part::Hash(_) => Err(ProofError::Shape),
    }
}

/// A leaf that is none of the claimed keys': it must lie where they would.
fn other(leaf: &Leaf, claims: &[Claim], depth: usize) -> Result<Link, ProofError> {
    let first = claims.first().ok_or(ProofError::Shape)?;
    if claims.iter().any(|claim| claim.value.is_some()) {
        return Err(ProofError::Absent);
    }
    if claims.iter().any(|claim| claim.address == leaf.key) {
        return Err(ProofError::Present);
    }
    if (0..depth).any(|depth| bit(&first.address.0, depth) != bit(&leaf.key.0, depth)) {
        return Err(ProofError::OtherKey);
    }
    Ok(Link::build(&[*leaf], depth))
}
