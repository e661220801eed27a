//! What the protocol between the tabs wants done, done: channels, locks, the timer, the own node.
//!
//! All tabs listen to one channel; each listens to one of its own as well, so that an answer goes to nobody else. A third
//! carries words to pages, which answer whether their tab lives while its worker computes (`web-app/src/client/pulse.rs`).

use super::{
    browser::{clock, wall_clock},
    indexed_db::Fate,
    locks::{self, How, Lock},
    node::Running,
    port,
    store::Store,
};
use crate::tabs::{Asker, Deed, Face, Frame, Joiner, Message, TabId, Tabs, split};
use gloo::{events::EventListener, timers::callback::Timeout};
use js_sys::Uint8Array;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, BroadcastChannel, DedicatedWorkerGlobalScope, MessageEvent};
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, TabView, ToPage};

/// The lock of whoever leads.
const LEADER: &str = "zera-node";
/// The lock of whoever takes that from somebody.
const THIEF: &str = "zera-thief";
/// Names of locks, channels and workers of one tab begin like this.
const TAB: &str = "zera-tab-";
/// The channel of all tabs.
const ALL: &str = "zera-tabs";
/// The channel to the pages.
const PULSE: &str = "zera-pulse";
/// Bits of a tab's number that stay free: scripts see it as one of JavaScript's numbers.
const SPARE_BITS: u32 = 16;
/// Milliseconds after a take-over before the next: the others must have heard of the first.
const SETTLING_MS: u32 = 1_500;

thread_local! {
    static GLUE: RefCell<Option<Glue>> = const { RefCell::new(None) };
}

struct Glue {
    me: TabId,
    core: Tabs,
    joiner: Joiner,
    all: BroadcastChannel,
    pulse: BroadcastChannel,
    /// Channels of tabs that were sent something.
    others: BTreeMap<TabId, BroadcastChannel>,
    node: Option<Running>,
    /// Counts the nodes.
    life: u64,
    /// What it has claimed.
    store: Option<Rc<Store>>,
    /// The storage vanished under the last one.
    vanished: bool,
    lock: Option<Rc<Lock>>,
    /// Ends the waiting in line.
    waiting: Option<AbortController>,
    timer: Option<(u64, Timeout)>,
}

fn millis() -> u64 {
    clock() / 1_000
}

fn name_of(tab: TabId) -> String {
    format!("{TAB}{:016x}", tab.0)
}

/// The number that the page has put into this worker's name, so that it can answer for it; otherwise a random one.
fn own_id() -> TabId {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let named = scope.name().strip_prefix(TAB).and_then(|id| u64::from_str_radix(id, 16).ok());
    let named = named.filter(|id| id.leading_zeros() >= SPARE_BITS);
    TabId(named.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        // Without randomness there is no key either; the node says so.
        let _ = getrandom::fill(&mut bytes);
        u64::from_le_bytes(bytes) >> SPARE_BITS
    }))
}

/// Becomes one of this origin's tabs.
pub async fn join() {
    let me = own_id();
    // Held as long as this worker lives: the leader waits for it to learn that the tab is gone.
    let alive = locks::take(&name_of(me), How::Wait(None)).await;
    let channels = || Ok((open(ALL, hear)?, open(&name_of(me), hear)?, open(PULSE, hear_pulse)?));
    match alive.and_then(|alive| Ok((alive, channels()?))) {
        Ok((alive, (all, own, pulse))) => {
            // They must outlive this function, and are never closed.
            std::mem::forget((alive, own));
            let core = Tabs::new(me, wall_clock(), millis());
            let glue = Glue {
                me,
                core,
                joiner: Joiner::default(),
                all,
                pulse,
                others: BTreeMap::new(),
                node: None,
                life: 0,
                store: None,
                vanished: false,
                lock: None,
                waiting: None,
                timer: None,
            };
            GLUE.with_borrow_mut(|slot| *slot = Some(glue));
            act();
        }
        Err(error) => port::post(&ToPage::Event(Event::Stopped(error))),
    }
}

fn open(name: &str, hear: fn(&web_sys::Event)) -> Result<BroadcastChannel, Error> {
    let channel = BroadcastChannel::new(name).map_err(|error| {
        Error::browser(ErrorKind::Unavailable, true, format!("no channel between tabs: {}", super::text(&error)))
    })?;
    EventListener::new(&channel, "message", hear).forget();
    Ok(channel)
}

/// Tells the protocol something, and does what it then wants done.
fn tell(what: impl FnOnce(&mut Glue)) {
    GLUE.with_borrow_mut(|glue| glue.as_mut().map(what));
    act();
}

/// As [`tell`], for what a node says: one that was halted is not heard.
fn tell_of(life: u64, what: impl FnOnce(&mut Tabs)) {
    tell(|glue| {
        if glue.life == life && glue.node.is_some() {
            what(&mut glue.core);
        }
    });
}

