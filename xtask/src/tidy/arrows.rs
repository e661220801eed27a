//! Which crate may depend on which (docs/architecture.md): arrows point one way, and some crates have one home.

use super::Finding;
use crate::Result;
use serde_json::Value;

/// Every crate of the workspace, where it lives, and the crates of ours that it may name.
struct Room {
    name: &'static str,
    may_use: &'static [&'static str],
    consensus: bool,
}

const PRIMITIVES: &str = "zera-primitives";
const STATE: &str = "zera-state";
const VM: &str = "zera-vm";
const INSPECT: &str = "zera-inspect";
const REGISTRY: &str = "zera-registry";
const CONVICTION: &str = "zera-conviction";
const GOVERNANCE: &str = "zera-governance";
const ROWS: &str = "zera-proof-rows";
const VERIFY: &str = "zera-proof-verify";
const MSM: &str = "zera-msm";
const PROOF: &str = "zera-proof";
const RUNTIME: &str = "zera-runtime";
const ZIP: &str = "zera-zip";
const LIGHT: &str = "zera-light";
const WIRE: &str = "zera-wire";
const CLIENT: &str = "zera-client";
const ENGINE: &str = "zera-browser-engine";
const WORKER: &str = "zera-worker";
const PROTOCOL: &str = "zera-worker-protocol";
const PIPELINES: &str = "zera-pipelines";
const SIMPLEX: &str = "zera-consensus";
const NODE: &str = "zera-node";
const LIAR: &str = "zera-liar";
const DEVNET: &str = "zera-devnet";
const VERIFIER: &str = "zera-verifier";
const PROVER: &str = "zera-prover-worker";

const ROOMS: &[Room] = &[
    Room { name: PRIMITIVES, may_use: &[], consensus: true },
    Room { name: STATE, may_use: &[PRIMITIVES], consensus: true },
    Room { name: VM, may_use: &[PRIMITIVES], consensus: true },
    Room { name: INSPECT, may_use: &[PRIMITIVES, VM], consensus: true },
    Room { name: REGISTRY, may_use: &[PRIMITIVES, STATE, VM], consensus: true },
    Room { name: CONVICTION, may_use: &[PRIMITIVES], consensus: true },
    Room { name: GOVERNANCE, may_use: &[PRIMITIVES, STATE, VM, CONVICTION], consensus: true },
    Room { name: ROWS, may_use: &[PRIMITIVES, VM], consensus: true },
    Room { name: VERIFY, may_use: &[PRIMITIVES, VM, ROWS], consensus: true },
    Room { name: MSM, may_use: &[], consensus: true },
    Room { name: PROOF, may_use: &[PRIMITIVES, VM, ROWS, VERIFY, MSM], consensus: true },
    Room { name: RUNTIME, may_use: &[PRIMITIVES, STATE, VM, ROWS, VERIFY, REGISTRY, GOVERNANCE], consensus: true },
    Room { name: ZIP, may_use: &[PRIMITIVES, STATE, VM, REGISTRY, GOVERNANCE, RUNTIME], consensus: true },
    // What a tab and a peer say to each other.
    Room { name: WIRE, may_use: &[PRIMITIVES, STATE], consensus: true },
    Room { name: LIGHT, may_use: &[PRIMITIVES, STATE, WIRE], consensus: true },
    Room {
        name: CLIENT,
        may_use: &[PRIMITIVES, STATE, VM, INSPECT, ROWS, VERIFY, REGISTRY, GOVERNANCE, RUNTIME, ZIP, LIGHT],
        consensus: true,
    },
    // Runs scenario files natively and in a browser; ships nowhere.
    Room { name: "zera-scenarios", may_use: &[CLIENT], consensus: false },
    // Native threads behind ZIP's pipelines.
    Room { name: PIPELINES, may_use: &[PRIMITIVES, RUNTIME, ZIP], consensus: false },
    // The consensus engine and everything that it stands on: the only room that names them.
    Room { name: SIMPLEX, may_use: &[PRIMITIVES, LIGHT], consensus: false },
    // The native peer.
    Room {
        name: NODE,
        may_use: &[PRIMITIVES, STATE, REGISTRY, GOVERNANCE, RUNTIME, ZIP, LIGHT, WIRE, CLIENT, PIPELINES, SIMPLEX],
        consensus: false,
    },
    // A peer that lies, and a network with weather: for tests and developers; they ship nowhere.
    Room { name: LIAR, may_use: &[PRIMITIVES, LIGHT, WIRE], consensus: false },
    Room { name: DEVNET, may_use: &[PRIMITIVES, STATE, WIRE], consensus: false },
    // Proves and verifies natively, without a chain.
    Room { name: "zera-prove", may_use: &[PRIMITIVES, VM, ROWS, VERIFY, PROOF], consensus: false },
    Room { name: PROTOCOL, may_use: &[PRIMITIVES], consensus: false },
    Room { name: ENGINE, may_use: &[PRIMITIVES, VM], consensus: false },
    // What a proof says, for pages; alone the wasm of the page that verifies.
    Room { name: VERIFIER, may_use: &[PRIMITIVES, VM, ROWS, VERIFY, PROTOCOL], consensus: false },
    // The wasm that proves, and what the node says to it; fetched only when somebody proves.
    Room { name: PROVER, may_use: &[PRIMITIVES, VM, ROWS, VERIFY, MSM, PROOF], consensus: false },
    Room {
        name: WORKER,
        may_use: &[
            PRIMITIVES, STATE, VM, INSPECT, ROWS, VERIFY, REGISTRY, GOVERNANCE, RUNTIME, ZIP, WIRE, LIGHT, CLIENT,
            PROTOCOL, ENGINE, VERIFIER, PROVER,
        ],
        consensus: false,
    },
    // Trials of the browser's engine against the reference, in a browser; ships nowhere.
    Room {
        name: "zera-trials",
        may_use: &[PRIMITIVES, VM, CLIENT, ENGINE, "zera-scenarios", PROTOCOL, WORKER],
        consensus: false,
    },
    // Suites that run in a tab; fetched only by the page that measures.
    Room {
        name: "zera-bench",
        may_use: &[PRIMITIVES, STATE, VM, ROWS, VERIFY, MSM, PROOF, LIGHT, CLIENT, PROTOCOL, ENGINE, PROVER, WORKER],
        consensus: false,
    },
    Room { name: "zera-web", may_use: &[PRIMITIVES, PROTOCOL], consensus: false },
    Room { name: "xtask", may_use: &[], consensus: false },
];

