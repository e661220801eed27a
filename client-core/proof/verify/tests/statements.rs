//! Attacks on what is stated: every field changed, numbers that stand for others, replays, other programs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use common::{EXEC_M, EXEC_S, Trapdoor, file, host_call, program, statement};
use zera_primitives::{Hash, Outcome};
use zera_proof_rows::Program;
use zera_proof_verify::{
    Emitted, Events, HostLog, HostStop, Origin, Part, ProofFile, Statement, VerifyError, rules, verify, verify_program,
};

type Change = (&'static str, fn(&mut Statement));
type LogChange = (fn(&mut HostLog), &'static str);

fn refused(file: &ProofFile, program: &Program, trapdoor: &Trapdoor) -> VerifyError {
    verify_program(&file.statement, &file.log, &file.segments, program, &trapdoor.prepared()).unwrap_err()
}

/// Every field of a statement, each changed in itself alone.
const CHANGES: &[Change] = &[
    ("chain", |s| s.chain.0[31] ^= 1),
    ("runtime version", |s| s.runtime_version += 1),
    ("translator", |s| s.translator += 1),
    ("keys", |s| s.keys.0[0] ^= 1),
    ("code hash", |s| s.code_hash.0[7] ^= 1),
    ("entry", |s| s.entry.push('2')),
    ("first argument", |s| s.args[0] = Part::Public(42u64.to_le_bytes().to_vec())),
    ("second argument", |s| s.args[1] = Part::Public(vec![0; 4])),
    ("argument left out", |s| drop(s.args.pop())),
    ("argument added", |s| s.args.push(Part::Public(Vec::new()))),
    ("argument longer", |s| s.args[1] = Part::Public(1u64.to_le_bytes().to_vec())),
    ("argument hidden", |s| s.args[0] = Part::Hidden(8)),
    ("result", |s| s.result = Some(Part::Public(43u64.to_le_bytes().to_vec()))),
    ("result shorter", |s| s.result = Some(Part::Public(vec![42, 0, 0, 0]))),
    ("result hidden", |s| s.result = Some(Part::Hidden(8))),
    ("no result", |s| s.result = None),
    ("event's topic", |s| s.events = Events::Public(vec![Emitted { topic: b"topik".to_vec(), data: vec![1, 2] }])),
    ("event's data", |s| s.events = Events::Public(vec![Emitted { topic: b"topic".to_vec(), data: vec![1, 3] }])),
    ("no events", |s| s.events = Events::Public(Vec::new())),
    ("hidden events", |s| s.events = Events::Hidden(1)),
    ("outcome trap", |s| s.outcome = Outcome::Trap),
    ("outcome out of gas", |s| s.outcome = Outcome::OutOfGas),
    ("outcome stack limit", |s| s.outcome = Outcome::StackLimit),
    ("outcome refused", |s| s.outcome = Outcome::HostRefused),
    ("outcome invalid", |s| s.outcome = Outcome::Invalid),
    ("gas", |s| s.gas += 1),
    ("gas charged", |s| s.gas_charged -= 1),
    ("gas and gas charged", |s| (s.gas, s.gas_charged) = (s.gas - 1, s.gas_charged - 1)),
    ("gas limit", |s| s.gas_limit += 1),
    ("gas limit below the gas", |s| s.gas_limit = s.gas - 1),
    ("stack limit", |s| s.stack_limit += 1),
    ("host digest", |s| s.host_digest.0[3] ^= 16),
    ("storage digest", |s| s.storage_digest.0[3] ^= 16),
    ("origin", |s| s.origin = Origin::Local),
    ("transaction", |s| s.origin = Origin::Ledger { transaction: Hash([5; 32]), call: 0 }),
    ("call", |s| s.origin = Origin::Ledger { transaction: Hash([3; 32]), call: 1 }),
    ("nonce", |s| s.nonce.0[0] ^= 1),
];

#[test]
fn a_change_in_every_field_of_the_statement_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S, EXEC_M], 1);
    for (name, change) in CHANGES {
        let mut changed = good.clone();
        change(&mut changed.statement);
        assert_ne!(changed.statement.digest(), good.statement.digest(), "{name}");
        refused(&changed, &program(), &trapdoor);
    }
}

