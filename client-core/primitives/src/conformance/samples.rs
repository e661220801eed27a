//! Sample values, every variant once.

use crate::{
    amount::Amount,
    block::{Block, BlockBody, HEADER_FORMAT, Header},
    hash::Hash,
    ids::{AccountId, Gas, Height, ModuleId, ProposalId, Slot},
    keys::{SecretKey, Signature},
    manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Manifest, Parameter, SemVer},
    params::Params,
    payload::{
        Builder, ConfigChange, Effect, Executable, Execution, ExternalRef, Payload, Rollback, WasmModuleUpgradeProposal,
    },
    proposal::{AbortReason, Class, ProposalState, Side},
    receipt::{CallRecord, Event, Outcome, Receipt},
    state_key::{Room, StateKey},
    tx::{AccessHint, Call, SignedTransaction, Transaction},
};
use alloc::{boxed::Box, string::ToString, vec, vec::Vec};
use scale_info::{PortableRegistry, Registry, TypeInfo, meta_type};

pub fn hash(n: u8) -> Hash {
    Hash([n; 32])
}

pub fn account(n: u8) -> AccountId {
    AccountId([n; 32])
}

pub fn module(n: u8) -> ModuleId {
    ModuleId([n; 32])
}

pub fn key(n: u8) -> StateKey {
    StateKey::storage(&module(n), u32::from(n), &[n, 0, 255])
}

pub fn keys() -> Vec<StateKey> {
    vec![
        StateKey::default(),
        StateKey::system("supply"),
        StateKey::account(&account(1)),
        StateKey::new(Room::Code, &[&[2]]),
        StateKey::new(Room::Registry, &[&[3], &[4, 5]]),
        StateKey::proposal(6, ProposalId(7), &[8]),
        key(9),
    ]
}

pub fn upgrade() -> WasmModuleUpgradeProposal {
    WasmModuleUpgradeProposal {
        module_id: module(1),
        new_wasm_bytecode: hash(2),
        new_version: 3,
        migration_logic_hash: Some(hash(4)),
        description: "five".to_string(),
    }
}

pub fn change() -> ConfigChange {
    ConfigChange { module_id: module(1), parameter: "rate".to_string(), value: vec![2, 3] }
}

pub fn payloads() -> Vec<Payload> {
    vec![
        Payload::Upgrade(upgrade()),
        Payload::Config { changes: vec![change()], description: "config".to_string() },
        Payload::Parameters { params: Box::new(Params::network()), description: "parameters".to_string() },
        Payload::Rollback(Rollback {
            module_id: module(1),
            to_version: 2,
            reverse_migration: Some(hash(3)),
            description: "rollback".to_string(),
        }),
        Payload::Freeze { module_id: module(1), slots: 60, description: "freeze".to_string() },
        Payload::Unfreeze { module_id: module(1), description: "unfreeze".to_string() },
        Payload::Reference { module_id: module(1), reference: reference(), description: "reference".to_string() },
        Payload::Execute(Execution { code: hash(4), effects: effects(), description: "execute".to_string() }),
        Payload::Spam { proposal: ProposalId(5), description: "spam".to_string() },
        Payload::Builders {
            add: vec![Builder { account: account(6), name: "six".to_string() }],
            remove: vec![account(7)],
            description: "builders".to_string(),
        },
        Payload::RequestProof { transaction: hash(8), call: 9, description: "request".to_string() },
        Payload::Validators {
            add: vec![account(10)],
            remove: vec![account(11)],
            evidence: Some(vec![12]),
            description: "validators".to_string(),
        },
    ]
}

pub fn reference() -> ExternalRef {
    ExternalRef { manager: module(2), tag: "token".to_string(), pin: Some(hash(3)) }
}

pub fn executables() -> Vec<Executable> {
    vec![Executable::Code(hash(1)), Executable::ExternalRef(reference())]
}

