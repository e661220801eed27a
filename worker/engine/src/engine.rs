//! The engine: codes compiled once, instances taken from the pool, calls begun and ended as every engine does.

use crate::{
    cache::{Bounds, Cache, Slot},
    expose::expose,
    glue, host,
    keeper::keeper,
    trampolines::trampolines,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use zera_primitives::Hash;
use zera_vm::{
    CallRequest, Ending, Engine, EngineTrap, Entry, Execution, Host, ModuleInfo, Prepared, Remains, RunningCall,
    VmError, abi::Value,
};

/// At most 8 idle instances of at most 32 MiB of memory together, and 32 MiB of instrumented code. Chromium reserves address
/// space for every memory and gives one process about 124 of them (measured); eight pipelines, the node and the calls that
/// are under way share these.
const BOUNDS: Bounds = Bounds { code_bytes: 32 << 20, instances: 8, pages: 512 };
const BROKEN: &str = "this worker's engine broke in an earlier call; the worker must be replaced";

/// The browser's engine behind [`Engine`]. One per worker.
pub struct BrowserEngine {
    cache: RefCell<Cache<Rc<Compiled>>>,
    /// Something was thrown through our own frames: nothing here can be trusted any more.
    broken: Cell<bool>,
    instantiated: Cell<u64>,
    reused: Cell<u64>,
}

/// A code, compiled.
struct Compiled {
    info: Arc<ModuleInfo>,
    guest: JsValue,
    keeper: JsValue,
    /// Names of its exports, in order: those of `info.exports` first.
    names: JsValue,
    poolable: bool,
}

/// What an engine holds and has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineFigures {
    /// Codes that are compiled.
    pub codes: usize,
    /// Bytes of their instrumented code.
    pub code_bytes: usize,
    /// Idle instances of all codes.
    pub idle: usize,
    /// Instances made since the engine began.
    pub instantiated: u64,
    /// Calls that found a pristine instance.
    pub reused: u64,
}

/// How an instance was left, and whether it may be used again.
struct Used {
    slot: Slot,
    ending: Ending,
}

impl BrowserEngine {
    /// An engine with an empty cache.
    ///
    /// # Errors
    /// [`VmError::Refused`] when this browser does not compile our trampolines.
    pub fn new() -> Result<Self, VmError> {
        let compiled = compile(&trampolines())?;
        glue::attach(wasm_bindgen::memory(), wasm_bindgen::exports(), &compiled);
        Ok(Self {
            cache: RefCell::new(Cache::new(BOUNDS)),
            broken: Cell::new(false),
            instantiated: Cell::new(0),
            reused: Cell::new(0),
        })
    }

    /// What the engine holds and has done.
    #[must_use]
    pub fn figures(&self) -> EngineFigures {
        let (codes, code_bytes, idle, _) = self.cache.borrow().figures(None);
        let (instantiated, reused) = (self.instantiated.get(), self.reused.get());
        EngineFigures { codes, code_bytes, idle, instantiated, reused }
    }

    /// Pristine instances of one code.
    #[must_use]
    pub fn pooled(&self, code_hash: &Hash) -> usize {
        self.cache.borrow().figures(Some(code_hash)).3
    }

    /// True once something was thrown through our own frames; from then on every call is a fault.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// As [`Engine::execute`]; `see` gets what is left of the instance before it is reset. Not called when there never
    /// was an instance.
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

    fn compiled(&self, code_hash: &Hash) -> Option<Rc<Compiled>> {
        self.cache.borrow_mut().get(code_hash)
    }

    fn call(
        &self,
        request: &CallRequest<'_>,
        host: &mut dyn Host,
        see: Option<&mut dyn FnMut(Remains)>,
    ) -> Result<Execution, VmError> {
        if self.broken.get() {
            return Err(VmError::Fault(BROKEN.into()));
        }
        let compiled = self.compiled(&request.code_hash).ok_or(VmError::NotPrepared(request.code_hash))?;
        let (mut running, entry) = match RunningCall::begin(&compiled.info, request, host) {
            Ok(begun) => begun,
            Err(ended) => return Ok(*ended),
        };
        let slot = match self.instance(&compiled, &request.code_hash)? {
            Ok(slot) => slot,
            Err(trap) => return running.end(Ending { returned: None, gas: None, stack: None, trap: Some(trap) }),
        };
        let Used { slot, ending } = self.run(slot, &compiled, &mut running, &entry);
        if let Some(see) = see {
            see(remains(slot, &compiled.info));
        }
        self.give_back(&request.code_hash, &compiled, slot);
        running.end(ending)
    }

