//! Set-ups of a small circuit: honest ones verify, and every change is caught.

use super::{
    keyfile::{self, Head, KeyFileError, Label, SectionKind, SectionReader},
    phase2::{beacon, contribute, initial},
    powers::Powers,
    ptau,
    recheck::{recheck, recheck_files},
    transcript::{Subject, Transcript},
    *,
};
use crate::groth16::{
    ArkMsm, ProvingKey, Secrets, assemble, commit,
    matrices::Matrices,
    tests::{circuit, full, holds},
};
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::One;
use std::sync::LazyLock;

const CLASS: u8 = 9;

struct Ceremony {
    matrices: Matrices,
    powers: Powers,
    transcript: Transcript,
    key: ProvingKey,
}

/// Two contributions and a beacon.
static CEREMONY: LazyLock<Ceremony> = LazyLock::new(|| {
    let matrices = circuit(4);
    let powers = Powers::local([5; 32], 4).unwrap();
    let mut transcript = opened(&matrices, &powers);
    let mut key = initial(&matrices, &powers).unwrap();
    for (name, entropy) in [("Ada", [11; 32]), ("Ben", [12; 32])] {
        let link = contribute(&mut key, &transcript.chain(), name, entropy).unwrap();
        transcript.contributions.push(link);
    }
    let last = beacon(&mut key, &transcript.chain(), b"block 1,000,000", 6).unwrap();
    transcript.contributions.push(last);
    Ceremony { matrices, powers, transcript, key }
});

fn opened(matrices: &Matrices, powers: &Powers) -> Transcript {
    Transcript::new(Subject { class: CLASS, circuit: matrices.digest(), powers: powers.digest() })
}

fn key_file(key: &ProvingKey, matrices: &Matrices) -> Vec<u8> {
    keyfile::to_bytes(key, Label { class: CLASS, circuit: matrices.digest(), insecure: false }).unwrap()
}

fn proves(key: &ProvingKey, matrices: &Matrices) -> bool {
    let full = full(&[1, 2, 3, 4], Fr::from(99));
    let secrets = Secrets::new([1; 32]);
    let commitment = commit(&ArkMsm, &key.commit, &full[3..7], secrets.kappa(0, &full[3..7])).unwrap();
    let proof = assemble::prove(&ArkMsm, key, matrices, full.clone(), &commitment, secrets.blinds(0, b"")).unwrap();
    holds(&key.vk, &full[1..3], commitment.d, &proof)
}

#[test]
fn two_contributions_verify_and_their_key_proves() {
    let Ceremony { matrices, powers, transcript, key } = &*CEREMONY;
    powers.check().unwrap();
    recheck(matrices, powers, transcript, key).unwrap();
    let file = key_file(key, matrices);
    let name = recheck_files(matrices, CLASS, powers, &transcript.to_bytes(), &file).unwrap();
    assert_eq!(name, Head::read(&file, None).unwrap().unwrap().sha256());
    assert!(proves(key, matrices));
    // A ceremony that nobody closed.
    let mut open = transcript.clone();
    open.contributions.pop();
    assert!(!open.closed());
    assert!(recheck_files(matrices, CLASS, powers, &open.to_bytes(), &file).is_err());
}

#[test]
fn the_points_of_a_ceremony_are_those_of_the_scalars() {
    // The same circuit with known trapdoors: u_i, v_i and K_i of both ways of making a key agree.
    let Ceremony { matrices, powers, .. } = &*CEREMONY;
    let key = initial(matrices, powers).unwrap();
    let mut stream = Secrets::new([5; 32]).stream("powers", b"");
    let (tau, alpha, beta) = (stream.scalar(), stream.scalar(), stream.scalar());
    let scalar = |point: Fr| -> G1Affine { (G1Affine::generator() * point).into() };
    let domain =
        <ark_poly::Radix2EvaluationDomain<Fr> as ark_poly::EvaluationDomain<Fr>>::new(key.shape.rows()).unwrap();
    let basis = ark_poly::EvaluationDomain::evaluate_all_lagrange_coefficients(&domain, tau);
    let a = columns::left_columns(matrices, &basis);
    let b = columns::columns(&matrices.b, &basis, matrices.wires);
    let c = columns::columns(&matrices.c, &basis, matrices.wires);
    for (wire, a) in a.iter().enumerate() {
        assert_eq!(key.proof.a.dense(matrices.wires)[wire], scalar(*a), "wire {wire}");
        let k = scalar(beta * a + alpha * b[wire] + c[wire]);
        let all = [&key.vk.ic[..], &key.commit.ck, &key.proof.l].concat();
        assert_eq!(all[wire], k, "wire {wire}");
    }
}

