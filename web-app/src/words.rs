//! Enumerations of the protocol in words of the locale.

use crate::{deeds, say, text};
use zera_primitives::{
    AbortReason, AccountId, Address, Class, Outcome, Payload, ProposalState, Side, manifest::ExportKind, tx::Call,
};
use zera_worker_protocol::{EngineUse, IncidentKind, LaneTransaction, PipelineState, Stall};

/// How a transaction ended.
#[must_use]
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => say!(O_OK),
        Outcome::OutOfGas => say!(O_GAS),
        Outcome::StackLimit => say!(O_STACK),
        Outcome::Trap => say!(O_TRAP),
        Outcome::HostRefused => say!(O_REFUSED),
        Outcome::Invalid => say!(O_INVALID),
    }
}

/// A class of proposals.
#[must_use]
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Patch => say!(C_PATCH),
        Class::Minor => say!(C_MINOR),
        Class::Major => say!(C_MAJOR),
        Class::Governance => say!(C_GOVERNANCE),
        Class::Emergency => say!(C_EMERGENCY),
    }
}

/// Where a proposal stands, in one word.
#[must_use]
pub const fn state(state: &ProposalState) -> &'static str {
    match state {
        ProposalState::Submitted => say!(S_SUBMITTED),
        ProposalState::Accruing => say!(S_ACCRUING),
        ProposalState::Confirming { .. } => say!(S_CONFIRMING),
        ProposalState::Approved { .. } => say!(S_APPROVED),
        ProposalState::LockedIn { .. } => say!(S_LOCKED_IN),
        ProposalState::Migrating { .. } => say!(S_MIGRATING),
        ProposalState::Active { .. } => say!(S_ACTIVE),
        ProposalState::RolledBack { .. } => say!(S_ROLLED_BACK),
        ProposalState::Aborted { .. } => say!(S_ABORTED),
        ProposalState::Expired { .. } => say!(S_EXPIRED),
        ProposalState::Withdrawn { .. } => say!(S_WITHDRAWN),
    }
}

/// What happened to a pipeline, as the end of a sentence that begins with it.
#[must_use]
pub const fn incident(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::Trapped => say!(I_TRAPPED),
        IncidentKind::Hung => say!(I_HUNG),
        IncidentKind::OutOfMemory => say!(I_MEMORY),
        IncidentKind::Garbled => say!(I_GARBLED),
        IncidentKind::NotStarted => say!(I_NOT_STARTED),
    }
}

/// What a pipeline is doing.
#[must_use]
pub const fn pipeline_state(state: PipelineState) -> &'static str {
    match state {
        PipelineState::Starting => say!(PS_STARTING),
        PipelineState::Idle => say!(PS_IDLE),
        PipelineState::Busy => say!(PS_BUSY),
        PipelineState::Down => say!(PS_DOWN),
    }
}

/// Which engines executed a run.
#[must_use]
pub const fn engine_use(engine: EngineUse) -> &'static str {
    match engine {
        EngineUse::None => say!(EU_NONE),
        EngineUse::Fast => say!(EU_FAST),
        EngineUse::Reference => say!(EU_REFERENCE),
        EngineUse::Both => say!(EU_BOTH),
    }
}

/// What a transaction of a timeline does, in a few words: its first call, and how many more.
#[must_use]
pub fn lane_call(transaction: &LaneTransaction) -> String {
    let first = match transaction.module {
        Some(_) => say!(CALL_MODULE, text::safe(&transaction.entry)),
        None => deeds::keyed(crate::en::CALL_KINDS, &transaction.entry),
    };
    match transaction.calls {
        0 | 1 => first,
        calls => say!(CALL_AND_MORE, first, calls - 1),
    }
}

