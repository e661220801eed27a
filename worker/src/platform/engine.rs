//! Engines of a worker: the browser's own WebAssembly as the fast one, wasmi as the reference.

use super::{browser::Browser, workers::BrowserWorkers};
use crate::node::world::Executors;
use std::{cell::OnceCell, future::Future, pin::Pin, rc::Rc, sync::Arc};
use zera_browser_engine::BrowserEngine;
use zera_primitives::Hash;
use zera_vm::{
    CallRequest, Engine, Execution, Host, ModuleInfo, Prepared, VmError, WasmiEngine,
    tiered::{TieredEngine, Tiering},
};

thread_local! {
    /// The browser's engine of this worker, or why there is none; there can be one only.
    static FAST: OnceCell<Result<Rc<BrowserEngine>, String>> = const { OnceCell::new() };
}

fn fast() -> Result<Rc<BrowserEngine>, String> {
    let begin = || BrowserEngine::new().map(Rc::new).map_err(|error| error.to_string());
    FAST.with(|fast| fast.get_or_init(begin).clone())
}

/// A new engine over this worker's own fast one. Which calls it samples nobody can know before: a module that could would
/// lie in the others only.
pub fn engine(tiering: Tiering) -> TieredEngine {
    let mut seed = [0; 8];
    // Without randomness the same calls are sampled each time; the shares stay as they are.
    let _ = getrandom::fill(&mut seed);
    let tiering = Tiering { seed: u64::from_le_bytes(seed), ..tiering };
    TieredEngine::new(Box::new(Fast(fast())), WasmiEngine::default(), tiering)
}

/// The browser's engine, or its absence: then every code is refused with the reason and stays with the reference.
struct Fast(Result<Rc<BrowserEngine>, String>);

impl Fast {
    fn get(&self) -> Result<&BrowserEngine, VmError> {
        self.0.as_deref().map_err(|reason| VmError::Refused(reason.clone()))
    }
}

impl Engine for Fast {
    fn install(&self, prepared: &Prepared) -> Result<(), VmError> {
        self.get()?.install(prepared)
    }

    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        self.get().ok()?.info(code_hash)
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        self.get()?.execute(call, host)
    }
}

impl Executors for Browser {
    type Workers = BrowserWorkers;

    fn workers(&self) -> BrowserWorkers {
        BrowserWorkers::default()
    }

    fn provers(&self) -> BrowserWorkers {
        BrowserWorkers::provers()
    }

    fn engine(&self, tiering: Tiering) -> TieredEngine {
        engine(tiering)
    }

    fn pooled(&self, code: &Hash) -> u32 {
        fast().map_or(0, |engine| u32::try_from(engine.pooled(code)).unwrap_or(u32::MAX))
    }

    fn no_fast(&self) -> Option<String> {
        fast().err()
    }

    fn beside(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        wasm_bindgen_futures::spawn_local(task);
    }
}
