//! What people take away: a dry run and the voting history as JSON and CSV, every figure as the node gave it.

use crate::{json::Json, text, words};
use std::fmt::Write as _;
use zera_primitives::{AccountId, Address, Effect, Height, ModuleId, Network, Slot, hash::to_hex};
use zera_worker_protocol::{CallEnd, DryRunView, ProposalDetail, ReplayView, StakeChange, StateDiff};

/// `+1.8 %`, `the same`.
#[must_use]
pub fn change(before: u64, after: u64) -> String {
    if before == after {
        return crate::say!(DRY_SAME).to_owned();
    }
    let tenths = u128::from(before.abs_diff(after)) * 1_000 / u128::from(before.max(1));
    let sign = if after > before { "+" } else { "−" };
    format!("{sign}{}.{}\u{a0}%", text::thousands(tenths / 10), tenths % 10)
}

/// The first bytes of a result, in digits.
#[must_use]
pub fn short_bytes(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => crate::say!(NOTHING).to_owned(),
        1..=16 => to_hex(bytes),
        n => format!("{}… ({})", to_hex(bytes.get(..12).unwrap_or_default()), text::bytes(n as u64)),
    }
}

fn network() -> Network {
    crate::client::network()
}

fn account(id: &AccountId) -> Json {
    Json::text(Address::Account(*id).to_text(network()))
}

fn module(id: &ModuleId) -> Json {
    Json::text(Address::Module(*id).to_text(network()))
}

fn at((height, slot): (Height, Slot)) -> [(&'static str, Json); 2] {
    [("height", Json::Number(height.0)), ("slot", Json::Number(slot.0))]
}

/// All of a dry run.
#[must_use]
pub fn dry_run(run: &DryRunView) -> Json {
    let checks = |check: &zera_worker_protocol::DryRunCheck| {
        Json::Object(vec![
            ("check", Json::text(&check.what)),
            ("before", Json::text(&check.before)),
            ("after", Json::text(&check.after)),
            ("held", Json::Bool(check.held)),
        ])
    };
    Json::Object(vec![
        ("height", Json::Number(run.height.0)),
        ("root", Json::text(run.root)),
        ("payload", Json::text(run.payload)),
        ("class", Json::maybe(run.class, |class| Json::text(words::class(class)))),
        ("abort", Json::maybe(run.abort, |reason| Json::text(format!("{reason:?}")))),
        ("cause", Json::maybe(run.cause.as_ref(), Json::text)),
        ("gas", Json::Number(run.gas.0)),
        ("writes", Json::Number(run.writes)),
        ("blocks", Json::Number(run.blocks)),
        ("checks", Json::list(&run.checks, checks)),
        ("state", state(&run.state)),
        ("replay", Json::maybe(run.replay.as_ref(), replay)),
        ("effects", Json::list(&run.effects, effect)),
        ("digest", Json::text(run.digest)),
        ("microseconds", Json::Number(run.micros)),
    ])
}

fn state(state: &StateDiff) -> Json {
    let row = |row: &zera_worker_protocol::StateRow| {
        let value = |bytes: &Option<Vec<u8>>| Json::maybe(bytes.as_ref(), |bytes| Json::Text(to_hex(bytes)));
        Json::Object(vec![
            ("module", module(&row.module)),
            ("key", Json::Text(to_hex(&row.key))),
            ("name", Json::text(&row.name)),
            ("before", value(&row.before)),
            ("after", value(&row.after)),
            ("before_text", Json::maybe(row.text.0.as_ref(), Json::text)),
            ("after_text", Json::maybe(row.text.1.as_ref(), Json::text)),
        ])
    };
    Json::Object(vec![
        ("added", Json::Number(state.added)),
        ("removed", Json::Number(state.removed)),
        ("changed", Json::Number(state.changed)),
        ("same", Json::Number(state.same)),
        ("rows", Json::list(&state.rows, row)),
    ])
}

fn replay(replay: &ReplayView) -> Json {
    let end = |end: &CallEnd| {
        Json::Object(vec![
            ("outcome", Json::text(format!("{:?}", end.outcome))),
            ("gas", Json::Number(end.gas.0)),
            ("result", Json::Text(to_hex(&end.result))),
            ("events", Json::Number(end.events.into())),
            ("cause", Json::maybe(end.cause.as_ref(), Json::text)),
        ])
    };
    let row = |row: &zera_worker_protocol::ReplayRow| {
        Json::Object(vec![
            ("transaction", Json::text(row.transaction)),
            ("height", Json::Number(row.height.0)),
            ("entry", Json::text(&row.entry)),
            ("before", end(&row.before)),
            ("after", end(&row.after)),
        ])
    };
    Json::Object(vec![
        ("asked", Json::Number(replay.asked.into())),
        ("replayed", Json::Number(replay.replayed.into())),
        ("same", Json::Number(replay.same.into())),
        ("changed", Json::list(&replay.changed, row)),
        ("median_gas", Json::List(vec![Json::Number(replay.gas.0), Json::Number(replay.gas.1)])),
    ])
}

fn effect(effect: &Effect) -> Json {
    Json::Object(match effect {
        Effect::Call { module: id, entry, times } => vec![
            ("effect", Json::text("call")),
            ("module", module(id)),
            ("entry", Json::text(entry)),
            ("times", Json::Number((*times).into())),
        ],
        Effect::Set { module: id, parameter, value } => vec![
            ("effect", Json::text("set")),
            ("module", module(id)),
            ("parameter", Json::text(parameter)),
            ("value", Json::Text(to_hex(value))),
        ],
        Effect::Move { from, to, amount } => vec![
            ("effect", Json::text("move")),
            ("from", account(from)),
            ("to", account(to)),
            ("base_units", Json::text(amount.0)),
        ],
        Effect::Upgrade { module: id, code, version, migration } => vec![
            ("effect", Json::text("upgrade")),
            ("module", module(id)),
            ("code", Json::text(code)),
            ("version", Json::Number((*version).into())),
            ("migration", Json::maybe(migration.as_ref(), Json::text)),
        ],
        Effect::Tag { manager, tag, code } => vec![
            ("effect", Json::text("tag")),
            ("manager", module(manager)),
            ("tag", Json::text(tag)),
            ("code", Json::text(code)),
        ],
    })
}

/// Every change of stake, for a spreadsheet; amounts in base units.
#[must_use]
pub fn votes_csv(changes: &[StakeChange]) -> String {
    let mut out = String::from("height,slot,account,by_delegate,side,before,after,side_total\n");
    for change in changes {
        let by = change.by.map_or_else(String::new, |by| Address::Account(by).to_text(network()));
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{},{},{},{by},{},{},{},{}",
            change.at.0.0,
            change.at.1.0,
            Address::Account(change.account).to_text(network()),
            words::side(change.side),
            change.before.0,
            change.after.0,
            change.side_total.0
        );
    }
    out
}

