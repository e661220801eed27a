//! Executions recorded, listed, proven and verified; crews of provers that dawdle, die and are given up.
//!
//! With `ZERA_LONG=1` and development keys in `target/keys/` (`cargo xtask keys`) a call is really proven.

use super::{
    bench::{Bench, now},
    journey::deploy,
    world::Memory,
};
use crate::{
    node::proving::crew::{Crew, Done, Progress},
    pool::tests::yard::{Role, Trouble, Yard},
};
use codec::Encode as _;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use zera_primitives::{Amount, Hash, ModuleId, Outcome, hash::to_hex, tx::Call};
use zera_proof_verify::{Origin, SegmentProof};
use zera_prover_worker::{
    prover::{Prover, Shelf},
    wire::{FromProver, Hidden, Job, ToProver, Word, read},
};
use zera_vm::TraceRecord;
use zera_worker_protocol::{
    CallId, Command, Error, ErrorKind, Event, ExecutionDetail, ExecutionFilter, ExecutionsPage, Hide, Holds, InThisTab,
    LocalArgs, LocalCode, ProofPhase, Provable, Response, RunAgain, VerdictView,
};

/// Keys of this repository's build.
struct Disk;

impl Shelf for Disk {
    fn read(&self, name: &[u8; 32], from: u64, to: u64) -> Result<Vec<u8>, String> {
        let path = format!("{}/../target/keys/{}.key", env!("CARGO_MANIFEST_DIR"), to_hex(name));
        let bytes = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
        let end = (to as usize).min(bytes.len());
        Ok(bytes[from as usize..end].to_vec())
    }
}

fn said(word: Word) -> Vec<u8> {
    FromProver { memory: 1 << 20, word }.encode()
}

fn yard(make: impl Fn() -> Role + 'static) -> Rc<Yard> {
    let yard = Yard::new(2, Trouble::default(), make);
    *yard.greeting.borrow_mut() = said(Word::Ready);
    yard
}

/// Provers as they are.
pub fn provers() -> Rc<Yard> {
    yard(|| {
        let mut prover = Prover::default();
        Box::new(move |bytes| {
            said(match read::<ToProver>(bytes).unwrap() {
                ToProver::Fetch { class } => Word::Fetched { class, got: 1, of: 1 },
                request => prover.answer(request, &Disk).unwrap_or_else(Word::Refused),
            })
        })
    })
}

/// What scripted provers were asked, in order.
type Heard = Rc<RefCell<Vec<String>>>;

/// Provers of a run of four segments of two classes, the third of its own, and an end segment.
fn scripted(heard: &Heard, breaks: Option<&'static str>) -> Rc<Yard> {
    let heard = Rc::clone(heard);
    yard(move || {
        let heard = Rc::clone(&heard);
        Box::new(move |bytes| {
            let request = read::<ToProver>(bytes).unwrap();
            let line = match &request {
                ToProver::Begin(_) => "begin".into(),
                ToProver::Fetch { class } => format!("fetch {class}"),
                ToProver::Commit { segment } => format!("commit {segment}"),
                ToProver::Prove { segment, commitments } => format!("prove {segment} of {}", commitments.len()),
                ToProver::Finish { segments } => format!("finish {}", segments.len()),
            };
            let broken = breaks.is_some_and(|at| line.starts_with(at));
            heard.borrow_mut().push(line);
            said(match request {
                _ if broken => Word::Refused("it cannot".into()),
                ToProver::Begin(_) => Word::Planned { steps: 7, classes: vec![0, 0, 1, 0, 8] },
                ToProver::Fetch { class } => Word::Fetched { class, got: 5, of: 5 },
                ToProver::Commit { segment } => Word::Committed { segment, d: [segment as u8; 32] },
                ToProver::Prove { segment, .. } => {
                    let [a, c, d, sum, gas] = [[0; 32]; 5];
                    Word::Proved { segment, proof: Box::new(SegmentProof { class: 0, a, b: [0; 64], c, d, sum, gas }) }
                }
                ToProver::Finish { .. } => Word::Finished(vec![1, 2, 3]),
            })
        })
    })
}

