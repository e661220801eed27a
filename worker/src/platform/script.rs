//! The face for scripts (`pkg/`): plain objects instead of SCALE, so that JavaScript needs no codec.
//!
//! In: `{ zera: { request: number, command: Command } }`. Out: `{ zera: { ready } }` once, `{ zera: { request, ok } }` or
//! `{ zera: { request, error } }` per request, `{ zera: { event } }`. Amounts are decimal strings of base units, hashes
//! and ids hexadecimal, bytes `Uint8Array`.

use crate::tabs::Face;
use js_sys::{ArrayBuffer, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use zera_worker_protocol::{Command, Error, ErrorKind, Response, ToPage};

/// Nesting of objects in a message: a proposal's payload needs six.
const DEPTH: u32 = 32;
/// Objects in a message: far more than any command holds.
const OBJECTS: u32 = 1 << 16;

/// Whether anything may recurse into `value`. It may be nested without end, even in itself, since that can be posted;
/// decoding it would take the worker's whole stack.
fn bounded(value: &JsValue, depth: u32, left: &mut u32) -> bool {
    if !value.is_object() || ArrayBuffer::is_view(value) {
        return true;
    }
    let (Some(depth), Some(fewer)) = (depth.checked_sub(1), left.checked_sub(1)) else { return false };
    *left = fewer;
    Object::values(value.unchecked_ref()).iter().all(|inner| bounded(&inner, depth, left))
}

/// Reads a script's message; `None` when it is none.
pub fn read(data: &JsValue) -> Option<Result<(Face, Command), (Face, Error)>> {
    let body = Reflect::get(data, &"zera".into()).ok().filter(JsValue::is_object)?;
    let field = |name: &str| Reflect::get(&body, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let face = Face::Script(field("request").as_f64().unwrap_or(-1.0).to_bits());
    let command = field("command");
    let mut left = OBJECTS;
    if !bounded(&command, DEPTH, &mut left) {
        return Some(Err((face, Error::request(ErrorKind::Malformed, "no such command: too deep or too many parts"))));
    }
    Some(match serde_wasm_bindgen::from_value::<Command>(command) {
        Ok(command) => Ok((face, command)),
        Err(error) => Err((face, Error::request(ErrorKind::Malformed, format!("no such command: {error}")))),
    })
}

/// The answer to a script's request.
pub fn answer(request: f64, result: &Result<Response, Error>) -> JsValue {
    let body = object(&[("request", JsValue::from_f64(request))]);
    let (name, value) = match result {
        Ok(response) => ("ok", value(response)),
        Err(error) => ("error", value(error)),
    };
    let (name, value) = match value {
        Ok(value) => (name, value),
        Err(error) => ("error", error),
    };
    set(&body, name, &value);
    object(&[("zera", body)])
}

/// READY and events.
pub fn announcement(message: &ToPage) -> JsValue {
    let body = match message {
        ToPage::Ready { protocol } => object(&[("ready", JsValue::from_f64(f64::from(*protocol)))]),
        ToPage::Event(event) => object(&[("event", value(event).unwrap_or_else(|error| error))]),
        ToPage::Answer { .. } => object(&[]),
    };
    object(&[("zera", body)])
}

/// A value as JavaScript sees it. It fails only for a number that JavaScript cannot hold.
fn value(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|error| object(&[("detail", JsValue::from_str(&error.to_string()))]))
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object: JsValue = Object::new().into();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a property of a plain object does not fail.
    let _ = Reflect::set(object, &name.into(), value);
}
