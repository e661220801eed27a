//! The archive in IndexedDB: one store for each drawer, binary keys, bytes as values.
//!
//! Its transactions are not strict: what is lost with the power can be recorded, or proven, again.

use super::{
    browser::Browser,
    indexed_db::{Durability, bytes, to_bytes},
    schema::{ALARMS, PROOF_FILES, PROOFS, REQUESTS, TRACES},
    storage,
};
use crate::node::world::{Archive, Drawer, Filing};
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
        let store = store(drawer);
        let keys = self.chain()?.read(&[store], |reading| reading.object_store(store)?.get_all_keys(None, None))?;
        let keys = keys.await.map_err(storage)?;
        Ok(keys.iter().map(|key| Uint8Array::new(key).to_vec()).collect())
    }

    async fn item(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let store = store(drawer);
        let item = self.chain()?.read(&[store], |reading| reading.object_store(store)?.get(bytes(key)))?;
        Ok(item.await.map_err(storage)?.as_ref().and_then(to_bytes))
    }

    async fn file(&self, filings: &[Filing]) -> Result<(), Error> {
        let names: Vec<&str> = filings.iter().map(|filing| store(filing.drawer)).collect();
        let file = || async {
            let writing = self.chain()?.write(&names, Durability::Relaxed)?;
            for Filing { drawer, key, item } in filings {
                match item {
                    Some(item) => writing.put(store(*drawer), &bytes(item), &bytes(key))?,
                    None => writing.delete(store(*drawer), bytes(key))?,
                }
            }
            writing.end().await
        };
        self.with_room(file).await
    }

    async fn empty(&self, drawer: Drawer) -> Result<(), Error> {
        let writing = self.chain()?.write(&[store(drawer)], Durability::Relaxed)?;
        writing.clear(store(drawer))?;
        writing.end().await
    }
}
