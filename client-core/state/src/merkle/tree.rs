//! The Jellyfish Merkle tree of `jmt` with BLAKE3, kept in memory with its recent versions.
//!
//! The root's definition, frozen: keys are addressed by BLAKE3(key). A subtree without keys hashes to the 32 ASCII
//! bytes `SPARSE_MERKLE_PLACEHOLDER_HASH__`; one with a single key to BLAKE3("JMT::LeafNode" ‖ BLAKE3(key) ‖
//! BLAKE3(value)); any other to BLAKE3("JMT::IntrnalNode" ‖ left ‖ right), split by the next bit of the address, most
//! significant first. A test recomputes it from this sentence alone.

use super::{MerkleError, Proof};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, NibblePath, Node, NodeKey, StaleNodeIndex, TreeReader, TreeUpdateBatch},
};
use zera_primitives::{Hash, StateKey};

/// BLAKE3 as the tree's hash.
pub(super) struct Blake3(blake3::Hasher);

impl SimpleHasher for Blake3 {
    fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

/// The address of a key in the tree.
pub(super) fn address(key: &StateKey) -> KeyHash {
    KeyHash(Hash::of(key.as_bytes()).0)
}

/// Nodes by version and path. Values are not kept here: the flat entries have them.
#[derive(Clone, Default)]
struct Nodes(BTreeMap<NodeKey, Node>);

impl TreeReader for Nodes {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.0.get(key).cloned())
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        // Asked only for the value beside a proof, which `prove` drops.
        Ok(Some(OwnedValue::new()))
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("only a restore asks for this, and none is made")
    }
}

/// The tree and its recent versions.
#[derive(Clone)]
pub(super) struct Tree {
    nodes: Nodes,
    /// Nodes that a later version replaced, by the version that did.
    stale: BTreeSet<StaleNodeIndex>,
    version: Version,
    root: Hash,
}

fn root_key(version: Version) -> NodeKey {
    NodeKey::new(version, core::iter::empty().collect::<NibblePath>())
}

impl Tree {
    /// The tree without keys, at version 0.
    pub(super) fn empty() -> Self {
        let nodes = Nodes(BTreeMap::from([(root_key(0), Node::Null)]));
        Self { nodes, stale: BTreeSet::new(), version: 0, root: super::EMPTY_ROOT }
    }

    pub(super) const fn version(&self) -> Version {
        self.version
    }

    pub(super) const fn root(&self) -> Hash {
        self.root
    }

    /// Sets and removes keys. Makes up to two versions: one for all values set, in one pass over the tree, and one
    /// for the removals, which `jmt` only does one by one.
    pub(super) fn update(&mut self, set: Vec<(KeyHash, OwnedValue)>, removed: &[KeyHash]) -> Result<(), MerkleError> {
        if !set.is_empty() {
            let next = self.next_version()?;
            let (roots, batch) = self.jmt().batch_put_value_sets(alloc::vec![set], None, next).map_err(broken)?;
            self.adopt(next, roots.last().map(|root| Hash(root.0)), batch)?;
        }
        if !removed.is_empty() {
            let next = self.next_version()?;
            let changes = removed.iter().map(|key| (*key, None));
            let (root, batch) = self.jmt().put_value_set(changes, next).map_err(broken)?;
            self.adopt(next, Some(Hash(root.0)), batch)?;
        }
        Ok(())
    }

    /// The proof for `key` at `version`, which is kept.
    pub(super) fn prove(&self, key: KeyHash, version: Version) -> Result<Proof, MerkleError> {
        let (_, proof) = self.jmt().get_with_proof(key, version).map_err(broken)?;
        let bytes = borsh::to_vec(&proof).map_err(|_| MerkleError::Tree)?;
        Proof::from_jmt(&bytes)
    }

    /// Forgets versions after `version` and makes it the newest; `root` is its root.
    pub(super) fn revert_to(&mut self, version: Version, root: Hash) {
        let Some(next) = version.checked_add(1) else { return };
        // Node keys are ordered by version first, and the root's path is the least of a version.
        self.nodes.0.split_off(&root_key(next));
        self.stale.split_off(&StaleNodeIndex { stale_since_version: next, node_key: root_key(0) });
        self.version = version;
        self.root = root;
    }

    /// Drops nodes that no version from `oldest` on uses.
    pub(super) fn prune(&mut self, oldest: Version) {
        while let Some(first) = self.stale.first() {
            if first.stale_since_version > oldest {
                return;
            }
            let Some(first) = self.stale.pop_first() else { return };
            self.nodes.0.remove(&first.node_key);
        }
    }

    /// Nodes kept, those of older versions included.
    pub(super) fn nodes(&self) -> usize {
        self.nodes.0.len()
    }

    fn jmt(&self) -> JellyfishMerkleTree<'_, Nodes, Blake3> {
        JellyfishMerkleTree::new(&self.nodes)
    }

    fn next_version(&self) -> Result<Version, MerkleError> {
        self.version.checked_add(1).ok_or(MerkleError::Tree)
    }

    fn adopt(&mut self, version: Version, root: Option<Hash>, batch: TreeUpdateBatch) -> Result<(), MerkleError> {
        self.root = root.ok_or(MerkleError::Tree)?;
        for (key, node) in batch.node_batch.nodes() {
            self.nodes.0.insert(key.clone(), node.clone());
        }
        self.stale.extend(batch.stale_node_index_batch);
        self.version = version;
        Ok(())
    }
}

/// The tree's own invariants do not hold: nodes are made by this code alone, so this is a defect, not an input.
fn broken(_: anyhow::Error) -> MerkleError {
    MerkleError::Tree
}
