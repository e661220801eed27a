//! The state root after 10,000 updates among 100,000 keys: our tree against plain `jmt` with the same hash function.

use crate::{
    case::{Aim, Case},
    rounds::{self, Effort, Running, Side, Watch, done},
    stats::estimate,
};
use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use std::{cell::RefCell, collections::BTreeMap};
use zera_primitives::{Hash, Height, StateKey};
use zera_state::{ChangeSet, MerkleState};

const KEYS: u64 = 100_000;
const UPDATES: u64 = 10_000;

/// Measures it.
///
/// # Errors
/// A tree that fails, or two roots.
pub async fn run(effort: &Effort, watch: &dyn Watch) -> Result<Vec<Case>, String> {
    let mut ours = Ours::new(KEYS)?;
    let mut plain = Plain::new(KEYS)?;
    agree(&mut ours, &mut plain)?;
    let mut sides: Vec<Box<dyn Side>> = vec![Box::new(ours), Box::new(plain)];
    let rounds = rounds::measure(&mut sides, effort, watch).await?;
    let case = format!("root after {UPDATES} updates among {KEYS} keys");
    let ratio = estimate(&rounds.ratios(1, 0));
    Ok(vec![
        Case::exact(case, rounds.time(0).value, "ms")
            .against("plain jmt 0.12: times as fast", ratio)
            .aim(Aim::AtLeast(5.0))
            .noise(rounds.noise()),
        Case::figure("the same by plain jmt 0.12", rounds.time(1), "ms"),
    ])
}

/// Both trees do the same work: their roots are equal.
fn agree(ours: &mut Ours, plain: &mut Plain) -> Result<(), String> {
    ours.apply()?;
    plain.apply()?;
    match ours.state.root().0 == plain.root {
        true => Ok(()),
        false => Err("two trees, two roots".into()),
    }
}

/// A key and the value that it has in this round.
pub(crate) fn entry(number: u64, round: u64) -> (StateKey, Vec<u8>) {
    let key = Hash::of(&number.to_le_bytes()).0;
    (StateKey([&[5], key.as_slice()].concat()), [round.to_le_bytes(), number.to_le_bytes()].concat().repeat(4))
}

fn updates(keys: u64, round: u64) -> impl Iterator<Item = (StateKey, Vec<u8>)> {
    (0..UPDATES.min(keys)).map(move |n| entry((n * 7 + round * 13) % keys, round))
}

/// Our state, a block of updates after the other.
struct Ours {
    state: MerkleState,
    keys: u64,
    height: u64,
    next: ChangeSet,
}

impl Ours {
    fn new(keys: u64) -> Result<Self, String> {
        let entries = (0..keys).map(|number| entry(number, 0)).collect();
        let state = MerkleState::from_entries(entries, Height(0)).map_err(|error| error.to_string())?;
        let mut ours = Self { state, keys, height: 0, next: ChangeSet::new() };
        ours.prepare();
        Ok(ours)
    }

    fn prepare(&mut self) {
        self.height += 1;
        self.next = updates(self.keys, self.height).map(|(key, value)| (key, Some(value))).collect();
    }

    fn apply(&mut self) -> Result<(), String> {
        self.state.apply(Height(self.height), &self.next).map(drop).map_err(|error| error.to_string())?;
        Ok(())
    }
}

impl Side for Ours {
    fn name(&self) -> String {
        "our tree".into()
    }
    fn ready(&mut self, _: u32) -> Running<'_> {
        self.prepare();
        done(Ok(()))
    }
    fn run(&mut self, _: u32) -> Running<'_> {
        done(self.apply())
    }
    fn most(&self) -> u32 {
        1
    }
}

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

/// `jmt` the plain way: all nodes in a map, one `put_value_set` per block.
struct Plain {
    nodes: Nodes,
    keys: u64,
    version: Version,
    root: [u8; 32],
    next: Vec<(KeyHash, Option<OwnedValue>)>,
}

#[derive(Default)]
struct Nodes(RefCell<BTreeMap<NodeKey, Node>>);

impl TreeReader for Nodes {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.0.borrow().get(key).cloned())
    }
    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(Some(Vec::new()))
    }
    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("not asked for")
    }
}

impl Plain {
    fn new(keys: u64) -> Result<Self, String> {
        let next = (0..keys).map(|number| hashed(entry(number, 0))).collect();
        let mut plain = Self { nodes: Nodes::default(), keys, version: 0, root: [0; 32], next };
        plain.apply()?;
        plain.prepare();
        Ok(plain)
    }

    fn prepare(&mut self) {
        self.version += 1;
        self.next = updates(self.keys, self.version).map(hashed).collect();
    }

    /// As the plain way does it: hashing the keys is part of it, as it is of ours.
    fn apply(&mut self) -> Result<(), String> {
        let set = std::mem::take(&mut self.next);
        let tree = JellyfishMerkleTree::<_, Blake3>::new(&self.nodes);
        let (root, batch) = tree.put_value_set(set, self.version).map_err(|error| error.to_string())?;
        let nodes = batch.node_batch.nodes().iter();
        self.nodes.0.borrow_mut().extend(nodes.map(|(key, node)| (key.clone(), node.clone())));
        for stale in &batch.stale_node_index_batch {
            self.nodes.0.borrow_mut().remove(&stale.node_key);
        }
        self.root = root.0;
        Ok(())
    }
}

fn hashed((key, value): (StateKey, Vec<u8>)) -> (KeyHash, Option<OwnedValue>) {
    (KeyHash(Hash::of(key.as_bytes()).0), Some(value))
}

impl Side for Plain {
    fn name(&self) -> String {
        "plain jmt".into()
    }
    fn ready(&mut self, _: u32) -> Running<'_> {
        self.prepare();
        done(Ok(()))
    }
    fn run(&mut self, _: u32) -> Running<'_> {
        done(self.apply())
    }
    fn most(&self) -> u32 {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_trees_do_the_same_work() {
        let (mut ours, mut plain) = (Ours::new(500).unwrap(), Plain::new(500).unwrap());
        for _ in 0..3 {
            agree(&mut ours, &mut plain).unwrap();
            ours.prepare();
            plain.prepare();
        }
        plain.prepare();
        assert!(agree(&mut ours, &mut plain).is_err(), "other updates, another root");
    }
}
