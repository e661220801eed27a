//! The journal file: what an honest one says, that any one bit of it counts, and what a forger can and cannot do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod world;

use codec::{Decode, Encode};
use std::ops::Range;
use world::{SEALER, World, prebuilt};
use zera_client::{
    Client, Record,
    journal::{self, FORMAT, JournalError, MAGIC, Preamble},
    light::{self, SealKey},
    primitives::{Amount, Hash, Header, Height, tx::Call},
    registry::{
        Deed,
        journal::{Entry, Head},
    },
};

fn genesis(world: &World) -> Header {
    Record::from_bytes(&world.records[0]).unwrap().header
}

fn file(world: &World) -> Vec<u8> {
    journal::export(&world.client, &genesis(world)).unwrap()
}

/// The lending chain, and some modules more.
fn busy() -> World {
    let mut world = World::lending();
    let code = prebuilt("counter");
    for start in 0..6u64 {
        let deploy = Call::Deploy { code: Hash::of(&code), args: start.encode(), value: Amount::ZERO };
        world.send(2, std::slice::from_ref(&code), vec![deploy], false);
        world.seal(1);
    }
    world
}

/// A file in parts.
struct Parts {
    preamble: Preamble,
    entries: Vec<Vec<u8>>,
    /// Where each entry stands, its length and the hash beside it included.
    spans: Vec<Range<usize>>,
}

fn parts(file: &[u8]) -> Parts {
    let length = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut at = MAGIC.len() + 2;
    let preamble = Preamble::decode(&mut &file[at + 4..][..length(at)]).unwrap();
    at += 4 + length(at);
    let (mut entries, mut spans) = (Vec::new(), Vec::new());
    while at < file.len() {
        entries.push(file[at + 4..][..length(at)].to_vec());
        spans.push(at..at + 4 + length(at) + 32);
        at = spans.last().unwrap().end;
    }
    Parts { preamble, entries, spans }
}

/// The file of these parts, the hashes beside the entries made to fit.
fn assembled(preamble: &Preamble, entries: &[Vec<u8>]) -> Vec<u8> {
    let frame = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
    let mut file = [MAGIC.as_slice(), &FORMAT.to_le_bytes(), &frame(&preamble.encode())].concat();
    let mut head = Head::default();
    for bytes in entries {
        let entry = Entry::decode(&mut bytes.as_slice()).unwrap();
        head = head.after(&entry);
        file.extend([frame(bytes), head.chain.0.to_vec()].concat());
    }
    file
}

#[test]
fn an_honest_file_says_what_happened() {
    let world = busy();
    let checked = journal::check(&file(&world)).unwrap();
    let head = world.client.head();
    assert_eq!((checked.genesis, checked.height, checked.slot), (world.client.genesis(), head.height, head.slot));
    assert_eq!((checked.block, checked.signers, checked.needed), (head.hash(), 1, 1));
    let deeds: Vec<&Deed> = checked.entries.iter().map(|entry| &entry.deed).collect();
    assert!(matches!(deeds[0], Deed::Deployed { .. }));
    let (v1, v2) = (Hash::of(&prebuilt("lending-v1")), Hash::of(&prebuilt("lending-v2")));
    let upgraded = checked.entries.iter().find(|entry| matches!(entry.deed, Deed::Upgraded { .. })).unwrap();
    assert!(matches!(upgraded.deed, Deed::Upgraded { old_code, new_code, .. } if (old_code, new_code) == (v1, v2)));
    assert_eq!((upgraded.module, upgraded.vote.unwrap().proposal.0), (Some(world.modules[0]), 1));
    assert!(deeds.iter().any(|deed| matches!(deed, Deed::Configured { .. })));
    let indices: Vec<u64> = checked.entries.iter().map(|entry| entry.index).collect();
    assert_eq!(indices, (0..checked.entries.len() as u64).collect::<Vec<_>>());
}

#[test]
fn a_chain_to_which_nothing_happened_has_an_empty_journal() {
    let mut world = World::new();
    for height in 0..2 {
        let checked = journal::check(&file(&world)).unwrap();
        assert_eq!((checked.height, checked.entries.len()), (Height(height), 0));
        assert_eq!(checked.genesis, world.client.genesis());
        world.seal(1);
    }
    let other = Header { epoch: 7, ..genesis(&world) };
    assert!(journal::export(&world.client, &other).is_err());
}

