//! One worker, its requests and its events.

use super::tab;
use js_sys::{Array, Function, Promise, Uint8Array};
use leptos::prelude::*;
use std::{cell::RefCell, collections::BTreeMap};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};
use zera_primitives::Hash;
use zera_worker_protocol::{
    AlarmView, Cause, Command, Error, ErrorKind, Event, HeadView, PROTOCOL_VERSION, ProofTask, Response, StatusView,
    ToPage, ToWorker, TransactionStage, decode, event::Notice,
};

/// Crashes within [`CRASH_WINDOW_MS`] after which no fresh worker is started.
const CRASHES_MAX: usize = 3;
/// One minute, in milliseconds.
const CRASH_WINDOW_MS: u64 = 60_000;
/// Head views kept for the strip of ticks.
const HEADS_KEPT: usize = 240;
/// Transactions whose progress is kept.
const MOVES_KEPT: usize = 64;

/// Where the node is.
#[derive(Clone, PartialEq, Debug)]
pub enum Phase {
    /// The worker loads and opens storage.
    Starting,
    /// The chain runs.
    Running,
    /// The worker cannot go on.
    Stopped(Error),
}

/// One step of the start log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Started {
    /// Key of the locale file.
    pub step: String,
    /// Microseconds it took.
    pub micros: u64,
}

#[derive(Default)]
struct Link {
    worker: Option<Worker>,
    listening: bool,
    next: u32,
    outbox: Vec<(u32, Command)>,
    waiting: BTreeMap<u32, Function>,
    answers: BTreeMap<u32, Result<Response, Error>>,
    crashes: Vec<u64>,
    /// Counts the workers of this page: what one says that is no longer the newest is not heard.
    generation: u32,
}

thread_local! {
    static LINK: RefCell<Link> = RefCell::new(Link::default());
    static CLIENT: std::cell::OnceCell<Client> = const { std::cell::OnceCell::new() };
}

/// Signals fed by the worker, and the way to ask it.
#[derive(Clone, Copy)]
pub struct Client {
    /// Where the node is.
    pub phase: RwSignal<Phase>,
    /// The node, as of the last block.
    pub status: RwSignal<Option<StatusView>>,
    /// The newest block.
    pub head: RwSignal<Option<HeadView>>,
    /// Transactions in each of the newest blocks, oldest first.
    pub pulse: RwSignal<Vec<u32>>,
    /// Steps of the start.
    pub log: RwSignal<Vec<Started>>,
    /// What is going on: key, done, total.
    pub progress: RwSignal<Option<(String, u64, u64)>>,
    /// The last notice.
    pub notice: RwSignal<Option<Notice>>,
    /// How far recent transactions are, oldest first.
    pub moved: RwSignal<Vec<(Hash, TransactionStage)>>,
    /// Proofs under way, as they last told.
    pub proving: RwSignal<Vec<ProofTask>>,
    /// How recent proofs ended, oldest first: number, and file or error.
    pub proved: RwSignal<Vec<(u32, Result<Hash, Error>)>>,
    /// Proofs that disagree with running the code, and that nobody has acknowledged.
    pub alarms: RwSignal<Vec<AlarmView>>,
    /// The slot now, by this tab's clock; changes every second.
    pub clock: RwSignal<u64>,
    beat: RwSignal<u32>,
}

/// The client of this page; also from event handlers and tasks, where no component is current.
#[must_use]
pub fn use_client() -> Client {
    CLIENT.with(|cell| *cell.get_or_init(Client::new))
}

impl Client {
    fn new() -> Self {
        Self {
            phase: RwSignal::new(Phase::Starting),
            status: RwSignal::new(None),
            head: RwSignal::new(None),
            pulse: RwSignal::new(Vec::new()),
            log: RwSignal::new(Vec::new()),
            progress: RwSignal::new(None),
            notice: RwSignal::new(None),
            moved: RwSignal::new(Vec::new()),
            proving: RwSignal::new(Vec::new()),
            proved: RwSignal::new(Vec::new()),
            alarms: RwSignal::new(Vec::new()),
            clock: RwSignal::new(0),
            beat: RwSignal::new(0),
        }
    }

