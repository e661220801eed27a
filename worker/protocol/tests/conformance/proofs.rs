//! Samples of executions, proofs and verdicts.

use zera_primitives::{AccountId, Event as ChainEvent, Gas, Hash, Height, ModuleId, Outcome, ProposalId, Slot};
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, command::FaultPoint, views::*};

const HASH: Hash = Hash([3; 32]);
const CALL: CallId = CallId { transaction: Hash([1; 32]), call: 2 };
const HIDE: Hide = Hide { args: true, result: false, events: true };

fn at() -> (Height, Slot) {
    (Height(1), Slot(2))
}

/// What a page asks.
pub fn commands() -> Vec<Command> {
    let filter = ExecutionFilter {
        module: Some(ModuleId([1; 32])),
        transaction: Some(HASH),
        provable: true,
        asked: false,
        proven: true,
    };
    let (entry, args) = ("entry".to_owned(), LocalArgs::Numbers(vec!["-1".into()]));
    vec![
        Command::Executions { filter, before: Some(CALL), limit: 1 },
        Command::Execution(CALL),
        Command::SetRecords { on: true, most_bytes: 2 },
        Command::PruneRecords,
        Command::Prove { call: CALL, nonce: HASH },
        Command::ProveLocal {
            code: LocalCode::Module(ModuleId([2; 32])),
            entry: entry.clone(),
            args: LocalArgs::Bytes(vec![3]),
            hide: HIDE,
            nonce: HASH,
        },
        Command::ProveLocal { code: LocalCode::Bytes(vec![4]), entry, args, hide: Hide::default(), nonce: HASH },
        Command::CancelProof { id: 5 },
        Command::Proofs,
        Command::Proof(HASH),
        Command::ProofFile(HASH),
        Command::ForgetProof(HASH),
        Command::VerifyProof { file: vec![6], keep: true },
        Command::VerifyStock { proof: "{}".into(), public: "[]".into(), key: "{ }".into() },
        Command::SubmitProof(HASH),
        Command::RequestProof(CALL),
        Command::AcknowledgeAlarm { proof: HASH, reason: "why".into() },
        Command::Fault(FaultPoint::ProofDisagrees),
    ]
}

fn ledger() -> Vec<OnLedger> {
    let by =
        [AskedBy::Account(AccountId([1; 32])), AskedBy::Module(ModuleId([2; 32])), AskedBy::Proposal(ProposalId(3))];
    let asked = by.map(|by| OnLedger::Requested { by, at: at(), expires: Slot(4) });
    let verified = OnLedger::Verified { statement: HASH, transaction: HASH, at: at() };
    let expired = OnLedger::Expired { by: by[0], asked: at(), at: at() };
    asked.into_iter().chain([OnLedger::Nothing, verified, expired]).collect()
}

fn execution(provable: Provable, local: InThisTab) -> ExecutionView {
    let estimate = EstimateView {
        steps: 1,
        exact: true,
        segments: vec![("S1".into(), 2)],
        fetch_bytes: 3,
        proof_bytes: 4,
        memory_bytes: 5,
        provers: 6,
        millis: Some(7),
    };
    ExecutionView {
        id: CALL,
        at: at(),
        depth: 1,
        module: ModuleId([2; 32]),
        name: "name".into(),
        code: HASH,
        entry: "entry".into(),
        outcome: Outcome::Trap,
        gas: Gas(3),
        record_bytes: Some(4),
        marked: Some("mark".into()),
        provable,
        estimate: Some(estimate),
        ledger: OnLedger::Nothing,
        local,
    }
}

fn detail() -> ExecutionDetail {
    let call = HostCallView {
        function: "storage_read".into(),
        returned: "1".into(),
        written: vec![2],
        written_bytes: 3,
        gas: Gas(4),
    };
    ExecutionDetail {
        execution: execution(Provable::Yes, InThisTab::Recorded),
        args: vec![1],
        result: vec![2],
        gas_limit: Gas(3),
        stack_limit: 4,
        events: vec![ChainEvent { module: None, topic: "topic".into(), data: vec![5] }],
        host_log: HASH,
        storage_log: HASH,
        host_calls: vec![call],
        accesses: vec![AccessView { kind: "read".into(), key: vec![6], value_bytes: Some(7) }],
        counts: (8, 9),
        history: ledger(),
        proofs: vec![HASH],
    }
}

fn task(phase: ProofPhase) -> ProofTask {
    ProofTask {
        id: 1,
        call: Some(CALL),
        code: HASH,
        entry: "entry".into(),
        phase,
        segment: 2,
        of: 3,
        millis_left: Some(4),
        key_bytes: (5, 6),
        memory_bytes: 7,
        millis: 8,
    }
}

