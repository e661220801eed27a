//! The browser as the node's world: storage, keys, locks, other tabs, clock, message port, and what happens on a panic.

mod archive;
mod browser;
mod engine;
mod indexed_db;
mod keys;
mod locks;
mod node;
mod notes;
mod panic;
mod pipeline;
mod port;
mod room;
mod schema;
mod script;
mod shelf;
mod sockets;
mod store;
mod tabs;
mod workers;

pub use engine::engine;
pub use workers::BrowserWorkers;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;
use zera_worker_protocol::{Error, ErrorKind};

/// Names of workers that are pipelines begin like this.
const PIPELINE: &str = "zera-pipeline-";

/// Starts the worker in the role that its name tells: as a pipeline, or as the node with hooks, port, READY, and the loop
/// that answers.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    if scope.name().starts_with(PIPELINE) {
        return pipeline::start();
    }
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
