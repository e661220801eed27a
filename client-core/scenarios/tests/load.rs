//! Blocks of every kind of transaction and of proposal: whoever takes them in comes to the same headers and records, and a
//! chain made from the same seed is the same everywhere.

use std::path::Path;
use zera_client::{Client, zip::now};
use zera_scenarios::load::{CALLS, Load};

/// Blocks of the chain whose head is on file.
const BLOCKS: u64 = 1_500;
/// The head's header after as many blocks from seed 1. A change of the rules changes it; then it is its own reviewed line.
const HEAD: &str = "d51b11e183ab51886d3249c0e99df7b701ba6c8cc6a7c5c0d0996b74223c9b81";

fn modules(name: &str) -> Option<Vec<u8>> {
    let prebuilt = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/prebuilt");
    std::fs::read(prebuilt.join(format!("{name}.wasm"))).ok()
}

#[test]
fn a_follower_comes_to_the_same_chain_over_all_kinds() {
    let blocks = if std::env::var_os("ZERA_LONG").is_some() { 100_000 } else { BLOCKS };
    let mut load = Load::new(1, &modules).unwrap();
    let mut follower = Client::create(&Load::config(), None).unwrap().0;
    let mut head = String::new();
    for height in 1..=blocks {
        let (block, certificate) = load.make().unwrap();
        // Every seventh is final by its child alone.
        let certificate = Some(&certificate).filter(|_| height % 7 != 0);
        now(follower.accept(&block, certificate)).unwrap().unwrap();
        if height == BLOCKS {
            head = block.header.hash().to_hex();
        }
    }
    assert_eq!(follower.head(), load.client().head());
    for kind in CALLS {
        let [tried, done] = load.kinds().get(kind).copied().unwrap_or_default();
        // A proof that holds takes a prover; here it is refused for what it is.
        assert!(tried > 0 && (done > 0 || kind == "submit_proof"), "{kind}: {tried} in blocks, {done} successful");
    }
    let proposed = load.payloads().values().filter(|sums| sums[0] > 0).count();
    assert_eq!(proposed, 12, "{:?}", load.payloads());
    let enacted: u64 = load.payloads().values().map(|sums| sums[1]).sum();
    assert!(enacted > 10, "{:?}", load.payloads());
    assert_eq!(head, HEAD);
}