fn proof(origin: ProofOrigin) -> ProofView {
    ProofView {
        id: HASH,
        statement: HASH,
        origin,
        code: HASH,
        name: "name".into(),
        entry: "entry".into(),
        outcome: Outcome::Ok,
        result: Some("1,764".into()),
        hidden: HIDE,
        gas: Gas(1),
        segments: 2,
        bytes: 3,
        insecure: true,
        kept_ms: 4,
        millis: Some(5),
        steps: Some(6),
        submitted: Some(HASH),
        alarm: false,
    }
}

fn alarm() -> AlarmView {
    AlarmView {
        proof: HASH,
        call: CALL,
        code: HASH,
        entry: "entry".into(),
        keys: HASH,
        differs: vec![("result".into(), "1,765".into(), "1,764".into())],
        found_ms: 1,
        acknowledged: Some((2, "why".into())),
    }
}

fn verdict(again: RunAgain) -> VerdictView {
    let holds = || Holds::No("why".into());
    VerdictView {
        execution: Holds::Yes,
        execution_rests: vec![GroundView { what: "setup".into(), value: "1".into(), trust: true }],
        state: Holds::Unknown("no receipt".into()),
        state_rests: vec![],
        origin: ProofOrigin::Local,
        name: "name".into(),
        fields: vec![FieldView {
            what: "result".into(),
            words: "1".into(),
            raw: vec![1],
            hidden: false,
            against: "receipt".into(),
            height: Some(Height(2)),
            holds: holds(),
        }],
        statement: HASH,
        hidden: HIDE,
        learns: vec![("bound-on-steps".into(), "3".into())],
        segments: vec![SegmentView {
            class: "S1".into(),
            constraints: 4,
            commitment: vec![5],
            sum: vec![6],
            holds: Holds::NotAsked,
        }],
        keys: KeysView { digest: HASH, insecure: true, contributions: 7, pinned: true },
        again,
        file: HASH,
        bytes: 8,
        micros: 9,
        equation_micros: 10,
    }
}

/// What the worker answers.
pub fn answers() -> Vec<Response> {
    let records = RecordsView { on: true, count: 1, bytes: 2, most_bytes: 3, blocks: 4, oldest: Some(Height(5)) };
    let locals = [
        InThisTab::Recorded,
        InThisTab::Proving(1),
        InThisTab::Proven(HASH),
        InThisTab::Purged,
        InThisTab::Failed("why".into()),
    ];
    let mut executions = locals.map(|local| execution(Provable::Unknown, local)).to_vec();
    executions.push(execution(Provable::No("why".into()), InThisTab::Recorded));
    let phases = [
        ProofPhase::Waiting,
        ProofPhase::Executing,
        ProofPhase::Keys,
        ProofPhase::Tracing,
        ProofPhase::Committing,
        ProofPhase::Proving,
        ProofPhase::Verifying,
    ];
    let proofs = ProofsView {
        tasks: phases.map(task).into(),
        proofs: vec![proof(ProofOrigin::Ledger(CALL)), proof(ProofOrigin::Local)],
        bytes: 1,
        alarms: vec![alarm()],
        provers: 2,
    };
    let again =
        [RunAgain::Agrees(1), RunAgain::Differs(vec![("a".into(), "b".into(), "c".into())]), RunAgain::Not("d".into())];
    let detail_of_proof = ProofDetail {
        proof: proof(ProofOrigin::Local),
        verdict: verdict(RunAgain::Not("hidden".into())),
        ledger: OnLedger::Nothing,
        alarm: Some(alarm()),
    };
    let stock = StockView { holds: Holds::Yes, curve: "bn128".into(), inputs: vec!["1".into()], key: HASH, micros: 2 };
    let mut answers = vec![
        Response::Executions(Box::new(ExecutionsPage { height: Height(1), executions, more: true, records })),
        Response::Execution(Box::new(detail())),
        Response::ProofBegun(1),
        Response::Proofs(Box::new(proofs)),
        Response::Proof(Box::new(detail_of_proof)),
        Response::Stock(Box::new(stock)),
    ];
    answers.extend(again.map(|again| Response::Verdict(Box::new(verdict(again)))));
    answers
}

/// What the worker reports.
pub fn events() -> Vec<Event> {
    let error = Error::request(ErrorKind::NotProvable, "why");
    vec![
        Event::ProofProgress(Box::new(task(ProofPhase::Proving))),
        Event::ProofDone { id: 1, proof: HASH },
        Event::ProofFailed { id: 2, error },
        Event::Alarm(Box::new(alarm())),
    ]
}
