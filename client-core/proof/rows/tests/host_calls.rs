//! Guests that make random host calls, on random chains, with ample and with scarce gas: rows and the reference engine
//! agree, and a record in which anything was changed is not replayed.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use codec::{Decode, Encode};
use common::{
    Chain, Rng,
    twin::{Seen, Twin},
};
use std::{collections::BTreeMap, fmt::Write};
use zera_primitives::Hash;
use zera_proof_rows::{Kind, ReplayError, replay};
use zera_vm::{
    AccessKind, HostDigest, Outcome, StorageAccess, StorageDigest, TraceRecord,
    abi::ValKind,
    host::table::{FUNCTIONS, HostId},
};

/// One operand of a host call: mostly a small pointer or length, sometimes at an edge.
fn operand(rng: &mut Rng, at: usize) -> u64 {
    match rng.below(30) {
        0 => 65_536 - rng.below(40),
        1 => rng.below(1 << 32),
        2 => 0,
        // Pointers and lengths stand in turn.
        _ if at % 2 == 1 => rng.below(12),
        _ => 8 * rng.below(40) + rng.below(3),
    }
}

/// A guest of up to twelve host calls, most of them of functions that answer.
fn guest(rng: &mut Rng) -> String {
    let (mut imports, mut body) = (String::new(), String::new());
    let types = |kinds: &[ValKind]| -> String {
        kinds.iter().map(|kind| if *kind == ValKind::I64 { " i64" } else { " i32" }).collect()
    };
    for known in FUNCTIONS {
        let result = known.result.map_or(String::new(), |kind| format!("(result{})", types(&[kind])));
        let (name, params) = (known.name, types(known.params));
        writeln!(imports, "(import \"zera\" \"{name}\" (func ${name} (param{params}) {result}))").expect("text");
    }
    for _ in 0..1 + rng.below(12) {
        let known = match rng.below(4) {
            // Storage, input and result most of all.
            0 => &FUNCTIONS[1 + rng.below(5) as usize],
            _ => &FUNCTIONS[rng.below(FUNCTIONS.len() as u64) as usize],
        };
        if known.id == HostId::Fail && rng.below(4) != 0 {
            continue;
        }
        let mut args = String::new();
        for (at, kind) in known.params.iter().enumerate() {
            match kind {
                ValKind::I64 => write!(args, "(i64.const {})", rng.below(16)),
                ValKind::I32 if matches!(known.id, HostId::InputRead | HostId::ReturnedRead) && at > 0 => {
                    write!(args, "(i32.const {})", rng.below(6))
                }
                ValKind::I32 => write!(args, "(i32.const {})", operand(rng, at) as u32),
            }
            .expect("text");
        }
        let call = format!("(call ${}{args})", known.name);
        let target = 1_024 + 8 * rng.below(40);
        match known.result {
            None => writeln!(body, "{call}"),
            Some(ValKind::I32) => writeln!(body, "(i32.store (i32.const {target}) {call})"),
            Some(ValKind::I64) => writeln!(body, "(i64.store (i32.const {target}) {call})"),
        }
        .expect("text");
    }
    format!(
        "(module {imports} (memory 1 1) (data (i32.const 0) \"keyskeyskeykey\\00\\01tag, topic and other texts\")
           (func (export \"go\") {body}))"
    )
}

/// A chain on which some keys of [`guest`]'s texts have values.
fn chain(rng: &mut Rng) -> Chain {
    let mut chain = Chain { slot: rng.next(), attached: Some(u128::from(rng.next())), ..Chain::default() };
    for key in ["k", "key", "keys", "ke", "skey", "y", "sk", "eyskey", "keyskey", "keykey", "t", "ta"] {
        for old in [false, true] {
            if rng.below(3) != 0 {
                let len = rng.below(30) as usize;
                let storage = if old { &mut chain.old_storage } else { &mut chain.storage };
                storage.insert(key.into(), rng.bytes(len));
            }
        }
    }
    chain.returns = (rng.below(3) != 0).then(|| (rng.bytes(9), rng.below(5_000)));
    chain
}

#[test]
fn guests_that_call_the_host_agree() {
    let wanted = if std::env::var_os("ZERA_LONG").is_some() { 20_000 } else { 1_500 };
    let (mut outcomes, mut answered) = (BTreeMap::new(), BTreeMap::new());
    for seed in 0..wanted {
        let mut rng = Rng(seed);
        let code = wat::parse_str(guest(&mut rng)).expect("valid text format");
        let twin = Twin::new(&code).expect("in the profile").expect("provable");
        let chain = chain(&mut rng);
        let gas = if rng.below(3) == 0 { rng.below(12_000) } else { 60_000_000 };
        let input = rng.bytes(9);
        let Seen::Same(same) = twin.call("go", &input, &chain, gas) else { panic!("seed {seed} cannot be proven") };
        let (_, trace, done) = *same;
        *outcomes.entry(format!("{:?}", trace.outcome)).or_insert(0) += 1;
        for call in &done.trace.host_calls {
            *answered.entry(FUNCTIONS[usize::from(call.function)].name).or_insert(0) += 1;
        }
        let calls = trace.steps.iter().filter(|step| step.kind == Kind::HostArgument || step.kind == Kind::HostCall);
        assert_eq!(calls.count(), trace.log.len(), "seed {seed}: a step for each entry");
    }
    println!("{outcomes:?} {answered:?}");
    assert!(outcomes.len() >= 4, "{outcomes:?}");
    assert_eq!(answered.len(), FUNCTIONS.len() - 1, "all but `fail` answer: {answered:?}");
}

/// Makes a record's digests those of its bodies again.
fn seal(record: &mut TraceRecord) {
    let (mut log, mut storage) = (HostDigest::default(), StorageDigest::default());
    for call in &record.host_calls {
        log.call(call.function, call.returned, call.gas, &call.written);
    }
    record.stop.into_iter().for_each(|stop| log.stop(stop));
    record.storage.iter().for_each(|access| storage.access(access.kind, &access.key, access.value.as_deref()));
    (record.host_digest, record.storage_digest) = (log.finish(), storage.finish());
}

const KEEPER: &str = r#"(module
  (import "zera" "input_len" (func $input_len (result i32)))
  (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
  (import "zera" "output_write" (func $output_write (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "storage_remove" (func $remove (param i32 i32)))
  (import "zera" "blake3" (func $blake3 (param i32 i32 i32)))
  (import "zera" "fail" (func $fail (param i32 i32)))
  (memory 1 1) (data (i32.const 0) "keykeep")
  (func (export "keep")
    (call $input_read (i32.const 64) (i32.const 1) (i32.sub (call $input_len) (i32.const 1)))
    (drop (call $get (i32.const 0) (i32.const 3) (i32.const 128) (i32.const 16)))
    (call $set (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 8))
    (call $remove (i32.const 0) (i32.const 2))
    (call $blake3 (i32.const 64) (i32.const 20) (i32.const 256))
    (call $output_write (i32.const 256) (i32.const 32))
    (if (i32.eqz (i32.load8_u (i32.const 64))) (then (call $fail (i32.const 0) (i32.const 3))))))"#;

/// The record of a call of the keeper: one that ends well, or one that the guest ends itself.
fn record(fails: bool) -> (Vec<u8>, TraceRecord) {
    let code = wat::parse_str(KEEPER).expect("valid text format");
    let twin = Twin::new(&code).expect("in the profile").expect("provable");
    let mut chain = Chain::default();
    chain.storage.insert(b"key".to_vec(), b"a value of more than sixteen bytes".to_vec());
    let Seen::Same(same) = twin.call("keep", &[1, u8::from(!fails), 3, 4], &chain, 1 << 20) else {
        panic!("it can be proven")
    };
    assert_eq!(same.2.outcome, if fails { Outcome::HostRefused } else { Outcome::Ok }, "{:?}", same.2.diagnostic);
    (code, same.2.trace)
}

type Change<'c> = (&'c str, &'c dyn Fn(&mut TraceRecord));

#[test]
fn a_changed_record_is_a_disagreement() {
    let changes: [Change<'_>; 27] = [
        ("code", &|record| record.code_hash = Hash([1; 32])),
        ("arguments", &|record| record.args[2] = 9),
        ("one argument more", &|record| record.args.push(0)),
        ("result", &|record| record.result.push(0)),
        ("gas", &|record| record.gas_used += 1),
        ("gas limit", &|record| record.gas_limit = record.gas_used - 1),
        ("outcome", &|record| record.outcome = Outcome::Trap),
        ("host digest", &|record| record.host_digest = Hash([2; 32])),
        ("storage digest", &|record| record.storage_digest = Hash([3; 32])),
        ("function", &|record| record.host_calls[0].function = HostId::Height as u16),
        ("unknown function", &|record| record.host_calls[0].function = 9_999),
        ("length of the input", &|record| record.host_calls[0].returned += 1),
        ("result beyond 32 bits", &|record| record.host_calls[2].returned |= 1 << 32),
        ("input", &|record| record.host_calls[1].written[0] ^= 1),
        ("value read", &|record| record.host_calls[2].written[0] ^= 1),
        ("length of the value read", &|record| record.host_calls[2].returned -= 1),
        ("hash", &|record| record.host_calls[5].written[31] ^= 1),
        ("gas of a host call", &|record| record.host_calls[3].gas += 1),
        ("a host call less", &|record| record.host_calls.truncate(record.host_calls.len() - 1)),
        ("two host calls exchanged", &|record| record.host_calls.swap(3, 4)),
        ("a host call more", &|record| record.host_calls.push(record.host_calls[0].clone())),
        ("the call that ended it", &|record| {
            let function = HostId::Fail as u16;
            let gas = if record.stop.is_some() { 1 } else { 53 };
            record.stop = Some(zera_vm::HostStop { function, gas });
        }),
        ("key", &|record| record.storage[0].key[0] ^= 1),
        ("kind of access", &|record| record.storage[1].kind = AccessKind::Remove),
        ("value written", &|record| record.storage[1].value = Some(vec![1; 8])),
        ("an access less", &|record| record.storage.truncate(record.storage.len() - 1)),
        ("an access more", &|record| {
            record.storage.push(StorageAccess { kind: AccessKind::Remove, key: vec![1], value: None });
        }),
    ];
    for fails in [false, true] {
        let (code, honest) = record(fails);
        assert!(replay(&honest, &code).is_ok());
        for (what, change) in &changes {
            for sealed in [false, true] {
                let mut changed = honest.clone();
                change(&mut changed);
                if sealed && !what.ends_with("digest") {
                    seal(&mut changed);
                }
                let said = replay(&changed, &code);
                assert!(matches!(said, Err(ReplayError::Disagreement(_))), "{what}, {fails}, {sealed}: {said:?}");
            }
        }
        let incomplete = TraceRecord { complete: false, ..honest.clone() };
        assert_eq!(replay(&incomplete, &code), Err(ReplayError::Incomplete));
        let unknown = TraceRecord { entry: "other".into(), ..honest };
        assert!(matches!(replay(&unknown, &code), Err(ReplayError::Unprovable(_))));
    }
}

#[test]
fn no_record_does_harm() {
    let (mut ends, records) = (BTreeMap::new(), [record(false), record(true)]);
    for seed in 0..4_000 {
        let mut rng = Rng(seed);
        let (code, honest) = &records[seed as usize % 2];
        let mut bytes = honest.encode();
        for _ in 0..1 + rng.below(3) {
            let at = rng.below(bytes.len() as u64) as usize;
            bytes[at] = if rng.below(2) == 0 { bytes[at] ^ 1 << rng.below(8) } else { rng.next() as u8 };
        }
        let Ok(mut changed) = TraceRecord::decode(&mut bytes.as_slice()) else { continue };
        changed.code_hash = honest.code_hash;
        seal(&mut changed);
        let end = match replay(&changed, code) {
            Ok(_) => "well",
            Err(ReplayError::Disagreement(_)) => "a disagreement",
            Err(ReplayError::Unprovable(_)) => "unprovable",
            Err(ReplayError::Incomplete) => "incomplete",
            Err(ReplayError::Trace(_)) => "no trace",
        };
        *ends.entry(end).or_insert(0) += 1;
    }
    println!("{ends:?}");
    assert!(ends.len() >= 4, "{ends:?}");
}
