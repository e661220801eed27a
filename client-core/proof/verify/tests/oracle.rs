//! A second verifier of the same equation, written the long way: plain pairings of affine points, one segment at a time, every
//! term of the sum inverted by itself, the challenge hashed again. It and the one that ships must agree.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup, pairing::Pairing};
use ark_ff::{Field, PrimeField, Zero};
use ark_serialize::CanonicalDeserialize;
use codec::Encode;
use common::{EXEC_M, EXEC_S, Numbers, Trapdoor, file, program};
use zera_proof_rows::{LogEntry, Program};
use zera_proof_verify::{ClassKeys, ClassKind, Keys, Part, ProofFile, Statement, rules, verify_batch, verify_program};

/// β and γ, from the bytes that the format names.
fn challenge(file: &ProofFile, program: &Program) -> (Fr, Fr) {
    let digest = |domain: &str, encoded: Vec<u8>| {
        let mut hasher = blake3::Hasher::new_derive_key(domain);
        hasher.update(&(encoded.len() as u64).to_le_bytes()).update(&encoded);
        *hasher.finalize().as_bytes()
    };
    let statement = digest("zera/proof/statement/v1", file.statement.encode());
    let program = digest("zera/proof/program/v1", program.encode());
    let mut list = codec::Compact(file.segments.len() as u32).encode();
    for segment in &file.segments {
        list.push(segment.class);
        list.extend(segment.d);
    }
    let mut all = Vec::new();
    for part in [file.statement.keys.0.to_vec(), statement.to_vec(), file.log.encode(), program.to_vec(), list] {
        all.extend((part.len() as u64).to_le_bytes());
        all.extend(part);
    }
    let mut wide = [0u8; 128];
    blake3::Hasher::new_derive_key("zera/proof/challenge/v1").update(&all).finalize_xof().fill(&mut wide);
    (Fr::from_le_bytes_mod_order(&wide[..64]), Fr::from_le_bytes_mod_order(&wide[64..]))
}

/// 1 / (γ − t), naively.
fn term(beta: Fr, gamma: Fr, tag: u64, fields: &[u64]) -> Fr {
    let mut t = Fr::from(tag) * beta.pow([7]);
    for (power, field) in (0u64..).zip(fields) {
        t += beta.pow([power]) * Fr::from(*field);
    }
    (gamma - t).inverse().unwrap()
}

fn sum(file: &ProofFile, program: &Program, end: &ClassKeys, beta: Fr, gamma: Fr) -> Fr {
    let term = |tag, fields: &[u64]| term(beta, gamma, tag, fields);
    let mut sum = term(1, &[5, 0, 4]);
    let integer = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    for register in 0..u64::from(end.info.registers) {
        let part = file.statement.args.get(register as usize).filter(|_| !program.params.is_empty());
        let value = match part {
            Some(part) => match part.shown() {
                Some(bytes) => integer(bytes),
                None => continue,
            },
            None if register == u64::from(program.stack_slot) => file.statement.stack_limit,
            None => 0,
        };
        sum += term(2, &[register, value]);
    }
    for special in 0..64u64 {
        let value = match special {
            0 => u64::from(program.pages),
            1 => 0,
            _ => program.globals.get(special as usize - 2).copied().unwrap_or(0),
        };
        sum += term(2, &[(1 << 56) + special, value]);
    }
    for at in 0..end.info.rows as usize {
        sum -= match program.rows.get(at) {
            Some(row) => {
                let op = row.kind as u64 * 64 + u64::from(row.flags);
                let [d, a, b, target] = [row.d, row.a, row.b, row.target].map(u64::from);
                term(7, &[row.pc.into(), d, a, b, row.imm, target, op])
            }
            None => term(7, &[0; 7]),
        };
    }
    for (word, value) in &program.data {
        sum += term(2, &[(1 << 52) + u64::from(*word), *value]);
        sum -= term(8, &[u64::from(*word)]);
    }
    let checked = rules::check(&file.statement, &file.log, program).unwrap();
    for (at, (entry, hidden)) in (0u64..).zip(&checked.log) {
        let (function, kind, x, y, z) = match *entry {
            LogEntry::Argument { function, position, value } => (function, 1u64, u64::from(position), value, 0),
            LogEntry::Memory { function, word, mask, write, value } => {
                (function, 2, u64::from(word), u64::from(mask) + if write { 256 } else { 0 }, value)
            }
            LogEntry::Call { function, result, gas } => (function, 3, result, gas, 0),
            LogEntry::Stop { function } => (function, 4, 0, 0, 0),
        };
        let head = u64::from(function) + 65_536 * kind;
        if *hidden {
            sum += term(12, &[at, head, x, y]);
        } else {
            sum -= term(9, &[at, head, x, y, z]);
        }
    }
    sum
}

