//! A chain of other rules is told apart from a damaged one: nothing is stepped back, nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

use codec::Encode;
use zera_client::{
    Client, ClientError, GenesisConfig, HeadPointer, Stored,
    light::{SealKey, seal},
    primitives::{AccountId, Hash, Height},
    record::{STORAGE_FORMAT, record_hash},
};

fn key() -> SealKey {
    SealKey::from_seed(&[7; 32]).unwrap()
}

/// The genesis block of a chain whose header names the rules `runtime`.
fn chain(runtime: Option<Hash>) -> Stored {
    let config = GenesisConfig::demo(AccountId([1; 32]), key().public(), 0);
    let mut record = Client::create(&config, Some(key())).unwrap().1.decoded;
    if let Some(runtime) = runtime {
        record.header.runtime = runtime;
        record.certificate = seal(&record.header, &key()).unwrap().to_bytes();
    }
    let bytes = record.encode();
    let (height, header) = (Height(0), record.header.hash());
    let head = HeadPointer { format: STORAGE_FORMAT, height, header, record: record_hash(&bytes) }.encode();
    Stored { head, base: None, records: vec![(height, bytes)] }
}

#[test]
fn only_these_rules_open() {
    assert!(Client::open(&chain(None), Some(key())).is_ok());
    let other = Client::open(&chain(Some(Hash::of(b"older rules"))), Some(key()));
    assert!(matches!(other, Err(ClientError::OtherRules(Height(0)))), "{:?}", other.err());
}