fn ask<T>(what: impl FnOnce(&Tabs) -> T) -> Option<T> {
    GLUE.with_borrow(|glue| glue.as_ref().map(|glue| what(&glue.core)))
}

/// Does what is to be done, and sets the timer.
fn act() {
    while let Some(deed) = GLUE.with_borrow_mut(|glue| glue.as_mut()?.core.next_deed()) {
        perform(deed);
    }
    GLUE.with_borrow_mut(|glue| {
        let Some(glue) = glue else { return };
        let due = glue.core.due();
        if glue.timer.as_ref().map(|(at, _)| *at) == due {
            return;
        }
        glue.timer = due.map(|at| {
            let ms = u32::try_from(at.saturating_sub(millis())).unwrap_or(u32::MAX);
            (at, Timeout::new(ms, tick))
        });
    });
}

fn tick() {
    tell(|glue| {
        glue.timer = None;
        glue.core.tick(millis());
    });
}

fn perform(deed: Deed) {
    match deed {
        Deed::Cast(message) => cast(&message),
        Deed::Send(tab, message) => send(&[tab], &message),
        Deed::SendAll(tabs, message) => send(&tabs, &message),
        Deed::Serve(asker, command) => serve(asker, command),
        Deed::Answer(face, result) => port::answer(face, result),
        Deed::Tell(event) => port::post(&ToPage::Event(event)),
        Deed::Queue => queue(),
        Deed::Steal { force } => spawn_local(steal(force)),
        Deed::LetGo => let_go(),
        Deed::Lead => lead(),
        Deed::Halt => halt(),
        Deed::Ping(tab) => ping(tab),
        Deed::Verify => spawn_local(verify()),
        Deed::Watch(tab) => spawn_local(watch(tab)),
    }
}

fn post(channel: &BroadcastChannel, parts: &[Vec<u8>]) {
    for part in parts {
        // It fails only for what cannot be copied; bytes can.
        let _ = channel.post_message(&Uint8Array::from(part.as_slice()));
    }
}

fn cast(message: &Message) {
    GLUE.with_borrow(|glue| {
        let Some(glue) = glue else { return };
        post(&glue.all, &split(glue.me, Frame::encode(glue.me, message)));
    });
}

fn send(tabs: &[TabId], message: &Message) {
    GLUE.with_borrow_mut(|glue| {
        let Some(glue) = glue else { return };
        let parts = split(glue.me, Frame::encode(glue.me, message));
        for tab in tabs {
            if !glue.others.contains_key(tab)
                && let Ok(channel) = BroadcastChannel::new(&name_of(*tab))
            {
                glue.others.insert(*tab, channel);
            }
            if let Some(channel) = glue.others.get(tab) {
                post(channel, &parts);
            }
        }
    });
}

/// Another tab's worker says something.
fn hear(event: &web_sys::Event) {
    let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
    let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else { return };
    tell(|glue| {
        let frame = glue.joiner.take(bytes.to_vec()).and_then(|frame| Frame::read(&frame));
        if let Some(frame) = frame {
            glue.core.heard(frame, millis());
        }
    });
}

/// A page says that its tab lives.
fn hear_pulse(event: &web_sys::Event) {
    let said = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
    let tab = said.as_deref().and_then(|said| u64::from_str_radix(said.strip_prefix("lives ")?, 16).ok());
    if let Some(tab) = tab {
        tell(|glue| glue.core.pulse(TabId(tab), millis()));
    }
}

fn ping(tab: Option<TabId>) {
    let whom = tab.map_or_else(|| "leader".into(), |tab| format!("{:016x}", tab.0));
    GLUE.with_borrow(|glue| {
        if let Some(glue) = glue {
            // As above.
            let _ = glue.pulse.post_message(&JsValue::from_str(&format!("lives? {whom}")));
        }
    });
}

fn serve(asker: Asker, command: Command) {
    GLUE.with_borrow(|glue| {
        if let Some(node) = glue.as_ref().and_then(|glue| glue.node.as_ref()) {
            node.serve(asker, command);
        }
    });
}

fn lead() {
    GLUE.with_borrow_mut(|glue| {
        let Some(glue) = glue else { return };
        glue.life = glue.life.wrapping_add(1);
        glue.node = Some(Running::start(glue.life));
    });
}

/// Ends the own node; what it was writing still ends.
fn halt() {
    let ended = GLUE.with_borrow_mut(|glue| glue.as_mut().map(|glue| (glue.node.take(), glue.store.take())));
    // Outside of the borrow: what is dropped may say something.
    drop(ended);
}

