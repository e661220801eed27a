//! Gas of what the runtime itself does. Module code is metered by `zera_vm::gas`; these are the native calls.
//!
//! | what | gas |
//! |---|---|
//! | a transaction | 1,000 |
//! | a hinted key | the parameter `gas_per_hinted_key` |
//! | transfer, stake, unstake, withdraw | 1,000 |
//! | allocate | 5,000 |
//! | delegate | 10,000; 5,000 more per delegator that a resignation gives back to |
//! | allocate as a delegate | 5,000 + 5,000 per delegator |
//! | propose | 20,000 |
//! | begin an upload | 2,000 + 100 per chunk |
//! | upload a chunk | 2,000 + 54 per byte (hashing, validation, translation to rows, storing) |
//! | deploy, with a reference too | 10,000 |
//! | attest | 200,000: it may look at every live proposal |
//! | call a module | 500 + what the module uses |
//! | request a proof | 20,000 |
//! | submit a proof | 50,000 + 2 per byte + what verifying costs ([`crate::proofs`]) |

use crate::proofs;
use zera_primitives::{Params, Transaction, tx::Call};

/// Gas of a transaction before its calls.
pub const TRANSACTION: u64 = 1_000;

/// Gas for each delegator that a call looks at: as much as allocating costs the owner.
pub const DELEGATOR: u64 = 5_000;

/// Gas for each byte of uploaded code. The last chunk has the whole validated (12 ns a byte natively) and translated (50),
/// which takes twice as long in a tab, where one gas takes 2.25 ns; every byte pays for itself.
pub const UPLOAD_BYTE: u64 = 54;

/// Gas charged before any call runs: the transaction and its hinted keys.
#[must_use]
pub fn intrinsic(transaction: &Transaction, params: &Params) -> u64 {
    let hinted = transaction.hint.reads.len().saturating_add(transaction.hint.writes.len()) as u64;
    TRANSACTION.saturating_add(hinted.saturating_mul(params.gas_per_hinted_key))
}

/// Gas of one call, without what a module uses.
#[must_use]
pub fn native(call: &Call) -> u64 {
    match call {
        Call::Transfer { .. } | Call::Stake { .. } | Call::Unstake { .. } | Call::Withdraw { .. } => 1_000,
        Call::Allocate { .. } | Call::AllocateDelegated { .. } => 5_000,
        Call::Delegate { .. } => 10_000,
        Call::Propose { .. } => 20_000,
        Call::BeginUpload { chunks, .. } => 2_000u64.saturating_add((chunks.len() as u64).saturating_mul(100)),
        Call::UploadChunk { bytes, .. } => 2_000u64.saturating_add((bytes.len() as u64).saturating_mul(UPLOAD_BYTE)),
        Call::Deploy { .. } | Call::DeployReference { .. } => 10_000,
        Call::Attest { .. } => 200_000,
        Call::Module { .. } => 500,
        Call::RequestProof { .. } => 20_000,
        Call::SubmitProof { proof } => proofs::SUBMIT.saturating_add((proof.len() as u64).saturating_mul(2)),
    }
}