/// Why an enactment changed nothing.
#[must_use]
pub const fn abort(reason: AbortReason) -> &'static str {
    match reason {
        AbortReason::NoSuchModule => say!(A_NO_MODULE),
        AbortReason::CodeMissing => say!(A_CODE_MISSING),
        AbortReason::CodeInvalid => say!(A_CODE_INVALID),
        AbortReason::BadVersion => say!(A_BAD_VERSION),
        AbortReason::SchemaMismatch => say!(A_SCHEMA),
        AbortReason::ClassTooLow => say!(A_CLASS),
        AbortReason::MigrationFailed => say!(A_MIGRATION),
        AbortReason::MigrationOutOfGas => say!(A_MIGRATION_GAS),
        AbortReason::Unhealthy => say!(A_UNHEALTHY),
        AbortReason::BadParameter => say!(A_PARAMETER),
        AbortReason::SetterFailed => say!(A_SETTER),
        AbortReason::BadParams => say!(A_PARAMS),
        AbortReason::SameCode => say!(A_SAME_CODE),
        AbortReason::MigrationTooLong => say!(A_MIGRATION_LONG),
        AbortReason::InvariantBroken => say!(A_INVARIANT),
        AbortReason::NoSuchVersion => say!(A_NO_VERSION),
        AbortReason::GenerationGone => say!(A_GENERATION_GONE),
        AbortReason::DataWritten => say!(A_DATA_WRITTEN),
        AbortReason::AlreadyFrozen => say!(A_ALREADY_FROZEN),
        AbortReason::NotFrozen => say!(A_NOT_FROZEN),
        AbortReason::FreezeTooLong => say!(A_FREEZE_LONG),
        AbortReason::Busy => say!(A_BUSY),
        AbortReason::BadReference => say!(A_BAD_REFERENCE),
        AbortReason::ExecutionFailed => say!(A_EXECUTION),
        AbortReason::OtherEffects => say!(A_OTHER_EFFECTS),
        AbortReason::Spam => say!(A_SPAM),
        AbortReason::NothingToClose => say!(A_NOTHING_TO_CLOSE),
        AbortReason::BadBuilders => say!(A_BAD_BUILDERS),
        AbortReason::BadValidators => say!(A_BAD_VALIDATORS),
        AbortReason::NothingToProve => say!(A_NOTHING_TO_PROVE),
    }
}

/// For or against.
#[must_use]
pub const fn side(side: Side) -> &'static str {
    match side {
        Side::For => say!(FOR),
        Side::Against => say!(AGAINST),
    }
}

/// What an export is for.
#[must_use]
pub const fn export(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Constructor => say!(X_CONSTRUCTOR),
        ExportKind::Call => say!(X_CALL),
        ExportKind::Query => say!(X_QUERY),
        ExportKind::Setter => say!(X_SETTER),
        ExportKind::Migration => say!(X_MIGRATION),
        ExportKind::Health => say!(X_HEALTH),
        ExportKind::Invariant => say!(X_INVARIANT),
    }
}

/// What a payload does, in one line.
#[must_use]
pub fn payload(payload: &Payload) -> String {
    match payload {
        Payload::Upgrade(upgrade) => say!(PL_UPGRADE, upgrade.new_version),
        Payload::Config { changes, .. } => {
            let names: Vec<&str> = changes.iter().map(|change| change.parameter.as_str()).collect();
            say!(PL_CONFIG, text::safe(&names.join(", ")))
        }
        Payload::Parameters { .. } => say!(PL_PARAMS).to_owned(),
        Payload::Rollback(rollback) => say!(PL_ROLLBACK, rollback.to_version),
        Payload::Freeze { slots, .. } => say!(PL_FREEZE, text::duration(*slots)),
        Payload::Unfreeze { .. } => say!(PL_UNFREEZE).to_owned(),
        Payload::Reference { reference, .. } => say!(PL_REFERENCE, text::safe(&reference.tag)),
        Payload::Execute(execution) => {
            say!(PL_EXECUTE, text::plural(execution.effects.len(), say!(ONE_EFFECT), say!(MANY_EFFECTS)))
        }
        Payload::Spam { proposal, .. } => say!(PL_SPAM, proposal),
        Payload::Builders { add, remove, .. } => say!(PL_BUILDERS, add.len(), remove.len()),
        Payload::Validators { add, remove, .. } => say!(PL_VALIDATORS, add.len(), remove.len()),
        Payload::RequestProof { transaction, call, .. } => {
            say!(PL_REQUEST_PROOF, call, text::short(&transaction.to_hex()))
        }
    }
}

