//! Attacks on segments and their points: exchanged, left out, repeated, reordered, taken from elsewhere, not canonical.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField};
use ark_serialize::CanonicalDeserialize;
use common::{END_S, EXEC_M, EXEC_S, Numbers, Trapdoor, file, g1_bytes, g2_bytes, program};
use zera_proof_verify::{ProofFile, SegmentProof, VerifyError, points, transcript, verify_program};

fn verdict(file: &ProofFile, trapdoor: &Trapdoor) -> Result<(), VerifyError> {
    verify_program(&file.statement, &file.log, &file.segments, &program(), &trapdoor.prepared()).map(|_| ())
}

fn good(trapdoor: &Trapdoor) -> ProofFile {
    file(trapdoor, &[EXEC_S, EXEC_M, EXEC_S], 1)
}

fn refused_after(change: impl Fn(&mut Vec<SegmentProof>)) -> VerifyError {
    let trapdoor = Trapdoor::new(1);
    let mut file = good(&trapdoor);
    assert_eq!(verdict(&file, &trapdoor), Ok(()));
    change(&mut file.segments);
    verdict(&file, &trapdoor).unwrap_err()
}

#[test]
fn an_omitted_segment_is_refused() {
    for index in 0..4 {
        refused_after(|segments| {
            segments.remove(index);
        });
    }
    let none = refused_after(Vec::clear);
    assert_eq!(none, VerifyError::Segments("there are none"));
}

#[test]
fn a_repeated_segment_is_refused() {
    assert_eq!(refused_after(|segments| segments.insert(0, segments[0].clone())), VerifyError::Sum);
    let twice = refused_after(|segments| segments.push(segments[3].clone()));
    assert_eq!(twice, VerifyError::Segments("an end segment stands among the execution segments"));
}

#[test]
fn reordered_segments_are_refused() {
    assert_eq!(refused_after(|segments| segments.swap(0, 1)), VerifyError::Sum);
    // Of one class: only the order of the commitments is another.
    assert_eq!(refused_after(|segments| segments.swap(0, 2)), VerifyError::Sum);
    assert!(matches!(refused_after(|segments| segments.swap(0, 3)), VerifyError::Segments(_)));
}

#[test]
fn a_spliced_segment_of_another_proof_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let other = file(&trapdoor, &[EXEC_S, EXEC_M, EXEC_S], 2);
    for index in 0..4 {
        refused_after(|segments| segments[index] = other.segments[index].clone());
    }
    // The same, with the sums put right again: the challenge is another one.
    let mut spliced = good(&trapdoor);
    let number = |bytes: &[u8; 32]| points::scalar(bytes).unwrap();
    let (old, new) = (spliced.segments[0].clone(), other.segments[0].clone());
    let moved = number(&spliced.segments[1].sum) + number(&old.sum) - number(&new.sum);
    spliced.segments[0] = new;
    spliced.segments[1].sum = points::to_bytes(&moved).unwrap();
    verdict(&spliced, &trapdoor).unwrap_err();
}

#[test]
fn a_commitment_of_another_segment_is_refused() {
    assert_eq!(refused_after(|segments| segments[0].d = segments[2].d), VerifyError::Sum);
    assert_eq!(
        refused_after(|segments| {
            let first = segments[0].d;
            segments[0].d = segments[2].d;
            segments[2].d = first;
        }),
        VerifyError::Sum
    );
}

#[test]
fn a_missing_halt_is_refused() {
    // Without the end segment nothing says where the run ended: a partial execution.
    assert_eq!(refused_after(|segments| segments.truncate(3)), VerifyError::Segments("the end segment is missing"));
    let replaced = refused_after(|segments| segments[3] = segments[0].clone());
    assert_eq!(replaced, VerifyError::Segments("the end segment is missing"));
    let alone = refused_after(|segments| drop(segments.drain(..3)));
    assert_eq!(alone, VerifyError::Segments("there is no execution segment"));
}

#[test]
fn another_class_is_refused() {
    assert_eq!(refused_after(|segments| segments[0].class = EXEC_M), VerifyError::Sum);
    assert!(matches!(refused_after(|segments| segments[0].class = END_S), VerifyError::Segments(_)));
    assert_eq!(refused_after(|segments| segments[0].class = 77), VerifyError::Segments("a class without a key"));
}

#[test]
fn sums_moved_from_one_segment_to_another_are_refused() {
    let moved = |field: fn(&mut SegmentProof) -> &mut [u8; 32]| {
        refused_after(|segments| {
            let shift = Fr::from(5u64);
            for (index, shift) in [(0usize, shift), (1, -shift)] {
                let place = field(&mut segments[index]);
                *place = points::to_bytes(&(points::scalar(place).unwrap() + shift)).unwrap();
            }
        })
    };
    assert_eq!(moved(|segment| &mut segment.sum), VerifyError::Equation);
    assert_eq!(moved(|segment| &mut segment.gas), VerifyError::Equation);
}