#[test]
fn a_change_of_outcome_that_also_drops_the_result_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S], 1);
    for outcome in [Outcome::Trap, Outcome::StackLimit] {
        let mut changed = good.clone();
        (changed.statement.outcome, changed.statement.result) = (outcome, None);
        assert_eq!(refused(&changed, &program(), &trapdoor), VerifyError::Sum);
    }
}

#[test]
fn every_bit_of_the_hashes_counts() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S], 1);
    let keys = trapdoor.prepared();
    for bit in 0..256 {
        for field in 0..3 {
            let mut changed = good.clone();
            let hash = match field {
                0 => &mut changed.statement.chain,
                1 => &mut changed.statement.code_hash,
                _ => &mut changed.statement.nonce,
            };
            hash.0[bit / 8] ^= 1 << (bit % 8);
            let verdict =
                verify_program(&changed.statement, &changed.log, &changed.segments, &program(), &keys).unwrap_err();
            assert_eq!(verdict, VerifyError::Sum);
        }
    }
}

#[test]
fn replay_under_another_nonce_or_chain_is_refused() {
    let trapdoor = Trapdoor::new(1);
    let mut replayed = file(&trapdoor, &[EXEC_S], 1);
    replayed.statement.nonce = Hash([77; 32]);
    assert_eq!(refused(&replayed, &program(), &trapdoor), VerifyError::Sum);
    let mut elsewhere = file(&trapdoor, &[EXEC_S], 1);
    elsewhere.statement.chain = Hash([77; 32]);
    assert_eq!(refused(&elsewhere, &program(), &trapdoor), VerifyError::Sum);
}

#[test]
fn another_program_or_entry_is_refused_down_to_each_field_of_each_row() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S], 1);
    let changes: [fn(&mut Program); 12] = [
        |p| p.rows[6].imm -= 1,
        |p| p.rows[6].d += 1,
        |p| p.rows[6].a += 1,
        |p| p.rows[6].b += 1,
        |p| p.rows[6].target += 1,
        |p| p.rows[6].flags ^= 2,
        |p| p.rows[6].pc += 1,
        |p| p.rows.truncate(8),
        |p| p.globals[0] += 1,
        |p| p.data[1].1 -= 1,
        |p| p.pages += 1,
        |p| p.begin_gas += 1,
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut other = program();
        change(&mut other);
        refused(&good, &other, &trapdoor);
        assert_ne!(other, program(), "{index}");
    }
}

#[test]
fn a_module_with_an_equal_beginning_of_the_table_is_another_module() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S], 1);
    let mut longer = program();
    let last = *longer.rows.last().unwrap();
    longer.rows.push(last);
    refused(&good, &longer, &trapdoor);
    let mut filled = program();
    filled.rows.push(filled.rows[0]);
    refused(&good, &filled, &trapdoor);
}

#[test]
fn other_bytes_than_the_code_hash_names_are_no_module() {
    let trapdoor = Trapdoor::new(1);
    let mut good = file(&trapdoor, &[EXEC_S], 1);
    let keys = trapdoor.prepared();
    assert_eq!(verify(&good, &keys, None), Err(VerifyError::Module));
    assert_eq!(verify(&good, &keys, Some(b"\0asm\x01\0\0\0")), Err(VerifyError::Module));
    good.module = Some(b"\0asm\x01\0\0\0".to_vec());
    assert_eq!(verify(&good, &keys, None), Err(VerifyError::Module));
}

