//! What people do with the samples, as whole proofs' worth of segments: every constraint holds and the bus closes.

mod common;

use common::runs::{computed, runs};
use std::collections::BTreeMap;
use zera_proof::circuit::form::{ALL, COUNT, Form, census};

#[test]
fn forms_of_the_stories() {
    let mut all = [0_u64; COUNT];
    let mut line = |run: &common::runs::Run| {
        let counts = census(&run.program, &run.trace);
        all.iter_mut().zip(counts).for_each(|(sum, count)| *sum += u64::from(count));
        let forms: Vec<String> =
            ALL.iter().zip(counts).filter(|(_, c)| *c > 0).map(|(f, c)| format!("{f:?} {c}")).collect();
        println!("{} {}: {}", run.name, run.trace.steps.len(), forms.join(", "));
    };
    runs(|run| line(&run));
    for (entry, n) in [("sieve", 200), ("hash", 100), ("sort", 100)] {
        line(&computed(entry, n));
    }
    let steps: u64 = all.iter().sum();
    for (form, count) in ALL.iter().zip(all) {
        println!("{form:?} {}", count * 10_000 / steps);
    }
}

#[test]
fn the_stories_satisfy_all_constraints() {
    let mut classes = BTreeMap::<&str, usize>::new();
    runs(|run| {
        let plan = run.check();
        plan.classes().for_each(|class| *classes.entry(class.name).or_default() += 1);
        println!("{} {}: {:?}", run.name, run.trace.steps.len(), plan.classes().map(|c| c.name).collect::<Vec<_>>());
    });
    for (entry, n) in [("sieve", 200), ("hash", 100), ("sort", 100)] {
        computed(entry, n).check();
    }
    println!("{classes:?}");
    let _ = Form::Add;
}