/// The short address of an account.
#[must_use]
pub fn account(id: &AccountId) -> String {
    text::short(&Address::Account(*id).to_text(crate::client::network()))
}

/// One step of a transaction, in one line.
#[must_use]
pub fn call(call: &Call) -> String {
    match call {
        Call::Transfer { to, amount } => say!(CALL_TRANSFER, text::zra(*amount), account(to)),
        Call::BeginUpload { length, chunks, .. } => say!(
            CALL_BEGIN,
            text::bytes((*length).into()),
            text::plural(chunks.len(), say!(ONE_CHUNK), say!(MANY_CHUNKS))
        ),
        Call::UploadChunk { index, bytes, .. } => say!(CALL_CHUNK, index + 1, text::bytes(bytes.len() as u64)),
        Call::Deploy { code, .. } => say!(CALL_DEPLOY, text::short(&code.to_hex())),
        Call::Module { entry, value, .. } if value.is_zero() => say!(CALL_MODULE, entry),
        Call::Module { entry, value, .. } => say!(CALL_MODULE_PAID, entry, text::zra(*value)),
        Call::Stake { amount } => say!(CALL_STAKE, text::zra(*amount)),
        Call::Unstake { amount } => say!(CALL_UNSTAKE, text::zra(*amount)),
        Call::Propose { title, .. } => say!(CALL_PROPOSE, text::safe(title)),
        Call::Allocate { proposal, amount, .. } if amount.is_zero() => say!(CALL_RELEASE, proposal),
        Call::Allocate { proposal, side, amount } => {
            say!(CALL_ALLOCATE, text::zra(*amount), self::side(*side), proposal)
        }
        Call::Withdraw { proposal } => say!(CALL_WITHDRAW, proposal),
        Call::Delegate { class, amount, .. } if amount.is_zero() => say!(CALL_CLAW_BACK, self::class(*class)),
        Call::Delegate { class, to, amount } => {
            say!(CALL_DELEGATE, text::zra(*amount), self::class(*class), account(to))
        }
        Call::AllocateDelegated { proposal, share_ppm: 0, .. } => say!(CALL_DELEGATED_RELEASE, proposal),
        Call::AllocateDelegated { proposal, side, share_ppm } => {
            say!(CALL_DELEGATED, text::percent_ppm(*share_ppm), self::side(*side), proposal)
        }
        Call::DeployReference { reference, .. } => say!(CALL_DEPLOY_REFERENCE, text::safe(&reference.tag)),
        Call::Attest { code, rebuilt, .. } if code == rebuilt => {
            say!(CALL_ATTEST_AGREES, text::short(&code.to_hex()))
        }
        Call::Attest { code, .. } => say!(CALL_ATTEST_DIFFERS, text::short(&code.to_hex())),
        Call::RequestProof { transaction, call } => {
            say!(CALL_REQUEST_PROOF, call, text::short(&transaction.to_hex()))
        }
        Call::SubmitProof { proof } => say!(CALL_SUBMIT_PROOF, text::bytes(proof.len() as u64)),
    }
}

/// Why the head does not advance.
#[must_use]
pub fn stall(stall: &Stall) -> String {
    match stall {
        Stall::Offline => say!(STALL_OFFLINE).to_owned(),
        Stall::NoPeer => say!(STALL_NO_PEER).to_owned(),
        Stall::NothingNew => say!(STALL_NOTHING_NEW).to_owned(),
        Stall::Unverifiable(detail) => say!(STALL_UNVERIFIABLE, text::safe(detail)),
        Stall::Expired => say!(STALL_EXPIRED).to_owned(),
        Stall::Conflict => say!(STALL_CONFLICT).to_owned(),
        Stall::OtherRules => say!(STALL_OTHER_RULES).to_owned(),
        Stall::Storage(detail) => say!(STALL_STORAGE, text::safe(detail)),
    }
}
