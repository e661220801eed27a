//! Keys: the newcomer's share, phrases, files, removal.

use super::bench::Bench;
use zera_primitives::{Amount, tx::Call};
use zera_worker_protocol::{Command, ErrorKind, Event, KeyKind, KeySource, KeyView, Response};

fn keys(bench: &mut Bench) -> Vec<KeyView> {
    match bench.ask(Command::Keys).unwrap() {
        Response::Keys(keys) => keys,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_key_gets_the_newcomers_share_by_a_transaction() {
    let mut bench = Bench::new();
    let status = bench.status();
    let newcomer = status.newcomer.unwrap();
    assert_eq!((bench.free(newcomer), status.account), (Amount::zra(30_000_000), None));
    bench.refused(
        Command::Prepare { codes: vec![], calls: vec![Call::Stake { amount: Amount::zra(1) }] },
        ErrorKind::NoKey,
    );

    bench.world.events();
    let me = bench.add_key(7);
    assert!(bench.world.events().contains(&Event::Keys));
    let share = bench.free(me);
    assert!(share > Amount::zra(29_999_990) && share < Amount::zra(30_000_000), "{share}");
    let status = bench.status();
    assert_eq!((status.newcomer, status.account, status.head.transactions), (None, Some(me), 1));
    let again = bench.add_key(8);
    assert_eq!(bench.free(again), Amount::ZERO);
}

#[test]
fn a_share_that_a_crash_left_behind_is_moved_at_the_next_start() {
    let mut bench = Bench::new();
    bench.world.0.borrow_mut().full = true;
    let words = crate::node::phrase::words(&[7; 16]).unwrap();
    bench.refused(Command::AddKey(KeySource::Phrase(words)), ErrorKind::StorageFailed);
    bench.world.0.borrow_mut().full = false;
    let mut bench = bench.crash();
    let status = bench.status();
    assert_eq!(status.newcomer, None);
    assert!(bench.free(status.account.unwrap()) > Amount::zra(29_999_990));
}

#[test]
fn keys_are_switched_removed_and_exported() {
    let mut bench = Bench::new();
    let (first, second) = (bench.add_key(7), bench.add_key(8));
    assert_eq!(keys(&mut bench)[0], KeyView { account: second, kind: KeyKind::BackedUp, active: true });
    bench.ask(Command::UseKey(first)).unwrap();
    assert_eq!(bench.status().account, Some(first));

    bench.refused(Command::ExportKey { passphrase: "short".into() }, ErrorKind::KeyRefused);
    let passphrase = "correct horse battery".to_owned();
    let Response::Bytes(file) = bench.ask(Command::ExportKey { passphrase: passphrase.clone() }).unwrap() else {
        panic!()
    };
    bench.ask(Command::RemoveKey(first)).unwrap();
    assert_eq!((keys(&mut bench).len(), bench.status().account), (1, Some(second)));
    bench.refused(Command::UseKey(first), ErrorKind::NoKey);
    let wrong = KeySource::File { bytes: file.clone(), passphrase: "another one".into() };
    bench.refused(Command::AddKey(wrong), ErrorKind::KeyRefused);
    bench.ask(Command::AddKey(KeySource::File { bytes: file, passphrase })).unwrap();
    assert_eq!(bench.status().account, Some(first));
}

#[test]
fn phrases_are_fresh_each_time_and_give_their_key() {
    let mut bench = Bench::new();
    let mut phrase = || match bench.ask(Command::NewPhrase).unwrap() {
        Response::Phrase(words) => words,
        other => panic!("{other:?}"),
    };
    let (one, two) = (phrase(), phrase());
    assert_eq!(one.split(' ').count(), 12);
    assert_ne!(one, two);
    bench.ask(Command::AddKey(KeySource::Phrase(one))).unwrap();
    bench.refused(Command::AddKey(KeySource::Phrase("twelve wrong words".into())), ErrorKind::KeyRefused);
}
