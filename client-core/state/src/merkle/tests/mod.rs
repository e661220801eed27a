//! The root against its definition in words; proofs, steps back, pruning, snapshots.

mod jmt;
mod many;
mod paged;

use super::{proof::bit, *};
use alloc::rc::Rc;
use proptest::prelude::*;

/// The root by its definition alone: no tree, no versions.
fn naive_root(leaves: &[([u8; 32], Hash)], depth: usize) -> Hash {
    match leaves {
        [] => Hash(*b"SPARSE_MERKLE_PLACEHOLDER_HASH__"),
        [(key, value)] => Hash(*blake3::hash(&[b"JMT::LeafNode".as_slice(), key, &value.0].concat()).as_bytes()),
        _ => {
            let (right, left): (Vec<_>, Vec<_>) = leaves.iter().partition(|(key, _)| bit(key, depth));
            let (left, right) = (naive_root(&left, depth + 1), naive_root(&right, depth + 1));
            Hash(*blake3::hash(&[b"JMT::IntrnalNode".as_slice(), &left.0, &right.0].concat()).as_bytes())
        }
    }
}

fn root_of(entries: &BTreeMap<StateKey, Vec<u8>>) -> Hash {
    let leaves: Vec<_> = entries.iter().map(|(k, v)| (Hash::of(k.as_bytes()).0, Hash::of(v))).collect();
    naive_root(&leaves, 0)
}

fn key(n: u16) -> StateKey {
    StateKey(n.to_be_bytes().to_vec())
}

/// Blocks of writes and removals over few keys, so that removals hit and collapse subtrees.
fn blocks() -> impl Strategy<Value = Vec<ChangeSet>> {
    let change = prop_oneof![3 => prop::collection::vec(any::<u8>(), 0..4).prop_map(Some), 2 => Just(None)];
    let block = prop::collection::btree_map((0u16..60).prop_map(key), change, 0..25);
    prop::collection::vec(block, 1..12)
}

fn fresh() -> MerkleState {
    MerkleState::from_entries(BTreeMap::new(), Height(0)).unwrap()
}

impl MerkleState {
    /// All entries of a state in memory.
    fn entries(&self) -> BTreeMap<StateKey, Vec<u8>> {
        let all = self.all().unwrap();
        assert_eq!(self.count(), all.len() as u64);
        all
    }
}

