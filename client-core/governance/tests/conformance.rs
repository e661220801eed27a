//! The encoding of everything governance stores, pinned: a change of format is its own reviewed line in
//! `conformance.txt`, which holds one `type hash` line for a sample of each type that sets every field.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use codec::{Decode, Encode};
use common::{account, upgrade};
use zera_governance::{
    curve::{Curve, Span, Timeline},
    records::{
        Allocation, BaseChange, Delegation, DelegationEnd, Delegator, Deposit, GovEvent, Lock, Mandate, Member,
        ParamEpoch, Progress, Proposal, Queue, Sides, StakeChange, Transition, Unstaking, Waiter,
    },
    standing::Standing,
};
use zera_primitives::{Amount, Class, Hash, Height, Params, Payload, ProposalId, ProposalState, Side, Slot};

const FILE: &str = include_str!("conformance.txt");

fn line<T: Encode + Decode + PartialEq>(name: &str, samples: &[T]) -> String {
    for sample in samples {
        assert!(T::decode(&mut sample.encode().as_slice()).unwrap() == *sample, "{name} comes back as it was");
    }
    format!("{name} {}\n", zera_primitives::hash::to_hex(&Hash::of_encoded("zera/conformance/v1", &samples).0))
}

#[test]
fn encodings_are_pinned() {
    let curve = Curve { y: Amount(1), x: Amount(2), since: Slot(3) };
    let other = Curve { y: Amount(4), x: Amount(5), since: Slot(6) };
    let (id, height, slot, class) = (ProposalId(7), Height(8), Slot(9), Class::Major);
    let state = ProposalState::Approved { held: 10, at: Slot(11), since: Slot(12) };
    let mandate = Mandate { class, to: account(3) };
    let direct = Allocation { proposal: id, side: Side::Against, curve, by: None };
    let allocation = Allocation { by: Some(mandate), ..direct };
    let payload: Payload = upgrade();
    let proposal = Proposal {
        id,
        author: account(1),
        title: "Title".into(),
        payload_hash: payload.hash(),
        payload,
        class,
        deposit: Amount(13),
        height,
        slot,
        expires: Slot(14),
    };
    let progress = Progress {
        state,
        class,
        filed: Class::Minor,
        raised: Some(Slot(30)),
        author: account(1),
        deposit: Amount(13),
        submitted: slot,
        expires: Slot(14),
        deposit_saved: true,
        transitions: 15,
        due: Height(16),
    };
    let change = StakeChange {
        account: account(2),
        by: Some(account(3)),
        side: Side::For,
        before: Amount(17),
        after: Amount(18),
        side_after: curve,
        height,
    };
    let events = [
        GovEvent::Moved { proposal: id, from: ProposalState::Accruing, to: state },
        GovEvent::Closed { proposal: id, state, deposit: Deposit::Returned(Amount(13)) },
        GovEvent::Closed { proposal: id, state, deposit: Deposit::Burnt(Amount(13)) },
        GovEvent::Unstaked { account: account(2), amount: Amount(19) },
        GovEvent::ParamsChanged { epoch: 20 },
        GovEvent::Raised { proposal: id, from: Class::Minor, to: class },
        GovEvent::Delegated { account: account(2), mandate, amount: Amount(31) },
        GovEvent::DelegationEnded { account: account(2), mandate, why: DelegationEnd::ClawedBack },
        GovEvent::DelegationEnded { account: account(2), mandate, why: DelegationEnd::Resigned },
        GovEvent::DelegationEnded { account: account(2), mandate, why: DelegationEnd::Displaced },
    ];
    let delegation = Delegation { mandate, amount: Amount(31) };
    let member = Member {
        allocations: vec![allocation],
        delegations: vec![delegation],
        own_voice: vec![id],
        unstaking: vec![Unstaking { amount: Amount(28), free_at: Slot(29) }],
        live_proposals: 22,
    };
    let tally = Standing {
        y_for: Amount(32),
        y_against: Amount(33),
        x_for: Amount(34),
        x_against: Amount(35),
        base: Amount(36),
    };
    let unstaking = Unstaking { amount: Amount(28), free_at: Slot(29) };
    let found = [
        line("Allocation", &[allocation, direct]),
        line("BaseChange", &[BaseChange { curve, supply: Amount(21), height }]),
        line("Curve", &[curve, other]),
        line("Delegation", &[delegation]),
        line("Delegator", &[Delegator { account: account(2), amount: Amount(31) }]),
        line("GovEvent", &events),
        line("Lock", &[Lock { height, slot, class, tally, rehearsal: Hash::of(b"rehearsal") }]),
        line("Mandate", &[mandate]),
        line("Member", &[member]),
        line("ParamEpoch", &[ParamEpoch { index: 23, slot, height, params: Params::network() }]),
        line("Progress", &[progress]),
        line("Proposal", &[proposal]),
        line("Queue", &[Queue { head: 24, tail: 25 }]),
        line("Sides", &[Sides { side_for: curve, side_against: other, others: true, changes: 26 }]),
        line("Standing", &[tally]),
        line("StakeChange", &[change]),
        line("Timeline", &[Timeline(vec![Span { start: slot, alpha: 27 }])]),
        line("Transition", &[Transition { state, height, slot }]),
        line("Unstaking", &[unstaking]),
        line("Waiter", &[Waiter { account: account(2), free_at: Slot(29) }]),
    ]
    .concat();
    if std::env::var_os("ZERA_BLESS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance.txt"), &found).unwrap();
        return;
    }
    assert!(found == FILE, "encodings changed; if that is meant, bless them with ZERA_BLESS=1:\n{found}");
}
