//! Fuzz targets of every decoder the chain has: any bytes give a value or a typed error, never a panic, and a value
//! that decodes encodes to the same bytes. `cargo xtask test --long` runs each for 60 s, CI a fixed number of inputs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use bolero::check;
use codec::Encode;
use std::fs;
use zera_client::{
    Base, Client, HeadPointer, Record, Stored, journal,
    light::{Certificate, SealKey},
    primitives::{Amount, Block, Hash, Height, Manifest, SignedTransaction, Slot, keys::SecretKey, tx::Call},
    state::merkle::Proof,
    vm,
};

/// Inputs that begin like real ones reach deeper than noise.
fn prebuilt(name: &str) -> Vec<u8> {
    let path = format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    fs::read(path).unwrap_or_default()
}

/// `bytes` laid over `real` at a place that its first two bytes choose, cut where the third says.
fn splice(real: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut out = real.to_vec();
    let [a, b, c, rest @ ..] = bytes else { return bytes.to_vec() };
    if out.is_empty() || *c == 0 {
        return rest.to_vec();
    }
    let at = usize::from(u16::from_le_bytes([*a, *b])) % out.len();
    for (to, from) in out.iter_mut().skip(at).zip(rest) {
        *to = *from;
    }
    if *c < 32 {
        out.truncate(out.len() * usize::from(*c) / 32);
    }
    out
}

#[test]
fn fuzz_transaction() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        if let Ok(signed) = SignedTransaction::from_bytes(bytes) {
            assert_eq!(&signed.encode(), bytes);
        }
    });
}

#[test]
fn fuzz_block() {
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        if let Ok(block) = Block::from_bytes(bytes) {
            assert_eq!(&block.encode(), bytes);
        }
        let _ = Certificate::from_bytes(bytes);
        let _ = Proof::from_bytes(bytes);
    });
}

#[test]
fn fuzz_manifest() {
    let code = prebuilt("token");
    let real = vm::validate(&code).ok().and_then(|info| info.manifest).unwrap_or_default();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let _ = Manifest::from_bytes(bytes);
        if let Ok(manifest) = Manifest::from_bytes(&splice(&real, bytes)) {
            assert!(manifest.exports.len() <= 512);
        }
    });
}

#[test]
fn fuzz_wasm() {
    let real = prebuilt("counter");
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let code = splice(&real, bytes);
        if let Ok(info) = vm::validate(&code) {
            let instrumented = vm::instrument(&code, &info).expect("what validates can be instrumented");
            assert!(instrumented.starts_with(b"\0asm"));
        }
    });
}

#[test]
fn fuzz_snapshot() {
    let seed = [7; 32];
    let sealer = SealKey::from_seed(&seed).unwrap();
    let config = zera_client::GenesisConfig::demo(sealer.public(), sealer.public(), 0);
    let (client, sealed) = Client::create(&config, Some(sealer)).unwrap();
    let (base, pages) = client.compaction().run().unwrap();
    let base = base.bytes;
    // Behind a good digest, so that more than the digest is tried.
    let sealed_again = |bytes: &[u8]| zera_state::record::seal(bytes);
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let _ = HeadPointer::from_bytes(bytes);
        let _ = Record::from_bytes(bytes);
        let _ = Base::from_bytes(bytes);
        let open = |base: Option<Vec<u8>>, record: Vec<u8>| {
            let stored = Stored { head: sealed.head.clone(), base, records: vec![(Height(0), record)] };
            let loaded = zera_state::merkle::Pages::default();
            for (name, page) in &pages {
                let _ = loaded.supply(*name, Some(&splice(page, bytes)));
                loaded.supply(*name, Some(page)).unwrap();
            }
            let opened = Client::open_on(&stored, &loaded, SealKey::from_seed(&seed).ok());
            if let Ok((client, _)) = opened {
                assert_eq!(client.head().hash(), sealed.decoded.header.hash());
            }
        };
        open(None, splice(&sealed.record, bytes));
        open(Some(splice(&base, bytes)), Vec::new());
        open(Some(sealed_again(&splice(&base[32..], bytes))), Vec::new());
    });
}

#[test]
fn fuzz_journal() {
    let sealer = SealKey::from_seed(&[7; 32]).unwrap();
    let config = zera_client::GenesisConfig::demo(sealer.public(), sealer.public(), 0);
    let (mut client, genesis) = Client::create(&config, Some(sealer)).unwrap();
    let secret = SecretKey::from_seed(&[7; 32]);
    let code = prebuilt("counter");
    let deploy = Call::Deploy { code: Hash::of(&code), args: 0u64.encode(), value: Amount::ZERO };
    for step in client.prepare(secret.public(), Slot(1), &[code], vec![deploy]).unwrap().steps {
        client.submit(&step.transaction.sign(&client.genesis(), &secret).encode(), Slot(1)).unwrap();
    }
    client.seal(Slot(1), 0).unwrap();
    let real = journal::export(&client, &genesis.decoded.header).unwrap();
    assert_eq!(journal::check(&real).unwrap().entries.len(), 1);
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        assert!(journal::check(bytes).is_err());
        let spliced = splice(&real, bytes);
        assert_eq!(journal::check(&spliced).is_ok(), spliced == real, "other bytes are another file");
    });
}