/// Waits in line for the lock.
fn queue() {
    let Ok(controller) = AbortController::new() else { return };
    let signal = controller.signal();
    let_go();
    GLUE.with_borrow_mut(|glue| glue.as_mut().map(|glue| glue.waiting = Some(controller)));
    spawn_local(async move {
        match locks::take(LEADER, How::Wait(Some(&signal))).await {
            // It came and was not wanted any more in the same moment.
            Ok(Some(lock)) if signal.aborted() => lock.release(),
            Ok(Some(lock)) => held(lock),
            Ok(None) => {}
            Err(error) => port::post(&ToPage::Event(Event::Stopped(error))),
        }
    });
}

/// The lock is this worker's, until another takes it.
fn held(lock: Lock) {
    let lock = Rc::new(lock);
    let own = Rc::clone(&lock);
    spawn_local(async move {
        let taken = own.taken_away().await;
        tell(|glue| {
            let current = glue.lock.as_ref().is_some_and(|lock| Rc::ptr_eq(lock, &own));
            if taken && current {
                glue.lock = None;
                glue.core.deposed(millis());
            }
        });
    });
    tell(|glue| {
        glue.waiting = None;
        glue.lock = Some(lock);
        glue.core.granted(millis());
    });
}

/// Takes the lock from whoever has it, one tab at a time.
async fn steal(force: bool) {
    let how = if force { How::Steal } else { How::IfFree };
    let Ok(Some(thief)) = locks::take(THIEF, how).await else {
        return tell(|glue| glue.core.refused(millis()));
    };
    let_go();
    match locks::take(LEADER, How::Steal).await {
        Ok(Some(lock)) => held(lock),
        _ => tell(|glue| glue.core.refused(millis())),
    }
    super::browser::sleep(SETTLING_MS).await;
    thief.release();
}

/// Lets go of the lock, and of waiting for it.
fn let_go() {
    GLUE.with_borrow_mut(|glue| {
        let Some(glue) = glue else { return };
        if let Some(waiting) = glue.waiting.take() {
            waiting.abort();
        }
        if let Some(lock) = glue.lock.take() {
            lock.release();
        }
    });
}

/// Waits until a tab is gone: its lock is free then.
async fn watch(tab: TabId) {
    if let Ok(Some(lock)) = locks::take(&name_of(tab), How::Wait(None)).await {
        lock.release();
        tell(|glue| {
            glue.others.remove(&tab);
            glue.joiner.forget(tab);
            glue.core.gone(tab, millis());
        });
    }
}

/// Asks the storage whether it is still this worker's.
async fn verify() {
    let own = GLUE.with_borrow(|glue| glue.as_ref().map(|glue| (glue.life, glue.store.clone())));
    let Some((life, Some(store))) = own else { return };
    // What cannot be read cannot be written either; the node finds out by itself.
    let leads = store.is_own().await.unwrap_or(true);
    tell_of(life, |core| core.verified(leads, millis()));
}

/// The own page asks.
pub fn asked(face: Face, command: Command) {
    tell(|glue| glue.core.asked(face, command, millis()));
}

/// The own node answers.
pub fn answered(life: u64, asker: Asker, result: Result<Response, Error>) {
    tell_of(life, |core| core.answered(asker, result, millis()));
}

/// The own node reports.
pub fn happened(life: u64, event: Event) {
    tell_of(life, |core| core.happened(event));
}

/// The own node has claimed the storage.
pub fn claimed(life: u64, home: &Rc<Store>) {
    tell(|glue| {
        if glue.life == life && glue.node.is_some() {
            glue.store = Some(Rc::clone(home));
            glue.core.claimed(home.number(), millis());
        }
    });
}

/// Something happened to a database of the own node.
pub fn befell(life: u64, fate: Fate) {
    tell(|glue| {
        if glue.life == life && fate == Fate::Wiped && glue.node.is_some() {
            glue.vanished = true;
            glue.core.wiped(millis());
        }
    });
}

/// True when the storage had vanished before the own node began.
pub fn has_vanished() -> bool {
    GLUE.with_borrow_mut(|glue| glue.as_mut().is_some_and(|glue| std::mem::take(&mut glue.vanished)))
}

/// A number that no leader had that this tab heard of.
pub fn least_number() -> u64 {
    ask(Tabs::epoch).unwrap_or(0).saturating_add(1)
}

/// The tabs of this origin.
pub fn views() -> Vec<TabView> {
    ask(Tabs::views).unwrap_or_default()
}

/// See [`Tabs::hand_over_ms`].
pub fn hand_over_ms() -> Option<u32> {
    ask(Tabs::hand_over_ms).flatten()
}

/// See [`Tabs::share`].
pub fn share(life: u64, signed: &[u8]) {
    tell_of(life, |core| core.share(signed, millis()));
}

/// See [`Tabs::share_plan`].
pub fn share_plan(life: u64, id: u32, plan: &[u8]) {
    tell_of(life, |core| core.share_plan(id, plan));
}

/// See [`Tabs::shared_plan`].
pub fn shared_plan(id: u32) -> Option<Vec<u8>> {
    ask(|core| core.shared_plan(id)).flatten()
}
