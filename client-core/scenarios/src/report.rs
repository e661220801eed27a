//! How a report words what happened. Everything of consensus is in it, and nothing that may differ between engines.

use std::fmt::Write as _;
use zera_client::{
    Sealed,
    governance::queries,
    primitives::{AccountId, Event, Hash, ModuleId, ProposalId, Slot, hash},
    registry,
    runtime::proofs,
    state::{Account, StateView},
};

/// A block with its receipts and events.
pub(crate) fn block(sealed: &Sealed) -> String {
    let record = &sealed.decoded;
    let header = &record.header;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "block {} slot {} header {}", header.height, header.slot, header.hash());
    let _ = writeln!(out, "  state {}", header.state_root);
    let _ = writeln!(out, "  receipts {} events {}", header.receipt_root, header.event_root);
    for event in &record.events {
        let _ = writeln!(out, "  {}", event_line(event));
    }
    for receipt in &record.receipts {
        let _ = writeln!(
            out,
            "  tx {} {:?} gas {} fee {} attempts {}",
            receipt.transaction, receipt.outcome, receipt.gas, receipt.fee.0, receipt.attempts
        );
        for call in &receipt.calls {
            let indent = "  ".repeat(usize::from(call.depth).saturating_add(2));
            let _ = writeln!(
                out,
                "{indent}{} {:?} gas {} result {} logs {} {}",
                call.entry, call.outcome, call.gas, call.result, call.host_log, call.storage_log
            );
        }
        for event in &receipt.events {
            let _ = writeln!(out, "    {}", event_line(event));
        }
    }
    out
}

fn event_line(event: &Event) -> String {
    format!("event {} {}", event.topic, hash::to_hex(&event.data))
}

/// An account's parts.
pub(crate) fn account(account: &Account) -> String {
    format!(
        "nonce {} free {} staked {} unbonding {} proposal deposits {} storage deposits {}",
        account.nonce,
        account.free,
        account.staked,
        account.unbonding,
        account.proposal_deposits,
        account.storage_deposits
    )
}

/// What a module runs and its history.
pub(crate) fn module(st: &dyn StateView, slot: Slot, id: &ModuleId) -> String {
    let record = match registry::module(st, id) {
        Ok(Some(record)) => record,
        other => return format!("{other:?}"),
    };
    let code = match registry::resolve(st, slot, &record.executable) {
        Ok(code) => code.to_string(),
        Err(error) => error.to_string(),
    };
    let attempts = registry::attempts(st, id).map_or(0, |attempts| attempts.len());
    format!(
        "sequence {} schema {} generation {} code {} attempts aborted {attempts}{}{}",
        record.sequence,
        record.schema,
        record.generation,
        code,
        record.frozen.map_or(String::new(), |frozen| format!(" frozen until {}", frozen.until)),
        record.migrating.map_or(String::new(), |vote| format!(" migrating by {vote}")),
    )
}

/// What a manager's tag stands at, and who follows it.
pub(crate) fn tag(st: &dyn StateView, slot: Slot, manager: &ModuleId, name: &str) -> String {
    let (record, history) = (registry::refs::tag(st, manager, name), registry::refs::tag_history(st, manager, name));
    let (Ok(record), Ok(history)) = (record, history) else { return "damaged".into() };
    match record {
        Some(tag) => format!("code {} followers {} changes {}", tag.at(slot), tag.followers, history.len()),
        None => format!("none, changes {}", history.len()),
    }
}

/// Where a proposal stands.
pub(crate) fn proposal(st: &dyn StateView, id: u64) -> String {
    let (Ok(proposal), Ok(progress)) = (queries::proposal(st, ProposalId(id)), queries::progress(st, ProposalId(id)))
    else {
        return "none".into();
    };
    let Ok(sides) = queries::sides(st, ProposalId(id)) else { return "none".into() };
    format!("{:?} {:?} for {:?} against {:?}", proposal.class, progress.state, sides.side_for, sides.side_against)
}

/// What the chain keeps of a transaction's receipt, and what it knows about proofs of its calls.
pub(crate) fn kept(state: &dyn StateView, slot: Slot, transaction: &Hash) -> String {
    match proofs::kept(state, slot, transaction) {
        Ok(None) => "not kept".into(),
        Ok(Some(kept)) => {
            let calls: Vec<String> = kept.calls.iter().map(|call| format!("{:?}", call.proof)).collect();
            format!("kept until slot {}: {}", kept.until, calls.join("; "))
        }
        Err(error) => error.to_string(),
    }
}

/// Whether code can be proven, as registered when it was stored.
pub(crate) fn provable(state: &dyn StateView, code: &Hash) -> String {
    match proofs::provability(state, code) {
        Ok(None) => "not stored".into(),
        Ok(Some(found)) => match found.table {
            Ok(table) => {
                format!("translation {} table {table}, not provable: {:?}", found.translator, found.unprovable)
            }
            Err(reason) => format!("translation {}: not provable: {reason}", found.translator),
        },
        Err(error) => error.to_string(),
    }
}

/// How many certify now and in the next epoch, and the first digits of their keys.
pub(crate) fn validators(state: &dyn StateView) -> String {
    let keys = |set: Result<Vec<AccountId>, _>| match set {
        Ok(set) => set.iter().map(|key| hash::to_hex(&key.0[..3])).collect::<Vec<_>>().join(" "),
        Err(error) => format!("{error}"),
    };
    format!("now {}; next {}", keys(registry::validators::current(state)), keys(registry::validators::next(state)))
}
