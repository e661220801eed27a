//! Proofs of many entries, and states that others keep.

use super::*;
use crate::merkle::{MultiProof, ProofError, Range, Remote, verify_many};
use codec::Encode as _;
use proptest::prelude::*;

/// Keys that share ways, and some that no state of these tests holds.
fn key(number: u16) -> StateKey {
    StateKey(vec![b'k', (number % 5) as u8, (number >> 8) as u8, number as u8])
}

fn state(numbers: impl Iterator<Item = u16>) -> MerkleState {
    let entries = numbers.map(|number| (key(number), vec![number as u8; usize::from(number % 40)])).collect();
    MerkleState::from_entries(entries, Height(7)).unwrap()
}

fn keys(numbers: &[u16]) -> Vec<StateKey> {
    let mut keys: Vec<StateKey> = numbers.iter().map(|number| key(*number)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_proof_says_what_single_proofs_say(there in prop::collection::vec(0u16..400, 0..120),
                                             asked in prop::collection::vec(0u16..400, 0..60)) {
        let state = state(there.into_iter());
        let keys = keys(&asked);
        let (values, proof) = state.prove_many(Height(7), &keys).unwrap();
        for (key, value) in keys.iter().zip(&values) {
            prop_assert_eq!(value, &state.get(key).unwrap());
        }
        prop_assert_eq!(verify_many(&state.root(), &keys, &values, &proof), Ok(()));
        prop_assert_eq!(MultiProof::from_bytes(&proof.encode()), Ok(proof.clone()));
        // Any order, and no other claim.
        let (mut reversed, mut their) = (keys.clone(), values.clone());
        reversed.reverse();
        their.reverse();
        prop_assert_eq!(verify_many(&state.root(), &reversed, &their, &proof), Ok(()));
        for place in 0..keys.len() {
            for other in [None, Some(vec![0xaa]), Some(vec![])] {
                if values[place] != other {
                    let mut wrong = values.clone();
                    wrong[place] = other;
                    prop_assert!(verify_many(&state.root(), &keys, &wrong, &proof).is_err());
                }
            }
        }
        // What is known of a remote state gives the very proofs that the whole state gives.
        let remote = MerkleState::remote(state.root(), Height(7));
        remote.known().unwrap().insert(&keys, &values, &proof).unwrap();
        for key in &keys {
            prop_assert_eq!(remote.get(key), state.get(key));
            prop_assert_eq!(remote.prove(key).unwrap(), state.prove(key).unwrap());
        }
    }

    #[test]
    fn proofs_come_together_in_any_pieces(there in prop::collection::vec(0u16..300, 1..100),
                                          pieces in prop::collection::vec(prop::collection::vec(0u16..300, 1..12), 1..8)) {
        let state = state(there.into_iter());
        let remote = MerkleState::remote(state.root(), Height(7));
        for piece in &pieces {
            let keys = keys(piece);
            let (values, proof) = state.prove_many(Height(7), &keys).unwrap();
            remote.known().unwrap().insert(&keys, &values, &proof).unwrap();
        }
        for key in pieces.iter().flat_map(|piece| keys(piece)) {
            prop_assert_eq!(remote.prove(&key).unwrap(), state.prove(&key).unwrap());
        }
    }

    #[test]
    fn any_proof_is_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0usize..2_000) {
        let state = state((0..60).step_by(2));
        let keys = keys(&[1, 2, 3, 44, 45]);
        let (values, proof) = state.prove_many(Height(7), &keys).unwrap();
        let mut bent = proof.encode();
        let at = at % bent.len();
        bent.splice(at..(at + bytes.len()).min(proof.encode().len()), bytes);
        if let Ok(other) = MultiProof::from_bytes(&bent) {
            prop_assert_eq!(verify_many(&state.root(), &keys, &values, &other).is_ok(), other == proof);
        }
    }
}

#[test]
fn a_proof_is_for_its_keys_only() {
    let state = state(0..50);
    let (one, two) = (keys(&[1, 2, 3]), keys(&[1, 2, 4]));
    let (values, proof) = state.prove_many(Height(7), &one).unwrap();
    assert!(verify_many(&state.root(), &two, &values, &proof).is_err());
    assert_eq!(verify_many(&state.root(), &one[..2], &values, &proof), Err(ProofError::Shape));
    assert!(verify_many(&state.root(), &one[..2], &values[..2], &proof).is_err());
    assert_eq!(verify_many(&Hash::ZERO, &one, &values, &proof), Err(ProofError::OtherRoot));
    let twice = [one[0].clone(), one[0].clone()];
    let same = [values[0].clone(), values[0].clone()];
    assert_eq!(verify_many(&state.root(), &twice, &same, &proof), Err(ProofError::Shape));
    // An empty state, and no question at all.
    let empty = MerkleState::from_entries(BTreeMap::new(), Height(7)).unwrap();
    let (values, proof) = empty.prove_many(Height(7), &one).unwrap();
    assert_eq!((values.clone(), verify_many(&EMPTY_ROOT, &one, &values, &proof)), (vec![None; 3], Ok(())));
    let (none, proof) = state.prove_many(Height(7), &[]).unwrap();
    assert_eq!(verify_many(&state.root(), &[], &none, &proof), Ok(()));
}

