//! From calls to transactions ready to sign: uploads are split and packed, everything is simulated on a copy in order,
//! and each transaction gets the access hint, gas limit and fee limit that its simulation showed (design §5).

use crate::{
    client::{Client, EXPIRY_SLOTS},
    error::ClientError,
};
use codec::Encode;
use zera_primitives::{
    AccountId, Amount, Class, Gas, Hash, ModuleId, Params, ProposalId, Receipt, Signature, SignedTransaction, Slot,
    Transaction, limits,
    tx::{AccessHint, Call},
};
use zera_registry as registry;
use zera_runtime::{BlockCtx, Diagnostic, Executed, Unfit, admission, execute};
use zera_state::{Overlay, accounts};
use zera_zip::cluster;

/// Bytes of calls that are packed into one transaction; the rest is left to hint and signature.
const PACKED_BYTES: usize = 96 << 10;

/// One transaction, unsigned, with what it would do.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is to be signed.
    pub transaction: Transaction,
    /// The receipt it would have.
    pub receipt: Receipt,
    /// Results and finer causes.
    pub diagnostics: Vec<Diagnostic>,
    /// The sender's free balance before and after.
    pub balance: (Amount, Amount),
}

/// Transactions to be signed in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The transactions.
    pub steps: Vec<Step>,
    /// Modules that they would create.
    pub modules: Vec<ModuleId>,
    /// Proposals that they would open.
    pub proposals: Vec<(ProposalId, Class)>,
}

impl Client {
    /// Plans `calls` of `sender`, preceded by the upload of `codes` that the chain does not hold. Later steps are
    /// simulated on the effects of earlier ones and of what already waits. A step whose outcome is not `Ok` is the
    /// last: the caller shows why.
    ///
    /// # Errors
    /// [`ClientError::Refused`] when a transaction could not even enter a block, for example for lack of ZRA.
    pub fn prepare(
        &self,
        sender: AccountId,
        slot: Slot,
        codes: &[Vec<u8>],
        calls: Vec<Call>,
    ) -> Result<Plan, ClientError> {
        let ctx = self.context(slot)?;
        let machine = self.pipelines.machine();
        let mut overlay = Overlay::new(&self.state);
        for waiting in self.mempool.iter() {
            let mut trial = Overlay::new(&overlay);
            if execute(machine, &mut trial, &ctx, waiting, None).is_ok() {
                let changes = trial.into_parts().0;
                cluster::apply(&mut overlay, changes);
            }
        }
        let mut plan = Plan::default();
        for calls in self.batches(codes, calls)? {
            let transaction = draft(&overlay, &ctx, sender, calls)?;
            let before = accounts::account(&overlay, &sender)?.free;
            let (transaction, executed, changes) = self.settle(&overlay, &ctx, transaction)?;
            cluster::apply(&mut overlay, changes);
            let after = accounts::account(&overlay, &sender)?.free;
            let ok = executed.receipt.outcome.is_ok();
            plan.modules.extend(executed.modules);
            plan.proposals.extend(executed.proposals);
            let (receipt, diagnostics) = (executed.receipt, executed.diagnostics);
            plan.steps.push(Step { transaction, receipt, diagnostics, balance: (before, after) });
            if !ok {
                break;
            }
        }
        Ok(plan)
    }

    /// Simulates twice: once with all the gas to learn what it touches, once as it will be signed.
    fn settle(
        &self,
        overlay: &Overlay<'_>,
        ctx: &BlockCtx,
        mut transaction: Transaction,
    ) -> Result<(Transaction, Executed, zera_state::ChangeSet), ClientError> {
        let (executed, access, _) = self.try_out(overlay, ctx, &transaction)?;
        transaction.hint = cluster::hint(&access);
        if transaction.hint.reads.len().saturating_add(transaction.hint.writes.len()) > limits::HINTED_KEYS {
            transaction.hint = AccessHint::default();
        }
        let bare = signed(transaction.clone());
        let used = executed.receipt.gas.0.saturating_add(admission::intrinsic(&bare, &ctx.params));
        // Room for a second attempt in the serial lane, and for state that moves before the block.
        let limit = used.saturating_mul(2).saturating_add(10_000);
        transaction.gas_limit = Gas(limit.min(transaction.gas_limit.0));
        transaction.fee_limit = admission::greatest_fee(&signed(transaction.clone()), &ctx.params);
        let (executed, _, changes) = self.try_out(overlay, ctx, &transaction)?;
        Ok((transaction, executed, changes))
    }