/// Every change of stake and of state.
#[must_use]
pub fn votes_json(detail: &ProposalDetail) -> Json {
    let change = |change: &StakeChange| {
        let mut fields = Vec::from(at(change.at));
        fields.extend([
            ("account", account(&change.account)),
            ("by_delegate", Json::maybe(change.by.as_ref(), account)),
            ("side", Json::text(words::side(change.side))),
            ("before", Json::text(change.before.0)),
            ("after", Json::text(change.after.0)),
            ("side_total", Json::text(change.side_total.0)),
        ]);
        Json::Object(fields)
    };
    let transition = |transition: &zera_worker_protocol::Transition| {
        let mut fields = Vec::from(at(transition.at));
        fields.push(("state", Json::text(format!("{:?}", transition.state))));
        Json::Object(fields)
    };
    Json::Object(vec![
        ("proposal", Json::Number(detail.proposal.id.0)),
        ("title", Json::text(&detail.proposal.title)),
        ("payload", Json::text(detail.payload_hash)),
        ("class", Json::text(words::class(detail.proposal.class))),
        ("changes", Json::list(&detail.changes, change)),
        ("transitions", Json::list(&detail.transitions, transition)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_gas_is_signed() {
        assert_eq!(change(48_212, 49_077), "+1.7\u{a0}%");
        assert_eq!(change(1_000, 250), "−75.0\u{a0}%");
        assert_eq!(change(5, 5), crate::say!(DRY_SAME));
        assert_eq!(change(0, 2), "+200.0\u{a0}%");
    }
}