pub fn effects() -> Vec<Effect> {
    vec![
        Effect::Call { module: module(1), entry: "pay".to_string(), times: 2 },
        Effect::Set { module: module(1), parameter: "rate".to_string(), value: vec![3] },
        Effect::Move { from: account(1), to: account(2), amount: Amount(4) },
        Effect::Upgrade { module: module(1), code: hash(2), version: 3, migration: Some(hash(4)) },
        Effect::Tag { manager: module(1), tag: "token".to_string(), code: hash(2) },
    ]
}

pub fn abort_reasons() -> Vec<AbortReason> {
    use AbortReason as A;
    vec![
        A::NoSuchModule,
        A::CodeMissing,
        A::CodeInvalid,
        A::BadVersion,
        A::SchemaMismatch,
        A::ClassTooLow,
        A::MigrationFailed,
        A::MigrationOutOfGas,
        A::Unhealthy,
        A::BadParameter,
        A::SetterFailed,
        A::BadParams,
        A::SameCode,
        A::MigrationTooLong,
        A::InvariantBroken,
        A::NoSuchVersion,
        A::GenerationGone,
        A::DataWritten,
        A::AlreadyFrozen,
        A::NotFrozen,
        A::FreezeTooLong,
        A::Busy,
        A::BadReference,
        A::ExecutionFailed,
        A::OtherEffects,
        A::Spam,
        A::NothingToClose,
        A::BadBuilders,
        A::NothingToProve,
        A::BadValidators,
    ]
}

pub fn proposal_states() -> Vec<ProposalState> {
    use ProposalState as S;
    let (height, at) = (Height(9), Slot(8));
    vec![
        S::Submitted,
        S::Accruing,
        S::Confirming { held: 7, at },
        S::Approved { held: 7, at, since: Slot(6) },
        S::LockedIn { height, since: Slot(5) },
        S::Migrating { height },
        S::Active { height },
        S::RolledBack { height, by: ProposalId(4) },
        S::Aborted { reason: AbortReason::Unhealthy, height },
        S::Expired { height },
        S::Withdrawn { height },
    ]
}

pub fn outcomes() -> Vec<Outcome> {
    use Outcome as O;
    vec![O::Ok, O::OutOfGas, O::StackLimit, O::Trap, O::HostRefused, O::Invalid]
}

pub fn calls() -> Vec<Call> {
    let amount = Amount(1 << 70);
    let mut calls = vec![
        Call::Transfer { to: account(1), amount },
        Call::BeginUpload { code: hash(1), length: 70_000, chunks: vec![hash(2), hash(3)] },
        Call::UploadChunk { code: hash(1), index: 1, bytes: vec![1, 2, 3] },
        Call::Deploy { code: hash(1), args: vec![4, 5], value: amount },
        Call::Module { module: module(1), entry: "deposit".to_string(), args: vec![6], value: amount },
        Call::Stake { amount },
        Call::Unstake { amount },
        Call::Allocate { proposal: ProposalId(2), side: Side::Against, amount },
        Call::Withdraw { proposal: ProposalId(2) },
        Call::Delegate { class: Class::Minor, to: account(2), amount },
        Call::AllocateDelegated { proposal: ProposalId(2), side: Side::For, share_ppm: 500_000 },
        Call::DeployReference { reference: reference(), constructor: Some(vec![7]), value: amount },
        Call::Attest { code: hash(1), rebuilt: hash(2), recipe: hash(3) },
        Call::RequestProof { transaction: hash(1), call: 2 },
        Call::SubmitProof { proof: vec![8] },
    ];
    calls.extend(payloads().into_iter().map(|payload| Call::Propose { title: "title".to_string(), payload }));
    calls
}

pub fn hint() -> AccessHint {
    AccessHint { reads: vec![key(1), key(2)], writes: vec![key(3)] }
}

pub fn transaction() -> Transaction {
    Transaction {
        sender: SecretKey::from_seed(&[1; 32]).public(),
        nonce: 2,
        expiry: Slot(3),
        gas_limit: Gas(4),
        fee_limit: Amount(5),
        calls: calls(),
        hint: hint(),
    }
}

