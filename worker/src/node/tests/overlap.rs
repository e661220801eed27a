//! A block is written while the next one is executed: it counts once it is stored, questions are answered meanwhile, and a
//! write that fails takes back what rests on it.

use super::{bench::Bench, flood::Letters};
use crate::node::{
    Work,
    run::{Deaf, Request},
};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use zera_primitives::{AccountId, Amount, Hash, tx::Call};
use zera_worker_protocol::{Command, Event, Response, TransactionStage};

/// Polls once.
fn once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn pay(amount: u64) -> Vec<Call> {
    vec![Call::Transfer { to: AccountId([9; 32]), amount: Amount::zra(amount) }]
}

fn sign(bench: &mut Bench, amount: u64) -> Hash {
    let plan = bench.plan(Vec::new(), pay(amount));
    let Response::Submitted(hashes) = bench.ask(Command::Sign { plan: plan.id }).unwrap() else { panic!() };
    hashes[0]
}

/// A chain whose newest block, with this transaction, is being written.
fn writing() -> (Bench, Hash) {
    let mut bench = Bench::new();
    bench.add_key(7);
    bench.world.0.borrow_mut().slow = true;
    let hash = sign(&mut bench, 1);
    assert!(matches!(super::now(bench.node.work(true, &Deaf)), Work::Step));
    (bench, hash)
}

fn is_final(bench: &Bench, hash: Hash) -> bool {
    let stage = |event: &Event| matches!(event, Event::Transaction { hash: of, stage: TransactionStage::Final { .. } } if *of == hash);
    bench.world.events().iter().any(stage)
}

fn block_of(bench: &mut Bench, hash: Hash) -> Option<u64> {
    let Response::Transaction(view) = bench.ask(Command::Transaction(hash)).unwrap() else { panic!() };
    view.block.map(|(height, _)| height.0)
}

#[test]
fn a_block_counts_once_it_is_stored() {
    let (mut bench, hash) = writing();
    let before = bench.status().head.height.0;
    assert!(!is_final(&bench, hash) && block_of(&mut bench, hash).is_none());
    assert!(bench.ask(Command::Block(zera_primitives::Height(before + 1))).is_err());
    bench.world.finish();
    assert!(is_final(&bench, hash));
    assert_eq!(bench.status().head.height.0, before + 1);
    assert_eq!(block_of(&mut bench, hash), Some(before + 1));
}

#[test]
fn the_next_block_is_executed_meanwhile_and_questions_are_answered() {
    let (mut bench, first) = writing();
    let before = bench.status().head.height.0;
    let second = sign(&mut bench, 2);
    bench.world.pass(1);
    let inbox = Letters::default();
    inbox.waiting.borrow_mut().extend(
        [Command::Status, Command::Modules, Command::Reset, Command::Status]
            .map(|command| Request { ticket: 5, command }),
    );
    {
        let mut working = pin!(bench.node.work(true, &inbox));
        assert!(once(working.as_mut()).is_pending());
        // Both questions; what changes things waits, and so does whoever asks behind it.
        assert_eq!((inbox.answers.borrow().len(), inbox.waiting.borrow().len()), (2, 2));
        bench.world.finish();
        assert!(matches!(once(working.as_mut()), Poll::Ready(Work::Step)));
    }
    assert!(is_final(&bench, first));
    assert_eq!(bench.status().head.height.0, before + 1);
    bench.world.finish();
    assert!(is_final(&bench, second));
    assert_eq!(bench.status().head.height.0, before + 2);
}

#[test]
fn a_write_that_fails_takes_back_what_rests_on_it() {
    let (mut bench, first) = writing();
    let before = bench.status().head.height.0;
    let second = sign(&mut bench, 2);
    bench.world.pass(1);
    bench.world.0.borrow_mut().full = true;
    {
        let mut working = pin!(bench.node.work(false, &Deaf));
        assert!(once(working.as_mut()).is_pending());
        bench.world.finish();
        assert!(once(working.as_mut()).is_ready());
    }
    let status = bench.status();
    assert_eq!((status.head.height.0, status.pending), (before, 2));
    assert_eq!(bench.world.0.borrow().records.len() as u64, before + 1);
    {
        let mut inner = bench.world.0.borrow_mut();
        (inner.full, inner.slow) = (false, false);
    }
    bench.world.pass(1);
    bench.settle();
    let (one, other) = (block_of(&mut bench, first), block_of(&mut bench, second));
    assert!(one.is_some() && one <= other, "{one:?} {other:?}");
    let head = bench.status().head;
    assert_eq!(bench.crash().status().head, head);
}

#[test]
fn a_command_that_replaces_the_chain_waits_for_the_write() {
    let (mut bench, _) = writing();
    {
        let mut asking = pin!(bench.node.handle(3, Command::Export));
        assert!(once(asking.as_mut()).is_pending());
        bench.world.finish();
        assert!(matches!(once(asking.as_mut()), Poll::Ready(Some(Ok(Response::Bytes(_))))));
    }
}
