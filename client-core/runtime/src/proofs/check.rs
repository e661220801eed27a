//! A proof brought to the chain. It counts only if the chain still keeps a receipt that says the same: the proof shows what
//! the code does with what the host answered, and the receipt that the host did answer so. A proof over invented answers
//! holds, and is refused here.
//!
//! Gas is the time in a tab: arithmetic of the curves takes about four times as long there as natively, and the reference
//! engine gets through one gas in 2.25 ns, so a native nanosecond (`zera-proof-verify`'s example `bench_gas`) is 1.8 gas.
//! What is not arithmetic takes twice as long, 0.9 gas. All is charged before it is done.

use super::{ProofState, VERIFIED, kept, kept_key};
use crate::{
    events::event,
    execute::charge,
    session::{Session, Stop},
};
use alloc::vec::Vec;
use codec::Encode;
use zera_primitives::{CallRecord, Gas, Hash, ModuleId, Network, keys::RUNTIME_VERSION, limits};
use zera_proof_rows::TRANSLATOR_VERSION;
use zera_proof_verify::{Origin, Part, ProofFile, Statement, VerifyError};
use zera_registry as registry;
use zera_state::put_typed;

/// Gas of submitting a proof, besides its bytes and what verifying it costs.
pub const SUBMIT: u64 = 50_000;
/// Gas of the pairings with the keys' points, and of the last exponentiation: 4.4 ms natively.
pub const EQUATION: u64 = 8_000_000;
/// Gas for each byte of the module's code: reading, hashing, translating it.
pub const CODE_BYTE: u64 = 100;
/// Gas for each term of the sum over public data, of which rows, registers and data words have one each, and the host log
/// fewer than it has bytes: 0.28 µs natively.
pub const TERM: u64 = 500;
/// Gas for each segment: its points (0.3 ms natively), a Miller loop (0.6), its shares of the sums (0.2).
pub const SEGMENT: u64 = 2_000_000;

/// Why a proof does not count. Recoverable: nothing changed but the fee.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// It is no proof file, or does not hold.
    #[error("the proof is refused: {0}")]
    Proof(#[from] VerifyError),
    /// Its statement is not the expected one.
    #[error("the statement has the digest {0}, which is not the expected one")]
    OtherStatement(Hash),
    /// It is about another chain, other rules, or another translation.
    #[error("the statement is about another chain, other rules or another translation")]
    OtherChain,
    /// It is about a run outside of blocks, or hides something: nothing on the chain can be held against it.
    #[error("the statement is about no execution of this chain")]
    Local,
    /// The chain does not keep the receipt.
    #[error("the chain keeps no receipt of transaction {0}")]
    NotKept(Hash),
    /// The receipt says something else: the host never answered so in that execution.
    #[error("the statement is not what the receipt says: the host did not answer so in this execution")]
    OtherExecution,
    /// Larger than what the chain verifies.
    #[error("the proof has more segments or bytes than the chain verifies")]
    TooLarge,
}

/// What [`CallRecord::execution`] is for the execution that a statement describes; none if it hides anything.
fn execution(statement: &Statement) -> Option<Hash> {
    let args: Vec<u8> = statement.args.iter().map(Part::shown).collect::<Option<Vec<_>>>()?.concat();
    let result = statement.result.as_ref().map_or(Some(&[][..]), Part::shown)?;
    let record = CallRecord {
        depth: 0,
        module: ModuleId([0; 32]),
        code: statement.code_hash,
        entry: statement.entry.clone(),
        args: Hash::of(&args),
        result: Hash::of(result),
        gas: Gas(statement.gas),
        host_log: statement.host_digest,
        storage_log: statement.storage_digest,
        logged: None,
        outcome: statement.outcome,
    };
    (!statement.hides()).then(|| record.execution())
}

