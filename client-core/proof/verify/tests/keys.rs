//! Attacks on verifying keys: ratios that anybody can read off, points that bind nothing, counts, development keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use ark_bn254::{Fr, G2Affine};
use ark_ff::One;
use common::{EXEC_S, Trapdoor, file, g1_bytes, g2_bytes, program};
use zera_primitives::Hash;
use zera_proof_verify::{ClassKind, Keys, Prepared, VerifyError, points, verify_program};

fn refused(change: impl Fn(&mut Keys)) -> &'static str {
    let mut keys = Trapdoor::new(1).keys();
    assert!(Prepared::new(keys.clone()).is_ok());
    change(&mut keys);
    match Prepared::new(keys) {
        Err(VerifyError::Keys(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn gamma_as_a_delta_is_refused() {
    assert_eq!(refused(|keys| keys.classes[0].delta_g2 = keys.classes[0].gamma_g2), "a delta equals gamma");
    assert_eq!(refused(|keys| keys.classes[0].delta_d_g2 = keys.classes[0].gamma_g2), "a delta equals gamma");
}

#[test]
fn deltas_of_one_another_are_refused() {
    assert_eq!(refused(|keys| keys.classes[0].delta_d_g2 = keys.classes[0].delta_g2), "two deltas are equal");
    assert_eq!(refused(|keys| keys.classes[0].delta_g2 = keys.classes[1].delta_g2), "two deltas are equal");
    assert_eq!(refused(|keys| keys.classes[2].delta_d_g2 = keys.classes[0].delta_g2), "two deltas are equal");
    // The negative: its ratio is known just as well.
    let negative = |bytes: &[u8; 64]| points::to_bytes::<G2Affine, 64>(&-points::g2(bytes).unwrap()).unwrap();
    let what = refused(|keys| keys.classes[0].delta_d_g2 = negative(&keys.classes[0].delta_g2));
    assert_eq!(what, "two deltas are equal");
}

#[test]
fn generators_are_refused() {
    let one = g2_bytes(Fr::one());
    assert!(refused(|keys| keys.classes[0].delta_g2 = one).starts_with("a delta is the generator"));
    assert!(refused(|keys| keys.classes[2].delta_d_g2 = one).starts_with("a delta is the generator"));
    assert_eq!(refused(|keys| keys.classes[0].beta_g2 = one), "alpha or beta is the generator");
    assert_eq!(refused(|keys| keys.classes[0].alpha_g1 = g1_bytes(Fr::one())), "alpha or beta is the generator");
    assert_eq!(refused(|keys| keys.classes[1].gamma_g2 = keys.classes[1].beta_g2), "beta equals gamma");
    assert_eq!(refused(|keys| keys.classes[1].delta_g2 = keys.classes[1].beta_g2), "a delta equals beta");
}

#[test]
fn identities_and_malformed_points_are_refused() {
    let (mut one, mut two) = ([0u8; 32], [0u8; 64]);
    (one[31], two[63]) = (0x40, 0x40);
    refused(|keys| keys.classes[0].alpha_g1 = one);
    refused(|keys| keys.classes[0].ic[3] = one);
    refused(|keys| keys.classes[0].beta_g2 = two);
    refused(|keys| keys.classes[0].gamma_g2 = two);
    refused(|keys| keys.classes[0].delta_g2 = two);
    refused(|keys| keys.classes[0].delta_d_g2 = two);
    refused(|keys| keys.classes[0].delta_d_g2 = [0xff; 64]);
    refused(|keys| keys.classes[0].ic[0] = [0xff; 32]);
}

#[test]
fn counts_and_kinds_are_those_of_the_format() {
    refused(|keys| keys.classes[0].ic.truncate(10));
    refused(|keys| keys.classes[0].ic.push(g1_bytes(Fr::from(5u64))));
    refused(|keys| keys.classes[0].info.inputs += 1);
    refused(|keys| {
        keys.classes[0].info.inputs += 1;
        keys.classes[0].ic.push(g1_bytes(Fr::from(5u64)));
    });
    refused(|keys| keys.classes[0].info.kind = ClassKind::End);
    refused(|keys| keys.classes[0].info.rows = 1);
    refused(|keys| keys.classes.swap(0, 1));
    refused(|keys| keys.classes[1].info.id = keys.classes[0].info.id);
    refused(|keys| drop(keys.classes.pop()));
    refused(|keys| keys.classes.clear());
}

#[test]
fn a_proof_under_other_keys_is_refused() {
    let (mine, other) = (Trapdoor::new(1), Trapdoor::new(2));
    let mut file = file(&mine, &[EXEC_S], 1);
    let verify = |file: &zera_proof_verify::ProofFile, keys: &Prepared| {
        verify_program(&file.statement, &file.log, &file.segments, &program(), keys).unwrap_err()
    };
    assert_eq!(verify(&file, &other.prepared()), VerifyError::OtherKeys(mine.keys().digest()));
    file.statement.keys = other.keys().digest();
    assert_eq!(verify(&file, &other.prepared()), VerifyError::Sum);
    // Anything about the keys is in their digest: what the proving key is, what the circuit is, that they are insecure.
    let changes: [fn(&mut Keys); 4] = [
        |keys| keys.insecure = false,
        |keys| keys.classes[0].circuit = Hash([7; 32]),
        |keys| keys.classes[1].proving_key[0] ^= 1,
        |keys| keys.classes[2].info.registers += 1,
    ];
    for change in changes {
        let mut keys = mine.keys();
        change(&mut keys);
        assert_ne!(keys.digest(), mine.keys().digest());
    }
}

#[test]
fn development_keys_are_refused_outside_development_chains() {
    let mut keys = Trapdoor::new(1).keys();
    assert_eq!(keys.allowed(true), Ok(()));
    assert_eq!(keys.allowed(false), Err(VerifyError::InsecureKeys));
    keys.insecure = false;
    assert_eq!(keys.allowed(false), Ok(()));
}

#[test]
fn files_of_keys_are_canonical_or_refused() {
    let keys = Trapdoor::new(1).keys();
    let bytes = keys.to_bytes();
    assert_eq!(Keys::from_bytes(&bytes), Ok(keys));
    for length in 0..bytes.len() {
        assert!(Keys::from_bytes(&bytes[..length]).is_err());
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Keys::from_bytes(&longer).is_err());
    let mut other = bytes;
    other[7] = 2;
    assert!(Keys::from_bytes(&other).is_err());
}
