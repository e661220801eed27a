//! Host functions as guests reach them: raw exports of this program, which the trampolines import, and the call that
//! runs right now behind them.

use crate::{glue, trampolines::ARGUMENTS};
use scoped_tls_hkt::scoped_thread_local;
use std::cell::Cell;
use wasm_bindgen::prelude::wasm_bindgen;
use zera_vm::{
    GuestMemory, HostReply, RunningCall,
    host::{HostFunction, table::FUNCTIONS},
};

/// Told to a trampoline that must end its guest.
const STOP: i64 = -1;

/// A [`RunningCall`] without its lifetime.
trait Running {
    fn host(&mut self, function: &'static HostFunction, args: &[u64], gas: i64, stack: i64) -> HostReply;
}

impl Running for RunningCall<'_> {
    fn host(&mut self, function: &'static HostFunction, args: &[u64], gas: i64, stack: i64) -> HostReply {
        RunningCall::host(self, function, args, gas, stack, &mut CurrentMemory)
    }
}

scoped_thread_local!(static mut CALL: for<'a> &'a mut (dyn Running + 'a));

thread_local! {
    /// Result of the last host function.
    static RETURNED: Cell<u64> = const { Cell::new(0) };
    /// Counters of the guest that ended last: gas, stack.
    static ENDED: Cell<(i64, i64)> = const { Cell::new((0, 0)) };
    /// Host functions that have begun and not ended.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `run` with `call` behind the host functions.
pub(crate) fn with_call<R>(call: &mut RunningCall<'_>, run: impl FnOnce() -> R) -> R {
    CALL.set(call, run)
}

/// Counters of the guest that ended last: gas, stack.
pub(crate) fn ended() -> (i64, i64) {
    ENDED.get()
}

/// Host functions that have begun and not ended. It is the same before and after a call, unless something was thrown
/// through our own frames.
pub(crate) fn depth() -> u32 {
    DEPTH.get()
}

/// For the trampolines: runs host function `position`. Answers the gas that is left, or [`STOP`].
#[expect(clippy::too_many_arguments, reason = "the widest host function has eight parameters")]
#[wasm_bindgen]
pub fn engine_host_call(
    position: u32,
    gas: i64,
    stack: i64,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    e: u64,
    f: u64,
    g: u64,
    h: u64,
) -> i64 {
    let Some(function) = FUNCTIONS.get(position as usize) else { return STOP };
    let args: [u64; ARGUMENTS] = [a, b, c, d, e, f, g, h];
    DEPTH.set(DEPTH.get().saturating_add(1));
    let reply = CALL.with(|call| call.host(function, &args, gas, stack));
    DEPTH.set(DEPTH.get().saturating_sub(1));
    match reply {
        HostReply::Return { value, gas } => {
            RETURNED.set(value);
            gas
        }
        HostReply::Stop => STOP,
    }
}

/// For the trampolines: the result of the host function that just returned.
#[wasm_bindgen]
#[must_use]
pub fn engine_host_value() -> u64 {
    RETURNED.get()
}

/// For the keepers: the counters at the end of a call.
#[wasm_bindgen]
pub fn engine_ended(gas: i64, stack: i64) {
    ENDED.set((gas, stack));
}

/// Memory of the guest whose host function runs. JavaScript copies: two memories are two address spaces.
struct CurrentMemory;

impl GuestMemory for CurrentMemory {
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        if !self.contains(ptr, len) {
            return None;
        }
        let mut bytes = vec![0; len as usize];
        glue::read(ptr, len, address(bytes.as_mut_ptr()));
        Some(bytes)
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool {
        let Ok(len) = u32::try_from(bytes.len()) else { return false };
        let fits = self.contains(ptr, len);
        if fits {
            glue::write(ptr, len, address(bytes.as_ptr().cast_mut()));
        }
        fits
    }

    fn contains(&self, ptr: u32, len: u32) -> bool {
        ptr.checked_add(len).is_some_and(|end| end <= glue::size())
    }
}

/// An address in our memory, for JavaScript to read or write before the call that gets it returns.
pub(crate) fn address(pointer: *mut u8) -> u32 {
    u32::try_from(pointer.expose_provenance()).unwrap_or(0)
}
