//! What is kept of an execution so that it can be proven later (design §8). Never visible to guests.
//!
//! The two digests cover everything, always; the bodies are bounded, and `complete` says whether they are all there.

use alloc::{boxed::Box, string::String, vec::Vec};
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

/// Digests of nothing, in each domain.
const EMPTY_HOST: Hash = Hash([
    184, 175, 115, 220, 59, 106, 66, 24, 32, 122, 147, 99, 26, 218, 138, 146, 175, 27, 136, 30, 207, 11, 38, 138, 99,
    26, 191, 107, 204, 74, 15, 110,
]);
const EMPTY_STORAGE: Hash = Hash([
    194, 199, 248, 176, 42, 107, 109, 184, 239, 6, 0, 37, 251, 0, 246, 82, 179, 168, 157, 248, 203, 230, 71, 93, 224,
    127, 250, 140, 205, 247, 5, 14,
]);

/// A digest whose hasher is made when there is something to hash: most of a short call's time would go into two that
/// hash nothing.
#[derive(Debug)]
struct Digest {
    domain: &'static str,
    empty: Hash,
    hasher: Option<Box<blake3::Hasher>>,
}

impl Digest {
    const fn new(domain: &'static str, empty: Hash) -> Self {
        Self { domain, empty, hasher: None }
    }

    fn hasher(&mut self) -> &mut blake3::Hasher {
        self.hasher.get_or_insert_with(|| Box::new(blake3::Hasher::new_derive_key(self.domain)))
    }

    fn finish(self) -> Hash {
        self.hasher.map_or(self.empty, |hasher| Hash(*hasher.finalize().as_bytes()))
    }
}

/// Collects a [`TraceRecord`] while a call runs.
#[derive(Debug)]
pub(crate) struct TraceBuilder {
    host: Digest,
    storage: Digest,
    host_calls: Vec<HostCallResult>,
    accesses: Vec<StorageAccess>,
    room: usize,
    complete: bool,
}

impl TraceBuilder {
    pub(crate) fn new() -> Self {
        Self {
            host: Digest::new(HOST_DOMAIN, EMPTY_HOST),
            storage: Digest::new(STORAGE_DOMAIN, EMPTY_STORAGE),
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
        let hasher = self.host.hasher();
        hasher.update(&function.to_le_bytes());
        hasher.update(&returned.to_le_bytes());
        hasher.update(&(written.len() as u64).to_le_bytes());
        hasher.update(written);
        if self.reserve(written.len()) {
            self.host_calls.push(HostCallResult { function, returned, written: written.to_vec() });
        }
    }

    pub(crate) fn access(&mut self, kind: AccessKind, key: &[u8], value: Option<&[u8]>) {
        let hasher = self.storage.hasher();
        hasher.update(&[kind as u8, u8::from(value.is_some())]);
        for part in [key, value.unwrap_or_default()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
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
            host_digest: self.host.finish(),
            storage_digest: self.storage.finish(),
            complete: self.complete,
            gas_used,
            outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_the_digest_that_hashing_nothing_gives() {
        for (domain, empty) in [(HOST_DOMAIN, EMPTY_HOST), (STORAGE_DOMAIN, EMPTY_STORAGE)] {
            assert_eq!(Hash(*blake3::Hasher::new_derive_key(domain).finalize().as_bytes()), empty);
            let mut digest = Digest::new(domain, empty);
            digest.hasher();
            assert_eq!(digest.finish(), empty);
        }
    }
}
