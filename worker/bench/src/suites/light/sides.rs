//! What is measured of it, and against what.

use super::work::{BLOCKS, Entries, Following, Start, text};
use crate::{
    case::{Aim, Case},
    rounds::{self, Running, Side, done},
    stats::{Estimate, estimate},
    tab::{Bench, glue, thrown},
};
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use zera_client::light::Light;

const NOBLE: &str = "/bench/noble/";
/// Entries of the state, and entries proven at once.
const ENTRIES: (u64, u64) = (100_000, 50);

/// Measures it.
///
/// # Errors
/// What is not believed.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let noble = glue::Noble::begin(NOBLE).await.map_err(thrown)?;
    let noble = (!noble.is_undefined()).then(|| Rc::new(noble.unchecked_into::<glue::Noble>()));
    bench.plan(4);
    let four = Rc::new(Start::new(4, 1));
    cold(bench, &four, noble.as_ref()).await?;
    bench.next();
    for (validators, turnover) in [(16, 1), (64, 1)] {
        larger(bench, validators, turnover).await?;
    }
    bench.next();
    signatures(bench, &four, noble.as_ref()).await?;
    bench.next();
    small(bench, &four).await?;
    bench.next();
    Ok(Vec::new())
}

/// The start at four validators, against every header checked with noble.
async fn cold(bench: &Bench, start: &Rc<Start>, noble: Option<&Rc<glue::Noble>>) -> Result<(), String> {
    let mut sides: Vec<Box<dyn Side>> = vec![Box::new(Work::new("cold start", {
        let start = Rc::clone(start);
        move || start.run().map(drop)
    }))];
    if let Some(noble) = noble {
        sides.push(Box::new(Signatures::new(noble, start, start.quorum)?));
    }
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let name = format!("cold start over {BLOCKS} blocks, 100 epochs, 4 validators, one replaced per epoch");
    bench.cases(&[
        Case::exact(name.clone(), rounds.time(0).value, "ms")
            .against("1 s: share of it", rounds.time(0).times(1e-3))
            .aim(Aim::AtMost(1.0))
            .noise(rounds.noise()),
        share(format!("{name}: downloaded"), start.bytes() as f64, "bytes", 200_000.0, "200 kB: share of it"),
    ]);
    if noble.is_some() {
        let covered: Vec<f64> = rounds.ratios(1, 0).iter().map(|ratio| ratio * BLOCKS as f64).collect();
        let noble = 1e3 / rounds.time(1).value;
        bench.cases(&[
            Case::exact(
                "headers covered per second by a cold start",
                BLOCKS as f64 / rounds.time(0).value * 1e3,
                "headers/s",
            )
            .against("noble-curves on every header, three signatures each: times as many", estimate(&covered))
            .aim(Aim::AtLeast(100.0))
            .noise(rounds.noise()),
            Case::exact("headers checked per second by noble-curves", noble, "headers/s"),
        ]);
    }
    Ok(())
}

async fn larger(bench: &Bench, validators: u64, turnover: u64) -> Result<(), String> {
    let start = Rc::new(Start::new(validators, turnover));
    let (bytes, signatures) = (start.bytes() as f64, start.signatures());
    let mut sides: Vec<Box<dyn Side>> = vec![Box::new(Work::new("cold start", move || start.run().map(drop)))];
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let name = format!("cold start with {validators} validators, {signatures} signatures");
    bench.cases(&[
        Case::figure(name.clone(), rounds.time(0), "ms"),
        Case::exact(format!("{name}: downloaded"), bytes, "bytes"),
    ]);
    Ok(())
}

/// One signature: by us one by one, by us in a batch, by noble.
async fn signatures(bench: &Bench, start: &Rc<Start>, noble: Option<&Rc<glue::Noble>>) -> Result<(), String> {
    let (certificate, tip, set) = start.certificate()?;
    let mut sides: Vec<Box<dyn Side>> =
        vec![Box::new(Work::new("one certificate, one signature after the other", move || {
            certificate.verify(&tip.header, &set).map_err(text)
        }))];
    let batch = Rc::clone(start);
    sides.push(Box::new(Work::new("a cold start's signatures", move || batch.run().map(drop))));
    if let Some(noble) = noble {
        sides.push(Box::new(Signatures::new(noble, start, 1)?));
    }
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let (quorum, all) = (start.quorum as f64, start.signatures() as f64);
    let alone = rounds.time(0).value / quorum;
    let mut one =
        Case::exact("an Ed25519 signature checked by itself (ZIP-215)", alone * 1e3, "µs").noise(rounds.noise());
    let mut many =
        Case::exact("an Ed25519 signature of a cold start, all work included", rounds.time(1).value / all * 1e3, "µs");
    if noble.is_some() {
        let scaled = |ratios: Vec<f64>, by: f64| estimate(&ratios.iter().map(|ratio| ratio * by).collect::<Vec<_>>());
        one = one.against("noble-curves: times as fast", scaled(rounds.ratios(2, 0), quorum));
        many = many.against("noble-curves: times as fast", scaled(rounds.ratios(2, 1), all));
        bench.cases(&[Case::figure("an Ed25519 signature checked by noble-curves", rounds.time(2).times(1e3), "µs")]);
    }
    bench.cases(&[one, many]);
    Ok(())
}

