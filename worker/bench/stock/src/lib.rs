//! Stock wasmi as a wasm module with a raw C interface: `room` gives memory for what comes in, `load` takes a module,
//! `call` runs an export on a fresh instance. Host functions play back a tape: what they once answered and wrote.
//!
//! Bench peer only; nothing of it is linked into the client.

use std::cell::RefCell;
use wasmi::{Caller, Engine, Error, Extern, Func, Instance, Memory, Module, Store, Val, ValType};

thread_local! {
    static LOADED: RefCell<Vec<Module>> = const { RefCell::new(Vec::new()) };
}

/// A tape being played: what is left of it, and the guest's memory.
struct Playing {
    tape: &'static [u8],
    memory: Option<Memory>,
}

/// Memory for `length` bytes that the caller fills; never given back, because a bench loads a handful of inputs.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Compiles the module in `length` bytes at `bytes`; its number, or -1 if wasmi refuses it.
///
/// # Safety
/// The bytes come from [`room`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn load(bytes: *const u8, length: usize) -> i32 {
    // SAFETY: the caller's promise.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, length) };
    let Ok(module) = Module::new(&Engine::default(), bytes) else { return -1 };
    LOADED.with_borrow_mut(|loaded| {
        loaded.push(module);
        i32::try_from(loaded.len() - 1).unwrap_or(-1)
    })
}

/// Calls an export that takes nothing or one `i32` on a fresh instance of a loaded module, with host functions that play
/// `tape`; what it returned as 64 bits (0 for nothing), or -1 if it failed.
///
/// # Safety
/// `name` and `tape` come from [`room`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn call(
    number: usize,
    name: *const u8,
    name_length: usize,
    argument: i32,
    tape: *const u8,
    tape_length: usize,
) -> i64 {
    // SAFETY: the caller's promise.
    let (name, tape) = unsafe {
        (core::slice::from_raw_parts(name, name_length), core::slice::from_raw_parts(tape, tape_length))
    };
    let Ok(name) = core::str::from_utf8(name) else { return -1 };
    let module = LOADED.with_borrow(|loaded| loaded.get(number).cloned());
    module.map_or(-1, |module| run(&module, name, argument, tape).unwrap_or(-1))
}

fn run(module: &Module, name: &str, argument: i32, tape: &'static [u8]) -> Result<i64, Error> {
    let mut store = Store::new(module.engine(), Playing { tape, memory: None });
    let mut imports = Vec::new();
    for import in module.imports() {
        let ty = import.ty().func().ok_or_else(|| Error::new("only functions are linked"))?.clone();
        imports.push(Extern::Func(Func::new(&mut store, ty, play)));
    }
    let instance = Instance::new(&mut store, module, &imports)?;
    store.data_mut().memory = instance.get_memory(&store, "memory");
    let function = instance.get_func(&store, name).ok_or_else(|| Error::new("no such export"))?;
    let ty = function.ty(&store);
    let arguments = vec![Val::I32(argument); ty.params().len()];
    let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
    function.call(&mut store, &arguments, &mut results)?;
    if !store.data().tape.is_empty() {
        return Err(Error::new("the tape is not over"));
    }
    Ok(match results.first() {
        Some(Val::I32(value)) => i64::from(*value),
        Some(Val::I64(value)) => *value,
        _ => 0,
    })
}

/// One host call: the next piece of the tape is what it answers (8 bytes), how many writes it makes (4 bytes) and those
/// writes (address, length, bytes).
fn play(mut caller: Caller<'_, Playing>, _: &[Val], results: &mut [Val]) -> Result<(), Error> {
    let over = || Error::new("the tape is over");
    let tape = caller.data().tape;
    let (answer, tape) = tape.split_first_chunk::<8>().ok_or_else(over)?;
    let (writes, mut tape) = tape.split_first_chunk::<4>().ok_or_else(over)?;
    for _ in 0..u32::from_le_bytes(*writes) {
        let (address, rest) = tape.split_first_chunk::<4>().ok_or_else(over)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(over)?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(over)?;
        let memory = caller.data().memory.ok_or_else(over)?;
        memory.write(&mut caller, u32::from_le_bytes(*address) as usize, bytes)?;
        tape = rest;
    }
    caller.data_mut().tape = tape;
    let answer = i64::from_le_bytes(*answer);
    if let Some(result) = results.first_mut() {
        *result = match result.ty() {
            ValType::I32 => Val::I32(answer as i32),
            _ => Val::I64(answer),
        };
    }
    Ok(())
}
