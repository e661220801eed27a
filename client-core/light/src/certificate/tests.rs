//! Sealing and verifying; the engine's own bytes; every kind of tampering.

use super::*;
use proptest::prelude::*;
use zera_primitives::{Height, Slot, block::HEADER_FORMAT, keys::SecretKey};

fn key() -> SealKey {
    SealKey::from_seed(&[1; 32]).unwrap()
}

fn set() -> ValidatorSet {
    ValidatorSet::solo(key().public()).unwrap()
}

pub(crate) fn header() -> Header {
    Header {
        format: HEADER_FORMAT,
        chain: Hash([0x11; 32]),
        height: Height(300),
        slot: Slot(900),
        epoch: 3,
        parent: Hash::of(b"parent"),
        proposer: key().public(),
        transaction_root: Hash::of(b"transactions"),
        receipt_root: Hash::of(b"receipts"),
        event_root: Hash::of(b"events"),
        state_root: Hash::of(b"state"),
        validators: set().hash(),
        next_validators: Hash::of(b"next"),
        params: Hash::of(b"params"),
        runtime: Hash::of(b"runtime"),
        module_set: Hash::of(b"modules"),
    }
}

#[test]
fn the_seal_key_is_the_account_of_the_same_seed() {
    for seed in [[0; 32], [1; 32], [0xff; 32]] {
        let account = SecretKey::from_seed(&seed).public();
        assert_eq!(SealKey::from_seed(&seed).unwrap().public(), account);
    }
}

#[test]
fn a_sealed_header_verifies_and_round_trips() {
    let certificate = seal(&header(), &key()).unwrap();
    assert_eq!(certificate.verify(&header(), &set()), Ok(()));
    assert_eq!((certificate.block(), certificate.view(), certificate.signers()), (header().hash(), 300, 1));
    let bytes = certificate.to_bytes();
    assert_eq!(Certificate::from_bytes(&bytes), Ok(certificate));
}

#[test]
fn it_holds_for_one_header_set_and_chain_only() {
    let certificate = seal(&header(), &key()).unwrap();
    let check = |change: fn(&mut Header)| {
        let mut other = header();
        change(&mut other);
        certificate.verify(&other, &set())
    };
    assert_eq!(check(|h| h.state_root = Hash::ZERO), Err(CertificateError::OtherBlock));
    assert_eq!(check(|h| h.epoch = 4), Err(CertificateError::OtherBlock));
    assert_eq!(check(|h| h.chain = Hash::ZERO), Err(CertificateError::OtherBlock));
    assert_eq!(check(|h| h.validators = Hash::ZERO), Err(CertificateError::OtherSet));
    let other = ValidatorSet::solo(SealKey::from_seed(&[2; 32]).unwrap().public()).unwrap();
    assert_eq!(certificate.verify(&header(), &other), Err(CertificateError::OtherSet));
    // A header that names the other set was not signed by it.
    let stolen = Header { validators: other.hash(), ..header() };
    assert_eq!(seal(&stolen, &key()), Err(CertificateError::OtherSet));
    let signed = seal(&header(), &key()).unwrap().signed;
    let proposal = Proposal { epoch: 3, view: 300, parent_view: 299, payload: stolen.hash() };
    let forged = proposal.with(signed);
    assert_eq!(forged.verify(&stolen, &other), Err(CertificateError::BadSignature(other.keys()[0])));
    // Validators of one set in two epochs: what they vote in one counts for nothing in the other.
    let proposal = Proposal { epoch: 4, view: 300, parent_view: 299, payload: header().hash() };
    let signature = key().0.sign(&namespace(&header().chain), &proposal.to_bytes()).into();
    let signers = Signers::new(1, [Participant::new(0)]).unwrap();
    let elsewhere = proposal.with(scheme::Certificate { signers, signatures: vec![signature] });
    assert_eq!(elsewhere.verify(&header(), &set()), Err(CertificateError::OtherBlock));
    // The view is signed, too.
    let mut moved = certificate.clone();
    moved.view = 301;
    assert_eq!(moved.verify(&header(), &set()), Err(CertificateError::BadSignature(key().public())));
}

