//! A rehearsal for people: what was checked, in the order of the one atomic step (design §6) up to the check that did not
//! hold, and what would differ.

use super::{checks::facts, text};
use crate::node::{chain::count, convert, long::dry_run::Run};
use codec::Encode as _;
use zera_client::{
    Ending, Replayed,
    rehearsal::{Rehearsed, StorageRow},
};
use zera_primitives::{AbortReason, Hash, Height, Payload};
use zera_worker_protocol::{CallEnd, DryRunCheck, DryRunView, Error, ReplayRow, ReplayView, StateDiff, StateRow};

/// Replayed transactions that end otherwise and are shown; the rest is counted.
const CHANGED: usize = 100;

type Order = &'static [(&'static str, &'static [AbortReason])];

/// Checks of an upgrade in order, with the reasons that end there. Names are keys of the page's locale file.
const UPGRADE: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("code", &[AbortReason::CodeMissing, AbortReason::SameCode]),
    ("profile", &[AbortReason::CodeInvalid]),
    ("version", &[AbortReason::BadVersion]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("class", &[AbortReason::ClassTooLow]),
    ("free", &[AbortReason::Busy]),
    ("migration", &[AbortReason::MigrationFailed, AbortReason::MigrationOutOfGas, AbortReason::MigrationTooLong]),
    ("invariant", &[AbortReason::InvariantBroken]),
    ("health", &[AbortReason::Unhealthy]),
];
/// The same for a return to an earlier version.
const ROLLBACK: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("version", &[AbortReason::NoSuchVersion, AbortReason::BadVersion]),
    ("code", &[AbortReason::CodeMissing, AbortReason::CodeInvalid, AbortReason::SameCode]),
    ("data", &[AbortReason::GenerationGone, AbortReason::DataWritten]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("class", &[AbortReason::ClassTooLow]),
    ("free", &[AbortReason::Busy]),
    ("migration", &[AbortReason::MigrationFailed, AbortReason::MigrationOutOfGas, AbortReason::MigrationTooLong]),
    ("invariant", &[AbortReason::InvariantBroken]),
    ("health", &[AbortReason::Unhealthy]),
];
/// The same for configuration.
const CONFIG: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("parameter", &[AbortReason::BadParameter]),
    ("class", &[AbortReason::ClassTooLow]),
    ("free", &[AbortReason::Busy]),
    ("setter", &[AbortReason::SetterFailed]),
];
/// The same for governance parameters.
const PARAMETERS: Order = &[("bounds", &[AbortReason::BadParams]), ("class", &[AbortReason::ClassTooLow])];
/// The same for a freeze.
const FREEZE: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("class", &[AbortReason::ClassTooLow]),
    ("frozen", &[AbortReason::AlreadyFrozen]),
    ("window", &[AbortReason::FreezeTooLong]),
];
/// The same for the end of a freeze.
const UNFREEZE: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("class", &[AbortReason::ClassTooLow]),
    ("frozen", &[AbortReason::NotFrozen]),
];
/// The same for a module that is put under a tag.
const REFERENCE: Order = &[
    ("module", &[AbortReason::NoSuchModule]),
    ("class", &[AbortReason::ClassTooLow]),
    ("reference", &[AbortReason::BadReference, AbortReason::SameCode]),
    ("code", &[AbortReason::CodeMissing, AbortReason::CodeInvalid]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("free", &[AbortReason::Busy]),
];
/// The same for a proposal's own code, and the upgrades that it asks for.
const EXECUTE: Order = &[
    ("code", &[AbortReason::CodeMissing, AbortReason::CodeInvalid, AbortReason::SameCode]),
    ("class", &[AbortReason::ClassTooLow]),
    ("module", &[AbortReason::NoSuchModule]),
    ("parameter", &[AbortReason::BadParameter]),
    ("reference", &[AbortReason::BadReference]),
    ("execution", &[AbortReason::ExecutionFailed]),
    ("effects", &[AbortReason::OtherEffects]),
    ("version", &[AbortReason::BadVersion]),
    ("schema", &[AbortReason::SchemaMismatch]),
    ("free", &[AbortReason::Busy]),
    ("migration", &[AbortReason::MigrationFailed, AbortReason::MigrationOutOfGas, AbortReason::MigrationTooLong]),
    ("invariant", &[AbortReason::InvariantBroken]),
    ("health", &[AbortReason::Unhealthy]),
];
/// The same for a verdict of spam. The rest of it is governance's: whether there is something to close.
const SPAM: Order = &[("class", &[AbortReason::ClassTooLow]), ("close", &[AbortReason::NothingToClose])];
/// The same for the list of builders.
const BUILDERS: Order = &[("class", &[AbortReason::ClassTooLow]), ("builders", &[AbortReason::BadBuilders])];

/// The same for a request of a proof.
const VALIDATORS: Order = &[("class", &[AbortReason::ClassTooLow]), ("validators", &[AbortReason::BadValidators])];
const REQUEST: Order = &[("class", &[AbortReason::ClassTooLow]), ("request", &[AbortReason::NothingToProve])];

/// What was checked. To be asked before anything is replayed on the states.
pub fn checks(rehearsed: &Rehearsed) -> Result<Vec<DryRunCheck>, Error> {
    let order = match &rehearsed.payload {
        Payload::Upgrade(_) => UPGRADE,
        Payload::Rollback(_) => ROLLBACK,
        Payload::Config { .. } => CONFIG,
        Payload::Parameters { .. } => PARAMETERS,
        Payload::Freeze { .. } => FREEZE,
        Payload::Unfreeze { .. } => UNFREEZE,
        Payload::Reference { .. } => REFERENCE,
        Payload::Execute(_) => EXECUTE,
        Payload::Spam { .. } => SPAM,
        Payload::Builders { .. } => BUILDERS,
        Payload::RequestProof { .. } => REQUEST,
        Payload::Validators { .. } => VALIDATORS,
    };
    let rehearsal = &rehearsed.rehearsal;
    Ok(in_order(order, &facts(rehearsed)?, rehearsal.abort, rehearsal.cause.as_deref()))
}

/// A finding under the name of its check.
pub struct Fact {
    /// The check; of an invariant `invariant:` and its name.
    pub what: String,
    /// What was found before.
    pub before: String,
    /// What was found after.
    pub after: String,
}

fn in_order(order: Order, facts: &[Fact], abort: Option<AbortReason>, cause: Option<&str>) -> Vec<DryRunCheck> {
    let mut checks = Vec::new();
    let broken = |what: &str, before: String| DryRunCheck {
        what: what.into(),
        before,
        after: cause.unwrap_or_default().to_owned(),
        held: false,
    };
    for (what, reasons) in order {
        let own =
            |fact: &&Fact| fact.what == *what || fact.what.strip_prefix(what).is_some_and(|rest| rest.starts_with(':'));
        let found: Vec<&Fact> = facts.iter().filter(own).collect();
        if abort.is_some_and(|abort| reasons.contains(&abort)) {
            let before = found.first().map(|fact| fact.before.clone()).unwrap_or_default();
            checks.push(broken(what, before));
            return checks;
        }
        // What nothing was found about held in silence; of invariants and parameters there may be none to hold.
        if found.is_empty() && *what != "invariant" {
            checks.push(DryRunCheck { what: (*what).into(), before: String::new(), after: String::new(), held: true });
        }
        checks.extend(found.into_iter().map(|fact| DryRunCheck {
            what: fact.what.clone(),
            before: fact.before.clone(),
            after: fact.after.clone(),
            held: true,
        }));
    }
    if abort.is_some() {
        checks.push(broken("other", String::new()));
    }
    checks
}

/// A complete dry run.
pub fn view(run: &Run, micros: u64) -> Result<DryRunView, Error> {
    let Run { rehearsed, diff, checks, replay, .. } = run;
    let rehearsal = &rehearsed.rehearsal;
    let mut view = DryRunView {
        height: rehearsed.height,
        root: rehearsed.root,
        payload: rehearsed.payload.hash(),
        class: rehearsed.class.as_ref().ok().copied(),
        abort: rehearsal.abort,
        cause: rehearsal.cause.clone(),
        gas: rehearsal.gas,
        writes: rehearsal.writes,
        blocks: rehearsal.blocks,
        checks: checks.clone().ok_or_else(|| convert::defect("a dry run without checks"))?,
        state: StateDiff {
            added: diff.added,
            removed: diff.removed,
            changed: diff.changed,
            same: diff.same,
            rows: diff.rows.iter().map(state_row).collect(),
        },
        replay: replay.as_ref().map(|replay| ReplayView {
            asked: replay.asked,
            replayed: replay.done,
            same: replay.same,
            changed: replay.changed.iter().rev().take(CHANGED).cloned().collect(),
            gas: (median(replay.gas.iter().map(|gas| gas.0)), median(replay.gas.iter().map(|gas| gas.1))),
        }),
        effects: rehearsed.observed.clone(),
        digest: Hash::ZERO,
        micros: 0,
    };
    view.digest = Hash::of_parts("zera/dry-run/v1", &[&view.encode()]);
    view.micros = micros;
    Ok(view)
}

/// The middle one; of two the lower.
fn median(gas: impl Iterator<Item = u64>) -> u64 {
    let mut gas: Vec<u64> = gas.collect();
    gas.sort_unstable();
    gas.get(gas.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

fn state_row(row: &StorageRow) -> StateRow {
    let words = |value: &Option<Vec<u8>>| value.as_deref().map(text::bytes);
    StateRow {
        module: row.module,
        key: row.key.clone(),
        name: text::key(&row.key),
        before: row.before.clone(),
        after: row.after.clone(),
        text: (words(&row.before), words(&row.after)),
    }
}

/// A past transaction that ends otherwise.
pub fn replay_row(height: Height, replayed: Replayed) -> ReplayRow {
    let Replayed { transaction, entry, before, after } = replayed;
    ReplayRow { transaction, height, entry, before: end(before), after: end(after) }
}

fn end(ending: Ending) -> CallEnd {
    let Ending { outcome, gas, result, events, cause } = ending;
    CallEnd { outcome, gas, result, events: count(events.len()), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(what: &str) -> Fact {
        Fact { what: what.into(), before: "1".into(), after: "2".into() }
    }

    #[test]
    fn checks_end_at_the_one_that_does_not_hold() {
        let names = |abort| {
            let checks = in_order(UPGRADE, &[fact("version")], abort, Some("because"));
            checks.into_iter().map(|check| (check.what, check.after, check.held)).collect::<Vec<_>>()
        };
        assert!(names(None).iter().all(|(.., held)| *held));
        let failed = names(Some(AbortReason::BadVersion));
        assert_eq!(failed.last(), Some(&("version".into(), "because".into(), false)));
        assert_eq!(failed.len(), 4);
        // A reason that no check of this kind ends with is still shown.
        assert_eq!(names(Some(AbortReason::Spam)).last(), Some(&("other".into(), "because".into(), false)));
    }

    #[test]
    fn every_invariant_is_a_check_of_its_own() {
        let facts = [fact("invariant:supply"), fact("invariant:owners")];
        let held = in_order(UPGRADE, &facts, None, None);
        let named: Vec<_> = held.iter().filter(|check| check.what.starts_with("invariant")).collect();
        assert_eq!(named.len(), 2);
        assert_eq!((named[0].before.as_str(), named[0].after.as_str()), ("1", "2"));
        let none = in_order(UPGRADE, &[], None, None);
        assert!(none.iter().all(|check| check.what != "invariant"));
    }

    #[test]
    fn the_median_is_the_middle_or_the_lower_of_two() {
        assert_eq!(median([3, 1, 2].into_iter()), 2);
        assert_eq!(median([4, 1, 2, 3].into_iter()), 2);
        assert_eq!(median(std::iter::empty()), 0);
    }
}
