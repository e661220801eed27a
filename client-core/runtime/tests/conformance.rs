//! Formats of what the runtime keeps in the state, on file.

use zera_primitives::{AccountId, Hash, Height, ModuleId, Network, ProposalId, Slot, conformance::line};
use zera_runtime::{
    Chain,
    proofs::{Kept, KeptCall, ProofState, Provability, Requester},
};

#[test]
fn formats_are_those_on_file() {
    let (height, slot) = (Height(1), Slot(2));
    let requesters = [
        Requester::Account(AccountId([3; 32])),
        Requester::Module(ModuleId([4; 32])),
        Requester::Proposal(ProposalId(5)),
    ];
    let requested = requesters.map(|by| ProofState::Requested { by, height, slot });
    let verified = ProofState::Verified { statement: Hash([6; 32]), transaction: Hash([7; 32]), height, slot };
    let states = [&[ProofState::Nothing, verified][..], &requested].concat();
    let calls = states.iter().map(|proof| KeptCall { execution: Hash([8; 32]), proof: proof.clone() }).collect();
    let provable =
        Provability { translator: 1, table: Ok(Hash([9; 32])), unprovable: vec![("export".into(), "a reason".into())] };
    let outside = Provability { translator: 1, table: Err("a reason".into()), unprovable: Vec::new() };
    zera_primitives::check_conformance!(&[
        line("Requester", &requesters),
        line("ProofState", &states),
        line("Kept", &[Kept { height, slot, until: Slot(3), calls }]),
        line("Provability", &[provable, outside]),
        line("Chain", &[Chain { genesis: Hash([1; 32]), network: Network::Main }]),
    ]);
}
