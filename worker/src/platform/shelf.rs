//! The shelf in IndexedDB: one readwrite transaction per block, record first, head pointer last.

use super::{
    browser::Browser,
    indexed_db::{Durability, bytes, key, to_bytes},
    room,
    schema::{BASES, BY_ACCOUNT, BY_TRANSACTION, INDEX, META, PAGES, RECORDS},
    storage,
    store::Writing,
};
use crate::node::world::{Commit, Shelf, Shelved, Summary, Surroundings};
use codec::Encode;
use idb::{
    CursorDirection, KeyRange, ObjectStore, Query,
    request::{GetAllKeysStoreRequest, GetAllStoreRequest},
};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::collections::BTreeSet;
use wasm_bindgen::JsValue;
use zera_primitives::{AccountId, Hash, Height, codec::decode_bounded};
use zera_state::merkle::PageName;
use zera_worker_protocol::{Error, Event, UsageView, command::FaultPoint};

/// Bytes one summary may take: a block's transactions at about a hundred bytes each.
const SUMMARY_BYTES: usize = 4 << 20;
/// Name of the head pointer in [`META`].
const HEAD: &str = "head";

impl Browser {
    /// Begins a strict write to the chain's stores, unless a later worker has taken over.
    fn strict(&self, stores: &[&str]) -> Result<Writing, Error> {
        self.chain()?.write(stores, Durability::Strict)
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

    async fn store_block(&self, block: &Commit) -> Result<(), Error> {
        let height = block.summary.head.height;
        let writing = self.strict(&[RECORDS, INDEX, META])?;
        let record = writing.store(RECORDS)?.put(&bytes(&block.record), Some(&key(height.0))).map_err(storage)?;
        writing.put(INDEX, &index_entry(&block.summary), &key(height.0))?;
        if self.fault.get().is_some() {
            record.await.map_err(storage)?;
            self.break_at(FaultPoint::BeforeHead, height);
        }
        let head = writing.store(META)?.put(&bytes(&block.head), Some(&HEAD.into())).map_err(storage)?;
        if self.fault.get().is_some() {
            head.await.map_err(storage)?;
            self.break_at(FaultPoint::AfterHead, height);
        }
        writing.end().await
    }

    async fn store_blocks(&self, blocks: &[Commit]) -> Result<(), Error> {
        let writing = self.strict(&[RECORDS, INDEX, META])?;
        for block in blocks {
            let height = block.summary.head.height;
            writing.put(RECORDS, &bytes(&block.record), &key(height.0))?;
            writing.put(INDEX, &index_entry(&block.summary), &key(height.0))?;
        }
        if let Some(last) = blocks.last() {
            writing.put(META, &bytes(&last.head), &HEAD.into())?;
        }
        writing.end().await
    }
}

impl Shelf for Browser {
    async fn open(&self) -> Result<(), Error> {
        self.open_once().await
    }

    async fn shelved(&self) -> Result<Option<Shelved>, Error> {
        let (head, bases) = self.chain()?.read(&[META, BASES], |reading| {
            let head = reading.object_store(META)?.get(JsValue::from_str(HEAD))?;
            Ok((head, ask_pairs(&reading.object_store(BASES)?, None, None)?))
        })?;
        let head = head.await.map_err(storage)?.as_ref().and_then(to_bytes);
        let mut bases = pairs(bases).await?;
        bases.reverse();
        Ok(head.map(|head| Shelved { head, bases }))
    }

    async fn records(&self, from: Height, limit: u32) -> Result<Vec<(Height, Vec<u8>)>, Error> {
        let range = KeyRange::lower_bound(&key(from.0), None).map_err(storage)?;
        let asked = self
            .chain()?
            .read(&[RECORDS], |reading| ask_pairs(&reading.object_store(RECORDS)?, Some(range), Some(limit)))?;
        pairs(asked).await
    }

    async fn commit(&self, block: &Commit) -> Result<(), Error> {
        let stored = self.with_room(|| self.store_block(block)).await;
        self.note_stored(&stored);
        stored
    }

