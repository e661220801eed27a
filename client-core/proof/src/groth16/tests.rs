//! Proofs over a small circuit of our own, with committed and late wires.

use super::{assemble, matrices::Matrices, stock::StockKey, *};
use crate::setup::dev;
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, pairing::Pairing};
use ark_ff::{Field, One, Zero};

/// Wires: 1; challenge c, sum S; committed x_1..x_n; late y_i = c x_i, z_i = y_i^2. S = sum of z_i.
pub(crate) fn circuit(n: u32) -> Matrices {
    let one = Fr::one();
    let (x, y, z) = (|i| 3 + i, |i| 3 + n + i, |i| 3 + 2 * n + i);
    let mut matrices = Matrices { inputs: 3, committed: n as usize, wires: 3 + 3 * n as usize, ..Default::default() };
    let mut enforce = |a: Vec<(Fr, u32)>, b: Vec<(Fr, u32)>, c: Vec<(Fr, u32)>| {
        matrices.a.push(a);
        matrices.b.push(b);
        matrices.c.push(c);
    };
    for i in 0..n {
        enforce(vec![(one, 1)], vec![(one, x(i))], vec![(one, y(i))]);
        enforce(
            vec![(one, y(i)), (Fr::from(7), 0)],
            vec![(one, y(i)), (-Fr::from(7), 0)],
            vec![(one, z(i)), (-Fr::from(49), 0)],
        );
    }
    enforce((0..n).map(|i| (one, z(i))).collect(), vec![(one, 0)], vec![(one, 2)]);
    matrices
}

/// Values of its wires.
pub(crate) fn full(xs: &[u64], c: Fr) -> Vec<Fr> {
    let x: Vec<Fr> = xs.iter().map(|x| Fr::from(*x)).collect();
    let y: Vec<Fr> = x.iter().map(|x| c * x).collect();
    let z: Vec<Fr> = y.iter().map(Field::square).collect();
    [&[Fr::one(), c, z.iter().sum()], &x[..], &y, &z].concat()
}

/// The equation, written out plainly.
pub(crate) fn holds(vk: &VerifyingKey, inputs: &[Fr], d: G1Affine, proof: &assemble::Triple) -> bool {
    assert_eq!(inputs.len() + 1, vk.ic.len());
    let mut ic = vk.ic[0].into_group();
    for (input, point) in inputs.iter().zip(&vk.ic[1..]) {
        ic += *point * input;
    }
    let first = [-proof.a.into_group(), vk.alpha_g1.into(), ic, d.into(), proof.c.into()].map(CurveGroup::into_affine);
    let second: [G2Affine; 5] = [proof.b, vk.beta_g2, vk.gamma_g2, vk.delta_d_g2, vk.delta_g2];
    Bn254::multi_pairing(first, second).is_zero()
}

const XS: [u64; 5] = [3, 0, 250, 1 << 40, 77];

fn two_phases() -> (Matrices, ProvingKey, Commitment, Vec<Fr>) {
    let matrices = circuit(5);
    let key = dev(&matrices, 1, [1; 32]).unwrap();
    let values: Vec<Fr> = XS.iter().map(|x| Fr::from(*x)).collect();
    let secrets = Secrets::new([2; 32]);
    let commitment = commit(&ArkMsm, &key.commit, &values, secrets.kappa(0, &values)).unwrap();
    (matrices, key, commitment, full(&XS, Fr::from(123_456_789)))
}

#[test]
fn both_assemblies_give_one_proof_and_it_holds() {
    let (matrices, key, commitment, full) = two_phases();
    let blinds = Secrets::new([2; 32]).blinds(0, b"challenge");
    let ours = assemble::prove(&ArkMsm, &key, &matrices, full.clone(), &commitment, blinds).unwrap();
    let stock = StockKey::new(&key, &matrices).unwrap().prove(&full, &commitment, blinds).unwrap();
    assert_eq!(ours, stock);
    let limbs = assemble::prove(&LimbMsm, &key, &matrices, full.clone(), &commitment, blinds).unwrap();
    assert_eq!(limbs, stock);
    let kappa = commitment.kappa;
    assert_eq!(commit(&LimbMsm, &key.commit, &full[3..8], kappa).unwrap().d, commitment.d);
    assert!(holds(&key.vk, &full[1..3], commitment.d, &ours));
    // Another input, and the commitment of other values.
    assert!(!holds(&key.vk, &[full[1] + Fr::one(), full[2]], commitment.d, &ours));
    let other = commit(&ArkMsm, &key.commit, &[Fr::one(); 5], commitment.kappa).unwrap();
    assert!(!holds(&key.vk, &full[1..3], other.d, &ours));
}

