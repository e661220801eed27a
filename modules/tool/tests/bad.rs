//! Every bad module is refused, or fails in just the way that its text says, and changes nothing.

mod common;

use common::{By, World, bytes, names};
use zera_primitives::Outcome;
use zera_registry::CodeInfo;

const MODULE: [u8; 32] = [100; 32];
const ANN: By = By::Account([1; 32]);

#[test]
fn the_profile_refuses_and_names_the_fault() {
    for (name, words) in [
        ("float", "f64"),
        ("no-memory-maximum", "--max-memory"),
        ("unknown-import", "read_wall_clock"),
        ("memory-declared", "memory"),
    ] {
        let error = CodeInfo::read(&bytes(&format!("bad/{name}"))).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

#[test]
fn what_is_not_refused_is_accepted_with_its_manifest() {
    let refused = ["float", "no-memory-maximum", "unknown-import", "memory-declared"];
    for name in names("bad").iter().filter(|name| !refused.contains(&name.as_str())) {
        let info = CodeInfo::read(&bytes(&format!("bad/{name}"))).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(info.manifest().unwrap().is_some(), "{name} has no manifest");
    }
}

#[test]
fn calls_end_as_they_must() {
    for (name, entry, args, outcome) in [
        ("infinite-loop", "spin", 8, Outcome::OutOfGas),
        ("memory-bomb", "explode", 4, Outcome::OutOfGas),
        ("deep-recursion", "down", 8, Outcome::StackLimit),
        ("start-trap", "answer", 4, Outcome::Trap),
    ] {
        let mut world = World::default();
        world.install(MODULE, &format!("bad/{name}"));
        let done = world.execute(ANN, 0, MODULE, entry, &vec![0; args], None);
        assert_eq!(done.outcome, outcome, "{name}: {:?}", done.diagnostic);
        assert!(done.gas_used <= common::GAS, "{name}");
    }
}

#[test]
fn bad_upgrades_leave_the_old_version_as_it_was() {
    for (name, health, words) in [
        ("migration-trap", false, "Trap"),
        ("migration-out-of-gas", false, "OutOfGas"),
        ("unhealthy", true, "unhealthy"),
    ] {
        let mut world = World::default();
        world.install(MODULE, "bad/base");
        assert_eq!(world.execute(ANN, 0, MODULE, "put", &7u64.to_le_bytes(), None).outcome, Outcome::Ok);
        let error = world.upgrade(MODULE, &format!("bad/{name}"), health).unwrap_err();
        assert!(error.starts_with(words), "{name}: {error}");
        assert_eq!(world.execute(ANN, 0, MODULE, "value", &[0; 4], None).result, 7u64.to_le_bytes(), "{name}");
    }
}