fn job() -> Box<Job> {
    let hash = Hash([0; 32]);
    let record = TraceRecord {
        code_hash: hash,
        entry: "f".into(),
        args: Vec::new(),
        result: Vec::new(),
        gas_limit: 0,
        stack_limit: 0,
        host_calls: Vec::new(),
        stop: None,
        storage: Vec::new(),
        host_digest: hash,
        storage_digest: hash,
        complete: true,
        gas_used: 0,
        outcome: Outcome::Ok,
    };
    Box::new(Job {
        code: Vec::new(),
        record,
        chain: hash,
        runtime_version: 1,
        origin: Origin::Local,
        hidden: Hidden::default(),
        nonce: hash,
        keys: Vec::new(),
        seed: [0; 32],
    })
}

fn run(yard: &Rc<Yard>, most: u32, tell: &dyn Fn(Progress) -> bool) -> Result<Done, Error> {
    now(Crew::new(yard, job(), most, tell).run())
}

#[test]
fn a_crew_commits_to_everything_before_it_proves_anything_and_closes_the_sums_last() {
    for most in 1..=4 {
        let heard = Heard::default();
        let yard = scripted(&heard, None);
        let phases = RefCell::new(Vec::new());
        let done = run(&yard, most, &|progress| {
            if phases.borrow().last() != Some(&progress.phase) {
                phases.borrow_mut().push(progress.phase);
            }
            true
        });
        let done = done.unwrap();
        assert_eq!((done.file, done.steps), (vec![1, 2, 3], 7));
        assert!(done.peak_bytes >= 1 << 20);
        assert_eq!(yard.alive(), 0, "no prover is left");
        let heard = heard.borrow();
        let place =
            |line: &str| heard.iter().position(|said| said == line).unwrap_or_else(|| panic!("{line}: {heard:?}"));
        for segment in 0..5 {
            assert!(place(&format!("commit {segment}")) < place("prove 0 of 5"), "{heard:?}");
            assert_eq!(heard.iter().filter(|said| **said == format!("prove {segment} of 5")).count(), 1);
        }
        let commits: Vec<_> = heard.iter().filter(|said| said.starts_with("commit")).collect();
        assert_eq!(commits.last().map(|last| last.as_str()), Some("commit 4"));
        assert_eq!(heard.last().map(String::as_str), Some("finish 5"));
        assert_eq!(heard.iter().filter(|said| said.starts_with("fetch")).count(), 3);
        use ProofPhase as P;
        assert_eq!(*phases.borrow(), [P::Tracing, P::Keys, P::Committing, P::Proving, P::Verifying]);
    }
}

#[test]
fn a_crew_that_fails_or_is_given_up_leaves_nobody_behind_and_says_why() {
    for at in ["begin", "fetch", "commit 4", "prove", "finish"] {
        let yard = scripted(&Heard::default(), Some(at));
        let error = run(&yard, 3, &|_| true).unwrap_err();
        assert_eq!((error.kind, error.detail.as_str()), (ErrorKind::NotProvable, "it cannot"), "{at}");
        assert_eq!(yard.alive(), 0, "{at}");
    }
    let yard = scripted(&Heard::default(), None);
    let left = Cell::new(4u32);
    let error = run(&yard, 2, &|_| left.replace(left.get().saturating_sub(1)) > 0).unwrap_err();
    assert_eq!((error.kind, yard.alive()), (ErrorKind::Cancelled, 0));
    let trouble = [
        Trouble { refuses: 100, ..Trouble::default() },
        Trouble { dies: 100, ..Trouble::default() },
        Trouble { hangs: 100, ..Trouble::default() },
        Trouble { never_starts: 100, ..Trouble::default() },
    ];
    for trouble in trouble {
        let yard = scripted(&Heard::default(), None);
        yard.trouble.set(trouble);
        let error = run(&yard, 2, &|_| true).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::NotProvable | ErrorKind::Unavailable), "{trouble:?}: {error:?}");
        assert_eq!(yard.alive(), 0, "{trouble:?}");
    }
}