    /// Starts the worker; called once, under the page's root owner, which keeps the signals for ever.
    pub fn start() -> Self {
        let client = use_client();
        client.spawn();
        tab::listen(client);
        gloo::timers::callback::Interval::new(1_000, move || client.tick()).forget();
        client
    }

    /// The chain's clock: wall time since genesis, and what was let pass.
    fn tick(self) {
        let begun = self.status.with_untracked(|status| status.as_ref().map(|s| (s.clock_zero_ms, s.skipped)));
        if let Some((zero, skipped)) = begun {
            let slot = ((js_sys::Date::now() as u64).saturating_sub(zero) / 1_000).saturating_add(skipped);
            if self.clock.get_untracked() != slot {
                self.clock.set(slot);
            }
        }
        if self.phase.with_untracked(|phase| *phase == Phase::Running) {
            tab::show(self);
        }
    }

    /// Changes with every block and every change of keys; tracked.
    #[must_use]
    pub fn beat(self) -> u32 {
        self.beat.get()
    }

    /// True once the chain runs; tracked.
    #[must_use]
    pub fn is_running(self) -> bool {
        self.phase.with(|phase| *phase == Phase::Running)
    }

    /// Asks the node; requests made before it runs wait for it.
    ///
    /// # Errors
    /// What the node answers, or that it stopped before it could.
    pub async fn ask(self, command: Command) -> Result<Response, Error> {
        self.pose(command).1.await
    }

    /// Asks the node, and gives the question's id for [`Command::Cancel`] with what will be the answer.
    pub fn pose(self, command: Command) -> (u32, impl Future<Output = Result<Response, Error>>) {
        let (id, promise) = LINK.with_borrow_mut(|link| {
            link.next = link.next.wrapping_add(1) & 0x3fff_ffff;
            let id = link.next;
            let promise = Promise::new(&mut |resolve, _| {
                link.waiting.insert(id, resolve);
            });
            (id, promise)
        });
        match self.phase.get_untracked() {
            Phase::Stopped(error) => settle(id, Err(error)),
            Phase::Running => post(id, command),
            Phase::Starting if command == Command::Start => post(id, command),
            Phase::Starting => LINK.with_borrow_mut(|link| link.outbox.push((id, command))),
        }
        let answer = async move {
            // The promise only ever resolves; the answer itself stays on this side.
            let _ = JsFuture::from(promise).await;
            LINK.with_borrow_mut(|link| link.answers.remove(&id)).unwrap_or_else(|| Err(super::mismatch()))
        };
        (id, answer)
    }

    /// Re-reads the node's status and lets every page ask again.
    pub fn refresh(self) {
        leptos::task::spawn_local(async move {
            if let Ok(Response::Status(status)) = self.ask(Command::Status).await {
                self.status.set(Some(*status));
                self.tick();
            }
            self.beat.update(|beat| *beat = beat.wrapping_add(1).max(1));
        });
    }

