//! A database that this worker writes alone. Whoever opens it claims the next number in it, and with that shuts out whoever
//! had the number before.
//!
//! The check costs no round trip: [`META`] holds one entry per number that may write no more, and every write first adds the
//! entry of its own number. Where that is there already, the browser takes the whole transaction back. All requests of a
//! transaction and its commit leave in one turn, reads as well as writes, so that a tab that is frozen in the middle leaves no
//! open transaction behind which the next leader would wait.

use super::{
    indexed_db::{Db, Durability, Fate, bytes, commit, ended, to_bytes},
    schema::META,
    storage,
};
use idb::{KeyRange, ObjectStore, Query, Transaction};
use wasm_bindgen::JsValue;
use web_sys::IdbTransaction;
use zera_worker_protocol::{Error, ErrorKind};

/// Name of the number of the newest writer in [`META`].
const LEADER: &str = "leader";
/// No chain of take-overs comes near it; what is above was stored by something else.
const MOST: u64 = 1 << 48;
/// Others that may claim in between.
const TRIES: u32 = 16;

/// The entry that shuts a number out.
fn shut(number: u64) -> JsValue {
    JsValue::from_str(&format!("shut-{number}"))
}

/// A database with the number under which this worker writes.
pub struct Store {
    db: Db,
    number: u64,
}

impl Store {
    /// Opens a database and claims it, with a number of at least `least`. `told` is called when something happens to it.
    pub async fn claim(name: &str, least: u64, told: impl Fn(Fate) + 'static) -> Result<Self, Error> {
        let db = Db::open(name, told).await?;
        for _ in 0..TRIES {
            let before = current(&db).await?;
            let number = before.saturating_add(1).max(least);
            let writing = Writing(Some(db.write(&[META], Durability::Strict)?));
            // Somebody who claimed in between has shut this out already.
            writing.store(META)?.add(&JsValue::TRUE, Some(&shut(before))).map_err(storage)?;
            writing.put(META, &bytes(&number.to_le_bytes()), &LEADER.into())?;
            match writing.end().await {
                Err(error) if error.kind == ErrorKind::OtherTab => {}
                done => return done.map(|()| Self { db, number }),
            }
        }
        Err(Error::browser(ErrorKind::StorageFailed, true, "other tabs claim the storage all the time"))
    }

    /// The number under which this worker writes.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// True while nobody has claimed it since.
    pub async fn is_own(&self) -> Result<bool, Error> {
        Ok(current(&self.db).await? == self.number)
    }

    /// Asks for what `ask` asks for, all in one turn.
    pub fn read<T>(
        &self,
        stores: &[&str],
        ask: impl FnOnce(&Transaction) -> Result<T, idb::Error>,
    ) -> Result<T, Error> {
        self.db.read(stores, ask)
    }

    /// Begins to write to these stores, unless a later worker has taken over; then the transaction comes to nothing, with
    /// `OtherTab`.
    pub fn write(&self, stores: &[&str], durability: Durability) -> Result<Writing, Error> {
        let mut names = vec![META];
        names.extend(stores.iter().filter(|name| **name != META));
        let writing = Writing(Some(self.db.write(&names, durability)?));
        let meta = writing.store(META)?;
        meta.add(&JsValue::TRUE, Some(&shut(self.number))).map_err(storage)?;
        meta.delete(shut(self.number)).map_err(storage)?;
        Ok(writing)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What is under way still ends.
        self.db.close();
    }
}

/// The number of the newest writer; 0 when nobody has written. Earlier versions kept a random one: then it is above all that
/// are shut out.
async fn current(db: &Db) -> Result<u64, Error> {
    let stored = db.read(&[META], |reading| reading.object_store(META)?.get(JsValue::from_str(LEADER)))?;
    let stored = stored.await.map_err(storage)?.as_ref().and_then(to_bytes);
    let number = stored.and_then(|number| number.try_into().ok()).map_or(0, u64::from_le_bytes);
    if number < MOST {
        return Ok(number);
    }
    let keys = db.read(&[META], |reading| reading.object_store(META)?.get_all_keys(None, None))?;
    let keys = keys.await.map_err(storage)?;
    let numbers = keys.iter().filter_map(|key| key.as_string()?.strip_prefix("shut-")?.parse::<u64>().ok());
    Ok(numbers.max().map_or(0, |highest| highest.saturating_add(1)))
}

/// A write: its requests are made in one turn, and it counts once it has ended. Dropped before, it is taken back.
pub struct Writing(Option<IdbTransaction>);

impl Writing {
    /// A store in its scope.
    pub fn store(&self, name: &str) -> Result<ObjectStore, Error> {
        let over = || Error::browser(ErrorKind::StorageFailed, false, "the transaction is over");
        let transaction = self.0.as_ref().ok_or_else(over)?;
        Transaction::from(transaction.clone()).object_store(name).map_err(storage)
    }

    /// Puts a value.
    pub fn put(&self, store: &str, value: &JsValue, key: &JsValue) -> Result<(), Error> {
        self.store(store)?.put(value, Some(key)).map(drop).map_err(storage)
    }

    /// Deletes what is under a key.
    pub fn delete(&self, store: &str, key: JsValue) -> Result<(), Error> {
        self.store(store)?.delete(Query::Key(key)).map(drop).map_err(storage)
    }

    /// Deletes a range of keys.
    pub fn delete_range(&self, store: &str, range: KeyRange) -> Result<(), Error> {
        self.store(store)?.delete(range).map(drop).map_err(storage)
    }

    /// Empties a store.
    pub fn clear(&self, store: &str) -> Result<(), Error> {
        self.store(store)?.clear().map(drop).map_err(storage)
    }

    /// Commits now and waits until it counts.
    ///
    /// # Errors
    /// `OtherTab` when a later worker has taken over, `StorageFull`, `StorageFailed`: nothing was changed.
    pub async fn end(mut self) -> Result<(), Error> {
        let Some(transaction) = self.0.take() else { return Ok(()) };
        commit(&transaction)?;
        ended(transaction).await
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(transaction) = &self.0 {
            // It fails only when the browser has aborted it already.
            let _ = transaction.abort();
        }
    }
}
