//! Small things that this browser keeps beside the chain, in the store of names.
//!
//! What was read and written is remembered: should the storage vanish underneath, settings and the network that was joined
//! need not be asked for again.

use super::{
    browser::Browser,
    indexed_db::{Durability, bytes, to_bytes},
    schema::META,
    storage,
    store::Store,
};
use crate::node::world::Notes;
use std::{cell::RefCell, collections::BTreeMap};
use wasm_bindgen::JsValue;
use zera_worker_protocol::Error;

thread_local! {
    static KNOWN: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps these names apart from the head pointer's and the writer's.
fn name_of(name: &str) -> JsValue {
    JsValue::from_str(&format!("note-{name}"))
}

fn remember(name: &str, note: &[u8]) {
    KNOWN.with_borrow_mut(|known| known.insert(name.into(), note.to_vec()));
}

/// After the storage vanished: stores what is remembered. Otherwise another worker may have changed it meanwhile.
pub async fn put_back(home: &Store, vanished: bool) -> Result<(), Error> {
    let known = KNOWN.take();
    if known.is_empty() || !vanished {
        return Ok(());
    }
    let writing = home.write(&[META], Durability::Strict)?;
    for (name, note) in &known {
        writing.put(META, &bytes(note), &name_of(name))?;
    }
    writing.end().await
}

impl Notes for Browser {
    async fn note(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let note = self.home()?.read(&[META], |reading| reading.object_store(META)?.get(name_of(name)))?;
        let note = note.await.map_err(storage)?.as_ref().and_then(to_bytes);
        note.iter().for_each(|note| remember(name, note));
        Ok(note)
    }

    async fn keep_note(&self, name: &str, note: &[u8]) -> Result<(), Error> {
        remember(name, note);
        let put = || async {
            let writing = self.home()?.write(&[META], Durability::Strict)?;
            writing.put(META, &bytes(note), &name_of(name))?;
            writing.end().await
        };
        self.with_room(put).await
    }
}
