//! From genesis or a checkpoint to the tip, and everything that must not be believed on the way.

use super::*;
use crate::{
    certificate::{Certificate, CertificateError, certify},
    evidence::Clash,
    headers::HeaderError,
    synthetic::{Chain, Shape},
};
use zera_primitives::{Slot, block::HEADER_FORMAT};
use zera_wire::answer::Boundary;

const SHAPE: Shape = Shape { seed: 1, validators: 4, turnover: 1, epoch_blocks: 10 };
const NOW: u64 = 400;

fn chain() -> Chain {
    Chain::new(SHAPE)
}

fn now(chain: &Chain) -> u64 {
    chain.time_ms(NOW)
}

/// A client that has passed `epochs` boundaries.
fn at(chain: &Chain, epochs: u64) -> Light {
    let mut light = chain.light().unwrap();
    let boundaries: Vec<Boundary> = (0..epochs).map(|epoch| chain.boundary(epoch)).collect();
    light.boundaries(&boundaries, now(chain)).unwrap();
    light
}

/// `header` signed by a quorum of the set of its epoch after `change`.
fn bent(chain: &Chain, height: u64, change: impl FnOnce(&mut Header)) -> Finality {
    let mut header = chain.lone(height);
    change(&mut header);
    chain.certified(header, None)
}

#[test]
fn it_goes_from_genesis_to_the_tip() {
    let chain = chain();
    let mut light = chain.light().unwrap();
    assert_eq!((light.head(), light.epoch()), (chain.genesis(), 0));
    assert_eq!(light.tip(&chain.block(5), now(&chain)), Ok(Step::Advanced));
    assert_eq!(light.tip(&chain.block(25), now(&chain)), Err(LightError::Gap { needed: 0, given: 2 }));
    light.boundaries(&[chain.boundary(0), chain.boundary(1)], now(&chain)).unwrap();
    assert_eq!((light.epoch(), light.height()), (2, Height(19)));
    let tip = chain.block(25);
    assert_eq!(light.tip(&tip, now(&chain)), Ok(Step::Advanced));
    assert_eq!(light.tip(&tip, now(&chain)), Ok(Step::Known));
    assert_eq!(light.tip(&chain.block(22), now(&chain)), Ok(Step::Older));
    assert_eq!(light.tip(&chain.block(3), now(&chain)), Ok(Step::Older), "the set of a past epoch is kept");
    assert_eq!((light.head(), light.finality()), (&tip.header, Some(&tip)));
    let way: Vec<_> = light.way().map(|mark| (mark.epoch, mark.height.0, mark.next)).collect();
    assert_eq!(way, [(0, 9, chain.set(1).hash()), (1, 19, chain.set(2).hash())]);
    assert_eq!(light.set(2), Some(&chain.set(2)));
}

#[test]
fn it_follows_linked_blocks_over_a_boundary() {
    let chain = chain();
    let mut light = at(&chain, 2);
    let mut parent = light.head().hash();
    for height in 20..35 {
        let header = chain.header(height, parent);
        parent = header.hash();
        let block = chain.certified(header, None);
        if light.rules().is_last(Height(height)) {
            let next = Some(chain.set(light.epoch() + 1).encode());
            light.boundaries(&[Boundary { last: block, next }], now(&chain)).unwrap();
        } else {
            assert_eq!(light.tip(&block, now(&chain)), Ok(Step::Advanced));
        }
    }
    assert_eq!((light.height(), light.epoch()), (Height(34), 3));
}

