//! The vectors of the light verifier: made here from a seed (`ZERA_BLESS=1` writes them), and run as a browser runs them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod vectors;

use std::{fs, path::PathBuf};
use zera_scenarios::light::differences;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors").join(name)
}

#[test]
fn the_vectors_are_those_on_file_and_hold() {
    let made = vectors::file();
    if std::env::var_os("ZERA_BLESS").is_some() {
        fs::write(file("light.json"), &made).unwrap();
    }
    assert!(fs::read_to_string(file("light.json")).unwrap() == made, "other vectors than on file");
    let found = differences(&made).unwrap();
    assert!(found.differ.is_empty(), "{found}");
    assert!(found.steps > 50, "{found}");
}

/// Certificates that the engine itself made, of validators that change from epoch to epoch: see
/// `node/consensus/tests/simulation/vectors.rs`.
#[test]
fn what_the_engine_certifies_is_accepted() {
    let found = differences(&fs::read_to_string(file("light-engine.json")).unwrap()).unwrap();
    assert!(found.differ.is_empty(), "{found}");
    assert!(found.steps > 50, "{found}");
}

#[test]
fn a_vector_that_does_not_hold_is_noticed() {
    let bent = vectors::file().replace("TooFew { have: 2, need: 3 }", "TooFew { have: 1, need: 3 }");
    let found = differences(&bent).unwrap();
    assert!(!found.differ.is_empty() && found.differ.len() < found.steps, "{found}");
}