    async fn commit_all(&self, blocks: &[Commit]) -> Result<(), Error> {
        let stored = self.with_room(|| self.store_blocks(blocks)).await;
        self.note_stored(&stored);
        stored
    }

    async fn cut(&self, to: Height, head: &[u8]) -> Result<(), Error> {
        let writing = self.strict(&[RECORDS, INDEX, META, BASES])?;
        for name in [RECORDS, INDEX, BASES] {
            writing.delete_range(name, KeyRange::lower_bound(&key(to.0), Some(true)).map_err(storage)?)?;
        }
        writing.put(META, &bytes(head), &HEAD.into())?;
        writing.end().await
    }

    async fn summaries(&self, from: Option<Height>, limit: u32) -> Result<Vec<Summary>, Error> {
        let Some(newest) = self.newest(INDEX).await? else { return Ok(Vec::new()) };
        // Heights have no gaps between the oldest and the newest.
        let to = from.map_or(newest, |from| from.0.min(newest));
        let lowest = to.saturating_add(1).saturating_sub(limit.into());
        let range = KeyRange::bound(&key(lowest), &key(to), None, None).map_err(storage)?;
        let values = self
            .chain()?
            .read(&[INDEX], |reading| reading.object_store(INDEX)?.get_all(Some(range.into()), Some(limit)))?;
        Ok(values.await.map_err(storage)?.iter().rev().filter_map(summary).collect())
    }

    async fn find(&self, transaction: &Hash) -> Result<Option<Height>, Error> {
        let found = self
            .chain()?
            .read(&[INDEX], |reading| reading.object_store(INDEX)?.index(BY_TRANSACTION)?.get(bytes(&transaction.0)))?;
        Ok(found.await.map_err(storage)?.as_ref().and_then(summary).map(|summary| summary.head.height))
    }

    async fn of_account(&self, account: &AccountId, limit: u32) -> Result<Vec<Summary>, Error> {
        let heights = self.chain()?.read(&[INDEX], |reading| {
            let query = Query::from(bytes(&account.0));
            reading.object_store(INDEX)?.index(BY_ACCOUNT)?.get_all_keys(Some(query), None)
        })?;
        let heights = heights.await.map_err(storage)?;
        let values = self.chain()?.read(&[INDEX], |reading| {
            let store = reading.object_store(INDEX)?;
            let newest = heights.into_iter().rev().take(limit as usize);
            newest.map(|height| store.get(height)).collect::<Result<Vec<_>, _>>()
        })?;
        let mut found = Vec::new();
        for value in values {
            found.extend(value.await.map_err(storage)?.as_ref().and_then(summary));
        }
        Ok(found)
    }

    async fn pages(&self, names: &[PageName]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let asked = self.chain()?.read(&[PAGES], |reading| {
            let store = reading.object_store(PAGES)?;
            names.iter().map(|name| store.get(page_key(name))).collect::<Result<Vec<_>, _>>()
        })?;
        let mut pages = Vec::with_capacity(names.len());
        for page in asked {
            pages.push(page.await.map_err(storage)?.as_ref().and_then(to_bytes));
        }
        Ok(pages)
    }

    async fn put_pages(&self, pages: &[(PageName, Vec<u8>)]) -> Result<(), Error> {
        let put = || async {
            let writing = self.strict(&[PAGES])?;
            for (name, page) in pages {
                writing.put(PAGES, &bytes(page), &page_key(name))?;
            }
            writing.end().await
        };
        self.with_room(put).await
    }

    async fn keep_pages(&self, names: &BTreeSet<PageName>) -> Result<(), Error> {
        let stored = self.keys_of(PAGES).await?;
        let kept: BTreeSet<Vec<u8>> = names.iter().map(|name| name.encode()).collect();
        let writing = self.strict(&[PAGES])?;
        for name in stored {
            if !kept.contains(&Uint8Array::new(&name).to_vec()) {
                writing.delete(PAGES, name)?;
            }
        }
        writing.end().await
    }

    async fn forget_bases(&self) -> Result<(), Error> {
        let writing = self.strict(&[BASES])?;
        writing.clear(BASES)?;
        writing.end().await
    }

