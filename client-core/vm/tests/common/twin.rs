//! The original and the instrumented module side by side on plain wasmi, compared call by call.

use super::Rng;
use wasmi::{Config, Engine, Extern, Instance, Module, Store, TrapCode, Val, ValType};
use zera_vm::{
    ModuleInfo, instrument,
    instrument::{GAS_EXPORT, STACK_EXPORT, START_EXPORT},
    validate,
};

/// Gas given to each call, above anything that ends; even a refused `memory.grow` of 2^32 pages fits.
const GAS: i64 = 1 << 45;
const STACK: i64 = 1 << 22;
/// wasmi fuel given to the original, which has no other way to end.
const FUEL: u64 = 200_000_000;

/// Why the comparison of a module stops early; its state differs from here on, by design.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// One of our limits, or one of the original's engine, was reached.
    Limit,
}

/// What one call did.
#[derive(Debug, PartialEq)]
pub struct Seen {
    result: Result<Vec<String>, String>,
    globals: Vec<String>,
    memory: Option<(u64, [u8; 32])>,
}

impl Seen {
    /// True if the call trapped.
    pub fn trapped(&self) -> bool {
        self.result.is_err()
    }
}

/// One side.
struct Side {
    store: Store<()>,
    instance: Option<Instance>,
}

/// Both sides, and a second run of the instrumented one for its gas.
pub struct Twin {
    pub info: ModuleInfo,
    original: Side,
    woven: [Side; 2],
    /// Gas the instrumented side has used.
    pub gas: u64,
    /// Operators the original has executed, counted by wasmi's own fuel.
    pub operators: u64,
    pub bytes: (usize, usize),
    /// Named in failures.
    pub seed: u64,
}

fn engine(fuel: bool) -> Engine {
    let mut config = Config::default();
    config.set_max_recursion_depth(50_000).set_max_stack_height(64 << 20).consume_fuel(fuel);
    Engine::new(&config)
}

impl Side {
    fn new(engine: &Engine) -> Self {
        Self { store: Store::new(engine, ()), instance: None }
    }

    fn instantiate(&mut self, code: &[u8]) -> Result<(), wasmi::Error> {
        let module = Module::new(self.store.engine(), code).expect("a validated module translates");
        self.instance = Some(Instance::new(&mut self.store, &module, &[])?);
        Ok(())
    }

    fn call(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>, wasmi::Error> {
        let function = self.instance.and_then(|i| i.get_func(&self.store, name)).expect("an exported function");
        let mut results: Vec<Val> =
            function.ty(&self.store).results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
        function.call(&mut self.store, args, &mut results).map(|()| results)
    }

    fn global(&self, name: &str) -> i64 {
        let global = self.instance.and_then(|i| i.get_global(&self.store, name)).expect("a counter");
        global.get(&self.store).i64().expect("an i64")
    }

    fn set(&mut self, name: &str, value: i64) {
        let global = self.instance.and_then(|i| i.get_global(&self.store, name)).expect("a counter");
        global.set(&mut self.store, Val::I64(value)).expect("mutable");
    }

    fn seen(&self, result: Result<Vec<Val>, wasmi::Error>) -> Seen {
        let mut seen =
            Seen { result: result.map(|v| v.iter().map(show).collect()).map_err(class), globals: vec![], memory: None };
        let Some(instance) = self.instance else { return seen };
        for export in instance.exports(&self.store).filter(|export| !export.name().starts_with("zera.")) {
            match export.into_extern() {
                Extern::Global(global) => seen.globals.push(show(&global.get(&self.store))),
                Extern::Memory(memory) => {
                    let data = memory.data(&self.store);
                    seen.memory = Some((memory.size(&self.store), *blake3::hash(data).as_bytes()));
                }
                _ => {}
            }
        }
        seen
    }
}

fn show(value: &Val) -> String {
    match value {
        Val::I32(value) => format!("i32 {value}"),
        Val::I64(value) => format!("i64 {value}"),
        Val::FuncRef(value) => format!("funcref null={}", value.is_null()),
        other => format!("{other:?}"),
    }
}

fn class(error: wasmi::Error) -> String {
    match (error.as_trap_code(), error.kind()) {
        (Some(code), _) => format!("{code:?}"),
        // Its text names the store.
        (None, wasmi::errors::ErrorKind::Instantiation(_)) => "instantiation".to_owned(),
        (None, _) => error.to_string(),
    }
}

impl Twin {
    /// Both sides of `code`, instantiated and started; `None` if the profile refuses it.
    pub fn new(code: &[u8]) -> Option<Result<Self, Stop>> {
        let info = validate(code).ok()?;
        let woven = instrument(code, &info).expect("an accepted module can be instrumented");
        wasmparser::validate(&woven).expect("instrumented modules are valid");
        let (fueled, plain) = (engine(true), engine(false));
        let mut twin = Self {
            original: Side::new(&fueled),
            woven: [Side::new(&plain), Side::new(&plain)],
            gas: 0,
            operators: 0,
            bytes: (code.len(), woven.len()),
            seed: 0,
            info,
        };
        Some(twin.start(code, &woven).map(|()| twin))
    }