/// Libraries with one home: a name or, with a final `*`, a prefix.
const HOMES: &[(&str, &[&str])] = &[
    ("wasmi", &[VM]),
    ("commonware-cryptography", &[LIGHT, SIMPLEX, LIAR]),
    ("commonware-codec", &[LIGHT, SIMPLEX, LIAR]),
    ("commonware-utils", &[LIGHT, SIMPLEX, LIAR]),
    ("commonware-parallel", &[LIGHT, SIMPLEX]),
    ("commonware-*", &[SIMPLEX]),
    ("axum", &[NODE]),
    ("redb", &[NODE]),
    ("tokio", &[NODE, SIMPLEX, LIAR, DEVNET]),
    ("tokio-*", &[NODE, LIAR, DEVNET]),
    ("ark-*", &[PROOF, VERIFY, MSM]),
    ("idb", &[WORKER]),
];

/// The outside world, which no crate under client-core/ may depend on.
const WORLD: &[&str] = &[
    "web-sys",
    "js-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "gloo",
    "gloo-*",
    "leptos",
    "leptos_*",
    "getrandom",
    "rand",
    "tokio",
    "async-std",
    "rayon",
    "crossbeam*",
    "instant",
    "web-time",
    "chrono",
    "time",
];

/// Looks at every crate's own dependencies; those of tests and benches are exempt.
///
/// # Errors
/// When cargo's answer is not what it documents.
pub fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let members = metadata["workspace_members"].as_array().ok_or("cargo metadata: no workspace_members")?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata: no packages")?;
    let ours: Vec<&Value> = packages.iter().filter(|package| members.contains(&package["id"])).collect();
    let names: Vec<&str> = ours.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut findings = Vec::new();
    for package in &ours {
        let name = package["name"].as_str().unwrap_or_default();
        let place = format!("Cargo.toml of {name}");
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            findings.push(Finding::new(
                place,
                0,
                "is a new crate; give it a place in xtask/src/tidy/arrows.rs and docs/architecture.md",
            ));
            continue;
        };
        if package["license"].as_str() != Some("Apache-2.0 OR MIT") {
            findings.push(Finding::new(
                &place,
                0,
                "has another licence than Apache-2.0 OR MIT; write license.workspace = true",
            ));
        }
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let shipped = dependencies.filter(|dependency| dependency["kind"].is_null());
        for dependency in shipped.filter_map(|dependency| dependency["name"].as_str()) {
            findings.extend(complaint(room, dependency, &names).map(|says| Finding::new(&place, 0, says)));
        }
    }
    Ok(findings)
}

/// What is wrong with this dependency, if anything.
fn complaint(room: &Room, dependency: &str, ours: &[&str]) -> Option<String> {
    if ours.contains(&dependency) && !room.may_use.contains(&dependency) {
        return Some(format!("`{dependency}` is an arrow the wrong way; it may use {:?}", room.may_use));
    }
    let home = HOMES.iter().find(|(library, _)| matches(library, dependency));
    if let Some((_, homes)) = home.filter(|(_, homes)| !homes.contains(&room.name)) {
        return Some(format!("`{dependency}` has its home in {homes:?} (invariant 5); go through that crate"));
    }
    if room.consensus && WORLD.iter().any(|library| matches(library, dependency)) {
        return Some(format!(
            "`{dependency}` brings the world into client-core (invariant 1); take it as an argument or a trait"
        ));
    }
    None
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::{ROOMS, complaint};

    #[test]
    fn arrows_point_one_way() {
        let ours: Vec<&str> = ROOMS.iter().map(|room| room.name).collect();
        let room = |name: &str| ROOMS.iter().find(|room| room.name == name).unwrap();
        assert_eq!(complaint(room("zera-state"), "zera-primitives", &ours), None);
        assert!(complaint(room("zera-primitives"), "zera-state", &ours).is_some());
        assert!(complaint(room("zera-web"), "zera-client", &ours).is_some());
        assert!(complaint(room("zera-runtime"), "wasmi", &ours).is_some());
        assert_eq!(complaint(room("zera-vm"), "wasmi", &ours), None);
        assert!(complaint(room("zera-zip"), "gloo-timers", &ours).is_some());
        assert_eq!(complaint(room("zera-worker"), "gloo", &ours), None);
        assert!(complaint(room("zera-wire"), "tokio", &ours).is_some());
        assert!(complaint(room("zera-node"), "commonware-consensus", &ours).is_some(), "through zera-consensus");
        assert_eq!(complaint(room("zera-consensus"), "commonware-consensus", &ours), None);
        assert!(complaint(room("zera-worker"), "axum", &ours).is_some());
    }

    #[test]
    fn the_table_itself_has_no_cycle() {
        // Each room may use only rooms above it in the table.
        for (index, room) in ROOMS.iter().enumerate() {
            for used in room.may_use {
                assert!(ROOMS[..index].iter().any(|above| above.name == *used), "{} uses {used}", room.name);
            }
        }
    }
}
