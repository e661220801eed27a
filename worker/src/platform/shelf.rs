//! The shelf in IndexedDB: one readwrite transaction per block, record first, head pointer last.

use super::{
    browser::Browser,
    indexed_db::{Durability, bytes, finish, get, key, to_bytes},
    schema::{BASES, BY_ACCOUNT, BY_TRANSACTION, INDEX, META, PAGES, RECORDS},
    storage,
};
use crate::node::world::{Commit, Shelf, Shelved, Summary, Surroundings};
use codec::Encode;
use idb::{KeyRange, ObjectStore, Query, Transaction};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::collections::BTreeSet;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, StorageManager};
use zera_primitives::{AccountId, Hash, Height, codec::decode_bounded};
use zera_state::merkle::PageName;
use zera_worker_protocol::{Error, ErrorKind, Event, UsageView, command::FaultPoint};

/// Bytes one summary may take: a block's transactions at about a hundred bytes each.
const SUMMARY_BYTES: usize = 4 << 20;
/// Name of the head pointer in [`META`].
const HEAD: &str = "head";
/// Name of the writer's number in [`META`].
const LEADER: &str = "leader";

impl Browser {
    /// Begins a strict write and makes sure that no later worker has taken over: a frozen tab that wakes up after a
    /// take-over must not write.
    pub(super) async fn lead(&self, stores: &[&str]) -> Result<Transaction, Error> {
        self.lead_with(stores, Durability::Strict).await
    }

    /// As [`Browser::lead`], for what can be made again.
    pub(super) async fn lead_relaxed(&self, stores: &[&str]) -> Result<Transaction, Error> {
        self.lead_with(stores, Durability::Relaxed).await
    }

    async fn lead_with(&self, stores: &[&str], durability: Durability) -> Result<Transaction, Error> {
        let transaction = self.db()?.write(stores, durability)?;
        let meta = transaction.object_store(META).map_err(storage)?;
        let leader = get(&meta, LEADER.into()).await?;
        if leader.as_deref() != Some(&self.leader.get().to_le_bytes()) {
            // It fails only when the browser has aborted it already.
            let _ = transaction.abort();
            return Err(Error::browser(ErrorKind::OtherTab, true, "another tab has taken over the node"));
        }
        Ok(transaction)
    }

    /// Stops for ever when a test asked for it: the process is killed from outside, inside the write.
    fn break_at(&self, point: FaultPoint, height: Height) {
        if self.fault.get() == Some(point) {
            let what = format!("fault-{point:?}");
            self.emit(Event::Progress { what, done: height.0, total: height.0 });
            loop {
                std::hint::spin_loop();
            }
        }
    }
}

impl Shelf for Browser {
    async fn open(&self) -> Result<(), Error> {
        if !self.open_once().await? {
            return Ok(());
        }
        let mut number = [0; 8];
        self.fill_random(&mut number)?;
        self.leader.set(u64::from_le_bytes(number));
        let transaction = self.db()?.write(&[META], Durability::Strict)?;
        put(&transaction.object_store(META).map_err(storage)?, &bytes(&number), LEADER.into())?;
        finish(transaction).await
    }

    async fn shelved(&self) -> Result<Option<Shelved>, Error> {
        let transaction = self.db()?.read(&[META, BASES])?;
        let Some(head) = get(&transaction.object_store(META).map_err(storage)?, HEAD.into()).await? else {
            return Ok(None);
        };
        let mut bases = pairs(&transaction.object_store(BASES).map_err(storage)?, None, None).await?;
        bases.reverse();
        Ok(Some(Shelved { head, bases }))
    }

    async fn records(&self, from: Height, limit: u32) -> Result<Vec<(Height, Vec<u8>)>, Error> {
        let transaction = self.db()?.read(&[RECORDS])?;
        let range = KeyRange::lower_bound(&key(from.0), None).map_err(storage)?;
        pairs(&transaction.object_store(RECORDS).map_err(storage)?, Some(range), Some(limit)).await
    }

    async fn commit(&self, block: &Commit) -> Result<(), Error> {
        let height = block.summary.head.height;
        let transaction = self.lead(&[RECORDS, INDEX, META]).await?;
        let store = |name| transaction.object_store(name).map_err(storage);
        let record = store(RECORDS)?.put(&bytes(&block.record), Some(&key(height.0))).map_err(storage)?;
        put(&store(INDEX)?, &index_entry(&block.summary), key(height.0))?;
        if self.fault.get().is_some() {
            record.await.map_err(storage)?;
            self.break_at(FaultPoint::BeforeHead, height);
        }
        let head = store(META)?.put(&bytes(&block.head), Some(&HEAD.into())).map_err(storage)?;
        if self.fault.get().is_some() {
            head.await.map_err(storage)?;
            self.break_at(FaultPoint::AfterHead, height);
        }
        finish(transaction).await
    }

