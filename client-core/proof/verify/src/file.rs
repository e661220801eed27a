//! A proof as bytes: versioned, bounded, one encoding for each value.

use crate::{HostLog, Statement, VerifyError};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::decode_bounded;

/// First bytes of a proof file; the last one is the version.
pub const MAGIC: [u8; 8] = *b"ZERAPRF\x01";
/// Most bytes of a proof file: the module, its host log, and segments.
pub const MAX_BYTES: usize = 8 << 20;
/// Most segments of a proof.
pub const MAX_SEGMENTS: usize = 4_096;

/// The proof of one segment: points compressed, numbers little-endian, all canonical.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct SegmentProof {
    /// [`crate::ClassInfo::id`].
    pub class: u8,
    /// A in G1.
    pub a: [u8; 32],
    /// B in G2.
    pub b: [u8; 64],
    /// C in G1.
    pub c: [u8; 32],
    /// Commitment to the wires that do not depend on the challenge, in G1.
    pub d: [u8; 32],
    /// Sum of the segment's bus terms, masked.
    pub sum: [u8; 32],
    /// Sum of the segment's gas, masked.
    pub gas: [u8; 32],
}

/// A statement with its proof.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ProofFile {
    /// What is proven.
    pub statement: Statement,
    /// What the host answered.
    pub log: HostLog,
    /// The segments: execution segments in any order, then exactly one end segment.
    pub segments: Vec<SegmentProof>,
    /// The module's bytes, so that the file can be verified by itself. Not part of the proof: the code hash binds them.
    pub module: Option<Vec<u8>>,
}

impl ProofFile {
    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        (MAGIC, self).encode()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`VerifyError::NotAProofFile`], [`VerifyError::File`]. Recoverable: the bytes are dropped.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VerifyError> {
        let body = bytes.strip_prefix(&MAGIC).ok_or(VerifyError::NotAProofFile)?;
        let file: Self = decode_bounded(body, MAX_BYTES).map_err(VerifyError::File)?;
        // SCALE's compact lengths have one accepted form; this keeps it so for whatever the types become.
        if file.segments.len() > MAX_SEGMENTS || file.encode() != body {
            return Err(VerifyError::File(zera_primitives::DecodeError::Malformed));
        }
        Ok(file)
    }
}