#[test]
fn it_begins_at_a_checkpoint_and_at_no_other_block() {
    let chain = chain();
    let genesis = chain.genesis().hash();
    let start = chain.lone(29);
    let anchor = Anchor::of(genesis, &start);
    let mut light = Light::new(anchor, start.clone(), chain.set(2), chain.rules()).unwrap();
    assert_eq!(light.tip(&chain.block(30), now(&chain)), Err(LightError::Gap { needed: 2, given: 3 }));
    light.boundaries(&[chain.boundary(2), chain.boundary(3)], now(&chain)).unwrap();
    assert_eq!(light.tip(&chain.block(45), now(&chain)), Ok(Step::Advanced));

    let refused = |anchor, start, set| Light::new(anchor, start, set, chain.rules()).err();
    let other = Header { state_root: Hash::ZERO, ..start.clone() };
    assert_eq!(refused(anchor, other, chain.set(2)), Some(LightError::Anchor));
    assert_eq!(refused(anchor, start.clone(), chain.set(3)), Some(LightError::OtherSet));
    let elsewhere = Anchor { genesis: Hash::ZERO, ..anchor };
    assert_eq!(refused(elsewhere, start.clone(), chain.set(2)), Some(LightError::Anchor));
    let wrong_epoch = Header { epoch: 3, ..start };
    let anchor = Anchor::of(genesis, &wrong_epoch);
    assert_eq!(refused(anchor, wrong_epoch, chain.set(2)), Some(LightError::Header(HeaderError::Epoch)));
    // A certified block that contradicts the checkpoint: one of the two is wrong, and nobody can say which.
    let mut light =
        Light::new(Anchor::of(genesis, &chain.lone(25)), chain.lone(25), chain.set(2), chain.rules()).unwrap();
    for wrong in
        [bent(&chain, 25, |h| h.state_root = Hash::ZERO), bent(&chain, 27, |h| h.slot = Slot(24)), chain.block(26)]
    {
        assert_eq!(light.tip(&wrong, now(&chain)), Err(LightError::Anchor));
    }
    assert!(light.evidence().is_none());
}

#[test]
fn what_a_header_says_of_itself_is_checked() {
    let chain = chain();
    let mut light = at(&chain, 2);
    let mut refused = |change: fn(&mut Header)| light.tip(&bent(&chain, 25, change), now(&chain)).unwrap_err();
    assert_eq!(refused(|h| h.format = HEADER_FORMAT + 1), LightError::Header(HeaderError::Format(HEADER_FORMAT + 1)));
    assert_eq!(refused(|h| h.chain = Hash::ZERO), LightError::Header(HeaderError::OtherChain));
    assert_eq!(refused(|h| h.epoch = 1), LightError::Header(HeaderError::Epoch));
    assert_eq!(refused(|h| h.height = Height(30)), LightError::Header(HeaderError::Epoch));
    assert_eq!(refused(|h| h.slot = Slot(NOW + 601)), LightError::Ahead(Slot(NOW + 601)));
    assert_eq!(refused(|h| h.validators = Hash::ZERO), LightError::Certificate(CertificateError::OtherSet));
    assert_eq!(light.tip(&bent(&chain, 25, |h| h.slot = Slot(NOW + 600)), now(&chain)), Ok(Step::Advanced));
}

#[test]
fn certificates_of_others_count_for_nothing() {
    let chain = chain();
    let mut light = at(&chain, 2);
    let header = chain.lone(25);
    let mut tip = |certificate: Certificate| {
        let block = Finality { header: header.clone(), certificate: certificate.to_bytes() };
        light.tip(&block, now(&chain)).unwrap_err()
    };
    let views = (25, 24);
    // Validators of another epoch, all but one of whom belong to this one: the one who left counts for nothing.
    let former = certify(&header, views, &chain.keys(1), &[0, 1, 2, 3]).unwrap();
    assert!(matches!(tip(former), LightError::Certificate(CertificateError::BadSignature(_))));
    // A stranger's set, and another chain's.
    let stranger = certify(&header, views, &Chain::new(Shape { seed: 9, ..SHAPE }).keys(2), &[0, 1, 2]).unwrap();
    assert!(matches!(tip(stranger), LightError::Certificate(CertificateError::BadSignature(_))));
    let few = certify(&header, views, &chain.keys(2), &[0, 3]).unwrap();
    assert_eq!(tip(few), LightError::Certificate(CertificateError::TooFew { have: 2, need: 3 }));
    let five = certify(&header, views, &Chain::new(Shape { validators: 5, ..SHAPE }).keys(2), &[0, 1, 2, 3]).unwrap();
    assert_eq!(tip(five), LightError::Certificate(CertificateError::Malformed));
    // A header of this epoch with the certificate of the same votes in the epoch before.
    let stale = Header { epoch: 1, ..header.clone() };
    let stale = certify(&stale, views, &chain.keys(2), &[0, 1, 2]).unwrap();
    assert_eq!(tip(stale), LightError::Certificate(CertificateError::OtherBlock));
    let mut bytes = chain.certified(header.clone(), None).certificate;
    *bytes.last_mut().unwrap() ^= 1;
    let wrong = Finality { header: header.clone(), certificate: bytes };
    assert!(matches!(light.tip(&wrong, now(&chain)), Err(LightError::Certificate(CertificateError::BadSignature(_)))));
    let all = chain.certified(header, Some(&[0, 1, 2, 3]));
    assert_eq!(light.tip(&all, now(&chain)), Ok(Step::Advanced));
}

