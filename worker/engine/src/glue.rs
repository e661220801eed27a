//! `js/glue.js` as Rust sees it.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// How `run` ended; the numbers are those of `js/glue.js`.
pub const I32: u32 = 1;
/// It returned an `i64`.
pub const I64: u32 = 2;
/// The guest trapped.
pub const TRAP: u32 = 3;
/// Anything else was thrown.
pub const FAULT: u32 = 4;

#[wasm_bindgen(module = "/js/glue.js")]
extern "C" {
    /// Once per program.
    pub fn attach(memory: JsValue, exports: JsValue, trampolines: &JsValue);
    /// Names of all exports, in order.
    pub fn names(module: &JsValue) -> JsValue;
    /// A slot; -1 for a trap, -2 for a fault.
    pub fn instantiate(module: &JsValue, keeper: &JsValue, names: &JsValue) -> i32;
    /// Forgets an instance.
    pub fn release(slot: u32);
    /// 1 if the instance is pristine again.
    pub fn reset(slot: u32) -> i32;
    /// One more argument of the next `run`.
    pub fn push_i32(value: i32);
    /// One more argument of the next `run`.
    pub fn push_i64(low: u32, high: u32);
    /// Runs an export.
    pub fn run(slot: u32, entry: u32, gas_low: u32, gas_high: u32, stack_low: u32, stack_high: u32) -> u32;
    /// Low half of the last integer returned.
    pub fn result_low() -> i32;
    /// High half of the last 64-bit integer returned.
    pub fn result_high() -> i32;
    /// Text of the last failure.
    pub fn last_message() -> String;
    /// Bytes of the running guest's memory.
    pub fn size() -> u32;
    /// Copies from the running guest to our address `to`.
    pub fn read(from: u32, length: u32, to: u32);
    /// Copies from our address `from` to the running guest.
    pub fn write(to: u32, length: u32, from: u32);
    /// Size of an instance's memory or -1; copied to our address `to` unless that is 0.
    pub fn remains_memory(slot: u32, to: u32) -> i32;
    /// Kind of an exported integer global, whose value is in `result_low` and `result_high`.
    pub fn remains_global(slot: u32, name: &str) -> u32;
}
