//! Fuzz targets: whatever bytes a peer or a disk gives, the light client answers with a typed error or with what is true;
//! it never panics and never believes what nobody signed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use bolero::check;
use codec::{Decode as _, Encode as _};
use std::sync::LazyLock;
use zera_light::{
    Anchor, Certificate, Evidence, Light, ValidatorSet,
    evidence::Side,
    synthetic::{Chain, Shape},
};
use zera_primitives::{Hash, Header};
use zera_wire::answer::{Boundary, Finality};

const SHAPE: Shape = Shape { seed: 5, validators: 4, turnover: 1, epoch_blocks: 10 };
const NOW: u64 = 100;

static CHAIN: LazyLock<Chain> = LazyLock::new(|| Chain::new(SHAPE));
static BOUNDARIES: LazyLock<Vec<Boundary>> = LazyLock::new(|| (0..3).map(|epoch| CHAIN.boundary(epoch)).collect());
static TIP: LazyLock<Finality> = LazyLock::new(|| CHAIN.block(35));
static FOLLOWED: LazyLock<Light> = LazyLock::new(|| {
    let mut light = CHAIN.light().unwrap();
    light.boundaries(&BOUNDARIES, CHAIN.time_ms(NOW)).unwrap();
    light
});

/// `bytes` laid over `real` at a place that its first two bytes choose, cut where the third says.
fn splice(real: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut out = real.to_vec();
    let [a, b, c, rest @ ..] = bytes else { return bytes.to_vec() };
    if *c == 0 {
        return rest.to_vec();
    }
    let at = usize::from(u16::from_le_bytes([*a, *b])) % out.len();
    for (to, from) in out.iter_mut().skip(at).zip(rest) {
        *to = *from;
    }
    if *c < 16 {
        out.truncate(out.len() * usize::from(*c) / 16);
    }
    out
}

#[test]
fn fuzz_tip() {
    let real = TIP.encode();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let Ok(block) = Finality::decode(&mut &*splice(&real, bytes)) else { return };
        let mut light = FOLLOWED.clone();
        if light.tip(&block, CHAIN.time_ms(NOW)).is_ok() {
            assert!(block.header == TIP.header || light.certified(block.header.height).is_some());
            assert_eq!(block.header, TIP.header, "nobody signed another");
        }
    });
}

#[test]
fn fuzz_boundaries() {
    let real = BOUNDARIES.encode();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let Ok(boundaries) = Vec::<Boundary>::decode(&mut &*splice(&real, bytes)) else { return };
        let mut light = CHAIN.light().unwrap();
        let _ = light.boundaries(&boundaries, CHAIN.time_ms(NOW));
        for mark in light.way() {
            assert_eq!(mark.next, BOUNDARIES[mark.epoch as usize].last.header.next_validators);
        }
        assert_eq!(light.set(light.epoch()), Some(&CHAIN.set(light.epoch())));
        assert!(light.evidence().is_none());
    });
}

#[test]
fn fuzz_saved_light() {
    let mut light = FOLLOWED.clone();
    light.tip(&TIP, CHAIN.time_ms(NOW)).unwrap();
    let real = light.to_bytes();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        if let Ok(opened) = Light::from_bytes(&splice(&real, bytes)) {
            assert_eq!(Light::from_bytes(&opened.to_bytes()).unwrap().to_bytes(), opened.to_bytes());
        }
    });
}

#[test]
fn fuzz_evidence() {
    let side =
        |header: Header, places: &[usize]| Side { block: CHAIN.certified(header, Some(places)), set: CHAIN.set(2) };
    let other = Header { state_root: Hash::ZERO, ..CHAIN.lone(25) };
    let real = Evidence::new(CHAIN.rules(), side(CHAIN.lone(25), &[0, 1, 2]), side(other, &[1, 2, 3])).to_bytes();
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let bytes = splice(&real, bytes);
        if let Ok(evidence) = Evidence::from_bytes(&bytes) {
            assert_eq!(evidence.to_bytes(), bytes);
            if evidence.verify().is_ok() {
                assert!(evidence.signers().iter().all(|signer| CHAIN.set(2).keys().contains(signer)));
            }
        }
    });
}

#[test]
fn fuzz_certificate_and_set() {
    let (certificate, set) = (TIP.certificate.clone(), CHAIN.set(3).encode());
    check!().with_type::<Vec<u8>>().for_each(|bytes| {
        if let Ok(read) = Certificate::from_bytes(&splice(&certificate, bytes)) {
            assert_eq!(Certificate::from_bytes(&read.to_bytes()), Ok(read));
        }
        let bytes = splice(&set, bytes);
        if let Ok(read) = ValidatorSet::from_bytes(&bytes) {
            assert_eq!(read.encode(), bytes);
        }
    });
}

#[test]
fn fuzz_checkpoint_text() {
    check!().with_type::<String>().for_each(|text| {
        if let Ok(anchor) = text.parse::<Anchor>() {
            assert_eq!(anchor.to_string().parse(), Ok(anchor));
        }
    });
}
