//! Small things that this browser keeps beside the chain, in the store of names.

use super::{browser::Browser, indexed_db::bytes, indexed_db::finish, indexed_db::get, schema::META, storage};
use crate::node::world::Notes;
use wasm_bindgen::JsValue;
use zera_worker_protocol::Error;

/// Keeps these names apart from the head pointer's and the leader's.
fn name_of(name: &str) -> JsValue {
    JsValue::from_str(&format!("note-{name}"))
}

impl Notes for Browser {
    async fn note(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let transaction = self.db()?.read(&[META])?;
        get(&transaction.object_store(META).map_err(storage)?, name_of(name)).await
    }

    async fn keep_note(&self, name: &str, note: &[u8]) -> Result<(), Error> {
        let transaction = self.lead(&[META]).await?;
        let meta = transaction.object_store(META).map_err(storage)?;
        meta.put(&bytes(note), Some(&name_of(name))).map(drop).map_err(storage)?;
        finish(transaction).await
    }
}
