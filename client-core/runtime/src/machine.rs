//! What executions share and consensus never sees: the engine with its cache, and decoded manifests.

use alloc::{boxed::Box, collections::BTreeMap, sync::Arc};
use core::cell::{Cell, RefCell};
use zera_primitives::{Hash, Manifest};
use zera_vm::{Engine, ModuleInfo, WasmiEngine};

use crate::proofs::{Pinned, Verifier};

/// One executor's engine and caches. Dropping it loses time, never results.
pub struct Machine {
    engine: Box<dyn Engine>,
    verifier: Box<dyn Verifier>,
    /// Bodies of records are kept.
    records: Cell<bool>,
    manifests: RefCell<BTreeMap<Hash, Option<Arc<Manifest>>>>,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new(Box::new(WasmiEngine::default()))
    }
}

impl Machine {
    /// A machine over `engine`.
    #[must_use]
    pub fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine, verifier: Box::new(Pinned::default()), records: Cell::new(true), manifests: RefCell::default() }
    }

    /// Verifies proofs with `verifier` instead of the pinned keys: for keys of a chain's own ceremony, and for tests.
    #[must_use]
    pub fn with_verifier(self, verifier: Box<dyn Verifier>) -> Self {
        Self { verifier, ..self }
    }

    /// What verifies proofs.
    pub(crate) fn verifier(&self) -> &dyn Verifier {
        &*self.verifier
    }

    /// Keeps records of executions for proofs, or none, from the next call on. Nothing of consensus depends on it.
    pub fn set_recording(&self, on: bool) {
        self.records.set(on);
    }

    /// True if records are kept.
    pub(crate) fn records(&self) -> bool {
        self.records.get()
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }

    /// The manifest of a prepared module; none when it has none. Stored code carries no malformed one.
    pub(crate) fn manifest(&self, info: &ModuleInfo) -> Option<Arc<Manifest>> {
        let decode = || info.manifest.as_deref().and_then(|bytes| Manifest::from_bytes(bytes).ok()).map(Arc::new);
        self.manifests.borrow_mut().entry(info.code_hash).or_insert_with(decode).clone()
    }
}
