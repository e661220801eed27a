//! The tree over the addresses of all keys: binary and persistent. A version is a link to its topmost node; versions
//! share what did not change, and what no kept version reaches is freed by itself. An update touches each node on the way
//! to a changed address once, whatever the number of changes, and hashes only what is new. Subtrees that a host stores are
//! one link with their hash, and are in memory only while their page is.
//!
//! The root's definition, frozen: keys are addressed by BLAKE3(key). A subtree without keys hashes to the 32 ASCII
//! bytes `SPARSE_MERKLE_PLACEHOLDER_HASH__`; one with a single key to BLAKE3("JMT::LeafNode" ‖ BLAKE3(key) ‖
//! BLAKE3(value)); any other to BLAKE3("JMT::IntrnalNode" ‖ left ‖ right), split by the next bit of the address, most
//! significant first. A test recomputes it from this sentence alone, another compares it with the `jmt` crate.

use super::{
    EMPTY_ROOT,
    page::{PageName, Top},
    pages::Pages,
    proof::{Leaf, Proof, bit, inner_hash, leaf_hash},
};
use alloc::{rc::Rc, vec::Vec};
use zera_primitives::{Hash, StateKey};

/// The address of a key in the tree.
pub(super) fn address(key: &StateKey) -> Hash {
    Hash::of(key.as_bytes())
}

/// What becomes of one address: the hash of its new value, none when it is removed.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub address: Hash,
    pub value: Option<Hash>,
}

/// A subtree, or nothing. Cloning shares it.
#[derive(Clone, Default)]
pub(super) enum Link {
    /// No key.
    #[default]
    Empty,
    /// One key.
    Leaf(Rc<LeafNode>),
    /// Two keys and more.
    Inner(Rc<InnerNode>),
    /// Two keys and more, on a page.
    Page(Rc<PageNode>),
}

/// The place of one key.
pub(super) struct LeafNode {
    hash: Hash,
    pub leaf: Leaf,
}

/// The place where addresses part.
pub(super) struct InnerNode {
    pub hash: Hash,
    pub left: Link,
    pub right: Link,
}

/// The place of a page.
pub(super) struct PageNode {
    pub hash: Hash,
    pub leaves: u32,
}

/// A page of the tree is not in memory; it is noted as wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Missing;

impl Link {
    /// Hash of the subtree.
    pub(super) fn hash(&self) -> Hash {
        match self {
            Self::Empty => EMPTY_ROOT,
            Self::Leaf(node) => node.hash,
            Self::Inner(node) => node.hash,
            Self::Page(node) => node.hash,
        }
    }

    /// The tree after `changes`, which ascend by address, each once.
    ///
    /// # Errors
    /// [`Missing`]: all pages that the changes need are wanted, not just the first.
    pub(super) fn update(&self, changes: &[Change], pages: &Pages) -> Result<Self, Missing> {
        let before = pages.misses();
        let tree = self.updated(changes, 0, pages);
        if pages.misses() == before { Ok(tree) } else { Err(Missing) }
    }

    /// The tree that holds `leaves`, which ascend by address.
    pub(super) fn of(leaves: &[Change]) -> Self {
        Self::build(&set(leaves), 0)
    }

    /// The proof for an address.
    ///
    /// # Errors
    /// [`Missing`].
    pub(super) fn prove(&self, address: &Hash, pages: &Pages) -> Result<Proof, Missing> {
        let (mut link, mut siblings) = (self.clone(), Vec::new());
        let leaf = loop {
            link = match &link {
                Self::Empty => break None,
                Self::Leaf(node) => break Some(node.leaf),
                Self::Page(node) => pages.tree(PageName::Tree(node.hash)).ok_or(Missing)?,
                Self::Inner(node) => {
                    let (next, sibling) = node.towards(address, siblings.len());
                    siblings.push((!matches!(sibling, Self::Empty)).then(|| sibling.hash()));
                    next.clone()
                }
            };
        };
        siblings.reverse();
        Ok(Proof { leaf, siblings })
    }

    /// Notes the page of an address as wanted.
    pub(super) fn touch(&self, address: &Hash, pages: &Pages) {
        let (mut link, mut depth) = (self, 0usize);
        while let Self::Inner(node) = link {
            link = node.towards(address, depth).0;
            depth = depth.saturating_add(1);
        }
        if let Self::Page(node) = link {
            pages.want(PageName::Tree(node.hash));
        }
    }

    /// The tree above its pages, each subtree before its halves.
    pub(super) fn top(&self, top: &mut Vec<Top>) {
        match self {
            Self::Empty => top.push(Top::Empty),
            Self::Leaf(node) => top.push(Top::Leaf(node.leaf)),
            Self::Page(node) => top.push(Top::Page { hash: node.hash, leaves: node.leaves }),
            Self::Inner(node) => {
                top.push(Top::Inner);
                node.left.top(top);
                node.right.top(top);
            }
        }
    }

