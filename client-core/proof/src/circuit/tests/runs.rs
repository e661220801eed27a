//! Rows of whole runs, all forms: random programs of the row machine's own tests, each step in its form's gadget. What a
//! step leaves on the bus is said by the step, independently of the gadget; then every wire is changed alone.

#[path = "../../../rows/tests/common/mod.rs"]
mod rows;

use super::wires::Scan;
use super::*;
use crate::circuit::form::{ALL, COUNT, Form};
use rows::{
    Rng,
    random::{Oracle, well_formed},
};
use zera_proof_rows::step::{Step, Turn};
use zera_proof_rows::{Program, Start, Trace, run};

fn random(seed: u64) -> (Program, Trace) {
    let program = well_formed(&mut Rng(seed));
    let start = Start { args: &[], stack: 1_000, gas_limit: 1 << 40, max_steps: 5_000 };
    let trace = run(&program, &start, &mut Oracle(Rng(seed))).unwrap();
    (program, trace)
}

/// States, cells and rows of the program that a step takes and leaves.
fn expected(w: &Witness, next_fp: u32) -> Balance {
    let mut out = Balance::default();
    let Step { fp, ts, next, used, .. } = w.step;
    let state =
        |pc: u32, fp: u32, ts: u32| Tuple::new(bus::STATE, &[pc, fp, ts].map(|value| Fr::from(u64::from(value))));
    out.add(state(w.row.pc, fp, ts), -Fr::ONE);
    out.add(state(next, next_fp, ts + 4), Fr::ONE);
    out.add(program_tuple(&w.row), -Fr::ONE);
    if w.step.auxiliary != 0 {
        out.add(program_tuple(&w.auxiliary), -Fr::ONE);
    }
    for (tick, access) in w.step.accesses.iter().take(used.into()).enumerate() {
        out.add(cell(access.address, access.before.into(), access.old), -Fr::ONE);
        out.add(cell(access.address, u64::from(ts) + tick as u64, access.new), Fr::ONE);
    }
    out
}

/// Calls `each` with the steps of random runs, their form and the frame pointer behind them.
fn steps(seeds: core::ops::Range<u64>, mut each: impl FnMut(Form, &Witness, u32)) {
    for seed in seeds {
        let (program, trace) = random(seed);
        let ends = [trace.last.1].into_iter();
        let frames = trace.steps.iter().skip(1).map(|step| step.fp).chain(ends);
        for (step, next_fp) in trace.steps.iter().zip(frames) {
            let w = Witness::of(&program, step);
            // Operands of 32 bits, which these programs take from wide slots too, and a width for rows of bits:
            // modules are typed, and their translation marks no such width.
            let narrow = matches!(step.kind, Kind::BranchTable | Kind::CallIndirect);
            let widths_of_bits = step.kind == Kind::Bits && w.flag(zera_proof_rows::row::WIDE);
            if narrow && step.accesses[0].old >> 32 != 0 || widths_of_bits {
                continue;
            }
            each(Form::of(&w.row, step).unwrap(), &w, next_fp);
        }
    }
}

fn rigs() -> Vec<Rig> {
    ALL.into_iter().map(|form| Rig::new(form.gadget())).collect()
}

#[test]
fn steps_of_random_runs_are_rows() {
    let rigs = rigs();
    let mut counts = [0_usize; COUNT];
    steps(0..1_500, |form, w, next_fp| {
        counts[form as usize] += 1;
        if counts[form as usize] > 3_000 {
            return;
        }
        let cs = rigs[form as usize].fill(w, &[]);
        assert_eq!(cs.fault, None, "{form:?} {w:?}");
        let mut left = Balance::default();
        for event in cs.events() {
            match (in_table(&event), event.tuple.tag) {
                (Some(found), _) => assert!(found, "{form:?} {event:?} {w:?}"),
                (None, bus::STATE | bus::MEMORY | bus::PROGRAM) => left.add(event.tuple, event.count),
                (None, tag) => assert!([bus::LOG, bus::GROW].contains(&tag), "{form:?} {event:?}"),
            }
        }
        assert_eq!(left, expected(w, next_fp), "{form:?} {w:?}");
    });
    std::println!("{:?}", ALL.iter().zip(counts).collect::<Vec<_>>());
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
}

#[test]
fn no_wire_of_a_run_is_free() {
    let rigs = rigs();
    let (mut counts, mut seen) = ([0_usize; COUNT], [0_usize; COUNT]);
    let mut scan = Scan::default();
    steps(0..1_500, |form, w, _| {
        seen[form as usize] += 1;
        // Early ones, then fewer and fewer.
        if counts[form as usize] >= 12 || !seen[form as usize].is_power_of_two() {
            return;
        }
        counts[form as usize] += 1;
        // How many cells a growth makes is the end segment's to say, by what it takes from the bus.
        let grown = form == Form::Grow && w.step.turn == Turn::Plain;
        scan.row(&rigs[form as usize], w, |verdict| grown && verdict == Verdict::Forged);
    });
    std::println!("{} changes of one wire; {} reviewed", scan.tried, scan.free);
}

#[test]
fn padding_of_every_form_is_nothing() {
    for (form, rig) in ALL.into_iter().zip(rigs()) {
        let cs = rig.fill(&Witness::default(), &[]);
        assert_eq!((cs.fault, cs.gas_sum()), (None, Fr::ZERO), "{form:?}");
        let rest: Vec<Event> = cs.events().filter(|event| event.tuple.tag != bus::BYTE).collect();
        assert!(rest.iter().all(|event| event.count == Fr::ZERO), "{form:?}");
        let small: Vec<Fr> = (0..256_u64).map(Fr::from).collect();
        let large = cs.committed().iter().filter(|value| !small.contains(value)).count();
        assert_eq!(large, 0, "{form:?}: padding costs nothing to commit to");
    }
}
