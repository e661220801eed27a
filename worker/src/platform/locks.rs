//! Web Locks. Bound by hand: web-sys keeps the interface unstable and renamed it twice.

use js_sys::{Function, Object, Promise, Reflect};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;
use zera_worker_protocol::{Error, ErrorKind};

#[wasm_bindgen]
extern "C" {
    type Manager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Manager, name: &str, options: &Object, held: &Function) -> Result<Promise, JsValue>;
}

/// How to ask for a lock.
pub enum How<'a> {
    /// Wait in line; the signal ends the waiting.
    Wait(Option<&'a AbortSignal>),
    /// Only if nobody has it.
    IfFree,
    /// Take it from whoever has it, past all who wait.
    Steal,
}

/// A lock that is held until it is let go of, taken away, or the worker ends, however it ends.
pub struct Lock {
    release: Function,
    over: Promise,
}

impl Lock {
    /// Waits until it was let go of, or taken away: true then.
    pub fn taken_away(&self) -> impl Future<Output = bool> + 'static {
        let over = JsFuture::from(self.over.clone());
        async move { over.await.is_err() }
    }

    /// Lets go of it.
    pub fn release(&self) {
        // A promise's own resolver does not throw.
        let _ = self.release.call0(&JsValue::NULL);
    }
}

/// Asks for a lock; none when it is not free, or the waiting was ended.
///
/// # Errors
/// `StorageFailed` where the browser has no locks.
pub async fn take(name: &str, how: How<'_>) -> Result<Option<Lock>, Error> {
    let options = Object::new();
    let option = match how {
        How::Wait(None) => None,
        How::Wait(Some(signal)) => Some(("signal", signal.into())),
        How::IfFree => Some(("ifAvailable", JsValue::TRUE)),
        How::Steal => Some(("steal", JsValue::TRUE)),
    };
    if let Some((name, value)) = option {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&options, &name.into(), &value);
    }
    let manager = manager()?;
    let release = Rc::<RefCell<Option<Function>>>::default();
    let mut asked = Err(JsValue::UNDEFINED);
    let answer = Promise::new(&mut |resolve, _| {
        let release = Rc::clone(&release);
        let answered = resolve.clone();
        let held = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let held = if lock.is_null() {
                JsValue::UNDEFINED
            } else {
                // Held until this promise settles.
                Promise::new(&mut |let_go, _| *release.borrow_mut() = Some(let_go)).into()
            };
            // A promise's own resolver does not throw.
            let _ = answered.call0(&JsValue::NULL);
            held
        });
        asked = manager.request(name, &options, held.unchecked_ref());
        if let Ok(over) = &asked {
            // Ended while it waited: the callback is never called.
            let ended = Closure::once_into_js(move |_: JsValue| drop(resolve.call0(&JsValue::NULL)));
            let _ = over.clone().unchecked_into::<Thenable>().then(&JsValue::UNDEFINED, &ended);
        }
    });
    let over = asked.map_err(|error| unavailable(&error))?;
    // It only ever resolves.
    let _ = JsFuture::from(answer).await;
    Ok(release.take().map(|release| Lock { release, over }))
}

#[wasm_bindgen]
extern "C" {
    /// A promise, whose second callback alone is given.
    type Thenable;
    #[wasm_bindgen(method)]
    fn then(this: &Thenable, kept: &JsValue, broken: &JsValue) -> JsValue;
}

fn manager() -> Result<Manager, Error> {
    Reflect::get(&js_sys::global(), &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"locks".into()))
        .ok()
        .filter(JsValue::is_object)
        .map(JsCast::unchecked_into)
        .ok_or_else(|| unavailable(&"this browser has no Web Locks".into()))
}

fn unavailable(error: &JsValue) -> Error {
    Error::browser(ErrorKind::StorageFailed, true, format!("the lock cannot be asked for: {}", super::text(error)))
}
