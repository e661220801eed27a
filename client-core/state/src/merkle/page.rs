//! What a host stores of a large state: pages of entries in key order, pages of the tree by address, and one directory
//! that names them all. A page's name is a hash that only these contents have, so that a page is checked when it is read
//! and one that did not change serves every later directory.

use super::{
    proof::{Leaf, bit},
    tree::Link,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{DecodeError, Hash, StateKey, decode_bounded};

/// Bytes that a page may take: an entry is never split, so a page of one large entry is larger than others.
pub const MOST_PAGE_BYTES: usize = 4 << 20;
/// Bytes that a directory may take.
pub const DIRECTORY_BYTES: usize = 64 << 20;

const DOMAIN: &str = "zera/state-page/v1";

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum PageName {
    /// Entries; the hash is of the page's bytes.
    Entries(Hash),
    /// Part of the tree; the hash is that of the subtree, as the nodes above it commit to.
    Tree(Hash),
}

/// A page of entries, as the directory lists it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct PageRef {
    /// Its first key; the next page's first key is beyond its last.
    pub first: StateKey,
    /// Hash of its bytes.
    pub hash: Hash,
    /// Its entries.
    pub count: u32,
}

/// The tree above its pages, each subtree before its halves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Top {
    /// No key.
    Empty,
    /// One key.
    Leaf(Leaf),
    /// Left and right follow.
    Inner,
    /// A page.
    Page {
        /// Hash of the subtree.
        hash: Hash,
        /// Its leaves, two at least.
        leaves: u32,
    },
}

/// All pages of one state.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Directory {
    /// Pages of entries; first keys ascend.
    pub entries: Vec<PageRef>,
    /// The tree above its pages.
    pub tree: Vec<Top>,
}

impl Directory {
    /// Every page it names.
    pub fn pages(&self) -> impl Iterator<Item = PageName> {
        let tree = self.tree.iter().filter_map(|top| match top {
            Top::Page { hash, .. } => Some(PageName::Tree(*hash)),
            _ => None,
        });
        self.entries.iter().map(|page| PageName::Entries(page.hash)).chain(tree)
    }
}

/// Entries in key order.
pub type EntryPage = Vec<(StateKey, Vec<u8>)>;

/// Part of the tree.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct TreePage {
    /// Bits of the address above it.
    pub depth: u16,
    /// Its leaves in order of their addresses.
    pub leaves: Vec<Leaf>,
}

/// The bytes of a page of entries and its hash.
pub(super) fn seal_entries(entries: &EntryPage) -> (Hash, Vec<u8>) {
    let bytes = entries.encode();
    (Hash::of_parts(DOMAIN, &[&bytes]), bytes)
}

/// Checks and decodes a page of entries.
pub(super) fn open_entries(hash: &Hash, bytes: &[u8]) -> Result<EntryPage, DecodeError> {
    if Hash::of_parts(DOMAIN, &[bytes]) != *hash {
        return Err(DecodeError::Malformed);
    }
    let page: EntryPage = decode_bounded(bytes, MOST_PAGE_BYTES)?;
    if page.is_sorted_by(|a, b| a.0 < b.0) { Ok(page) } else { Err(DecodeError::Malformed) }
}

/// Checks a page of the tree by building it.
pub(super) fn open_tree(hash: &Hash, bytes: &[u8]) -> Result<Link, DecodeError> {
    let page: TreePage = decode_bounded(bytes, MOST_PAGE_BYTES)?;
    let depth = usize::from(page.depth);
    let (Some(first), Some(last)) = (page.leaves.first(), page.leaves.last()) else {
        return Err(DecodeError::Malformed);
    };
    // Without these two, building would not end: equal addresses, or such as part above the page, never part below.
    let together = depth < 256 && (0..depth).all(|depth| bit(&first.key.0, depth) == bit(&last.key.0, depth));
    if !together || !page.leaves.is_sorted_by(|a, b| a.key < b.key) {
        return Err(DecodeError::Malformed);
    }
    let link = Link::build(&page.leaves, depth);
    if link.hash() == *hash { Ok(link) } else { Err(DecodeError::Malformed) }
}