    async fn cut(&self, to: Height, head: &[u8]) -> Result<(), Error> {
        let transaction = self.lead(&[RECORDS, INDEX, META, BASES]).await?;
        for name in [RECORDS, INDEX, BASES] {
            let above = KeyRange::lower_bound(&key(to.0), Some(true)).map_err(storage)?;
            transaction.object_store(name).and_then(|store| store.delete(above)).map_err(storage)?;
        }
        put(&transaction.object_store(META).map_err(storage)?, &bytes(head), HEAD.into())?;
        finish(transaction).await
    }

    async fn summaries(&self, from: Option<Height>, limit: u32) -> Result<Vec<Summary>, Error> {
        let transaction = self.db()?.read(&[INDEX, META])?;
        let index = transaction.object_store(INDEX).map_err(storage)?;
        // Heights have no gaps, so the newest height is one less than their number.
        let count = index.count(None).map_err(storage)?.await.map_err(storage)?;
        let newest = u64::from(count).saturating_sub(1);
        let to = from.map_or(newest, |from| from.0.min(newest));
        let lowest = to.saturating_add(1).saturating_sub(limit.into());
        let range = KeyRange::bound(&key(lowest), &key(to), None, None).map_err(storage)?;
        let values = index.get_all(Some(range.into()), Some(limit)).map_err(storage)?.await.map_err(storage)?;
        Ok(values.iter().rev().filter_map(summary).collect())
    }

    async fn find(&self, transaction: &Hash) -> Result<Option<Height>, Error> {
        let reading = self.db()?.read(&[INDEX])?;
        let index = reading.object_store(INDEX).and_then(|index| index.index(BY_TRANSACTION)).map_err(storage)?;
        let found = index.get(bytes(&transaction.0)).map_err(storage)?.await.map_err(storage)?;
        Ok(found.as_ref().and_then(summary).map(|summary| summary.head.height))
    }

    async fn of_account(&self, account: &AccountId, limit: u32) -> Result<Vec<Summary>, Error> {
        let reading = self.db()?.read(&[INDEX])?;
        let store = reading.object_store(INDEX).map_err(storage)?;
        let by_account = store.index(BY_ACCOUNT).map_err(storage)?;
        let query = Query::from(bytes(&account.0));
        let heights = by_account.get_all_keys(Some(query), None).map_err(storage)?.await.map_err(storage)?;
        let mut found = Vec::new();
        for height in heights.into_iter().rev().take(limit as usize) {
            let value = store.get(height).map_err(storage)?.await.map_err(storage)?;
            found.extend(value.as_ref().and_then(summary));
        }
        Ok(found)
    }

    async fn pages(&self, names: &[PageName]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let transaction = self.db()?.read(&[PAGES])?;
        let store = transaction.object_store(PAGES).map_err(storage)?;
        // All asked for before the first is awaited: one wait for all of them.
        let asked = names.iter().map(|name| store.get(page_key(name)).map_err(storage));
        let asked = asked.collect::<Result<Vec<_>, Error>>()?;
        let mut pages = Vec::with_capacity(names.len());
        for page in asked {
            pages.push(page.await.map_err(storage)?.as_ref().and_then(to_bytes));
        }
        Ok(pages)
    }

    async fn put_pages(&self, pages: &[(PageName, Vec<u8>)]) -> Result<(), Error> {
        let transaction = self.lead(&[PAGES, META]).await?;
        let store = transaction.object_store(PAGES).map_err(storage)?;
        for (name, page) in pages {
            put(&store, &bytes(page), page_key(name))?;
        }
        finish(transaction).await
    }

    async fn keep_pages(&self, names: &BTreeSet<PageName>) -> Result<(), Error> {
        let transaction = self.lead(&[PAGES, META]).await?;
        let store = transaction.object_store(PAGES).map_err(storage)?;
        let kept: BTreeSet<Vec<u8>> = names.iter().map(|name| name.encode()).collect();
        for stored in store.get_all_keys(None, None).map_err(storage)?.await.map_err(storage)? {
            let name = Uint8Array::new(&stored).to_vec();
            if !kept.contains(&name) {
                store.delete(stored).map_err(storage)?;
            }
        }
        finish(transaction).await
    }

    async fn forget_bases(&self) -> Result<(), Error> {
        let transaction = self.lead(&[BASES, META]).await?;
        transaction.object_store(BASES).and_then(|bases| bases.clear()).map_err(storage)?;
        finish(transaction).await
    }

