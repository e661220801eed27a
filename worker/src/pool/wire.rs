//! What the node and its pipelines say to each other: bytes in transferred buffers, one message each way per stage.
//!
//! A message is the length of its head (4 bytes, little-endian), the head in SCALE, and the body: a job, or its answer.
//! Neither side is hostile, but a broken one must break alone: everything is decoded with bounds.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, codec::decode_bounded};
use zera_vm::tiered::REPORT_BYTES;

/// Bytes of a head: an engine's report is the largest part of any.
const HEAD_BYTES: usize = REPORT_BYTES + (1 << 16);

/// How engines are to be used; the same for every pipeline.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Tuning {
    /// Hot modules run in the browser's own engine.
    pub fast: bool,
    /// Share of its calls that wasmi checks, in millionths.
    pub sampling_ppm: u32,
    /// Codes that stay with wasmi because the engines disagreed about them.
    pub off: Vec<Hash>,
    /// The fast engine gives wrong results, for a test.
    pub lies: bool,
}

/// How a pipeline breaks when a test asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Break {
    /// It dies.
    Trap,
    /// It never answers.
    Hang,
}

/// From the node, before a job.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Task {
    /// Names it in its answer.
    pub number: u64,
    /// Set when it has changed since this pipeline was told last.
    pub tuning: Option<Tuning>,
    /// Instead of working.
    pub breaks: Option<Break>,
}

/// From a pipeline.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum FromPipeline {
    /// It listens.
    Ready,
    /// A task is done; its answer follows.
    Done {
        /// The task's number.
        number: u64,
        /// What its engine has counted and found since the last report (encoded [`zera_vm::tiered::Report`]).
        report: Vec<u8>,
    },
    /// It panicked, and is about to end; the text is a diagnostic.
    Panicked(String),
}

/// A message of a head and a body.
pub fn message(head: &impl Encode, body: &[u8]) -> Vec<u8> {
    let head = head.encode();
    let length = u32::try_from(head.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), &*head, body].concat()
}

/// Reads a message's head, and gives its body as it is.
///
/// # Errors
/// What is wrong with it, in English.
pub fn read<T: Decode + DecodeWithMemTracking>(bytes: &[u8]) -> Result<(T, &[u8]), String> {
    let (length, rest) = bytes.split_first_chunk().ok_or("it has no head")?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, body) = rest.split_at_checked(length).ok_or("its head is cut")?;
    Ok((decode_bounded(head, HEAD_BYTES).map_err(|error| error.to_string())?, body))
}
