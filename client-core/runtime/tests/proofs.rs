//! What the chain keeps for proofs, requests, and what a proof must agree with to count. The equations themselves are
//! `zera-proof-verify`'s matter: here they always hold, so that everything else is seen to be checked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed invariant is a failed test")]

use codec::{Decode as _, Encode as _};
use std::cell::Cell;
use zera_primitives::{
    AccountId, Amount, Gas, Hash, Height, ModuleId, Network, Outcome, Receipt, Signature, SignedTransaction, Slot,
    Transaction,
    keys::RUNTIME_VERSION,
    limits::{LOGGED_RETENTION_SLOTS, RETENTION_SLOTS},
    tx::{AccessHint, Call},
};
use zera_proof_rows::{Program, TRANSLATOR_VERSION};
use zera_proof_verify::{Events, HostLog, Origin, Part, ProofFile, SegmentProof, Statement, VerifyError};
use zera_runtime::{
    BlockCtx, Chain, Closing, GenesisConfig, Machine, close_block, execute, open_block,
    proofs::{self, EXPIRED, ProofState, REQUESTED, Requester, VERIFIED, Verifier},
};
use zera_state::{MemoryState, Overlay};

const ALICE: AccountId = AccountId([1; 32]);

fn validator() -> AccountId {
    zera_primitives::keys::SecretKey::from_seed(&[9; 32]).public()
}
const GENESIS: Hash = Hash([5; 32]);

