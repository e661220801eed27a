//! One call on one instance, from instantiation to what wasmi says about its end.

use super::{
    Translated,
    guest::{self, Guest},
};
use crate::{
    Execution, Remains, VmError,
    abi::{ValKind, Value},
    call::{Ending, EngineTrap, Entry, RunningCall},
    host::lookup,
    instrument::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT},
};
use alloc::{format, string::String, string::ToString, vec::Vec};
use wasmi::{
    Error, Extern, Instance, Store, TrapCode, Val,
    errors::{ErrorKind, InstantiationError},
};

/// Runs `entry` on a fresh instance; `see` gets what is left of it, if there was one.
pub(super) fn run(
    engine: &wasmi::Engine,
    translated: &Translated,
    running: RunningCall<'_>,
    entry: &Entry<'_>,
    see: Option<&mut dyn FnMut(Remains)>,
) -> Result<Execution, VmError> {
    let mut store = Store::new(engine, Guest::new(running));
    store.limiter(|guest| &mut guest.limiter);
    let mut results: Vec<Val> = entry.export.results.iter().map(zero).collect();
    let instance = instantiate(&mut store, translated);
    let done = match &instance {
        Ok(instance) => start(&mut store, translated, instance).and_then(|()| {
            let args: Vec<Val> = entry.args.iter().map(value).collect();
            call(&mut store, instance, &entry.export.name, &args, &mut results)
        }),
        Err(_) => Ok(()),
    };
    if let (Ok(instance), Some(see)) = (&instance, see) {
        see(remains(&store, instance, translated));
    }
    let gas = store.data().gas.map(|gas| guest::read(&store, Some(gas)));
    let stack = store.data().stack.map(|stack| guest::read(&store, Some(stack)));
    let returned = results.first().and_then(integer);
    let trap = instance.err().or(done.err()).map(|failure| trap(&store, failure));
    store.into_data().running.end(Ending { returned, gas, stack, trap })
}

/// Where and why wasmi stopped.
struct Failure {
    /// Where, for people.
    place: &'static str,
    error: Error,
}

fn at(place: &'static str) -> impl Fn(Error) -> Failure {
    move |error| Failure { place, error }
}

/// Makes the instance and sets the counters.
fn instantiate(store: &mut Store<Guest<'_>>, translated: &Translated) -> Result<Instance, Failure> {
    let mut imports = Vec::with_capacity(translated.info.imports.len());
    for name in &translated.info.imports {
        // A name that is not in the table did not pass validation; instantiation then counts the imports.
        imports.extend(lookup(name).map(|function| Extern::Func(guest::link(store, function))));
    }
    let instance = Instance::new(&mut *store, &translated.module, &imports).map_err(at("while it was set up"))?;
    let gas = instance.get_global(&*store, GAS_EXPORT);
    let stack = instance.get_global(&*store, STACK_EXPORT);
    let memory = instance.get_memory(&*store, MEMORY_EXPORT);
    let guest = store.data_mut();
    (guest.gas, guest.stack, guest.memory) = (gas, stack, memory);
    let (gas_left, stack_left) = (guest.running.gas(), guest.running.stack());
    guest::write(&mut *store, gas, gas_left);
    guest::write(&mut *store, stack, stack_left);
    Ok(instance)
}

/// Runs the start function, if there is one.
fn start(store: &mut Store<Guest<'_>>, translated: &Translated, instance: &Instance) -> Result<(), Failure> {
    if !translated.info.start {
        return Ok(());
    }
    call(store, instance, START_EXPORT, &[], &mut [])
        .map_err(|failure| Failure { place: "in its start function", ..failure })
}

/// Memory and globals as they are now.
fn remains(store: &Store<Guest<'_>>, instance: &Instance, translated: &Translated) -> Remains {
    let memory = store.data().memory.map(|memory| memory.data(store).to_vec());
    let mut globals = Vec::new();
    for export in &translated.info.exports {
        let global = instance.get_global(store, &export.name);
        globals.extend(global.and_then(|global| integer(&global.get(store))).map(|value| (export.name.clone(), value)));
    }
    Remains { memory, globals }
}

fn call(
    store: &mut Store<Guest<'_>>,
    instance: &Instance,
    name: &str,
    args: &[Val],
    results: &mut [Val],
) -> Result<(), Failure> {
    let place = "while it ran";
    let function = instance.get_func(&*store, name);
    let function = function.ok_or_else(|| Failure { place, error: Error::new("the export is missing") })?;
    function.call(&mut *store, args, results).map_err(at(place))
}

fn zero(kind: &ValKind) -> Val {
    match kind {
        ValKind::I32 => Val::I32(0),
        ValKind::I64 => Val::I64(0),
    }
}

fn integer(value: &Val) -> Option<Value> {
    match value {
        Val::I32(value) => Some(Value::I32(*value)),
        Val::I64(value) => Some(Value::I64(*value)),
        _ => None,
    }
}

fn value(value: &Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(*value),
        Value::I64(value) => Val::I64(*value),
    }
}

/// Tells what the guest did from what this machine could not do.
fn trap(store: &Store<Guest<'_>>, failure: Failure) -> EngineTrap {
    let Failure { place, error } = failure;
    if store.data().limiter.exhausted {
        return EngineTrap::Fault(String::from("out of memory"));
    }
    match (error.as_trap_code(), error.kind()) {
        (Some(TrapCode::StackOverflow | TrapCode::OutOfFuel | TrapCode::GrowthOperationLimited), _)
        | (Some(TrapCode::OutOfSystemMemory), _) => EngineTrap::Fault(error.to_string()),
        (Some(code), _) => EngineTrap::Guest(format!("the module trapped {place}: {code}")),
        // Data segments that do not fit have a trap code.
        (None, ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })) => {
            EngineTrap::Guest(format!("the module trapped {place}: a table segment does not fit"))
        }
        (None, _) => EngineTrap::Fault(error.to_string()),
    }
}
