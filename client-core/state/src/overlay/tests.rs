//! An overlay against a plain map that is cloned at every checkpoint.

use super::*;
use crate::view::MemoryState;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Remove(u8),
    Get(u8),
    Next(u8, u8),
    Checkpoint,
    Rollback(usize),
}

fn key(n: u8) -> StateKey {
    // Two prefixes, the bare prefix among the keys.
    if n.is_multiple_of(16) { StateKey(vec![n / 16 % 2]) } else { StateKey(vec![n / 16 % 2, n % 16]) }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<u8>(), any::<u8>()).prop_map(|(k, v)| Step::Put(k, v)),
        3 => any::<u8>().prop_map(Step::Remove),
        2 => any::<u8>().prop_map(Step::Get),
        3 => (0u8..3, any::<u8>()).prop_map(|(p, k)| Step::Next(p, k)),
        2 => Just(Step::Checkpoint),
        1 => any::<usize>().prop_map(Step::Rollback),
    ]
}

/// The first key after `after` with the prefix, by looking at all of them.
fn naive_next(state: &MemoryState, prefix: &[u8], after: &[u8]) -> Option<StateKey> {
    let fits = |key: &&StateKey| key.as_bytes().starts_with(prefix) && (after.is_empty() || key.as_bytes() > after);
    state.0.keys().find(fits).cloned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_a_cloned_map(base in prop::collection::btree_map(any::<u8>().prop_map(key), any::<u8>(), 0..20),
                                 steps in prop::collection::vec(step(), 0..80)) {
        let base = MemoryState(base.into_iter().map(|(key, value)| (key, vec![value])).collect());
        let mut model = base.clone();
        let mut overlay = Overlay::new(&base);
        let mut saved = Vec::new();
        for step in steps {
            match step {
                Step::Put(k, v) => {
                    model.put(key(k), vec![v]);
                    overlay.put(key(k), vec![v]);
                }
                Step::Remove(k) => {
                    model.remove(&key(k));
                    overlay.remove(&key(k));
                }
                Step::Get(k) => prop_assert_eq!(overlay.get(&key(k)), model.get(&key(k))),
                Step::Next(p, k) => {
                    let (prefix, after) = (if p == 2 { vec![] } else { vec![p] }, key(k));
                    for after in [&[], after.as_bytes()] {
                        let expected = naive_next(&model, &prefix, after);
                        prop_assert_eq!(&overlay.next_key(&prefix, after), &Ok(expected.clone()));
                        prop_assert_eq!(model.next_key(&prefix, after), Ok(expected));
                    }
                }
                Step::Checkpoint => saved.push((overlay.checkpoint(), model.clone())),
                Step::Rollback(n) => {
                    if !saved.is_empty() {
                        saved.truncate(n % saved.len() + 1);
                        let (checkpoint, then) = saved.pop().unwrap();
                        overlay.rollback(checkpoint);
                        model = then;
                    }
                }
            }
        }
        let (changes, access) = overlay.into_parts();
        prop_assert!(access.writes.iter().eq(changes.keys()));
        let mut applied = base.clone();
        applied.apply(&changes);
        prop_assert_eq!(applied, model);
    }
}

#[test]
fn reads_survive_a_rollback_and_writes_do_not() {
    let base = MemoryState::default();
    let mut overlay = Overlay::new(&base);
    overlay.put(key(1), vec![1]);
    let checkpoint = overlay.checkpoint();
    overlay.put(key(2), vec![2]);
    assert_eq!(overlay.get(&key(3)), Ok(None));
    overlay.rollback(checkpoint);
    let (changes, access) = overlay.into_parts();
    assert_eq!(changes, ChangeSet::from([(key(1), Some(vec![1]))]));
    assert_eq!(access.reads, BTreeSet::from([key(3)]));
    assert_eq!(access.writes, BTreeSet::from([key(1)]));
}

#[test]
fn a_scan_depends_on_what_it_passed_over() {
    let base = MemoryState([(key(2), vec![]), (key(5), vec![])].into());
    let overlay = Overlay::new(&base);
    assert_eq!(overlay.next_key(&[0], key(2).as_bytes()), Ok(Some(key(5))));
    let access = overlay.access();
    let depends: Vec<u8> = (1..8).filter(|n| access.depends_on(&key(*n))).collect();
    assert_eq!(depends, [3, 4, 5]);
    // To the end of the prefix, where nothing was found.
    assert_eq!(overlay.next_key(&[0], key(5).as_bytes()), Ok(None));
    assert!(overlay.access().depends_on(&key(9)) && !overlay.access().depends_on(&key(17)));
    let mut writer = Overlay::new(&base);
    writer.put(key(4), vec![]);
    assert!(overlay.access().conflicts_with(&writer.access()) && writer.access().conflicts_with(&overlay.access()));
    let other = Overlay::new(&base);
    assert!(!overlay.access().conflicts_with(&other.access()));
}

#[test]
fn overlays_nest() {
    let base = MemoryState([(key(1), vec![1])].into());
    let mut block = Overlay::new(&base);
    block.put(key(2), vec![2]);
    let mut call = Overlay::new(&block);
    call.remove(&key(1));
    assert_eq!(call.next_key(&[0], &[]), Ok(Some(key(2))));
    assert_eq!(call.get(&key(1)), Ok(None));
    assert_eq!(block.get(&key(1)), Ok(Some(vec![1])));
}

#[test]
fn what_is_absorbed_stays_and_a_gathering_overlay_names_no_reads() {
    let base = MemoryState([(key(1), vec![1])].into());
    let mut block = Overlay::gathering(&base);
    let before = block.checkpoint();
    block.put(key(2), vec![2]);
    let mut part = Overlay::gathering(&block);
    assert_eq!((part.has(&key(1)), part.has(&key(3))), (Ok(true), Ok(false)));
    part.put(key(3), vec![3]);
    part.remove(&key(1));
    assert_eq!(part.access().reads, BTreeSet::new());
    let changes = part.into_changes();
    block.absorb(changes);
    block.rollback(before);
    assert_eq!((block.get(&key(3)), block.has(&key(1))), (Ok(Some(vec![3])), Ok(false)));
    assert_eq!(block.access().ranges.len(), 0);
}