#[test]
fn every_changed_point_of_the_key_is_caught() {
    let Ceremony { matrices, powers, transcript, key } = &*CEREMONY;
    let (one, two) = (G1Affine::generator(), G2Affine::generator());
    let mut changed: Vec<(&str, ProvingKey)> = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut ProvingKey)| {
        let mut copy = key.clone();
        change(&mut copy);
        changed.push((what, copy));
    };
    with("alpha", &|key| key.vk.alpha_g1 = one);
    with("beta in G2", &|key| key.vk.beta_g2 = two);
    with("beta in G1", &|key| key.proof.beta_g1 = one);
    with("gamma", &|key| key.vk.gamma_g2 = key.vk.delta_g2);
    with("delta in G1", &|key| key.commit.delta_g1 = one);
    with("delta in G2", &|key| key.vk.delta_g2 = two);
    with("delta_D in G1", &|key| key.proof.delta_d_g1 = key.commit.delta_g1);
    with("delta_D in G2", &|key| key.vk.delta_d_g2 = key.vk.delta_g2);
    with("shape", &|key| key.shape.constraints -= 1);
    for index in 0..key.vk.ic.len() {
        with("input", &|key| key.vk.ic[index] = one);
    }
    for index in 0..key.commit.ck.len() {
        with("committed", &|key| key.commit.ck[index] = one);
        with("committed identity", &|key| key.commit.ck[index] = G1Affine::zero());
    }
    for index in 0..key.proof.l.len() {
        with("late", &|key| key.proof.l[index] = one);
        with("late identity", &|key| key.proof.l[index] = G1Affine::zero());
    }
    for index in 0..key.proof.h.len() {
        with("quotient", &|key| key.proof.h[index] = one);
    }
    for index in 0..key.proof.a.points.len() {
        with("A", &|key| key.proof.a.points[index] = one);
    }
    with("A without a point", &|key| {
        key.proof.a.points.pop();
        key.proof.a.wires.pop();
    });
    for index in 0..key.proof.b_g1.points.len() {
        with("B in G1", &|key| key.proof.b_g1.points[index] = one);
        with("B in G2", &|key| key.proof.b_g2.points[index] = two);
    }
    for (what, key) in &changed {
        assert!(recheck(matrices, powers, transcript, key).is_err(), "{what}");
    }
}

#[test]
fn every_changed_field_of_a_contribution_is_caught() {
    let Ceremony { matrices, powers, transcript, key } = &*CEREMONY;
    for index in 0..transcript.contributions.len() {
        let changes: [&dyn Fn(&mut Transcript); 13] = [
            &|t| t.contributions[index].name.push('!'),
            &|t| t.contributions[index].delta.g1 = t.contributions[(index + 1) % 3].delta.g1,
            &|t| t.contributions[index].delta.g2 = t.contributions[(index + 1) % 3].delta.g2,
            &|t| t.contributions[index].delta.nonce = t.contributions[(index + 1) % 3].delta.nonce,
            &|t| t.contributions[index].delta.response = t.contributions[(index + 1) % 3].delta.response,
            &|t| t.contributions[index].delta_d.g1 = t.contributions[(index + 1) % 3].delta_d.g1,
            &|t| t.contributions[index].delta_d.g2 = t.contributions[(index + 1) % 3].delta_d.g2,
            &|t| t.contributions[index].delta_d.nonce = t.contributions[(index + 1) % 3].delta_d.nonce,
            &|t| t.contributions[index].delta_d.response = t.contributions[(index + 1) % 3].delta_d.response,
            // One secret for both elements would make their ratio known: the links do not interchange.
            &|t| t.contributions[index].delta_d = t.contributions[index].delta,
            &|t| t.contributions.swap(index, (index + 1) % 3),
            &|t| drop(t.contributions.remove(index)),
            &|t| t.contributions[index].beacon = t.contributions[(index + 1) % 3].beacon.clone(),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut copy = transcript.clone();
            change(&mut copy);
            // Between the two people a beacon moves from none to none: no change at all.
            if copy != *transcript {
                // Without its beacon the last contribution is a person's, and the ceremony is not over.
                let caught = recheck(matrices, powers, &copy, key).is_err() || !copy.closed();
                assert!(caught, "contribution {index}, change {number}");
            }
        }
    }
    let last: [&dyn Fn(&mut Transcript); 5] = [
        &|t| t.contributions[2].beacon.as_mut().unwrap().source[0] ^= 1,
        &|t| t.contributions[2].beacon.as_mut().unwrap().log_rounds += 1,
        &|t| t.subject.powers.0[0] ^= 1,
        &|t| t.subject.circuit.0[0] ^= 1,
        &|t| t.subject.class += 1,
    ];
    for (number, change) in last.iter().enumerate() {
        let mut copy = transcript.clone();
        change(&mut copy);
        assert!(recheck(matrices, powers, &copy, key).is_err(), "change {number}");
    }
}

