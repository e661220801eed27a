//! A pipeline in its worker: batches in, answers out, and its last words when it panics.

use crate::{
    pipeline::Pipeline,
    pool::wire::{Break, FromPipeline, message},
};

use gloo::events::EventListener;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zera_vm::tiered::Tiering;

/// Listens until the worker is ended.
pub fn start() {
    std::panic::set_hook(Box::new(|info| say(&message(&FromPipeline::Panicked(info.to_string()), &[]))));
    let pipeline = RefCell::new(Pipeline::new(super::engine::engine(Tiering::default()), super::browser::clock));
    let hear = move |event: &web_sys::Event| {
        let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
        let Some(buffer) = data.as_ref().and_then(|data| data.dyn_ref::<ArrayBuffer>()) else { return };
        let bytes = Uint8Array::new(buffer).to_vec();
        // Work is done before the next message is delivered, so nobody else holds it.
        if let Ok(mut pipeline) = pipeline.try_borrow_mut() {
            say(&pipeline.answer(&bytes, break_now));
        }
    };
    EventListener::new(&scope(), "message", hear).forget();
    say(&message(&FromPipeline::Ready, &[]));
}

/// Breaks as a test asked for.
#[expect(clippy::panic, reason = "the panic is what was asked for")]
fn break_now(how: Break) {
    match how {
        Break::Trap => panic!("a fault that was asked for"),
        Break::Hang => loop {
            std::hint::spin_loop();
        },
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn say(message: &[u8]) {
    let buffer = Uint8Array::from(message).buffer();
    // Nobody to tell when the node is gone; this worker ends with it.
    let _ = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
}
