//! Whole proofs: runs with and without a host, both provers, hidden parts, and the development keys on file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod common;

use ark_bn254::Fr;
use common::rows::Chain;
use std::sync::LazyLock;
use zera_primitives::{Hash, Outcome};
use zera_proof::{
    circuit::{classes::CLASSES, segments::class},
    groth16::{ArkMsm, LimbMsm, Msm, ProvingKey, matrices::Matrices, stock::StockKey},
    prove::{ClaimError, Context, Hide, ProveError, Session, claim},
    setup::{
        bundle::{DEV_SEED, entry},
        dev,
        keyfile::{Label, SectionKind, SectionReader, from_bytes, to_bytes, to_sections},
    },
};
use zera_proof_rows::{Replaying, host::arguments, space, translate};
use zera_proof_verify::{Keys, Origin, Part as Shown, Prepared, ProofFile, SegmentProof, VerifyError, verify};
use zera_vm::{CallRequest, Engine, WasmiEngine, gas::STACK_UNITS};

/// Keys of development as they are on file.
const FILE: &[u8] = include_bytes!("../verify/keys/dev.vks");

/// `critical_business_logic` of document 001; `log` reads its arguments, hashes them, emits them and
/// answers the hash; `quiet` does the same without the hash.
const MODULE: &str = r#"(module
    (import "zera" "input_len" (func $len (result i32)))
    (import "zera" "input_read" (func $read (param i32 i32 i32)))
    (import "zera" "output_write" (func $write (param i32 i32)))
    (import "zera" "emit_event" (func $emit (param i32 i32 i32 i32)))
    (import "zera" "blake3" (func $hash (param i32 i32 i32)))
    (memory (export "memory") 1 4)
    (data (i32.const 256) "done")
    (func (export "critical_business_logic") (param i64) (result i64)
        local.get 0 i64.const 2 i64.mul i64.const 10 i64.add)
    (func (export "fails") (param i32) (result i32) unreachable)
    (func (export "log")
        i32.const 0 i32.const 0 call $len call $read
        i32.const 0 call $len i32.const 128 call $hash
        i32.const 256 i32.const 4 i32.const 0 call $len call $emit
        i32.const 128 i32.const 32 call $write)
    (func (export "quiet")
        i32.const 0 i32.const 0 call $len call $read
        i32.const 256 i32.const 4 i32.const 0 call $len call $emit
        i32.const 0 call $len call $write))"#;

static CODE: LazyLock<Vec<u8>> = LazyLock::new(|| wat::parse_str(MODULE).unwrap());

/// A class with its development key.
struct Loaded {
    matrices: Matrices,
    key: ProvingKey,
    stock: StockKey,
    file: Vec<u8>,
}

/// The smallest classes, which take every run here.
const SMALL: [u8; 3] = [0, 1, 8];

static LOADED: LazyLock<Vec<(u8, Loaded)>> = LazyLock::new(|| {
    let load = |id: u8| {
        let matrices = class(id).unwrap().shape().matrices();
        let key = dev(&matrices, id, DEV_SEED).unwrap();
        let label = Label { class: id, circuit: matrices.digest(), insecure: true };
        let file = to_bytes(&key, label).unwrap();
        let stock = StockKey::new(&key, &matrices).unwrap();
        (id, Loaded { matrices, key, stock, file })
    };
    SMALL.into_iter().map(load).collect()
});

fn loaded(id: u8) -> &'static Loaded {
    &LOADED.iter().find(|(other, _)| *other == id).unwrap_or_else(|| panic!("class {id} is not small")).1
}

static KEYS: LazyLock<Prepared> = LazyLock::new(|| Prepared::new(Keys::from_bytes(FILE).unwrap()).unwrap());

/// A session of a local call; `seed` is not fresh only because these are tests.
fn session(entry: &str, args: &[u8], hide: Hide, seed: u8) -> Session {
    try_session(entry, args, hide, seed).unwrap()
}

