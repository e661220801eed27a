//! The Web Lock that makes one worker of this origin the node. Bound by hand: web-sys keeps the interface unstable and
//! renamed it twice.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use zera_worker_protocol::{Error, ErrorKind};

/// Name of the lock.
const NAME: &str = "zera-node";

#[wasm_bindgen]
extern "C" {
    type Manager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Manager, name: &str, options: &Object, held: &Function) -> Result<Promise, JsValue>;
}

/// How often the lock is asked for. A worker that a reload or a crash has ended may take a moment to let go.
const TRIES: u32 = 8;
/// Milliseconds between two tries.
const PAUSE_MS: u32 = 125;

/// Takes the lock for the life of this worker, or says that another tab has it. The browser frees it when the worker
/// ends, however it ends.
pub async fn hold() -> Result<(), Error> {
    for _ in 1..TRIES {
        if ask().await? {
            return Ok(());
        }
        super::browser::sleep(PAUSE_MS).await;
    }
    if ask().await? {
        return Ok(());
    }
    let detail = "another tab of this browser runs the node; this one does not write beside it";
    Err(Error::browser(ErrorKind::OtherTab, true, detail))
}

async fn ask() -> Result<bool, Error> {
    let scope = js_sys::global();
    let manager = Reflect::get(&scope, &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"locks".into()))
        .ok()
        .filter(|locks| locks.is_object())
        .ok_or_else(|| unavailable(&"this browser has no Web Locks".into()))?;
    let options = Object::new();
    // Setting a property of a plain object does not fail.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let mut asked = Ok(());
    let answer = Promise::new(&mut |resolve, _| {
        let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            // A promise's own resolver does not throw.
            let _ = resolve.call1(&JsValue::NULL, &JsValue::from_bool(!lock.is_null()));
            // Held until this promise settles, which is never.
            if lock.is_null() { JsValue::UNDEFINED } else { Promise::new(&mut |_, _| {}).into() }
        });
        asked = manager.unchecked_ref::<Manager>().request(NAME, &options, held.unchecked_ref()).map(drop);
    });
    asked.map_err(|error| unavailable(&error))?;
    JsFuture::from(answer).await.map(|held| held.is_truthy()).map_err(|error| unavailable(&error))
}

fn unavailable(error: &JsValue) -> Error {
    Error::browser(ErrorKind::StorageFailed, true, format!("the lock cannot be asked for: {}", super::text(error)))
}
