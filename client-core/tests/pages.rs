//! A chain whose state lies on pages, of which next to nothing stays in memory, makes the same blocks, byte for byte, as
//! one that has all of it; opened again, it goes on as if nothing had been.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod world;

use codec::Encode;
use std::collections::BTreeMap;
use world::{SEALER, World};
use zera_client::{
    Client, ClientError, Record, Sealed, Stored,
    light::SealKey,
    primitives::Height,
    state::merkle::{DamagedPage, PageName, Pages},
};

/// A host's store of pages, and how often it was read.
#[derive(Default)]
struct Host {
    stored: BTreeMap<PageName, Vec<u8>>,
    read: usize,
}

impl Host {
    fn load(&mut self, pages: &Pages) {
        let wanted = pages.wanted();
        assert!(!wanted.is_empty());
        self.read += wanted.len();
        wanted.iter().for_each(|name| pages.supply(*name, self.stored.get(name).map(Vec::as_slice)).unwrap());
    }

    /// Runs until nothing is missing; the pages that were read before are gone each time it begins.
    fn run<T>(&mut self, pages: &Pages, mut work: impl FnMut() -> Result<T, ClientError>) -> T {
        pages.shrink(0);
        loop {
            let before = pages.misses();
            match work() {
                Err(error) if error.is_not_loaded() => {
                    assert!(pages.misses() > before && !error.is_fatal(), "{error}");
                    self.load(pages);
                }
                done => {
                    assert_eq!(pages.misses(), before, "what missed has no result");
                    return done.unwrap();
                }
            }
        }
    }

    fn open(&mut self, stored: &Stored) -> Client {
        let pages = Pages::default();
        let (client, opened) = self.run(&pages, || Client::open_on(stored, &pages, Some(key())));
        assert_eq!(opened.stepped_back, None);
        client
    }
}

fn key() -> SealKey {
    SealKey::from_seed(&SEALER).unwrap()
}

/// The blocks of a lending pool's life, with those that end each.
fn blocks() -> Vec<(Vec<u8>, Record)> {
    let records = World::lending().records;
    records.into_iter().map(|bytes| (bytes.clone(), Record::from_bytes(&bytes).unwrap())).collect()
}

/// Makes the block of `record` on `client`.
fn make(host: &mut Host, client: &mut Client, record: &Record) -> Sealed {
    let pages = client.pages().clone();
    for signed in &record.body.transactions {
        let bytes = signed.encode();
        host.run(&pages, || client.submit(&bytes, record.header.slot));
    }
    pages.shrink(0);
    client.touch_pending();
    if !pages.wanted().is_empty() {
        host.load(&pages);
    }
    host.run(&pages, || client.seal(record.header.slot, record.body.skip))
}

#[test]
fn blocks_made_on_pages_are_the_same_blocks() {
    let blocks = blocks();
    let genesis = Stored {
        head: zera_client::HeadPointer {
            format: zera_client::record::STORAGE_FORMAT,
            height: Height(0),
            header: blocks[0].1.header.hash(),
            record: zera_client::record_hash(&blocks[0].0),
        }
        .encode(),
        base: None,
        records: vec![(Height(0), blocks[0].0.clone())],
    };
    let mut host = Host::default();
    let mut client = host.open(&genesis);
    let (mut stored, mut compacting) = (genesis, None);
    for (bytes, record) in &blocks[1..] {
        let sealed = make(&mut host, &mut client, record);
        assert_eq!(sealed.record, *bytes, "block {}", sealed.height);
        stored.head = sealed.head;
        stored.records.push((sealed.height, sealed.record));
        // A compaction takes three blocks, and begins again at once.
        let work: &mut zera_client::Compacting = compacting.get_or_insert_with(|| client.compaction());
        let (pages, since) = (client.pages().clone(), sealed.height.since(work.height()));
        while let Some(made) = host.run(&pages, || work.step()) {
            host.stored.extend(made);
            if since < 2 {
                break;
            }
        }
        if since >= 2 {
            let base = compacting.take().unwrap().finish();
            assert!(client.stands_on(&base));
            client.rest_on(&base);
            stored.records.retain(|(height, _)| *height > base.height);
            stored.base = Some(base.bytes);
        }
        if sealed.height.0.is_multiple_of(5) {
            client = host.open(&stored);
            compacting = None;
        }
    }
    assert!(host.read > blocks.len() * 3, "{} pages read for {} blocks", host.read, blocks.len());
    // It can still go back, as far as it was executed or opened here.
    let head = client.head().height;
    let back = Height(head.0 - 2);
    client.step_back(back).unwrap();
    assert_eq!(client.head(), &blocks[back.0 as usize].1.header);
    for (bytes, record) in &blocks[back.0 as usize + 1..] {
        assert_eq!(make(&mut host, &mut client, record).record, *bytes);
    }
}

#[test]
fn a_damaged_page_stops_whoever_needs_it_and_names_it() {
    let world = World::lending();
    let mut client = world.client;
    let (base, pages) = client.compaction().run().unwrap();
    client.rest_on(&base);
    client.pages().shrink(0);
    let account = world::key(1).public();
    let asked = zera_client::state::accounts::account(client.state(), &account);
    assert!(asked.unwrap_err().is_recoverable());
    let wanted = client.pages().wanted();
    let stored: BTreeMap<PageName, Vec<u8>> = pages.into_iter().collect();
    for name in wanted {
        let mut bent = stored[&name].clone();
        bent[7] ^= 1;
        assert_eq!(client.pages().supply(name, Some(&bent)), Err(DamagedPage(name)));
        assert!(DamagedPage(name).to_string().contains("of the state is missing or was changed"));
        // What was not supplied is asked for again.
        assert!(zera_client::state::accounts::account(client.state(), &account).is_err());
        assert_eq!(client.pages().wanted(), [name]);
    }
}