    fn try_out(
        &self,
        overlay: &Overlay<'_>,
        ctx: &BlockCtx,
        transaction: &Transaction,
    ) -> Result<(Executed, zera_state::AccessSet, zera_state::ChangeSet), Unfit> {
        let mut trial = Overlay::new(overlay);
        let executed = execute(self.pipelines.machine(), &mut trial, ctx, &signed(transaction.clone()), None)?;
        let (changes, access) = trial.into_parts();
        Ok((executed, access, changes))
    }

    /// Calls per transaction: uploads first, packed by size; the caller's own calls stay together, in the last one.
    fn batches(&self, codes: &[Vec<u8>], calls: Vec<Call>) -> Result<Vec<Vec<Call>>, ClientError> {
        let mut uploads = Vec::new();
        for code in codes {
            let hash = Hash::of(code);
            if registry::code_info(&self.state, &hash).map_err(crate::seal::fault)?.is_none() {
                uploads.extend(upload(hash, code));
            }
        }
        let mut batches: Vec<Vec<Call>> = vec![Vec::new()];
        let mut bytes = 0usize;
        let own: usize = calls.iter().map(Encode::encoded_size).sum();
        let mut groups: Vec<(usize, Vec<Call>)> =
            uploads.into_iter().map(|call| (call.encoded_size(), vec![call])).collect();
        groups.push((own, calls));
        for (size, group) in groups {
            let full = |batch: &Vec<Call>| {
                !batch.is_empty()
                    && (bytes.saturating_add(size) > PACKED_BYTES
                        || batch.len().saturating_add(group.len()) > limits::TRANSACTION_CALLS)
            };
            if batches.last().is_none_or(full) {
                batches.push(Vec::new());
                bytes = 0;
            }
            bytes = bytes.saturating_add(size);
            if let Some(batch) = batches.last_mut() {
                batch.extend(group);
            }
        }
        batches.retain(|batch| !batch.is_empty());
        Ok(batches)
    }
}

/// The calls that upload one code.
fn upload(code: Hash, bytes: &[u8]) -> Vec<Call> {
    let chunks: Vec<&[u8]> = bytes.chunks(limits::CHUNK_BYTES).collect();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let begin = Call::BeginUpload { code, length, chunks: chunks.iter().map(|chunk| Hash::of(chunk)).collect() };
    let chunk = |(index, bytes): (usize, &&[u8])| Call::UploadChunk {
        code,
        index: u32::try_from(index).unwrap_or(u32::MAX),
        bytes: bytes.to_vec(),
    };
    std::iter::once(begin).chain(chunks.iter().enumerate().map(chunk)).collect()
}

/// A transaction without hint, with as much gas as the sender can pay for.
fn draft(
    overlay: &Overlay<'_>,
    ctx: &BlockCtx,
    sender: AccountId,
    calls: Vec<Call>,
) -> Result<Transaction, ClientError> {
    let account = accounts::account(overlay, &sender)?;
    let mut transaction = Transaction {
        sender,
        nonce: account.nonce,
        expiry: ctx.slot.plus(EXPIRY_SLOTS),
        gas_limit: Gas(limits::TRANSACTION_GAS),
        fee_limit: Amount(u128::MAX),
        calls,
        hint: AccessHint::default(),
    };
    let bare = signed(transaction.clone());
    let gas = affordable(account.free, &bare, &ctx.params);
    let needed = admission::intrinsic(&bare, &ctx.params);
    if gas < needed {
        let cost = admission::fee(needed, bare.encoded_size(), &ctx.params);
        return Err(admission::AdmissionError::Balance { cost, free: account.free }.into());
    }
    transaction.gas_limit = Gas(gas);
    Ok(transaction)
}

fn affordable(free: Amount, bare: &SignedTransaction, params: &Params) -> u64 {
    let bytes = admission::fee(0, bare.encoded_size(), params);
    let rest = free.saturating_sub(bytes).0;
    let most = match u128::from(params.fee_per_gas) {
        0 => u128::MAX,
        per_gas => rest / per_gas,
    };
    u64::try_from(most).unwrap_or(u64::MAX).min(limits::TRANSACTION_GAS)
}

/// The transaction with an empty signature, which execution does not look at: admission has checked it.
fn signed(transaction: Transaction) -> SignedTransaction {
    SignedTransaction { transaction, signature: Signature([0; 64]) }
}
