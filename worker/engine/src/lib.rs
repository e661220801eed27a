//! The browser's own WebAssembly engine behind [`zera_vm::Engine`]: the same instrumented bytes as wasmi, compiled by the
//! browser, tens of times faster.
//!
//! A guest is three instances. The *trampolines* ([`trampolines`]) are what it imports: they take its counters and call
//! one exported function of this program, from wasm to wasm, so that no 64-bit number passes through JavaScript. The
//! guest itself is the instrumented module with its mutable globals exported ([`expose`]). The *keeper* ([`keeper`])
//! imports its memory and globals, sets and reads the counters, and makes the instance pristine again after a call, so
//! that the next one needs no new instance. JavaScript (`js/glue.js`) only starts calls, because only it can catch a
//! trap, and copies bytes.
//!
//! A trap never passes through our own frames: a host function that stops a call returns to the trampoline, which traps.
//! Should one pass nevertheless (our own panic, the browser's stack), the engine is broken for good: every later call is
//! a fault, and whoever owns the worker replaces it.

#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(target_arch = "wasm32")]
mod glue;
#[cfg(target_arch = "wasm32")]
mod host;

pub mod cache;
pub mod expose;
pub mod keeper;
pub mod trampolines;

#[cfg(target_arch = "wasm32")]
pub use engine::{BrowserEngine, EngineFigures};
