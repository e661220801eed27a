//! The world of a node: its databases, one clock, the tabs that listen.

use super::{
    notes,
    schema::{self, NAME},
    sockets::Sockets,
    store::Store,
    tabs,
};
use crate::node::world::Surroundings;
use gloo::timers::callback::Timeout;
use js_sys::Promise;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;
use zera_primitives::Hash;
use zera_worker_protocol::{Error, ErrorKind, Event, TabView, command::FaultPoint};

/// Bytes of the state's pages that stay in memory, as stored; in memory they take about three times as much. A tab lives
/// beside many others.
const MEMORY: usize = 48 << 20;

/// The browser as the node sees it.
pub struct Browser {
    /// Which of this worker's nodes it belongs to: one that was halted is not heard any more.
    life: u64,
    /// Keys, notes, and the solo chain.
    home: RefCell<Option<Rc<Store>>>,
    /// The chain that the node stands on.
    chain: RefCell<Option<Rc<Store>>>,
    /// Which one that is: a network's by its genesis, none for the solo chain.
    pub(super) stands_on: Cell<Option<Hash>>,
    /// Connections to peers.
    pub(super) sockets: Sockets,
    /// Storage refused the newest block.
    pub(super) refused: Cell<bool>,
    /// Where the next block write breaks on purpose.
    pub(super) fault: Cell<Option<FaultPoint>>,
}

impl Browser {
    /// For the node of that life.
    pub fn new(life: u64) -> Self {
        Self {
            life,
            home: RefCell::default(),
            chain: RefCell::default(),
            stands_on: Cell::default(),
            sockets: Sockets::default(),
            refused: Cell::default(),
            fault: Cell::default(),
        }
    }

    /// Where keys and notes are.
    pub(super) fn home(&self) -> Result<Rc<Store>, Error> {
        self.home.borrow().clone().ok_or_else(not_open)
    }

    /// Where blocks, state and the archive are.
    pub(super) fn chain(&self) -> Result<Rc<Store>, Error> {
        self.chain.borrow().clone().ok_or_else(not_open)
    }

    /// Claims the storage, once.
    pub(super) async fn open_once(&self) -> Result<(), Error> {
        if self.home.borrow().is_some() {
            return Ok(());
        }
        let home = Rc::new(self.claim(NAME, tabs::least_number()).await?);
        *self.home.borrow_mut() = Some(Rc::clone(&home));
        *self.chain.borrow_mut() = Some(Rc::clone(&home));
        tabs::claimed(self.life, &home);
        notes::put_back(&home, tabs::has_vanished()).await
    }

    async fn claim(&self, name: &str, least: u64) -> Result<Store, Error> {
        let life = self.life;
        Store::claim(name, least, move |fate| tabs::befell(life, fate)).await
    }

    /// Turns to the database of a chain, and claims it.
    pub(super) async fn turn(&self, chain: Option<Hash>) -> Result<(), Error> {
        let home = self.home()?;
        if self.stands_on.get() == chain {
            return Ok(());
        }
        let store = match &chain {
            None => home,
            Some(genesis) => Rc::new(self.claim(&schema::name_of(genesis), 0).await?),
        };
        *self.chain.borrow_mut() = Some(store);
        self.stands_on.set(chain);
        Ok(())
    }
}

fn not_open() -> Error {
    Error::request(ErrorKind::NotStarted, "storage is not open yet")
}

/// Waits.
pub(super) async fn sleep(ms: u32) {
    let passed = Promise::new(&mut |resolve, _| {
        let wake = move || {
            // A promise's own resolver does not throw.
            let _ = resolve.call0(&JsValue::NULL);
        };
        Timeout::new(ms, wake).forget();
    });
    // It only ever resolves.
    let _ = JsFuture::from(passed).await;
}

fn whole(number: f64) -> u64 {
    // Times are finite and positive; a cast saturates otherwise.
    number as u64
}

/// Unix time, milliseconds.
pub(super) fn wall_clock() -> u64 {
    whole(js_sys::Date::now())
}

/// Microseconds of a clock that all workers of this page share.
#[expect(clippy::float_arithmetic, reason = "the browser's clock counts milliseconds with decimals")]
pub(super) fn clock() -> u64 {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let now = |clock: web_sys::Performance| whole((clock.time_origin() + clock.now()) * 1_000.0);
    scope.performance().map_or(0, now)
}

impl Surroundings for Browser {
    fn now_ms(&self) -> u64 {
        wall_clock()
    }

    fn memory(&self) -> usize {
        MEMORY
    }

    fn micros(&self) -> u64 {
        clock()
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes)
            .map_err(|error| Error::browser(ErrorKind::KeyRefused, false, format!("no randomness: {error}")))
    }

    async fn breathe(&self) {
        // A turn of the event loop: messages that wait are delivered in it.
        sleep(0).await;
    }

    fn emit(&self, event: Event) {
        tabs::happened(self.life, event);
    }

    fn tabs(&self) -> Vec<TabView> {
        tabs::views()
    }

    fn hand_over_ms(&self) -> Option<u32> {
        tabs::hand_over_ms()
    }

    fn share(&self, signed: &[u8]) {
        tabs::share(self.life, signed);
    }

    fn share_plan(&self, id: u32, plan: &[u8]) {
        tabs::share_plan(self.life, id, plan);
    }

    fn shared_plan(&self, id: u32) -> Option<Vec<u8>> {
        tabs::shared_plan(id)
    }

    #[expect(clippy::panic, reason = "the panic is what was asked for")]
    fn set_fault(&self, fault: FaultPoint) -> Result<(), Error> {
        if fault == FaultPoint::Panic {
            panic!("a fault that was asked for");
        }
        self.fault.set(Some(fault));
        Ok(())
    }
}