#[test]
fn two_hundred_changed_bytes_are_caught() {
    let Ceremony { matrices, powers, transcript, key } = &*CEREMONY;
    let (transcript, key) = (transcript.to_bytes(), key_file(key, matrices));
    let powers_file = ptau::write(powers);
    // A third each from the transcript, the key's file, and the powers; places spread by a fixed step.
    for sample in 0..200_usize {
        let (mut transcript, mut key, mut powers_file) = (transcript.clone(), key.clone(), powers_file.clone());
        let file = [&mut transcript, &mut key, &mut powers_file][sample % 3].as_mut_slice();
        let place = (sample * 7_919) % file.len();
        file[place] ^= 1 << (sample % 8);
        let what = ["transcript", "key", "powers"][sample % 3];
        let checked = ptau::read(&powers_file, 4).and_then(|powers| {
            powers.check()?;
            recheck_files(matrices, CLASS, &powers, &transcript, &key)
        });
        // The file of powers says how large its ceremony was: that alone means nothing and is not read.
        let meaningless = what == "powers" && (68..72).contains(&place);
        assert!(checked.is_err() || meaningless, "{what}, byte {place}");
    }
}

#[test]
fn degenerate_and_known_ratios_are_refused() {
    let Ceremony { matrices, powers, .. } = &*CEREMONY;
    // No contribution: delta = delta_D = gamma.
    let transcript = opened(matrices, powers);
    let key = initial(matrices, powers).unwrap();
    assert!(recheck(matrices, powers, &transcript, &key).is_err());
    // A contribution by 1.
    let mut key = key;
    let chain = transcript.chain();
    let link = contribute(&mut key, &chain, "Ada", [1; 32]).unwrap();
    let mut nothing = transcript.clone();
    nothing.contributions.push(transcript::Contribution {
        delta: transcript::Link::new(
            "delta",
            &chain,
            "Ada",
            G1Affine::generator(),
            phase2::Deltas::first().delta,
            Fr::one(),
            Fr::from(7),
        )
        .unwrap(),
        ..link
    });
    assert!(matches!(nothing.follow(), Err(SetupError::Contribution { what: "nothing was contributed", .. })));
    // Keys whose delta is delta_D, with proofs that hold: one secret for both.
    let (x, deltas) = (Fr::from(12_345), phase2::Deltas::first());
    let after = ((deltas.delta.0 * x).into(), (deltas.delta.1 * x).into());
    let link = |element| transcript::Link::new(element, &chain, "Eve", deltas.delta.0, after, x, Fr::from(7)).unwrap();
    let mut equal = transcript.clone();
    equal.contributions.push(transcript::Contribution {
        name: "Eve".into(),
        beacon: None,
        delta: link("delta"),
        delta_d: link("delta_D"),
    });
    assert_eq!(equal.follow(), Err(SetupError::Key("gamma, delta and delta_D are not three different points")));
}

