//! Code that a pipeline was sent once, so that later jobs only name it. Code is immutable and named by its hash.

use alloc::{collections::BTreeMap, vec::Vec};
use zera_primitives::Hash;

/// Bytes of code that a pipeline holds; the least recently used goes first, but never what the present job names.
pub const CODE_BYTES: usize = 32 << 20;

/// The codes of one pipeline.
#[derive(Debug, Default)]
pub struct CodeCache {
    /// Bytes and the job that used them last.
    codes: BTreeMap<Hash, (Vec<u8>, u64)>,
    bytes: usize,
    job: u64,
}

impl CodeCache {
    /// A job begins.
    pub(crate) fn begin(&mut self) {
        self.job = self.job.saturating_add(1);
    }

    /// Takes code that came with the job.
    pub(crate) fn hold(&mut self, code: Hash, bytes: Vec<u8>) {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if let Some((before, _)) = self.codes.insert(code, (bytes, self.job)) {
            self.bytes = self.bytes.saturating_sub(before.len());
        }
        while self.bytes > CODE_BYTES {
            let oldest = self.codes.iter().min_by_key(|(_, (_, used))| *used);
            let Some(oldest) = oldest.filter(|(_, (_, used))| *used < self.job).map(|(code, _)| *code) else { return };
            if let Some((dropped, _)) = self.codes.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(dropped.len());
            }
        }
    }

    /// True when it is here; it counts as used.
    pub(crate) fn touch(&mut self, code: &Hash) -> bool {
        match self.codes.get_mut(code) {
            Some((_, used)) => {
                *used = self.job;
                true
            }
            None => false,
        }
    }

    pub(crate) fn get(&self, code: &Hash) -> Option<&[u8]> {
        self.codes.get(code).map(|(bytes, _)| bytes.as_slice())
    }

    /// How many codes it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// True when it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}
