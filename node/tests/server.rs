//! The server as tabs meet it: real sockets, a real chain of one signer, and tabs that ask too much, too little or nonsense.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed check in a test is a failed test")]

mod support;

use codec::{Decode as _, Encode as _};
use std::{
    io::Read as _,
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};
use support::{Served, Tab};
use zera_light::{Certificate, ValidatorSet};
use zera_primitives::{Hash, Height, Outcome, StateKey};
use zera_state::merkle::{Directory, MultiProof, PageName, verify_many};
use zera_wire::{
    Answer, FRAME_BYTES, News, PeerErrorKind, REQUEST_BYTES, Request, ToPeer, ToTab, Topic, WIRE_VERSION,
    request::{MOST_BLOCKS, MOST_HEADERS},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_asked_for_is_answered_and_proves_itself() {
    let served = Served::start(|_| {}).await;
    let transaction = served.pay(0).await;
    for _ in 0..20 {
        served.step().await;
    }
    let mut tab = Tab::connect(&served).await;
    let config = match tab.ask(Request::Genesis).await.unwrap() {
        Answer::Bytes(bytes) => zera_client::GenesisConfig::decode(&mut &*bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    let set = ValidatorSet::new(config.validators.clone()).unwrap();
    let Answer::Finality(tip) = tab.ask(Request::Finality { at: None }).await.unwrap() else { panic!() };
    assert_eq!(tip.header.height, Height(21));
    Certificate::from_bytes(&tip.certificate).unwrap().verify(&tip.header, &set).unwrap();
    let Answer::Headers(headers) = tab.ask(Request::Headers { from: Height(0), limit: MOST_HEADERS }).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(headers.len(), 22);
    assert_eq!(headers[0].hash(), served.chain.genesis.hash);
    assert!(headers.windows(2).all(|pair| zera_light::check_child(&pair[0], &pair[1]).is_ok()));
    let Answer::Boundaries(boundaries) = tab.ask(Request::Boundaries { from: 0, limit: 9 }).await.unwrap() else {
        panic!()
    };
    assert_eq!(boundaries.iter().map(|boundary| boundary.last.header.height.0).collect::<Vec<_>>(), [7, 15]);
    let Answer::Blocks(blocks) = tab.ask(Request::Blocks { from: Height(1), limit: MOST_BLOCKS }).await.unwrap() else {
        panic!()
    };
    assert_eq!(blocks.len(), 21);
    let Answer::Located(Some((height, 0))) = tab.ask(Request::Locate(transaction)).await.unwrap() else { panic!() };
    assert_eq!(height, Height(1));
    let Answer::Receipts(done) = tab.ask(Request::Receipts(height)).await.unwrap() else { panic!() };
    assert_eq!((done.receipts[0].transaction, done.receipts[0].outcome), (transaction, Outcome::Ok));
    let account = served.account(0);
    let request = Request::OfAccount { account, before: None, limit: 10 };
    assert_eq!(tab.ask(request).await.unwrap(), Answer::Heights(vec![height]));
    // Entries and a range, at the tip and at a block before it, against the headers' roots.
    for height in [Height(21), Height(3)] {
        let root = headers[height.0 as usize].state_root;
        let mut keys = vec![StateKey::account(&account), StateKey::system("genesis"), StateKey::system("none")];
        keys.sort();
        let Answer::Entries(entries) = tab.ask(Request::Entries { height, keys: keys.clone() }).await.unwrap() else {
            panic!()
        };
        assert_eq!(entries.values.iter().filter(|value| value.is_some()).count(), 2);
        verify_many(&root, &keys, &entries.values, &MultiProof::from_bytes(&entries.proof).unwrap()).unwrap();
        let request = Request::Run { height, prefix: vec![1], after: Vec::new(), limit: 4 };
        let Answer::Run(run) = tab.ask(request).await.unwrap() else { panic!() };
        assert_eq!((run.entries.len(), run.end), (4, false));
        let (keys, values): (Vec<_>, Vec<_>) = run.entries.into_iter().map(|(key, value)| (key, Some(value))).unzip();
        verify_many(&root, &keys, &values, &MultiProof::from_bytes(&run.proof).unwrap()).unwrap();
    }
    // A snapshot: its directory in parts, its pages by name.
    let Answer::Snapshot(offer) = tab.ask(Request::Snapshot).await.unwrap() else { panic!() };
    let at = offer.at.header.height;
    let Answer::Bytes(bytes) = tab.ask(Request::Directory { height: at, offset: 0 }).await.unwrap() else { panic!() };
    assert_eq!(bytes.len() as u64, offer.directory_bytes);
    let directory = Directory::decode(&mut &*bytes).unwrap();
    let names: Vec<PageName> = directory.pages().collect();
    let Answer::Pages(pages) = tab.ask(Request::Pages { height: at, names: names.clone() }).await.unwrap() else {
        panic!()
    };
    assert_eq!(pages.len(), names.len());
    assert_eq!(pages.iter().flatten().map(Vec::len).sum::<usize>() as u64, offer.page_bytes);
    // What is not there.
    for (request, kind) in [
        (Request::Receipts(Height(99)), PeerErrorKind::NotFound),
        (Request::Finality { at: Some(Height(99)) }, PeerErrorKind::NotFound),
        (Request::Committee { epoch: 9 }, PeerErrorKind::NotFound),
        (Request::Directory { height: Height(1), offset: 0 }, PeerErrorKind::NotFound),
        (Request::Entries { height: Height(99), keys: vec![StateKey::system("a")] }, PeerErrorKind::NotFound),
        (Request::Entries { height: Height(1), keys: Vec::new() }, PeerErrorKind::Malformed),
        (Request::ExecutionProof { transaction, call: 0 }, PeerErrorKind::NotFound),
        (Request::Submit(vec![1, 2, 3]), PeerErrorKind::Refused),
    ] {
        assert_eq!(tab.ask(request.clone()).await.unwrap_err().kind, kind, "{request:?}");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_come_without_being_asked_for() {
    let served = Served::start(|_| {}).await;
    served.step().await;
    let mut tab = Tab::connect(&served).await;
    assert_eq!(tab.ask(Request::Subscribe(Topic::Heads)).await, Ok(Answer::Done));
    assert_eq!(tab.ask(Request::Subscribe(Topic::Transactions)).await, Ok(Answer::Done));
    let News::Head(head) = tab.news().await else { panic!() };
    assert_eq!(head.header.height, Height(1), "where it stands is news, too");
    let signed = served.payment(0);
    let Answer::Submitted(hash) = tab.ask(Request::Submit(signed.encode())).await.unwrap() else { panic!() };
    let Answer::Pool(pool) = tab.ask(Request::Pool).await.unwrap() else { panic!() };
    assert_eq!(pool.transactions, 1);
    served.step().await;
    let (mut heard, mut included) = (false, false);
    while !(heard && included) {
        match tab.news().await {
            News::Head(head) => heard |= head.header.height == Height(2),
            News::Included { transaction, height, outcome } => {
                assert_eq!((transaction, height, outcome), (hash, Height(2), Outcome::Ok));
                included = true;
            }
            News::Proposed(header) => assert!(header.height <= Height(2)),
            News::Dropped(hash) => panic!("{hash:?}"),
        }
    }
    assert_eq!(tab.ask(Request::Unsubscribe(Topic::Heads)).await, Ok(Answer::Done));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_answered_with_why_and_closed() {
    let served = Served::start(|_| {}).await;
    let hello = |version, chain| ToPeer::Hello { version, chain }.encode();
    let ask = ToPeer::Ask { id: 1, request: Request::Ping }.encode();
    for (messages, kind) in [
        (vec![vec![0xff; 10]], PeerErrorKind::Malformed),
        (vec![ask.clone()], PeerErrorKind::Malformed),
        (vec![hello(WIRE_VERSION + 1, None)], PeerErrorKind::Version),
        (vec![hello(WIRE_VERSION, Some(Hash([1; 32])))], PeerErrorKind::OtherChain),
        (vec![hello(WIRE_VERSION, None), hello(WIRE_VERSION, None)], PeerErrorKind::Malformed),
        (vec![hello(WIRE_VERSION, None), [ask, vec![0]].concat()], PeerErrorKind::Malformed),
        (vec![hello(WIRE_VERSION, None), vec![0; REQUEST_BYTES + 1]], PeerErrorKind::Malformed),
    ] {
        let mut tab = Tab::raw(&served).await;
        for message in &messages {
            tab.send(message.clone()).await;
        }
        let bye = loop {
            match tab.receive().await {
                Some(ToTab::Bye(error)) => break error,
                Some(ToTab::Hello(_)) => {}
                other => panic!("{other:?} for {kind:?}"),
            }
        };
        assert_eq!(bye.kind, kind, "{bye:?}");
        assert_eq!(tab.receive().await, None, "closed");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_asks_too_fast_is_told_and_one_too_many_is_turned_away() {
    let served = Served::start(|serve| {
        serve.requests_per_second = 2;
        serve.connections_per_address = 3;
    })
    .await;
    let mut tab = Tab::connect(&served).await;
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(tab.ask(Request::Ping).await);
    }
    let busy = answers.iter().filter(|answer| answer.as_ref().is_err_and(|error| error.kind == PeerErrorKind::Busy));
    assert!((8..=10).contains(&busy.count()), "ten seconds' worth, then two a second");
    let others = [Tab::connect(&served).await, Tab::connect(&served).await];
    assert!(Tab::try_raw(&served).await.is_err(), "a fourth from one address");
    drop(others);
    tokio::time::sleep(Duration::from_millis(300)).await;
    Tab::connect(&served).await;
    served.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_other_origins_are_kept_out_where_origins_are_named() {
    let served = Served::start(|serve| serve.origins = vec!["https://good.example".into()]).await;
    assert!(Tab::from_origin(&served, Some("https://good.example")).await.is_ok());
    for origin in [Some("https://bad.example"), None] {
        assert!(Tab::from_origin(&served, origin).await.is_err(), "{origin:?}");
    }
    served.end().await;
}

/// Connections that say nothing, or one byte at a time, are cut; others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_are_cut() {
    let served = Served::start(|serve| serve.patience_seconds = 1).await;
    served.step().await;
    let address = served.address;
    let mute = tokio::task::spawn_blocking(move || until_closed(TcpStream::connect(address).unwrap(), b""));
    let drip =
        tokio::task::spawn_blocking(move || until_closed(TcpStream::connect(address).unwrap(), b"GET / HTTP/1.1\r\n"));
    let silent = Tab::raw(&served).await;
    let mut good = Tab::connect(&served).await;
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        assert_eq!(good.ask(Request::Ping).await, Ok(Answer::Done));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for took in [mute.await.unwrap(), drip.await.unwrap()] {
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
    let mut silent = silent;
    assert!(matches!(silent.receive().await, Some(ToTab::Bye(_)) | None), "no hello came");
    served.end().await;
}

/// Sends a byte now and then until the other side closes; how long that took.
fn until_closed(mut socket: TcpStream, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    for byte in bytes.iter().cycle().map(std::slice::from_ref).chain(std::iter::repeat(&[][..])) {
        let gone = socket.write_all(byte).is_err();
        let closed = matches!(socket.read(&mut [0; 64]), Ok(0)) || gone;
        if closed || began.elapsed() > Duration::from_secs(20) {
            break;
        }
    }
    began.elapsed()
}

/// Tabs that ask for the largest answers and read none: what the server holds for them stays below its bound, and a tab that
/// reads is served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_do_not_read_take_no_more_memory_than_is_theirs() {
    const TABS: usize = 48;
    const BUDGET: u32 = 8 << 20;
    let served = Served::start(|serve| {
        serve.answer_bytes = BUDGET;
        serve.patience_seconds = 30;
    })
    .await;
    served.fill().await;
    let before = resident();
    let mut hostile = Vec::new();
    for _ in 0..TABS {
        let mut tab = Tab::connect(&served).await;
        for id in 0..20 {
            let request = Request::Blocks { from: Height(1), limit: MOST_BLOCKS };
            tab.send(ToPeer::Ask { id, request }.encode()).await;
        }
        hostile.push(tab);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let grown = resident().saturating_sub(before);
    // The budget, twice because a socket copies what it writes; sixteen answers being made, and their bytes; buffers of each
    // connection.
    let bound = 2 * BUDGET as usize + 16 * 2 * FRAME_BYTES + TABS * (512 << 10);
    println!("{TABS} tabs that do not read: {} kB more, bound {} kB", grown >> 10, bound >> 10);
    assert!(grown < bound, "{grown} of {bound}");
    let mut good = Tab::connect(&served).await;
    assert_eq!(good.ask(Request::Ping).await, Ok(Answer::Done));
    assert!(matches!(good.ask(Request::Finality { at: None }).await, Ok(Answer::Finality(_))));
    drop(hostile);
    served.end().await;
}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}
