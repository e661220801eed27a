//! One instance as host functions see it: glue between wasmi's store and the shared host functions.

use crate::{
    abi::ValKind,
    call::{HostReply, RunningCall},
    host::{HostFunction, SliceMemory},
};
use wasmi::{Caller, Error, Func, FuncType, Global, Memory, ResourceLimiter, Store, Val, ValType};
use wasmi_core::{LimiterError, MemoryError, TableError};

/// Data of a store: the running call and handles into its instance.
pub(super) struct Guest<'h> {
    pub(super) running: RunningCall<'h>,
    pub(super) memory: Option<Memory>,
    pub(super) gas: Option<Global>,
    pub(super) stack: Option<Global>,
    pub(super) limiter: Limiter,
}

impl<'h> Guest<'h> {
    pub(super) fn new(running: RunningCall<'h>) -> Self {
        Self { running, memory: None, gas: None, stack: None, limiter: Limiter { exhausted: false } }
    }
}

/// Makes a failed allocation a fault instead of a `-1` that only this machine's guest would see.
pub(super) struct Limiter {
    /// An allocation failed.
    pub(super) exhausted: bool,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool, LimiterError> {
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> Result<bool, LimiterError> {
        Ok(maximum.is_none_or(|maximum| desired <= maximum))
    }

    fn memory_grow_failed(&mut self, _: &MemoryError) -> Result<(), LimiterError> {
        self.exhausted = true;
        Err(LimiterError::ResourceLimiterDeniedAllocation)
    }

    fn table_grow_failed(&mut self, _: &TableError) -> Result<(), LimiterError> {
        self.exhausted = true;
        Err(LimiterError::ResourceLimiterDeniedAllocation)
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        1
    }
}

/// A counter's value; zero if it is missing, which instrumentation rules out.
pub(super) fn read(context: impl wasmi::AsContext, global: Option<Global>) -> i64 {
    global.and_then(|global| global.get(context).i64()).unwrap_or(0)
}

/// Sets a counter; it is a mutable `i64`, so this cannot fail.
pub(super) fn write(context: impl wasmi::AsContextMut, global: Option<Global>, value: i64) {
    if let Some(global) = global {
        let _infallible = global.set(context, Val::I64(value));
    }
}

fn val_type(kind: &ValKind) -> ValType {
    match kind {
        ValKind::I32 => ValType::I32,
        ValKind::I64 => ValType::I64,
    }
}

/// The import for one host function.
pub(super) fn link(store: &mut Store<Guest<'_>>, function: &'static HostFunction) -> Func {
    let ty = FuncType::new(function.params.iter().map(val_type), function.result.iter().map(val_type));
    Func::new(store, ty, move |mut caller, params, results| call(&mut caller, function, params, results))
}

fn call(
    caller: &mut Caller<'_, Guest<'_>>,
    function: &'static HostFunction,
    params: &[Val],
    results: &mut [Val],
) -> Result<(), Error> {
    let mut args = [0u64; 8];
    for (arg, param) in args.iter_mut().zip(params) {
        *arg = match param {
            Val::I32(value) => u64::from(value.cast_unsigned()),
            Val::I64(value) => value.cast_unsigned(),
            _ => 0,
        };
    }
    let (gas, stack) = (caller.data().gas, caller.data().stack);
    let (gas_left, stack_left) = (read(&*caller, gas), read(&*caller, stack));
    let mut nothing = [];
    let (memory, guest): (&mut [u8], &mut Guest<'_>) = match caller.data().memory {
        Some(memory) => memory.data_and_store_mut(&mut *caller),
        None => (&mut nothing, caller.data_mut()),
    };
    match guest.running.host(function, &args, gas_left, stack_left, &mut SliceMemory(memory)) {
        HostReply::Return { value, gas: left } => {
            if let (Some(result), Some(kind)) = (results.first_mut(), function.result) {
                *result = match kind {
                    ValKind::I32 => Val::I32((value as u32).cast_signed()),
                    ValKind::I64 => Val::I64(value.cast_signed()),
                };
            }
            write(&mut *caller, gas, left);
            Ok(())
        }
        HostReply::Stop => Err(Error::new("stopped by a host function")),
    }
}