    /// A pristine instance, or how the module trapped while it was set up.
    fn instance(&self, compiled: &Compiled, code_hash: &Hash) -> Result<Result<Slot, EngineTrap>, VmError> {
        if let Some(slot) = self.cache.borrow_mut().take(code_hash) {
            self.reused.set(self.reused.get().saturating_add(1));
            return Ok(Ok(slot));
        }
        let make = || glue::instantiate(&compiled.guest, &compiled.keeper, &compiled.names);
        let mut made = make();
        if made == -2 {
            // Most likely address space or memory: idle instances hold both.
            self.cache.borrow_mut().clear_idle().into_iter().for_each(glue::release);
            made = make();
        }
        match u32::try_from(made) {
            Ok(slot) => {
                self.instantiated.set(self.instantiated.get().saturating_add(1));
                Ok(Ok(slot))
            }
            Err(_) if made == -1 => {
                Ok(Err(EngineTrap::Guest(format!("the module trapped while it was set up: {}", glue::last_message()))))
            }
            // Nothing of the guest has run: another engine may take the call.
            Err(_) => Err(VmError::Refused(glue::last_message())),
        }
    }

    fn run(&self, slot: Slot, compiled: &Compiled, running: &mut RunningCall<'_>, entry: &Entry<'_>) -> Used {
        for value in &entry.args {
            match value {
                Value::I32(value) => glue::push_i32(*value),
                Value::I64(value) => {
                    let (low, high) = halves(*value);
                    glue::push_i64(low, high);
                }
            }
        }
        let position = compiled.info.exports.iter().position(|export| core::ptr::eq(export, entry.export));
        let position = position.and_then(|position| u32::try_from(position).ok()).unwrap_or(u32::MAX);
        let ((gas_low, gas_high), (stack_low, stack_high)) = (halves(running.gas()), halves(running.stack()));
        let depth = host::depth();
        let code = host::with_call(running, || glue::run(slot, position, gas_low, gas_high, stack_low, stack_high));
        let (gas, stack) = host::ended();
        let returned = match code {
            glue::I32 => Some(Value::I32(glue::result_low())),
            glue::I64 => Some(Value::I64(last_i64())),
            _ => None,
        };
        let trap = match code {
            _ if host::depth() != depth => {
                self.broken.set(true);
                Some(EngineTrap::Fault(format!("our own code failed: {}", glue::last_message())))
            }
            glue::TRAP => Some(EngineTrap::Guest(glue::last_message())),
            glue::FAULT => Some(EngineTrap::Fault(glue::last_message())),
            _ => None,
        };
        Used { slot, ending: Ending { returned, gas: Some(gas), stack: Some(stack), trap } }
    }

    /// Resets an instance for the next call, or drops it.
    fn give_back(&self, code_hash: &Hash, compiled: &Compiled, slot: Slot) {
        if !self.broken.get() && compiled.poolable && glue::reset(slot) == 1 {
            self.cache.borrow_mut().give(code_hash, slot).into_iter().for_each(glue::release);
        } else {
            glue::release(slot);
        }
    }
}

impl Engine for BrowserEngine {
    fn install(&self, prepared: &Prepared) -> Result<(), VmError> {
        let info = &prepared.info;
        if self.compiled(&info.code_hash).is_some() {
            return Ok(());
        }
        let exposed = expose(&prepared.instrumented).map_err(|error| VmError::Fault(error.to_string()))?;
        let guest = compile(&exposed.code)?;
        let keeper = compile(&keeper(&exposed))?;
        let (bytes, pages) = (exposed.code.len(), exposed.memory.map_or(0, |(pages, _)| pages));
        let names = glue::names(&guest);
        let poolable = exposed.pristine.is_some();
        let compiled = Rc::new(Compiled { info: info.clone(), guest, keeper, names, poolable });
        let released = self.cache.borrow_mut().insert(info.code_hash, compiled, bytes, pages);
        released.into_iter().for_each(glue::release);
        Ok(())
    }

    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        self.compiled(code_hash).map(|compiled| compiled.info.clone())
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        self.call(call, host, None)
    }
}

impl Drop for BrowserEngine {
    /// Instances live on JavaScript's side.
    fn drop(&mut self) {
        self.cache.get_mut().clear_idle().into_iter().for_each(glue::release);
    }
}

fn compile(bytes: &[u8]) -> Result<JsValue, VmError> {
    let bytes = js_sys::Uint8Array::from(bytes);
    js_sys::WebAssembly::Module::new(&bytes).map(JsValue::from).map_err(|error| {
        let message = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
        VmError::Refused(message.unwrap_or_else(|| "the browser did not say why".into()))
    })
}

fn halves(value: i64) -> (u32, u32) {
    let value = value.cast_unsigned();
    (value as u32, (value >> 32) as u32)
}

fn last_i64() -> i64 {
    (i64::from(glue::result_high()) << 32) | i64::from(glue::result_low().cast_unsigned())
}

fn remains(slot: Slot, info: &ModuleInfo) -> Remains {
    let memory = usize::try_from(glue::remains_memory(slot, 0)).ok().map(|bytes| {
        let mut copied = vec![0; bytes];
        if bytes > 0 {
            glue::remains_memory(slot, host::address(copied.as_mut_ptr()));
        }
        copied
    });
    let mut globals = Vec::new();
    for export in &info.exports {
        match glue::remains_global(slot, &export.name) {
            glue::I32 => globals.push((export.name.clone(), Value::I32(glue::result_low()))),
            glue::I64 => globals.push((export.name.clone(), Value::I64(last_i64()))),
            _ => {}
        }
    }
    Remains { memory, globals }
}