    fn spawn(self) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(&tab::name());
        let worker = match Worker::new_with_options("/worker_loader.js", &options) {
            Ok(worker) => worker,
            Err(reason) => return self.stop(browser(&format!("{reason:?}"))),
        };
        let mine = generation();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if generation() == mine {
                self.receive(&event);
            }
        });
        // A panic is both said by the node and an error of its worker; the first of the two counts.
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if generation() != mine {
                return;
            }
            let message = js_sys::Reflect::get(&event, &JsValue::from_str("message")).ok().and_then(|m| m.as_string());
            self.crashed(message.unwrap_or_default());
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // Lets people script the page's own node from the console.
        call_scripts("use", &worker);
        on_message.forget();
        on_error.forget();
        LINK.with_borrow_mut(|link| {
            link.worker = Some(worker);
            link.listening = false;
        });
    }

    fn receive(self, message: &MessageEvent) {
        let Ok(buffer) = message.data().dyn_into::<js_sys::ArrayBuffer>() else { return };
        match decode::<ToPage>(&Uint8Array::new(&buffer).to_vec()) {
            Ok(ToPage::Ready { protocol }) => self.ready(protocol),
            Ok(ToPage::Answer { request, result }) => settle(request, result),
            Ok(ToPage::Event(event)) => self.happened(event),
            Err(_) => self.stop(super::mismatch()),
        }
    }

    fn ready(self, protocol: u32) {
        if protocol != PROTOCOL_VERSION {
            let detail = format!("page protocol {PROTOCOL_VERSION}, node protocol {protocol}");
            return self.stop(Error { kind: ErrorKind::NewerSchema, cause: Cause::Client, fatal: true, detail });
        }
        let mine = generation();
        leptos::task::spawn_local(async move {
            match self.ask(Command::Start).await {
                // It crashed while it started, and a fresh one already does.
                _ if generation() != mine => {}
                Ok(Response::Status(status)) => self.started(*status).await,
                Ok(_) => self.stop(super::mismatch()),
                Err(error) => self.stop(error),
            }
        });
    }

    async fn started(self, status: StatusView) {
        self.head.set(Some(status.head.clone()));
        self.status.set(Some(status));
        self.phase.set(Phase::Running);
        for (id, command) in LINK.with_borrow_mut(|link| std::mem::take(&mut link.outbox)) {
            post(id, command);
        }
        self.beat.update(|beat| *beat = beat.wrapping_add(1).max(1));
        tab::introduce(self);
        if let Ok(Response::Proofs(proofs)) = self.ask(Command::Proofs).await {
            self.alarms.set(proofs.alarms);
            self.proving.set(proofs.tasks);
        }
        let page = zera_worker_protocol::Page { from: None, limit: 100 };
        if let Ok(Response::Blocks(heads)) = self.ask(Command::Blocks(page)).await {
            self.pulse.set(heads.iter().rev().map(|head| head.transactions).collect());
        }
    }

    fn happened(self, event: Event) {
        match event {
            Event::Head(head) => {
                self.pulse.update(|pulse| {
                    pulse.push(head.transactions);
                    let extra = pulse.len().saturating_sub(HEADS_KEPT);
                    pulse.drain(..extra);
                });
                self.head.set(Some(head));
                self.refresh();
            }
            Event::Keys => self.refresh(),
            Event::Proposals(_) => {}
            Event::ProofProgress(task) => {
                self.proving.update(|tasks| match tasks.iter_mut().find(|t| t.id == task.id) {
                    Some(known) => *known = *task,
                    None => tasks.push(*task),
                })
            }
            Event::ProofDone { id, proof } => self.proof_ended(id, Ok(proof)),
            Event::ProofFailed { id, error } => self.proof_ended(id, Err(error)),
            Event::Alarm(alarm) => {
                self.alarms.update(|alarms| {
                    alarms.retain(|known| known.proof != alarm.proof);
                    alarms.insert(0, *alarm);
                });
                self.refresh();
            }
            Event::Transaction { hash, stage } => self.moved.update(|moved| {
                moved.retain(|(known, _)| *known != hash);
                moved.push((hash, stage));
                let extra = moved.len().saturating_sub(MOVES_KEPT);
                moved.drain(..extra);
            }),
            Event::Progress { what, done, total } => {
                self.progress.set((done < total).then_some((what, done, total)));
            }
            Event::Started { step, micros } => self.log.update(|log| log.push(Started { step, micros })),
            // The network page asks again with every block and on this.
            Event::Network | Event::Proposed { .. } => self.refresh(),
            // What happened while there was no node was told to nobody.
            Event::Leads(leads) => {
                tab::leads(leads);
                if self.phase.with_untracked(|phase| *phase == Phase::Running) {
                    self.refresh();
                }
            }
            Event::Notice(notice @ (Notice::TookOver { .. } | Notice::Evicted)) => {
                self.notice.set(Some(notice));
                self.refresh();
            }
            Event::Notice(notice) => self.notice.set(Some(notice)),
            Event::Stopped(error) if error.kind == ErrorKind::Panicked => self.crashed(error.detail),
            Event::Stopped(error) => self.stop(error),
        }
    }

    fn proof_ended(self, id: u32, result: Result<Hash, Error>) {
        self.proving.update(|tasks| tasks.retain(|task| task.id != id));
        self.proved.update(|proved| {
            proved.push((id, result));
            let extra = proved.len().saturating_sub(MOVES_KEPT);
            proved.drain(..extra);
        });
        self.refresh();
    }

    /// A fresh worker after a crash, unless it crashes again and again.
    fn crashed(self, detail: String) {
        let now = js_sys::Date::now() as u64;
        let error = Error { kind: ErrorKind::Panicked, cause: Cause::Client, fatal: true, detail: detail.clone() };
        let crashes = LINK.with_borrow_mut(|link| {
            link.crashes.retain(|at| now.saturating_sub(*at) < CRASH_WINDOW_MS);
            link.crashes.push(now);
            link.generation = link.generation.wrapping_add(1);
            if let Some(worker) = link.worker.take() {
                worker.terminate();
            }
            link.crashes.len()
        });
        if crashes >= CRASHES_MAX {
            return self.stop(error);
        }
        self.phase.set(Phase::Starting);
        fail_all(&error);
        self.notice.set(Some(Notice::Restarted { detail }));
        self.spawn();
    }

    fn stop(self, error: Error) {
        LINK.with_borrow_mut(|link| link.generation = link.generation.wrapping_add(1));
        self.phase.set(Phase::Stopped(error.clone()));
        fail_all(&error);
        say_to_scripts(&error);
    }
}

