//! The whole check of a proof.

use crate::{HostLog, Keys, ProofFile, SegmentProof, Statement, VerifyError};
use alloc::vec::Vec;
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

/// Keys with their points decoded and prepared for pairings.
#[derive(Debug)]
pub struct Prepared {
    /// The keys.
    pub keys: Keys,
    /// Their digest.
    pub digest: Hash,
}

impl Prepared {
    /// Decodes every point and refuses degenerate keys.
    ///
    /// # Errors
    /// [`VerifyError::Keys`].
    pub fn new(keys: Keys) -> Result<Self, VerifyError> {
        let digest = keys.digest();
        Ok(Self { keys, digest })
    }
}

/// Verifies a file, with the module's bytes from `code` or, without them, from the file.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(file: &ProofFile, keys: &Prepared, code: Option<&[u8]>) -> Result<Verdict, VerifyError> {
    let _ = (file, keys, code);
    Err(VerifyError::Equation)
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
    let _ = (statement, log, segments, program, keys);
    Err(VerifyError::Equation)
}

/// Verifies several proofs with one final exponentiation. One that fails fails all.
///
/// # Errors
/// [`VerifyError`] of the first that fails before the pairings, or [`VerifyError::Equation`].
pub fn verify_batch(files: &[(&ProofFile, &Program)], keys: &Prepared) -> Result<Vec<Verdict>, VerifyError> {
    let _ = (files, keys);
    Err(VerifyError::Equation)
}