impl Session<'_, '_> {
    /// Verifies `proof` and, with `may_record`, notes the first success. `expected` is the digest that the statement must
    /// have. Takes what it costs from `left`, before it is done.
    pub(crate) fn verify_proof(
        &mut self,
        proof: &[u8],
        expected: Option<&Hash>,
        may_record: bool,
        left: &mut u64,
    ) -> Result<Result<(), Refusal>, Stop> {
        if proof.len() > limits::PROOF_BYTES {
            return Ok(Err(Refusal::TooLarge));
        }
        let file = match ProofFile::from_bytes(proof) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error.into())),
        };
        let (transaction, call) = match self.match_receipt(&file, expected)? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = self.check_equations(&file, left)? {
            return Ok(Err(refusal));
        }
        if may_record {
            self.record_verified(&transaction, call, file.statement.digest())?;
        }
        Ok(Ok(()))
    }

    /// Everything that needs no arithmetic: the statement is the expected one, of this chain, and what a receipt says.
    fn match_receipt(
        &mut self,
        file: &ProofFile,
        expected: Option<&Hash>,
    ) -> Result<Result<(Hash, u32), Refusal>, Stop> {
        let (statement, chain) = (&file.statement, self.ctx.chain);
        let digest = statement.digest();
        if expected.is_some_and(|expected| *expected != digest) {
            return Ok(Err(Refusal::OtherStatement(digest)));
        }
        if statement.chain != chain.genesis
            || statement.runtime_version != RUNTIME_VERSION
            || statement.translator != TRANSLATOR_VERSION
        {
            return Ok(Err(Refusal::OtherChain));
        }
        let (Origin::Ledger { transaction, call }, Some(execution)) = (statement.origin, execution(statement)) else {
            return Ok(Err(Refusal::Local));
        };
        let Some(kept) = kept(self.st, self.ctx.slot, &transaction)? else {
            return Ok(Err(Refusal::NotKept(transaction)));
        };
        let same = kept.calls.get(call as usize).is_some_and(|call| call.execution == execution);
        Ok(if same { Ok((transaction, call)) } else { Err(Refusal::OtherExecution) })
    }

    /// The proof itself, paid for before each part of it.
    fn check_equations(&mut self, file: &ProofFile, left: &mut u64) -> Result<Result<(), Refusal>, Stop> {
        if file.segments.len() > limits::PROOF_SEGMENTS {
            return Ok(Err(Refusal::TooLarge));
        }
        let development = self.ctx.chain.network == Network::Solo;
        let verifier = self.machine.verifier();
        if let Err(error) = verifier.allowed(development) {
            return Ok(Err(error.into()));
        }
        let Some(code) = registry::code(self.st, &file.statement.code_hash)? else {
            return Ok(Err(VerifyError::Module.into()));
        };
        charge(left, EQUATION)?;
        charge(left, SEGMENT.saturating_mul(file.segments.len() as u64))?;
        charge(left, CODE_BYTE.saturating_mul(code.len() as u64))?;
        charge(left, TERM.saturating_mul(file.log.encoded_size() as u64))?;
        let program = match zera_proof_verify::verify::program(&file.statement, &code) {
            Ok(program) => program,
            Err(error) => return Ok(Err(error.into())),
        };
        charge(left, TERM.saturating_mul(verifier.terms(file, &program)))?;
        Ok(verifier.verify(file, &program).map_err(Refusal::from))
    }

    fn record_verified(&mut self, transaction: &Hash, call: u32, statement: Hash) -> Result<(), Stop> {
        let Some(mut kept) = kept(self.st, self.ctx.slot, transaction)? else { return Ok(()) };
        match kept.calls.get_mut(call as usize).map(|call| &mut call.proof) {
            Some(proof @ (ProofState::Nothing | ProofState::Requested { .. })) => {
                let (height, slot) = (self.ctx.height, self.ctx.slot);
                let brought = self.transaction.unwrap_or(Hash::ZERO);
                *proof = ProofState::Verified { statement, transaction: brought, height, slot };
                put_typed(self.st, kept_key(transaction), &kept);
                self.emit(event(VERIFIED, &(transaction, call, statement)))
            }
            _ => Ok(()),
        }
    }
}