#[test]
fn an_entry_is_not_hidden_behind_its_own_leaf() {
    let state = state(3..4);
    let (keys, value) = (keys(&[3]), state.get(&key(3)).unwrap().unwrap());
    let (_, honest) = state.prove_many(Height(7), &keys).unwrap();
    assert_eq!(honest.encode(), [4, 1], "one part, which is the key's own leaf");
    let leaf = [Hash::of(keys[0].as_bytes()).0, Hash::of(&value).0].concat();
    let forged = MultiProof::from_bytes(&[&[4, 2], leaf.as_slice()].concat()).unwrap();
    assert_eq!(verify_many(&state.root(), &keys, &[None], &forged), Err(ProofError::Present));
    assert_eq!(verify_many(&state.root(), &keys, &[Some(value.clone())], &forged), Err(ProofError::Absent));
    let longer = MultiProof::from_bytes(&[8, 1, 0]).unwrap();
    assert_eq!(verify_many(&state.root(), &keys, &[Some(value)], &longer), Err(ProofError::Shape));
}

#[test]
fn it_is_smaller_than_single_proofs() {
    let state = state(0..5_000);
    let keys: Vec<StateKey> = keys(&(0..100).collect::<Vec<_>>());
    let single: usize = keys.iter().map(|key| state.prove(key).unwrap().encoded_size()).sum();
    let (_, proof) = state.prove_many(Height(7), &keys).unwrap();
    assert!(proof.encoded_size() * 3 < single * 2, "{} of {single}", proof.encoded_size());
}

#[test]
fn past_blocks_are_proven_as_they_were() {
    let mut state = state(0..20);
    let change =
        |value: u8| ChangeSet::from([(key(3), Some(vec![value])), (key(5), None), (key(100), Some(vec![value]))]);
    let roots =
        [state.root(), state.apply(Height(8), &change(1)).unwrap(), state.apply(Height(9), &change(2)).unwrap()];
    let keys = keys(&[3, 5, 100, 7]);
    for (height, root) in (7..).zip(roots) {
        let (values, proof) = state.prove_many(Height(height), &keys).unwrap();
        assert_eq!(verify_many(&root, &keys, &values, &proof), Ok(()), "{height}");
    }
    assert!(matches!(state.prove_many(Height(6), &keys), Err(MerkleError::NotKept(_))));
}

#[test]
fn a_remote_state_wants_what_is_read() {
    let whole = state(0..50);
    let remote = MerkleState::remote(whole.root(), Height(7));
    let known = remote.known().unwrap().clone();
    assert_eq!((remote.root(), remote.height(), remote.pages().misses()), (whole.root(), Height(7), 0));
    assert!(matches!(remote.get(&key(3)), Err(StateError::NotLoaded(_))));
    assert!(matches!(remote.has(&key(99)), Err(StateError::NotLoaded(_))));
    assert_eq!(remote.prove(&key(4)), Err(MerkleError::NotLoaded));
    assert_eq!((known.wanted().keys, remote.pages().misses()), (keys(&[3, 4, 99]), 3));
    assert!(remote.pages().wanted().is_empty(), "nothing on pages is asked for");
    let (values, proof) = whole.prove_many(Height(7), &known.wanted().keys).unwrap();
    let mut wrong = values.clone();
    wrong[0] = Some(vec![1, 2, 3]);
    assert!(known.insert(&known.wanted().keys, &wrong, &proof).is_err());
    assert_eq!((known.size().0, known.wanted().keys.len()), (0, 3), "nothing was taken");
    known.insert(&known.wanted().keys, &values, &proof).unwrap();
    assert!(known.wanted().is_empty());
    assert_eq!((remote.get(&key(3)), remote.has(&key(99))), (whole.get(&key(3)), Ok(false)));
    assert_eq!(remote.prove(&key(99)).unwrap(), whole.prove(&key(99)).unwrap());
    assert!(remote.get(&key(10)).is_err());
    known.give_up();
    assert!(known.wanted().is_empty());
    // The next block: nothing is known, misses go on, and what was asked is remembered.
    let next = known.moved(Hash::of(b"next"), Height(8));
    assert!(next.get(&key(3)).is_err());
    assert_eq!((next.pages().misses(), remote.pages().misses()), (5, 5));
    assert_eq!(known.asked().keys, keys(&[3, 4, 99]));
    let mut remote = remote;
    assert_eq!(remote.apply(Height(8), &ChangeSet::new()), Err(MerkleError::Remote));
    assert!(remote.all().is_err() && !remote.touch_small(usize::MAX));
    remote.touch([&key(44)]);
    assert_eq!(known.wanted().keys, keys(&[44]));
}

