//! The reference engine: wasmi, the same natively and in the tab. It adds nothing to gas or outcomes; its own limits are
//! set so high that ours are always reached first, and reaching them is a fault, never an outcome.

mod guest;
mod run;

use crate::{
    CallRequest, Engine, Execution, Remains, VmError,
    call::{Prepared, RunningCall},
    host::Host,
    instrument::INSTRUMENTATION_VERSION,
    profile::ModuleInfo,
};
use alloc::{collections::BTreeMap, string::ToString, sync::Arc};
use core::cell::RefCell;
use wasmi::{CompilationMode, Config, Module};
use zera_primitives::Hash;

/// Most bytes of original code kept translated; the least recently used goes first.
const CACHE_BYTES: u64 = 16 << 20;

/// wasmi behind [`Engine`], with its cache of translated modules.
pub struct WasmiEngine {
    engine: wasmi::Engine,
    cache: RefCell<Cache>,
}

#[derive(Default)]
struct Cache {
    modules: BTreeMap<(Hash, u32), Translated>,
    /// Counts uses; orders them for eviction.
    clock: u64,
}

#[derive(Clone)]
struct Translated {
    info: Arc<ModuleInfo>,
    module: Module,
    used: u64,
}

impl Default for WasmiEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl WasmiEngine {
    /// An engine with an empty cache.
    #[must_use]
    pub fn new() -> Self {
        let mut config = Config::default();
        // Frames of at least FRAME_UNITS, values of at most 16 bytes: ours is reached long before.
        config.set_max_recursion_depth(1 << 20).set_max_stack_height(64 << 20).ignore_custom_sections(true);
        // Our own validation has been over every function; wasmi looks again, for its own sake, at those that run. Code
        // that it then refuses is a fault of this machine, never an outcome.
        config.compilation_mode(CompilationMode::Lazy);
        Self { engine: wasmi::Engine::new(&config), cache: RefCell::default() }
    }

    /// As [`Engine::execute`]; `see` gets what is left of the instance. Not called when there never was one.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn execute_watched(
        &self,
        call: &CallRequest<'_>,
        host: &mut dyn Host,
        see: &mut dyn FnMut(Remains),
    ) -> Result<Execution, VmError> {
        self.call(call, host, Some(see))
    }

    fn call(
        &self,
        call: &CallRequest<'_>,
        host: &mut dyn Host,
        see: Option<&mut dyn FnMut(Remains)>,
    ) -> Result<Execution, VmError> {
        let translated = self.translated(&call.code_hash).ok_or(VmError::NotPrepared(call.code_hash))?;
        match RunningCall::begin(&translated.info, call, host) {
            Err(ended) => Ok(*ended),
            Ok((running, entry)) => run::run(&self.engine, &translated, running, &entry, see),
        }
    }

    /// Takes a translated module out of the cache and notes its use.
    fn translated(&self, code_hash: &Hash) -> Option<Translated> {
        let mut cache = self.cache.try_borrow_mut().ok()?;
        cache.clock = cache.clock.saturating_add(1);
        let clock = cache.clock;
        let translated = cache.modules.get_mut(&(*code_hash, INSTRUMENTATION_VERSION))?;
        translated.used = clock;
        Some(translated.clone())
    }
}

impl Cache {
    /// Drops the least recently used until `more` bytes fit.
    fn make_room(&mut self, more: u64) {
        loop {
            let kept: u64 = self.modules.values().map(|translated| translated.info.code_bytes).sum();
            if kept.saturating_add(more) <= CACHE_BYTES {
                return;
            }
            let Some(oldest) = self.modules.iter().min_by_key(|(_, translated)| translated.used).map(|(key, _)| *key)
            else {
                return;
            };
            self.modules.remove(&oldest);
        }
    }
}

impl Engine for WasmiEngine {
    fn install(&self, prepared: &Prepared) -> Result<(), VmError> {
        let info = &prepared.info;
        if self.translated(&info.code_hash).is_some() {
            return Ok(());
        }
        let module =
            Module::new(&self.engine, &prepared.instrumented).map_err(|error| VmError::Fault(error.to_string()))?;
        if let Ok(mut cache) = self.cache.try_borrow_mut() {
            cache.make_room(info.code_bytes);
            let used = cache.clock;
            let translated = Translated { info: info.clone(), module, used };
            cache.modules.insert((info.code_hash, INSTRUMENTATION_VERSION), translated);
        }
        Ok(())
    }

    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        self.translated(code_hash).map(|translated| translated.info)
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        self.call(call, host, None)
    }
}