#[test]
fn a_bad_boundary_stops_at_those_before_it() {
    let chain = chain();
    let good: Vec<Boundary> = (0..5).map(|epoch| chain.boundary(epoch)).collect();
    let refused = |bad: Boundary| {
        let mut light = chain.light().unwrap();
        let mut boundaries = good.clone();
        boundaries[2] = bad;
        let error = light.boundaries(&boundaries, now(&chain)).unwrap_err();
        assert_eq!(light.epoch(), 2, "{error}");
        light.boundaries(&good, now(&chain)).unwrap();
        assert_eq!(light.epoch(), 5);
        error
    };
    let good = chain.boundary(2);
    assert_eq!(refused(Boundary { next: None, ..good.clone() }), LightError::OtherSet);
    assert_eq!(refused(Boundary { next: Some(chain.set(4).encode()), ..good.clone() }), LightError::OtherSet);
    let mut unordered = chain.set(3).keys().to_vec();
    unordered.reverse();
    assert!(matches!(refused(Boundary { next: Some(unordered.encode()), ..good.clone() }), LightError::Set(_)));
    assert_eq!(refused(Boundary { last: chain.block(28), next: good.next.clone() }), LightError::NotLast(Height(28)));
    assert_eq!(refused(chain.boundary(3)), LightError::Gap { needed: 2, given: 3 });
    let mut forged = good.clone();
    *forged.last.certificate.last_mut().unwrap() ^= 1;
    assert!(matches!(refused(forged), LightError::Certificate(CertificateError::BadSignature(_))));
    // Validators of epoch 2 name a set of strangers, who alone signed: nobody believes them.
    let strangers = Chain::new(Shape { seed: 9, ..SHAPE });
    let header = Header { next_validators: strangers.set(3).hash(), ..chain.lone(29) };
    let signed = certify(&header, (29, 28), &strangers.keys(2), &[0, 1, 2]).unwrap();
    let last = Finality { header, certificate: signed.to_bytes() };
    let taken = Boundary { last, next: Some(strangers.set(3).encode()) };
    assert!(matches!(refused(taken), LightError::Certificate(CertificateError::BadSignature(_))));
}

#[test]
fn nothing_is_believed_after_the_trusting_period() {
    let chain = chain();
    let mut light = at(&chain, 1);
    light.set_trusting_slots(100);
    let late = chain.time_ms(9 + 100);
    assert!(!light.is_expired(late - 1));
    assert!((980_000..1_000_000).contains(&light.age_ppm(late - 1_500)));
    assert!(light.is_expired(late));
    assert_eq!(light.tip(&chain.block(15), late), Err(LightError::Expired));
    assert_eq!(light.boundaries(&[chain.boundary(1)], late), Err(LightError::Expired));
    assert_eq!(light.tip(&chain.block(15), late - 1), Ok(Step::Advanced));
    assert_eq!(light.age_ppm(0), 0, "a clock that is behind makes nothing old");
}

