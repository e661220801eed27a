//! This crate's formats on file.

use crate::{
    Anchor, Evidence,
    certificate::{SealKey, seal, tests::header},
    evidence::Side,
    synthetic::{Chain, Shape},
    validators::ValidatorSet,
};
use zera_primitives::conformance::{bytes_line, line};
use zera_primitives::{Hash, Header};

#[test]
fn formats_are_those_on_file() {
    let keys = [1, 2].map(|seed| SealKey::from_seed(&[seed; 32]).unwrap());
    let set = ValidatorSet::new(keys.iter().map(SealKey::public).collect()).unwrap();
    let certificate = seal(&header(), &keys[0]).unwrap();
    let chain = Chain::new(Shape { seed: 1, validators: 4, turnover: 1, epoch_blocks: 10 });
    let mut light = chain.light().unwrap();
    let begun = light.to_bytes();
    light.boundaries(&[chain.boundary(0), chain.boundary(1)], chain.time_ms(50)).unwrap();
    light.tip(&chain.block(25), chain.time_ms(50)).unwrap();
    let side = |header: Header| Side { block: chain.certified(header, None), set: chain.set(2) };
    let twin = Header { state_root: Hash::ZERO, ..chain.lone(25) };
    let evidence = Evidence::new(chain.rules(), side(chain.lone(25)), side(twin));
    let anchors =
        [Anchor::of(chain.genesis().hash(), chain.genesis()), Anchor::of(chain.genesis().hash(), light.head())];
    let texts = anchors.map(|anchor| anchor.to_string());
    zera_primitives::check_conformance!(&[
        bytes_line("checkpoint as text", &[texts[0].as_bytes(), texts[1].as_bytes()]),
        bytes_line("file of evidence", &[&evidence.to_bytes()]),
        bytes_line("saved light client", &[&begun, &light.to_bytes()]),
        bytes_line("Certificate", &[&certificate.to_bytes()]),
        bytes_line("hash of validator set", &[&set.hash().0]),
        line("ValidatorSet", &[set]),
    ]);
}
