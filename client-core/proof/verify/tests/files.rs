//! Files: one encoding for each value, everything else refused without a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use bolero::check;
use common::{EXEC_M, EXEC_S, Trapdoor, file, program};
use std::sync::LazyLock;
use zera_primitives::{Hash, Outcome};
use zera_proof_verify::{
    ClassInfo, ClassKind, Events, HostCall, HostLog, HostStop, Keys, Origin, Part, Prepared, ProofFile, Statement,
    VerifyError, verify_program,
};
use zera_vm::{AccessKind, StorageAccess};

static KEYS: LazyLock<Prepared> = LazyLock::new(|| Trapdoor::new(1).prepared());
static REAL: LazyLock<Vec<u8>> = LazyLock::new(|| file(&Trapdoor::new(1), &[EXEC_S, EXEC_M], 1).to_bytes());

#[test]
fn a_file_returns() {
    let read = ProofFile::from_bytes(&REAL).unwrap();
    assert_eq!(read.to_bytes(), *REAL);
    verify_program(&read.statement, &read.log, &read.segments, &program(), &KEYS).unwrap();
}

#[test]
fn truncated_files_are_refused() {
    for length in 0..REAL.len() {
        assert!(ProofFile::from_bytes(&REAL[..length]).is_err(), "{length}");
    }
    let mut longer = REAL.clone();
    longer.push(0);
    assert!(ProofFile::from_bytes(&longer).is_err());
}

#[test]
fn other_versions_and_other_files_are_named_as_such() {
    let mut other = REAL.clone();
    other[7] = 2;
    assert_eq!(ProofFile::from_bytes(&other), Err(VerifyError::NotAProofFile));
    assert_eq!(ProofFile::from_bytes(b"{}"), Err(VerifyError::NotAProofFile));
    assert_eq!(ProofFile::from_bytes(&[]), Err(VerifyError::NotAProofFile));
}

#[test]
fn a_file_with_any_byte_changed_is_refused() {
    // The last byte says that there is no module inside; the ones before are the proof.
    for at in 0..REAL.len() - 1 {
        let mut changed = REAL.clone();
        changed[at] ^= 1 << (at % 8);
        let verdict = ProofFile::from_bytes(&changed)
            .and_then(|file| verify_program(&file.statement, &file.log, &file.segments, &program(), &KEYS));
        assert!(verdict.is_err(), "byte {at}");
    }
}

#[test]
fn an_endless_file_is_refused_before_it_is_read() {
    let mut huge = REAL.clone();
    huge.resize(zera_proof_verify::file::MAX_BYTES + 9, 0);
    assert!(matches!(ProofFile::from_bytes(&huge), Err(VerifyError::File(_))));
}

/// `bytes` laid over the real file where its first two bytes say.
fn splice(bytes: &[u8]) -> Vec<u8> {
    let [a, b, rest @ ..] = bytes else { return bytes.to_vec() };
    let mut out = REAL.clone();
    let at = usize::from(u16::from_le_bytes([*a, *b])) % out.len();
    for (to, from) in out.iter_mut().skip(at).zip(rest) {
        *to = *from;
    }
    out
}

#[test]
fn fuzz_proof_file() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        for bytes in [bytes.clone(), splice(bytes), [REAL[..8].to_vec(), bytes.clone()].concat()] {
            if let Ok(file) = ProofFile::from_bytes(&bytes) {
                assert_eq!(file.to_bytes(), bytes);
                let verdict = verify_program(&file.statement, &file.log, &file.segments, &program(), &KEYS);
                assert!(verdict.is_err() || ProofFile { module: None, ..file }.to_bytes() == *REAL);
            }
            if let Ok(keys) = Keys::from_bytes(&bytes) {
                let _ = Prepared::new(keys);
            }
        }
    });
}

fn samples() -> (Vec<Statement>, Vec<HostLog>) {
    let log = common::log();
    let public = common::statement(&log);
    let hidden = Statement {
        args: vec![Part::Hidden(8)],
        result: None,
        events: Events::Hidden(3),
        outcome: Outcome::OutOfGas,
        origin: Origin::Local,
        nonce: Hash::ZERO,
        ..public.clone()
    };
    let access = StorageAccess { kind: AccessKind::OldRead, key: vec![1], value: Some(vec![2, 3]) };
    let stop = HostStop { function: 5, args: vec![1, 2], read: vec![vec![4]], gas: 77, access: Some(access) };
    let call = HostCall { written: Part::Hidden(5), ..log.calls[1].clone() };
    let stopped = HostLog { calls: vec![call], stop: Some(stop) };
    (vec![public, hidden], vec![log, stopped])
}

#[test]
fn formats_are_those_on_file() {
    use zera_primitives::conformance::{bytes_line, line};
    let (statements, logs) = samples();
    let file = ProofFile::from_bytes(&REAL).unwrap();
    let with_module = ProofFile { module: Some(vec![0, 97]), ..file.clone() };
    let keys = Trapdoor::new(1).keys();
    let infos: Vec<ClassInfo> = keys.classes.iter().map(|class| class.info.clone()).collect();
    let digest = statements[0].digest().0;
    let challenge = zera_proof_verify::challenge(
        &file.statement,
        &file.log,
        &Hash([5; 32]),
        &zera_proof_verify::transcript::commitments(&file.segments),
    );
    let gamma: [u8; 32] = zera_proof_verify::points::to_bytes(&challenge.gamma).unwrap();
    zera_primitives::check_conformance!(&[
        line("ClassInfo", &infos),
        line("ClassKind", &[ClassKind::Exec, ClassKind::End]),
        line("Keys", std::slice::from_ref(&keys)),
        line("HostLog", &logs),
        line("ProofFile", &[file, with_module]),
        line("Statement", &statements),
        bytes_line("Statement::digest", &[&digest]),
        bytes_line("challenge", &[&gamma]),
        bytes_line("proof file", &[&REAL]),
        bytes_line("keys file", &[&keys.to_bytes()]),
    ]);
}
