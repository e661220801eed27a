//! Votes on validators: what they may change and what they may not.

use super::*;
use proptest::prelude::*;
use zera_primitives::keys::SecretKey;
use zera_state::MemoryState;

fn key(seed: u16) -> AccountId {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&seed.to_le_bytes());
    SecretKey::from_seed(&bytes).public()
}

fn sorted(seeds: impl IntoIterator<Item = u16>) -> Vec<AccountId> {
    let mut set: Vec<AccountId> = seeds.into_iter().map(key).collect();
    set.sort_unstable();
    set
}

fn begun(seeds: impl IntoIterator<Item = u16>, blocks: u64) -> MemoryState {
    let mut st = MemoryState::default();
    let set: Vec<AccountId> = seeds.into_iter().map(key).collect();
    genesis(&mut st, &set, blocks).unwrap();
    st
}

#[test]
fn a_set_is_one_to_256_different_keys() {
    let begin = |set: &[AccountId], blocks| genesis(&mut MemoryState::default(), set, blocks);
    assert!(begin(&[key(1)], 2).is_ok());
    assert!(begin(&[key(1)], 1).is_err(), "the genesis block must not end its epoch");
    assert!(begin(&[], 2).is_err());
    assert!(begin(&[key(1), key(1)], 2).is_err());
    assert!(begin(&sorted(0..256), 2).is_ok());
    assert!(begin(&sorted(0..257), 2).is_err());
    let mut identity = AccountId([0; 32]);
    identity.0[0] = 1;
    assert!(begin(&[AccountId([2; 32])], 2).is_err(), "no point of the curve");
    assert!(begin(&[identity], 2).is_err(), "anybody could sign for it");
}

#[test]
fn a_change_is_checked_against_the_next_set() {
    let mut st = begun([1, 2, 3], 10);
    let change = |st: &MemoryState, add: &[u16], remove: &[u16]| {
        let keys = |seeds: &[u16]| seeds.iter().map(|seed| key(*seed)).collect::<Vec<_>>();
        changed(st, &keys(add), &keys(remove), None)
    };
    assert!(change(&st, &[], &[]).is_err());
    assert!(change(&st, &[1], &[]).is_err(), "in already");
    assert!(change(&st, &[], &[4]).is_err(), "not in");
    assert!(change(&st, &[], &[1, 2, 3]).is_err(), "nobody would be left");
    assert!(change(&st, &[4, 4], &[]).is_err());
    assert!(changed(&st, &[AccountId([2; 32])], &[], None).is_err());
    assert!(changed(&st, &[key(4)], &[], Some(&[0; 4 << 10])).is_ok());
    assert!(changed(&st, &[key(4)], &[], Some(&[0; (4 << 10) + 1])).is_err());
    let made = change(&st, &[4], &[1]).unwrap();
    assert_eq!(made, sorted([2, 3, 4]));
    put(&mut st, &made);
    // The next vote adds up with it.
    assert!(change(&st, &[4], &[]).is_err());
    assert_eq!(change(&st, &[1], &[2]).unwrap(), sorted([1, 3, 4]));
    assert_eq!(current(&st).unwrap(), sorted([1, 2, 3]), "who certifies now goes on");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    /// Votes at any heights: a block is certified by what stood as next when its epoch's last predecessor was made.
    #[test]
    fn the_set_changes_with_the_first_block_of_an_epoch_and_no_other(
        blocks in 2u64..6, votes in prop::collection::vec((0u16..8, any::<bool>()), 1..40),
    ) {
        let mut st = begun([0, 1], blocks);
        let (mut running, mut next) = (sorted([0, 1]), sorted([0, 1]));
        for (height, (seed, votes)) in (1u64..).zip(votes) {
            if height % blocks == 0 {
                let changes = running != next;
                running.clone_from(&next);
                prop_assert_eq!(begin_block(&mut st, Height(height)).unwrap(), changes);
            } else {
                prop_assert!(!begin_block(&mut st, Height(height)).unwrap());
            }
            let one = [key(seed)];
            let (add, remove) = if next.contains(&one[0]) { (&[][..], &one[..]) } else { (&one[..], &[][..]) };
            if votes && let Ok(made) = changed(&st, add, remove, None) {
                put(&mut st, &made);
                next = made;
            }
            prop_assert_eq!(current(&st).unwrap(), running.clone());
            prop_assert_eq!(super::next(&st).unwrap(), next.clone());
        }
    }
}