    fn start(&mut self, code: &[u8], woven: &[u8]) -> Result<(), Stop> {
        self.refuel();
        let original = self.original.instantiate(code).map(|()| Vec::new());
        let mut results = Vec::new();
        for side in &mut self.woven {
            let mut done = side.instantiate(woven).map(|()| Vec::new());
            if done.is_ok() {
                side.set(GAS_EXPORT, GAS);
                side.set(STACK_EXPORT, STACK);
                if self.info.start {
                    done = side.call(START_EXPORT, &[]);
                }
            }
            results.push(done);
        }
        // A start function that traps leaves the original without an instance: nothing more to compare.
        let trapped = original.is_err();
        self.compare("the start function", original, results, trapped)?;
        if trapped { Err(Stop::Limit) } else { Ok(()) }
    }

    /// Calls an export on all sides and compares everything that can be seen.
    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<Seen, Stop> {
        self.refuel();
        for side in &mut self.woven {
            side.set(GAS_EXPORT, GAS);
            side.set(STACK_EXPORT, STACK);
        }
        let original = self.original.call(name, args);
        let results = self.woven.iter_mut().map(|side| side.call(name, args)).collect();
        self.compare(name, original, results, false)
    }

    fn refuel(&mut self) {
        self.original.store.set_fuel(FUEL).expect("fuel is on");
    }

    fn compare(
        &mut self,
        name: &str,
        original: Result<Vec<Val>, wasmi::Error>,
        results: Vec<Result<Vec<Val>, wasmi::Error>>,
        results_only: bool,
    ) -> Result<Seen, Stop> {
        let operators = FUEL - self.original.store.get_fuel().expect("fuel is on");
        let counters: Vec<Option<(i64, i64)>> = self
            .woven
            .iter()
            .map(|side| side.instance.map(|_| (side.global(GAS_EXPORT), side.global(STACK_EXPORT))))
            .collect();
        assert_eq!(counters[0], counters[1], "gas and stack differ between two runs of {name}");
        let ended = results.iter().all(Result::is_ok);
        if let Some((gas, stack)) = counters[0] {
            if gas < 0 || stack < 0 {
                return Err(Stop::Limit);
            }
            self.gas += (GAS - gas) as u64;
            assert!(!ended || stack == STACK, "{name} returns without giving its frames back");
        }
        let code = original.as_ref().err().and_then(wasmi::Error::as_trap_code);
        if matches!(code, Some(TrapCode::StackOverflow | TrapCode::OutOfFuel)) {
            return Err(Stop::Limit);
        }
        self.operators += operators;
        let original = self.original.seen(original);
        for (side, result) in self.woven.iter().zip(results) {
            let woven = side.seen(result);
            if results_only {
                assert_eq!(original.result, woven.result, "{name:?}, seed {}", self.seed);
            } else {
                assert_eq!(original, woven, "{name:?}, seed {}", self.seed);
            }
        }
        Ok(original)
    }

    /// Calls every exported function with a few arguments each.
    pub fn call_all(&mut self, rng: &mut Rng) -> Result<(), Stop> {
        let instance = self.original.instance.expect("instantiated");
        let functions: Vec<(String, Vec<ValType>)> = instance
            .exports(&self.original.store)
            .filter_map(|export| {
                let name = export.name().to_owned();
                export.into_func().map(|f| (name, f.ty(&self.original.store).params().to_vec()))
            })
            .collect();
        for (name, params) in functions {
            for _ in 0..2 {
                let args: Vec<Val> = params.iter().map(|ty| rng.value(*ty)).collect();
                self.call(&name, &args)?;
            }
        }
        Ok(())
    }
}