fn try_session(entry: &str, args: &[u8], hide: Hide, seed: u8) -> Result<Session, ProveError> {
    let program = translate(&CODE).unwrap().program(entry).unwrap();
    let (engine, code_hash) = (WasmiEngine::new(), Hash::of(&CODE));
    engine.prepare(&code_hash, &CODE).unwrap();
    let request = CallRequest { code_hash, entry, args, gas: 1_000_000, stack: STACK_UNITS };
    let record = engine.execute(&request, &mut Chain::default()).unwrap().trace;
    let mut replaying = Replaying::new(&record, &program, space::MAX_STEPS).unwrap();
    replaying.advance(usize::MAX).unwrap();
    let trace = replaying.finish().unwrap();
    let context = Context {
        chain: Hash([0; 32]),
        runtime_version: 4,
        keys: KEYS.digest(),
        origin: Origin::Local,
        nonce: Hash([9; 32]),
        hide,
    };
    let claimed = claim(&record, &program, &trace, context)?;
    let values = arguments(&program, args).unwrap();
    Session::new(program, trace, claimed, &values, false, [seed; 32])
}

fn commitments(session: &Session, msm: &impl Msm) -> Vec<(u8, [u8; 32])> {
    let commit =
        |(segment, id): (usize, u8)| (id, session.commit(segment as u32, msm, &loaded(id).key.commit).unwrap());
    session.classes().into_iter().enumerate().map(commit).collect()
}

/// Proofs of all segments by ark-groth16's own prover.
fn proofs(session: &Session) -> Vec<SegmentProof> {
    let commitments = commitments(session, &ArkMsm);
    let prove = |(segment, id): (usize, u8)| session.prove(segment as u32, &loaded(id).stock, &commitments).unwrap();
    session.classes().into_iter().enumerate().map(prove).collect()
}

fn proven(session: &Session) -> ProofFile {
    session.finish(proofs(session), &KEYS, Some(CODE.clone())).unwrap()
}

#[test]
fn development_keys_on_file_fit_the_circuits() {
    let keys = Keys::from_bytes(FILE).unwrap();
    assert!(keys.insecure);
    const AGAIN: &str = "run `zera-prove setup --dev --write-vks client-core/proof/verify/keys/dev.vks`";
    for class in CLASSES.iter().filter(|class| !class.native) {
        let on_file = keys.class(class.id).unwrap_or_else(|| panic!("class {} is missing: {AGAIN}", class.id));
        assert_eq!(on_file.info, class.info(), "class {}: {AGAIN}", class.id);
        assert_eq!(on_file.circuit, class.shape().matrices().digest(), "class {}: {AGAIN}", class.id);
    }
    // And they come out of the seed again, to the byte.
    for (id, Loaded { matrices, key, .. }) in LOADED.iter() {
        let label = Label { class: *id, circuit: matrices.digest(), insecure: true };
        let (head, _) = to_sections(key, label).unwrap();
        let again = entry(class(*id).unwrap().info(), &head, &key.vk).unwrap();
        assert_eq!(Some(&again), keys.class(*id), "class {id}: {AGAIN}");
    }
}

#[test]
fn critical_business_logic_is_proven_and_verifies_from_the_file_alone() {
    let file = proven(&session("critical_business_logic", &16_u64.to_le_bytes(), Hide::default(), 1));
    assert_eq!(file.statement.result, Some(Shown::Public(42_u64.to_le_bytes().to_vec())));
    let read = ProofFile::from_bytes(&file.to_bytes()).unwrap();
    let verdict = verify(&read, &KEYS, None).unwrap();
    assert!(verdict.insecure);
    // Another module's bytes, and no module at all.
    let other =
        wat::parse_str("(module (func (export \"critical_business_logic\") (param i64) (result i64) local.get 0))");
    assert_eq!(verify(&read, &KEYS, Some(&other.unwrap())), Err(VerifyError::Module));
    let bare = ProofFile { module: None, ..read };
    assert_eq!(verify(&bare, &KEYS, None), Err(VerifyError::Module));
    assert!(verify(&bare, &KEYS, Some(&CODE)).is_ok());
}

