//! This worker's own node, while the worker leads: its requests, and how it is ended.

use super::{browser::Browser, tabs};
use crate::{
    node::run::{self, Inbox, Request},
    tabs::Asker,
};
use gloo::timers::callback::Interval;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
};
use zera_worker_protocol::{Command, Error, Response};

/// Milliseconds between two looks at the clock: one slot (design §5).
const TICK_MS: u32 = 1_000;

/// A node that runs; it ends when this is dropped.
pub struct Running(Rc<Queue>);

impl Running {
    /// Starts one. `life` tells it apart from this worker's earlier ones.
    pub fn start(life: u64) -> Self {
        let queue = Rc::new(Queue::new(life));
        let own = Rc::clone(&queue);
        wasm_bindgen_futures::spawn_local(async move {
            let ticking = Rc::clone(&own);
            let _clock = Interval::new(TICK_MS, move || ticking.wake());
            let mut node = pin!(run::run(Browser::new(life), &*own));
            poll_fn(|context| {
                *own.halting.borrow_mut() = Some(context.waker().clone());
                // The node never ends by itself; halted, it is dropped with all that it was doing.
                if own.halted.get() { Poll::Ready(()) } else { node.as_mut().poll(context) }
            })
            .await;
        });
        Self(queue)
    }

    /// Has it do something.
    pub fn serve(&self, asker: Asker, command: Command) {
        self.0.requests.borrow_mut().push_back(Request { ticket: asker, command });
        self.0.wake();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.halted.set(true);
        self.0.requests.borrow_mut().clear();
        if let Some(waker) = self.0.halting.take() {
            waker.wake();
        }
    }
}

/// Requests that have arrived and not been taken.
struct Queue {
    life: u64,
    requests: RefCell<VecDeque<Request<Asker>>>,
    waker: RefCell<Option<Waker>>,
    halted: Cell<bool>,
    halting: RefCell<Option<Waker>>,
}

impl Queue {
    fn new(life: u64) -> Self {
        Self {
            life,
            requests: RefCell::default(),
            waker: RefCell::default(),
            halted: Cell::default(),
            halting: RefCell::default(),
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Inbox<Asker> for Queue {
    fn take(&self, wanted: fn(&Command) -> bool) -> Option<Request<Asker>> {
        self.requests.borrow_mut().pop_front_if(|request| wanted(&request.command))
    }

    fn answer(&self, asker: Asker, result: Result<Response, Error>) {
        tabs::answered(self.life, asker, result);
    }

    fn listen(&self, waker: &Waker) {
        *self.waker.borrow_mut() = Some(waker.clone());
    }

    fn is_empty(&self) -> bool {
        self.requests.borrow().is_empty()
    }
}
