//! Formats that pipelines send to their node, on file.

use zera_primitives::{Hash, Height, ModuleId, conformance::line};
use zera_vm::tiered::{Counts, Disagreement, EngineStats, Report, Tier, What};

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
    zera_primitives::check_conformance!(&[
        line("What", &whats),
        line("Tier", &tiers),
        line("Counts", &[counts]),
        line("Disagreement", std::slice::from_ref(&found)),
        line("Report", &[Report::default(), Report { codes, disagreements: vec![found] }]),
    ]);
}
