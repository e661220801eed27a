//! The pool of a network: order, room, and what a block leaves behind.

use super::*;
use proptest::prelude::*;
use zera_primitives::{Amount, Gas, Signature, Transaction, tx::AccessHint, tx::Call};

fn signed(sender: u8, nonce: u64, salt: u8, expiry: u64, gas: u64) -> SignedTransaction {
    let call = Call::Transfer { to: AccountId([salt; 32]), amount: Amount(1) };
    let transaction = Transaction {
        sender: AccountId([sender; 32]),
        nonce,
        expiry: Slot(expiry),
        gas_limit: Gas(gas),
        fee_limit: Amount(1),
        calls: vec![call],
        hint: AccessHint::default(),
    };
    SignedTransaction { transaction, signature: Signature([salt; 64]) }
}

fn numbers(pool: &Mempool, next: u64) -> Vec<(u8, u64)> {
    let selection = pool.select(|_| Ok::<u64, ()>(next)).unwrap();
    let place = |signed: &SignedTransaction| (signed.transaction.sender.0[0], signed.transaction.nonce);
    selection.transactions.iter().map(place).collect()
}

#[test]
fn senders_come_by_their_first_arrival_and_each_without_a_gap() {
    let mut pool = Mempool::new(Network::Main);
    for (sender, nonce) in [(2, 6), (1, 5), (2, 5), (1, 7), (3, 4), (2, 7)] {
        pool.add(signed(sender, nonce, 0, 9, 1)).unwrap();
    }
    assert_eq!(numbers(&pool, 5), [(2, 5), (2, 6), (2, 7), (1, 5)]);
    let stuck = pool.select(|_| Ok::<u64, ()>(5)).unwrap().stuck;
    assert_eq!(stuck, [signed(1, 7, 0, 9, 1).hash(), signed(3, 4, 0, 9, 1).hash()]);
    assert_eq!(pool.next_nonce(&AccountId([1; 32])), Some(8));
    // A state that cannot answer yet is asked for everybody first.
    let asked = std::cell::Cell::new(0);
    let failed = pool.select(|_| {
        asked.set(asked.get() + 1);
        Err::<u64, _>("not loaded")
    });
    assert_eq!((failed.unwrap_err(), asked.get()), ("not loaded", 3));
}

#[test]
fn a_block_is_filled_by_gas_and_bytes_and_no_further() {
    let mut pool = Mempool::new(Network::Main);
    for nonce in 0..6 {
        pool.add(signed(1, nonce, 0, 9, 50_000_000)).unwrap();
    }
    assert_eq!(numbers(&pool, 0).len(), 4);
    let mut pool = Mempool::new(Network::Main);
    let large = |nonce| {
        let mut signed = signed(1, nonce, 0, 9, 1);
        let call = Call::UploadChunk { code: Hash::ZERO, index: 0, bytes: vec![0; 100 << 10] };
        signed.transaction.calls.push(call);
        signed
    };
    for nonce in 0..30 {
        pool.add(large(nonce)).unwrap();
    }
    let chosen = pool.select(|_| Ok::<u64, ()>(0)).unwrap().transactions;
    let bytes: usize = chosen.iter().map(Encode::encoded_size).sum();
    assert!(bytes <= limits::BLOCK_BYTES - FRAME_BYTES && bytes > limits::BLOCK_BYTES - (101 << 10), "{bytes}");
}

#[test]
fn what_a_block_took_goes_and_what_it_made_hopeless_is_named() {
    let mut pool = Mempool::new(Network::Main);
    for (nonce, salt) in [(0, 0), (1, 0), (2, 0)] {
        pool.add(signed(1, nonce, salt, 9, 1)).unwrap();
    }
    pool.add(signed(2, 0, 0, 3, 1)).unwrap();
    assert_eq!(pool.add(signed(1, 0, 7, 9, 1)).unwrap_err().to_string(), ClientError::AlreadyPending.to_string());
    // Another one with number 1 is in the block: 0 cannot be any more, ours with 1 neither.
    let dropped = pool.settle(&[signed(1, 1, 5, 9, 1)], Slot(4));
    assert_eq!(dropped, [signed(1, 0, 0, 9, 1).hash(), signed(1, 1, 0, 9, 1).hash(), signed(2, 0, 0, 3, 1).hash()]);
    assert_eq!(pool.iter().collect::<Vec<_>>(), [&signed(1, 2, 0, 9, 1)]);
    // Blocks that lost give theirs back, but for what the block that won used.
    let lost = [signed(1, 1, 0, 9, 1), signed(3, 0, 0, 9, 1), signed(1, 3, 0, 9, 1)];
    pool.wait_again(lost.into_iter(), &[signed(1, 1, 5, 9, 1)]);
    let waiting: Vec<(u8, u64)> = pool.iter().map(|s| (s.transaction.sender.0[0], s.transaction.nonce)).collect();
    assert_eq!(waiting, [(1, 2), (3, 0), (1, 3)]);
}

#[test]
fn nobody_takes_all_the_room() {
    let mut pool = Mempool::new(Network::Main);
    for nonce in 0..1_024 {
        pool.add(signed(1, nonce, 0, 9, 1)).unwrap();
    }
    assert!(matches!(pool.add(signed(1, 1_024, 0, 9, 1)), Err(ClientError::Full)));
    for sender in 2..=20 {
        (0..1_000).for_each(|nonce| drop(pool.add(signed(sender, nonce, 0, 9, 1))));
    }
    assert!(pool.len() <= 20_000 && pool.len() > 19_900);
    assert!(pool.bytes() <= 32 << 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    /// The indices agree with each other whatever happens.
    #[test]
    fn sums_and_indices_are_those_of_what_waits(
        steps in prop::collection::vec((0u8..5, 0u8..4, 0u64..6, 0u8..3, 0u64..12), 1..200),
    ) {
        let mut pool = Mempool::new(Network::Main);
        for (what, sender, nonce, salt, expiry) in steps {
            let one = signed(sender, nonce, salt, expiry, u64::from(salt) + 1);
            match what {
                0..=2 => drop(pool.add(one)),
                3 => drop(pool.settle(&[one], Slot(expiry / 2))),
                _ => drop(pool.remove(&one.hash())),
            }
            let all: Vec<&SignedTransaction> = pool.iter().collect();
            prop_assert_eq!(all.len(), pool.len());
            prop_assert_eq!(all.iter().map(|signed| signed.encoded_size()).sum::<usize>(), pool.bytes());
            prop_assert!(all.iter().all(|signed| pool.holds(&signed.hash()) && pool.get(&signed.hash()).is_some()));
            prop_assert_eq!(pool.expiries.len(), pool.len());
            for sender in 0..4 {
                let own = all.iter().filter(|signed| signed.transaction.sender.0[0] == sender);
                let gas = own.clone().map(|signed| signed.transaction.gas_limit.0).sum::<u64>();
                let bytes = own.map(|signed| signed.encoded_size()).sum::<usize>();
                prop_assert_eq!(pool.load(&AccountId([sender; 32])), (gas, bytes));
            }
        }
    }
}
