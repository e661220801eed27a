//! Host calls as the row machine sees them: which memory a host function reads and writes, how bytes are logged, and
//! what answers a call while a program runs ([`Replay`]).

mod table;

pub mod record;

pub use record::{ReplayError, Replaying, arguments, replay};

use crate::{run::Memory, step::LogEntry};
use alloc::{string::String, vec::Vec};
use zera_primitives::Outcome;

use table::{Length, Part};

/// Most bytes of one region that are logged of a call that the host ended: more than any host function takes at once,
/// apart from those that it hashes.
pub const STOP_BYTES: u32 = 128 << 10;
/// Bytes of a message that `fail` reads at most.
const MESSAGE_BYTES: u32 = 1_024;

/// The memory of one host call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Regions {
    /// What the host reads, by parameter order: pointer and length. All of it where the host answers.
    pub read: Vec<(u32, u32)>,
    /// Where it writes; how much is in its answer.
    pub write: Option<u32>,
}

/// The regions of a call of `function` (its number in the host API table); none for a function that is not in the table,
/// or is called with another number of arguments.
#[must_use]
pub fn regions(function: u16, args: &[u64]) -> Option<Regions> {
    let (name, parts) = table::MEMORY.get(usize::from(function))?;
    let known = zera_vm::host::table::FUNCTIONS.get(usize::from(function))?;
    if known.name != *name || known.params.len() != args.len() {
        return None;
    }
    // Pointers and lengths are `i32` by their signatures.
    let arg = |index: usize| args.get(index).map_or(0, |value| *value as u32);
    let mut regions = Regions::default();
    for part in *parts {
        match *part {
            Part::In(at, Length::Bytes(len)) => regions.read.push((arg(at), len)),
            Part::In(at, Length::Next) => regions.read.push((arg(at), arg(at + 1))),
            Part::In(at, Length::Message) => regions.read.push((arg(at), arg(at + 1).min(MESSAGE_BYTES))),
            Part::Out(at) => regions.write = Some(arg(at)),
        }
    }
    Some(regions)
}

/// Log entries for `bytes` at `ptr`, word by word.
pub fn pieces(function: u16, ptr: u32, bytes: &[u8], write: bool) -> impl Iterator<Item = LogEntry> {
    let end = u64::from(ptr).saturating_add(bytes.len() as u64);
    let words = u64::from(ptr) >> 3..end.div_ceil(8).max(u64::from(ptr) >> 3);
    words.filter_map(move |word| {
        let (mut mask, mut value) = (0u8, 0u64);
        for byte in 0..8 {
            let offset = (word * 8 + byte).checked_sub(u64::from(ptr));
            let Some(found) = offset.and_then(|at| bytes.get(usize::try_from(at).ok()?)) else { continue };
            mask |= 1 << byte;
            value |= u64::from(*found) << (8 * byte);
        }
        let word = u32::try_from(word).unwrap_or(u32::MAX);
        (mask != 0).then_some(LogEntry::Memory { function, word, mask, write, value })
    })
}

/// What the host is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// Number of the function in the host API table.
    pub function: u16,
    /// Its arguments, 32-bit ones with their upper half zero.
    pub args: &'r [u64],
    /// The guest's memory.
    pub memory: &'r Memory,
    /// Gas that is left.
    pub gas: u64,
}

/// What it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The guest goes on.
    Return {
        /// The integer, 0 for a function without one; 32-bit ones with their upper half zero.
        value: u64,
        /// What it writes to the region that it writes to; without one it does not reach the memory.
        written: Vec<u8>,
        /// Gas that it took.
        gas: u64,
    },
    /// The call ends here, with this outcome.
    Stop(Outcome),
}

/// Answers the host calls of a run.
pub trait Replay {
    /// Answers one call.
    ///
    /// # Errors
    /// Why it cannot: a recording that says otherwise, or a host that broke.
    fn call(&mut self, request: &Request<'_>) -> Result<Answer, Unanswered>;
}

/// Where a replay and its recording differ: the alarm of an execution's page.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}: the record says {recorded}, the replay {replayed}")]
pub struct Disagreement {
    /// What differs, for people.
    pub what: String,
    /// What the record says.
    pub recorded: String,
    /// What came of running it again.
    pub replayed: String,
}

/// Why a host call has no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unanswered {
    /// The recording says otherwise.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// The host behind it is broken or cannot answer now.
    #[error("the host cannot answer: {0}")]
    Broken(String),
}
