//! WebSockets as the node's wires. What is heard waits in one bounded queue until the node takes it.
//!
//! A browser hands over a message only when it has all of it, so one message may take as much memory as the browser
//! allows before this code sees it; it is not copied, then, and the connection ends. What waits in the queue is bounded
//! here, what waits to be sent is bounded by what the browser says of its buffer.

use super::browser::Browser;
use crate::net::{Heard, WireId, Wires};
use gloo::{events::EventListener, timers::callback::Interval};
use js_sys::{ArrayBuffer, Uint8Array};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    task::Waker,
};
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, DedicatedWorkerGlobalScope, MessageEvent, WebSocket};
use zera_wire::{FRAME_BYTES, WIRE_PATH};

/// Bytes of messages that may wait to be read, of all connections together.
const WAITING_BYTES: usize = 24 << 20;
/// Bytes that may wait to be sent on one connection.
const UNSENT_BYTES: u32 = 4 << 20;
/// Milliseconds between two ticks of the conversations' clock.
const TICK_MS: u32 = 500;

/// The open connections of this worker.
#[derive(Default)]
pub struct Sockets {
    queue: Rc<Queue>,
    open: RefCell<BTreeMap<WireId, Socket>>,
    clock: RefCell<Option<Interval>>,
}

/// What was heard and not taken.
#[derive(Default)]
struct Queue {
    heard: RefCell<VecDeque<(WireId, Heard)>>,
    bytes: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

impl Queue {
    fn push(&self, wire: WireId, heard: Heard) {
        self.heard.borrow_mut().push_back((wire, heard));
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Takes a message, unless it is too large or too many wait.
    fn receive(&self, wire: WireId, event: &web_sys::Event, socket: &WebSocket) {
        let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
        let flooded = match data.as_ref().and_then(|data| data.dyn_ref::<ArrayBuffer>()) {
            None => Some("it sent text; all messages are binary".to_owned()),
            Some(buffer) => {
                let length = buffer.byte_length() as usize;
                if length > FRAME_BYTES {
                    Some(format!("it sent a message of {length} bytes; at most {FRAME_BYTES} are allowed"))
                } else if self.bytes.get().saturating_add(length) > WAITING_BYTES {
                    Some(format!("it sent more than the {WAITING_BYTES} bytes that may wait to be read"))
                } else {
                    self.bytes.set(self.bytes.get().saturating_add(length));
                    self.push(wire, Heard::Message(Uint8Array::new(buffer).to_vec()));
                    None
                }
            }
        };
        if let Some(cause) = flooded {
            // It fails only for codes and reasons that are none.
            let _ = socket.close();
            self.push(wire, Heard::Flooded(cause));
        }
    }

    fn take(&self) -> Option<(WireId, Heard)> {
        let taken = self.heard.borrow_mut().pop_front()?;
        if let Heard::Message(bytes) = &taken.1 {
            self.bytes.set(self.bytes.get().saturating_sub(bytes.len()));
        }
        Some(taken)
    }

    fn forget(&self, wire: WireId) {
        let mut heard = self.heard.borrow_mut();
        heard.retain(|(of, _)| *of != wire);
        let bytes = |(_, heard): &(WireId, Heard)| if let Heard::Message(bytes) = heard { bytes.len() } else { 0 };
        self.bytes.set(heard.iter().map(bytes).sum());
    }
}

/// A connection and what listens to it; dropped, it is closed.
struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 4],
}

impl Drop for Socket {
    fn drop(&mut self) {
        // As above.
        let _ = self.socket.close();
    }
}

impl Socket {
    fn new(wire: WireId, address: &str, queue: &Rc<Queue>) -> Result<Self, String> {
        let socket = WebSocket::new(address).map_err(|error| super::text(&error))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let listen = |name: &'static str, heard: fn(&web_sys::Event) -> Heard| {
            let queue = Rc::clone(queue);
            EventListener::new(&socket, name, move |event| queue.push(wire, heard(event)))
        };
        let (receiving, of) = (Rc::clone(queue), socket.clone());
        let listeners = [
            listen("open", |_| Heard::Open),
            // The browser says nothing about why; a close event with what it may tell follows.
            EventListener::new(&socket, "error", |_| ()),
            listen("close", closed),
            EventListener::new(&socket, "message", move |event| receiving.receive(wire, event, &of)),
        ];
        Ok(Self { socket, _listeners: listeners })
    }
}

fn closed(event: &web_sys::Event) -> Heard {
    let (code, reason) = event.dyn_ref::<CloseEvent>().map_or((1006, String::new()), |e| (e.code(), e.reason()));
    Heard::Closed(match (code, reason.is_empty()) {
        (1006, true) => "it cannot be reached".into(),
        (code, true) => format!("it closed the connection ({code})"),
        (_, false) => reason,
    })
}

impl Wires for Browser {
    fn connect(&self, wire: WireId, address: &str) {
        let sockets = &self.sockets;
        let queue = &sockets.queue;
        sockets.clock.borrow_mut().get_or_insert_with(|| {
            let queue = Rc::clone(queue);
            Interval::new(TICK_MS, move || queue.wake())
        });
        match Socket::new(wire, address, queue) {
            Ok(socket) => drop(sockets.open.borrow_mut().insert(wire, socket)),
            Err(cause) => queue.push(wire, Heard::Closed(cause)),
        }
    }

    fn send(&self, wire: WireId, message: &[u8]) {
        let open = self.sockets.open.borrow();
        let Some(Socket { socket, .. }) = open.get(&wire) else { return };
        let sent = if socket.buffered_amount() > UNSENT_BYTES {
            Err("it takes nothing in".to_owned())
        } else {
            socket.send_with_u8_array(message).map_err(|error| super::text(&error))
        };
        if let Err(cause) = sent {
            self.sockets.queue.push(wire, Heard::Closed(cause));
        }
    }

    fn close(&self, wire: WireId) {
        // The clock goes on without connections: a question that waits for a peer is given up by it.
        self.sockets.open.borrow_mut().remove(&wire);
        self.sockets.queue.forget(wire);
    }

    fn heard(&self) -> Option<(WireId, Heard)> {
        self.sockets.queue.take()
    }

    fn listen(&self, waker: &Waker) {
        let queue = &self.sockets.queue;
        *queue.waker.borrow_mut() = Some(waker.clone());
        // What came while nobody listened is not left until the next tick.
        if !queue.heard.borrow().is_empty() {
            queue.wake();
        }
    }

    fn origin(&self) -> Option<String> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let place = scope.location();
        let scheme = if place.protocol() == "https:" { "wss" } else { "ws" };
        Some(format!("{scheme}://{}{WIRE_PATH}", place.host()))
    }
}
