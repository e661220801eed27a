//! What every store must do, as functions that panic when it does not. Behind the feature `test-suite` for stores of
//! other crates.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a failed check is a failed test of the store")]

use super::{Batch, Store};
use alloc::{collections::BTreeMap, vec, vec::Vec};

/// Runs every check; `open` gives an empty store each time.
pub fn run<S: Store>(mut open: impl FnMut() -> S) {
    reads_what_was_committed(&mut open());
    ranges_are_ordered_and_bounded(&mut open());
    a_batch_sets_and_removes_at_once(&mut open());
    keys_and_values_of_any_bytes(&mut open());
    agrees_with_a_map(&mut open());
}

fn batch<const N: usize>(writes: [(&[u8], Option<&[u8]>); N]) -> Batch {
    writes.into_iter().map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))).collect()
}

fn keys<S: Store>(store: &S, from: &[u8], to: Option<&[u8]>, limit: usize) -> Vec<Vec<u8>> {
    store.range(from, to, limit).unwrap().into_iter().map(|(key, _)| key).collect()
}

fn reads_what_was_committed(store: &mut impl Store) {
    assert_eq!(store.get(b"a"), Ok(None));
    store.commit(&batch([(b"a", Some(b"1"))])).unwrap();
    assert_eq!(store.get(b"a"), Ok(Some(b"1".to_vec())));
    store.commit(&batch([(b"a", Some(b""))])).unwrap();
    assert_eq!(store.get(b"a"), Ok(Some(vec![])), "an empty value is a value");
    store.commit(&Batch::new()).unwrap();
}

fn ranges_are_ordered_and_bounded(store: &mut impl Store) {
    store.commit(&batch([(b"b", Some(b"2")), (b"a", Some(b"1")), (b"c", Some(b"3")), (b"ba", Some(b"4"))])).unwrap();
    assert_eq!(keys(store, b"", None, 9), [b"a".to_vec(), b"b".to_vec(), b"ba".to_vec(), b"c".to_vec()]);
    assert_eq!(keys(store, b"b", Some(b"c"), 9), [b"b".to_vec(), b"ba".to_vec()], "from is in, to is out");
    assert_eq!(keys(store, b"b", None, 1), [b"b".to_vec()]);
    assert_eq!(keys(store, b"c", Some(b"a"), 9), Vec::<Vec<u8>>::new(), "a reversed range is empty");
    assert_eq!(keys(store, b"d", None, 9), Vec::<Vec<u8>>::new());
    assert_eq!(keys(store, b"", None, 0), Vec::<Vec<u8>>::new());
}

fn a_batch_sets_and_removes_at_once(store: &mut impl Store) {
    store.commit(&batch([(b"a", Some(b"1")), (b"b", Some(b"2"))])).unwrap();
    store.commit(&batch([(b"a", None), (b"c", Some(b"3")), (b"never", None)])).unwrap();
    assert_eq!(keys(store, b"", None, 9), [b"b".to_vec(), b"c".to_vec()]);
}

fn keys_and_values_of_any_bytes(store: &mut impl Store) {
    let long = vec![0xff; 100_000];
    store.commit(&batch([(b"\0", Some(&long)), (b"", Some(b"empty key")), (b"\xff\xff", Some(b"\0"))])).unwrap();
    assert_eq!(store.get(b"\0"), Ok(Some(long)));
    assert_eq!(store.get(b""), Ok(Some(b"empty key".to_vec())));
    assert_eq!(keys(store, b"", None, 9), [vec![], vec![0], vec![0xff, 0xff]]);
}

/// Many batches of scattered writes, compared with a map after each.
fn agrees_with_a_map(store: &mut impl Store) {
    let mut map = BTreeMap::new();
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as u8
    };
    for _ in 0..100 {
        let batch: Batch = (0..20)
            .map(|_| (vec![next() % 50], (next() % 3 != 0).then(|| vec![next(); usize::from(next())])))
            .collect();
        for (key, value) in &batch {
            match value {
                Some(value) => map.insert(key.clone(), value.clone()),
                None => map.remove(key),
            };
        }
        store.commit(&batch).unwrap();
        let all = store.range(b"", None, usize::MAX).unwrap();
        assert!(all.into_iter().eq(map.clone()));
    }
}
