//! A state of 1,000,000 keys in the tab: stored as pages by a worker that ends, then opened and read with bounded memory.

use crate::{
    case::Case,
    rounds::{Running, Side},
    rounds::{Watch, done, measure},
    stats::estimate,
    suites::root::entry,
    tab::{Bench, glue, thrown},
};
use codec::{Decode as _, Encode as _};
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use zera_primitives::{Hash, Height, codec::decode_bounded};
use zera_state::{
    ChangeSet, MerkleState, StateError, StateView as _,
    merkle::{Compaction, Directory, PageName, PageSizes, Pages, page::DIRECTORY_BYTES},
};

const KEYS: u64 = 1_000_000;
/// Bytes of pages that stay in memory.
const MEMORY: usize = 32 << 20;
/// Keys that one sample of reads asks for.
const READS: u64 = 200;
const WORKER: &str = "/bench/worker.js";
const DIRECTORY: &[u8] = b"directory";
const MEBIBYTE: f64 = 1_048_576.0;

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Builds the state and stores its pages: what the measuring worker has another one do, so that its own memory is fresh.
///
/// # Errors
/// When the browser does not store.
pub async fn store(watch: &dyn Watch) -> Result<Vec<Case>, String> {
    let entries = (0..KEYS).map(|number| entry(number, 0)).collect();
    let state = MerkleState::from_entries(entries, Height(1)).map_err(said)?;
    let shelf = glue::Pages::open(true).await.map_err(thrown)?;
    let mut compaction = Compaction::new(&state, PageSizes::default());
    let mut waiting = 0;
    let mut pages = 0;
    while let Some(made) = compaction.step().map_err(said)? {
        for (name, bytes) in made {
            shelf.add(&Uint8Array::from(name.encode().as_slice()), &Uint8Array::from(bytes.as_slice()));
            (waiting, pages) = (waiting + bytes.len(), pages + 1);
        }
        if waiting > 8 << 20 {
            shelf.flush().await.map_err(thrown)?;
            waiting = 0;
            watch.round(pages, 10_000);
        }
    }
    let compacted = compaction.finish();
    let directory = (compacted.root, compacted.directory).encode();
    shelf.add(&Uint8Array::from(DIRECTORY), &Uint8Array::from(directory.as_slice()));
    shelf.flush().await.map_err(thrown)?;
    shelf.close();
    Ok(Vec::new())
}

/// Measures opening, reading and one block of updates.
///
/// # Errors
/// When a page is missing or the browser does not store.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    bench.plan(3);
    glue::elsewhere(WORKER, "million-store").await.map_err(thrown)?;
    bench.next();
    let shelf = Rc::new(glue::Pages::open(false).await.map_err(thrown)?);
    let (opened, stored) = open(bench, &shelf).await?;
    let mut sides: Vec<Box<dyn Side>> =
        vec![Box::new(Reads::new(&shelf, &stored, true)?), Box::new(Reads::new(&shelf, &stored, false)?)];
    let rounds = measure(&mut sides, &bench.effort, bench).await?;
    bench.next();
    let per_key = |side: usize| rounds.time(side).times(1e3 / READS as f64);
    let mut cases = vec![
        Case::figure(format!("open {KEYS} keys: read, decode and check the directory"), estimate(&opened), "ms"),
        Case::exact("read a key whose page is stored", per_key(0).value, "µs")
            .against("a key whose page is in memory: takes times as long", estimate(&rounds.ratios(0, 1)))
            .noise(rounds.noise()),
        Case::figure("read a key whose page is in memory", per_key(1), "µs"),
    ];
    cases.extend(block(bench, &shelf, &stored).await?);
    shelf.remove().await.map_err(thrown)?;
    Ok(cases)
}

/// Opens it several times; milliseconds of each, and what the directory is.
async fn open(bench: &Bench, shelf: &glue::Pages) -> Result<(Vec<f64>, Stored), String> {
    let mut times = Vec::new();
    let mut last = Stored { root: Hash::ZERO, directory: Directory::default() };
    for _ in 0..bench.effort.rounds {
        let begin = bench.now();
        let bytes = fetch(shelf, DIRECTORY).await?;
        let (root, rest) = bytes.split_at_checked(32).ok_or("no directory")?;
        let root = Hash::decode(&mut &root[..]).map_err(said)?;
        let directory: Directory = decode_bounded(rest, DIRECTORY_BYTES).map_err(said)?;
        last = Stored { root, directory };
        last.state(Pages::default())?;
        times.push(bench.now() - begin);
    }
    Ok((times, last))
}

