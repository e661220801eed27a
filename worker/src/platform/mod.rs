//! The browser as the node's world: storage, keys, locks, clock, message port, and what happens on a panic.

mod browser;
mod indexed_db;
mod keys;
mod locks;
mod panic;
mod port;
mod schema;
mod script;
mod shelf;

use wasm_bindgen::JsValue;
use zera_worker_protocol::{Error, ErrorKind};

/// Starts the worker: hooks, port, READY, and the loop that answers.
pub fn start() {
    panic::install();
    wasm_bindgen_futures::spawn_local(port::serve());
}

/// What JavaScript threw, as text.
pub(crate) fn text(value: &JsValue) -> String {
    js_sys::Reflect::get(value, &JsValue::from_str("message"))
        .ok()
        .and_then(|message| message.as_string())
        .or_else(|| value.as_string())
        .unwrap_or_else(|| format!("{value:?}"))
}

/// The browser refused to store or to hand out.
pub(crate) fn refused(what: &str, value: &JsValue) -> Error {
    Error::browser(ErrorKind::StorageFailed, false, format!("{what}: {}", text(value)))
}

/// The same for errors of the IndexedDB wrapper.
pub(crate) fn storage(error: idb::Error) -> Error {
    Error::browser(ErrorKind::StorageFailed, false, format!("IndexedDB: {error}"))
}