/// The verdict of the plain verifier. It leaves the rules of statements to the other one.
fn holds(file: &ProofFile, program: &Program, keys: &Keys) -> bool {
    let point = |bytes: &[u8; 32]| G1Affine::deserialize_compressed(bytes.as_slice());
    let twist = |bytes: &[u8; 64]| G2Affine::deserialize_compressed(bytes.as_slice());
    let number = |bytes: &[u8; 32]| Fr::deserialize_compressed(bytes.as_slice());
    let (beta, gamma) = challenge(file, program);
    let class = |id: u8| keys.classes.iter().find(|class| class.info.id == id).unwrap();
    let end = class(file.segments.last().unwrap().class);
    let mut total = sum(file, program, end, beta, gamma);
    let mut gas = Fr::from(program.begin_gas) - Fr::from(file.statement.gas_charged);
    let checked = rules::check(&file.statement, &file.log, program).unwrap();
    for segment in &file.segments {
        let key = class(segment.class);
        let (mine, my_gas) = (number(&segment.sum).unwrap(), number(&segment.gas).unwrap());
        total += mine;
        gas += my_gas;
        let mut inputs: Vec<Fr> = (1..8).map(|power| beta.pow([power])).collect();
        inputs.extend([gamma, mine, my_gas]);
        if key.info.kind == ClassKind::End {
            let told = checked.end;
            let flags = |flags: [bool; 8]| flags.map(|flag| Fr::from(u64::from(flag)));
            inputs.extend([u64::from(told.pc), u64::from(told.any), u64::from(told.result_public)].map(Fr::from));
            inputs.extend([told.result, told.words].map(Fr::from));
            inputs.extend(flags(told.hidden));
            inputs.extend(flags(told.narrow));
        }
        assert_eq!(inputs.len() + 1, key.ic.len());
        let mut ic = point(&key.ic[0]).unwrap().into_group();
        for (input, bytes) in inputs.iter().zip(&key.ic[1..]) {
            ic += point(bytes).unwrap() * *input;
        }
        let Ok(a) = point(&segment.a) else { return false };
        let Ok(b) = twist(&segment.b) else { return false };
        let (Ok(c), Ok(d)) = (point(&segment.c), point(&segment.d)) else { return false };
        let left = Bn254::pairing(a, b);
        let right = Bn254::pairing(point(&key.alpha_g1).unwrap(), twist(&key.beta_g2).unwrap())
            + Bn254::pairing(ic.into_affine(), twist(&key.gamma_g2).unwrap())
            + Bn254::pairing(d, twist(&key.delta_d_g2).unwrap())
            + Bn254::pairing(c, twist(&key.delta_g2).unwrap());
        if left != right {
            return false;
        }
    }
    total.is_zero() && gas.is_zero()
}

#[test]
fn both_verifiers_accept_what_holds() {
    let trapdoor = Trapdoor::new(1);
    let keys = trapdoor.prepared();
    for (seed, classes) in [&[EXEC_S][..], &[EXEC_S, EXEC_M], &[EXEC_M, EXEC_M, EXEC_S, EXEC_S]].iter().enumerate() {
        let file = file(&trapdoor, classes, seed as u64);
        let verdict = verify_program(&file.statement, &file.log, &file.segments, &program(), &keys).unwrap();
        assert_eq!(verdict.segments, classes.len() + 1);
        assert_eq!(verdict.storage.len(), 5);
        assert!(verdict.insecure);
        assert!(holds(&file, &program(), &trapdoor.keys()));
    }
}

#[test]
fn both_verifiers_accept_hidden_parts() {
    let trapdoor = Trapdoor::new(6);
    let keys = trapdoor.prepared();
    let (log, statement) = common::by_bytes();
    let direct = Statement { args: vec![Part::Hidden(8), Part::Hidden(4)], ..common::local(&common::log()) };
    for (statement, log, program) in [(statement, log, common::bytes_program()), (direct, common::log(), program())] {
        let mut file = ProofFile { statement, log, segments: Vec::new(), module: None };
        trapdoor.prove(&mut file, &program, &[EXEC_S], 2);
        verify_program(&file.statement, &file.log, &file.segments, &program, &keys).unwrap();
        assert!(holds(&file, &program, &trapdoor.keys()));
    }
}

#[test]
fn both_verifiers_refuse_what_was_changed() {
    let trapdoor = Trapdoor::new(2);
    let keys = trapdoor.prepared();
    let good = file(&trapdoor, &[EXEC_S, EXEC_M], 7);
    let mut numbers = Numbers::new(3);
    for round in 0..60 {
        let mut file = good.clone();
        let segment = &mut file.segments[(round % 3) as usize];
        let other = numbers.next();
        match round / 3 % 6 {
            0 => segment.a = common::g1_bytes(other),
            1 => segment.b = common::g2_bytes(other),
            2 => segment.c = common::g1_bytes(other),
            3 => segment.d = common::g1_bytes(other),
            4 => segment.sum = zera_proof_verify::points::to_bytes(&other).unwrap(),
            _ => segment.gas = zera_proof_verify::points::to_bytes(&other).unwrap(),
        }
        assert!(verify_program(&file.statement, &file.log, &file.segments, &program(), &keys).is_err(), "{round}");
        assert!(!holds(&file, &program(), &trapdoor.keys()), "{round}");
    }
}

#[test]
fn a_batch_holds_exactly_when_each_of_it_holds() {
    let trapdoor = Trapdoor::new(4);
    let keys = trapdoor.prepared();
    let files: Vec<ProofFile> = (0..16).map(|seed| file(&trapdoor, &[EXEC_S], seed)).collect();
    let program = program();
    let pairs: Vec<_> = files.iter().map(|file| (file, &program)).collect();
    assert_eq!(verify_batch(&pairs, &keys).unwrap().len(), 16);
    // Two wrong ones that would cancel each other without factors: C of both moved by the same point, there and back.
    let mut wrong = files.clone();
    let shift = common::g1(Numbers::new(9).next());
    for (index, sign) in [(3usize, Fr::ONE), (11, -Fr::ONE)] {
        let c = &mut wrong[index].segments[0].c;
        let point = G1Affine::deserialize_compressed(c.as_slice()).unwrap();
        *c = zera_proof_verify::points::to_bytes(&(point + shift * sign).into_affine()).unwrap();
    }
    let pairs: Vec<_> = wrong.iter().map(|file| (file, &program)).collect();
    assert!(verify_batch(&pairs, &keys).is_err());
}
