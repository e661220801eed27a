//! What a host stores, pinned: the record, head pointer and base of a fixed chain.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use codec::{Decode, Encode};
use zera_client::{
    Base, Client, Diagnostic, GenesisConfig, HeadPointer, Record, journal,
    light::SealKey,
    primitives::{
        AccountId, Amount, Slot,
        conformance::{bytes_line, line},
        keys::SecretKey,
        tx::Call,
    },
};

#[test]
fn formats_are_those_on_file() {
    let alice = SecretKey::from_seed(&[1; 32]);
    let sealer = SealKey::from_seed(&[2; 32]).unwrap();
    let config = GenesisConfig::demo(alice.public(), sealer.public(), 1_700_000_000_000);
    let (mut client, genesis) = Client::create(&config, Some(sealer)).unwrap();
    let transfer = Call::Transfer { to: AccountId([3; 32]), amount: Amount::zra(1) };
    let refused = Call::Stake { amount: Amount::zra(10_u64.pow(9)) };
    for call in [transfer, refused] {
        let plan = client.prepare(alice.public(), Slot(1), &[], vec![call]).unwrap();
        let signed = plan.steps[0].transaction.clone().sign(&client.genesis(), &alice);
        client.submit(&signed.encode(), Slot(1)).unwrap();
    }
    let sealed = client.seal(Slot(2), 7).unwrap();
    let (base, pages) = client.compaction().run().unwrap();
    let pages: Vec<&[u8]> = pages.iter().map(|(_, page)| page.as_slice()).collect();
    let base = Base::from_bytes(&base.bytes).unwrap();
    let pointers = [&genesis, &sealed].map(|block| HeadPointer::decode(&mut &*block.head).unwrap());
    let file = journal::export(&client, &Record::from_bytes(&genesis.record).unwrap().header).unwrap();
    let diagnostic = Diagnostic { result: vec![1], cause: Some("cause".into()) };
    zera_client::primitives::check_conformance!(&[
        line("Record", &[Record::from_bytes(&genesis.record).unwrap(), sealed.decoded]),
        line("HeadPointer", &pointers),
        line("Base", &[base]),
        bytes_line("StatePages", &pages),
        line("GenesisConfig", &[config]),
        line("Diagnostic", &[diagnostic]),
        // The file is no SCALE value; its bytes are.
        line("JournalFile", &[file]),
    ]);
}
