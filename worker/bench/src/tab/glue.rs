//! `web/glue.js` as Rust sees it; what each does is said there.
#![allow(missing_docs, reason = "documented in web/glue.js")]

use js_sys::{Array, BigUint64Array, Uint8Array};
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

/// What answers host functions while a tape is recorded: name, arguments, memory.
pub type Recording = Closure<dyn FnMut(String, BigUint64Array, js_sys::WebAssembly::Memory) -> u64>;

#[wasm_bindgen(module = "/web/glue.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    pub async fn bytes(path: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub async fn pause(ms: u32) -> Result<(), JsValue>;

    pub type Raw;
    #[wasm_bindgen(constructor, catch)]
    pub fn new(code: &Uint8Array, tape: &Uint8Array, wide: &Array) -> Result<Raw, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn kept(this: &Raw, name: &str, argument: i32, times: u32, every: u32) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn instances(this: &Raw, name: &str, argument: i32, times: u32) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn instantiate(this: &Raw, name: &str, argument: i32, times: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub fn record(code: &Uint8Array, entry: &str, argument: i32, wide: &Array, host: &Recording)
    -> Result<(), JsValue>;

    pub type Stock;
    #[wasm_bindgen(static_method_of = Stock, catch)]
    pub async fn start(path: &str) -> Result<Stock, JsValue>;
    #[wasm_bindgen(method)]
    pub fn load(this: &Stock, code: &Uint8Array) -> i32;
    #[wasm_bindgen(method)]
    pub fn prepare(this: &Stock, name: &str, tape: &Uint8Array) -> Array;
    #[wasm_bindgen(method, catch)]
    pub fn call(this: &Stock, number: i32, prepared: &Array, argument: i32, times: u32) -> Result<f64, JsValue>;

    pub type Echo;
    #[wasm_bindgen(constructor)]
    pub fn begin(path: &str) -> Echo;
    #[wasm_bindgen(method, catch)]
    pub async fn trips(this: &Echo, length: u32, moved: bool, times: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn stop(this: &Echo);

    #[wasm_bindgen(catch)]
    pub async fn elsewhere(path: &str, suite: &str) -> Result<(), JsValue>;

    pub type Provers;
    #[wasm_bindgen(static_method_of = Provers, catch)]
    pub async fn start(path: &str, count: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn everyone(this: &Provers, request: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn spread(this: &Provers, requests: &Array, classes: &[u8]) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub fn stop(this: &Provers);

    pub type Snark;
    #[wasm_bindgen(static_method_of = Snark, js_name = start, catch)]
    pub async fn begin(folder: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn prove(this: &Snark, alone: bool, times: u32) -> Result<(), JsValue>;

    pub type Noble;
    #[wasm_bindgen(static_method_of = Noble, js_name = start, catch)]
    pub async fn begin(folder: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn verify(this: &Noble, message: &Uint8Array, pairs: &Uint8Array, times: u32) -> Result<(), JsValue>;

    pub type Pages;
    #[wasm_bindgen(static_method_of = Pages, js_name = open, catch)]
    pub async fn open(fresh: bool) -> Result<Pages, JsValue>;
    #[wasm_bindgen(method)]
    pub fn add(this: &Pages, name: &Uint8Array, bytes: &Uint8Array);
    #[wasm_bindgen(method, catch)]
    pub async fn flush(this: &Pages) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn get(this: &Pages, name: &Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    pub fn close(this: &Pages);
    #[wasm_bindgen(method, catch)]
    pub async fn remove(this: &Pages) -> Result<(), JsValue>;

    pub type Database;
    #[wasm_bindgen(static_method_of = Database, catch)]
    pub async fn open(entries: u32, length: u32) -> Result<Database, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn commit(this: &Database, way: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn remove(this: &Database) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
    #[wasm_bindgen(js_namespace = console)]
    pub fn error(text: &str);
}
