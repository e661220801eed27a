//! How long verification takes, with the classes of the pinned keys: `ZERA_LONG=1 cargo test -p zera-proof-verify --test
//! figures -- --nocapture`. Without it each is done once, to see that it can be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use common::{Trapdoor, log, program, statement};
use std::{env, hint::black_box, time::Instant};
use zera_proof_rows::{Program, Row};
use zera_proof_verify::{
    ClassKind, Keys, Prepared, ProofFile, bus, keys::PINNED, program_digest, rules, transcript, verify_batch,
    verify_program,
};

/// Best of several, in milliseconds times 1,000.
fn best(mut work: impl FnMut()) -> u128 {
    let rounds = if env::var_os("ZERA_LONG").is_some() { 15 } else { 1 };
    (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_micros()
        })
        .min()
        .unwrap()
}

fn rows(count: u32) -> Program {
    let mut program = program();
    let last = *program.rows.last().unwrap();
    let more = (9..count).map(|pc| Row { pc, imm: u64::from(pc) * 77, target: pc + 1, ..last });
    program.rows.extend(more);
    Program { counters: count, ..program }
}

#[test]
fn verification_takes() {
    let infos: Vec<_> = Keys::from_bytes(PINNED).unwrap().classes.into_iter().map(|class| class.info).collect();
    let first = |kind| infos.iter().find(|info| info.kind == kind).unwrap().clone();
    let (exec, end) = (first(ClassKind::Exec), first(ClassKind::End));
    println!("end class {}: {} rows, {} registers", end.id, end.rows, end.registers);
    let trapdoor = Trapdoor::of(infos.clone(), 5);
    let keys = trapdoor.prepared();
    println!("keys prepared: {} µs", best(|| drop(black_box(Prepared::new(trapdoor.keys()).unwrap()))));
    let program = rows(end.rows / 2);
    let file = |segments: usize, seed: u64| {
        let log = log();
        let mut file = ProofFile { statement: statement(&log), log, segments: Vec::new(), module: None };
        trapdoor.prove(&mut file, &program, &vec![exec.id; segments], seed);
        file
    };
    for segments in [1, 4, 16] {
        let file = file(segments, 1);
        let verify = || verify_program(&file.statement, &file.log, &file.segments, &program, &keys).unwrap();
        let time = best(|| drop(black_box(verify())));
        println!("{} segments, {} rows, {} bytes: {time} µs", segments + 1, program.rows.len(), file.to_bytes().len());
    }
    let files: Vec<_> = (0..16).map(|seed| file(1, seed)).collect();
    let pairs: Vec<_> = files.iter().map(|file| (file, &program)).collect();
    let time = best(|| drop(black_box(verify_batch(&pairs, &keys).unwrap())));
    println!("16 proofs of 2 segments in one batch: {} µs each", time / 16);
    let one = &files[0];
    let checked = rules::check(&one.statement, &one.log, &program).unwrap();
    let challenge = transcript::challenge(
        &one.statement,
        &one.log,
        &program_digest(&program),
        &transcript::commitments(&one.segments),
    );
    let public = bus::Public {
        program: &program,
        args: &checked.args,
        stack_limit: 1_000,
        log: &checked.log,
        rows: end.rows,
        registers: end.registers,
    };
    println!("public sum: {} µs", best(|| assert!(black_box(bus::public_sum(&public, &challenge)).is_ok())));
}