#[test]
fn every_changed_bit_is_noticed() {
    let bytes = seal(&header(), &key()).unwrap().to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut bent = bytes.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let holds = Certificate::from_bytes(&bent).is_ok_and(|bent| bent.verify(&header(), &set()).is_ok());
        assert!(!holds, "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert_eq!(Certificate::from_bytes(&bytes[..length]), Err(CertificateError::Malformed));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Certificate::from_bytes(&longer), Err(CertificateError::Malformed));
    assert_eq!(Certificate::from_bytes(&vec![0xff; CERTIFICATE_BYTES + 1]), Err(CertificateError::Malformed));
}

fn several(n: u8, signing: &[usize]) -> (Header, ValidatorSet, Certificate) {
    let keys: Vec<SealKey> = (1..=n).map(|seed| SealKey::from_seed(&[seed; 32]).unwrap()).collect();
    let set = ValidatorSet::new(keys.iter().map(SealKey::public).collect()).unwrap();
    let header = Header { validators: set.hash(), ..header() };
    let proposal = Proposal { epoch: 3, view: 310, parent_view: 305, payload: header.hash() };
    let sign = |index: &usize| {
        let key = keys.iter().find(|key| key.public() == set.keys()[*index]).unwrap();
        key.0.sign(&namespace(&header.chain), &proposal.to_bytes()).into()
    };
    let signatures = signing.iter().map(sign).collect();
    let indices = signing.iter().map(|index| Participant::new(*index as u32));
    let signers = Signers::new(u32::from(n), indices).unwrap();
    (header, set, proposal.with(scheme::Certificate { signers, signatures }))
}

#[test]
fn a_quorum_of_several_is_needed() {
    for (signing, expected) in [
        (&[0, 1, 3][..], Ok(())),
        (&[0, 1, 2, 3], Ok(())),
        (&[1, 3], Err(CertificateError::TooFew { have: 2, need: 3 })),
    ] {
        let (header, set, certificate) = several(4, signing);
        assert_eq!(certificate.verify(&header, &set), expected);
        assert_eq!(Certificate::from_bytes(&certificate.to_bytes()), Ok(certificate));
    }
    let (header, set, mut certificate) = several(4, &[0, 1, 3]);
    certificate.signed.signatures.swap(0, 1);
    assert_eq!(certificate.verify(&header, &set), Err(CertificateError::BadSignature(set.keys()[0])));
    let (_, _, of_five) = several(5, &[0, 1, 2, 3]);
    let widened = Certificate { payload: header.hash(), ..of_five };
    assert_eq!(widened.verify(&header, &set), Err(CertificateError::Malformed));
    let all: Vec<usize> = (0..200).collect();
    let (_, _, largest) = several(200, &all);
    assert!(largest.to_bytes().len() <= CERTIFICATE_BYTES);
}

/// Finalizations that commonware-consensus 2026.10.0 made: chain 0x11…, epoch 3, view 300, parent view 299, payload
/// 0x22…; keys of the seeds 0x01…, 0x02…; the first with one validator, the second with three of four.
#[test]
fn the_bytes_are_those_of_the_engine() {
    for (validators, hex) in [(1, SOLO), (4, THREE_OF_FOUR)] {
        let bytes = zera_primitives::hash::from_hex(hex).unwrap();
        let certificate = Certificate::from_bytes(&bytes).unwrap();
        assert_eq!(certificate.to_bytes(), bytes);
        assert_eq!((certificate.epoch, certificate.view, certificate.parent_view), (3, 300, 299));
        assert_eq!(certificate.payload, Hash([0x22; 32]));
        let keys = (1..=validators).map(|seed| SealKey::from_seed(&[seed; 32]).unwrap());
        let set = ValidatorSet::new(keys.map(|key| key.public()).collect()).unwrap();
        assert_eq!(certificate.signers(), set.quorum());
        let message = certificate.proposal().to_bytes();
        for (signer, signature) in certificate.signed.signers.iter().zip(&certificate.signed.signatures) {
            let key = public_key(&set.keys()[signer.get() as usize]).unwrap();
            assert!(key.verify(&namespace(&Hash([0x11; 32])), &message, signature.get().unwrap()));
        }
        if validators == 1 {
            // Ed25519 is deterministic: our own signature is the engine's.
            let signature = key().0.sign(&namespace(&Hash([0x11; 32])), &message);
            assert_eq!(certificate.signed.signatures[0].get(), Some(&signature));
        }
    }
}

const SOLO: &str = "03ac02ab02222222222222222222222222222222222222222222222222222222222222222200000000000000010101fa3f5c3163b9e9a3\
    c28f228a64558daa8ae4d77513073a9220a16cd7851e02f95ec1700fe3e6af21e7d20574c04f48b1365d16463f42aafaf42fbeb71c876a\
    01";
const THREE_OF_FOUR: &str = "03ac02ab02222222222222222222222222222222222222222222222222222222222222222200000000000000040b035e4c17330cbae6b0\
    5f41457180485443894bfa3ad7c1b151ea40e7e73dc5f524413ab910019d624ce3be4fcb22f9a08777a24fa90dde7fe83b35a0c55a768b\
    08fa3f5c3163b9e9a3c28f228a64558daa8ae4d77513073a9220a16cd7851e02f95ec1700fe3e6af21e7d20574c04f48b1365d16463f42\
    aafaf42fbeb71c876a01005d8228c96458adaafdb1d8a4dada5c13756dd0864049316fd746f9121fda262b738daeb5fd41ac0c859d8644\
    32a1839c65ec3d2e795c83356066abae98fb01";

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400),
                                             keep in 0usize..120) {
        let good = seal(&header(), &key()).unwrap().to_bytes();
        for bytes in [bytes.clone(), [&good[..keep.min(good.len())], &bytes].concat()] {
            if let Ok(certificate) = Certificate::from_bytes(&bytes) {
                prop_assert!(certificate.verify(&header(), &set()).is_err() || bytes == good);
                prop_assert_eq!(certificate.to_bytes(), bytes);
            }
        }
    }
}
