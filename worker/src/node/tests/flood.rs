//! Many requests at once: transactions that wait in a row share blocks, and every one of them is answered.

use super::{bench::Bench, world::Memory};
use crate::node::{
    Answer,
    run::{Inbox, Request, run},
};
use std::{
    cell::RefCell,
    collections::VecDeque,
    future::Future,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use zera_primitives::{AccountId, Amount, tx::Call};
use zera_worker_protocol::{Command, Response};

#[derive(Clone, Default)]
pub struct Letters {
    pub waiting: Rc<RefCell<VecDeque<Request<u32>>>>,
    pub answers: Rc<RefCell<Vec<(u32, Answer)>>>,
}

impl Inbox<u32> for Letters {
    fn take(&self, wanted: fn(&Command) -> bool) -> Option<Request<u32>> {
        self.waiting.borrow_mut().pop_front_if(|request| wanted(&request.command))
    }

    fn answer(&self, ticket: u32, result: Answer) {
        self.answers.borrow_mut().push((ticket, result));
    }

    /// Nothing more comes.
    fn listen(&self, _: &Waker) {}

    fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }
}

/// Runs the node over these requests until it waits for more.
fn all(world: &Memory, commands: Vec<Command>) -> Vec<(u32, Answer)> {
    let inbox = Letters::default();
    let requests = std::iter::once(Command::Start).chain(commands).zip(0..);
    inbox.waiting.borrow_mut().extend(requests.map(|(command, ticket)| Request { ticket, command }));
    let mut running = pin!(run(world.clone(), &inbox));
    assert_eq!(running.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
    inbox.answers.take()
}

#[test]
fn a_thousand_transfers_share_a_few_blocks() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let keys = bench.crowd(1_000, 10);
    let to_nobody = || vec![Call::Transfer { to: AccountId([1; 32]), amount: Amount::zra(1) }];
    let mut commands: Vec<Command> = Vec::new();
    for key in &keys {
        commands.push(Command::Submit(bench.signed(key, 0, to_nobody())));
    }
    // One that is refused, and one question between them, keep their places.
    commands.insert(500, Command::Submit(vec![1, 2, 3]));
    commands.insert(700, Command::Status);
    let before = bench.status().head.height.0;
    let world = bench.world.clone();
    drop(bench);
    let answers = all(&world, commands);
    assert_eq!(answers.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(), (0..=1_002).collect::<Vec<_>>());
    assert!(answers[501].1.is_err() && matches!(answers[701].1, Ok(Response::Status(_))));
    let submitted = answers.iter().filter(|(_, answer)| matches!(answer, Ok(Response::Submitted(_)))).count();
    assert_eq!(submitted, 1_000);
    let mut bench = Bench::open(world);
    bench.settle();
    let status = bench.status();
    assert_eq!(status.pending, 0);
    let blocks = status.head.height.0 - before;
    assert!((5..=12).contains(&blocks), "{blocks} blocks");
    assert_eq!(bench.free(AccountId([1; 32])), Amount::zra(1_000));
}
