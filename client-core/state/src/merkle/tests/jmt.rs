//! Our tree against the `jmt` crate, block by block: the same roots, and proofs of the same bytes.

use super::*;
use ::jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use codec::Encode;
use std::cell::RefCell;

struct Blake3(blake3::Hasher);

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

/// `jmt` used the plain way: all nodes of all versions in a map.
#[derive(Default)]
struct Peer {
    nodes: RefCell<BTreeMap<NodeKey, Node>>,
    version: Version,
}

impl TreeReader for Peer {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.nodes.borrow().get(key).cloned())
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(Some(OwnedValue::new()))
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("not asked for")
    }
}

impl Peer {
    fn tree(&self) -> JellyfishMerkleTree<'_, Self, Blake3> {
        JellyfishMerkleTree::new(self)
    }

    fn apply(&mut self, changes: &ChangeSet) -> Hash {
        let set = changes.iter().map(|(key, value)| (KeyHash(address(key).0), value.clone()));
        let (root, batch) = self.tree().put_value_set(set, self.version).unwrap();
        self.nodes.borrow_mut().extend(batch.node_batch.nodes().clone());
        self.version += 1;
        Hash(root.0)
    }

    /// The proof of `jmt`, whose fields are private, in our form by way of its own encoding.
    fn prove(&self, key: &StateKey) -> Proof {
        let (_, proof) = self.tree().get_with_proof(KeyHash(address(key).0), self.version - 1).unwrap();
        let proof: PeerProof = borsh::from_slice(&borsh::to_vec(&proof).unwrap()).unwrap();
        Proof {
            leaf: proof.leaf.map(|leaf| Leaf { key: Hash(leaf.key), value: Hash(leaf.value) }),
            siblings: proof.siblings.iter().map(PeerNode::hash).collect(),
        }
    }
}

#[derive(borsh::BorshDeserialize)]
struct PeerProof {
    leaf: Option<PeerPair>,
    siblings: Vec<PeerNode>,
}

#[derive(borsh::BorshDeserialize)]
struct PeerPair {
    key: [u8; 32],
    value: [u8; 32],
}

#[derive(borsh::BorshDeserialize)]
enum PeerNode {
    Null,
    /// Left and right.
    Internal(PeerPair),
    Leaf(PeerPair),
}

impl PeerNode {
    fn hash(&self) -> Option<Hash> {
        let hash = |domain: &[u8], pair: &PeerPair| {
            Some(Hash(*blake3::hash(&[domain, &pair.key, &pair.value].concat()).as_bytes()))
        };
        match self {
            Self::Null => None,
            Self::Internal(pair) => hash(::jmt::proof::INTERNAL_DOMAIN_SEPARATOR, pair),
            Self::Leaf(pair) => hash(::jmt::proof::LEAF_DOMAIN_SEPARATOR, pair),
        }
    }
}

fn agree(blocks: &[ChangeSet], keys: impl Fn() -> Vec<StateKey>) {
    let (mut state, mut peer) = (fresh(), Peer::default());
    assert_eq!(peer.apply(&ChangeSet::new()), state.root());
    for (block, height) in blocks.iter().zip(1..) {
        let theirs = peer.apply(block);
        assert_eq!(state.apply(Height(height), block), Ok(theirs), "root of block {height}");
        for key in keys() {
            let (ours, theirs) = (state.prove(&key).unwrap(), peer.prove(&key));
            assert_eq!(ours.encode(), theirs.encode(), "proof of {key:?} at block {height}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn roots_and_proofs_are_those_of_jmt(blocks in blocks()) {
        agree(&blocks, || (0..64).map(key).collect());
    }
}

/// Larger blocks over many keys: growth, churn, and removal of nearly everything.
#[test]
fn large_blocks_have_the_roots_and_proofs_of_jmt() {
    let mut seed = 7u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let mut blocks: Vec<ChangeSet> = Vec::new();
    for round in 0..12u64 {
        let removals = if round == 10 { 95 } else { 20 };
        let size = if round == 10 { 6_000 } else { 700 };
        let change = |_| {
            let value = (next() % 100 >= removals).then(|| next().to_le_bytes()[..(next() % 9) as usize].to_vec());
            (key((next() % 3_000) as u16), value)
        };
        blocks.push((0..size).map(change).collect());
    }
    agree(&blocks, || (0..3_100).step_by(37).map(key).collect());
}