#[test]
fn swapped_a_and_c_are_refused() {
    assert_eq!(
        refused_after(|segments| {
            let SegmentProof { a, c, .. } = &mut segments[0];
            core::mem::swap(a, c);
        }),
        VerifyError::Equation
    );
    assert_eq!(
        refused_after(|segments| {
            let SegmentProof { c, d, .. } = &mut segments[0];
            core::mem::swap(c, d);
        }),
        VerifyError::Sum
    );
}

/// The equation alone lets κ move from D to C; only the challenge, hashed from D again, stops that.
#[test]
fn moving_the_blinding_between_c_and_d_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let mut file = good(&trapdoor);
    let secrets = &trapdoor.secrets[0];
    let shift = |bytes: &mut [u8; 32], by: Fr| {
        let point = G1Affine::deserialize_compressed(bytes.as_slice()).unwrap();
        *bytes = points::to_bytes(&(point + common::g1(by)).into_affine()).unwrap();
    };
    let segment = &mut file.segments[0];
    shift(&mut segment.d, secrets.delta);
    shift(&mut segment.c, -secrets.delta_d);
    assert_eq!(verdict(&file, &trapdoor), Err(VerifyError::Sum));
}

/// A prover that chooses the challenge itself, and solves everything for it: whoever read the challenge from the proof
/// would accept. There is no place for one in a file, and the verifier's own is another.
#[test]
fn a_challenge_taken_from_the_proof_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let mut file = good(&trapdoor);
    let mut list = transcript::commitments(&file.segments);
    list[0].1 = g1_bytes(Fr::from(3u64));
    let digest = transcript::program_digest(&program());
    let chosen = transcript::challenge(&file.statement, &file.log, &digest, &list);
    let mut numbers = Numbers::new(5);
    for (segment, info) in file.segments.iter_mut().take(1).zip(&trapdoor.infos) {
        assert_eq!(segment.class, info.id);
        let (sum, gas) = (points::scalar(&segment.sum).unwrap(), points::scalar(&segment.gas).unwrap());
        let inputs = zera_proof_verify::inputs::inputs(&chosen, sum, gas, None);
        trapdoor.solve(segment, &trapdoor.secrets[0], &inputs, numbers.next(), &mut numbers);
    }
    verdict(&file, &trapdoor).unwrap_err();
}

/// Equations that hold over sums that do not cancel: what a proof of other rows would have.
#[test]
fn sums_that_do_not_cancel_are_refused_although_each_equation_holds() {
    let trapdoor = Trapdoor::new(1);
    let digest = transcript::program_digest(&program());
    for gas in [false, true] {
        let mut file = good(&trapdoor);
        let list = transcript::commitments(&file.segments);
        let challenge = transcript::challenge(&file.statement, &file.log, &digest, &list);
        let mut numbers = Numbers::new(1);
        // The trapdoor's first numbers were the logarithms of the commitments.
        let d = numbers.next();
        let segment = &mut file.segments[0];
        assert_eq!(segment.d, g1_bytes(d));
        let one = Fr::from(1u64);
        let place = if gas { &mut segment.gas } else { &mut segment.sum };
        *place = points::to_bytes(&(points::scalar(place).unwrap() + one)).unwrap();
        let (sum, gas_sum) = (points::scalar(&segment.sum).unwrap(), points::scalar(&segment.gas).unwrap());
        let inputs = zera_proof_verify::inputs::inputs(&challenge, sum, gas_sum, None);
        trapdoor.solve(segment, &trapdoor.secrets[0], &inputs, d, &mut numbers);
        let keys = trapdoor.prepared();
        let mut batch = zera_proof_verify::equation::Batch::new(&keys);
        let decoded = zera_proof_verify::equation::Segment::new(segment).unwrap();
        batch.add(segment, decoded, inputs).unwrap();
        assert_eq!(batch.check(), Ok(()));
        assert_eq!(verdict(&file, &trapdoor), Err(if gas { VerifyError::Gas } else { VerifyError::Sum }));
    }
}

#[test]
fn a_proof_can_be_made_to_look_different_so_its_bytes_are_no_name() {
    let trapdoor = Trapdoor::new(1);
    let mut file = good(&trapdoor);
    let before = file.to_bytes();
    let segment = &mut file.segments[0];
    let a = G1Affine::deserialize_compressed(segment.a.as_slice()).unwrap();
    let b = G2Affine::deserialize_compressed(segment.b.as_slice()).unwrap();
    let factor = Fr::from(7u64);
    segment.a = points::to_bytes(&(a * factor).into_affine()).unwrap();
    segment.b = points::to_bytes(&(b * factor.inverse().unwrap()).into_affine()).unwrap();
    assert_eq!(verdict(&file, &trapdoor), Ok(()));
    assert_ne!(file.to_bytes(), before);
}

