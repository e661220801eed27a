//! Bytes from outside: any of them decode or are refused, and whatever decodes gets an answer.

use super::bench::{Bench, now};
use codec::Encode as _;
use proptest::prelude::*;
use zera_primitives::{
    AccountId, Amount, Hash, Height, ModuleId, Payload, ProposalId, Side, payload::Execution, tx::Call,
};
use zera_worker_protocol::{Command, KeySource, MESSAGE_BYTES, Page, RehearsalOf, ToPage, ToWorker, WhatIf, decode};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..64)
}

fn call() -> impl Strategy<Value = Call> {
    let id = any::<[u8; 32]>();
    prop_oneof![
        (id, any::<u128>()).prop_map(|(to, amount)| Call::Transfer { to: AccountId(to), amount: Amount(amount) }),
        (id, any::<u32>(), bytes()).prop_map(|(code, index, bytes)| Call::UploadChunk {
            code: Hash(code),
            index,
            bytes
        }),
        (id, any::<u32>()).prop_map(|(code, length)| Call::BeginUpload { code: Hash(code), length, chunks: vec![] }),
        (id, ".*", bytes(), any::<u128>()).prop_map(|(module, entry, args, value)| {
            Call::Module { module: ModuleId(module), entry, args, value: Amount(value) }
        }),
        any::<u128>().prop_map(|amount| Call::Stake { amount: Amount(amount) }),
        (any::<u64>(), any::<u128>()).prop_map(|(proposal, amount)| {
            Call::Allocate { proposal: ProposalId(proposal), side: Side::For, amount: Amount(amount) }
        }),
    ]
}

fn payload() -> impl Strategy<Value = Payload> {
    let module_id = any::<[u8; 32]>().prop_map(ModuleId);
    prop_oneof![
        (module_id, any::<u64>()).prop_map(|(module_id, slots)| Payload::Freeze {
            module_id,
            slots,
            description: String::new()
        }),
        any::<u64>().prop_map(|id| Payload::Spam { proposal: ProposalId(id), description: String::new() }),
        any::<[u8; 32]>().prop_map(|code| {
            Payload::Execute(Execution { code: Hash(code), effects: Vec::new(), description: String::new() })
        }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let id = any::<[u8; 32]>();
    prop_oneof![
        Just(Command::Start),
        Just(Command::Status),
        (any::<Option<u64>>(), any::<u32>())
            .prop_map(|(from, limit)| Command::Blocks(Page { from: from.map(Height), limit })),
        any::<u64>().prop_map(|height| Command::Block(Height(height))),
        id.prop_map(|hash| Command::Transaction(Hash(hash))),
        bytes().prop_map(Command::Inspect),
        (id, bytes(), any::<u32>()).prop_map(|(module, after, limit)| Command::Storage {
            module: ModuleId(module),
            after,
            limit
        }),
        (id, ".*", bytes()).prop_map(|(module, entry, args)| Command::Query { module: ModuleId(module), entry, args }),
        (any::<u64>(), any::<u128>()).prop_map(|(proposal, amount)| Command::Forecast {
            proposal: ProposalId(proposal),
            what_if: Some(WhatIf { side: Side::Against, amount: Amount(amount) }),
        }),
        id.prop_map(|account| Command::Account(AccountId(account))),
        ".*".prop_map(|words| Command::AddKey(KeySource::Phrase(words))),
        (bytes(), ".*").prop_map(|(bytes, passphrase)| Command::AddKey(KeySource::File { bytes, passphrase })),
        id.prop_map(|account| Command::UseKey(AccountId(account))),
        id.prop_map(|account| Command::RemoveKey(AccountId(account))),
        (proptest::collection::vec(bytes(), 0..3), proptest::collection::vec(call(), 0..4))
            .prop_map(|(codes, calls)| Command::Prepare { codes, calls }),
        any::<u32>().prop_map(|plan| Command::Sign { plan }),
        bytes().prop_map(Command::Submit),
        bytes().prop_map(Command::Import),
        any::<u64>().prop_map(|slots| Command::Advance { slots }),
        (any::<u64>(), any::<u32>())
            .prop_map(|(id, replay)| Command::DryRun { of: RehearsalOf::Proposal(ProposalId(id)), replay }),
        (proptest::collection::vec(bytes(), 0..3), payload(), any::<u32>()).prop_map(|(codes, payload, replay)| {
            Command::DryRun { of: RehearsalOf::Payload { codes, payload }, replay }
        }),
        (id, id).prop_map(|(old, new)| Command::Compare { old: Hash(old), new: Hash(new) }),
        (id, any::<Option<u32>>()).prop_map(|(code, function)| Command::Disassemble { code: Hash(code), function }),
        any::<u32>().prop_map(|request| Command::Cancel { request }),
        id.prop_map(|hash| Command::Reexecute(Hash(hash))),
        (id, any::<u64>())
            .prop_map(|(module, height)| Command::CodeAt { module: ModuleId(module), height: Height(height) }),
        (id, ".*", any::<Option<[u8; 32]>>(), any::<u32>()).prop_map(|(manager, tag, after, limit)| Command::Fleet {
            manager: ModuleId(manager),
            tag,
            after: after.map(ModuleId),
            limit,
        }),
        (any::<Option<[u8; 32]>>(), any::<Option<u64>>(), any::<u32>())
            .prop_map(|(module, before, limit)| { Command::Journal { module: module.map(ModuleId), before, limit } }),
        Just(Command::ExportJournal),
        bytes().prop_map(Command::CheckJournal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = decode::<ToWorker>(&bytes) {
            prop_assert_eq!(message.encode(), bytes.clone());
        }
        let _ = decode::<ToPage>(&bytes);
    }

    #[test]
    fn a_broken_message_is_refused_or_means_something_else(command in command(), at in any::<usize>(), bit in 0u8..8) {
        let message = ToWorker { request: 7, command };
        let mut bytes = message.encode();
        let decoded = decode::<ToWorker>(&bytes);
        prop_assert_eq!(decoded.as_ref(), Ok(&message));
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert_ne!(decode::<ToWorker>(&bytes), Ok(message));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_is_answered_and_the_chain_stays_sound(commands in proptest::collection::vec(command(), 1..40)) {
        let mut bench = Bench::new();
        bench.add_key(7);
        for command in commands {
            let _ = bench.ask(command);
        }
        bench.settle();
        let head = bench.status().head;
        let mut again = bench.crash();
        prop_assert_eq!(again.status().head, head);
    }
}

#[test]
fn nothing_is_answered_before_the_start() {
    let mut node = crate::node::Node::<_, u32>::new(super::world::Memory::new());
    for command in [Command::Status, Command::Modules, Command::Export, Command::Reset, Command::Advance { slots: 1 }] {
        let error = now(node.handle(1, command)).unwrap().unwrap_err();
        assert_eq!(error.kind, zera_worker_protocol::ErrorKind::NotStarted);
    }
    assert!(matches!(now(node.work(true, &crate::node::run::Deaf)), crate::node::Work::Nothing));
}

#[test]
fn a_length_that_lies_does_not_allocate() {
    // Import of 2^30 − 1 bytes with none behind the length.
    let mut bytes = ToWorker { request: 1, command: Command::Import(Vec::new()) }.encode();
    bytes.pop();
    bytes.extend_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    assert!(decode::<ToWorker>(&bytes).is_err());
    assert!(decode::<ToWorker>(&vec![0; MESSAGE_BYTES + 1]).is_err());
}
