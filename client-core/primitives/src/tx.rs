//! Transactions: atomic batches of calls with nonce, expiry, gas limit, fee limit and an access hint (design §5).

use crate::{
    amount::Amount,
    codec::{DecodeError, decode_bounded},
    hash::Hash,
    ids::{AccountId, Gas, ModuleId, ProposalId, Slot},
    keys::{self, KeyError, SecretKey, Signature},
    limits,
    payload::{ExternalRef, Payload},
    proposal::{Class, Side},
    state_key::StateKey,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};

/// One step of a transaction.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Call {
    /// Move ZRA.
    Transfer {
        /// To whom.
        to: AccountId,
        /// How much.
        amount: Amount,
    },
    /// Announce code that comes in chunks of 64 KiB.
    BeginUpload {
        /// BLAKE3 of the whole.
        code: Hash,
        /// Bytes of the whole.
        length: u32,
        /// BLAKE3 of each chunk in order.
        chunks: Vec<Hash>,
    },
    /// One chunk of announced code. The last one completes, hashes and validates the whole.
    UploadChunk {
        /// The announced code.
        code: Hash,
        /// Which chunk, from 0.
        index: u32,
        /// Its bytes.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
        bytes: Vec<u8>,
    },
    /// Create a module from stored code; runs its constructor when the manifest names one.
    Deploy {
        /// The stored code.
        code: Hash,
        /// The constructor's arguments.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
        args: Vec<u8>,
        /// ZRA given to the module.
        value: Amount,
    },
    /// Call an export of a module.
    Module {
        /// The module.
        module: ModuleId,
        /// The export.
        entry: String,
        /// Its arguments.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
        args: Vec<u8>,
        /// ZRA attached.
        value: Amount,
    },
    /// Bind ZRA so that they can be allocated.
    Stake {
        /// How much more.
        amount: Amount,
    },
    /// Take unallocated stake back, after the unstake delay.
    Unstake {
        /// How much.
        amount: Amount,
    },
    /// Submit a proposal; its class follows from its effects.
    Propose {
        /// One line for lists.
        title: String,
        /// What it does.
        payload: Payload,
    },
    /// Set the sender's allocation on one side of a proposal to `amount`; zero releases it.
    Allocate {
        /// The proposal.
        proposal: ProposalId,
        /// The side. An account is on one side of a proposal at a time.
        side: Side,
        /// The new amount, not the difference.
        amount: Amount,
    },
    /// Take back one's own proposal before anyone else allocated.
    Withdraw {
        /// The proposal.
        proposal: ProposalId,
    },
    /// Let `to` allocate `amount` of the sender's stake to proposals of one class; zero claws all of it back.
    Delegate {
        /// The class.
        class: Class,
        /// Who may allocate it.
        to: AccountId,
        /// The new amount, not the difference.
        amount: Amount,
    },
    /// As a delegate, allocate a share of everybody's delegated stake to one side of a proposal; zero releases it.
    AllocateDelegated {
        /// The proposal; its class tells whose stake.
        proposal: ProposalId,
        /// The side.
        side: Side,
        /// Share of each delegation, ppm.
        share_ppm: u32,
    },
    /// Create a module that runs a manager's tag.
    DeployReference {
        /// The tag.
        reference: ExternalRef,
        /// Arguments of the constructor that the resolved code names; none to run no constructor.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::maybe_bytes"))]
        constructor: Option<Vec<u8>>,
        /// ZRA given to the module.
        value: Amount,
    },
    /// As a registered builder, state what rebuilding `code` from source gave.
    Attest {
        /// The stored code.
        code: Hash,
        /// BLAKE3 of what the rebuild gave; equal to `code` when it agrees.
        rebuilt: Hash,
        /// BLAKE3 of the build description: source, tools, command.
        recipe: Hash,
    },
    /// Ask for a proof of an execution whose receipt the chain keeps.
    RequestProof {
        /// The transaction.
        transaction: Hash,
        /// Place in its receipt's list of calls.
        call: u32,
    },
    /// Have a proof of an execution verified, whose receipt the chain keeps.
    SubmitProof {
        /// The proof file; it need not carry the module.
        #[cfg_attr(feature = "serde", serde(with = "crate::plain::bytes"))]
        proof: Vec<u8>,
    },
}

/// Keys a transaction expects to touch, from simulating it before signing. Each is priced.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccessHint {
    /// Keys only read, in ascending order.
    pub reads: Vec<StateKey>,
    /// Keys written, in ascending order.
    pub writes: Vec<StateKey>,
}

/// What a key signs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Transaction {
    /// Who pays and acts.
    pub sender: AccountId,
    /// The sender's next number.
    pub nonce: u64,
    /// Last slot in which it may be included.
    pub expiry: Slot,
    /// Most gas it may use, nested calls and both attempts included.
    pub gas_limit: Gas,
    /// Most it may cost.
    pub fee_limit: Amount,
    /// Steps, all or none.
    pub calls: Vec<Call>,
    /// Keys it expects to touch.
    pub hint: AccessHint,
}

/// A transaction with its signature.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SignedTransaction {
    /// What was signed.
    pub transaction: Transaction,
    /// By the sender.
    pub signature: Signature,
}

impl Transaction {
    /// The exact bytes that the sender's key signs on the chain of `genesis`.
    #[must_use]
    pub fn signing_payload(&self, genesis: &Hash) -> Vec<u8> {
        keys::signing_payload(genesis, self.nonce, self.expiry.0, &self.encode())
    }

    /// Signs with a key in memory.
    #[must_use]
    pub fn sign(self, genesis: &Hash, key: &SecretKey) -> SignedTransaction {
        let signature = key.sign(&self.signing_payload(genesis));
        SignedTransaction { transaction: self, signature }
    }
}

impl SignedTransaction {
    /// Decodes outside bytes within the transaction limit.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let signed: Self = decode_bounded(bytes, limits::TRANSACTION_BYTES)?;
        let hinted = signed.transaction.hint.reads.len().saturating_add(signed.transaction.hint.writes.len());
        if hinted > limits::HINTED_KEYS || signed.transaction.calls.len() > limits::TRANSACTION_CALLS {
            return Err(DecodeError::Malformed);
        }
        Ok(signed)
    }

    /// Checks the signature for the chain of `genesis`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, genesis: &Hash) -> Result<(), KeyError> {
        keys::verify(&self.transaction.sender, &self.transaction.signing_payload(genesis), &self.signature)
    }

    /// Identity of the transaction and leaf of the transaction root.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/transaction/v1", self)
    }
}
