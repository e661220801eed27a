//! The message port: READY first, then requests in order of arrival, one at a time; answers and events out.
//!
//! A page speaks SCALE in transferred buffers. A script may speak plain objects instead (see [`super::script`]); both can
//! use one worker at the same time.

use super::{browser::Browser, script};
use crate::node::run::{self, Inbox, Request};
use codec::Encode as _;
use gloo::{events::EventListener, timers::callback::Interval};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    task::Waker,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zera_worker_protocol::{
    Command, Error, ErrorKind, MESSAGE_BYTES, PROTOCOL_VERSION, Response, ToPage, ToWorker, decode,
};

/// Milliseconds between two looks at the clock: one slot (design §5).
const TICK_MS: u32 = 1_000;

/// Where a request came from, and so where its answer goes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Ticket {
    /// A page, in SCALE.
    Page(u32),
    /// A script, in objects.
    Script(f64),
}

impl run::Ticket for Ticket {
    fn is(&self, asker: &Self, request: u32) -> bool {
        match (self, asker) {
            (Self::Page(own), Self::Page(_)) => *own == request,
            (Self::Script(own), Self::Script(_)) => own.to_bits() == f64::from(request).to_bits(),
            _ => false,
        }
    }
}

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

/// Requests that have arrived and not been taken.
#[derive(Default)]
struct Queue {
    requests: RefCell<VecDeque<Request<Ticket>>>,
    waker: RefCell<Option<Waker>>,
}

impl Queue {
    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn receive(&self, event: &web_sys::Event) {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        let data = event.data();
        let read = match data.dyn_ref::<ArrayBuffer>() {
            Some(buffer) => read_page(buffer),
            None => match script::read(&data) {
                Some(read) => {
                    SCRIPTED.set(true);
                    read
                }
                None => Err((Ticket::Page(0), malformed("neither a buffer nor { zera: … }"))),
            },
        };
        match read {
            Ok(request) => self.requests.borrow_mut().push_back(request),
            Err((ticket, error)) => answer(ticket, Err(error)),
        }
        self.wake();
    }
}

fn malformed(detail: &str) -> Error {
    Error::request(ErrorKind::Malformed, format!("not a message of this protocol: {detail}"))
}

/// Reads one SCALE message. The id stands first, so that most broken messages can still be answered by their id.
fn read_page(buffer: &ArrayBuffer) -> Result<Request<Ticket>, (Ticket, Error)> {
    let length = buffer.byte_length() as usize;
    let array = Uint8Array::new(buffer);
    let mut id = [0; 4];
    if length >= id.len() {
        array.subarray(0, 4).copy_to(&mut id);
    }
    let ticket = Ticket::Page(u32::from_le_bytes(id));
    if length > MESSAGE_BYTES {
        return Err((ticket, malformed(&format!("{length} bytes, more than the {MESSAGE_BYTES} allowed"))));
    }
    match decode::<ToWorker>(&array.to_vec()) {
        Ok(message) => Ok(Request { ticket, command: message.command }),
        Err(error) => Err((ticket, malformed(&error.to_string()))),
    }
}

fn answer(ticket: Ticket, result: Result<Response, Error>) {
    match ticket {
        Ticket::Page(request) => post(&ToPage::Answer { request, result }),
        Ticket::Script(request) => post_object(&script::answer(request, &result)),
    }
}

impl Inbox<Ticket> for Queue {
    fn take(&self, wanted: fn(&Command) -> bool) -> Option<Request<Ticket>> {
        self.requests.borrow_mut().pop_front_if(|request| wanted(&request.command))
    }

    fn answer(&self, ticket: Ticket, result: Result<Response, Error>) {
        answer(ticket, result);
    }

    fn listen(&self, waker: &Waker) {
        *self.waker.borrow_mut() = Some(waker.clone());
    }

    fn is_empty(&self) -> bool {
        self.requests.borrow().is_empty()
    }
}

/// Listens, says READY, and answers until the worker ends.
pub async fn serve() {
    let queue = Rc::<Queue>::default();
    let listening = Rc::clone(&queue);
    let _messages = EventListener::new(&scope(), "message", move |event| listening.receive(event));
    let ticking = Rc::clone(&queue);
    let _clock = Interval::new(TICK_MS, move || ticking.wake());
    post(&ToPage::Ready { protocol: PROTOCOL_VERSION });
    run::run(Browser::default(), &*queue).await;
}

/// Used by [`script`] to build a request.
pub fn request(ticket: Ticket, command: Command) -> Request<Ticket> {
    Request { ticket, command }
}