#[test]
fn powers_that_are_none_are_refused() {
    let powers = &CEREMONY.powers;
    let (one, two) = (G1Affine::generator(), G2Affine::generator());
    let changes: [&dyn Fn(&mut Powers); 9] = [
        &|p| p.tau_g1[3] = one,
        &|p| p.tau_g1[30] = one,
        &|p| p.tau_g2[15] = two,
        &|p| p.alpha_g1[9] = one,
        &|p| p.beta_g1[15] = one,
        &|p| p.beta_g2 = two,
        &|p| p.alpha_g1[0] = G1Affine::zero(),
        &|p| p.tau_g1.truncate(30),
        // Not in the subgroup.
        &|p| {
            let mut x = ark_bn254::Fq2::one();
            while G2Affine::get_point_from_x_unchecked(x, false).is_none() {
                x += ark_bn254::Fq2::one();
            }
            p.tau_g2[2] = G2Affine::get_point_from_x_unchecked(x, false).unwrap();
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut copy = powers.clone();
        change(&mut copy);
        assert!(copy.check().is_err(), "change {number}");
    }
}

#[test]
fn files_of_powers_come_back_and_cut_ones_are_refused() {
    let powers = &CEREMONY.powers;
    let file = ptau::write(powers);
    assert_eq!(&ptau::read(&file, 4).unwrap(), powers);
    assert_eq!(ptau::read(&file, 3).unwrap(), powers.cut(3).unwrap());
    assert_eq!(ptau::read(&file, 5), Err(SetupError::TooFew { needed: 5, have: 4 }));
    for length in (0..file.len()).step_by(37) {
        assert!(ptau::read(&file[..length], 4).is_err(), "{length} bytes");
    }
}

#[test]
fn a_file_of_snarkjs_is_read_and_a_ceremony_stands_on_it() {
    // Made by snarkjs 0.7.6: `powersoftau new bn128 3`, one contribution, `prepare phase2`.
    let powers = ptau::read(include_bytes!("snarkjs-bn128-3.ptau"), 3).unwrap();
    powers.check().unwrap();
    let matrices = circuit(2);
    let mut transcript = opened(&matrices, &powers);
    let mut key = initial(&matrices, &powers).unwrap();
    let link = contribute(&mut key, &transcript.chain(), "Ada", [11; 32]).unwrap();
    transcript.contributions.push(link);
    let last = beacon(&mut key, &transcript.chain(), b"block 1,000,000", 6).unwrap();
    transcript.contributions.push(last);
    let file = key_file(&key, &matrices);
    recheck_files(&matrices, CLASS, &powers, &transcript.to_bytes(), &file).unwrap();
}

#[test]
fn key_files_come_back_in_pieces_of_any_size_and_changed_bytes_are_caught() {
    let matrices = circuit(4);
    let key = dev(&matrices, 1, [3; 32]).unwrap();
    let label = Label { class: 1, circuit: matrices.digest(), insecure: true };
    let file = keyfile::to_bytes(&key, label).unwrap();
    let head = Head::read(&file, None).unwrap().unwrap();
    let pin = head.sha256();
    assert_eq!(keyfile::from_bytes(&file, Some(&pin)).unwrap(), (head.clone(), key.clone()));
    assert_eq!(head.file_bytes(), file.len() as u64);
    assert!(head.insecure);
    for size in [1, 7, 64, 100, file.len()] {
        let range = head.range(SectionKind::BG2);
        let bytes = &file[range.start as usize..range.end as usize];
        let mut reader = SectionReader::new(&head, SectionKind::BG2).unwrap();
        for piece in bytes.chunks(size) {
            assert!(reader.push(piece).unwrap().is_empty());
        }
        assert_eq!(reader.finish().unwrap(), keyfile::Part::BG2(key.proof.b_g2.clone()));
    }
    for place in (0..file.len()).step_by(11) {
        let mut changed = file.clone();
        changed[place] ^= 1;
        assert!(keyfile::from_bytes(&changed, Some(&pin)).is_err(), "byte {place}");
        assert!(keyfile::from_bytes(&file[..place], Some(&pin)).is_err(), "cut at {place}");
    }
    assert_eq!(keyfile::from_bytes(&file, Some(&[0; 32])), Err(KeyFileError::OtherKey));
    assert_eq!(Head::read(&file[..40], None), Ok(None));
}
