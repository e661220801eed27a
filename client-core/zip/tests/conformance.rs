//! What goes to pipelines and comes back, pinned.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use zera_primitives::{
    AccountId, Amount, Gas, Hash, Height, Network, Outcome, Params, Receipt, Signature, SignedTransaction, Slot,
    StateKey, Transaction, conformance::line, tx::AccessHint, tx::Call,
};
use zera_runtime::{BlockCtx, Chain, Diagnostic, Executed};
use zera_state::{MemoryState, StateAccess as _};
use zera_zip::{Answer, Attempt, Cluster, ClusterDone, Engines, JobDone, JobError, Stage, Tried, Work};

fn signed() -> SignedTransaction {
    let transaction = Transaction {
        sender: AccountId([1; 32]),
        nonce: 7,
        expiry: Slot(9),
        gas_limit: Gas(50_000),
        fee_limit: Amount::zra(1),
        calls: vec![Call::Transfer { to: AccountId([2; 32]), amount: Amount::zra(3) }],
        hint: AccessHint {
            reads: vec![StateKey::system("a"), StateKey([&[2, 0][..], &[8; 32]].concat())],
            writes: vec![StateKey::system("b")],
        },
    };
    SignedTransaction { transaction, signature: Signature([5; 64]) }
}

fn executed(signed: &SignedTransaction) -> Executed {
    Executed {
        receipt: Receipt {
            transaction: signed.hash(),
            outcome: Outcome::Ok,
            failed_call: None,
            gas: Gas(2_000),
            fee: Amount(2_100),
            attempts: 1,
            calls: Vec::new(),
            events: Vec::new(),
        },
        diagnostics: vec![Diagnostic { result: vec![1], cause: None }],
        deltas: zera_state::Deltas::default(),
        base: zera_governance::BaseDelta(-3),
        traces: Vec::new(),
        modules: Vec::new(),
        proposals: Vec::new(),
    }
}

#[test]
fn formats_are_those_on_file() {
    let ctx = BlockCtx {
        chain: Chain { genesis: Hash([1; 32]), network: Network::Main },
        height: Height(3),
        slot: Slot(4),
        supply: Amount::zra(1_000),
        params: Params::demo(),
    };
    let transactions = [signed()];
    let stage = Stage { clusters: vec![Cluster { transactions: vec![0] }] };
    let mut state = MemoryState::default();
    state.put(StateKey::system("a"), vec![1, 2]);
    state.put(transactions[0].transaction.hint.reads[1].clone(), vec![0; 9]);
    let work = Work { ctx: &ctx, transactions: &transactions, stage: &stage, number: 0, base: &state };
    let jobs = [false, true].map(|holds| work.job(&[0], &|_| holds).unwrap().unwrap());
    let tried = [
        Attempt::Done(Box::new(executed(&transactions[0]))),
        Attempt::Moved { spent: Some(Gas(5)) },
        Attempt::Moved { spent: None },
    ];
    let engines = Engines { fast: true, reference: false };
    let tried =
        tried.into_iter().zip(0..).map(|(attempt, index)| Tried { index, attempt, span: (1, 2), engines }).collect();
    let changes = [(StateKey::system("b"), Some(vec![1])), (StateKey::system("c"), None)].into_iter().collect();
    let done = JobDone { clusters: vec![ClusterDone { tried, changes, pipeline: 0 }] };
    let answers: [Answer; 3] =
        [Ok(done), Err(JobError::Codes(vec![Hash([8; 32])])), Err(JobError::Fault("cause".into()))];
    zera_primitives::check_conformance!(&[line("Job", &jobs), line("Answer", &answers)]);
}
