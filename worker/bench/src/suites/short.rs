//! Short calls: what a call costs by itself, with instances kept and reset, against getting one for each call.

use crate::{
    case::{Aim, Case},
    rounds::{self, Side},
    stats::{estimate, geometric_mean},
    suites::contract::{GUEST, LENDING},
    tab::{
        Bench,
        sides::{Call, Direct, Instance, Ours, browser_engine},
        tape::fetched,
    },
};
use codec::Encode as _;
use std::rc::Rc;
use zera_vm::WasmiEngine;

/// Measures a call of next to nothing and a query of a real module.
///
/// # Errors
/// A side that fails.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let nothing = Call {
        name: "an addition",
        code: fetched(GUEST).await?,
        entry: "nothing",
        argument: 1,
        args: 1i32.to_le_bytes().to_vec(),
        value: 0,
        before: Vec::new(),
        every: 0,
    };
    let query = Call {
        name: "a query of lending-v1",
        code: fetched(LENDING).await?,
        entry: "get_interest_rate",
        argument: 0,
        args: Vec::new(),
        value: 0,
        before: vec![("new", 500u32.encode(), 0)],
        every: 16,
    };
    bench.plan(2);
    let mut compiled = Vec::new();
    for call in [nothing, query] {
        let call = Rc::new(call);
        compiled.push(measure(bench, &call).await?);
        bench.next();
    }
    let groups: Vec<&[f64]> = compiled.iter().map(Vec::as_slice).collect();
    let peer = "WebAssembly.instantiate for each call: times as fast";
    let mean = Case::exact("short calls, geometric mean", groups.len() as f64, "calls");
    Ok(vec![mean.against(peer, geometric_mean(&groups)).aim(Aim::AtLeast(50.0))])
}

/// Hands over the cases; gives the ratios to instantiating for each call.
async fn measure(bench: &Bench, call: &Rc<Call>) -> Result<Vec<f64>, String> {
    let mut sides: Vec<Box<dyn Side>> = vec![
        Box::new(Ours::new("our browser engine", browser_engine()?, call)?),
        Box::new(Ours::new("our wasmi", Rc::new(WasmiEngine::new()), call)?),
        Box::new(Direct::new(call, Instance::Compiled)?),
        Box::new(Direct::new(call, Instance::New)?),
    ];
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let compiled = rounds.ratios(2, 0);
    let micros = |side: usize| rounds.time(side).value * 1e3;
    let against = |peer: &str, ratios: &[f64]| {
        Case::exact(call.name, micros(0), "µs").against(format!("{peer}: times as fast"), estimate(ratios))
    };
    bench.cases(&[
        against("WebAssembly.instantiate for each call", &compiled).noise(rounds.noise()),
        against("a new instance of a compiled module for each call", &rounds.ratios(3, 0)),
        against("our wasmi", &rounds.ratios(1, 0)),
    ]);
    Ok(compiled)
}
