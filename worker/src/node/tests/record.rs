//! The journal and its file; past transactions executed again.

use super::{
    bench::Bench,
    journey::{V2, deploy, propose, support},
};
use zera_primitives::{Amount, Hash, tx::Call};
use zera_worker_protocol::{Command, Error, ErrorKind, JournalVerdict, ReexecutionView, Response};

/// A chain on which a module was upgraded.
fn upgraded() -> (Bench, zera_primitives::ModuleId) {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let vote = propose(&mut bench, id, V2, 2);
    support(&mut bench, vote, Amount::zra(20_000_000));
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    (bench, id)
}

fn check(bench: &mut Bench, file: &[u8]) -> Result<JournalVerdict, Error> {
    match bench.ask(Command::CheckJournal(file.to_vec()))? {
        Response::JournalVerdict(verdict) => Ok(*verdict),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_journal_leaves_as_a_file_and_a_flipped_bit_names_its_entry() {
    let (mut bench, id) = upgraded();
    let Response::Journal(page) = bench.ask(Command::Journal { module: None, before: None, limit: 10 }).unwrap() else {
        panic!()
    };
    let deeds: Vec<_> = page.entries.iter().map(|entry| (entry.index, entry.deed.as_str(), entry.module)).collect();
    assert_eq!(deeds, [(1, "upgraded", Some(id)), (0, "deployed", Some(id))]);
    assert_eq!((page.count, page.more), (2, false));
    assert!(page.entries[0].vote.is_some() && page.entries[1].vote.is_none());
    let Response::Journal(older) = bench.ask(Command::Journal { module: None, before: Some(1), limit: 10 }).unwrap()
    else {
        panic!()
    };
    assert_eq!(older.entries, page.entries[1..]);

    let Response::Bytes(file) = bench.ask(Command::ExportJournal).unwrap() else { panic!() };
    let good = check(&mut bench, &file).unwrap();
    assert_eq!((good.wrong.clone(), good.ours, good.entries), (None, true, 2));
    assert_eq!(good.newest, page.entries);
    assert!(good.signers.0 >= good.signers.1);
    // Another chain's reader checks it just as well, and says whose it is.
    let mut stranger = Bench::new();
    stranger.ask(Command::Advance { slots: 5 }).unwrap();
    stranger.world.0.borrow_mut().now += 1;
    stranger.ask(Command::Reset).unwrap();
    let theirs = check(&mut stranger, &file).unwrap();
    assert_eq!((theirs.wrong, theirs.ours, theirs.genesis), (None, false, good.genesis));
    // It needs no chain at all.
    let mut unstarted = crate::node::Node::<_, u32>::new(super::world::Memory::new());
    let asked = super::bench::now(unstarted_ask(&mut unstarted, &file));
    assert!(matches!(asked, Some(Ok(Response::JournalVerdict(verdict))) if verdict.wrong.is_none() && !verdict.ours));

    // The last bytes are the second entry and its hash.
    let mut flipped = file.clone();
    let place = flipped.len() - 40;
    flipped[place] ^= 1;
    let bad = check(&mut bench, &flipped).unwrap();
    assert_eq!(bad.wrong.as_ref().and_then(|(entry, _)| *entry), Some(1), "{:?}", bad.wrong);
    assert!(bad.newest.is_empty());
    for (name, file) in [("nothing", Vec::new()), ("another file", b"zera-snapshot/1".to_vec())] {
        assert_eq!(check(&mut bench, &file).unwrap_err().kind, ErrorKind::JournalRefused, "{name}");
    }
}

async fn unstarted_ask(
    node: &mut crate::node::Node<super::world::Memory, u32>,
    file: &[u8],
) -> Option<crate::node::Answer> {
    node.handle(1, Command::CheckJournal(file.to_vec())).await
}

fn again(bench: &mut Bench, transaction: Hash) -> ReexecutionView {
    match bench.ask(Command::Reexecute(transaction)).unwrap() {
        Response::Reexecution(view) => view,
        other => panic!("{other:?}"),
    }
}

#[test]
fn past_transactions_come_out_again_under_the_code_of_their_time() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let pay = || Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(1) };
    let old = bench.transact(vec![pay()])[0];
    let vote = propose(&mut bench, id, V2, 2);
    support(&mut bench, vote, Amount::zra(20_000_000));
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let new = bench.transact(vec![pay()])[0];
    let later = again(&mut bench, new);
    assert!(later.agrees);
    assert_eq!(later.codes, [(id, Hash::of(V2))]);
    // Far enough back that its state is no longer kept: it is rebuilt from the records.
    for _ in 0..80 {
        bench.ask(Command::Advance { slots: 1 }).unwrap();
    }
    let earlier = again(&mut bench, old);
    assert!(earlier.agrees);
    assert_eq!(earlier.codes, [(id, Hash::of(super::journey::V1))]);
    bench.refused(Command::Reexecute(Hash([1; 32])), ErrorKind::NotFound);

    let height = earlier.height;
    bench.world.0.borrow_mut().records.get_mut(&(height.0 - 1)).unwrap()[200] ^= 1;
    bench.refused(Command::Reexecute(old), ErrorKind::StorageCorrupt);
}
