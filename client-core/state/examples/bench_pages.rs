//! Measures a state of 1,000,000 entries on pages, as a host with bounded memory has it: one JSON line per case with `suite,
//! case, value, unit, peer, ratio, ci`. The store is a map in memory, so that what is measured is this code: checking,
//! decoding, hashing. The peer of opening is the same state built from all its entries.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a measurement, not consensus")]

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use zera_primitives::{Hash, Height, StateKey};
use zera_state::{
    ChangeSet, MerkleState, StateError, StateView,
    merkle::{Compaction, Directory, PageName, PageSizes, Pages},
};

const KEYS: u64 = 1_000_000;
const READS: u64 = 20_000;
const UPDATES: u64 = 10_000;
/// Bytes of pages that stay in memory, as in the tab.
const MEMORY: usize = 48 << 20;

type Store = BTreeMap<PageName, Vec<u8>>;

fn key(number: u64) -> StateKey {
    StateKey([&[5], Hash::of(&number.to_le_bytes()).0.as_slice()].concat())
}

fn value(number: u64, round: u64) -> Vec<u8> {
    [round.to_le_bytes(), number.to_le_bytes()].concat().repeat(4)
}

fn report(case: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    let (peer, ratio) = match peer {
        Some((peer, theirs)) => (format!("\"{peer}\""), format!("{:.3}", theirs / value)),
        None => ("null".to_owned(), "null".to_owned()),
    };
    println!(
        "{{\"suite\":\"pages\",\"case\":\"{case}\",\"value\":{value:.3},\"unit\":\"{unit}\",\"peer\":{peer},\"ratio\":{ratio},\"ci\":null}}"
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed().as_secs_f64() * 1e3, result)
}

fn load(store: &Store, pages: &Pages) -> Result<usize, Box<dyn std::error::Error>> {
    let wanted = pages.wanted();
    for name in &wanted {
        pages.supply(*name, store.get(name).map(Vec::as_slice))?;
    }
    Ok(wanted.len())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entries: BTreeMap<_, _> = (0..KEYS).map(|number| (key(number), value(number, 0))).collect();
    let (build, state) = timed(|| MerkleState::from_entries(entries, Height(0)));
    let state = state?;
    let root = state.root();
    let (mut store, mut directory) = (Store::new(), Directory::default());
    let (write, done) = timed(|| write(&state, &mut store, &mut directory));
    done?;
    drop(state);
    report("write 1,000,000 entries to pages", write, "ms", None);
    let bytes = store.values().map(Vec::len).sum::<usize>();
    report("pages of 1,000,000 entries", store.len() as f64, "pages", None);
    report("bytes of those pages", bytes as f64 / f64::from(1 << 20), "MiB", None);

    let pages = Pages::default();
    let (open, state) = timed(|| MerkleState::from_directory(directory, Height(0), &root, pages.clone()));
    let mut state = state?;
    report("open 1,000,000 entries on pages", open, "ms", Some(("building the tree from all entries", build)));
    reads(&store, &state, &pages)?;
    update(&store, &mut state, &pages)
}

fn write(state: &MerkleState, store: &mut Store, directory: &mut Directory) -> Result<(), StateError> {
    let mut compaction = Compaction::new(state, PageSizes::default());
    while let Some(made) = compaction.step()? {
        store.extend(made);
        state.pages().shrink(MEMORY);
    }
    *directory = compaction.finish().directory;
    Ok(())
}

/// Reads at random: every fourth or so finds its page in memory.
fn reads(store: &Store, state: &MerkleState, pages: &Pages) -> Result<(), Box<dyn std::error::Error>> {
    let (mut loaded, mut most) = (0, 0);
    let start = Instant::now();
    for number in 0..READS {
        let key = key(number.wrapping_mul(7_919_777) % KEYS);
        while state.get(&key).is_err() {
            loaded += load(store, pages)?;
        }
        most = most.max(pages.bytes());
        pages.shrink(MEMORY);
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / READS as f64;
    report("read at random among 1,000,000 entries, 48 MiB in memory", each, "us", None);
    report("pages read per read", loaded as f64 / READS as f64, "pages", None);
    report("most bytes of pages in memory", most as f64 / f64::from(1 << 20), "MiB", None);
    Ok(())
}

/// One block, first with nothing in memory, then again with what it needs there.
fn update(store: &Store, state: &mut MerkleState, pages: &Pages) -> Result<(), Box<dyn std::error::Error>> {
    let number = |n: u64| n.wrapping_mul(7_919_777) % KEYS;
    for (round, case) in
        [(1, "root after 10,000 updates, pages read first"), (2, "root after 10,000 updates, in memory")]
    {
        let changes: ChangeSet = (0..UPDATES).map(|n| (key(number(n)), Some(value(n, round)))).collect();
        let (ms, done) = timed(|| {
            loop {
                let result = state.apply(Height(round), &changes);
                if !result.is_err_and(|error| error.is_not_loaded()) {
                    return result.map(|_| ()).map_err(Into::into);
                }
                load(store, pages)?;
            }
        });
        let done: Result<(), Box<dyn std::error::Error>> = done;
        done?;
        report(case, ms, "ms", None);
    }
    Ok(())
}
