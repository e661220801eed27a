//! Fuzz targets of what peers serve of the state: any bytes give a proof or a typed error, never a panic, and no proof shows
//! what is not there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use bolero::check;
use codec::Encode as _;
use std::sync::LazyLock;
use zera_primitives::{Hash, Height, StateKey};
use zera_state::merkle::{MerkleState, MultiProof, Range, Values, verify_many};

static KEYS: LazyLock<Vec<StateKey>> =
    LazyLock::new(|| [4, 5, 30, 31, 90].map(|number| StateKey(vec![b'k', number])).to_vec());
static SERVED: LazyLock<(Hash, Values, Vec<u8>)> = LazyLock::new(|| {
    let entries = (0..64u8).step_by(2).map(|number| (StateKey(vec![b'k', number]), vec![number; 5])).collect();
    let state = MerkleState::from_entries(entries, Height(1)).unwrap();
    let (values, proof) = state.prove_many(Height(1), &KEYS).unwrap();
    (state.root(), values, proof.encode())
});

/// `bytes` laid over `real` at a place that its first byte chooses; all of `bytes` where the second is 0.
fn splice(real: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut out = real.to_vec();
    let [at, whole, rest @ ..] = bytes else { return bytes.to_vec() };
    if *whole == 0 {
        return rest.to_vec();
    }
    let at = usize::from(*at) * 3 % out.len();
    out.iter_mut().skip(at).zip(rest).for_each(|(to, from)| *to = *from);
    out
}

#[test]
fn fuzz_multi_proof() {
    let (root, values, real) = &*SERVED;
    check!().with_type::<(Vec<u8>, Vec<Option<Vec<u8>>>)>().for_each(|(bytes, other)| {
        let bytes = splice(real, bytes);
        let Ok(proof) = MultiProof::from_bytes(&bytes) else { return };
        assert_eq!(proof.encode(), bytes);
        assert_eq!(verify_many(root, &KEYS, values, &proof).is_ok(), bytes == *real);
        assert!(other == values || verify_many(root, &KEYS, other, &proof).is_err());
    });
}

/// What a peer says is the next of a range: a proof's bytes, entries, whether they are all, and the range itself.
type Served = (Vec<u8>, Vec<(Vec<u8>, Vec<u8>)>, bool, Vec<u8>, Vec<u8>);

#[test]
fn fuzz_run_of_entries() {
    let (root, _, real) = &*SERVED;
    check!().with_type::<Served>().for_each(|(bytes, entries, end, prefix, after)| {
        let Ok(proof) = MultiProof::from_bytes(&splice(real, bytes)) else { return };
        let state = MerkleState::remote(*root, Height(1));
        let remote = state.known().unwrap();
        let range = Range { prefix: prefix.clone(), after: after.clone() };
        let entries: Vec<_> = entries.iter().map(|(key, value)| (StateKey(key.clone()), value.clone())).collect();
        let taken = remote.insert_run(&range, &entries, *end, &proof);
        assert!(taken.is_err() || entries.is_empty() || remote.size().0 == entries.len());
    });
}
