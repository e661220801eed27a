//! Ways to run one call: our engines, the stock interpreter, the browser's engine on the original bytes.

use super::{glue, tape, thrown};
use crate::{
    rounds::{Running, Side, Watch, done},
    stats::median,
    suites::host::BenchHost,
};
use codec::Encode as _;
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use zera_browser_engine::BrowserEngine;
use zera_primitives::{Hash, Outcome};
use zera_vm::{CallRequest, Engine, WasmiEngine, gas::STACK_UNITS};

/// A call to measure.
pub struct Call {
    /// What people call it.
    pub name: &'static str,
    /// Original bytes of the module.
    pub code: Vec<u8>,
    /// The export.
    pub entry: &'static str,
    /// Argument of an export that takes one `i32`.
    pub argument: i32,
    /// Arguments as the chain passes them.
    pub args: Vec<u8>,
    /// ZRA base units attached.
    pub value: u128,
    /// Calls of the same module that come before it, kept: export, arguments, value.
    pub before: Vec<(&'static str, Vec<u8>, u128)>,
    /// Calls on one instance between two puttings-back of its memory in the raw peer; 0 for a module that leaves nothing.
    pub every: u32,
}

impl Call {
    fn hash(&self) -> Hash {
        Hash::of(&self.code)
    }

    /// The host as the call finds it.
    ///
    /// # Errors
    /// When a call before it does not end well.
    pub fn host(&self) -> Result<BenchHost, String> {
        let engine = WasmiEngine::new();
        let mut host = BenchHost::default();
        for (entry, args, value) in &self.before {
            host.value = *value;
            execute(&engine, self, entry, args, &mut host)?;
            host.keep();
        }
        host.value = self.value;
        Ok(host)
    }

    /// What its host functions answer, on tape.
    ///
    /// # Errors
    /// When the module is none or the call fails.
    pub fn tape(&self) -> Result<(Uint8Array, Array), String> {
        let info = zera_vm::validate(&self.code).map_err(|error| error.to_string())?;
        let tape = tape::record(&self.code, &info, self.entry, &self.args, self.host()?)?;
        Ok((Uint8Array::from(tape.as_slice()), tape::wide(&info)))
    }
}

/// What the interpreter records of the call, for whoever proves it.
///
/// # Errors
/// When it does not end well.
pub fn recorded(call: &Call) -> Result<zera_vm::TraceRecord, String> {
    let engine = WasmiEngine::new();
    let mut host = call.host()?;
    engine.prepare(&call.hash(), &call.code).map_err(|error| error.to_string())?;
    let request = CallRequest {
        code_hash: call.hash(),
        entry: call.entry,
        args: &call.args,
        gas: zera_primitives::limits::TRANSACTION_GAS,
        stack: STACK_UNITS,
    };
    let done = engine.execute(&request, &mut host).map_err(|error| error.to_string())?;
    match done.outcome {
        Outcome::Ok => Ok(done.trace),
        other => Err(format!("{}: {other:?} {}", call.entry, done.diagnostic.unwrap_or_default())),
    }
}

fn execute(
    engine: &dyn Engine,
    call: &Call,
    entry: &str,
    args: &[u8],
    host: &mut BenchHost,
) -> Result<Vec<u8>, String> {
    let code_hash = call.hash();
    engine.prepare(&code_hash, &call.code).map_err(|error| error.to_string())?;
    let request = CallRequest { code_hash, entry, args, gas: 1 << 50, stack: STACK_UNITS };
    let done = engine.execute(&request, host).map_err(|error| error.to_string())?;
    match done.outcome {
        Outcome::Ok => Ok(done.result),
        other => Err(format!("{entry}: {other:?} {}", done.diagnostic.unwrap_or_default())),
    }
}

/// The browser's engine behind our trait, as the node and its pipelines have it.
///
/// # Errors
/// When this browser cannot have one.
pub fn browser_engine() -> Result<Rc<dyn Engine>, String> {
    BrowserEngine::new().map(|engine| Rc::new(engine) as Rc<dyn Engine>).map_err(|error| error.to_string())
}

/// One of our engines: instrumented bytes, our host, gas and limits counted.
pub struct Ours {
    name: &'static str,
    engine: Rc<dyn Engine>,
    call: Rc<Call>,
    hash: Hash,
    host: BenchHost,
}

impl Ours {
    /// The engine with the call's module prepared.
    ///
    /// # Errors
    /// When it refuses the module or the call fails.
    pub fn new(name: &'static str, engine: Rc<dyn Engine>, call: &Rc<Call>) -> Result<Self, String> {
        let mut host = call.host()?;
        execute(engine.as_ref(), call, call.entry, &call.args, &mut host)?;
        host.reset();
        Ok(Self { name, engine, call: call.clone(), hash: call.hash(), host })
    }

