//! The reference engine: wasmi, the same natively and in the tab. It adds nothing to gas or outcomes; its own limits are
//! set so high that ours are always reached first, and reaching them is a fault, never an outcome.

mod guest;
mod run;

use crate::{
    CallRequest, Engine, Execution, VmError,
    abi::{self, Callable, Value},
    host::{Host, Session},
    instrument::{INSTRUMENTATION_VERSION, instrument},
    profile::{Export, ModuleInfo, validate},
};
use alloc::{collections::BTreeMap, format, string::String, string::ToString, sync::Arc, vec::Vec};
use core::cell::RefCell;
use guest::Guest;
use wasmi::{Config, Module, Store};
use zera_primitives::{Hash, Outcome};

/// Most bytes of original code kept translated; the least recently used goes first.
const CACHE_BYTES: u64 = 16 << 20;

/// wasmi behind [`Engine`], with its cache of translated modules.
pub struct WasmiEngine {
    engine: wasmi::Engine,
    cache: RefCell<Cache>,
}

#[derive(Default)]
struct Cache {
    modules: BTreeMap<(Hash, u32), Prepared>,
    /// Counts uses; orders them for eviction.
    clock: u64,
}

#[derive(Clone)]
struct Prepared {
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
        Self { engine: wasmi::Engine::new(&config), cache: RefCell::default() }
    }

    /// Takes a prepared module out of the cache and notes its use.
    fn prepared(&self, code_hash: &Hash) -> Option<Prepared> {
        let mut cache = self.cache.try_borrow_mut().ok()?;
        cache.clock = cache.clock.saturating_add(1);
        let clock = cache.clock;
        let prepared = cache.modules.get_mut(&(*code_hash, INSTRUMENTATION_VERSION))?;
        prepared.used = clock;
        Some(prepared.clone())
    }
}

impl Cache {
    /// Drops the least recently used until `more` bytes fit.
    fn make_room(&mut self, more: u64) {
        loop {
            let kept: u64 = self.modules.values().map(|prepared| prepared.info.code_bytes).sum();
            if kept.saturating_add(more) <= CACHE_BYTES {
                return;
            }
            let Some(oldest) = self.modules.iter().min_by_key(|(_, prepared)| prepared.used).map(|(key, _)| *key)
            else {
                return;
            };
            self.modules.remove(&oldest);
        }
    }
}

impl Engine for WasmiEngine {
    fn prepare(&self, code_hash: &Hash, original: &[u8]) -> Result<Arc<ModuleInfo>, VmError> {
        if let Some(prepared) = self.prepared(code_hash) {
            return Ok(prepared.info);
        }
        let info = Arc::new(validate(original)?);
        if info.code_hash != *code_hash {
            return Err(VmError::WrongHash(*code_hash));
        }
        let instrumented = instrument(original, &info)?;
        let module = Module::new(&self.engine, &instrumented).map_err(|error| VmError::Fault(error.to_string()))?;
        if let Ok(mut cache) = self.cache.try_borrow_mut() {
            cache.make_room(info.code_bytes);
            let used = cache.clock;
            let prepared = Prepared { info: info.clone(), module, used };
            cache.modules.insert((*code_hash, INSTRUMENTATION_VERSION), prepared);
        }
        Ok(info)
    }

    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        self.prepared(code_hash).map(|prepared| prepared.info)
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let prepared = self.prepared(&call.code_hash).ok_or(VmError::NotPrepared(call.code_hash))?;
        let mut session = Session::new(host, call.args, call.gas, call.stack);
        let end = match Entry::find(&prepared.info, call) {
            Err(message) => End::new(Outcome::Invalid, Some(message)),
            Ok(entry) => match session.charge(prepared.info.begin_gas()) {
                Err(_) => End::new(Outcome::OutOfGas, None),
                Ok(()) => {
                    let mut store = Store::new(&self.engine, Guest::new(session));
                    let end = run::run(&mut store, &prepared, &entry);
                    session = store.into_data().session;
                    end?
                }
            },
        };
        let gas_used = match end.outcome {
            Outcome::OutOfGas => call.gas,
            _ => call.gas.saturating_sub(session.gas),
        };
        let trace = session.trace.finish(call, gas_used, end.outcome);
        Ok(Execution { outcome: end.outcome, result: end.result, gas_used, diagnostic: end.diagnostic, trace })
    }
}

/// The export to call, with its arguments decoded.
struct Entry<'i> {
    export: &'i Export,
    args: Vec<Value>,
}

impl<'i> Entry<'i> {
    fn find(info: &'i ModuleInfo, call: &CallRequest<'_>) -> Result<Self, String> {
        let Some(export) = info.function(call.entry) else {
            return Err(format!("the module exports no function {:?}", call.entry));
        };
        let args = match abi::callable(&export.params, &export.results) {
            Callable::Scale => Some(Vec::new()),
            Callable::Direct => abi::decode_args(&export.params, call.args),
            Callable::Internal => return Err(format!("{:?} cannot be called from outside", call.entry)),
        };
        let wanted: usize = export.params.iter().map(|kind| kind.bytes()).sum();
        let args =
            args.ok_or_else(|| format!("{:?} takes {wanted} bytes of arguments, not {}", call.entry, call.args.len()))?;
        Ok(Self { export, args })
    }
}

/// How a call ended.
struct End {
    outcome: Outcome,
    result: Vec<u8>,
    diagnostic: Option<String>,
}

impl End {
    fn new(outcome: Outcome, diagnostic: Option<String>) -> Self {
        Self { outcome, result: Vec::new(), diagnostic }
    }
}
