//! The whole check of a proof: statement, log, sums, equations.

use crate::{
    ClassKind, HostLog, ProofFile, SegmentProof, Statement, VerifyError,
    bus::{Public, public_sum},
    equation::{Batch, Segment},
    file::MAX_SEGMENTS,
    inputs::inputs,
    prepared::Prepared,
    rules,
    transcript::{challenge, commitments, program_digest},
};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::Zero;
use zera_primitives::Hash;
use zera_proof_rows::Program;
use zera_vm::StorageAccess;

/// What a proof that holds establishes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// [`Statement::digest`].
    pub statement: Hash,
    /// Digest of the linked program.
    pub program: Hash,
    /// Storage accesses, in order, as the log has them.
    pub storage: Vec<StorageAccess>,
    /// Segments.
    pub segments: usize,
    /// The keys come from a known seed: the proof convinces nobody.
    pub insecure: bool,
}

/// The program of the statement's code and entry, made again from the module's bytes.
///
/// # Errors
/// [`VerifyError::Module`] for other bytes, [`VerifyError::Unprovable`].
pub fn program(statement: &Statement, code: &[u8]) -> Result<Program, VerifyError> {
    if Hash::of(code) != statement.code_hash {
        return Err(VerifyError::Module);
    }
    Ok(zera_proof_rows::translate(code)?.program(&statement.entry)?)
}

/// Verifies a file, with the module's bytes from `code` or, without them, from the file.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(file: &ProofFile, keys: &Prepared, code: Option<&[u8]>) -> Result<Verdict, VerifyError> {
    let code = code.or(file.module.as_deref()).ok_or(VerifyError::Module)?;
    verify_program(&file.statement, &file.log, &file.segments, &program(&file.statement, code)?, keys)
}

/// Verifies a proof about a program that the caller trusts to be that of the statement's code and entry.
///
/// # Errors
/// [`VerifyError`].
pub fn verify_program(
    statement: &Statement,
    log: &HostLog,
    segments: &[SegmentProof],
    program: &Program,
    keys: &Prepared,
) -> Result<Verdict, VerifyError> {
    let mut batch = Batch::new(keys);
    let verdict = claim(statement, log, segments, program, keys, &mut batch)?;
    batch.check()?;
    Ok(verdict)
}

/// Verifies several proofs with one final exponentiation. One that fails fails all.
///
/// # Errors
/// [`VerifyError`] of the first that fails before the pairings, or [`VerifyError::Equation`].
pub fn verify_batch(files: &[(&ProofFile, &Program)], keys: &Prepared) -> Result<Vec<Verdict>, VerifyError> {
    let mut batch = Batch::new(keys);
    let verdicts: Result<Vec<_>, _> = files
        .iter()
        .map(|(file, program)| claim(&file.statement, &file.log, &file.segments, program, keys, &mut batch))
        .collect();
    let verdicts = verdicts?;
    batch.check()?;
    Ok(verdicts)
}

/// Checks everything but the equations, which it adds to `batch`.
fn claim(
    statement: &Statement,
    log: &HostLog,
    segments: &[SegmentProof],
    program: &Program,
    keys: &Prepared,
    batch: &mut Batch<'_>,
) -> Result<Verdict, VerifyError> {
    if statement.keys != keys.digest() {
        return Err(VerifyError::OtherKeys(statement.keys));
    }
    let end = end_class(segments, keys)?;
    let checked = rules::check(statement, log, program)?;
    if checked.log.iter().filter(|(_, hidden)| *hidden).count() > end.hidden_log as usize {
        return Err(VerifyError::Segments("more is hidden than the end segment takes"));
    }
    let digest = program_digest(program);
    let challenge = challenge(statement, log, &digest, &commitments(segments));
    let public = Public {
        program,
        args: &checked.args,
        stack_limit: statement.stack_limit,
        log: &checked.log,
        rows: end.rows,
        registers: end.registers,
    };
    let mut sum = public_sum(&public, &challenge)?;
    let mut gas = Fr::from(program.begin_gas) - Fr::from(statement.gas_charged);
    batch.absorb(&statement.digest());
    for (index, proof) in segments.iter().enumerate() {
        let segment = Segment::new(proof).map_err(|what| VerifyError::Encoding { segment: index, what })?;
        sum += segment.sum;
        gas += segment.gas;
        let told = (index + 1 == segments.len()).then_some(&checked.end);
        let inputs = inputs(&challenge, segment.sum, segment.gas, told);
        batch.add(proof, segment, inputs)?;
    }
    if !sum.is_zero() {
        return Err(VerifyError::Sum);
    }
    if !gas.is_zero() {
        return Err(VerifyError::Gas);
    }
    Ok(Verdict {
        statement: statement.digest(),
        program: digest,
        storage: checked.storage,
        segments: segments.len(),
        insecure: keys.keys().insecure,
    })
}

/// The class of the last segment, which alone is an end segment; at least one execution segment stands before it.
fn end_class<'k>(segments: &[SegmentProof], keys: &'k Prepared) -> Result<&'k crate::ClassInfo, VerifyError> {
    if segments.len() > MAX_SEGMENTS {
        return Err(VerifyError::Segments("too many"));
    }
    let info = |proof: &SegmentProof| {
        let class = keys.class(proof.class).map(|(_, class)| &class.info);
        class.ok_or(VerifyError::Segments("a class without a key"))
    };
    let Some((last, rest)) = segments.split_last() else { return Err(VerifyError::Segments("there are none")) };
    if rest.is_empty() {
        return Err(VerifyError::Segments("there is no execution segment"));
    }
    for proof in rest {
        if info(proof)?.kind != ClassKind::Exec {
            return Err(VerifyError::Segments("an end segment stands among the execution segments"));
        }
    }
    let end = info(last)?;
    if end.kind == ClassKind::End { Ok(end) } else { Err(VerifyError::Segments("the end segment is missing")) }
}