/// Reads all keys with `prefix`, and says which ranges had to be asked for, `at_once` entries at a time.
fn listed(
    whole: &MerkleState,
    remote: &Remote,
    view: &MerkleState,
    prefix: &[u8],
    at_once: usize,
) -> (Vec<StateKey>, usize) {
    let mut asked = 0;
    loop {
        let (mut found, mut after) = (Vec::new(), StateKey::default());
        let missed = loop {
            match view.next_key(prefix, after.as_bytes()) {
                Ok(Some(next)) => {
                    found.push(next.clone());
                    after = next;
                }
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        if !missed {
            return (found, asked);
        }
        for range in remote.wanted().ranges {
            asked += 1;
            let (mut entries, mut after) = (Vec::new(), range.after.clone());
            while let Some(next) = whole.next_key(&range.prefix, &after).unwrap().filter(|_| entries.len() < at_once) {
                entries.push((next.clone(), whole.get(&next).unwrap().unwrap()));
                after = next.0;
            }
            let end = whole.next_key(&range.prefix, &after).unwrap().is_none();
            let keys: Vec<StateKey> = entries.iter().map(|(key, _)| key.clone()).collect();
            let (_, proof) = whole.prove_many(Height(7), &keys).unwrap();
            remote.insert_run(&range, &entries, end, &proof).unwrap();
        }
    }
}

#[test]
fn runs_of_entries_are_read_as_they_are() {
    let whole = state(0..200);
    for at_once in [1, 7, 1_000] {
        for prefix in [&b"k"[..], &[b'k', 3], b"none", &[]] {
            let view = MerkleState::remote(whole.root(), Height(7));
            let remote = view.known().unwrap().clone();
            let expected: Vec<StateKey> =
                whole.all().unwrap().into_keys().filter(|key| key.as_bytes().starts_with(prefix)).collect();
            let (found, asked) = listed(&whole, &remote, &view, prefix, at_once);
            assert_eq!(found, expected);
            assert!(asked <= expected.len().div_ceil(at_once) + 1, "{asked} questions");
            for key in &expected {
                assert_eq!(view.get(key), whole.get(key), "a run brings its entries");
            }
            let ranges = remote.asked().ranges;
            assert!(ranges.contains(&Range { prefix: prefix.to_vec(), after: vec![] }), "{ranges:?}");
        }
    }
}

#[test]
fn a_run_that_is_none_is_refused() {
    let whole = state(0..20);
    let view = MerkleState::remote(whole.root(), Height(7));
    let remote = view.known().unwrap();
    let range = Range { prefix: vec![b'k', 0], after: key(5).0 };
    let entry = |number| (key(number), whole.get(&key(number)).unwrap().unwrap());
    let proof = |numbers: &[u16]| whole.prove_many(Height(7), &keys(numbers)).unwrap().1;
    let refused = |entries: &[(StateKey, Vec<u8>)], end, numbers: &[u16]| {
        let error = remote.insert_run(&range, entries, end, &proof(numbers)).unwrap_err();
        assert_eq!(remote.size(), (0, 0));
        error
    };
    assert_eq!(refused(&[entry(15), entry(10)], true, &[10, 15]), ProofError::Range, "out of order");
    assert_eq!(refused(&[entry(5), entry(10)], true, &[5, 10]), ProofError::Range, "not beyond");
    assert_eq!(refused(&[entry(11)], true, &[11]), ProofError::Range, "of another prefix");
    assert_eq!(refused(&[], false, &[]), ProofError::Range, "nothing, and no end");
    let (wrong, _) = entry(10);
    assert_eq!(refused(&[(wrong, vec![9])], true, &[10]), ProofError::OtherRoot);
    remote.insert_run(&range, &[entry(10), entry(15)], true, &proof(&[10, 15])).unwrap();
    assert_eq!(view.next_key(&range.prefix, &key(10).0), Ok(Some(key(15))));
    assert_eq!(view.next_key(&range.prefix, &key(15).0), Ok(None));
    assert!(view.next_key(&range.prefix, &[]).is_err(), "what comes before was not served");
}
