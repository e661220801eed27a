//! Enumerations of the protocol in words of the locale.

use crate::{say, text};
use zera_primitives::{AbortReason, Class, Outcome, Payload, ProposalState, Side, manifest::ExportKind, tx::Call};

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
        ProposalState::Enacted { .. } => say!(S_ENACTED),
        ProposalState::Aborted { .. } => say!(S_ABORTED),
        ProposalState::Expired { .. } => say!(S_EXPIRED),
        ProposalState::Withdrawn { .. } => say!(S_WITHDRAWN),
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
    }
}

/// What a payload does, in one line.
#[must_use]
pub fn payload(payload: &Payload) -> String {
    match payload {
        Payload::Upgrade(upgrade) => say!(PL_UPGRADE, upgrade.new_version),
        Payload::Config { changes, .. } => {
            let names: Vec<&str> = changes.iter().map(|change| change.parameter.as_str()).collect();
            say!(PL_CONFIG, names.join(", "))
        }
        Payload::Parameters { .. } => say!(PL_PARAMS).to_owned(),
    }
}

/// One step of a transaction, in one line.
#[must_use]
pub fn call(call: &Call) -> String {
    match call {
        Call::Transfer { amount, .. } => say!(CALL_TRANSFER, text::zra(*amount)),
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
        Call::Propose { title, .. } => say!(CALL_PROPOSE, title),
        Call::Allocate { proposal, amount, .. } if amount.is_zero() => say!(CALL_RELEASE, proposal),
        Call::Allocate { proposal, side, amount } => {
            say!(CALL_ALLOCATE, text::zra(*amount), self::side(*side), proposal)
        }
        Call::Withdraw { proposal } => say!(CALL_WITHDRAW, proposal),
    }
}
