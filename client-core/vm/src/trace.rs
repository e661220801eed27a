//! What is kept of an execution so that it can be proven later (design §8). Never visible to guests.
//!
//! The two digests cover everything, always; the bodies are bounded, and `complete` says whether they are all there.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Outcome};

/// Most bytes of host results and storage log kept per execution, keys and values together.
pub const TRACE_BYTES: usize = 1 << 20;

/// Domain of the digest of host-call results.
pub const HOST_DOMAIN: &str = "zera/vm/host-results/v1";
/// Domain of the digest of the ordered storage log, which stands in the receipt.
pub const STORAGE_DOMAIN: &str = "zera/vm/storage-log/v1";

/// What a guest received from one host call.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostCallResult {
    /// Position of the function in the host API table.
    pub function: u16,
    /// The integer it returned, 0 if none.
    pub returned: u64,
    /// The bytes it wrote into guest memory.
    pub written: Vec<u8>,
}

/// Kind of one storage access.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum AccessKind {
    /// Read of the current generation.
    Read,
    /// Write.
    Write,
    /// Removal.
    Remove,
    /// Read of the previous generation, in a migration.
    OldRead,
    /// Step of the cursor over the previous generation; the value is the key found.
    OldNext,
}

/// One entry of the storage log.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct StorageAccess {
    /// What was done.
    pub kind: AccessKind,
    /// The key.
    pub key: Vec<u8>,
    /// The value read or written; `None` where there was none.
    pub value: Option<Vec<u8>>,
}

/// The record of one execution of one module; nested calls have records of their own.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct TraceRecord {
    /// BLAKE3 of the module's original bytes.
    pub code_hash: Hash,
    /// Export that was called.
    pub entry: String,
    /// Arguments.
    pub args: Vec<u8>,
    /// What host calls returned, in order.
    pub host_calls: Vec<HostCallResult>,
    /// Storage accesses, in order.
    pub storage: Vec<StorageAccess>,
    /// Digest of all host-call results, kept or not.
    pub host_digest: Hash,
    /// Digest of the whole storage log, kept or not.
    pub storage_digest: Hash,
    /// False if the bodies passed [`TRACE_BYTES`] and the rest was not kept.
    pub complete: bool,
    /// Gas used.
    pub gas_used: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// Collects a [`TraceRecord`] while a call runs.
#[derive(Debug)]
pub(crate) struct TraceBuilder {
    host: blake3::Hasher,
    storage: blake3::Hasher,
    host_calls: Vec<HostCallResult>,
    accesses: Vec<StorageAccess>,
    room: usize,
    complete: bool,
}

impl TraceBuilder {
    pub(crate) fn new() -> Self {
        Self {
            host: blake3::Hasher::new_derive_key(HOST_DOMAIN),
            storage: blake3::Hasher::new_derive_key(STORAGE_DOMAIN),
            host_calls: Vec::new(),
            accesses: Vec::new(),
            room: TRACE_BYTES,
            complete: true,
        }
    }

    /// Takes `bytes` (plus a fixed cost per entry) from the room that is left; false when nothing more is kept.
    fn reserve(&mut self, bytes: usize) -> bool {
        const ENTRY: usize = 32;
        match self.room.checked_sub(bytes.saturating_add(ENTRY)) {
            Some(room) if self.complete => {
                self.room = room;
                true
            }
            _ => {
                self.complete = false;
                false
            }
        }
    }

    pub(crate) fn host_call(&mut self, function: u16, returned: u64, written: &[u8]) {
        self.host.update(&function.to_le_bytes());
        self.host.update(&returned.to_le_bytes());
        self.host.update(&(written.len() as u64).to_le_bytes());
        self.host.update(written);
        if self.reserve(written.len()) {
            self.host_calls.push(HostCallResult { function, returned, written: written.to_vec() });
        }
    }

    pub(crate) fn access(&mut self, kind: AccessKind, key: &[u8], value: Option<&[u8]>) {
        self.storage.update(&[kind as u8, u8::from(value.is_some())]);
        for part in [key, value.unwrap_or_default()] {
            self.storage.update(&(part.len() as u64).to_le_bytes());
            self.storage.update(part);
        }
        if self.reserve(key.len().saturating_add(value.map_or(0, <[u8]>::len))) {
            self.accesses.push(StorageAccess { kind, key: key.to_vec(), value: value.map(<[u8]>::to_vec) });
        }
    }

    pub(crate) fn finish(self, call: &crate::CallRequest<'_>, gas_used: u64, outcome: Outcome) -> TraceRecord {
        TraceRecord {
            code_hash: call.code_hash,
            entry: call.entry.into(),
            args: call.args.to_vec(),
            host_calls: self.host_calls,
            storage: self.accesses,
            host_digest: Hash(*self.host.finalize().as_bytes()),
            storage_digest: Hash(*self.storage.finalize().as_bytes()),
            complete: self.complete,
            gas_used,
            outcome,
        }
    }
}
