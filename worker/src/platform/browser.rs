//! The world of a worker: one database, one clock, one port.

use super::{indexed_db::Db, locks, port};
use crate::node::world::Surroundings;
use gloo::timers::callback::Timeout;
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;
use zera_worker_protocol::{Error, ErrorKind, Event, ToPage, command::FaultPoint};

/// Bytes of the state's pages that stay in memory, as stored; in memory they take about three times as much. A tab lives
/// beside many others.
const MEMORY: usize = 48 << 20;

/// The browser as the node sees it.
#[derive(Default)]
pub struct Browser {
    db: RefCell<Option<Db>>,
    /// Number under which this worker writes; a worker that starts later writes under another.
    pub(super) leader: Cell<u64>,
    /// Where the next block write breaks on purpose.
    pub(super) fault: Cell<Option<FaultPoint>>,
}

impl Browser {
    /// The open database.
    pub(super) fn db(&self) -> Result<Db, Error> {
        let detail = "storage is not open yet";
        self.db.borrow().clone().ok_or_else(|| Error::request(ErrorKind::NotStarted, detail))
    }

    /// Takes the lock and opens the database, once.
    pub(super) async fn open_once(&self) -> Result<bool, Error> {
        if self.db.borrow().is_some() {
            return Ok(false);
        }
        locks::hold().await?;
        let db = Db::open().await?;
        *self.db.borrow_mut() = Some(db);
        Ok(true)
    }
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

/// Microseconds of a clock that all workers of this page share.
#[expect(clippy::float_arithmetic, reason = "the browser's clock counts milliseconds with decimals")]
pub(super) fn clock() -> u64 {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let now = |clock: web_sys::Performance| whole((clock.time_origin() + clock.now()) * 1_000.0);
    scope.performance().map_or(0, now)
}

impl Surroundings for Browser {
    fn now_ms(&self) -> u64 {
        whole(js_sys::Date::now())
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
        port::post(&ToPage::Event(event));
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
