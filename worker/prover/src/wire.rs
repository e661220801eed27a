//! What the node and its provers say to each other: SCALE in transferred buffers, at most one request under way in each
//! prover.
//!
//! Every prover knows the whole job and its seed, and comes to the same rows, segments and secrets by itself; so a segment
//! is named by its number, any prover can commit to it and any other can prove it, and no witness is ever sent.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, codec::decode_bounded};
use zera_proof_verify::{Origin, SegmentProof};
use zera_vm::TraceRecord;

/// Bytes of one message: code, record and proofs are bounded by their own limits far below it.
const MESSAGE_BYTES: usize = 64 << 20;

/// What a proof hides.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Hidden {
    /// The arguments.
    pub args: bool,
    /// The result.
    pub result: bool,
    /// The events.
    pub events: bool,
}

/// One execution that is to be proven.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Job {
    /// The module's original bytes.
    pub code: Vec<u8>,
    /// What was kept of the execution.
    pub record: TraceRecord,
    /// Genesis of the chain.
    pub chain: Hash,
    /// Version of its rules.
    pub runtime_version: u32,
    /// Where the execution happened.
    pub origin: Origin,
    /// What is hidden; nothing of an execution in a block can be.
    pub hidden: Hidden,
    /// Stands in the statement.
    pub nonce: Hash,
    /// The file of verifying keys, which names the proving keys.
    pub keys: Vec<u8>,
    /// Fresh, uniform and secret: all secrets of the proof come out of it.
    pub seed: [u8; 32],
}

/// From the node.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum ToProver {
    /// Trace the execution and cut it into segments. Answer: `Planned`.
    Begin(Box<Job>),
    /// Fetch a class's proving key into this browser's cache, unless it is there. Answer: `Fetched`, several times, the last
    /// one with all bytes.
    Fetch {
        /// The class.
        class: u8,
    },
    /// Commit to a segment. Answer: `Committed`.
    Commit {
        /// Its number.
        segment: u32,
    },
    /// Prove a segment. Answer: `Proved`.
    Prove {
        /// Its number.
        segment: u32,
        /// Class and commitment of every segment, in order: the challenge follows from them.
        commitments: Vec<(u8, [u8; 32])>,
    },
    /// Make the file and verify it. Answer: `Finished`.
    Finish {
        /// The proofs of all segments, in order.
        segments: Vec<SegmentProof>,
    },
}

/// What a prover says.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Word {
    /// It listens.
    Ready,
    /// It panicked, and is about to end; the text is a diagnostic.
    Panicked(String),
    /// What it was asked cannot be done; why, in English.
    Refused(String),
    /// How the execution is cut.
    Planned {
        /// Rows of the run.
        steps: u64,
        /// The class of each segment, in order; the last one closes the sums.
        classes: Vec<u8>,
    },
    /// So much of a key is in the cache.
    Fetched {
        /// The class.
        class: u8,
        /// Bytes there.
        got: u64,
        /// Bytes in all.
        of: u64,
    },
    /// A segment's commitment.
    Committed {
        /// Its number.
        segment: u32,
        /// D, compressed.
        d: [u8; 32],
    },
    /// A segment's proof.
    Proved {
        /// Its number.
        segment: u32,
        /// The proof.
        proof: Box<SegmentProof>,
    },
    /// The file, which verifies.
    Finished(Vec<u8>),
}

/// From a prover.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct FromProver {
    /// Bytes of its memory; zero where that cannot be told.
    pub memory: u64,
    /// What it says.
    pub word: Word,
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it, in English.
pub fn read<T: Decode + DecodeWithMemTracking>(bytes: &[u8]) -> Result<T, String> {
    decode_bounded(bytes, MESSAGE_BYTES).map_err(|error| error.to_string())
}