fn generation() -> u32 {
    LINK.with_borrow(|link| link.generation)
}

/// Calls `globalThis.zera.<name>`, which comes from `pkg/`, when it is there.
fn call_scripts(name: &str, argument: &JsValue) {
    let scripts = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("zera")).unwrap_or(JsValue::UNDEFINED);
    let function = js_sys::Reflect::get(&scripts, &JsValue::from_str(name)).ok();
    if let Some(function) = function.and_then(|function| function.dyn_into::<Function>().ok()) {
        // What a script does with it is its own affair; the page does not depend on it.
        let _ = function.call1(&scripts, argument);
    }
}

/// Tells scripts that the page's node has stopped, so that what they asked settles.
fn say_to_scripts(error: &Error) {
    let said = js_sys::Object::new();
    let fields = [
        ("kind", JsValue::from_str(&format!("{:?}", error.kind))),
        ("cause", JsValue::from_str(&format!("{:?}", error.cause))),
        ("fatal", JsValue::from_bool(error.fatal)),
        ("detail", JsValue::from_str(&error.detail)),
    ];
    for (name, value) in fields {
        // Setting a field of a fresh object cannot fail.
        let _ = js_sys::Reflect::set(&said, &JsValue::from_str(name), &value);
    }
    call_scripts("stopped", &said);
}

fn browser(detail: &str) -> Error {
    Error { kind: ErrorKind::Panicked, cause: Cause::Browser, fatal: true, detail: detail.to_owned() }
}

fn post(request: u32, command: Command) {
    use codec::Encode;
    let bytes = ToWorker { request, command }.encode();
    let array = Uint8Array::from(bytes.as_slice());
    let sent = LINK.with_borrow(|link| {
        let worker = link.worker.as_ref()?;
        worker.post_message_with_transfer(&array.buffer(), &Array::of1(&array.buffer())).ok()
    });
    if sent.is_none() {
        settle(request, Err(browser("the worker is gone")));
    }
}

fn settle(request: u32, result: Result<Response, Error>) {
    let resolve = LINK.with_borrow_mut(|link| {
        let resolve = link.waiting.remove(&request)?;
        link.answers.insert(request, result);
        Some(resolve)
    });
    if let Some(resolve) = resolve {
        // A promise's own resolver does not throw.
        let _ = resolve.call0(&JsValue::NULL);
    }
}

fn fail_all(error: &Error) {
    let ids: Vec<u32> = LINK.with_borrow(|link| link.waiting.keys().copied().collect());
    for id in ids {
        settle(id, Err(error.clone()));
    }
}