#[test]
fn host_results_and_gas_that_were_changed_are_refused() {
    let trapdoor = Trapdoor::new(1);
    let good = file(&trapdoor, &[EXEC_S], 1);
    let changes: [fn(&mut HostLog); 12] = [
        |log| log.calls[0].written = Part::Public(b"valud".to_vec()),
        |log| log.calls[0].read[0] = Part::Public(b"kez".to_vec()),
        |log| log.calls[0].returned = 4,
        |log| log.calls[0].gas += 1,
        |log| log.calls[0].args[0] += 8,
        |log| log.calls[1].whole = Some(b"valve".to_vec()),
        |log| log.calls[5].written = Part::Public(vec![0; 32]),
        |log| log.calls[6].gas -= 1,
        |log| log.calls[7].returned += 1,
        |log| drop(log.calls.pop()),
        |log| log.calls.swap(3, 4),
        |log| log.calls.push(log.calls[7].clone()),
    ];
    for change in changes {
        let mut changed = good.clone();
        change(&mut changed.log);
        refused(&changed, &program(), &trapdoor);
        // With digests that fit the changed log, too: then only rules and sums are left to catch it.
        (changed.statement.host_digest, changed.statement.storage_digest) = common::digests(&changed.log);
        refused(&changed, &program(), &trapdoor);
    }
}

/// A proof over invented host results holds, but never as a call of the ledger: its digests are not the receipt's.
#[test]
fn invented_host_results_change_the_digest_that_a_receipt_has() {
    let trapdoor = Trapdoor::new(1);
    let honest = file(&trapdoor, &[EXEC_S], 1);
    let mut log = honest.log.clone();
    log.calls[0].written = Part::Public(b"vALUE".to_vec());
    let mut invented = ProofFile { statement: statement(&log), log, segments: Vec::new(), module: None };
    trapdoor.prove(&mut invented, &program(), &[EXEC_S], 1);
    let keys = trapdoor.prepared();
    verify_program(&invented.statement, &invented.log, &invented.segments, &program(), &keys).unwrap();
    assert_ne!(invented.statement.host_digest, honest.statement.host_digest);
    assert_ne!(invented.statement.storage_digest, honest.statement.storage_digest);
    assert_ne!(invented.statement.digest(), honest.statement.digest());
}

