//! The programs of the sample modules: how large they are (printed), that they are the same every time, and what is said
//! about modules that cannot be proven.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::story::{prebuilt, samples};
use zera_proof_rows::{Kind, Module, Program, translate};

/// Every row stands at its counter, and every jump goes to a row.
fn well_formed(program: &Program) {
    let counters = program.counters as usize;
    for (index, row) in program.rows.iter().enumerate() {
        let auxiliary = matches!(row.kind, Kind::Case | Kind::Element);
        assert_eq!(auxiliary, index >= counters);
        assert!(auxiliary || row.pc as usize == index, "{row:?}");
        if matches!(row.kind, Kind::Jump | Kind::BranchIf | Kind::Call | Kind::Case | Kind::Element) {
            assert!((row.target as usize) < counters && row.target != 0, "{row:?}");
        }
    }
    assert!(program.data.iter().is_sorted_by(|a, b| a.0 < b.0) && program.data.iter().all(|(_, value)| *value != 0));
}

#[test]
fn every_sample_can_be_proven() {
    println!("{:<18}{:<44}{:>7}{:>6}{:>6}{:>7}", "module", "export", "rows", "aux", "data", "pages");
    for name in samples().into_iter().filter(|name| !name.starts_with("bad/")) {
        let module = translate(&prebuilt(&name)).expect("a sample translates");
        for (export, verdict) in module.exports() {
            let Ok(program) = module.program(&export) else {
                println!("{name:<18}{export:<44}  {}", verdict.expect_err("the same verdict"));
                continue;
            };
            verdict.expect("the same verdict");
            well_formed(&program);
            let (rows, aux) = (program.counters, program.rows.len() - program.counters as usize);
            println!("{name:<18}{export:<44}{rows:>7}{aux:>6}{:>6}{:>7}", program.data.len(), program.pages);
        }
    }
}

#[test]
fn the_same_bytes_give_the_same_rows() {
    for name in samples().into_iter().filter(|name| !name.starts_with("bad/")) {
        let code = prebuilt(&name);
        let (first, second): (Module, Module) = (translate(&code).expect(&name), translate(&code).expect(&name));
        assert_eq!(first, second);
        assert_eq!(first.digest(), second.digest());
    }
}