fn encoding_refused(change: impl Fn(&mut SegmentProof)) {
    let error = refused_after(|segments| change(&mut segments[1]));
    // A changed D also changes the challenge, but points are looked at first.
    assert!(matches!(error, VerifyError::Encoding { segment: 1, .. }), "{error:?}");
}

const IDENTITY_1: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[31] = 0x40;
    bytes
};

#[test]
fn identities_are_refused() {
    assert!(G1Affine::deserialize_compressed(IDENTITY_1.as_slice()).unwrap().is_zero());
    encoding_refused(|segment| segment.a = IDENTITY_1);
    encoding_refused(|segment| segment.c = IDENTITY_1);
    encoding_refused(|segment| segment.d = IDENTITY_1);
    let mut identity = [0u8; 64];
    identity[63] = 0x40;
    assert!(G2Affine::deserialize_compressed(identity.as_slice()).unwrap().is_zero());
    encoding_refused(|segment| segment.b = identity);
}

#[test]
fn an_identity_with_other_bytes_beside_its_flag_is_refused() {
    let mut dressed = IDENTITY_1;
    dressed[0] = 9;
    encoding_refused(|segment| segment.a = dressed);
}

/// An x that no point of the curve has.
fn off_curve() -> [u8; 32] {
    let x = (1u64..).map(Fq::from).find(|x| (*x * x * x + Fq::from(3u64)).sqrt().is_none()).unwrap();
    points::to_bytes(&x).unwrap()
}

#[test]
fn points_off_the_curve_are_refused() {
    encoding_refused(|segment| segment.a = off_curve());
    encoding_refused(|segment| segment.c = off_curve());
    encoding_refused(|segment| segment.d = off_curve());
    let mut x = (1u64..).map(|x| Fq2::new(Fq::from(x), Fq::from(0u64)));
    let off = x.find(|x| G2Affine::get_point_from_x_unchecked(*x, true).is_none()).unwrap();
    encoding_refused(|segment| segment.b = points::to_bytes(&off).unwrap());
}

#[test]
fn points_of_the_twist_outside_the_subgroup_are_refused() {
    let x = (1u64..).map(|x| Fq2::new(Fq::from(x), Fq::from(1u64)));
    let point = x
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x, true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    assert!(point.is_on_curve());
    encoding_refused(|segment| segment.b = points::to_bytes(&point).unwrap());
}

/// `bytes`, a little-endian number, plus `modulus`.
fn plus<B: BigInteger>(bytes: &[u8; 32], modulus: &B) -> [u8; 32] {
    let mut out = *bytes;
    let mut carry = 0u16;
    for (byte, add) in out.iter_mut().zip(modulus.to_bytes_le()) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    out
}

#[test]
fn a_number_plus_the_order_is_refused() {
    encoding_refused(|segment| segment.sum = plus(&segment.sum, &Fr::MODULUS));
    encoding_refused(|segment| segment.gas = plus(&segment.gas, &Fr::MODULUS));
    encoding_refused(|segment| segment.sum = [0xff; 32]);
}

#[test]
fn a_coordinate_plus_the_modulus_is_refused() {
    // The two flag bits leave no room for most: a small x has some.
    let generator = G1Affine::generator();
    let x: [u8; 32] = points::to_bytes(&generator.x).unwrap();
    let aliased = plus(&x, &Fq::MODULUS);
    assert!(points::g1(&x).is_ok() && points::g1(&aliased).is_err());
    encoding_refused(|segment| segment.a = aliased);
    encoding_refused(|segment| segment.c = aliased);
}

#[test]
fn the_other_flags_of_a_point_are_another_point_or_none() {
    let good = g1_bytes(Fr::from(11u64));
    let mut other = good;
    other[31] ^= 0x80;
    assert_ne!(points::g1(&good).unwrap(), points::g1(&other).unwrap());
    let mut both = good;
    both[31] |= 0xc0;
    assert!(points::g1(&both).is_err());
    let mut twist = g2_bytes(Fr::from(11u64));
    twist[63] |= 0xc0;
    assert!(points::g2(&twist).is_err());
}

#[test]
fn the_number_of_public_inputs_is_that_of_the_key() {
    let trapdoor = Trapdoor::new(1);
    let keys = trapdoor.prepared();
    let proof = good(&trapdoor).segments[0].clone();
    for count in [0, 9, 11, 31] {
        let mut batch = zera_proof_verify::equation::Batch::new(&keys);
        let segment = zera_proof_verify::equation::Segment::new(&proof).unwrap();
        let added = batch.add(&proof, segment, vec![Fr::from(1u64); count]);
        assert!(matches!(added, Err(VerifyError::Segments(_))), "{count}");
    }
}