fn check_proofs(state: &MerkleState, height: Height, entries: &BTreeMap<StateKey, Vec<u8>>) {
    let root = state.root_at(height).unwrap();
    for key in (0..64).map(key) {
        let (value, proof) = state.prove_at(height, &key).unwrap();
        assert_eq!(value.as_ref(), entries.get(&key));
        let proof = Proof::from_bytes(&codec::Encode::encode(&proof)).unwrap();
        assert_eq!(verify(&root, &key, value.as_deref(), &proof), Ok(()));
        let lie = if value.is_some() { None } else { Some(b"lie".as_slice()) };
        assert!(verify(&root, &key, lie, &proof).is_err());
        assert!(verify(&Hash::of(b"other"), &key, value.as_deref(), &proof) == Err(ProofError::OtherRoot));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_root_depends_on_the_entries_alone(blocks in blocks()) {
        let mut state = fresh();
        let mut past = vec![state.entries()];
        for (index, block) in blocks.iter().enumerate() {
            let height = Height(index as u64 + 1);
            let root = state.apply(height, block).unwrap();
            prop_assert_eq!(root, root_of(&state.entries()));
            prop_assert_eq!(MerkleState::from_entries(state.entries(), height).unwrap().root(), root);
            past.push(state.entries());
        }
        // All changes in one block give the same root.
        let mut together = ChangeSet::new();
        blocks.iter().for_each(|block| together.extend(block.clone()));
        prop_assert_eq!(fresh().apply(Height(1), &together), Ok(state.root()));
        for (index, entries) in past.iter().enumerate() {
            check_proofs(&state, Height(index as u64), entries);
        }
        // Stepping back and going another way.
        for (index, entries) in past.iter().enumerate().rev() {
            state.revert_to(Height(index as u64)).unwrap();
            prop_assert_eq!(&state.entries(), entries);
            prop_assert_eq!(state.root(), root_of(entries));
            let mut fork = state.clone();
            let change = ChangeSet::from([(key(7), Some(vec![9; 9])), (key(3), None)]);
            let root = fork.apply(Height(index as u64 + 1), &change).unwrap();
            prop_assert_eq!(root, root_of(&fork.entries()));
            check_proofs(&fork, fork.height(), &fork.entries());
        }
    }
}

fn block(height: u64) -> ChangeSet {
    let spread = |n: u64| key((n * 7919 % 500) as u16);
    let mut changes = ChangeSet::new();
    for n in height * 20..height * 20 + 20 {
        let value = (n % 3 != 0).then(|| n.to_le_bytes().to_vec());
        changes.insert(spread(n), value);
    }
    changes
}

#[test]
fn the_last_64_blocks_are_kept_and_older_nodes_are_dropped() {
    let mut state = fresh();
    let mut trees = Vec::new();
    for height in 1..=300 {
        state.apply(Height(height), &block(height)).unwrap();
        let Link::Inner(node) = &state.tree else { panic!("a tree of many keys") };
        trees.push((height, Rc::downgrade(node)));
    }
    assert_eq!(state.oldest(), Height(236));
    for (height, tree) in &trees {
        assert_eq!(tree.upgrade().is_some(), *height >= 236, "the tree of block {height}");
    }
    assert_eq!(state.root_at(Height(235)), Err(MerkleError::NotKept(Height(235))));
    assert_eq!(state.revert_to(Height(235)), Err(MerkleError::NotKept(Height(235))));
    for height in [299, 236] {
        let root = state.root_at(Height(height)).unwrap();
        state.revert_to(Height(height)).unwrap();
        assert_eq!((state.root(), root_of(&state.entries())), (root, root));
        check_proofs(&state, Height(height), &state.entries());
    }
}

#[test]
fn blocks_come_in_order_and_an_empty_one_keeps_the_root() {
    let mut state = fresh();
    assert_eq!(state.root(), EMPTY_ROOT);
    assert_eq!(
        state.apply(Height(2), &ChangeSet::new()),
        Err(MerkleError::NotNext { expected: Height(1), given: Height(2) })
    );
    assert_eq!(state.apply(Height(1), &ChangeSet::from([(key(1), None)])), Ok(EMPTY_ROOT));
    let root = state.apply(Height(2), &ChangeSet::from([(key(1), Some(vec![]))])).unwrap();
    assert_ne!(root, EMPTY_ROOT);
    assert_eq!(state.apply(Height(3), &ChangeSet::from([(key(1), Some(vec![]))])), Ok(root));
    assert_eq!(state.apply(Height(4), &ChangeSet::from([(key(1), None)])), Ok(EMPTY_ROOT));
    state.revert_to(Height(3)).unwrap();
    assert_eq!(state.root(), root);
}

#[test]
fn the_root_is_the_frozen_one() {
    let mut state = fresh();
    let root = state.apply(Height(1), &block(1)).unwrap();
    // A change of this line is a change of every chain's state root.
    assert_eq!(root.to_hex(), "7c7477e8417c5bd8b80e487c803023c32b8142815beb6d2aa670be96b1555887");
}

#[test]
fn a_proof_cannot_be_bent() {
    let mut state = fresh();
    let root = state.apply(Height(1), &block(1)).unwrap();
    let (present, absent) = (state.entries().keys().next().unwrap().clone(), StateKey(b"absent".to_vec()));
    let value = state.entries()[&present].clone();
    let proof = state.prove(&present).unwrap();
    for index in 0..proof.siblings.len() {
        let mut bent = proof.clone();
        bent.siblings[index] = Some(Hash::of(b"bent"));
        assert_eq!(verify(&root, &present, Some(&value), &bent), Err(ProofError::OtherRoot));
    }
    let mut bent = proof.clone();
    bent.siblings.pop();
    assert_eq!(verify(&root, &present, Some(&value), &bent), Err(ProofError::OtherRoot));
    assert_eq!(verify(&root, &present, Some(b"other"), &proof), Err(ProofError::OtherValue));
    assert_eq!(verify(&root, &present, None, &proof), Err(ProofError::Present));
    assert_eq!(verify(&root, &absent, Some(&value), &proof), Err(ProofError::Absent));
    // The leaf of a present key says nothing about an absent one that belongs elsewhere.
    let elsewhere = (0..500).map(key).find(|k| {
        let (a, b) = (Hash::of(k.as_bytes()).0, Hash::of(present.as_bytes()).0);
        bit(&a, 0) != bit(&b, 0)
    });
    assert_eq!(verify(&root, &elsewhere.unwrap(), None, &proof), Err(ProofError::OtherKey));
    let mut deep = proof;
    deep.siblings.resize(257, None);
    assert_eq!(verify(&root, &present, Some(&value), &deep), Err(ProofError::TooDeep));
}

#[test]
fn a_snapshot_is_taken_over_only_with_its_root() {
    let mut state = fresh();
    let root = state.apply(Height(1), &block(1)).unwrap();
    let pieces = |bytes| {
        let mut pieces: Vec<Vec<(StateKey, Vec<u8>)>> = Vec::new();
        loop {
            let piece = state.export(pieces.last().and_then(|piece| piece.last()).map(|(key, _)| key), bytes).unwrap();
            if piece.is_empty() {
                return pieces;
            }
            pieces.push(piece);
        }
    };
    for bytes in [0, 30, 1 << 20] {
        let mut import = Import::new(Height(1), root);
        pieces(bytes).into_iter().for_each(|piece| import.push(piece).unwrap());
        let mut taken = import.finish().unwrap();
        assert_eq!((taken.entries(), taken.root(), taken.height()), (state.entries(), root, Height(1)));
        assert_eq!(taken.apply(Height(2), &block(2)), state.clone().apply(Height(2), &block(2)));
    }
    let mut import = Import::new(Height(1), root);
    let mut all = pieces(1 << 20).concat();
    import.push(vec![all[1].clone()]).unwrap();
    assert_eq!(import.push(vec![all[0].clone()]), Err(ImportError::Order(all[0].0.clone())));
    all[0].1[0] ^= 1;
    let mut import = Import::new(Height(1), root);
    import.push(all).unwrap();
    assert!(matches!(import.finish(), Err(ImportError::OtherRoot { .. })));
}
