//! What the host answered, call by call. The verifier makes the entries of the host log, both digests, the events and the
//! storage accesses from it.
//!
//! Where something is hidden, calls, arguments, lengths and gas still stand here; only the *values* of memory words are
//! left out. Which words and which of their bytes the host touched is public (tag [`crate::bus::HIDDEN`]), so that a
//! hidden read or write reaches no other memory.

use crate::statement::Part;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

/// One host call that was answered.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostCall {
    /// Position in the host API table.
    pub function: u16,
    /// Arguments, 32-bit ones zero-extended.
    pub args: Vec<u64>,
    /// Guest memory that the host read, one part for each region ([`zera_proof_rows`] knows which).
    pub read: Vec<Part>,
    /// Guest memory that the host wrote.
    pub written: Part,
    /// The integer returned, 0 if none.
    pub returned: u64,
    /// Gas it took, base and bytes and what a nested call used.
    pub gas: u64,
    /// The whole value of a storage read, where it is longer than what was copied.
    pub whole: Option<Vec<u8>>,
}

/// The host call that ended the execution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostStop {
    /// Position in the host API table.
    pub function: u16,
    /// Arguments. Where the rows ran out of gas before the call, only those that were logged until then.
    pub args: Vec<u64>,
    /// Guest memory that was logged before it stopped: the first regions that it reads.
    pub read: Vec<Vec<u8>>,
    /// Gas it took before it stopped.
    pub gas: u64,
    /// The storage access that it made before it stopped, if any.
    pub access: Option<zera_vm::StorageAccess>,
}

/// All host calls of an execution, in order.
#[derive(Clone, PartialEq, Eq, Default, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostLog {
    /// Those that were answered.
    pub calls: Vec<HostCall>,
    /// The one that ended the execution.
    pub stop: Option<HostStop>,
}