    /// What the call returns.
    ///
    /// # Errors
    /// When it fails.
    pub fn result(&mut self) -> Result<Vec<u8>, String> {
        self.host.reset();
        execute(self.engine.as_ref(), &self.call, self.call.entry, &self.call.args, &mut self.host)
    }
}

impl Side for Ours {
    fn name(&self) -> String {
        self.name.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        let Call { entry, args, .. } = self.call.as_ref();
        let request = CallRequest { code_hash: self.hash, entry, args, gas: 1 << 50, stack: STACK_UNITS };
        for _ in 0..times {
            self.host.reset();
            match self.engine.execute(&request, &mut self.host) {
                Ok(done) if done.outcome == Outcome::Ok => {}
                other => return done(Err(format!("{}: {other:?}", self.name))),
            }
        }
        done(Ok(()))
    }
}

/// The stock interpreter, nested: it runs as wasm in the browser's engine, and the guest in it.
pub struct Nested {
    stock: Rc<glue::Stock>,
    number: i32,
    prepared: Array,
    argument: i32,
}

impl Nested {
    /// The interpreter with the call's module compiled.
    ///
    /// # Errors
    /// When it refuses the module.
    pub fn new(stock: &Rc<glue::Stock>, call: &Call) -> Result<Self, String> {
        let number = stock.load(&Uint8Array::from(call.code.as_slice()));
        if number < 0 {
            return Err(format!("stock wasmi refuses the module of {}", call.name));
        }
        let prepared = stock.prepare(call.entry, &call.tape()?.0);
        Ok(Self { stock: stock.clone(), number, prepared, argument: call.argument })
    }

    /// What a call returns; 0 for nothing.
    ///
    /// # Errors
    /// What JavaScript threw.
    pub fn result(&self, times: u32) -> Result<f64, String> {
        self.stock.call(self.number, &self.prepared, self.argument, times).map_err(thrown)
    }
}

impl Side for Nested {
    fn name(&self) -> String {
        "stock wasmi".into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done(self.result(times).map(drop))
    }
}

/// How the browser's engine gets an instance for a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Instance {
    /// One for all.
    Kept,
    /// A new one of a compiled module.
    New,
    /// Compiled and instantiated for the call.
    Compiled,
}

/// The browser's engine on the original bytes: no gas, no limits, host functions from a tape.
pub struct Direct {
    raw: glue::Raw,
    call: Rc<Call>,
    instance: Instance,
}

impl Direct {
    /// An instance of the call's module.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub fn new(call: &Rc<Call>, instance: Instance) -> Result<Self, String> {
        let (tape, wide) = call.tape()?;
        let raw = glue::Raw::new(&Uint8Array::from(call.code.as_slice()), &tape, &wide).map_err(thrown)?;
        Ok(Self { raw, call: call.clone(), instance })
    }

    /// What a call returns; 0 for nothing.
    ///
    /// # Errors
    /// What JavaScript threw.
    pub fn result(&self, times: u32) -> Result<f64, String> {
        let Call { entry, argument, every, .. } = self.call.as_ref();
        match self.instance {
            Instance::New => self.raw.instances(entry, *argument, times).map_err(thrown),
            _ => self.raw.kept(entry, *argument, times, *every).map_err(thrown),
        }
    }
}

impl Side for Direct {
    fn name(&self) -> String {
        match self.instance {
            Instance::Kept => "raw browser execution",
            Instance::New => "a new instance for each call",
            Instance::Compiled => "WebAssembly.instantiate for each call",
        }
        .into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        if self.instance != Instance::Compiled {
            return done(self.result(times).map(drop));
        }
        let Self { raw, call, .. } = self;
        Box::pin(async move { raw.instantiate(call.entry, call.argument, times).await.map(drop).map_err(thrown) })
    }
}

/// How many rounds of the guest's `work` the browser's engine does in a microsecond, once it is warm.
///
/// # Errors
/// When the guest fails.
pub fn pace(code: &[u8], watch: &dyn Watch) -> Result<f64, String> {
    const ROUNDS: u64 = 20_000;
    const WARM_MS: f64 = 300.0;
    let (code, args) = (code.to_vec(), (1u64, ROUNDS).encode());
    let call = Call { name: "work", code, entry: "work", argument: 0, args, value: 0, before: Vec::new(), every: 0 };
    let mut ours = Ours::new("work", browser_engine()?, &Rc::new(call))?;
    let begin = watch.now();
    let mut last = begin;
    let mut times = Vec::new();
    while last - begin < WARM_MS * 2.0 {
        for _ in 0..10 {
            ours.result()?;
        }
        let now = watch.now();
        if now - begin > WARM_MS {
            times.push((now - last) * 1e3 / 10.0);
        }
        last = now;
    }
    Ok(ROUNDS as f64 / median(&times).max(1.0))
}
