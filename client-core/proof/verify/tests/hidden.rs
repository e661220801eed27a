//! What may be hidden, where, and what a hidden part can never do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod common;

use common::{
    EXEC_S, Trapdoor, by_bytes, bytes_program, digests, hidden_read, hidden_written, host_call, local, program,
};
use zera_primitives::Hash;
use zera_proof_rows::{LogEntry, Program};
use zera_proof_verify::{
    Emitted, Events, HostLog, Origin, Part, ProofFile, Statement, VerifyError, describe, rules, verify_program,
};

fn refuses(statement: &Statement, log: &HostLog, program: &Program) -> &'static str {
    match rules::check(statement, log, program) {
        Err(VerifyError::Statement(what) | VerifyError::Log(what)) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn arguments_result_and_events_can_be_hidden_locally() {
    let trapdoor = Trapdoor::new(1);
    let (log, statement) = by_bytes();
    let mut file = ProofFile { statement, log, segments: Vec::new(), module: None };
    trapdoor.prove(&mut file, &bytes_program(), &[EXEC_S], 1);
    let keys = trapdoor.prepared();
    verify_program(&file.statement, &file.log, &file.segments, &bytes_program(), &keys).unwrap();
    let words = describe(&file.statement, keys.keys());
    assert_eq!(words.hides.len(), 4);
    assert!(words.rests_on.last().unwrap().contains("prover’s word"));
}

#[test]
fn only_values_are_hidden_never_places() {
    let (log, statement) = by_bytes();
    let checked = rules::check(&statement, &log, &bytes_program()).unwrap();
    let hidden: Vec<_> = checked.log.iter().filter(|(_, hidden)| *hidden).map(|(entry, _)| *entry).collect();
    let place = |entry: &LogEntry| match entry {
        LogEntry::Memory { word, mask, write, value, .. } => (*word, *mask, *write, *value),
        other => panic!("{other:?}"),
    };
    let places: Vec<_> = hidden.iter().map(place).collect();
    // 8 bytes at 64, 4 at 75, topic of 5 at 64, data of 2 at 128, result of 3 at 64.
    let wanted = [(8, 255, true, 0), (9, 0x78, true, 0), (8, 31, false, 0), (16, 3, false, 0), (8, 7, false, 0)];
    assert_eq!(places, wanted);
}

#[test]
fn a_call_that_stands_in_a_block_hides_nothing() {
    let (log, statement) = by_bytes();
    let ledger = Origin::Ledger { transaction: Hash([3; 32]), call: 0 };
    assert!(
        refuses(&Statement { origin: ledger, ..statement }, &log, &bytes_program()).starts_with("a call that stands")
    );
    let log = common::log();
    let direct = common::statement(&log);
    let args = vec![Part::Hidden(8), direct.args[1].clone()];
    refuses(&Statement { args, ..direct.clone() }, &log, &program());
    refuses(&Statement { result: Some(Part::Hidden(8)), ..direct }, &log, &program());
}

#[test]
fn hidden_arguments_of_a_direct_call_are_flags_for_the_end_segment() {
    let log = common::log();
    let mut statement = local(&log);
    statement.args[1] = Part::Hidden(4);
    let end = rules::check(&statement, &log, &program()).unwrap().end;
    assert_eq!(end.hidden[..3], [false, true, false]);
    assert_eq!(end.narrow[..3], [false, true, false]);
    statement.args[0] = Part::Hidden(8);
    let checked = rules::check(&statement, &log, &program()).unwrap();
    assert_eq!(checked.args, [None, None]);
    assert_eq!(checked.end.narrow[..3], [false, true, false]);
    statement.args[0] = Part::Hidden(4);
    refuses(&statement, &log, &program());
    let many = Program { params: vec![true; 9], stack_slot: 11, ..program() };
    let mut args = vec![Part::Public(vec![0; 8]); 9];
    args[8] = Part::Hidden(8);
    refuses(&Statement { args, ..local(&log) }, &log, &many);
}

#[test]
fn hidden_arguments_are_read_once_and_inside_their_length() {
    let (log, statement) = by_bytes();
    let again = |offset: u64, length: u64| {
        let mut log = log.clone();
        let bytes = vec![0; length as usize];
        log.calls.push(hidden_written(host_call("input_read", &[64, offset, length], &[], &bytes, 0)));
        let (host_digest, _) = digests(&log);
        refuses(&Statement { host_digest, ..statement.clone() }, &log, &bytes_program())
    };
    assert_eq!(again(7, 1), "a hidden part of the arguments is read twice");
    assert_eq!(again(0, 12), "a hidden part of the arguments is read twice");
    assert_eq!(again(12, 1), "arguments are read past their end");
}

#[test]
fn hidden_arguments_of_a_direct_call_are_not_read_as_bytes() {
    let call = hidden_written(host_call("input_read", &[64, 0, 8], &[], &[1; 8], 0));
    let log = HostLog { calls: vec![call], stop: None };
    let mut statement = local(&log);
    statement.args[0] = Part::Hidden(8);
    assert!(refuses(&statement, &log, &program()).contains("read as bytes"));
}

#[test]
fn hidden_arguments_do_not_stand_in_the_log() {
    let (mut log, statement) = by_bytes();
    log.calls[1].written = Part::Public(vec![1; 8]);
    assert_eq!(refuses(&statement, &log, &bytes_program()), "hidden arguments stand in the log");
}

#[test]
fn what_the_host_answers_is_never_hidden() {
    let trials = [
        hidden_written(host_call("storage_get", &[64, 3, 128, 16], &[b"key"], b"value", 5)),
        hidden_written(host_call("caller", &[300], &[], &[9; 32], 0)),
        hidden_read(host_call("storage_get", &[64, 3, 128, 16], &[b"key"], b"value", 5), &[0]),
        hidden_read(host_call("storage_set", &[64, 3, 131, 4], &[b"key", b"next"], b"", 0), &[1]),
        hidden_read(host_call("blake3", &[70, 3, 200], &[b"abc"], blake3::hash(b"abc").as_bytes(), 0), &[0]),
        hidden_written(host_call("emit_event", &[64, 5, 128, 2], &[b"topic", b"\x01\x02"], b"", 0)),
    ];
    for call in trials {
        let log = HostLog { calls: vec![call], stop: None };
        refuses(&local(&log), &log, &program());
    }
}

#[test]
fn events_are_all_shown_or_all_hidden_and_counted() {
    let (mut log, statement) = by_bytes();
    refuses(&Statement { events: Events::Hidden(2), ..statement.clone() }, &log, &bytes_program());
    let shown = vec![Emitted { topic: b"topic".to_vec(), data: vec![1, 2] }];
    refuses(&Statement { events: Events::Public(shown), ..statement.clone() }, &log, &bytes_program());
    log.calls[3].read[0] = Part::Public(b"topic".to_vec());
    refuses(&statement, &log, &bytes_program());
}

#[test]
fn a_hidden_result_has_its_length_and_is_hidden_everywhere() {
    let (mut log, statement) = by_bytes();
    refuses(&Statement { result: Some(Part::Hidden(4)), ..statement.clone() }, &log, &bytes_program());
    refuses(&Statement { result: Some(Part::Public(b"abc".to_vec())), ..statement.clone() }, &log, &bytes_program());
    log.calls[4].read[0] = Part::Public(b"abc".to_vec());
    refuses(&statement, &log, &bytes_program());
}

#[test]
fn more_hidden_entries_than_the_end_segment_takes_are_refused() {
    let trapdoor = Trapdoor::new(1);
    let read = |bytes: u64| {
        let call = hidden_written(host_call("input_read", &[64, 0, bytes], &[], &vec![1; bytes as usize], 0));
        let log = HostLog { calls: vec![call], stop: None };
        let (host_digest, storage_digest) = digests(&log);
        let args = vec![Part::Hidden(bytes as u32)];
        let result = Some(Part::Public(Vec::new()));
        let base = local(&HostLog::default());
        let statement = Statement { args, result, host_digest, storage_digest, ..base };
        let mut file = ProofFile { statement, log, segments: Vec::new(), module: None };
        trapdoor.prove(&mut file, &bytes_program(), &[EXEC_S], 1);
        verify_program(&file.statement, &file.log, &file.segments, &bytes_program(), &trapdoor.prepared())
    };
    assert!(read(40 * 8).is_ok());
    assert_eq!(read(41 * 8), Err(VerifyError::Segments("more is hidden than the end segment takes")));
}

#[test]
fn a_huge_hidden_part_costs_no_memory() {
    let (mut log, statement) = by_bytes();
    log.calls[4].args[1] = u64::from(u32::MAX);
    log.calls[4].read[0] = Part::Hidden(u32::MAX);
    refuses(&statement, &log, &bytes_program());
}
