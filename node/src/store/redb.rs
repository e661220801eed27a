//! One redb file as a [`Store`]: one table of bytes, one write transaction per batch. redb writes copies and flips a
//! checksummed root, so that after a crash at any point the file holds a batch whole or not at all.

use redb::{Builder, Database, ReadableDatabase, TableDefinition};
use std::{path::Path, sync::Arc};
use zera_state::store::{Batch, Pair, Store, StoreError};

const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("zera");

/// A key and a value, as redb lends them.
type Guards<'a> = (redb::AccessGuard<'a, &'static [u8]>, redb::AccessGuard<'a, &'static [u8]>);

/// A file. Clones are handles to it; readers see the last batch that was committed when they began.
#[derive(Clone)]
pub struct RedbStore(Arc<Database>);

impl RedbStore {
    /// Opens the file, or makes it. `cache` bounds the bytes of it that stay in memory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path, cache: usize) -> Result<Self, OpenError> {
        let refused =
            |error: &dyn std::fmt::Display| OpenError { path: path.display().to_string(), cause: error.to_string() };
        let create = |path: &Path| -> Result<Self, redb::Error> {
            Self::begin(Builder::new().set_cache_size(cache).create(path)?)
        };
        if !path.exists() {
            // Made under another name: one whose making was cut short is no store, and would not open.
            let making = path.with_extension("making");
            drop(std::fs::remove_file(&making));
            drop(create(&making).map_err(|error| refused(&error))?);
            std::fs::rename(&making, path).map_err(|error| refused(&error))?;
        }
        create(path).map_err(|error| refused(&error))
    }

    /// Opens a store on a disk of a test's own.
    ///
    /// # Errors
    /// [`OpenError`].
    #[cfg(test)]
    pub fn on(disk: impl redb::StorageBackend) -> Result<Self, OpenError> {
        let refused = |cause: String| OpenError { path: "a test's disk".into(), cause };
        let database = Builder::new().set_cache_size(1 << 20).create_with_backend(disk);
        let database = database.map_err(|error| refused(error.to_string()))?;
        Self::begin(database).map_err(|error| refused(error.to_string()))
    }

    fn begin(database: Database) -> Result<Self, redb::Error> {
        let store = Self(Arc::new(database));
        // So that readers of a new file find the table.
        store.write(&Batch::new())?;
        Ok(store)
    }

    fn read<R>(
        &self,
        look: impl FnOnce(&redb::ReadOnlyTable<&'static [u8], &'static [u8]>) -> Result<R, redb::StorageError>,
    ) -> Result<R, StoreError> {
        let read = || -> Result<R, redb::Error> {
            let table = self.0.begin_read()?.open_table(TABLE)?;
            Ok(look(&table)?)
        };
        read().map_err(|error| {
            tracing::error!(%error, "the store cannot be read");
            StoreError::ReadFailed
        })
    }

    fn write(&self, batch: &Batch) -> Result<(), redb::Error> {
        let transaction = self.0.begin_write()?;
        {
            let mut table = transaction.open_table(TABLE)?;
            for (key, value) in batch {
                match value {
                    Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                    None => drop(table.remove(key.as_slice())?),
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// The last pair with a key from `from` on and below `to`.
    ///
    /// # Errors
    /// [`StoreError::ReadFailed`].
    pub fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Pair>, StoreError> {
        self.read(|table| {
            let pair = table.range::<&[u8]>(from..to)?.next_back().transpose()?;
            Ok(pair.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())))
        })
    }
}

impl Store for RedbStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|table| Ok(table.get(key)?.map(|value| value.value().to_vec())))
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError> {
        if to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        self.read(|table| match to {
            Some(to) => table.range::<&[u8]>(from..to)?.take(limit).map(copied).collect(),
            None => table.range::<&[u8]>(from..)?.take(limit).map(copied).collect(),
        })
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write(batch).map_err(|error| {
            tracing::error!(%error, "the store cannot be written");
            match error {
                // Before anything was written.
                redb::Error::ValueTooLarge(_) => StoreError::WriteFailed,
                _ => StoreError::Interrupted,
            }
        })
    }
}

/// A pair out of the store's own memory.
fn copied(pair: Result<Guards<'_>, redb::StorageError>) -> Result<Pair, redb::StorageError> {
    pair.map(|(key, value)| (key.value().to_vec(), value.value().to_vec()))
}

/// A store that cannot be opened. Fatal for this start; another process may hold it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the store {path} cannot be opened: {cause}")]
pub struct OpenError {
    /// The file.
    pub path: String,
    /// redb's word.
    pub cause: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_state::store::suite;

    #[test]
    fn it_is_a_store() {
        let folder = crate::testing::Folder::new("redb-suite");
        let mut files = 0;
        suite::run(|| {
            files += 1;
            RedbStore::open(&folder.path().join(format!("{files}.redb")), 1 << 20).unwrap()
        });
    }

    #[test]
    fn what_was_committed_is_there_when_it_is_opened_again_and_a_second_process_is_refused() {
        let folder = crate::testing::Folder::new("redb-again");
        let path = folder.path().join("chain.redb");
        let mut store = RedbStore::open(&path, 1 << 20).unwrap();
        store.commit(&Batch::from([(b"a".to_vec(), Some(b"1".to_vec()))])).unwrap();
        assert!(RedbStore::open(&path, 1 << 20).is_err(), "one process at a time");
        drop(store);
        let store = RedbStore::open(&path, 1 << 20).unwrap();
        assert_eq!(store.get(b"a"), Ok(Some(b"1".to_vec())));
        assert_eq!(store.last(b"", b"b"), Ok(Some((b"a".to_vec(), b"1".to_vec()))));
        assert_eq!(store.last(b"b", b"c"), Ok(None));
    }
}
