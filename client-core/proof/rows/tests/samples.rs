//! Rows and the reference engine agree on every export of every sample module, on what people do with them, and on calls
//! that only compute. `the_stories_agree` prints steps by kind: what the circuit's capacities are chosen from.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Chain, Rng,
    story::{compute, pass, prebuilt, samples, stories},
    twin::{Seen, Twin},
};
use std::collections::BTreeMap;
use zera_proof_rows::{Kind, Program, Trace, step::Turn};
use zera_vm::{Engine, Outcome, WasmiEngine, abi};

/// Gas of a call beyond its beginning.
const GAS: u64 = 20_000_000;

#[test]
fn every_export_of_every_sample_agrees() {
    let mut outcomes = BTreeMap::<String, usize>::new();
    let mut refused = BTreeMap::<String, String>::new();
    for name in samples() {
        let Some(twin) = Twin::new(&prebuilt(&name)) else { continue };
        let twin = twin.unwrap_or_else(|reason| panic!("{name}: {reason}"));
        let mut rng = Rng(1);
        for export in twin.info.exports.clone() {
            if export.kind != zera_vm::ExportKind::Function {
                continue;
            }
            let wanted: usize = export.params.iter().map(|kind| kind.bytes()).sum();
            let direct = abi::callable(&export.params, &export.results) == abi::Callable::Direct;
            for len in [0, 4, 8, 16, 32, 48, 64] {
                let args = rng.bytes(if direct { wanted } else { len });
                let chain = Chain { slot: 5, attached: Some(u128::from(rng.below(2))), ..Chain::default() };
                match twin.call(&export.name, &args, &chain, 200_000) {
                    Seen::Same(same) => *outcomes.entry(format!("{:?}", same.2.outcome)).or_default() += 1,
                    Seen::Unprovable(reason) => {
                        refused.insert(format!("{name}.{}", export.name), reason);
                    }
                    Seen::TooLong => panic!("{name}.{} is too long", export.name),
                }
            }
        }
    }
    println!("{outcomes:?}\noutside the provable profile: {refused:#?}");
    assert!(refused.is_empty());
    assert!(outcomes.len() >= 4, "{outcomes:?}");
}

/// One line of the table: steps by kind, accesses and cells.
fn line(name: &str, program: &Program, trace: &Trace) -> String {
    let mut kinds = BTreeMap::<String, usize>::new();
    for step in &trace.steps {
        let turn = match step.turn {
            Turn::Plain => String::new(),
            Turn::HostMemory { write, .. } => format!(".{}", if write { "Written" } else { "Read" }),
            turn => format!(".{turn:?}"),
        };
        *kinds.entry(format!("{:?}{turn}", step.kind)).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let cells = |from: u64, to: u64| trace.cells.iter().filter(|cell| (from..to).contains(&cell.address)).count();
    format!(
        "{name:42} {:>9?} steps {:>7} gas {:>8} rows {:>6} data {:>5} registers {:>4} words {:>5} log {:>4} | {}",
        trace.outcome,
        trace.steps.len(),
        trace.gas,
        program.rows.len(),
        program.data.len(),
        trace.cells.iter().rev().find(|cell| cell.address < 1 << 40).map_or(0, |cell| cell.address + 1),
        cells(1 << 52, 1 << 56),
        trace.log.len(),
        kinds.join(", ")
    )
}

#[test]
fn the_stories_agree() {
    let mut all = BTreeMap::<Kind, usize>::new();
    let mut count = |trace: &Trace| trace.steps.iter().for_each(|step| *all.entry(step.kind).or_default() += 1);
    for (name, calls) in stories() {
        let code = prebuilt(name);
        let twin = Twin::new(&code).expect("in the profile").unwrap_or_else(|reason| panic!("{name}: {reason}"));
        let mut chain = Chain::default();
        for call in calls {
            pass(&mut chain, &call);
            let Seen::Same(same) = twin.call(call.entry, &call.args, &chain, GAS) else {
                panic!("{name}.{} cannot be proven", call.entry)
            };
            let (program, trace, done) = *same;
            println!("{}", line(&format!("{name}.{}", call.entry), &program, &trace));
            if done.outcome != Outcome::Ok {
                println!("    {:?}", done.diagnostic);
            }
            count(&trace);
            // The storage as the call leaves it.
            let request = zera_vm::CallRequest {
                code_hash: twin.info.code_hash,
                entry: call.entry,
                args: &call.args,
                gas: GAS,
                stack: zera_vm::gas::STACK_UNITS,
            };
            let engine = WasmiEngine::new();
            engine.prepare(&twin.info.code_hash, &code).expect("valid code");
            let before = chain.clone();
            if engine.execute(&request, &mut chain).expect("no fault").outcome != Outcome::Ok {
                chain = before;
            }
        }
    }
    let twin = compute();
    for (entry, n) in [("sieve", 200u32), ("sieve", 20_000), ("hash", 100), ("hash", 10_000), ("sort", 100)] {
        let Seen::Same(same) = twin.call(entry, &n.to_le_bytes(), &Chain::default(), GAS) else {
            panic!("{entry} cannot be proven")
        };
        println!("{}", line(&format!("compute.{entry}({n})"), &same.0, &same.1));
        assert_eq!(same.2.outcome, Outcome::Ok);
    }
    let steps: usize = all.values().sum();
    println!("all stories: {steps} steps, per thousand:");
    all.iter().for_each(|(kind, count)| println!("    {kind:?} {}", count * 1_000 / steps));
}