#[test]
fn a_witness_that_breaks_a_constraint_gives_no_proof() {
    let (matrices, key, commitment, full) = two_phases();
    for wire in 1..full.len() {
        let mut wrong = full.clone();
        wrong[wire] += Fr::one();
        let proof =
            assemble::prove(&ArkMsm, &key, &matrices, wrong.clone(), &commitment, (Fr::one(), Fr::one())).unwrap();
        assert!(!holds(&key.vk, &wrong[1..3], commitment.d, &proof), "wire {wire}");
    }
}

#[test]
fn a_committed_value_cannot_change_after_the_commitment() {
    // Another x satisfies all constraints with its own sum, but D is of the old one.
    let (matrices, key, commitment, old) = two_phases();
    let mut xs = XS;
    xs[1] = 9;
    let changed = full(&xs, old[1]);
    let proof =
        assemble::prove(&ArkMsm, &key, &matrices, changed.clone(), &commitment, (Fr::one(), Fr::one())).unwrap();
    assert!(!holds(&key.vk, &changed[1..3], commitment.d, &proof));
}

#[test]
fn commitments_hide_small_values() {
    let (_, key, commitment, full) = two_phases();
    let values = &full[3..8];
    // Guessing the witness does not match D without kappa; the same values under another seed look different.
    assert_ne!((key.commit.delta_g1 * Fr::zero() + ArkMsm.g1(&key.commit.ck, values)).into_affine(), commitment.d);
    let again = commit(&ArkMsm, &key.commit, values, Secrets::new([3; 32]).kappa(0, values)).unwrap();
    assert_ne!(again.d, commitment.d);
    // One seed gives other masks for other values, segments and challenges.
    let secrets = Secrets::new([2; 32]);
    let mut others = values.to_vec();
    others[0] += Fr::one();
    assert_ne!(secrets.kappa(0, values), secrets.kappa(0, &others));
    assert_ne!(secrets.kappa(0, values), secrets.kappa(1, values));
    assert_ne!(secrets.blinds(0, b"a"), secrets.blinds(0, b"b"));
    assert_ne!(secrets.blinds(0, b"a"), secrets.blinds(1, b"a"));
    assert_eq!(commit(&ArkMsm, &key.commit, values, Fr::zero()), Err(ProofError::Randomness));
}

#[test]
fn counts_and_degenerate_randomness_are_refused() {
    let (matrices, key, commitment, full) = two_phases();
    let blinds = (Fr::one(), Fr::zero());
    let refused = assemble::prove(&ArkMsm, &key, &matrices, full.clone(), &commitment, blinds);
    assert_eq!(refused, Err(ProofError::Randomness));
    let stock = StockKey::new(&key, &matrices).unwrap();
    assert_eq!(stock.prove(&full, &commitment, blinds), Err(ProofError::Randomness));
    assert!(stock.prove(&full[1..], &commitment, (Fr::one(), Fr::one())).is_err());
    assert!(commit(&ArkMsm, &key.commit, &full[3..7], Fr::one()).is_err());
    assert!(StockKey::new(&key, &circuit(4)).is_err());
}

#[test]
fn a_committed_wire_in_no_constraint_is_an_error_of_the_set_up() {
    let mut matrices = circuit(3);
    // Wire 3 (x_1) leaves its only constraint.
    matrices.b[0] = vec![(Fr::one(), 0)];
    assert_eq!(dev(&matrices, 1, [1; 32]), Err(ProofError::LooseWire(0)));
}
