//! A node whose state lies on pages, of which nothing stays in memory between two blocks, beside one that has all of it in
//! memory: every answer is the same. And what a damaged page does.

use super::{
    bench::{Bench, now},
    journey::{V2, deploy, dry_run, module, propose, support},
};
use crate::node::{Node, run::Deaf};
use zera_primitives::{AccountId, Amount, Height, ModuleId, tx::Call};
use zera_worker_protocol::{Command, ErrorKind, RehearsalOf, Response};

/// Has the node write its state to pages, and drop what it can.
fn compact(bench: &mut Bench) {
    bench.settle();
    let chain = bench.node.chain.as_mut().unwrap();
    chain.upkeep.compacting = Some(Box::new(chain.client.compaction()));
    bench.settle();
    let inner = bench.world.0.borrow();
    let stored: usize = inner.pages.values().map(Vec::len).sum();
    assert!(!inner.bases.is_empty() && stored > 20_000);
    // What the node itself reads at each step is there again.
    let loaded = bench.node.chain.as_ref().unwrap().client.pages().bytes();
    assert!(inner.memory > 0 || loaded < stored / 4, "{loaded} of {stored}");
}

/// Two nodes on the same chain.
struct Twins {
    whole: Bench,
    paged: Bench,
}

impl Twins {
    fn new() -> Self {
        let (whole, paged) = (Bench::new(), Bench::new());
        paged.world.0.borrow_mut().memory = 0;
        Self { whole, paged }
    }

    /// Does the same with both; what comes of it is the same.
    fn both<R: PartialEq + std::fmt::Debug>(&mut self, what: impl Fn(&mut Bench) -> R) -> R {
        let whole = what(&mut self.whole);
        assert_eq!(what(&mut self.paged), whole);
        self.whole.settle();
        self.paged.settle();
        assert_eq!(self.paged.status().head, self.whole.status().head);
        whole
    }

    fn look(&mut self, id: ModuleId, account: AccountId) {
        let height = Height(self.whole.status().head.height.0);
        for command in [
            Command::Status,
            Command::Modules,
            Command::Module(id),
            Command::Storage { module: id, after: Vec::new(), limit: 50 },
            Command::Query { module: id, entry: "total".into(), args: Vec::new() },
            Command::Proposals,
            Command::Journal { module: Some(id), before: None, limit: 20 },
            Command::ExportJournal,
            Command::CodeAt { module: id, height },
            Command::CodeAt { module: id, height: Height(height.0 / 2) },
            Command::Account(account),
            Command::Builders,
            Command::Blocks(zera_worker_protocol::Page { from: None, limit: 20 }),
        ] {
            let _ = self.both(|bench| bench.ask(command.clone()));
        }
    }
}

#[test]
fn every_answer_is_that_of_a_state_in_memory() {
    let mut twins = Twins::new();
    let account = twins.both(|bench| bench.add_key(7));
    let id = twins.both(deploy);
    compact(&mut twins.paged);
    twins.look(id, account);
    let deposit = || Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(3) };
    let hashes = twins.both(|bench| bench.transact(vec![deposit()]));
    twins.both(|bench| {
        let keys = bench.crowd(40, 10);
        for key in &keys {
            let signed = bench.signed(key, 0, vec![deposit()]);
            bench.ask(Command::Submit(signed)).unwrap();
        }
        bench.settle();
        module(bench, id)
    });
    compact(&mut twins.paged);
    let vote = twins.both(|bench| propose(bench, id, V2, 2));
    twins.both(|bench| dry_run(bench, RehearsalOf::Proposal(vote), 10));
    let _ = twins.both(|bench| bench.ask(Command::Forecast { proposal: vote, what_if: None }));
    twins.both(|bench| support(bench, vote, Amount::zra(29_000_000)));
    let _ = twins.both(|bench| bench.ask(Command::Advance { slots: 700 }));
    compact(&mut twins.paged);
    twins.look(id, account);
    let _ = twins.both(|bench| bench.ask(Command::Reexecute(hashes[0])));
    let _ = twins.both(|bench| bench.ask(Command::Proposal(vote)));
    // Opened again, it reads what it needs of the pages, and the blocks after them.
    twins.both(|bench| bench.transact(vec![deposit()]));
    let read = twins.paged.world.0.borrow().pages_read;
    twins.paged = Bench::open(twins.paged.world.clone());
    twins.whole = Bench::open(twins.whole.world.clone());
    twins.both(Bench::settle);
    twins.look(id, account);
    twins.both(|bench| bench.transact(vec![deposit()]));
    assert!(read > 100 && twins.paged.world.0.borrow().pages_read > read, "{read} pages were read");
    assert_eq!(twins.whole.world.0.borrow().pages_read, 0);
}

#[test]
fn only_pages_that_bases_name_stay() {
    let mut bench = Bench::new();
    bench.add_key(7);
    for n in 1..6 {
        bench.transact(vec![Call::Transfer { to: AccountId([9; 32]), amount: Amount::zra(n) }]);
        let chain = bench.node.chain.as_mut().unwrap();
        chain.upkeep.compacting = Some(Box::new(chain.client.compaction()));
        bench.settle();
        let inner = bench.world.0.borrow();
        let named = zera_client::compact::named(inner.bases.values().map(Vec::as_slice));
        assert!(inner.bases.len() <= 2 && named.iter().eq(inner.pages.keys()), "after {n}");
    }
}

#[test]
fn a_damaged_page_is_named_and_the_next_start_builds_the_state_from_the_blocks() {
    let mut bench = Bench::new();
    bench.world.0.borrow_mut().memory = 0;
    let account = bench.add_key(7);
    deploy(&mut bench);
    compact(&mut bench);
    let (status, whole) = (bench.status(), bench.ask(Command::Modules).unwrap());
    compact(&mut bench);
    let pages = bench.world.0.borrow().pages.clone();
    for damage in 0..3 {
        for page in bench.world.0.borrow_mut().pages.values_mut() {
            match damage {
                0 => page[5] ^= 1,
                1 => page.truncate(9),
                _ => page.clear(),
            }
        }
        let error = now(bench.node.handle(1, Command::Account(account))).unwrap().unwrap_err();
        assert_eq!((error.kind, error.fatal), (ErrorKind::StorageCorrupt, true));
        assert!(error.detail.contains("page"), "{}", error.detail);
        assert!(bench.world.0.borrow().bases.is_empty());
        bench = bench.crash();
        assert_eq!(bench.status().head, status.head);
        assert_eq!(bench.ask(Command::Modules).unwrap(), whole);
        bench.world.0.borrow_mut().pages = pages.clone();
        compact(&mut bench);
    }
    // Damaged before the start: it is noticed where opening or the first look needs it, and costs only time.
    bench.world.0.borrow_mut().pages.clear();
    bench.world.0.borrow_mut().memory = 1 << 30;
    let mut node = Node::<_, u32>::new(bench.world.clone());
    assert!(matches!(now(node.handle(1, Command::Start)), Some(Ok(Response::Status(_)))));
    assert!(matches!(now(node.work(true, &Deaf)), crate::node::Work::Nothing | crate::node::Work::Step));
}