/// A block followed, a stored client opened, entries proven.
async fn small(bench: &Bench, start: &Rc<Start>) -> Result<(), String> {
    let entries = Rc::new(Entries::new(ENTRIES.0, ENTRIES.1)?);
    let (one, all, stored) = (Rc::clone(&entries), Rc::clone(&entries), start.run()?.to_bytes());
    let stored_bytes = stored.len() as f64;
    let mut sides: Vec<Box<dyn Side>> = vec![
        Box::new(Follow(Following::new(start)?)),
        Box::new(Work::new("one entry", move || one.one())),
        Box::new(Work::new("many entries", move || all.all())),
        Box::new(Work::new("opened again", move || Light::from_bytes(&stored).map(drop).map_err(text))),
    ];
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let within = |case: &str, side: usize, most: f64, words: &str| {
        let time = rounds.time(side);
        Case::exact(case, time.value, "ms").against(words, time.times(1.0 / most)).aim(Aim::AtMost(1.0))
    };
    bench.cases(&[
        within("a block followed, 4 validators", 0, 5.0, "5 ms: share of it").noise(rounds.noise()),
        within("an entry of 100000 proven", 1, 1.0, "1 ms: share of it"),
        Case::exact("an entry of 100000 proven: bytes of the proof", entries.single.len() as f64, "bytes"),
        Case::figure("50 entries of 100000 proven with one proof", rounds.time(2), "ms"),
        Case::exact("50 entries of 100000 proven with one proof: bytes of it", entries.many.len() as f64, "bytes"),
        within("warm start: what was stored, opened and checked", 3, 100.0, "100 ms: share of it"),
        Case::exact("warm start: bytes stored", stored_bytes, "bytes"),
    ]);
    Ok(())
}

/// A counted figure beside the most it may be.
fn share(case: String, value: f64, unit: &'static str, most: f64, words: &str) -> Case {
    let ratio = value / most;
    Case::exact(case, value, unit)
        .against(words, Estimate { value: ratio, low: ratio, high: ratio })
        .aim(Aim::AtMost(1.0))
}

/// Work that is the same each time.
struct Work<F> {
    name: &'static str,
    work: F,
}

impl<F: FnMut() -> Result<(), String>> Work<F> {
    const fn new(name: &'static str, work: F) -> Self {
        Self { name, work }
    }
}

impl<F: FnMut() -> Result<(), String>> Side for Work<F> {
    fn name(&self) -> String {
        self.name.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done((0..times).try_for_each(|_| (self.work)()))
    }
}

/// One block after the other.
struct Follow(Following);

impl Side for Follow {
    fn name(&self) -> String {
        "a block followed".into()
    }

    fn ready(&mut self, times: u32) -> Running<'_> {
        self.0.rewind(times);
        done(Ok(()))
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done((0..times).try_for_each(|_| self.0.step()))
    }

    fn most(&self) -> u32 {
        Following::most()
    }
}

/// The first signatures of the tip's certificate, by noble-curves.
struct Signatures {
    noble: Rc<glue::Noble>,
    message: Uint8Array,
    /// Key and signature of each, one behind the other.
    pairs: Uint8Array,
}

impl Signatures {
    fn new(noble: &Rc<glue::Noble>, start: &Start, count: usize) -> Result<Self, String> {
        let (certificate, tip, set) = start.certificate()?;
        let message = certificate.signed_bytes(&tip.header.chain);
        let mut pairs = Vec::new();
        for place in certificate.places().into_iter().take(count) {
            pairs.extend(set.keys().get(place).ok_or("no key")?.0);
            pairs.extend(certificate.signature(place).ok_or("no signature")?);
        }
        let noble = Rc::clone(noble);
        Ok(Self { noble, message: Uint8Array::from(message.as_slice()), pairs: Uint8Array::from(pairs.as_slice()) })
    }
}

impl Side for Signatures {
    fn name(&self) -> String {
        "noble-curves".into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done(self.noble.verify(&self.message, &self.pairs, times).map_err(thrown))
    }
}
