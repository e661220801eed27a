//! Formats that pipelines send to their node, on file.

use zera_primitives::{Hash, Height, ModuleId, Outcome, conformance::line};
use zera_vm::{
    AccessKind, HostCallResult, HostStop, StorageAccess, TraceRecord,
    tiered::{Counts, Disagreement, EngineStats, Report, Tier, What},
};

#[test]
fn formats_are_those_on_file() {
    let whats = [What::Outcome, What::Result, What::Gas, What::HostCalls, What::State];
    let tiers = [Tier::Reference, Tier::Fast, Tier::Refused("no".into()), Tier::Disagreed("gas".into())];
    let counts = Counts { calls_fast: 1, calls_reference: 2, gas_fast: 3, gas_reference: 4, checked: 5, agreed: 6 };
    let found = Disagreement {
        height: Height(7),
        module: ModuleId([8; 32]),
        code: Hash([9; 32]),
        entry: "go".into(),
        what: What::Gas,
        fast: "11".into(),
        reference: "10".into(),
    };
    let codes = tiers.clone().map(|tier| EngineStats { code: Hash([1; 32]), tier, counts }).to_vec();
    let record = TraceRecord {
        code_hash: Hash([1; 32]),
        entry: "go".into(),
        args: vec![2, 3],
        result: vec![4],
        gas_limit: 5,
        stack_limit: 6,
        host_calls: vec![HostCallResult { function: 7, returned: 8, written: vec![9], gas: 10 }],
        stop: Some(HostStop { function: 11, gas: 12 }),
        storage: vec![StorageAccess { kind: AccessKind::OldNext, key: vec![13], value: Some(vec![14]) }],
        host_digest: Hash([15; 32]),
        storage_digest: Hash([16; 32]),
        complete: true,
        gas_used: 17,
        outcome: Outcome::HostRefused,
    };
    zera_primitives::check_conformance!(&[
        line("TraceRecord", &[record]),
        line("What", &whats),
        line("Tier", &tiers),
        line("Counts", &[counts]),
        line("Disagreement", std::slice::from_ref(&found)),
        line("Report", &[Report::default(), Report { codes, disagreements: vec![found] }]),
    ]);
}