#[test]
fn contradicting_blocks_are_evidence_and_the_end() {
    let chain = chain();
    let lower = chain.lone(24);
    let child = chain.header(25, lower.hash());
    let last = chain.boundary(1).last.header.hash();
    for (first, second, expected) in [
        (
            chain.block(25),
            chain.certified(Header { state_root: Hash::ZERO, ..chain.lone(25) }, Some(&[1, 2, 3])),
            Clash::Height,
        ),
        (chain.certified(child.clone(), None), bent(&chain, 24, |h| h.state_root = Hash::ZERO), Clash::Parent),
        (chain.certified(lower, None), chain.block(25), Clash::Parent),
        (chain.block(22), bent(&chain, 25, |h| h.slot = Slot(21)), Clash::Slot),
        (chain.block(25), bent(&chain, 22, |h| h.slot = Slot(26)), Clash::Slot),
        // The first of an epoch against the last of the one before.
        (chain.block(28), bent(&chain, 20, |h| (h.slot, h.parent) = (Slot(18), last)), Clash::Slot),
        (chain.block(28), chain.block(20), Clash::Parent),
    ] {
        let mut light = at(&chain, 2);
        assert_eq!(light.tip(&first, now(&chain)), Ok(Step::Advanced));
        assert_eq!(light.tip(&second, now(&chain)), Err(LightError::Conflict), "{expected:?}");
        let evidence = light.evidence().unwrap().clone();
        assert_eq!(evidence.verify(), Ok(expected));
        assert_eq!(evidence.chain(), chain.genesis().hash());
        assert!(!evidence.signers().is_empty());
        // The head is what it was, and nothing is taken any more.
        assert_eq!(light.head(), &first.header);
        assert_eq!(light.tip(&chain.block(29), now(&chain)), Err(LightError::Conflict));
        assert_eq!(light.boundaries(&[chain.boundary(2)], now(&chain)), Err(LightError::Conflict));
    }
}

#[test]
fn another_past_is_evidence_as_long_as_its_set_is_kept() {
    let chain = chain();
    let mut light = at(&chain, 12);
    let other = |epoch| {
        let boundary = chain.boundary(epoch);
        let last = chain.certified(Header { state_root: Hash::ZERO, ..boundary.last.header }, None);
        Boundary { last, next: boundary.next }
    };
    let untouched = light.clone().boundaries(&[other(3), chain.boundary(5), chain.boundary(12)], now(&chain));
    assert_eq!(untouched, Ok(()), "that of a forgotten epoch says nothing");
    assert_eq!(light.boundaries(&[chain.boundary(5), other(6)], now(&chain)), Err(LightError::Conflict));
    assert_eq!(light.evidence().unwrap().verify(), Ok(Clash::Height));
    // Two pasts in one piece: the second of them is refused, since the first has become the past by then.
    let mut light = at(&chain, 2);
    assert!(light.boundaries(&[chain.boundary(2), other(2)], now(&chain)).is_err());
    assert_eq!(light.epoch(), 3);
}

#[test]
fn it_is_stored_and_opened_again() {
    let chain = chain();
    let mut light = chain.light().unwrap();
    for height in [0, 1, 15, 40, 41] {
        if height > 0 {
            let coming: Vec<_> = (light.epoch()..height / 10).map(|epoch| chain.boundary(epoch)).collect();
            light.boundaries(&coming, now(&chain)).unwrap();
            light.tip(&chain.certified(chain.header(height, light.head().hash()), None), now(&chain)).unwrap();
        }
        let bytes = light.to_bytes();
        assert!(bytes.len() < 4_000);
        let opened = Light::from_bytes(&bytes).unwrap();
        assert_eq!(opened.to_bytes(), bytes);
        assert_eq!((opened.head(), opened.epoch()), (light.head(), light.epoch()));
        assert_eq!(opened.set(light.epoch()), light.set(light.epoch()));
        let mut opened = opened;
        let coming: Vec<_> = (light.epoch()..6).map(|epoch| chain.boundary(epoch)).collect();
        opened.boundaries(&coming, now(&chain)).unwrap();
    }
}

#[test]
fn every_changed_byte_of_what_is_stored_is_noticed_or_of_no_weight() {
    let chain = chain();
    let mut light = at(&chain, 3);
    light.tip(&chain.block(35), now(&chain)).unwrap();
    let bytes = light.to_bytes();
    let (mut changed, mut opened_anyway) = (0, 0);
    for place in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[place] ^= 0x41;
        changed += 1;
        if let Ok(opened) = Light::from_bytes(&bent) {
            // Rules that nothing stored contradicts and the way, which is for display.
            opened_anyway += 1;
            assert_eq!((opened.head(), opened.epoch(), opened.anchor()), (light.head(), light.epoch(), light.anchor()));
            assert_eq!(opened.set(3), light.set(3));
        }
    }
    assert!(opened_anyway < changed / 4, "{opened_anyway} of {changed}");
    for length in 0..bytes.len() {
        assert!(Light::from_bytes(&bytes[..length]).is_err());
    }
}
