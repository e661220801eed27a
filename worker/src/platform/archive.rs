//! The archive in IndexedDB: one store for each drawer, binary keys, bytes as values.
//!
//! Its transactions are not strict: what is lost with the power can be recorded, or proven, again.

use super::{
    browser::Browser,
    indexed_db::{bytes, finish, get},
    schema::{ALARMS, META, PROOF_FILES, PROOFS, REQUESTS, TRACES},
    storage,
};
use crate::node::world::{Archive, Drawer, Filing};
use idb::Query;
use js_sys::Uint8Array;
use zera_worker_protocol::Error;

const fn store(drawer: Drawer) -> &'static str {
    match drawer {
        Drawer::Traces => TRACES,
        Drawer::Requests => REQUESTS,
        Drawer::Proofs => PROOFS,
        Drawer::ProofFiles => PROOF_FILES,
        Drawer::Alarms => ALARMS,
    }
}

impl Archive for Browser {
    async fn keys_in(&self, drawer: Drawer) -> Result<Vec<Vec<u8>>, Error> {
        let reading = self.db()?.read(&[store(drawer)])?;
        let store = reading.object_store(store(drawer)).map_err(storage)?;
        let keys = store.get_all_keys(None, None).map_err(storage)?.await.map_err(storage)?;
        Ok(keys.iter().map(|key| Uint8Array::new(key).to_vec()).collect())
    }

    async fn item(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let reading = self.db()?.read(&[store(drawer)])?;
        get(&reading.object_store(store(drawer)).map_err(storage)?, bytes(key)).await
    }

    async fn file(&self, filings: &[Filing]) -> Result<(), Error> {
        let mut names = vec![META];
        names.extend(filings.iter().map(|filing| store(filing.drawer)));
        let writing = self.lead_relaxed(&names).await?;
        for Filing { drawer, key, item } in filings {
            let store = writing.object_store(store(*drawer)).map_err(storage)?;
            match item {
                Some(item) => store.put(&bytes(item), Some(&bytes(key))).map(drop).map_err(storage)?,
                None => store.delete(Query::Key(bytes(key))).map(drop).map_err(storage)?,
            }
        }
        finish(writing).await
    }

    async fn empty(&self, drawer: Drawer) -> Result<(), Error> {
        let writing = self.lead_relaxed(&[store(drawer), META]).await?;
        writing.object_store(store(drawer)).and_then(|store| store.clear()).map_err(storage)?;
        finish(writing).await
    }
}
