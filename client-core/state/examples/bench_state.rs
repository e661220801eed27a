//! Measures the Merkle state: one JSON line per case with `suite, case, value, unit, peer, ratio, ci`.
//!
//! The peer of the updates is `jmt` used the plain way (`put_value_set`, one key at a time) on the same keys; the peer of
//! a proof check is BLAKE3 over as many blocks as the check hashes. `ci` is the half-width of the 95 % interval of the
//! mean over the repetitions, in the case's unit.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a measurement, not consensus")]

use std::{cell::RefCell, collections::BTreeMap, hint::black_box, time::Instant};

use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use zera_primitives::{Hash, Height, StateKey};
use zera_state::{ChangeSet, MerkleState, merkle::verify};

const KEYS: u64 = 100_000;
const UPDATES: u64 = 10_000;
const ROUNDS: u64 = 7;

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

#[derive(Default)]
struct Plain(RefCell<BTreeMap<NodeKey, Node>>);

impl TreeReader for Plain {
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
    fn put(&self, version: Version, entries: &[(StateKey, Vec<u8>)]) -> anyhow::Result<[u8; 32]> {
        let set = entries.iter().map(|(key, value)| (KeyHash(Hash::of(key.as_bytes()).0), Some(value.clone())));
        let (root, batch) = JellyfishMerkleTree::<_, Blake3>::new(self).put_value_set(set, version)?;
        let nodes = batch.node_batch.nodes().iter();
        self.0.borrow_mut().extend(nodes.map(|(key, node)| (key.clone(), node.clone())));
        Ok(root.0)
    }
}

fn entry(number: u64, round: u64) -> (StateKey, Vec<u8>) {
    let key = Hash::of(&number.to_le_bytes()).0;
    (StateKey([&[5], key.as_slice()].concat()), [round.to_le_bytes(), number.to_le_bytes()].concat().repeat(4))
}

fn updates(round: u64) -> Vec<(StateKey, Vec<u8>)> {
    (0..UPDATES).map(|n| entry((n * 7 + round * 13) % KEYS, round)).collect()
}

/// Mean and half-width of its 95 % interval.
fn statistics(samples: &[f64]) -> (f64, f64) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (mean, 1.96 * (variance / count).sqrt())
}

fn report(case: &str, samples: &[f64], unit: &str, peer: Option<(&str, f64)>) {
    let (value, ci) = statistics(samples);
    let (peer, ratio) = match peer {
        Some((peer, theirs)) => (format!("\"{peer}\""), format!("{:.3}", theirs / value)),
        None => ("null".to_owned(), "null".to_owned()),
    };
    println!(
        "{{\"suite\":\"state\",\"case\":\"{case}\",\"value\":{value:.3},\"unit\":\"{unit}\",\"peer\":{peer},\"ratio\":{ratio},\"ci\":{ci:.3}}}"
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed().as_secs_f64() * 1e3, result)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base: Vec<_> = (0..KEYS).map(|number| entry(number, 0)).collect();
    let entries: BTreeMap<_, _> = base.iter().cloned().collect();

    let mut rebuilds = Vec::new();
    for _ in 0..3 {
        let copy = entries.clone();
        let (ms, state) = timed(|| MerkleState::from_entries(copy, Height(0)));
        rebuilds.push(ms);
        state?;
    }
    report("rebuild the tree of 100,000 entries", &rebuilds, "ms", None);

    let mut state = MerkleState::from_entries(entries, Height(0))?;
    let plain = Plain::default();
    plain.put(0, &base)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let updates = updates(round);
        let changes: ChangeSet = updates.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let (ms, root) = timed(|| state.apply(Height(round), &changes));
        ours.push(ms);
        let (ms, plain_root) = timed(|| plain.put(round, &updates));
        theirs.push(ms);
        assert_eq!(root?.0, plain_root?, "both trees have one root");
    }
    let peer = statistics(&theirs).0;
    report("root after 10,000 updates among 100,000 keys", &ours, "ms", Some(("jmt put_value_set", peer)));

    let one = |round: u64| ChangeSet::from([{ (entry(round, 0).0, Some(vec![round as u8])) }]);
    let singles: Vec<f64> = (1..=20).map(|n| timed(|| state.apply(Height(ROUNDS + n), &one(n))).0 * 1e3).collect();
    report("root after 1 update among 100,000 keys", &singles, "us", None);

    proofs(&state, &base)?;
    Ok(())
}

fn proofs(state: &MerkleState, base: &[(StateKey, Vec<u8>)]) -> Result<(), Box<dyn std::error::Error>> {
    let root = state.root();
    let keys: Vec<&StateKey> = base.iter().map(|(key, _)| key).step_by(100).collect();
    let count = keys.len() as f64;
    let proofs: Vec<_> = keys.iter().map(|key| state.prove(key)).collect::<Result<_, _>>()?;
    let depth = proofs.iter().map(|proof| proof.siblings.len()).sum::<usize>() as f64 / count;
    let values: BTreeMap<_, _> = state.all()?;
    let check = || {
        keys.iter()
            .zip(&proofs)
            .all(|(key, proof)| verify(&root, key, values.get(*key).map(Vec::as_slice), proof).is_ok())
    };
    let mut samples = Vec::new();
    for _ in 0..ROUNDS {
        let (ms, good) = timed(check);
        assert!(good, "every proof holds");
        samples.push(ms * 1e3 / count);
    }
    let hashes = (count * (depth + 3.0)) as usize;
    let block = [7u8; 80];
    let (ms, _) = timed(|| (0..hashes).fold(0u8, |sum, _| sum ^ blake3::hash(black_box(&block)).as_bytes()[0]));
    report(
        "verify one proof under 100,000 keys",
        &samples,
        "us",
        Some(("the same number of BLAKE3 hashes", ms * 1e3 / count)),
    );
    let made: Vec<f64> =
        (0..ROUNDS).map(|_| timed(|| keys.iter().all(|key| state.prove(key).is_ok())).0 * 1e3 / count).collect();
    report("make one proof under 100,000 keys", &made, "us", None);
    Ok(())
}