/// One block of 1,000 updates at random, from stored pages to the new root, and the memory that it leaves.
async fn block(bench: &Bench, shelf: &glue::Pages, stored: &Stored) -> Result<[Case; 3], String> {
    const UPDATES: u64 = 1_000;
    let pages = Pages::default();
    let mut state = stored.state(pages.clone())?;
    let changes = (0..UPDATES).map(|n| entry(n * 7_919 % KEYS, 1)).map(|(key, value)| (key, Some(value)));
    let changes: ChangeSet = changes.collect();
    let begin = bench.now();
    state.touch(changes.keys());
    load(shelf, &pages).await?;
    state.apply(Height(2), &changes).map_err(said)?;
    let took = bench.now() - begin;
    pages.shrink(MEMORY);
    let memory = core::arch::wasm32::memory_size(0) as f64 * 65_536.0;
    Ok([
        Case::exact(format!("root after {UPDATES} updates at random, pages read from storage"), took, "ms"),
        Case::exact("pages in memory after it", pages.bytes() as f64 / MEBIBYTE, "MiB"),
        Case::exact("all memory of the worker after it", memory / MEBIBYTE, "MiB"),
    ])
}

/// What names the pages of the stored state.
#[derive(Clone)]
struct Stored {
    root: Hash,
    directory: Directory,
}

impl Stored {
    fn state(&self, pages: Pages) -> Result<MerkleState, String> {
        MerkleState::from_directory(self.directory.clone(), Height(1), &self.root, pages).map_err(said)
    }
}

async fn fetch(shelf: &glue::Pages, name: &[u8]) -> Result<Vec<u8>, String> {
    let bytes = shelf.get(&Uint8Array::from(name)).await.map_err(thrown)?;
    Ok(bytes.dyn_into::<Uint8Array>().map_err(|_| "a page is missing")?.to_vec())
}

/// Loads what reads have asked for in vain.
async fn load(shelf: &glue::Pages, pages: &Pages) -> Result<(), String> {
    for name in pages.wanted() {
        let bytes = fetch(shelf, &PageName::encode(&name)).await?;
        pages.supply(name, Some(&bytes)).map_err(said)?;
    }
    Ok(())
}

/// Reads of keys at random: on pages that are dropped before each sample, or that are all there.
struct Reads {
    shelf: Rc<glue::Pages>,
    state: MerkleState,
    pages: Pages,
    cold: bool,
    next: u64,
}

impl Reads {
    fn new(shelf: &Rc<glue::Pages>, stored: &Stored, cold: bool) -> Result<Self, String> {
        let pages = Pages::default();
        Ok(Self { shelf: shelf.clone(), state: stored.state(pages.clone())?, pages, cold, next: 0 })
    }

    async fn read(&self, number: u64) -> Result<(), String> {
        let (key, value) = entry(number % KEYS, 0);
        loop {
            match self.state.get(&key) {
                Ok(found) if found.as_ref() == Some(&value) => return Ok(()),
                Ok(_) => return Err("a key has another value".into()),
                Err(StateError::NotLoaded(_)) => load(&self.shelf, &self.pages).await?,
                Err(other) => return Err(said(other)),
            }
        }
    }

    /// Warm reads are of the same keys again and again, cold ones of others each time.
    fn first(&self) -> u64 {
        if self.cold { self.next } else { 0 }
    }
}

impl Side for Reads {
    fn name(&self) -> String {
        if self.cold { "stored" } else { "in memory" }.into()
    }

    fn ready(&mut self, _: u32) -> Running<'_> {
        if self.cold {
            self.pages.shrink(0);
        }
        done(Ok(()))
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move {
            for _ in 0..times {
                for read in 0..READS {
                    // A prime apart, so that hardly two fall into one page.
                    self.read(self.first().wrapping_add(read).wrapping_mul(7_919)).await?;
                }
                self.next = self.next.wrapping_add(READS);
            }
            Ok(())
        })
    }

    fn most(&self) -> u32 {
        if self.cold { 1 } else { 4_096 }
    }
}