fn executions(bench: &mut Bench, filter: ExecutionFilter) -> ExecutionsPage {
    match bench.ask(Command::Executions { filter, before: None, limit: 100 }).unwrap() {
        Response::Executions(page) => *page,
        other => panic!("{other:?}"),
    }
}

fn execution(bench: &mut Bench, call: CallId) -> ExecutionDetail {
    match bench.ask(Command::Execution(call)).unwrap() {
        Response::Execution(detail) => *detail,
        other => panic!("{other:?}"),
    }
}

fn deposit(bench: &mut Bench, id: ModuleId) {
    let value = Amount::zra(100);
    bench.transact(vec![Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value }]);
}

#[test]
fn executions_are_recorded_listed_counted_and_dropped() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    deposit(&mut bench, id);
    let page = executions(&mut bench, ExecutionFilter { module: Some(id), ..ExecutionFilter::default() });
    let entries: Vec<_> = page.executions.iter().map(|view| view.entry.as_str()).collect();
    assert_eq!(entries.first(), Some(&"deposit"), "{entries:?}");
    let newest = &page.executions[0];
    assert_eq!((&newest.provable, &newest.local), (&Provable::Yes, &InThisTab::Recorded));
    assert!(newest.estimate.as_ref().is_some_and(|estimate| !estimate.exact) && newest.record_bytes.is_some());
    assert_eq!((page.records.count, page.records.on), (page.executions.len() as u64, true));
    let none = executions(&mut bench, ExecutionFilter { proven: true, ..ExecutionFilter::default() });
    assert_eq!(none.executions, []);

    let detail = execution(&mut bench, newest.id);
    let estimate = detail.execution.estimate.unwrap();
    assert!(estimate.exact && estimate.steps > 20, "{estimate:?}");
    assert!(detail.counts.0 > 0 && !detail.host_calls.is_empty() && !detail.accesses.is_empty());

    // What is kept outlives a crash; what is dropped is gone, and says so.
    let mut bench = bench.crash();
    assert_eq!(execution(&mut bench, newest.id).execution.record_bytes, newest.record_bytes);
    bench.ask(Command::PruneRecords).unwrap();
    let gone = execution(&mut bench, newest.id).execution;
    assert_eq!((gone.local, gone.record_bytes, gone.estimate), (InThisTab::Purged, None, None));
    let refused = bench.ask(Command::Prove { call: newest.id, nonce: Hash::ZERO }).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotProvable);

    bench.ask(Command::SetRecords { on: false, most_bytes: 1 << 20 }).unwrap();
    deposit(&mut bench, id);
    assert_eq!(executions(&mut bench, ExecutionFilter::default()).records.count, 0);
    assert_eq!(bench.ask(Command::SetRecords { on: true, most_bytes: 1 }).unwrap_err().kind, ErrorKind::Malformed);
}

fn verdict(response: Response) -> VerdictView {
    match response {
        Response::Verdict(verdict) => *verdict,
        other => panic!("{other:?}"),
    }
}

/// `(func (export "f") (param i64) (result i64) (i64.add (i64.mul (local.get 0) (i64.const 2)) (i64.const 10)))`.
fn doubled_plus_ten() -> Vec<u8> {
    let sections: [&[u8]; 5] = [
        b"\0asm\x01\0\0\0",
        &[1, 6, 1, 0x60, 1, 0x7e, 1, 0x7e],
        &[3, 2, 1, 0],
        &[7, 5, 1, 1, b'f', 0, 0],
        &[10, 12, 1, 10, 0, 0x20, 0, 0x42, 2, 0x7e, 0x42, 10, 0x7c, 0x0b],
    ];
    sections.concat()
}

