//! The tree over the addresses of all keys: binary, persistent, in memory. A version is a link to its topmost node;
//! versions share what did not change, and what no kept version reaches is freed by itself. An update touches each node
//! on the way to a changed address once, whatever the number of changes, and hashes only what is new.
//!
//! The root's definition, frozen: keys are addressed by BLAKE3(key). A subtree without keys hashes to the 32 ASCII
//! bytes `SPARSE_MERKLE_PLACEHOLDER_HASH__`; one with a single key to BLAKE3("JMT::LeafNode" ‖ BLAKE3(key) ‖
//! BLAKE3(value)); any other to BLAKE3("JMT::IntrnalNode" ‖ left ‖ right), split by the next bit of the address, most
//! significant first. A test recomputes it from this sentence alone, another compares it with the `jmt` crate.

use super::{
    EMPTY_ROOT,
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
}

/// The place of one key.
pub(super) struct LeafNode {
    hash: Hash,
    leaf: Leaf,
}

/// The place where addresses part.
pub(super) struct InnerNode {
    hash: Hash,
    left: Link,
    right: Link,
}

impl Link {
    /// Hash of the subtree.
    pub(super) fn hash(&self) -> Hash {
        match self {
            Self::Empty => EMPTY_ROOT,
            Self::Leaf(node) => node.hash,
            Self::Inner(node) => node.hash,
        }
    }

    /// The tree after `changes`, which ascend by address, each once.
    #[must_use]
    pub(super) fn update(&self, changes: &[Change]) -> Self {
        self.updated(changes, 0)
    }

    /// The proof for an address.
    pub(super) fn prove(&self, address: &Hash) -> Proof {
        let (mut link, mut siblings) = (self, Vec::new());
        while let Self::Inner(node) = link {
            let (next, sibling) =
                if bit(&address.0, siblings.len()) { (&node.right, &node.left) } else { (&node.left, &node.right) };
            siblings.push((!matches!(sibling, Self::Empty)).then(|| sibling.hash()));
            link = next;
        }
        siblings.reverse();
        let leaf = if let Self::Leaf(node) = link { Some(node.leaf) } else { None };
        Proof { leaf, siblings }
    }

    fn updated(&self, changes: &[Change], depth: usize) -> Self {
        if changes.is_empty() {
            return self.clone();
        }
        match self {
            Self::Empty => Self::build(&set(changes), depth),
            Self::Leaf(node) => node.with(changes, depth),
            Self::Inner(node) => {
                let (left, right) = changes.split_at(parting(changes, depth, |change| &change.address));
                let below = depth.saturating_add(1);
                Self::join(node.left.updated(left, below), node.right.updated(right, below))
            }
        }
    }

    /// The subtree of these leaves, which ascend by address.
    fn build(leaves: &[Leaf], depth: usize) -> Self {
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
            (left, right) => {
                Self::Inner(Rc::new(InnerNode { hash: inner_hash(&left.hash(), &right.hash()), left, right }))
            }
        }
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