fn refuses(statement: &Statement, log: &HostLog, program: &Program) -> &'static str {
    match rules::check(statement, log, program).unwrap_err() {
        VerifyError::Statement(what) | VerifyError::Log(what) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn gas_limit_and_outcome_go_together() {
    let log = HostLog::default();
    let base = Statement { result: None, ..statement(&log) };
    let check = |statement: &Statement| rules::check(statement, &log, &program()).map(|checked| checked.end);
    let short = Statement { outcome: Outcome::OutOfGas, gas: 100_000, gas_charged: 100_001, ..base.clone() };
    let end = check(&short).unwrap();
    assert!(end.any && end.pc == 0 && !end.result_public);
    refuses(&Statement { gas_charged: 100_000, ..short.clone() }, &log, &program());
    refuses(&Statement { gas: 99_999, ..short.clone() }, &log, &program());
    refuses(&Statement { outcome: Outcome::Trap, ..short.clone() }, &log, &program());
    let trap = Statement { outcome: Outcome::Trap, ..base.clone() };
    assert_eq!(check(&trap).unwrap().pc, 2);
    assert_eq!(check(&Statement { outcome: Outcome::StackLimit, ..base.clone() }).unwrap().pc, 3);
    refuses(&Statement { gas_charged: 100_001, gas: 100_001, ..trap }, &log, &program());
    refuses(&Statement { outcome: Outcome::HostRefused, ..base }, &log, &program());
}

#[test]
fn a_call_that_the_host_ended_says_so_and_adds_its_gas() {
    let read = vec![b"no".to_vec()];
    let stop = HostStop { function: common::id("fail"), args: vec![64, 2], read, gas: 52, access: None };
    let log = HostLog { calls: Vec::new(), stop: Some(stop) };
    let base =
        Statement { result: None, outcome: Outcome::HostRefused, gas: 5_052, gas_charged: 5_000, ..statement(&log) };
    let checked = rules::check(&base, &log, &program()).unwrap();
    assert_eq!((checked.end.pc, checked.log.len()), (4, 4));
    refuses(&Statement { gas: 5_000, ..base.clone() }, &log, &program());
    let well = Statement { outcome: Outcome::Ok, result: Some(Part::Public(vec![0; 8])), ..base.clone() };
    refuses(&well, &log, &program());
    // A host that says the gas ran out: the limit stands in the receipt, whatever it took.
    let short = Statement { outcome: Outcome::OutOfGas, gas: 100_000, ..base };
    rules::check(&short, &log, &program()).unwrap();
    refuses(&Statement { gas: 5_052, ..short }, &log, &program());
}

#[test]
fn arguments_of_32_bits_have_no_upper_half() {
    let mut log = HostLog { calls: vec![host_call("storage_remove", &[64, 1], &[b"k"], b"", 0)], stop: None };
    let good = statement(&log);
    rules::check(&good, &log, &program()).unwrap();
    log.calls[0].args[1] += 1 << 32;
    refuses(&good, &log, &program());
    let mut log = HostLog { calls: vec![host_call("caller_kind", &[], &[], b"", 1)], stop: None };
    rules::check(&statement(&log), &log, &program()).unwrap();
    log.calls[0].returned += 1 << 32;
    refuses(&statement(&log), &log, &program());
}

/// With a trapdoor every equation can be made to hold, so that only the rules are left to refuse.
#[test]
fn each_rule_refuses_by_itself() {
    let log = common::log();
    let good = statement(&log);
    let flipped = |hash: Hash| Hash(hash.0.map(|byte| byte ^ 1));
    let cases = [
        (Statement { translator: 2, ..good.clone() }, "it is about another version of the translation"),
        (Statement { host_digest: flipped(good.host_digest), ..good.clone() }, "the digest of the host log is another"),
        (
            Statement { storage_digest: flipped(good.storage_digest), ..good.clone() },
            "the digest of the storage log is another",
        ),
    ];
    for (statement, what) in cases {
        assert_eq!(refuses(&statement, &log, &program()), what);
    }
    let changes: [LogChange; 6] = [
        (|log| log.calls[5].written = Part::Public(vec![0; 32]), "a hash is not that of its bytes"),
        (|log| log.calls[5].gas += 1, "a host call took another amount of gas than it takes"),
        (|log| log.calls[6].gas -= 1, "a host call took another amount of gas than it takes"),
        (|log| log.calls[0].gas = 499, "less gas than the function takes"),
        (|log| log.calls[0].returned = 4, "a storage value has another length"),
        (|log| log.calls[7].whole = Some(Vec::new()), "a storage value where none was read"),
    ];
    for (change, what) in changes {
        let mut log = log.clone();
        change(&mut log);
        assert_eq!(refuses(&statement(&log), &log, &program()), what);
    }
}

#[test]
fn arguments_that_a_module_reads_are_those_of_the_statement() {
    let read = |offset: u64, bytes: &[u8]| {
        let length = bytes.len() as u64;
        let call = host_call("input_read", &[64, offset, length], &[], bytes, 0);
        HostLog { calls: vec![host_call("input_len", &[], &[], b"", 5), call], stop: None }
    };
    let about = |log: &HostLog| Statement {
        args: vec![Part::Public(b"abcde".to_vec())],
        result: Some(Part::Public(Vec::new())),
        ..statement(log)
    };
    let program = common::bytes_program();
    for (offset, bytes) in [(0, &b"abcde"[..]), (1, b"bc"), (5, b"")] {
        let log = read(offset, bytes);
        rules::check(&about(&log), &log, &program).unwrap();
    }
    for (offset, bytes) in [(0, &b"abcdf"[..]), (1, b"bd"), (0, b"bc")] {
        let log = read(offset, bytes);
        assert_eq!(refuses(&about(&log), &log, &program), "the arguments that were read are others");
    }
    let log = read(5, b"x");
    assert_eq!(refuses(&about(&log), &log, &program), "arguments are read past their end");
    let mut log = read(0, b"a");
    log.calls[0].returned = 6;
    assert_eq!(refuses(&about(&log), &log, &program), "the length of the arguments is another");
}