/// The proof that the last request came to.
fn proof(bench: &Bench) -> Result<Hash, Error> {
    let ended = bench.world.events().into_iter().rev().find_map(|event| match event {
        Event::ProofDone { proof, .. } => Some(Ok(proof)),
        Event::ProofFailed { error, .. } => Some(Err(error)),
        _ => None,
    });
    ended.expect("a proof ended")
}

#[test]
fn a_call_and_a_local_run_are_proven_verified_brought_elsewhere_and_disagreement_alarms() {
    if std::env::var_os("ZERA_LONG").is_none() {
        return;
    }
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    deposit(&mut bench, id);
    let call = executions(&mut bench, ExecutionFilter::default()).executions[0].id;
    let began = bench.ask(Command::Prove { call, nonce: Hash([9; 32]) }).unwrap();
    assert!(matches!(began, Response::ProofBegun(_)), "{began:?}");
    bench.settle();
    let id_of_proof = proof(&bench).unwrap();
    let Response::Proof(detail) = bench.ask(Command::Proof(id_of_proof)).unwrap() else { panic!() };
    assert_eq!((&detail.verdict.execution, &detail.verdict.state), (&Holds::Yes, &Holds::Yes), "{detail:?}");
    assert!(matches!(detail.verdict.again, RunAgain::Agrees(_)));
    let Response::Bytes(file) = bench.ask(Command::ProofFile(id_of_proof)).unwrap() else { panic!() };

    // Without a chain the first verdict stands and the second is open.
    let mut unstarted = crate::node::Node::<_, u32>::new(Memory::new());
    let asked = now(unstarted.handle(1, Command::VerifyProof { file: file.clone(), keep: false }));
    let alone = verdict(asked.unwrap().unwrap());
    assert_eq!(alone.execution, Holds::Yes);
    assert!(matches!(alone.state, Holds::Unknown(_)));
    let mut flipped = file.clone();
    let place = flipped.len() - 1;
    flipped[place] ^= 1;
    let bad = verdict(bench.ask(Command::VerifyProof { file: flipped, keep: true }).unwrap());
    assert_ne!(bad.execution, Holds::Yes);

    bench.ask(Command::Fault(zera_worker_protocol::command::FaultPoint::ProofDisagrees)).unwrap();
    let differs = verdict(bench.ask(Command::VerifyProof { file, keep: false }).unwrap());
    assert!(matches!(differs.again, RunAgain::Differs(_)));
    let Response::Proofs(proofs) = bench.ask(Command::Proofs).unwrap() else { panic!() };
    assert_eq!(proofs.alarms.len(), 1);
    assert_eq!(bench.ask(Command::ForgetProof(id_of_proof)).unwrap_err().kind, ErrorKind::Busy);
    bench.ask(Command::AcknowledgeAlarm { proof: id_of_proof, reason: "a test".into() }).unwrap();

    let code = doubled_plus_ten();
    let hide = Hide { args: true, ..Hide::default() };
    let args = LocalArgs::Numbers(vec!["877".into()]);
    let entry = "f".into();
    let local = Command::ProveLocal { code: LocalCode::Bytes(code), entry, args, hide, nonce: Hash::ZERO };
    bench.ask(local).unwrap();
    bench.settle();
    let id_of_local = proof(&bench).unwrap();
    let Response::Proof(local) = bench.ask(Command::Proof(id_of_local)).unwrap() else { panic!() };
    assert_eq!((local.verdict.execution.clone(), local.verdict.state.clone()), (Holds::Yes, Holds::NotAsked));
    assert!(local.verdict.hidden.args);
    assert_eq!(local.proof.result.as_deref(), Some("1,764"));
    let shown = local.verdict.fields.iter().any(|field| field.words.contains("877"));
    assert!(!shown, "the hidden argument shows");
    assert_eq!(bench.ask(Command::SubmitProof(id_of_local)).unwrap_err().kind, ErrorKind::NotProvable);
}
