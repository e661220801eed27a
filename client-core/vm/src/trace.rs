//! What is kept of an execution so that it can be proven later (design §8). Never visible to guests.
//!
//! The two digests cover everything, always; the bodies are bounded, and `complete` says whether they are all there.

use alloc::{boxed::Box, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Outcome};

/// Most bytes of host results and storage log kept per execution, keys and values together.
pub const TRACE_BYTES: usize = 1 << 20;

/// Domain of the digest of the ordered host log, which stands in the receipt.
pub const HOST_DOMAIN: &str = "zera/vm/host-log/v2";
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
    /// Gas it took in all, that of a module it called included.
    pub gas: u64,
}

/// The host call that ended an execution; nothing came back from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct HostStop {
    /// Position of the function in the host API table.
    pub function: u16,
    /// Gas it took until then.
    pub gas: u64,
}

/// The digest of a host log, call by call: whoever has the results, from a record or from a proof, comes to the same one.
#[derive(Debug)]
pub struct HostDigest(Digest);

impl Default for HostDigest {
    fn default() -> Self {
        Self(Digest::new(HOST_DOMAIN, EMPTY_HOST))
    }
}

impl HostDigest {
    /// Adds a call that returned: `0 ‖ function ‖ returned ‖ gas ‖ length of written ‖ written`, little-endian.
    pub fn call(&mut self, function: u16, returned: u64, gas: u64, written: &[u8]) {
        let mut head = [0u8; 27];
        let fields: [&[u8]; 5] = [
            &[0],
            &function.to_le_bytes(),
            &returned.to_le_bytes(),
            &gas.to_le_bytes(),
            &(written.len() as u64).to_le_bytes(),
        ];
        for (to, from) in head.iter_mut().zip(fields.into_iter().flatten()) {
            *to = *from;
        }
        let hasher = self.0.hasher();
        hasher.update(&head);
        if !written.is_empty() {
            hasher.update(written);
        }
    }

    /// Adds the call that ended the execution: `1 ‖ function ‖ gas`, little-endian.
    pub fn stop(&mut self, stop: HostStop) {
        let hasher = self.0.hasher();
        hasher.update(&[1]);
        hasher.update(&stop.function.to_le_bytes());
        hasher.update(&stop.gas.to_le_bytes());
    }

    /// The digest.
    #[must_use]
    pub fn finish(self) -> Hash {
        self.0.finish()
    }
}

/// The digest of a storage log, access by access.
#[derive(Debug)]
pub struct StorageDigest(Digest);

impl Default for StorageDigest {
    fn default() -> Self {
        Self(Digest::new(STORAGE_DOMAIN, EMPTY_STORAGE))
    }
}

impl StorageDigest {
    /// Adds an access: `kind ‖ whether there is a value ‖ length of key ‖ key ‖ length of value ‖ value`, little-endian.
    pub fn access(&mut self, kind: AccessKind, key: &[u8], value: Option<&[u8]>) {
        let hasher = self.0.hasher();
        hasher.update(&[kind as u8, u8::from(value.is_some())]);
        for part in [key, value.unwrap_or_default()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }

    /// The digest.
    #[must_use]
    pub fn finish(self) -> Hash {
        self.0.finish()
    }
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
    /// What it returned; empty unless the outcome is `Ok`.
    pub result: Vec<u8>,
    /// Gas it could use, nested calls included.
    pub gas_limit: u64,
    /// Stack units it could use, nested calls included.
    pub stack_limit: u64,
    /// What host calls returned, in order.
    pub host_calls: Vec<HostCallResult>,
    /// The host call that ended it, if one did.
    pub stop: Option<HostStop>,
    /// Storage accesses, in order.
    pub storage: Vec<StorageAccess>,
    /// Digest of the whole host log, kept or not.
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
    232, 208, 28, 59, 222, 167, 50, 232, 212, 243, 157, 161, 123, 97, 50, 246, 121, 174, 118, 88, 52, 64, 90, 39, 236,
    205, 179, 243, 254, 201, 73, 195,
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
    host: HostDigest,
    storage: StorageDigest,
    host_calls: Vec<HostCallResult>,
    stop: Option<HostStop>,
    accesses: Vec<StorageAccess>,
    room: usize,
    complete: bool,
}

impl TraceBuilder {
    /// Keeps at most `room` bytes of bodies; without any, nothing is complete.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            host: HostDigest::default(),
            storage: StorageDigest::default(),
            host_calls: Vec::new(),
            stop: None,
            accesses: Vec::new(),
            room,
            complete: room > 0,
        }
    }

    /// Takes `bytes` (plus a fixed cost per entry) from the room that is left; false when nothing more is kept.
    fn reserve(&mut self, bytes: usize) -> bool {
        const ENTRY: usize = 32;
        if !self.complete {
            return false;
        }
        match self.room.checked_sub(bytes.saturating_add(ENTRY)) {
            Some(room) => {
                self.room = room;
                true
            }
            None => {
                self.complete = false;
                false
            }
        }
    }

    pub(crate) fn host_call(&mut self, function: u16, returned: u64, written: Vec<u8>, gas: u64) {
        self.host.call(function, returned, gas, &written);
        if self.reserve(written.len()) {
            self.host_calls.push(HostCallResult { function, returned, written, gas });
        }
    }

    pub(crate) fn host_stop(&mut self, function: u16, gas: u64) {
        let stop = HostStop { function, gas };
        self.host.stop(stop);
        self.stop = Some(stop);
    }

    pub(crate) fn access(&mut self, kind: AccessKind, key: &[u8], value: Option<&[u8]>) {
        self.storage.access(kind, key, value);
        if self.reserve(key.len().saturating_add(value.map_or(0, <[u8]>::len))) {
            self.accesses.push(StorageAccess { kind, key: key.to_vec(), value: value.map(<[u8]>::to_vec) });
        }
    }

    pub(crate) fn finish(
        self,
        call: &crate::CallRequest<'_>,
        result: &[u8],
        gas_used: u64,
        outcome: Outcome,
    ) -> TraceRecord {
        TraceRecord {
            code_hash: call.code_hash,
            entry: call.entry.into(),
            args: call.args.to_vec(),
            result: result.to_vec(),
            gas_limit: call.gas,
            stack_limit: call.stack,
            host_calls: self.host_calls,
            stop: self.stop,
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
