//! What checks the equations of proofs, and the keys that this build pins.

use alloc::sync::Arc;
use core::cell::OnceCell;
use zera_primitives::Hash;
use zera_proof_rows::Program;
use zera_proof_verify::{Keys, Prepared, ProofFile, VerifyError, verify_program};

/// Checks proofs that are about executions of this chain. Every node of a chain has the same one: the runtime's hash
/// names its keys.
pub trait Verifier {
    /// Refuses keys that may not be used on such a chain.
    ///
    /// # Errors
    /// [`VerifyError::InsecureKeys`], [`VerifyError::Keys`].
    fn allowed(&self, development: bool) -> Result<(), VerifyError>;
    /// Terms of the sum over public data that do not depend on the log: rows, registers and special cells, data words.
    fn terms(&self, file: &ProofFile, program: &Program) -> u64;
    /// Verifies.
    ///
    /// # Errors
    /// [`VerifyError`].
    fn verify(&self, file: &ProofFile, program: &Program) -> Result<(), VerifyError>;
}

/// The keys that this build pins, prepared when the first proof comes.
#[derive(Debug, Default)]
pub struct Pinned(OnceCell<Result<Arc<Prepared>, VerifyError>>);

impl Pinned {
    fn keys(&self) -> Result<&Prepared, VerifyError> {
        let prepare = || Keys::from_bytes(zera_proof_verify::keys::PINNED).and_then(Prepared::new).map(Arc::new);
        self.0.get_or_init(prepare).as_deref().map_err(Clone::clone)
    }
}

/// Digest of the keys that this build pins; zeros where it has none.
#[must_use]
pub fn pinned_digest() -> Hash {
    Keys::from_bytes(zera_proof_verify::keys::PINNED).map_or(Hash::ZERO, |keys| keys.digest())
}

impl Verifier for Pinned {
    fn allowed(&self, development: bool) -> Result<(), VerifyError> {
        self.keys()?.keys().allowed(development)
    }

    fn terms(&self, file: &ProofFile, program: &Program) -> u64 {
        let end = file.segments.last().and_then(|last| self.keys().ok()?.keys().class(last.class));
        let registers = end.map_or(0, |class| u64::from(class.info.registers));
        registers.saturating_add((program.rows.len() as u64).saturating_add(program.data.len() as u64))
    }

    fn verify(&self, file: &ProofFile, program: &Program) -> Result<(), VerifyError> {
        verify_program(&file.statement, &file.log, &file.segments, program, self.keys()?).map(|_| ())
    }
}