#[test]
fn a_key_read_in_parts_gives_the_very_same_proof() {
    fn in_parts(session: &Session, msm: &impl Msm) -> Vec<SegmentProof> {
        let commitments = commitments(session, msm);
        let prove = |(segment, (id, _)): (usize, &(u8, [u8; 32]))| {
            let Loaded { matrices, key, file, .. } = loaded(*id);
            let mut pending = session.begin(segment as u32, msm, key.shape, matrices, &commitments).unwrap();
            let (head, _) = from_bytes(file, None).unwrap();
            for kind in SectionKind::ALL {
                let range = head.range(kind);
                let mut reader = SectionReader::new(&head, kind).unwrap();
                for piece in file[range.start as usize..range.end as usize].chunks(100_000) {
                    reader.push(piece).unwrap();
                }
                pending.part(msm, &reader.finish().unwrap()).unwrap();
            }
            assert_eq!(pending.done(), zera_proof::prove::PARTS);
            pending.finish().unwrap()
        };
        commitments.iter().enumerate().map(prove).collect()
    }
    let session = session("critical_business_logic", &5_u64.to_le_bytes(), Hide::default(), 2);
    let stock = proofs(&session);
    assert_eq!(in_parts(&session, &ArkMsm), stock);
    assert_eq!(in_parts(&session, &LimbMsm), stock);
}

#[test]
fn hidden_parts_are_hidden_and_two_proofs_of_one_statement_are_unlinkable() {
    let hide = Hide { args: vec![true], result: true, events: true };
    let (one, two) = (session("quiet", b"a secret", hide.clone(), 3), session("quiet", b"a secret", hide.clone(), 4));
    let (one, two) = (proven(&one), proven(&two));
    assert_eq!(one.statement, two.statement);
    for (a, b) in one.segments.iter().zip(&two.segments) {
        assert!(a.d != b.d && a.a != b.a && a.b != b.b && a.c != b.c && a.sum != b.sum && a.gas != b.gas);
    }
    let bytes = ProofFile { module: None, ..one.clone() }.to_bytes();
    assert!(!bytes.windows(8).any(|window| window == b"a secret"));
    assert_eq!(one.statement.result, Some(Shown::Hidden(8)));
    // What a hash function of the host is given stands in the log: a proof that would show it is not made.
    let shown = try_session("log", b"a secret", hide, 5).err();
    assert_eq!(shown, Some(ProveError::Claim(ClaimError::Shown("blake3"))));
    // A hidden argument of a direct call.
    let hide = Hide { args: vec![true], ..Hide::default() };
    let file = proven(&session("critical_business_logic", &123_456_789_u64.to_le_bytes(), hide, 8));
    assert_eq!(file.statement.args, [Shown::Hidden(8)]);
    assert!(!file.to_bytes().windows(8).any(|window| window == 123_456_789_u64.to_le_bytes()));
}

#[test]
fn runs_with_a_host_and_runs_that_fail_are_proven() {
    let file = proven(&session("log", b"to be hashed", Hide::default(), 5));
    assert_eq!(file.log.calls.len(), 7);
    assert_eq!(file.statement.result, Some(Shown::Public(blake3::hash(b"to be hashed").as_bytes().to_vec())));
    let file = proven(&session("fails", &1_u32.to_le_bytes(), Hide::default(), 6));
    assert_eq!((file.statement.outcome, file.statement.result), (Outcome::Trap, None));
}

#[test]
fn nothing_leaves_that_does_not_verify() {
    let session = session("critical_business_logic", &7_u64.to_le_bytes(), Hide::default(), 7);
    let proofs = proofs(&session);
    let mut swapped = proofs.clone();
    swapped.swap(0, 1);
    let mut changed = proofs.clone();
    changed[0].c = changed[1].c;
    let mut masked = proofs.clone();
    masked[0].sum = zera_proof_verify::points::to_bytes(&Fr::from(1)).unwrap();
    for wrong in [swapped, changed, masked, proofs[..1].to_vec(), Vec::new()] {
        assert!(matches!(session.finish(wrong, &KEYS, None), Err(ProveError::Verify(_))));
    }
    // Commitments of another proof: other classes or too few are refused, others give a proof that does not verify.
    let commitments = commitments(&session, &ArkMsm);
    let id = session.classes()[0];
    assert!(matches!(session.prove(0, &loaded(id).stock, &commitments[..1]), Err(ProveError::Segments)));
    assert!(session.finish(proofs, &KEYS, None).is_ok());
}
