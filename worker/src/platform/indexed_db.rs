//! An open database: transactions with strict durability, bytes in and out, and what happens to it from outside.

use super::{schema, storage, text};
use gloo::events::EventListener;
use idb::{Factory, Request as _, Transaction};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbTransaction, IdbVersionChangeEvent};
use zera_worker_protocol::{Error, ErrorKind};

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` as far as web-sys keeps it unstable: `transaction` with options.
    type Durable;
    #[wasm_bindgen(method, catch)]
    fn transaction(this: &Durable, stores: &Array, mode: &str, options: &Object) -> Result<IdbTransaction, JsValue>;
}

/// How sure a commit must be before it counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Reached the disk: blocks, head, keys.
    Strict,
    /// The browser's default: what can be made again.
    Relaxed,
}

/// What became of a database while it was open.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// Nothing.
    #[default]
    Open,
    /// Somebody deleted it: the person, the browser that needed room, or a script of this origin.
    Wiped,
    /// A newer client in another tab changes its schema.
    Newer,
}

/// The open database.
#[derive(Clone)]
pub struct Db {
    raw: IdbDatabase,
    fate: Rc<Cell<Fate>>,
}

impl Db {
    /// Opens and, where needed, migrates it. `told` is called when something happens to it.
    pub async fn open(name: &str, told: impl Fn(Fate) + 'static) -> Result<Self, Error> {
        let factory = Factory::new().map_err(storage)?;
        let mut request = factory.open(name, Some(schema::version())).map_err(storage)?;
        let failed: Rc<RefCell<Option<idb::Error>>> = Rc::default();
        let noted = Rc::clone(&failed);
        request.on_upgrade_needed(move |event| {
            if let Err(error) = schema::migrate(&event) {
                abort_upgrade(event);
                *noted.borrow_mut() = Some(error);
            }
        });
        match request.await {
            Ok(mut database) => {
                let raw: IdbDatabase = {
                    database.forget_callbacks();
                    database.into()
                };
                Ok(Self { fate: watched(&raw, told), raw })
            }
            Err(error) => Err(failed.borrow_mut().take().map_or_else(|| opening(&error), storage)),
        }
    }

    /// Asks for what `ask` asks for, all in one turn.
    pub fn read<T>(
        &self,
        stores: &[&str],
        ask: impl FnOnce(&Transaction) -> Result<T, idb::Error>,
    ) -> Result<T, Error> {
        let transaction = self.transaction(stores, "readonly", Durability::Relaxed)?;
        let asked = ask(&Transaction::from(transaction.clone())).map_err(storage)?;
        commit(&transaction)?;
        Ok(asked)
    }

    /// Begins to write.
    pub fn write(&self, stores: &[&str], durability: Durability) -> Result<IdbTransaction, Error> {
        self.transaction(stores, "readwrite", durability)
    }

    fn transaction(&self, stores: &[&str], mode: &str, durability: Durability) -> Result<IdbTransaction, Error> {
        match self.fate.get() {
            Fate::Open => {}
            Fate::Wiped => return Err(wiped()),
            Fate::Newer => return Err(newer()),
        }
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        let durability = if durability == Durability::Strict { "strict" } else { "default" };
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&options, &"durability".into(), &durability.into());
        self.raw
            .unchecked_ref::<Durable>()
            .transaction(&names, mode, &options)
            .map_err(|error| super::refused("IndexedDB", &error))
    }

    /// Lets go of it.
    pub fn close(&self) {
        self.raw.close();
    }
}

/// Listens to what happens to it, and lets go of it then: a newer client wants to migrate, or somebody to delete.
fn watched(raw: &IdbDatabase, told: impl Fn(Fate) + 'static) -> Rc<Cell<Fate>> {
    let fate = Rc::<Cell<Fate>>::default();
    let told = Rc::new(told);
    let note = |database: &IdbDatabase| {
        let (database, fate, told) = (database.clone(), Rc::clone(&fate), Rc::clone(&told));
        move |now: Fate| {
            database.close();
            if fate.replace(now) == Fate::Open {
                told(now);
            }
        }
    };
    let changed = note(raw);
    EventListener::new(raw, "versionchange", move |event| {
        let to = event.dyn_ref::<IdbVersionChangeEvent>().and_then(IdbVersionChangeEvent::new_version);
        changed(if to.is_some() { Fate::Newer } else { Fate::Wiped });
    })
    .forget();
    // Only the browser itself closes it without being asked.
    let closed = note(raw);
    EventListener::new(raw, "close", move |_| closed(Fate::Wiped)).forget();
    fate
}

/// Takes no more requests; the browser ends it by itself when it has done those that were made.
pub fn commit(transaction: &IdbTransaction) -> Result<(), Error> {
    #[expect(deprecated, reason = "it left version 2 of the standard and came back with version 3")]
    let committed = transaction.commit();
    committed.map_err(|error| super::refused("IndexedDB", &error))
}

/// Waits until a transaction that was committed has ended. To be awaited in the turn that committed it.
pub async fn ended(transaction: IdbTransaction) -> Result<(), Error> {
    let mut listeners = Vec::new();
    let settled = Promise::new(&mut |resolve, _| {
        for (name, committed) in [("complete", true), ("abort", false)] {
            let resolve = resolve.clone();
            listeners.push(EventListener::new(&transaction, name, move |_| {
                // A promise's own resolver does not throw.
                let _ = resolve.call1(&JsValue::NULL, &JsValue::from_bool(committed));
            }));
        }
    });
    // It only ever resolves.
    let committed = JsFuture::from(settled).await.is_ok_and(|committed| committed.is_truthy());
    if committed { Ok(()) } else { Err(taken_back(&transaction)) }
}

/// Why the browser took a transaction back.
fn taken_back(transaction: &IdbTransaction) -> Error {
    let error = transaction.error();
    match error.as_ref().map(web_sys::DomException::name).as_deref() {
        // Writers write nothing else that could be there already: see `store.rs`.
        Some("ConstraintError") => Error::browser(ErrorKind::OtherTab, true, "another tab has taken over the node"),
        Some("QuotaExceededError") => Error::browser(ErrorKind::StorageFull, false, "the browser grants no more room"),
        _ => {
            let why = error.map_or_else(|| "no reason given".into(), |error| text(&error));
            Error::browser(ErrorKind::StorageFailed, false, format!("the browser took the transaction back: {why}"))
        }
    }
}

fn wiped() -> Error {
    Error::browser(ErrorKind::StorageFailed, false, "what this browser had stored was deleted underneath")
}

fn newer() -> Error {
    let detail = "a newer version of the client runs in another tab; reload this one";
    Error::browser(ErrorKind::NewerSchema, true, detail)
}

/// A height as a key: exact below 2^53, which no chain of one-second slots reaches.
pub fn key(height: u64) -> JsValue {
    JsValue::from_f64(height as f64)
}

/// Bytes as a value or a key.
pub fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// A stored value as bytes; anything else counts as absent and is found by the client's checks.
pub fn to_bytes(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

fn abort_upgrade(event: idb::event::VersionChangeEvent) {
    use idb::Event as _;
    if let Some(transaction) = event.target().ok().and_then(|request| request.transaction()) {
        // It fails only when the browser has aborted it already.
        let _ = transaction.abort();
    }
}

fn opening(error: &idb::Error) -> Error {
    let name = match error {
        idb::Error::DomException(exception) => exception.name(),
        other => other.to_string(),
    };
    if name.contains("VersionError") {
        let detail = "this browser holds data written by a newer version of the client; reload to get that version";
        return Error::browser(ErrorKind::NewerSchema, true, detail);
    }
    let detail = match error {
        idb::Error::DomException(exception) => text(exception),
        other => other.to_string(),
    };
    Error::browser(ErrorKind::StorageFailed, true, format!("IndexedDB cannot be opened: {detail}"))
}
