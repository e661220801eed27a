//! What people do with the samples, as whole proofs' worth of segments: every constraint holds and the bus closes.

mod common;

use common::runs::{Run, computed, runs};
use std::collections::BTreeMap;
use zera_proof::circuit::{
    Cs, Witness,
    classes::Class,
    form::{ALL, COUNT, census},
};

#[test]
fn forms_of_the_stories() {
    let mut all = [0_u64; COUNT];
    let mut line = |run: &Run| {
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
    let costs: [usize; COUNT] = std::array::from_fn(|form| {
        let mut cs = Cs::shape();
        let before = cs.counts().constraints;
        ALL[form].gadget()(&mut cs, &Witness::default());
        cs.counts().constraints - before
    });
    let mut classes = BTreeMap::<&str, usize>::new();
    let (mut steps, mut used, mut exec, mut all) = (0, 0, 0, 0);
    let mut add = |run: &Run| {
        let plan = run.check();
        let rows: usize = census(&run.program, &run.trace).iter().zip(costs).map(|(n, cost)| *n as usize * cost).sum();
        let domain = |class: &Class| 1_usize << class.log_domain;
        let total: usize = plan.classes().map(domain).sum();
        let end = plan.classes().last().map_or(0, domain);
        let length = run.trace.steps.len();
        println!(
            "{:42} {length:>6} steps, {:>4.1} constraints per row, {:>6.1} with room, {:>6.1} with the end: {:?}",
            run.name,
            rows as f64 / length as f64,
            (total - end) as f64 / length as f64,
            total as f64 / length as f64,
            plan.classes().map(|class| class.name).collect::<Vec<_>>()
        );
        (steps, used, exec, all) = (steps + length, used + rows, exec + total - end, all + total);
        plan.classes().for_each(|class| *classes.entry(class.name).or_default() += 1);
    };
    runs(|run| add(&run));
    for (entry, n) in [("sieve", 200), ("hash", 100)] {
        computed(entry, n).check();
    }
    let per = |sum: usize| sum as f64 / steps as f64;
    println!(
        "{classes:?}\nall {steps} steps: {:.1} per row, {:.1} with unused room, {:.1} in all",
        per(used),
        per(exec),
        per(all)
    );
    assert!(per(used) <= 65.0, "constraints per row");
    assert!(per(all) <= 95.0, "constraints in all");
    let holds = |log: u32| f64::from(1_u32 << log) / per(exec);
    println!("steps in one S of the sets chosen: {:.0}, in one M: {:.0}", holds(16), holds(18));
    assert!(holds(16) >= 650.0 && holds(18) >= 2_800.0);
}