const MODULE: &str = r#"(module
  (import "zera" "input_read" (func $input (param i32 i32 i32)))
  (import "zera" "input_len" (func $len (result i32)))
  (import "zera" "output_write" (func $output (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "log_execution_for_proof" (func $log (param i32 i32)))
  (import "zera" "has_execution_trace" (func $has (param i32) (result i32)))
  (import "zera" "trigger_zk_proof_generation" (func $request (param i32)))
  (import "zera" "verify_execution_proof" (func $verify (param i32 i32 i32) (result i32)))
  (memory 2 2) (data (i32.const 0) "critical")
  (func (export "plain") (param i64) (result i64)
    (drop (call $get (i32.const 0) (i32.const 8) (i32.const 64) (i32.const 8)))
    (i64.add (i64.mul (local.get 0) (i64.const 2)) (i64.const 10)))
  (func (export "logged") (param i64) (result i64)
    (call $log (i32.const 0) (i32.const 8)) (local.get 0))
  (func $read (call $input (i32.const 64) (i32.const 0) (call $len)))
  (func $answer (param i32) (i32.store8 (i32.const 32) (local.get 0)) (call $output (i32.const 32) (i32.const 1)))
  (func (export "has") (call $read) (call $answer (call $has (i32.const 64))))
  (func (export "request") (call $read) (call $request (i32.const 64)))
  (func (export "verify") (call $read)
    (call $answer (call $verify (i32.const 96) (i32.sub (call $len) (i32.const 32)) (i32.const 64)))))"#;

/// Says yes to every equation.
#[derive(Default)]
struct Yes {
    asked: std::rc::Rc<Cell<u32>>,
    insecure: bool,
}

impl Verifier for Yes {
    fn allowed(&self, development: bool) -> Result<(), VerifyError> {
        if self.insecure && !development { Err(VerifyError::InsecureKeys) } else { Ok(()) }
    }
    fn terms(&self, _: &ProofFile, program: &Program) -> u64 {
        program.rows.len() as u64
    }
    fn verify(&self, _: &ProofFile, _: &Program) -> Result<(), VerifyError> {
        self.asked.set(self.asked.get() + 1);
        Ok(())
    }
}

struct World {
    state: MemoryState,
    machine: Machine,
    network: Network,
    height: u64,
    slot: u64,
    nonce: u64,
    module: ModuleId,
    code: Hash,
    asked: std::rc::Rc<Cell<u32>>,
}

/// What a block did.
struct Block {
    receipts: Vec<Receipt>,
    events: Vec<String>,
    results: Vec<Vec<u8>>,
    causes: Vec<Option<String>>,
}

impl World {
    fn new(network: Network) -> Self {
        let mut state = MemoryState::default();
        let accounts = vec![(ALICE, Amount::zra(1_000_000))];
        GenesisConfig { network, accounts, ..GenesisConfig::demo(ALICE, validator(), 0) }.apply(&mut state).unwrap();
        let yes = Yes { insecure: true, ..Yes::default() };
        let asked = yes.asked.clone();
        let machine = Machine::default().with_verifier(Box::new(yes));
        let bytes = wat::parse_str(MODULE).unwrap();
        let code = Hash::of(&bytes);
        let module = ModuleId::derive(&ALICE, 0, 2);
        let mut world = Self { state, machine, network, height: 0, slot: 0, nonce: 0, module, code, asked };
        let begin = Call::BeginUpload { code, length: bytes.len() as u32, chunks: vec![code] };
        let chunk = Call::UploadChunk { code, index: 0, bytes };
        let deploy = Call::Deploy { code, args: Vec::new(), value: Amount::ZERO };
        assert_eq!(world.block(vec![begin, chunk, deploy]).receipts[0].outcome, Outcome::Ok);
        world
    }

    fn ctx(&self) -> BlockCtx {
        let chain = Chain { genesis: GENESIS, network: self.network };
        BlockCtx::read(&self.state, chain, Height(self.height), Slot(self.slot)).unwrap()
    }

    /// One block with one transaction of `calls`, or none.
    fn block(&mut self, calls: Vec<Call>) -> Block {
        (self.height, self.slot) = (self.height + 1, self.slot + 1);
        let ctx = self.ctx();
        let mut overlay = Overlay::new(&self.state);
        let opening = open_block(&self.machine, &mut overlay, &ctx).unwrap();
        let mut closing = Closing::default();
        let mut done = Vec::new();
        if !calls.is_empty() {
            let transaction = Transaction {
                sender: ALICE,
                nonce: self.nonce,
                expiry: Slot(u64::MAX),
                gas_limit: Gas(40_000_000),
                fee_limit: Amount(u128::MAX),
                calls,
                hint: AccessHint::default(),
            };
            let signed = SignedTransaction { transaction, signature: Signature([0; 64]) };
            let executed = execute(&self.machine, &mut overlay, &ctx, &signed, None).unwrap();
            self.nonce += 1;
            closing.add(executed.deltas, executed.base).unwrap();
            done.push(executed);
        }
        close_block(&mut overlay, &ctx, &ALICE, &closing, done.iter().map(|one| &one.receipt)).unwrap();
        self.state.apply(&overlay.into_parts().0);
        let diagnostics: Vec<_> = done.iter().flat_map(|one| one.diagnostics.clone()).collect();
        let receipts: Vec<Receipt> = done.into_iter().map(|one| one.receipt).collect();
        let all = opening.events.iter().chain(receipts.iter().flat_map(|receipt| &receipt.events));
        Block {
            events: all.map(|event| event.topic.clone()).collect(),
            results: diagnostics.iter().map(|one| one.result.clone()).collect(),
            causes: diagnostics.into_iter().map(|one| one.cause).collect(),
            receipts,
        }
    }

    fn call(&mut self, entry: &str, args: Vec<u8>) -> Block {
        self.block(vec![Call::Module { module: self.module, entry: entry.into(), args, value: Amount::ZERO }])
    }

    fn kept(&self, transaction: &Hash) -> Option<proofs::Kept> {
        proofs::kept(&self.state, Slot(self.slot), transaction).unwrap()
    }

    /// The statement that a receipt's call is.
    fn statement(&self, receipt: &Receipt, call: usize) -> Statement {
        let record = &receipt.calls[call];
        Statement {
            chain: GENESIS,
            runtime_version: RUNTIME_VERSION,
            translator: TRANSLATOR_VERSION,
            keys: Hash::ZERO,
            code_hash: record.code,
            entry: record.entry.clone(),
            args: vec![Part::Public(21u64.encode())],
            result: Some(Part::Public(52u64.encode())),
            events: Events::Public(Vec::new()),
            outcome: record.outcome,
            gas: record.gas.0,
            gas_charged: record.gas.0,
            gas_limit: 1 << 30,
            stack_limit: 1 << 14,
            host_digest: record.host_log,
            storage_digest: record.storage_log,
            origin: Origin::Ledger { transaction: receipt.transaction, call: call as u32 },
            nonce: Hash::ZERO,
        }
    }
}

fn file(statement: &Statement) -> Vec<u8> {
    let segment =
        |class| SegmentProof { class, a: [1; 32], b: [2; 64], c: [3; 32], d: [4; 32], sum: [5; 32], gas: [6; 32] };
    let (statement, segments) = (statement.clone(), vec![segment(0), segment(9)]);
    ProofFile { statement, log: HostLog::default(), segments, module: None }.to_bytes()
}

fn with_digest(statement: &Statement) -> Vec<u8> {
    [statement.digest().0.to_vec(), file(statement)].concat()
}

#[test]
fn receipts_are_kept_for_their_time_and_then_gone() {
    let mut world = World::new(Network::Solo);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    let logged = world.call("logged", 3u64.encode()).receipts.remove(0);
    assert_eq!(logged.calls[0].logged.as_deref(), Some("critical"));
    let kept = world.kept(&plain.transaction).unwrap();
    assert_eq!((kept.height, kept.calls[0].execution), (Height(2), plain.calls[0].execution()));
    assert_eq!(world.call("has", plain.transaction.0.to_vec()).results, [[1]]);
    assert_eq!(world.call("has", [7; 32].to_vec()).results, [[0]]);
    let entries = world.state.0.len();
    world.slot = 2 + RETENTION_SLOTS - 1;
    assert_eq!(world.call("has", plain.transaction.0.to_vec()).results, [[1]], "the last slot");
    assert_eq!(world.call("has", plain.transaction.0.to_vec()).results, [[0]]);
    assert_eq!(world.kept(&plain.transaction), None);
    assert_eq!(world.call("has", logged.transaction.0.to_vec()).results, [[1]], "it asked for longer");
    world.slot = 3 + LOGGED_RETENTION_SLOTS;
    assert_eq!(world.call("has", logged.transaction.0.to_vec()).results, [[0]]);
    world.slot += RETENTION_SLOTS;
    world.block(Vec::new());
    let proofs_room = world.state.0.keys().filter(|key| key.as_bytes()[0] == 6).count();
    assert_eq!(proofs_room, 1, "only the code's translation stays of {entries} entries");
}

#[test]
fn a_call_in_its_own_block_is_not_kept_yet() {
    let mut world = World::new(Network::Solo);
    let module = world.module;
    // Nobody can name the transaction that he is in: its hash covers its arguments. The one before it is named instead.
    let first = world.call("plain", 1u64.encode()).receipts.remove(0);
    let has = Call::Module { module, entry: "has".into(), args: first.transaction.0.to_vec(), value: Amount::ZERO };
    assert_eq!(world.block(vec![has.clone(), has]).results, [[1], [1]]);
}

#[test]
fn a_request_is_open_until_it_expires() {
    let mut world = World::new(Network::Solo);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    let transaction = plain.transaction;
    let requested = world.call("request", transaction.0.to_vec());
    assert_eq!(requested.events, [REQUESTED]);
    let (told, call, by, until) =
        <(Hash, u32, Requester, Slot)>::decode(&mut &*requested.receipts[0].events[0].data).unwrap();
    assert_eq!((told, call, by), (transaction, 0, Requester::Module(world.module)));
    assert_eq!(until, Slot(2 + RETENTION_SLOTS + 1));
    assert_eq!(world.call("request", transaction.0.to_vec()).events, [""; 0], "once is enough");
    let unknown = world.block(vec![Call::RequestProof { transaction: Hash([9; 32]), call: 0 }]);
    assert_eq!(unknown.receipts[0].outcome, Outcome::Invalid);
    let no_call = world.block(vec![Call::RequestProof { transaction, call: 1 }]);
    assert_eq!(no_call.receipts[0].outcome, Outcome::Invalid);
    assert_eq!(world.call("request", [9; 32].to_vec()).receipts[0].outcome, Outcome::HostRefused);
    world.slot = 2 + RETENTION_SLOTS;
    assert_eq!(world.block(Vec::new()).events, [EXPIRED]);
    assert_eq!(world.block(Vec::new()).events, [""; 0]);
    let again = world.block(vec![Call::RequestProof { transaction, call: 0 }]);
    assert_eq!(again.receipts[0].outcome, Outcome::Invalid, "what is not kept cannot be requested");
}

#[test]
fn a_proof_that_says_what_the_receipt_says_is_verified_once() {
    let mut world = World::new(Network::Solo);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    world.block(vec![Call::RequestProof { transaction: plain.transaction, call: 0 }]);
    let statement = world.statement(&plain, 0);
    let submitted = world.block(vec![Call::SubmitProof { proof: file(&statement) }]);
    assert_eq!((submitted.receipts[0].outcome, submitted.events), (Outcome::Ok, vec![VERIFIED.to_owned()]));
    let brought = submitted.receipts[0].transaction;
    let found = world.kept(&plain.transaction).unwrap().calls.remove(0).proof;
    let (height, slot) = (Height(4), Slot(4));
    let digest = statement.digest();
    assert_eq!(found, ProofState::Verified { statement: digest, transaction: brought, height, slot });
    let again = world.block(vec![Call::SubmitProof { proof: file(&statement) }]);
    assert_eq!((again.receipts[0].outcome, again.events.len()), (Outcome::Ok, 0), "it holds still, and is no news");
    let requested = world.block(vec![Call::RequestProof { transaction: plain.transaction, call: 0 }]);
    assert_eq!(
        (requested.receipts[0].outcome, requested.events.len()),
        (Outcome::Ok, 0),
        "nothing to ask for any more"
    );
    assert_eq!(world.call("verify", with_digest(&statement)).results, [[1]], "modules see it, too");
    assert_eq!(world.asked.get(), 3);
    world.slot = 2 + RETENTION_SLOTS;
    assert_eq!(world.block(Vec::new()).events, [""; 0], "what is verified does not expire");
}

#[test]
fn a_valid_proof_over_invented_host_results_is_refused() {
    let mut world = World::new(Network::Solo);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    let honest = world.statement(&plain, 0);
    let other = |change: fn(&mut Statement)| {
        let mut statement = honest.clone();
        change(&mut statement);
        statement
    };
    let forged = [
        other(|s| s.host_digest = Hash([1; 32])),
        other(|s| s.storage_digest = Hash([1; 32])),
        other(|s| s.args = vec![Part::Public(22u64.encode())]),
        other(|s| s.result = Some(Part::Public(53u64.encode()))),
        other(|s| s.gas += 1),
        other(|s| s.outcome = Outcome::Trap),
        other(|s| s.entry = "logged".into()),
        other(|s| s.code_hash = Hash([1; 32])),
        other(|s| s.result = Some(Part::Hidden(8))),
        other(|s| s.args = vec![Part::Hidden(8)]),
        other(|s| s.origin = Origin::Local),
        other(|s| s.origin = Origin::Ledger { transaction: Hash([1; 32]), call: 0 }),
        other(|s| {
            if let Origin::Ledger { call, .. } = &mut s.origin {
                *call = 1;
            }
        }),
        other(|s| s.chain = Hash([1; 32])),
        other(|s| s.runtime_version += 1),
        other(|s| s.translator += 1),
    ];
    for statement in &forged {
        let asked = world.call("verify", with_digest(statement));
        assert_eq!((asked.results, asked.events.len()), (vec![vec![0]], 0), "{statement:?}");
        let submitted = world.block(vec![Call::SubmitProof { proof: file(statement) }]);
        assert_eq!(submitted.receipts[0].outcome, Outcome::Invalid, "{statement:?}");
        assert!(submitted.causes[0].is_some() && submitted.events.is_empty());
    }
    assert_eq!(world.asked.get(), 0, "nothing was ever computed for them");
    let mut wrong = with_digest(&honest);
    wrong[0] ^= 1;
    assert_eq!(world.call("verify", wrong).results, [[0]], "another statement than the module expects");
    let cut = with_digest(&honest);
    assert_eq!(world.call("verify", cut[..cut.len() - 1].to_vec()).results, [[0]], "no proof file");
    assert_eq!(world.call("verify", with_digest(&honest)).results, [[1]]);
}

#[test]
fn verification_is_paid_for_before_it_is_done() {
    let mut world = World::new(Network::Solo);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    let statement = world.statement(&plain, 0);
    let gas = world.block(vec![Call::SubmitProof { proof: file(&statement) }]).receipts[0].gas.0;
    assert!(gas > proofs::SUBMIT + 2 * proofs::SEGMENT, "{gas}");
    // A guest with too little gas is out of gas, and nothing was computed.
    let burn = Call::Module {
        module: world.module,
        entry: "verify".into(),
        args: with_digest(&statement),
        value: Amount::ZERO,
    };
    let before = world.asked.get();
    let many = vec![burn; 32];
    let block = world.block(many);
    assert_eq!(block.receipts[0].outcome, Outcome::OutOfGas);
    assert!(world.asked.get() - before < 32, "the last one was not computed");
}

#[test]
fn development_keys_are_refused_on_a_network() {
    let mut world = World::new(Network::Main);
    let plain = world.call("plain", 21u64.encode()).receipts.remove(0);
    let statement = world.statement(&plain, 0);
    assert_eq!(world.call("verify", with_digest(&statement)).results, [[0]]);
    assert_eq!(world.block(vec![Call::SubmitProof { proof: file(&statement) }]).receipts[0].outcome, Outcome::Invalid);
    assert_eq!(world.asked.get(), 0);
}

#[test]
fn stored_code_says_whether_it_can_be_proven() {
    let world = World::new(Network::Solo);
    let found = proofs::provability(&world.state, &world.code).unwrap().unwrap();
    assert_eq!(found, proofs::Provability::of(&wat::parse_str(MODULE).unwrap()));
    assert_eq!(found.translator, TRANSLATOR_VERSION);
    assert!(found.table.is_ok(), "{found:?}");
    assert_eq!(found.obstacle("plain"), None);
    let outside = r#"(module (table 2 2 funcref) (func (export "f") (table.set (i32.const 0) (ref.null func))))"#;
    let found = proofs::Provability::of(&wat::parse_str(outside).unwrap());
    assert!(found.obstacle("f").is_some(), "{found:?}");
}
