//! What a proof says: one execution, from its code and arguments to its result, gas and outcome.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Outcome};

/// Domain of [`Statement::digest`].
pub const STATEMENT_DOMAIN: &str = "zera/proof/statement/v1";

/// Bytes that a statement shows, or only counts.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Part {
    /// They are these.
    Public(Vec<u8>),
    /// There are so many; the prover knows them.
    Hidden(u32),
}

impl Part {
    /// How many bytes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Public(bytes) => bytes.len(),
            Self::Hidden(length) => *length as usize,
        }
    }

    /// True if there are no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, unless they are hidden.
    #[must_use]
    pub fn shown(&self) -> Option<&[u8]> {
        match self {
            Self::Public(bytes) => Some(bytes),
            Self::Hidden(_) => None,
        }
    }

    /// True for [`Part::Hidden`].
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        matches!(self, Self::Hidden(_))
    }
}

/// What the module emitted with `emit_event`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Emitted {
    /// Topic, UTF-8.
    pub topic: Vec<u8>,
    /// Data.
    pub data: Vec<u8>,
}

/// The events of an execution, in order.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Events {
    /// They are these.
    Public(Vec<Emitted>),
    /// There are so many; how long topic and data are stands in the log.
    Hidden(u32),
}

/// Where the execution happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Origin {
    /// In a block: a call of a transaction, by its place in the receipt. Nothing of it can be hidden.
    Ledger {
        /// Hash of the transaction.
        transaction: Hash,
        /// Place in the receipt's list of calls.
        call: u32,
    },
    /// On the prover's own machine: what the host answered is the prover's word.
    Local,
}

/// One execution. Everything that a verdict is about stands here, or in the log that the digests bind.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Statement {
    /// Genesis hash of the chain.
    pub chain: Hash,
    /// Version of the chain's rules.
    pub runtime_version: u32,
    /// [`zera_proof_rows::TRANSLATOR_VERSION`].
    pub translator: u32,
    /// [`crate::Keys::digest`] of the keys that it is proven under.
    pub keys: Hash,
    /// BLAKE3 of the module's bytes.
    pub code_hash: Hash,
    /// Export that was called.
    pub entry: String,
    /// Arguments: one part for each parameter of a direct call (little-endian); exactly one part for a call that reads its
    /// arguments from the host.
    pub args: Vec<Part>,
    /// Result; only with [`Outcome::Ok`], and always with it. Empty where there is none.
    pub result: Option<Part>,
    /// Events.
    pub events: Events,
    /// How it ended.
    pub outcome: Outcome,
    /// Gas used, as in the receipt: the limit where it ran out.
    pub gas: u64,
    /// Gas that the rows charged, the begin gas included: equals `gas` less [`crate::HostStop::gas`], unless it ran out.
    pub gas_charged: u64,
    /// Gas it could use.
    pub gas_limit: u64,
    /// Stack units it could use.
    pub stack_limit: u64,
    /// Digest of what the host answered, as in the receipt. Hidden bytes count as none.
    pub host_digest: Hash,
    /// Digest of the storage log, as in the receipt.
    pub storage_digest: Hash,
    /// Where it happened.
    pub origin: Origin,
    /// Whatever the verifier asked to be named, against replay; zero if nothing was asked.
    pub nonce: Hash,
}

impl Statement {
    /// Digest of the whole statement.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of_encoded(STATEMENT_DOMAIN, self)
    }

    /// True if an argument, the result or the events are hidden.
    #[must_use]
    pub fn hides(&self) -> bool {
        self.args.iter().chain(&self.result).any(Part::is_hidden) || matches!(self.events, Events::Hidden(_))
    }
}