    async fn put_base(&self, height: Height, base: &[u8], keep: u32) -> Result<(), Error> {
        let stored = self.keys_of(BASES).await?;
        let put = || async {
            let writing = self.strict(&[BASES])?;
            for old in stored.iter().rev().skip((keep as usize).saturating_sub(1)) {
                writing.delete(BASES, old.clone())?;
            }
            writing.put(BASES, &bytes(base), &key(height.0))?;
            writing.end().await
        };
        self.with_room(put).await
    }

    async fn replace(&self, blocks: &[Commit]) -> Result<(), Error> {
        let replace = || async {
            let writing = self.strict(&[RECORDS, INDEX, META, BASES, PAGES])?;
            for name in [RECORDS, INDEX, BASES, PAGES] {
                writing.clear(name)?;
            }
            writing.delete(META, JsValue::from_str(HEAD))?;
            for block in blocks {
                let height = key(block.summary.head.height.0);
                writing.put(RECORDS, &bytes(&block.record), &height)?;
                writing.put(INDEX, &index_entry(&block.summary), &height)?;
            }
            if let Some(last) = blocks.last() {
                writing.put(META, &bytes(&last.head), &HEAD.into())?;
            }
            writing.end().await
        };
        self.with_room(replace).await
    }

    async fn turn_to(&self, chain: Option<Hash>) -> Result<(), Error> {
        self.turn(chain).await
    }

    async fn forget_below(&self, height: Height) -> Result<u64, Error> {
        let before = self.count(RECORDS).await?;
        let writing = self.strict(&[RECORDS, INDEX])?;
        for name in [RECORDS, INDEX] {
            writing.delete_range(name, KeyRange::upper_bound(&key(height.0), Some(true)).map_err(storage)?)?;
        }
        writing.end().await?;
        Ok(before.saturating_sub(self.count(RECORDS).await?))
    }

    async fn usage(&self) -> Result<UsageView, Error> {
        let records = self.count(RECORDS).await?;
        let (used, quota, persistent) = room::estimate().await.unwrap_or((0, 0, false));
        Ok(UsageView { used, quota, persistent, records, entries: 0 })
    }
}

impl Browser {
    /// Keys of a store of the chain, ascending.
    pub(super) async fn keys_of(&self, name: &str) -> Result<Vec<JsValue>, Error> {
        let keys = self.chain()?.read(&[name], |reading| reading.object_store(name)?.get_all_keys(None, None))?;
        keys.await.map_err(storage)
    }

    /// How many a store of the chain holds.
    pub(super) async fn count(&self, name: &str) -> Result<u64, Error> {
        let count = self.chain()?.read(&[name], |reading| reading.object_store(name)?.count(None))?;
        Ok(u64::from(count.await.map_err(storage)?))
    }

    /// The highest key of a store of heights.
    async fn newest(&self, name: &str) -> Result<Option<u64>, Error> {
        let down = Some(CursorDirection::Prev);
        let cursor = self.chain()?.read(&[name], |reading| reading.object_store(name)?.open_key_cursor(None, down))?;
        let key = cursor.await.map_err(storage)?.map(|cursor| cursor.key()).transpose().map_err(storage)?;
        // A cast from a float saturates.
        Ok(key.and_then(|key| key.as_f64()).map(|height| height as u64))
    }
}

fn page_key(name: &PageName) -> JsValue {
    bytes(&name.encode())
}

/// Keys and values that were asked for.
type AskedPairs = (GetAllKeysStoreRequest, GetAllStoreRequest);

fn ask_pairs(store: &ObjectStore, range: Option<KeyRange>, limit: Option<u32>) -> Result<AskedPairs, idb::Error> {
    let query = || range.clone().map(Query::from);
    Ok((store.get_all_keys(query(), limit)?, store.get_all(query(), limit)?))
}

/// Values with their heights; values that are no bytes count as absent.
async fn pairs((keys, values): AskedPairs) -> Result<Vec<(Height, Vec<u8>)>, Error> {
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
