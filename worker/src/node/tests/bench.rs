//! A node under test, its commands one by one.

use super::world::Memory;
use crate::node::{
    Answer, Node, Work,
    run::{Deaf, Ticket},
};
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use zera_primitives::{
    AccountId, Amount, Gas, Hash, Outcome, SignedTransaction, Slot, Transaction,
    keys::SecretKey,
    limits,
    tx::{AccessHint, Call},
};
use zera_worker_protocol::{
    Command, Error, ErrorKind, Event, KeySource, PlanView, Response, StatusView, TransactionStage,
};

/// Runs a future whose world never waits.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the world in memory never waits"),
    }
}

/// Runs a future in a world where time passes while it waits.
pub fn wait<F: Future>(world: &Memory, future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..2_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        world.0.borrow_mut().now += 100;
    }
    panic!("it waits for ever")
}

impl Ticket for u32 {
    fn is(&self, _: &Self, request: u32) -> bool {
        *self == request
    }
}

pub struct Bench {
    pub world: Memory,
    pub node: Node<Memory, u32>,
}

impl Bench {
    /// A started node on a new chain.
    pub fn new() -> Self {
        Self::open(Memory::new())
    }

    /// A started node on what `world` holds.
    pub fn open(world: Memory) -> Self {
        let mut bench = Self { node: Node::new(world.clone()), world };
        bench.ask(Command::Start).unwrap();
        bench
    }

    /// The node ends without warning; another one opens what is stored.
    pub fn crash(self) -> Self {
        Self::open(self.world)
    }

    /// The answer to a command, waited for.
    pub fn ask(&mut self, command: Command) -> Answer {
        if let Some(answer) = wait(&self.world.clone(), self.node.handle(1, command)) {
            return answer;
        }
        loop {
            match wait(&self.world.clone(), self.node.work(true, &Deaf)) {
                Work::Done(1, answer) => return answer,
                Work::Done(..) | Work::Nothing => panic!("the answer never comes"),
                Work::Step => {}
            }
        }
    }

    pub fn refused(&mut self, command: Command, kind: ErrorKind) -> Error {
        let error = self.ask(command).unwrap_err();
        assert_eq!(error.kind, kind, "{}", error.detail);
        error
    }

    pub fn status(&mut self) -> StatusView {
        match self.ask(Command::Status).unwrap() {
            Response::Status(status) => *status,
            other => panic!("{other:?}"),
        }
    }

    /// Lets the node do all that is due.
    pub fn settle(&mut self) {
        while !matches!(wait(&self.world.clone(), self.node.work(true, &Deaf)), Work::Nothing) {}
    }

    /// Stores the phrase of sixteen times `entropy` and returns its account.
    pub fn add_key(&mut self, entropy: u8) -> AccountId {
        let words = crate::node::phrase::words(&[entropy; 16]).unwrap();
        self.ask(Command::AddKey(KeySource::Phrase(words))).unwrap();
        self.status().account.unwrap()
    }

    pub fn plan(&mut self, codes: Vec<Vec<u8>>, calls: Vec<Call>) -> PlanView {
        match self.ask(Command::Prepare { codes, calls }).unwrap() {
            Response::Plan(plan) => *plan,
            other => panic!("{other:?}"),
        }
    }

    /// Signs a plan, seals it, and returns the transactions' hashes; all must end well.
    pub fn carry_out(&mut self, plan: &PlanView) -> Vec<Hash> {
        self.world.events();
        let Response::Submitted(hashes) = self.ask(Command::Sign { plan: plan.id }).unwrap() else { panic!() };
        self.settle();
        let events = self.world.events();
        for hash in &hashes {
            let done = events.iter().any(|event| {
                matches!(event, Event::Transaction { hash: moved, stage: TransactionStage::Final { outcome: Outcome::Ok, .. } } if moved == hash)
            });
            assert!(done, "{hash} in {events:?}");
        }
        hashes
    }

    pub fn transact(&mut self, calls: Vec<Call>) -> Vec<Hash> {
        let plan = self.plan(Vec::new(), calls);
        self.carry_out(&plan)
    }

    pub fn free(&mut self, account: AccountId) -> Amount {
        match self.ask(Command::Account(account)).unwrap() {
            Response::Account(account) => account.free,
            other => panic!("{other:?}"),
        }
    }

    /// Begins a long request under another ticket.
    pub fn begin(&mut self, ticket: u32, command: Command) {
        assert!(now(self.node.handle(ticket, command)).is_none(), "answered at once");
    }

    /// Accounts beside the bench's own, each with so many ZRA.
    pub fn crowd(&mut self, count: u32, zra: u64) -> Vec<SecretKey> {
        let key = |n: u32| {
            let mut seed = [9; 32];
            seed[..4].copy_from_slice(&n.to_le_bytes());
            SecretKey::from_seed(&seed)
        };
        let keys: Vec<_> = (0..count).map(key).collect();
        for some in keys.chunks(limits::TRANSACTION_CALLS) {
            let gift = |key: &SecretKey| Call::Transfer { to: key.public(), amount: Amount::zra(zra) };
            self.transact(some.iter().map(gift).collect());
        }
        keys
    }

    /// A transaction of such an account, as a wallet would send it.
    pub fn signed(&mut self, key: &SecretKey, nonce: u64, calls: Vec<Call>) -> Vec<u8> {
        let status = self.status();
        let transaction = Transaction {
            sender: key.public(),
            nonce,
            expiry: Slot(status.slot.0 + 600),
            gas_limit: Gas(1_000_000),
            fee_limit: Amount::zra(1),
            calls,
            hint: AccessHint::default(),
        };
        let signed: SignedTransaction = transaction.sign(&status.genesis, key);
        codec::Encode::encode(&signed)
    }
}
