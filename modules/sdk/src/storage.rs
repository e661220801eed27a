//! Typed storage over the host's bytes. A field `owner: Item<…>` lives under the key `owner`, an entry of
//! `deposits: Map<…>` under `deposits:` and its SCALE key, so that a storage browser can name what it sees. A colon
//! cannot stand in a field's name, so no two fields share a key.

use crate::{env::fail, host};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeAll, Encode};
use core::marker::PhantomData;

/// A field of a storage struct; `#[storage]` opens every field with its name.
pub trait Place {
    /// The handle of the field `name`; reads nothing.
    fn at(name: &'static str) -> Self;
}

/// One value.
#[derive(Debug)]
pub struct Item<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Place for Item<T> {
    fn at(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

impl<T: Encode + Decode> Item<T> {
    /// The value, if it was ever set.
    #[must_use]
    pub fn find(&self) -> Option<T> {
        host::storage_get(self.name.as_bytes()).map(|bytes| decode(self.name, &bytes))
    }

    /// The value; the call fails when it was never set, which a constructor should rule out.
    #[must_use]
    pub fn get(&self) -> T {
        self.find().unwrap_or_else(|| refuse(self.name, " was never set"))
    }

    /// Sets it.
    pub fn set(&mut self, value: &T) {
        host::storage_set(self.name.as_bytes(), &value.encode());
    }

    /// Forgets it.
    pub fn remove(&mut self) {
        host::storage_remove(self.name.as_bytes());
    }
}

/// Values by key. It cannot be walked: what must be walked keeps its keys in a [`List`].
#[derive(Debug)]
pub struct Map<K, V> {
    name: &'static str,
    of: PhantomData<fn(K) -> V>,
}

impl<K, V> Place for Map<K, V> {
    fn at(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

impl<K: Encode, V: Encode + Decode> Map<K, V> {
    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        host::storage_get(&entry_key(self.name, key)).map(|bytes| decode(self.name, &bytes))
    }

    /// Sets the value at `key`.
    pub fn set(&mut self, key: &K, value: &V) {
        host::storage_set(&entry_key(self.name, key), &value.encode());
    }

    /// Removes what is at `key`, if anything.
    pub fn remove(&mut self, key: &K) {
        host::storage_remove(&entry_key(self.name, key));
    }
}

impl<K: Encode, V: Encode + Decode + Default + PartialEq> Map<K, V> {
    /// The value at `key`, or the default one.
    #[must_use]
    pub fn get_or_default(&self, key: &K) -> V {
        self.get(key).unwrap_or_default()
    }

    /// Sets the value, or removes the entry when it is the default one: no storage deposit for nothing.
    pub fn set_or_remove(&mut self, key: &K, value: &V) {
        if *value == V::default() { self.remove(key) } else { self.set(key, value) }
    }
}

/// Values in order of being added.
#[derive(Debug)]
pub struct List<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Place for List<T> {
    fn at(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

impl<T: Encode + Decode> List<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        host::storage_get(self.name.as_bytes()).map_or(0, |bytes| decode(self.name, &bytes))
    }

    /// True for none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<T> {
        host::storage_get(&entry_key(self.name, &index)).map(|bytes| decode(self.name, &bytes))
    }

    /// Adds one at the end.
    pub fn push(&mut self, value: &T) {
        let len = self.len();
        let Some(next) = len.checked_add(1) else { fail("the list is full") };
        host::storage_set(&entry_key(self.name, &len), &value.encode());
        host::storage_set(self.name.as_bytes(), &next.encode());
    }

    /// Adds many at the end and writes the length once.
    pub fn extend<'v>(&mut self, values: impl IntoIterator<Item = &'v T>)
    where
        T: 'v,
    {
        let mut len = self.len();
        for value in values {
            host::storage_set(&entry_key(self.name, &len), &value.encode());
            len = len.checked_add(1).unwrap_or_else(|| fail("the list is full"));
        }
        host::storage_set(self.name.as_bytes(), &len.encode());
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        (0..self.len()).map_while(|index| self.get(index))
    }
}

/// An [`Item`] of the previous storage generation; migrations only.
#[derive(Debug)]
pub struct OldItem<T>(Item<T>);

impl<T> Place for OldItem<T> {
    fn at(name: &'static str) -> Self {
        Self(Item::at(name))
    }
}

impl<T: Decode> OldItem<T> {
    /// The item that the old code kept in its field `name`.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self::at(name)
    }

    /// The value, if there was one.
    #[must_use]
    pub fn find(&self) -> Option<T> {
        host::old_storage_get(self.0.name.as_bytes()).map(|bytes| decode(self.0.name, &bytes))
    }

    /// The value; the migration fails when there was none.
    #[must_use]
    pub fn get(&self) -> T {
        self.find().unwrap_or_else(|| refuse(self.0.name, " is not in the old storage"))
    }
}

/// A [`Map`] of the previous storage generation, which can be walked; migrations only.
#[derive(Debug)]
pub struct OldMap<K, V>(Map<K, V>);

impl<K: Encode + Decode, V: Decode> OldMap<K, V> {
    /// The map that the old code kept in its field `name`.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self(Map::at(name))
    }

    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        host::old_storage_get(&entry_key(self.0.name, key)).map(|bytes| decode(self.0.name, &bytes))
    }

    /// All entries in byte order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> + '_ {
        let mut at = Vec::new();
        core::iter::from_fn(move || {
            let (key, entry, value) = self.next(&at)?;
            at = key;
            Some((entry, value))
        })
    }

    /// At most `limit` entries behind `cursor`: one step of a migration. The empty cursor begins; the cursor of one map may
    /// be passed to another whose name is greater, so that several maps are walked one after the other by one cursor.
    #[must_use]
    pub fn page(&self, cursor: &[u8], limit: usize) -> Page<K, V> {
        let mut page = Page { entries: Vec::with_capacity(limit), next: None };
        let mut at = Vec::from(cursor);
        while let Some((key, entry, value)) = self.next(&at) {
            page.entries.push((entry, value));
            at = key;
            if page.entries.len() >= limit {
                page.next = Some(at);
                break;
            }
        }
        page
    }

    /// The first entry behind the key `after`, with its key.
    fn next(&self, after: &[u8]) -> Option<(Vec<u8>, K, V)> {
        let prefix = prefix(self.0.name);
        let key = host::old_storage_next(after.max(prefix.as_slice()))?;
        let entry: K = decode(self.0.name, key.strip_prefix(&*prefix)?);
        let value = decode(self.0.name, &host::old_storage_get(&key)?);
        Some((key, entry, value))
    }
}

/// Some entries of an [`OldMap`].
#[derive(Debug)]
pub struct Page<K, V> {
    /// In byte order of their keys.
    pub entries: Vec<(K, V)>,
    /// The cursor of the next page; none when the map may have no more.
    pub next: Option<Vec<u8>>,
}

fn prefix(name: &str) -> Vec<u8> {
    let mut bytes = Vec::from(name);
    bytes.push(b':');
    bytes
}

fn entry_key(name: &str, key: &impl Encode) -> Vec<u8> {
    let mut bytes = prefix(name);
    key.encode_to(&mut bytes);
    bytes
}

fn decode<T: Decode>(name: &str, mut bytes: &[u8]) -> T {
    T::decode_all(&mut bytes).unwrap_or_else(|_| refuse(name, " is stored as another type"))
}

/// Fails with the field's name in front.
fn refuse(name: &str, what: &str) -> ! {
    let mut reason = String::from(name);
    reason.push_str(what);
    fail(&reason)
}

#[cfg(test)]
mod tests;