/// Every bit with `ZERA_LONG`, else a sample.
#[test]
fn any_flipped_bit_is_found_and_in_an_entry_it_is_named() {
    let good = file(&busy());
    let spans = parts(&good).spans;
    assert!(spans.len() > 7);
    let bits = good.len() * 8;
    let random = |n: u64| u64::from_le_bytes(Hash::of(&n.to_le_bytes()).0[..8].try_into().unwrap());
    let sample = (0..2_000).map(|n| random(n) as usize % bits);
    // In a sample, too, every byte of the first and last entry and of what stands before the preamble.
    let edges = [0..MAGIC.len() + 6, spans[0].clone(), spans[spans.len() - 1].clone()];
    let edges = edges.into_iter().flatten().map(|byte| byte * 8 + byte % 8);
    let places: Vec<usize> =
        if std::env::var_os("ZERA_LONG").is_some() { (0..bits).collect() } else { sample.chain(edges).collect() };
    for bit in places {
        let mut bent = good.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let error = journal::check(&bent).expect_err(&format!("bit {bit} was not noticed"));
        let index = spans.iter().position(|span| span.contains(&(bit / 8))).map(|index| index as u64);
        assert_eq!(error.entry(), index, "bit {bit}: {error}");
    }
}

#[test]
fn a_cut_or_longer_file_is_refused() {
    let good = file(&busy());
    for length in (0..good.len()).step_by(7) {
        assert!(journal::check(&good[..length]).is_err(), "{length} bytes");
    }
    let spans = parts(&good).spans;
    let cut = journal::check(&good[..spans[spans.len() - 1].start]);
    let counted = spans.len() as u64;
    assert_eq!(cut, Err(JournalError::Count { found: counted - 1, counted }));
    let longer = [good.as_slice(), &[0]].concat();
    assert!(matches!(journal::check(&longer), Err(JournalError::Entry { index, .. }) if index == counted));
}

#[test]
fn a_forger_who_makes_the_hashes_fit_is_found_at_the_state_root() {
    let good = file(&busy());
    let Parts { preamble, mut entries, .. } = parts(&good);
    assert_eq!(assembled(&preamble, &entries), good);
    let mut entry = Entry::decode(&mut entries[1].as_slice()).unwrap();
    entry.at.height.0 += 1;
    entries[1] = entry.encode();
    assert_eq!(journal::check(&assembled(&preamble, &entries)), Err(JournalError::OtherHead));
    // With the head, too: the proof is of another one.
    let forged = entries.iter().fold(Head::default(), |head, bytes| head.after(&Entry::decode(&mut &**bytes).unwrap()));
    let lie = Preamble { head: Some(forged), ..preamble.clone() };
    assert!(matches!(journal::check(&assembled(&lie, &entries)), Err(JournalError::Proof { .. })));
    // As if nothing had happened.
    let nothing = Preamble { head: None, ..preamble.clone() };
    assert!(matches!(journal::check(&assembled(&nothing, &[])), Err(JournalError::Proof { .. })));
    // An order of one's own.
    let mut entries = parts(&good).entries;
    entries.swap(1, 2);
    assert_eq!(journal::check(&assembled(&preamble, &entries)).unwrap_err().entry(), Some(1));
}

#[test]
fn a_header_nobody_signed_proves_nothing() {
    let world = busy();
    let Parts { preamble, entries, .. } = parts(&file(&world));
    let check = |change: &dyn Fn(&mut Preamble)| {
        let mut preamble = preamble.clone();
        change(&mut preamble);
        journal::check(&assembled(&preamble, &entries)).unwrap_err()
    };
    let unsigned = check(&|p| p.header.state_root = Hash::ZERO);
    assert!(matches!(unsigned, JournalError::Certificate { .. }), "{unsigned}");
    // A thief's own key, certificate and all: the genesis block names another one.
    let thief = SealKey::from_seed(&[66; 32]).unwrap();
    let set = light::ValidatorSet::solo(thief.public()).unwrap();
    let stolen = check(&|p| {
        p.header.validators = set.hash();
        p.validators = set.encode();
        p.certificate = light::seal(&p.header, &thief).unwrap().to_bytes();
    });
    assert_eq!(stolen, JournalError::OtherSigners);
    // A chain of his own under the name of this one.
    assert_eq!(check(&|p| p.genesis.validators = set.hash()), JournalError::OtherChain);
    assert_eq!(check(&|p| p.config.zero_ms += 1), JournalError::OtherConfig);
    assert!(matches!(check(&|p| p.validators = Vec::<[u8; 32]>::new().encode()), JournalError::Validators(_)));
    // The signer itself can sign what it likes; that is what a network of validators is for. Here: an older block.
    let config = zera_client::GenesisConfig { accounts: Vec::new(), ..world.client.config().clone() };
    let (other, sealed) = Client::create(&config, SealKey::from_seed(&SEALER).ok()).unwrap();
    let foreign = journal::export(&other, &sealed.decoded.header).unwrap();
    assert_ne!(journal::check(&foreign).unwrap().genesis, world.client.genesis(), "its name tells it apart");
}
