//! The message port: READY first, then requests in; answers and events out.
//!
//! A page speaks SCALE in transferred buffers. A script may speak plain objects instead (see [`super::script`]); both can
//! use one worker at the same time.

use super::{script, tabs};
use crate::tabs::Face;
use codec::Encode as _;
use gloo::events::EventListener;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zera_worker_protocol::{
    Command, Error, ErrorKind, MESSAGE_BYTES, PROTOCOL_VERSION, Response, ToPage, ToWorker, decode,
};

thread_local! {
    /// True once a script has asked anything: from then on events are posted as objects too.
    static SCRIPTED: Cell<bool> = const { Cell::new(false) };
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts to the page in a transferred buffer, and to scripts where there are any.
pub fn post(message: &ToPage) {
    let buffer = Uint8Array::from(message.encode().as_slice()).buffer();
    // Nobody to tell when the page is gone; the worker ends with it.
    let _ = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
    let for_scripts = matches!(message, ToPage::Ready { .. }) || SCRIPTED.get();
    if for_scripts && !matches!(message, ToPage::Answer { .. }) {
        post_object(&script::announcement(message));
    }
}

fn post_object(message: &JsValue) {
    // As above.
    let _ = scope().post_message(message);
}

fn receive(event: &web_sys::Event) {
    let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
    let data = event.data();
    let read = match data.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => read_page(buffer),
        None => match script::read(&data) {
            Some(read) => {
                SCRIPTED.set(true);
                read
            }
            None => Err((Face::Page(0), malformed("neither a buffer nor { zera: … }"))),
        },
    };
    match read {
        Ok((face, command)) => tabs::asked(face, command),
        Err((face, error)) => answer(face, Err(error)),
    }
}

fn malformed(detail: &str) -> Error {
    Error::request(ErrorKind::Malformed, format!("not a message of this protocol: {detail}"))
}

/// Reads one SCALE message. The id stands first, so that most broken messages can still be answered by their id.
fn read_page(buffer: &ArrayBuffer) -> Result<(Face, Command), (Face, Error)> {
    let length = buffer.byte_length() as usize;
    let array = Uint8Array::new(buffer);
    let mut id = [0; 4];
    if length >= id.len() {
        array.subarray(0, 4).copy_to(&mut id);
    }
    let face = Face::Page(u32::from_le_bytes(id));
    if length > MESSAGE_BYTES {
        return Err((face, malformed(&format!("{length} bytes, more than the {MESSAGE_BYTES} allowed"))));
    }
    match decode::<ToWorker>(&array.to_vec()) {
        Ok(message) => Ok((face, message.command)),
        Err(error) => Err((face, malformed(&error.to_string()))),
    }
}

/// Answers a request of the page.
pub fn answer(face: Face, result: Result<Response, Error>) {
    match face {
        Face::Page(request) => post(&ToPage::Answer { request, result }),
        Face::Script(request) => post_object(&script::answer(f64::from_bits(request), &result)),
        Face::Inside(_) => {}
    }
}

/// Joins the other tabs, listens, and says READY.
pub async fn serve() {
    tabs::join().await;
    EventListener::new(&scope(), "message", receive).forget();
    post(&ToPage::Ready { protocol: PROTOCOL_VERSION });
}
