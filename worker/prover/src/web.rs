//! A prover in its worker: requests in, words out, keys from the browser's cache, last words when it panics.

use crate::{
    prover::{Prover, Shelf},
    wire::{FromProver, ToProver, Word, read},
};
use codec::Encode as _;
use gloo::events::EventListener;
use js_sys::{Array, ArrayBuffer, Function, Uint8Array, WebAssembly};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};
use zera_primitives::hash::to_hex;

#[wasm_bindgen(module = "/web/keys.js")]
extern "C" {
    #[wasm_bindgen(js_name = openKey, catch)]
    async fn open_key(name: &str, tell: &Function) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = forgetKey, catch)]
    async fn forget_key(name: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = readKey, catch)]
    fn read_key(blob: &Blob, from: f64, to: f64) -> Result<Uint8Array, JsValue>;
}

/// Keys that are open.
#[derive(Default)]
struct Keys {
    open: RefCell<BTreeMap<[u8; 32], Blob>>,
}

impl Keys {
    async fn ensure(&self, name: [u8; 32], tell: &Function) -> Result<(), String> {
        if self.open.borrow().contains_key(&name) {
            return Ok(());
        }
        let blob = open_key(&to_hex(&name), tell).await.map_err(|error| text(&error))?;
        self.open.borrow_mut().insert(name, blob.unchecked_into());
        Ok(())
    }
}

impl Shelf for Keys {
    fn read(&self, name: &[u8; 32], from: u64, to: u64) -> Result<Vec<u8>, String> {
        let open = self.open.borrow();
        let blob = open.get(name).ok_or("the proving key is not open")?;
        // Lengths of files are far below 2^53.
        read_key(blob, from as f64, to as f64).map(|bytes| bytes.to_vec()).map_err(|error| text(&error))
    }
}

/// Listens until the worker is ended.
#[wasm_bindgen]
pub fn start() {
    std::panic::set_hook(Box::new(|info| say(Word::Panicked(info.to_string()))));
    let (prover, keys) = (Rc::new(RefCell::new(Prover::default())), Rc::new(Keys::default()));
    let hear = move |event: &web_sys::Event| {
        let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
        let Some(buffer) = data.as_ref().and_then(|data| data.dyn_ref::<ArrayBuffer>()) else { return };
        let bytes = Uint8Array::new(buffer).to_vec();
        let (prover, keys) = (Rc::clone(&prover), Rc::clone(&keys));
        wasm_bindgen_futures::spawn_local(async move {
            let word = match read(&bytes) {
                Ok(request) => answer(&prover, &keys, request).await,
                Err(error) => Err(error),
            };
            say(word.unwrap_or_else(Word::Refused));
        });
    };
    EventListener::new(&scope(), "message", hear).forget();
    say(Word::Ready);
}

/// One request is under way at a time, so nobody else holds the prover.
async fn answer(prover: &RefCell<Prover>, keys: &Keys, request: ToProver) -> Result<Word, String> {
    let busy = "it is at work already";
    let mut bytes = 0;
    let wanted = prover.try_borrow().map_err(|_| busy)?.class_for(&request);
    if let Some(class) = wanted {
        let name = prover.try_borrow().map_err(|_| busy)?.key_of(class)?;
        let told = matches!(request, ToProver::Fetch { .. });
        let tell = Closure::<dyn Fn(f64, f64)>::new(move |got: f64, of: f64| {
            // The last word is the answer's.
            if told && got < of {
                say(Word::Fetched { class, got: got as u64, of: of as u64 });
            }
        });
        keys.ensure(name, tell.as_ref().unchecked_ref()).await?;
        bytes = keys.open.borrow().get(&name).map_or(0, |blob| blob.size() as u64);
    }
    if let ToProver::Fetch { class } = request {
        return Ok(Word::Fetched { class, got: bytes, of: bytes });
    }
    let done = prover.try_borrow_mut().map_err(|_| busy)?.answer(request, keys);
    if done.is_err() {
        // A damaged key would fail for ever; it is fetched anew.
        let names: Vec<[u8; 32]> = keys.open.borrow().keys().copied().collect();
        let damaged = done.as_ref().err().is_some_and(|error| error.contains("damaged") || error.contains("cut"));
        for name in names.iter().filter(|_| damaged) {
            // It fails only where there is no cache.
            let _ = forget_key(&to_hex(name)).await;
        }
    }
    done
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Bytes of this program's memory.
fn memory() -> u64 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    u64::from(memory.buffer().unchecked_into::<ArrayBuffer>().byte_length())
}

fn say(word: Word) {
    let buffer = Uint8Array::from(FromProver { memory: memory(), word }.encode().as_slice()).buffer();
    // Nobody to tell when the node is gone; this worker ends with it.
    let _ = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
}

fn text(value: &JsValue) -> String {
    let message = js_sys::Reflect::get(value, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| value.as_string()).unwrap_or_else(|| format!("{value:?}"))
}