pub fn signed() -> SignedTransaction {
    transaction().sign(&hash(6), &SecretKey::from_seed(&[1; 32]))
}

pub fn signature(n: u8) -> Signature {
    Signature([n; 64])
}

pub fn header() -> Header {
    Header {
        format: HEADER_FORMAT,
        chain: hash(1),
        height: Height(2),
        slot: Slot(3),
        epoch: 4,
        parent: hash(5),
        proposer: account(6),
        transaction_root: body().root(),
        receipt_root: hash(8),
        event_root: hash(9),
        state_root: hash(10),
        validators: hash(11),
        next_validators: hash(12),
        params: hash(13),
        runtime: hash(14),
        module_set: hash(15),
    }
}

pub fn body() -> BlockBody {
    BlockBody { skip: 60, transactions: vec![signed(), signed()] }
}

pub fn block() -> Block {
    Block { header: header(), body: body() }
}

pub fn events() -> Vec<Event> {
    vec![
        Event { module: None, topic: "enacted".to_string(), data: vec![] },
        Event { module: Some(module(1)), topic: "deposit".to_string(), data: vec![1, 2] },
    ]
}

pub fn call_record() -> CallRecord {
    CallRecord {
        depth: 1,
        module: module(2),
        code: hash(3),
        entry: "entry".to_string(),
        args: hash(4),
        result: hash(5),
        gas: Gas(6),
        host_log: hash(8),
        storage_log: hash(7),
        logged: Some("priced".into()),
        outcome: Outcome::Trap,
    }
}

pub fn receipts() -> Vec<Receipt> {
    let good = Receipt {
        transaction: hash(1),
        outcome: Outcome::Ok,
        failed_call: None,
        gas: Gas(2),
        fee: Amount(3),
        attempts: 1,
        calls: vec![call_record()],
        events: events(),
    };
    let bad = Receipt { outcome: Outcome::OutOfGas, failed_call: Some(4), attempts: 2, ..good.clone() };
    vec![good, bad]
}

#[derive(TypeInfo)]
#[expect(dead_code, reason = "only its description is used")]
struct Loan {
    owner: AccountId,
    amount: Amount,
    terms: Vec<(u64, bool)>,
}

pub fn export_kinds() -> Vec<ExportKind> {
    use ExportKind as K;
    vec![K::Constructor, K::Call, K::Query, K::Setter, K::Migration, K::Health, K::Invariant]
}

pub fn manifest() -> Manifest {
    let mut registry = Registry::new();
    let loan = registry.register_type(&meta_type::<Loan>()).id;
    let number = registry.register_type(&meta_type::<u64>()).id;
    let export = |name: &str, kind, args: &[(&str, u32)], result| Export {
        name: name.to_string(),
        kind,
        doc: "doc".to_string(),
        direct: args.len() == 1,
        payable: kind == ExportKind::Call,
        args: args.iter().map(|(name, ty)| Argument { name: (*name).to_string(), ty: *ty }).collect(),
        result,
    };
    Manifest {
        format: MANIFEST_FORMAT,
        name: "lending".to_string(),
        description: "lends".to_string(),
        version: SemVer { major: 1, minor: 2, patch: 3 },
        schema: 2,
        reads_schemas: vec![1],
        exports: vec![
            export("open", ExportKind::Call, &[("loan", loan), ("until", number)], Some(number)),
            export("rate", ExportKind::Query, &[], Some(number)),
            export("set_rate", ExportKind::Setter, &[("rate", number)], None),
        ],
        parameters: vec![Parameter {
            name: "rate".to_string(),
            doc: "doc".to_string(),
            getter: "rate".to_string(),
            setter: "set_rate".to_string(),
            ty: number,
            min: Some(1),
            max: None,
        }],
        types: PortableRegistry::from(registry),
    }
}
