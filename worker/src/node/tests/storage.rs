//! What storage can do to a chain: cuts, damage, a full disk; and what the node does by itself: scrub and compaction.

use super::bench::{Bench, now};
use crate::node::{Node, upkeep::BASE_EVERY};
use zera_primitives::{AccountId, Amount, tx::Call};
use zera_worker_protocol::{Command, ErrorKind, Event, Response, event::Notice};

fn transfer(bench: &mut Bench, n: u64) {
    bench.transact(vec![Call::Transfer { to: AccountId([9; 32]), amount: Amount::zra(n) }]);
}

/// A chain of a few blocks.
fn chain() -> Bench {
    let mut bench = Bench::new();
    bench.add_key(7);
    (1..=5).for_each(|n| transfer(&mut bench, n));
    bench
}

#[test]
fn a_damaged_last_block_is_stepped_back_from_and_the_chain_goes_on() {
    let mut bench = chain();
    let head = bench.status().head;
    let before = head.height.0 - 1;
    for damage in [0, 1, 2] {
        let world = bench.world;
        {
            let mut inner = world.0.borrow_mut();
            match damage {
                0 => drop(inner.records.remove(&head.height.0)),
                1 => inner.records.get_mut(&head.height.0).unwrap()[99] ^= 4,
                _ => inner.records.get_mut(&head.height.0).unwrap().truncate(50),
            }
            inner.events.clear();
        }
        bench = Bench::open(world);
        assert_eq!(bench.status().head.height.0, before, "damage {damage}");
        let told = |event: &Event| matches!(event, Event::Notice(Notice::SteppedBack { from, to, .. }) if from.0 == before + 1 && to.0 == before);
        assert!(bench.world.events().iter().any(told));
        transfer(&mut bench, 5);
        assert_eq!(bench.status().head.height.0, before + 1);
    }
}

#[test]
fn damage_further_back_loses_what_rests_on_it_and_says_so() {
    let bench = chain();
    bench.world.0.borrow_mut().records.get_mut(&3).unwrap()[99] ^= 4;
    let mut bench = bench.crash();
    assert_eq!(bench.status().head.height.0, 2);
    assert_eq!(bench.world.0.borrow().records.len(), 3);
    transfer(&mut bench, 1);
}

#[test]
fn an_unreadable_chain_is_a_typed_error_and_changes_nothing() {
    let bench = chain();
    let world = bench.world;
    world.0.borrow_mut().records.get_mut(&0).unwrap()[7] ^= 1;
    let stored = world.0.borrow().records.clone();
    let mut node = Node::<_, u32>::new(world.clone());
    let error = now(node.handle(1, Command::Start)).unwrap().unwrap_err();
    assert!(error.kind == ErrorKind::StorageCorrupt && error.fatal, "{error:?}");
    assert_eq!(world.0.borrow().records, stored);
    let refused = now(node.handle(1, Command::Status)).unwrap().unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotStarted);
}

#[test]
fn a_block_that_cannot_be_stored_does_not_count_and_its_transactions_wait() {
    let mut bench = chain();
    let head = bench.status().head;
    let plan = bench.plan(Vec::new(), vec![Call::Stake { amount: Amount::zra(5) }]);
    bench.world.0.borrow_mut().full = true;
    bench.ask(Command::Sign { plan: plan.id }).unwrap();
    bench.settle();
    assert_eq!((bench.status().head, bench.status().pending), (head.clone(), 1));
    bench.world.0.borrow_mut().full = false;
    bench.world.pass(1);
    bench.settle();
    assert_eq!((bench.status().head.height.0, bench.status().pending), (head.height.0 + 1, 0));
}

#[test]
fn compaction_shortens_the_start_and_the_scrub_finds_old_damage() {
    let mut bench = Bench::new();
    bench.add_key(7);
    for _ in 0..BASE_EVERY + 80 {
        bench.ask(Command::Advance { slots: 1 }).unwrap();
    }
    bench.settle();
    let head = bench.status().head;
    assert_eq!(bench.world.0.borrow().bases.len(), 1);
    bench.world.0.borrow_mut().records.get_mut(&20).unwrap()[60] ^= 1;
    let mut bench = bench.crash();
    let status = bench.status();
    assert_eq!(status.head, head);
    assert!(status.scrubbed.0 < status.scrubbed.1);
    bench.settle();
    let status = bench.status();
    assert_eq!(status.scrubbed.0, status.scrubbed.1);
    let damaged = bench.world.events().into_iter().filter_map(|event| match event {
        Event::Notice(Notice::Damaged { height }) => Some(height.0),
        _ => None,
    });
    assert_eq!(damaged.collect::<Vec<_>>(), [20]);

    // A damaged base costs time, not the chain: the records are all still there.
    bench.world.0.borrow_mut().records.get_mut(&20).unwrap()[60] ^= 1;
    bench.world.0.borrow_mut().bases.values_mut().for_each(|base| base[300] ^= 1);
    let mut bench = bench.crash();
    assert_eq!(bench.status().head, head);
}

#[test]
fn a_snapshot_moves_the_chain_and_one_flipped_bit_is_noticed() {
    let mut source = chain();
    let status = source.status();
    let Response::Bytes(file) = source.ask(Command::Export).unwrap() else { panic!() };

    let mut target = Bench::new();
    target.add_key(9);
    let before = target.status().head;
    for at in (0..file.len()).step_by(file.len() / 97) {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        target.refused(Command::Import(changed), ErrorKind::SnapshotRefused);
    }
    target.refused(Command::Import(file[..file.len() - 1].to_vec()), ErrorKind::SnapshotRefused);
    target.refused(Command::Import(Vec::new()), ErrorKind::SnapshotRefused);
    assert_eq!(target.status().head, before);

    target.ask(Command::Import(file)).unwrap();
    let moved = target.status();
    assert_eq!((moved.head, moved.genesis), (status.head, status.genesis));
    let mut target = target.crash();
    assert_eq!(target.status().head.height, source.status().head.height);
    target.ask(Command::Advance { slots: 1 }).unwrap();
}

#[test]
fn reset_begins_anew() {
    let mut bench = chain();
    let genesis = bench.status().genesis;
    bench.ask(Command::Reset).unwrap();
    let status = bench.status();
    assert!(status.genesis != genesis && status.account.is_none() && status.newcomer.is_some());
    assert_eq!(status.head.height.0, 0);
    let mut bench = bench.crash();
    assert_eq!(bench.status().head, status.head);
}
