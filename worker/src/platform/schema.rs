//! The database's schema: a chain of migrations, each of which makes the next version out of the one before it.
//!
//! Version 1: `records` height → packed record; `index` height → summary, with look-ups by transaction and account;
//! `meta` name → head pointer, the writer's number and those that are shut out; `bases` height → compacted state; `keys` name → wrapped seeds and device keys.
//!
//! Version 2: `pages` name → a page of the state, of which `bases` height → now says only the names. Bases of version 1 go:
//! the client opens from its records and writes a base of the new kind.
//!
//! Version 3: `traces`, `requests`, `proofs`, `proof-files`, `alarms`, each binary key → bytes: the archive. Nothing else
//! changes.

use idb::{Database, DatabaseEvent, IndexParams, KeyPath, ObjectStoreParams, event::VersionChangeEvent};
use zera_primitives::Hash;

/// Name of the database of keys, notes and the solo chain.
pub const NAME: &str = "zera";
/// Digits of its genesis in the name of a network's database.
const DIGITS: usize = 16;

/// Name of the database of a network's chain. It has the same schema; its keys stay empty.
pub fn name_of(genesis: &Hash) -> String {
    let digits: String = genesis.to_string().chars().take(DIGITS).collect();
    format!("{NAME}-{digits}")
}

/// Height → packed record.
pub const RECORDS: &str = "records";
/// Height → summary.
pub const INDEX: &str = "index";
/// Name → bytes.
pub const META: &str = "meta";
/// Height → what names the pages of the state after that block.
pub const BASES: &str = "bases";
/// Name → page of the state.
pub const PAGES: &str = "pages";
/// Name → wrapped seed or device key.
pub const KEYS: &str = "keys";

/// Place of an execution → its record.
pub const TRACES: &str = "traces";
/// Call → what the ledger has said about proofs of it.
pub const REQUESTS: &str = "requests";
/// Hash of a proof's file → what lists show of it.
pub const PROOFS: &str = "proofs";
/// Hash of a proof's file → the file.
pub const PROOF_FILES: &str = "proof-files";
/// Hash of a proof's file → the alarm that it raised.
pub const ALARMS: &str = "alarms";

/// Look-up in [`INDEX`] by transaction hash.
pub const BY_TRANSACTION: &str = "transaction";
/// Look-up in [`INDEX`] by sender.
pub const BY_ACCOUNT: &str = "account";

/// Makes the next version out of the one before it, inside the upgrade transaction.
type Migration = fn(&Database) -> Result<(), idb::Error>;

/// Step `i` makes version `i + 1`. A step, once shipped, never changes.
const MIGRATIONS: &[Migration] = &[first, second, third];

/// The version this client reads and writes.
pub fn version() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Runs the steps that are missing, inside the upgrade transaction that the browser opened.
pub fn migrate(event: &VersionChangeEvent) -> Result<(), idb::Error> {
    let from = usize::try_from(event.old_version()?).unwrap_or(usize::MAX);
    let database = event.database()?;
    MIGRATIONS.iter().skip(from).try_for_each(|step| step(&database))
}

fn first(database: &Database) -> Result<(), idb::Error> {
    for name in [RECORDS, META, BASES, KEYS] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    let index = database.create_object_store(INDEX, ObjectStoreParams::new())?;
    for name in [BY_TRANSACTION, BY_ACCOUNT] {
        let mut params = IndexParams::new();
        params.multi_entry(true);
        index.create_index(name, KeyPath::new_single(name), Some(params))?;
    }
    Ok(())
}

fn second(database: &Database) -> Result<(), idb::Error> {
    database.delete_object_store(BASES)?;
    for name in [BASES, PAGES] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    Ok(())
}

fn third(database: &Database) -> Result<(), idb::Error> {
    for name in [TRACES, REQUESTS, PROOFS, PROOF_FILES, ALARMS] {
        database.create_object_store(name, ObjectStoreParams::new())?;
    }
    Ok(())
}
