//! Room in the browser's storage: what is given up when it refuses, and what is said then.

use super::{
    browser::Browser,
    indexed_db::{Durability, key},
    schema::{BASES, INDEX, RECORDS, TRACES},
    storage,
};
use crate::node::world::Surroundings as _;
use idb::KeyRange;
use js_sys::Reflect;
use std::future::Future;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, StorageManager};
use zera_worker_protocol::{Error, ErrorKind, Event, Stall, event::Notice};

impl Browser {
    /// Writes, and where the storage is full makes room and writes once more.
    pub(super) async fn with_room<F>(&self, write: impl Fn() -> F) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>>,
    {
        match write().await {
            Err(error) if error.kind == ErrorKind::StorageFull && self.make_room().await? => write().await,
            done => done,
        }
    }

    /// Gives up what can be had again: records of executions; of a network's chain also the blocks below the oldest base,
    /// which peers have. True when there was something.
    async fn make_room(&self) -> Result<bool, Error> {
        let before = used().await;
        let mut made = self.count(TRACES).await? > 0;
        if made {
            let writing = self.chain()?.write(&[TRACES], Durability::Relaxed)?;
            writing.clear(TRACES)?;
            writing.end().await?;
        }
        if self.stands_on.get().is_some()
            && let Some(oldest) = self.keys_of(BASES).await?.first().and_then(wasm_bindgen::JsValue::as_f64)
        {
            // A cast from a float saturates.
            let oldest = key(oldest as u64);
            let held = self.count(RECORDS).await?;
            let writing = self.chain()?.write(&[RECORDS, INDEX], Durability::Relaxed)?;
            for name in [RECORDS, INDEX] {
                writing.delete_range(name, KeyRange::upper_bound(&oldest, Some(true)).map_err(storage)?)?;
            }
            writing.end().await?;
            made |= self.count(RECORDS).await? < held;
        }
        if made {
            let bytes = before.saturating_sub(used().await);
            self.emit(Event::Notice(Notice::MadeRoom { bytes }));
        }
        Ok(made)
    }

    /// Says, once each time, that storage takes no blocks, and that it does again.
    pub(super) fn note_stored(&self, stored: &Result<(), Error>) {
        match stored {
            Ok(()) if self.refused.replace(false) => self.emit(Event::Notice(Notice::Recovered)),
            Err(error) if error.kind == ErrorKind::StorageFull && !self.refused.replace(true) => {
                self.emit(Event::Notice(Notice::Stalled(Stall::Storage(error.detail.clone()))));
            }
            _ => {}
        }
    }
}

async fn used() -> u64 {
    estimate().await.map_or(0, |(used, ..)| used)
}

/// Bytes used, bytes allowed, and whether the browser promised not to evict.
pub async fn estimate() -> Option<(u64, u64, bool)> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let manager: StorageManager = scope.navigator().storage();
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64);
    let persistent = JsFuture::from(manager.persisted().ok()?).await.ok()?.is_truthy();
    Some((number("usage")?, number("quota")?, persistent))
}
