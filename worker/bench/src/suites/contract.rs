//! Contract compute: the same calls by our engines, by stock wasmi nested in the tab, and by the browser's engine on the
//! original bytes.

use crate::{
    case::{Aim, Case},
    rounds::{self, Rounds, Side},
    stats::{estimate, geometric_mean},
    tab::{
        Bench, glue,
        sides::{Call, Direct, Instance, Nested, Ours, browser_engine},
        tape::fetched,
        thrown,
    },
};
use codec::Encode as _;
use std::rc::Rc;
use zera_vm::WasmiEngine;

/// Where the built page has them.
pub const GUEST: &str = "/bench/guest.wasm";
const STOCK: &str = "/bench/stock.wasm";
/// The sample that stands for real modules.
pub const LENDING: &str = "/samples/lending-v1.wasm";

const ZRA: u128 = zera_primitives::amount::UNITS_PER_ZRA;

/// Ratios of one guest to the peers, by round.
struct Ratios {
    nested: Vec<f64>,
    raw: Vec<f64>,
    reference: Vec<f64>,
}

/// Measures every guest.
///
/// # Errors
/// A side that fails, or two results of one call.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let stock = Rc::new(glue::Stock::start(STOCK).await.map_err(thrown)?);
    let calls = calls().await?;
    bench.plan(calls.len());
    let mut all = Vec::new();
    for call in calls {
        let call = Rc::new(call);
        let rounds = measure(bench, &call, &stock).await?;
        let ratios = Ratios { nested: rounds.ratios(2, 0), raw: rounds.ratios(0, 3), reference: rounds.ratios(2, 1) };
        bench.cases(&cases(&call, &rounds, &ratios));
        bench.next();
        all.push(ratios);
    }
    Ok(means(&all))
}

/// Ours first: it is the one that is compared.
async fn measure(bench: &Bench, call: &Rc<Call>, stock: &Rc<glue::Stock>) -> Result<Rounds, String> {
    let mut ours = Ours::new("our browser engine", browser_engine()?, call)?;
    let mut reference = Ours::new("our wasmi", Rc::new(WasmiEngine::new()), call)?;
    let nested = Nested::new(stock, call)?;
    let raw = Direct::new(call, Instance::Kept)?;
    agree(call, &ours.result()?, &reference.result()?, nested.result(1)?, raw.result(1)?)?;
    let mut sides: Vec<Box<dyn Side>> = vec![Box::new(ours), Box::new(reference), Box::new(nested), Box::new(raw)];
    rounds::measure(&mut sides, &bench.effort, bench).await
}

/// Nothing is measured that does not do the same work.
fn agree(call: &Call, ours: &[u8], reference: &[u8], nested: f64, raw: f64) -> Result<(), String> {
    // What a module of the chain answers is on its tape; peers that play it to its end did the same.
    let peers = <[u8; 4]>::try_from(ours).ok().filter(|_| call.args.len() == 4).map(i32::from_le_bytes);
    let peers = f64::from(peers.unwrap_or(0));
    match ours == reference && nested == peers && raw == peers {
        true => Ok(()),
        false => Err(format!("{}: {ours:?}, {reference:?}, {nested}, {raw}", call.name)),
    }
}

async fn calls() -> Result<Vec<Call>, String> {
    let guest = fetched(GUEST).await?;
    let compute = |name, entry, argument: i32| Call {
        name,
        code: guest.clone(),
        entry,
        argument,
        args: argument.to_le_bytes().to_vec(),
        value: 0,
        before: Vec::new(),
        every: 0,
    };
    Ok(vec![
        compute("SHA-256, 3,000 messages of 64 bytes", "sha256", 3_000),
        compute("recursion, fib(23)", "fib", 23),
        compute("integer interest, 100,000 divisions", "interest", 100_000),
        compute("sorting 8,192 numbers", "sort", 8_192),
        lending().await?,
    ])
}

/// A deposit into the lending sample: storage read and written, arithmetic in 128 bits, an event.
async fn lending() -> Result<Call, String> {
    Ok(Call {
        name: "a real module's call: a deposit into lending-v1",
        code: fetched(LENDING).await?,
        entry: "deposit",
        argument: 0,
        args: Vec::new(),
        value: ZRA,
        before: vec![("new", 500u32.encode(), 0), ("deposit", Vec::new(), ZRA)],
        every: 16,
    })
}

fn cases(call: &Call, rounds: &Rounds, ratios: &Ratios) -> Vec<Case> {
    let (name, noise) = (call.name, rounds.noise());
    let ms = |side: usize| rounds.time(side).value;
    vec![
        Case::exact(name, ms(0), "ms")
            .against("stock nested wasmi: times as fast", estimate(&ratios.nested))
            .noise(noise),
        Case::exact(format!("{name}, by raw browser execution"), ms(3), "ms")
            .against("raw browser execution: ours takes times as long", estimate(&ratios.raw)),
        Case::exact(format!("{name}, by our wasmi"), ms(1), "ms")
            .against("stock nested wasmi: times as fast", estimate(&ratios.reference)),
    ]
}

fn means(all: &[Ratios]) -> Vec<Case> {
    let of = |pick: fn(&Ratios) -> &Vec<f64>| {
        let groups: Vec<&[f64]> = all.iter().map(|ratios| pick(ratios).as_slice()).collect();
        geometric_mean(&groups)
    };
    let guests = all.len() as f64;
    let mean = |case: &str, peer: &str, ratio, aim| Case::exact(case, guests, "guests").against(peer, ratio).aim(aim);
    // The last is the chain's own module: there our side has a host to ask, and raw execution only a tape to play.
    let compute: Vec<&[f64]> = all.iter().rev().skip(1).map(|ratios| ratios.raw.as_slice()).collect();
    vec![
        mean("hot modules, geometric mean", "stock nested wasmi: times as fast", of(|r| &r.nested), Aim::AtLeast(45.0)),
        mean(
            "hot modules, geometric mean",
            "raw browser execution: ours takes times as long",
            of(|r| &r.raw),
            Aim::AtMost(1.25),
        ),
        Case::exact("the same without the module that calls its host", compute.len() as f64, "guests")
            .against("raw browser execution: ours takes times as long", geometric_mean(&compute)),
        mean("our wasmi, geometric mean", "stock nested wasmi: times as fast", of(|r| &r.reference), Aim::AtLeast(2.0)),
    ]
}
