//! The open database: transactions with strict durability, bytes in and out.

use super::{schema, storage, text};
use idb::{Factory, ObjectStore, Request as _, Transaction, TransactionResult};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{IdbDatabase, IdbTransaction};
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

/// The open database.
#[derive(Clone)]
pub struct Db(IdbDatabase);

impl Db {
    /// Opens and, where needed, migrates it.
    pub async fn open() -> Result<Self, Error> {
        let factory = Factory::new().map_err(storage)?;
        let mut request = factory.open(schema::NAME, Some(schema::version())).map_err(storage)?;
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
                // A newer client in another tab wants to migrate: let go, so that it can.
                let raw: IdbDatabase = {
                    database.forget_callbacks();
                    database.into()
                };
                let closing = raw.clone();
                gloo::events::EventListener::new(&raw, "versionchange", move |_| closing.close()).forget();
                Ok(Self(raw))
            }
            Err(error) => Err(failed.borrow_mut().take().map_or_else(|| opening(&error), storage)),
        }
    }

    /// Begins to read.
    pub fn read(&self, stores: &[&str]) -> Result<Transaction, Error> {
        self.transaction(stores, "readonly", Durability::Relaxed)
    }

    /// Begins to write.
    pub fn write(&self, stores: &[&str], durability: Durability) -> Result<Transaction, Error> {
        self.transaction(stores, "readwrite", durability)
    }

    fn transaction(&self, stores: &[&str], mode: &str, durability: Durability) -> Result<Transaction, Error> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let options = Object::new();
        let durability = if durability == Durability::Strict { "strict" } else { "default" };
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&options, &"durability".into(), &durability.into());
        self.0
            .unchecked_ref::<Durable>()
            .transaction(&names, mode, &options)
            .map(Transaction::from)
            .map_err(|error| super::refused("IndexedDB", &error))
    }
}

/// Commits now and waits until it counts.
pub async fn finish(transaction: Transaction) -> Result<(), Error> {
    match transaction.commit().map_err(storage)?.await.map_err(storage)? {
        TransactionResult::Committed => Ok(()),
        TransactionResult::Aborted => {
            let detail = "the browser took the transaction back; the disk may be full";
            Err(Error::browser(ErrorKind::StorageFailed, false, detail))
        }
    }
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

/// Reads bytes by key.
pub async fn get(store: &ObjectStore, key: JsValue) -> Result<Option<Vec<u8>>, Error> {
    let value = store.get(key).map_err(storage)?.await.map_err(storage)?;
    Ok(value.as_ref().and_then(to_bytes))
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
