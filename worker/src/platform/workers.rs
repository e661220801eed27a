//! Pipelines as module workers: the same compiled module, shared by message, in the role of a pipeline. No shared memory
//! and no special headers.

use super::{browser::clock, text};
use crate::pool::workers::{Report, Said, Workers};
use gloo::{
    events::{EventListener, EventListenerOptions},
    timers::callback::Timeout,
};
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What workers are for.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Purpose {
    /// Pipelines: this very program in another thread; it comes compiled, in the first message.
    #[default]
    Pipelines,
    /// Provers: a program of their own, fetched when the first one starts.
    Provers,
}

impl Purpose {
    /// The loader, beside the node worker's own.
    const fn loader(self) -> &'static str {
        match self {
            Self::Pipelines => "pipeline.js",
            Self::Provers => "prover/worker.js",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Pipelines => super::PIPELINE,
            Self::Provers => "zera-prover-",
        }
    }
}
/// Longest wait of one timer, milliseconds: browsers count in 31 bits.
const LONGEST_MS: u64 = 1 << 30;

thread_local! {
    /// Says of an error in a pipeline that it is dealt with; otherwise the browser reports it as one of this worker, and the
    /// page starts another. It stays when the other ears go: a panic's last words come before the error that follows.
    static DEALT_WITH: Closure<dyn Fn(web_sys::Event)> =
        Closure::new(|event: web_sys::Event| event.prevent_default());
}

/// The browser's workers.
#[derive(Default)]
pub struct BrowserWorkers {
    purpose: Purpose,
    running: RefCell<BTreeMap<u64, Running>>,
    heard: Rc<Heard>,
}

impl BrowserWorkers {
    /// Workers that prove.
    pub fn provers() -> Self {
        Self { purpose: Purpose::Provers, running: RefCell::default(), heard: Rc::default() }
    }
}

impl Drop for BrowserWorkers {
    fn drop(&mut self) {
        for running in self.running.borrow().values() {
            running.worker.terminate();
        }
    }
}

/// A worker and the ears on it.
struct Running {
    worker: Worker,
    _listeners: [EventListener; 3],
}

/// What was said and not yet taken.
#[derive(Default)]
struct Heard {
    reports: RefCell<VecDeque<Report>>,
    waker: RefCell<Option<Waker>>,
}

impl Heard {
    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn take_in(&self, serial: u64, said: Said) {
        self.reports.borrow_mut().push_back(Report { serial, said });
        self.wake();
    }
}

fn message(event: &web_sys::Event) -> Said {
    let data = event.dyn_ref::<MessageEvent>().map_or(JsValue::UNDEFINED, MessageEvent::data);
    match data.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Said::Message(Uint8Array::new(buffer).to_vec()),
        // What its loader says when the program has ended.
        None => Said::Died(data.as_string().unwrap_or_default()),
    }
}

impl Workers for BrowserWorkers {
    fn hardware(&self) -> Option<u8> {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let workers = Reflect::has(&scope, &"Worker".into()).unwrap_or(false);
        // A cast from a float saturates.
        workers.then(|| scope.navigator().hardware_concurrency() as u8)
    }

    fn spawn(&self, serial: u64) -> Result<(), String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(&format!("{}{serial}", self.purpose.name()));
        let worker = Worker::new_with_options(self.purpose.loader(), &options).map_err(|error| text(&error))?;
        DEALT_WITH.with(|deal| worker.set_onerror(Some(deal.as_ref().unchecked_ref())));
        let ear = |name: &'static str, say: fn(&web_sys::Event) -> Said| {
            let heard = Rc::clone(&self.heard);
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&worker, name, options, move |event| {
                // A pipeline's trouble is not the node's: unless this is said, the browser passes it on to the page.
                event.prevent_default();
                heard.take_in(serial, say(event));
            })
        };
        let listeners = [
            ear("message", message),
            ear("error", |event| Said::Died(text(event))),
            ear("messageerror", |_| Said::Died("a message that cannot be read".into())),
        ];
        if self.purpose == Purpose::Pipelines {
            worker.post_message(&wasm_bindgen::module()).map_err(|error| text(&error))?;
        }
        self.running.borrow_mut().insert(serial, Running { worker, _listeners: listeners });
        Ok(())
    }

    fn post(&self, serial: u64, message: Vec<u8>) -> Result<(), String> {
        let running = self.running.borrow();
        let running = running.get(&serial).ok_or("there is no such worker")?;
        let buffer = Uint8Array::from(message.as_slice()).buffer();
        running.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|error| text(&error))
    }

    fn kill(&self, serial: u64) {
        if let Some(running) = self.running.borrow_mut().remove(&serial) {
            running.worker.terminate();
        }
        self.heard.reports.borrow_mut().retain(|report| report.serial != serial);
    }

    async fn next(&self, until: u64) -> Option<Report> {
        let mut timer = None;
        poll_fn(|context| {
            if let Some(report) = self.heard.reports.borrow_mut().pop_front() {
                return Poll::Ready(Some(report));
            }
            let Some(left) = until.checked_sub(clock()).filter(|left| *left > 0) else { return Poll::Ready(None) };
            *self.heard.waker.borrow_mut() = Some(context.waker().clone());
            let heard = Rc::clone(&self.heard);
            let ms = u32::try_from((left / 1_000).saturating_add(1).min(LONGEST_MS)).unwrap_or(u32::MAX);
            timer.replace(Timeout::new(ms, move || heard.wake()));
            Poll::Pending
        })
        .await
    }

    fn micros(&self) -> u64 {
        clock()
    }

    fn now_ms(&self) -> u64 {
        clock() / 1_000
    }
}
