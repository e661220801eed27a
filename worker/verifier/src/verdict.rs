//! One proof file's verdict, from the file, the keys and, where the file does not carry it, the module's bytes.

use crate::{
    fields::{Standing, fields},
    words,
};
use zera_primitives::Hash;
use zera_proof_verify::{
    ClassInfo, ClassKind, Events, Origin, Part, Prepared, ProofFile, SegmentProof, Statement, VerifyError,
    verify::{program, verify_program},
};
use zera_worker_protocol::{
    CallId, Error, ErrorKind, GroundView, Hide, Holds, KeysView, ProofOrigin, RunAgain, SegmentView, VerdictView,
};

/// Why a file was refused, for a page.
#[must_use]
pub fn error(error: &VerifyError) -> Error {
    Error::request(ErrorKind::ProofRefused, error.to_string())
}

/// Reads a proof file.
///
/// # Errors
/// `ProofRefused`.
pub fn read(bytes: &[u8]) -> Result<ProofFile, Error> {
    ProofFile::from_bytes(bytes).map_err(|refused| error(&refused))
}

/// What `bytes`, which are `file`, come to under `keys`; `code` is the module where the file does not carry it. `micros` is
/// a clock. The state binding and re-execution are left open: only a chain can say.
#[must_use]
pub fn verdict(
    (file, bytes): (&ProofFile, &[u8]),
    keys: &Prepared,
    code: Option<&[u8]>,
    micros: &dyn Fn() -> u64,
) -> VerdictView {
    let statement = &file.statement;
    let code = code.or(file.module.as_deref());
    let begun = micros();
    let program = code.ok_or(VerifyError::Module).and_then(|code| program(statement, code));
    let translated = micros();
    let found = program.and_then(|program| verify_program(statement, &file.log, &file.segments, &program, keys));
    let ended = micros();
    let execution = match &found {
        Ok(_) => Holds::Yes,
        Err(error @ (VerifyError::Module | VerifyError::OtherKeys(_))) => Holds::Unknown(error.to_string()),
        Err(error) => Holds::No(error.to_string()),
    };
    let standing = Standing {
        proven: execution.clone(),
        code: code_holds(statement, code),
        keys: if statement.keys == keys.digest() { Holds::Yes } else { Holds::No("the keys are others".into()) },
    };
    let local = statement.origin == Origin::Local;
    VerdictView {
        execution,
        execution_rests: rests(file, keys),
        state: if local { Holds::NotAsked } else { Holds::Unknown("no chain was asked".into()) },
        state_rests: Vec::new(),
        origin: match statement.origin {
            Origin::Ledger { transaction, call } => ProofOrigin::Ledger(CallId { transaction, call }),
            Origin::Local => ProofOrigin::Local,
        },
        name: String::new(),
        fields: fields(statement, &standing),
        statement: statement.digest(),
        hidden: hidden(statement),
        learns: learns(file, keys),
        segments: file.segments.iter().enumerate().map(|segment| view(segment, keys, &found)).collect(),
        keys: keys_view(statement, keys),
        again: RunAgain::Not(
            if statement.hides() {
                "hidden"
            } else if local {
                "local"
            } else {
                "no-record"
            }
            .into(),
        ),
        file: Hash::of(bytes),
        bytes: bytes.len() as u64,
        micros: ended.saturating_sub(begun),
        equation_micros: ended.saturating_sub(translated),
    }
}

/// What a statement hides.
#[must_use]
pub fn hidden(statement: &Statement) -> Hide {
    Hide {
        args: statement.args.iter().any(Part::is_hidden),
        result: statement.result.as_ref().is_some_and(Part::is_hidden),
        events: matches!(statement.events, Events::Hidden(_)),
    }
}

fn code_holds(statement: &Statement, code: Option<&[u8]>) -> Holds {
    match code {
        None => Holds::Unknown("the module's bytes are not at hand".into()),
        Some(code) if Hash::of(code) == statement.code_hash => Holds::Yes,
        Some(_) => Holds::No("the bytes have another hash".into()),
    }
}

fn rests(file: &ProofFile, keys: &Prepared) -> Vec<GroundView> {
    let ground = |what: &str, value: String, trust: bool| GroundView { what: what.into(), value, trust };
    let setup = if keys.keys().insecure { "development keys: anybody can prove anything" } else { "" };
    vec![
        ground("equation", file.segments.len().to_string(), false),
        ground("translation", words::hash(&file.statement.code_hash), false),
        ground("setup", setup.into(), true),
        ground("curve", "BN254".into(), true),
    ]
}

fn keys_view(statement: &Statement, keys: &Prepared) -> KeysView {
    KeysView {
        digest: statement.keys,
        insecure: keys.keys().insecure,
        contributions: 0,
        pinned: statement.keys == keys.digest(),
    }
}

fn learns(file: &ProofFile, keys: &Prepared) -> Vec<(String, String)> {
    let class = |segment: &SegmentProof| keys.keys().class(segment.class).map(|class| &class.info);
    let exec = file.segments.iter().filter_map(class).filter(|info| info.kind == ClassKind::Exec);
    let constraints: u128 = exec.map(|info| 1u128 << info.log_domain.min(63)).sum();
    vec![
        ("bound-on-steps".into(), words::number(constraints)),
        ("host-calls".into(), words::number(file.log.calls.len() as u128)),
    ]
}

/// The name of a class, by its size and what it is for.
#[must_use]
pub fn class_name(info: &ClassInfo) -> String {
    let size = |small: u8| match info.log_domain {
        log if log <= small => 'S',
        log if log <= small + 2 => 'M',
        _ => 'L',
    };
    match info.kind {
        ClassKind::Exec => format!("{}{}", size(16), info.id),
        ClassKind::End => format!("end {}", size(15)),
    }
}

fn view(
    (place, segment): (usize, &SegmentProof),
    keys: &Prepared,
    found: &Result<zera_proof_verify::Verdict, VerifyError>,
) -> SegmentView {
    let info = keys.keys().class(segment.class).map(|class| &class.info);
    let holds = match found {
        Ok(_) => Holds::Yes,
        Err(VerifyError::Encoding { segment, what }) if *segment == place => Holds::No((*what).into()),
        Err(error) => Holds::Unknown(error.to_string()),
    };
    SegmentView {
        class: info.map_or_else(|| segment.class.to_string(), class_name),
        constraints: info.map_or(0, |info| 1 << info.log_domain.min(31)),
        commitment: segment.d.to_vec(),
        sum: segment.sum.to_vec(),
        holds,
    }
}