    /// The tree of which [`top`](Self::top) said this; none when it is of no tree.
    pub(super) fn from_top(top: &mut impl Iterator<Item = Top>, depth: usize) -> Option<Self> {
        Some(match top.next()? {
            Top::Empty => Self::Empty,
            Top::Leaf(leaf) => Self::build(&[leaf], depth),
            Top::Page { hash, leaves } => Self::Page(Rc::new(PageNode { hash, leaves })),
            Top::Inner if depth < 256 => {
                let below = depth.saturating_add(1);
                Self::join(Self::from_top(top, below)?, Self::from_top(top, below)?)
            }
            Top::Inner => return None,
        })
    }

    /// A subtree of which only the hash is known.
    pub(super) fn unknown(hash: Hash) -> Self {
        if hash == EMPTY_ROOT { Self::Empty } else { Self::Page(Rc::new(PageNode { hash, leaves: 2 })) }
    }

    /// The subtree over two halves as somebody shows them.
    pub(super) fn inner(left: Self, right: Self) -> Self {
        Self::Inner(Rc::new(InnerNode { hash: inner_hash(&left.hash(), &right.hash()), left, right }))
    }

    /// The subtree with what `other`, which has the same hash, knows of it.
    pub(super) fn merged(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Page(_), other) => other.clone(),
            (Self::Inner(one), Self::Inner(two)) => Self::Inner(Rc::new(InnerNode {
                hash: one.hash,
                left: one.left.merged(&two.left),
                right: one.right.merged(&two.right),
            })),
            _ => self.clone(),
        }
    }

    fn updated(&self, changes: &[Change], depth: usize, pages: &Pages) -> Self {
        if changes.is_empty() {
            return self.clone();
        }
        match self {
            Self::Empty => Self::build(&set(changes), depth),
            Self::Leaf(node) => node.with(changes, depth),
            Self::Inner(node) => {
                let (left, right) = changes.split_at(parting(changes, depth, |change| &change.address));
                let below = depth.saturating_add(1);
                Self::join(node.left.updated(left, below, pages), node.right.updated(right, below, pages))
            }
            // Where the page is missing the result is of no use, but finds what else is missing.
            Self::Page(node) => pages
                .tree(PageName::Tree(node.hash))
                .map_or_else(|| self.clone(), |content| content.updated(changes, depth, pages)),
        }
    }

    /// The subtree of these leaves, which ascend by address.
    pub(super) fn build(leaves: &[Leaf], depth: usize) -> Self {
        match leaves {
            [] => Self::Empty,
            [leaf] => Self::Leaf(Rc::new(LeafNode { hash: leaf_hash(&leaf.key, &leaf.value), leaf: *leaf })),
            _ => {
                let (left, right) = leaves.split_at(parting(leaves, depth, |leaf| &leaf.key));
                let below = depth.saturating_add(1);
                Self::join(Self::build(left, below), Self::build(right, below))
            }
        }
    }

    /// The subtree over two halves: a single key moves up as far as it is alone.
    fn join(left: Self, right: Self) -> Self {
        match (left, right) {
            (only @ (Self::Empty | Self::Leaf(_)), Self::Empty) | (Self::Empty, only @ Self::Leaf(_)) => only,
            (left, right) => Self::inner(left, right),
        }
    }
}

impl InnerNode {
    /// The half that holds an address, and the other one.
    fn towards(&self, address: &Hash, depth: usize) -> (&Link, &Link) {
        if bit(&address.0, depth) { (&self.right, &self.left) } else { (&self.left, &self.right) }
    }
}

impl LeafNode {
    /// The subtree of this key and `changes`, one of which may be about it.
    fn with(&self, changes: &[Change], depth: usize) -> Link {
        let mut leaves = set(changes);
        if let Err(place) = changes.binary_search_by(|change| change.address.cmp(&self.leaf.key)) {
            let before = changes.iter().take(place).filter(|change| change.value.is_some()).count();
            leaves.insert(before, self.leaf);
        }
        Link::build(&leaves, depth)
    }
}

/// The leaves that `changes` set.
fn set(changes: &[Change]) -> Vec<Leaf> {
    changes.iter().filter_map(|change| Some(Leaf { key: change.address, value: change.value? })).collect()
}

/// How many of `items`, which ascend by address and agree in the bits above `depth`, lie on the left.
fn parting<T>(items: &[T], depth: usize, address: impl Fn(&T) -> &Hash) -> usize {
    items.partition_point(|item| !bit(&address(item).0, depth))
}