    async fn put_base(&self, height: Height, base: &[u8], keep: u32) -> Result<(), Error> {
        let transaction = self.lead(&[BASES, META]).await?;
        let bases = transaction.object_store(BASES).map_err(storage)?;
        let keys = bases.get_all_keys(None, None).map_err(storage)?.await.map_err(storage)?;
        for old in keys.into_iter().rev().skip((keep as usize).saturating_sub(1)) {
            bases.delete(old).map_err(storage)?;
        }
        put(&bases, &bytes(base), key(height.0))?;
        finish(transaction).await
    }

    async fn replace(&self, blocks: &[Commit]) -> Result<(), Error> {
        let transaction = self.lead(&[RECORDS, INDEX, META, BASES, PAGES]).await?;
        let store = |name| transaction.object_store(name).map_err(storage);
        for name in [RECORDS, INDEX, BASES, PAGES] {
            store(name)?.clear().map_err(storage)?;
        }
        store(META)?.delete(JsValue::from_str(HEAD)).map_err(storage)?;
        for block in blocks {
            let height = block.summary.head.height.0;
            put(&store(RECORDS)?, &bytes(&block.record), key(height))?;
            put(&store(INDEX)?, &index_entry(&block.summary), key(height))?;
        }
        if let Some(last) = blocks.last() {
            put(&store(META)?, &bytes(&last.head), HEAD.into())?;
        }
        finish(transaction).await
    }

    async fn turn_to(&self, _: Option<Hash>) -> Result<(), Error> {
        Err(Error::request(ErrorKind::Unavailable, "one chain per browser"))
    }

    async fn forget_below(&self, height: Height) -> Result<u64, Error> {
        let transaction = self.lead(&[RECORDS, INDEX, META]).await?;
        for name in [RECORDS, INDEX] {
            let below = KeyRange::upper_bound(&key(height.0), Some(true)).map_err(storage)?;
            transaction.object_store(name).and_then(|store| store.delete(below)).map_err(storage)?;
        }
        finish(transaction).await.map(|()| 0)
    }

    async fn usage(&self) -> Result<UsageView, Error> {
        let transaction = self.db()?.read(&[RECORDS])?;
        let records = transaction.object_store(RECORDS).map_err(storage)?;
        let records = u64::from(records.count(None).map_err(storage)?.await.map_err(storage)?);
        let (used, quota, persistent) = estimate().await.unwrap_or((0, 0, false));
        Ok(UsageView { used, quota, persistent, records, entries: 0 })
    }
}

fn page_key(name: &PageName) -> JsValue {
    bytes(&name.encode())
}

fn put(store: &ObjectStore, value: &JsValue, key: JsValue) -> Result<(), Error> {
    store.put(value, Some(&key)).map(drop).map_err(storage)
}

/// Values with their heights; values that are no bytes count as absent.
async fn pairs(
    store: &ObjectStore,
    range: Option<KeyRange>,
    limit: Option<u32>,
) -> Result<Vec<(Height, Vec<u8>)>, Error> {
    let query = || range.clone().map(Query::from);
    let keys = store.get_all_keys(query(), limit).map_err(storage)?;
    let values = store.get_all(query(), limit).map_err(storage)?;
    let (keys, values) = (keys.await.map_err(storage)?, values.await.map_err(storage)?);
    let height = |key: &JsValue| key.as_f64().map(|height| Height(height as u64));
    Ok(keys.iter().zip(&values).filter_map(|(key, value)| Some((height(key)?, to_bytes(value)?))).collect())
}

/// `{ view, transaction: [hash…], account: [sender…] }`: the browser keeps the look-ups by itself.
fn index_entry(summary: &Summary) -> JsValue {
    let entry = Object::new();
    let hashes: Array = summary.transactions.iter().map(|(hash, ..)| bytes(&hash.0)).collect();
    let senders: Array = summary.transactions.iter().map(|(_, sender, _)| bytes(&sender.0)).collect();
    let view = bytes(&summary.encode());
    for (name, value) in [("view", &view), (BY_TRANSACTION, hashes.as_ref()), (BY_ACCOUNT, senders.as_ref())] {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&entry, &name.into(), value);
    }
    entry.into()
}

fn summary(entry: &JsValue) -> Option<Summary> {
    let view = Reflect::get(entry, &"view".into()).ok()?;
    decode_bounded(&to_bytes(&view)?, SUMMARY_BYTES).ok()
}

/// Bytes used, bytes allowed, and whether the browser promised not to evict.
async fn estimate() -> Option<(u64, u64, bool)> {
    use wasm_bindgen::JsCast as _;
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let manager: StorageManager = scope.navigator().storage();
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64);
    let persistent = JsFuture::from(manager.persisted().ok()?).await.ok()?.is_truthy();
    Some((number("usage")?, number("quota")?, persistent))
}
