//! One call from instantiation to its outcome.

use super::{
    End, Entry, Prepared,
    guest::{self, Guest},
};
use crate::{
    VmError,
    abi::{ValKind, Value},
    host::{Stop, lookup},
    instrument::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT},
};
use alloc::{format, string::String, string::ToString, vec::Vec};
use wasmi::{
    Error, Extern, Instance, Store, TrapCode, Val,
    errors::{ErrorKind, InstantiationError},
};
use zera_primitives::Outcome;

/// Runs `entry` on a fresh instance. Afterwards the session's gas is what is left.
pub(super) fn run(store: &mut Store<Guest<'_>>, prepared: &Prepared, entry: &Entry<'_>) -> Result<End, VmError> {
    store.limiter(|guest| &mut guest.limiter);
    let mut results = Vec::new();
    let done = start(store, prepared).and_then(|instance| {
        let zero = |kind: &ValKind| match kind {
            ValKind::I32 => Val::I32(0),
            ValKind::I64 => Val::I64(0),
        };
        results.extend(entry.export.results.iter().map(zero));
        let args: Vec<Val> = entry.args.iter().map(value).collect();
        call(store, &instance, &entry.export.name, &args, &mut results)
    });
    let gas = store.data().gas.map(|gas| guest::read(&*store, Some(gas)));
    let stack = store.data().stack.map(|stack| guest::read(&*store, Some(stack)));
    let session = &mut store.data_mut().session;
    // Before the counters exist nothing has been charged beyond the beginning.
    session.gas = gas.map_or(session.gas, |gas| u64::try_from(gas).unwrap_or(0));
    let stop = session.stop.take();
    if stop.is_none() && gas.is_some_and(i64::is_negative) {
        return Ok(End::new(Outcome::OutOfGas, None));
    }
    match done {
        Ok(()) => Ok(End { outcome: Outcome::Ok, result: result(store, &results), diagnostic: None }),
        Err(_) if let Some(stop) = stop => stopped(stop),
        Err(_) if stack.is_some_and(i64::is_negative) => {
            Ok(End::new(Outcome::StackLimit, Some("calls nest too deeply".into())))
        }
        Err(failure) => trapped(store, failure),
    }
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

/// Makes the instance, sets the counters and runs the start function.
fn start(store: &mut Store<Guest<'_>>, prepared: &Prepared) -> Result<Instance, Failure> {
    let mut imports = Vec::with_capacity(prepared.info.imports.len());
    for name in &prepared.info.imports {
        // A name that is not in the table did not pass validation; instantiation then counts the imports.
        imports.extend(lookup(name).map(|function| Extern::Func(guest::link(store, function))));
    }
    let instance = Instance::new(&mut *store, &prepared.module, &imports).map_err(at("while it was set up"))?;
    let gas = instance.get_global(&*store, GAS_EXPORT);
    let stack = instance.get_global(&*store, STACK_EXPORT);
    let memory = instance.get_memory(&*store, MEMORY_EXPORT);
    let guest = store.data_mut();
    (guest.gas, guest.stack, guest.memory) = (gas, stack, memory);
    let (gas_left, stack_left) = (guest.session.gas, guest.session.stack);
    guest::write(&mut *store, gas, gas_left);
    guest::write(&mut *store, stack, stack_left);
    if prepared.info.start {
        call(store, &instance, START_EXPORT, &[], &mut [])
            .map_err(|failure| Failure { place: "in its start function", ..failure })?;
    }
    Ok(instance)
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

fn value(value: &Value) -> Val {
    match value {
        Value::I32(value) => Val::I32(*value),
        Value::I64(value) => Val::I64(*value),
    }
}

/// The integer a direct call returned, or else what the guest wrote with `output_write`.
fn result(store: &mut Store<Guest<'_>>, results: &[Val]) -> Vec<u8> {
    match results.first() {
        Some(Val::I32(value)) => Value::I32(*value).to_bytes(),
        Some(Val::I64(value)) => Value::I64(*value).to_bytes(),
        _ => core::mem::take(&mut store.data_mut().session.output),
    }
}

fn stopped(stop: Stop) -> Result<End, VmError> {
    match stop {
        Stop::OutOfGas => Ok(End::new(Outcome::OutOfGas, None)),
        Stop::Trap(message) => Ok(End::new(Outcome::Trap, Some(message))),
        Stop::Refused(message) => Ok(End::new(Outcome::HostRefused, Some(message))),
        Stop::Callee(outcome, diagnostic) => Ok(End::new(outcome, diagnostic)),
        Stop::NotLoaded => Err(VmError::NotLoaded),
        Stop::Fault(message) => Err(VmError::Fault(message)),
    }
}

/// Tells what the guest did from what this machine could not do.
fn trapped(store: &Store<Guest<'_>>, failure: Failure) -> Result<End, VmError> {
    let Failure { place, error } = failure;
    if store.data().limiter.exhausted {
        return Err(VmError::Fault(String::from("out of memory")));
    }
    match (error.as_trap_code(), error.kind()) {
        (Some(TrapCode::StackOverflow | TrapCode::OutOfFuel | TrapCode::GrowthOperationLimited), _)
        | (Some(TrapCode::OutOfSystemMemory), _) => Err(VmError::Fault(error.to_string())),
        (Some(code), _) => Ok(End::new(Outcome::Trap, Some(format!("the module trapped {place}: {code}")))),
        // Data segments that do not fit have a trap code.
        (None, ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })) => {
            Ok(End::new(Outcome::Trap, Some(format!("the module trapped {place}: a table segment does not fit"))))
        }
        (None, _) => Err(VmError::Fault(error.to_string())),
    }
}
