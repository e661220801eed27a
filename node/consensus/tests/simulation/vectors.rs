//! Certificates that the engine made, as vectors for the light verifier (docs/vectors/light-engine.json): every certified
//! block of several epochs, whose validators change. `ZERA_BLESS=1` writes the file; the light verifier's own tests run it,
//! natively and in a browser.

use crate::{
    cluster::{Cluster, link},
    ledger::Rules,
    rules,
};
use codec::Encode as _;
use commonware_runtime::{Runner as _, deterministic::Runner};
use std::{fmt::Write as _, sync::Arc, time::Duration};
use zera_consensus::Ledger as _;
use zera_light::{Anchor, Boundary, Finality, Light, Rules as LightRules, Step};
use zera_primitives::{Block, Height, hash::to_hex};

const EPOCH_BLOCKS: u64 = 8;
const EPOCHS: u64 = 6;

#[test]
fn a_light_client_follows_what_the_engine_certifies() {
    Runner::seeded(11).start(|context| async move {
        let rotating = |epoch: u64| (0..5).filter(|index| u64::from(*index) != epoch % 5).collect();
        let rules = Rules { schedule: Arc::new(rotating), ..rules(EPOCH_BLOCKS, 0) };
        let cluster = Cluster::start(context, &rules, 5, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3, 4], EPOCHS * EPOCH_BLOCKS + 4, Duration::from_secs(180)).await);
        let ledger = &cluster.peers[0].ledger;
        let blocks: Vec<Finality> = (1..=ledger.final_height().0)
            .filter_map(|height| ledger.block(Height(height)))
            .filter(|(_, certificate)| !certificate.is_empty())
            .map(|(block, certificate)| Finality { header: Block::from_bytes(&block).unwrap().header, certificate })
            .collect();
        let genesis = rules.genesis().header;
        let chain = LightRules { epoch_blocks: EPOCH_BLOCKS, zero_ms: 0, trusting_slots: 1_000_000 };
        let now_ms = 1_000 * blocks.last().unwrap().header.slot.0;
        let mut light = Light::new(Anchor::of(genesis.hash(), &genesis), genesis.clone(), rules.set(0), chain).unwrap();
        let mut steps = Vec::new();
        for block in blocks {
            let (epoch, block_hex) = (block.header.epoch, to_hex(&block.encode()));
            if chain.is_last(block.header.height) {
                let boundary = Boundary { last: block, next: Some(rules.set(epoch + 1).encode()) };
                assert_eq!(light.boundaries(core::slice::from_ref(&boundary), now_ms), Ok(()));
                steps.push(format!(r#"{{ "boundaries": ["{}"], "now_ms": {now_ms}, "gives": "Ok" }}"#, to_hex(&boundary.encode())));
            } else {
                assert_eq!(light.tip(&block, now_ms), Ok(Step::Advanced));
                steps.push(format!(r#"{{ "tip": "{block_hex}", "now_ms": {now_ms}, "gives": "Advanced" }}"#));
            }
        }
        assert!(light.epoch() >= EPOCHS && steps.len() > 40);
        let mut file = String::new();
        write!(
            file,
            "{{\n  \"format\": \"zera light vectors 1\",\n  \"vectors\": [{{\n    \"name\": \"certificates made by the engine\",\n    \
             \"checkpoint\": \"{}\",\n    \"start\": \"{}\",\n    \"set\": \"{}\",\n    \"epoch_blocks\": {EPOCH_BLOCKS},\n    \
             \"zero_ms\": 0,\n    \"trusting_slots\": 1000000,\n    \"steps\": [\n      {}\n    ]\n  }}]\n}}\n",
            genesis.hash().to_hex(),
            to_hex(&genesis.encode()),
            to_hex(&rules.set(0).encode()),
            steps.join(",\n      "),
        )
        .unwrap();
        if std::env::var_os("ZERA_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/vectors/light-engine.json");
            std::fs::write(path, file).unwrap();
        }
    });
}
