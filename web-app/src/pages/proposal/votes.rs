//! The voting history: every change of stake with who made it, every edge between states, and what looks like
//! manipulation. All from the chain's own logs.

use super::report;
use crate::{
    client::network,
    components::{bare, by_parts, empty, link, link_button, mark, react, slot_time, table, td, td_known, td_num},
    deeds::keyed,
    known,
    pages::keys::save_file,
    say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{AccountId, Address, ProposalState, Side};
use zera_worker_protocol::{FlagView, ProposalDetail, StakeChange, Transition};

/// Rows at a time.
const FIRST: usize = 50;

fn who(id: &AccountId) -> AnyView {
    let address = Address::Account(*id).to_text(network());
    view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any()
}

/// What stands in the margin: how many, since when, and the files.
#[must_use]
pub fn margin(detail: Memo<Option<Box<ProposalDetail>>>) -> AnyView {
    let count = Memo::new(move |_| detail.with(|d| d.as_ref().map(|d| (d.changes.len(), d.proposal.submitted.0))));
    let save = move |json: bool| {
        detail.with_untracked(|detail| {
            let Some(detail) = detail else { return };
            let name = format!("proposal-{}-votes.{}", detail.proposal.id, if json { "json" } else { "csv" });
            let file = if json { report::votes_json(detail).to_string() } else { report::votes_csv(&detail.changes) };
            save_file(&name, file.as_bytes());
        });
    };
    let since =
        move || count.get().map(|(n, height)| say!(CHANGES_SINCE, text::count(n as u64), text::count(height.0)));
    view! {
        <p>{since}</p>
        <p>{link_button("CSV", move || save(false))}" · "{link_button("JSON", move || save(true))}</p>
    }
    .into_any()
}

/// Every change of stake, newest first.
#[must_use]
pub fn changes(changes: &[StakeChange]) -> AnyView {
    if changes.is_empty() {
        return empty(say!(CHANGES_EMPTY), view! { <p>{say!(CHANGES_EMPTY_WHAT)}</p> });
    }
    let newest: Arc<[StakeChange]> = changes.iter().rev().cloned().collect();
    let total = newest.len();
    let part = move |range: std::ops::Range<usize>| {
        let rows = newest.get(range).unwrap_or_default().iter().map(change).collect();
        let columns = [
            (say!(ACCOUNT), false),
            (say!(SIDE), false),
            (say!(CHANGE_ZRA), true),
            (say!(SIDE_TOTAL), true),
            (say!(BLOCK), true),
            ("", false),
        ];
        table(say!(EVERY_CHANGE), &columns, rows)
    };
    by_parts(total, FIRST, Arc::new(part))
}

fn change(change: &StakeChange) -> (AnyView, Vec<AnyView>) {
    let (sign, size) = if change.after >= change.before {
        ("+", change.after.saturating_sub(change.before))
    } else {
        ("−", change.before.saturating_sub(change.after))
    };
    let class = if change.side == Side::For { "for" } else { "against" };
    let by = change.by.map(|by| view! { <span class="sub">{say!(BY_DELEGATE)}" "{who(&by)}</span> });
    let evidence = known::state(size.to_string(), say!(CHANGE_ABOUT));
    (
        view! { {who(&change.account)}{by} }.into_any(),
        vec![
            td(say!(SIDE), view! { <b class=class>{words::side(change.side)}</b> }),
            td_num(say!(CHANGE_ZRA), format!("{sign}{size}")),
            td_num(say!(SIDE_TOTAL), change.side_total.to_string()),
            td_num(say!(BLOCK), text::count(change.at.0.0)),
            td_known(bare(evidence)),
        ],
    )
}

/// Every edge between states, oldest first.
#[must_use]
pub fn history(transitions: &[Transition]) -> AnyView {
    let rows = transitions.iter().map(|transition| {
        let name = words::state(&transition.state);
        let more = more(&transition.state).map(|more| view! { <span class="sub">{more}</span> });
        (
            view! { {name}{more} }.into_any(),
            vec![
                td(say!(TIME), slot_time(transition.at)),
                td(say!(BLOCK), link(format!("/blocks/{}", transition.at.0), text::count(transition.at.0.0))),
                td_known(bare(known::state(name, say!(STATE_ABOUT)))),
            ],
        )
    });
    let columns = [(say!(STATE), false), (say!(TIME), false), (say!(BLOCK), false), ("", false)];
    table(say!(TIMELINE), &columns, rows.collect())
}

/// What a state says beside its name.
fn more(state: &ProposalState) -> Option<AnyView> {
    match state {
        ProposalState::Aborted { reason, .. } => Some(words::abort(*reason).into_any()),
        ProposalState::LockedIn { height, .. } => Some(say!(LOCKED_BY, text::count(height.0)).into_any()),
        ProposalState::RolledBack { by, .. } => Some(link(format!("/proposals/{by}"), say!(ROLLED_BY, by))),
        ProposalState::Confirming { held, .. } if *held > 0 => Some(say!(HELD_FOR, text::duration(*held)).into_any()),
        _ => None,
    }
}

/// What in its life is worth a look, in plain words.
#[must_use]
pub fn flags(flags: &[FlagView]) -> AnyView {
    if flags.is_empty() {
        let evidence = known::recomputed(say!(FLAGS_NONE), say!(FLAGS_ABOUT), say!(FLAGS_HOW));
        return view! { <p>{say!(FLAGS_NONE)}" "{mark(evidence)}</p> }.into_any();
    }
    let items = flags.iter().map(|flag| view! { <li>{one(flag)}</li> }.into_any());
    view! { <ul class="stack-2">{items.collect_view()}</ul> }.into_any()
}

fn one(flag: &FlagView) -> AnyView {
    let (first, last) = flag.between;
    let share = flag.amount.0.saturating_mul(1_000) / flag.base.0.max(1);
    let share = format!("{}.{}\u{a0}%", share / 10, share % 10);
    let pattern = keyed(crate::en::FLAGS, &flag.what);
    let within = match last.1.since(first.1) {
        0 => say!(FLAG_AT_ONCE).to_owned(),
        slots => say!(WITHIN_TIME, text::duration(slots)),
    };
    let words = text::fill(&pattern, &[&text::zra_short(flag.amount), &share, &within]);
    let evidence = known::recomputed(text::zra_short(flag.amount), say!(FLAGS_ABOUT), say!(FLAGS_HOW));
    let hand = flag.account.map(|account| view! { <span class="sub">{say!(FLAG_HAND)}" "{who(&account)}</span> });
    let blocks = if first.0 == last.0 {
        say!(BLOCK_BEHIND, text::count(first.0.0))
    } else {
        say!(FLAG_BETWEEN, text::count(first.0.0), text::count(last.0.0))
    };
    view! { <div class="verdict pending"><div><b>{words}</b>" "{mark(evidence)}{hand}<span class="sub dim">{blocks}</span></div></div> }
        .into_any()
}

/// A leaf's body that is drawn anew only when what it shows changes, not with every second of the clock.
#[must_use]
pub fn part<T: Clone + PartialEq + Send + Sync + 'static>(
    detail: Memo<Option<Box<ProposalDetail>>>,
    pick: fn(&ProposalDetail) -> T,
    show: impl Fn(&T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let value = Memo::new(move |_| detail.with(|detail| detail.as_ref().map(|detail| pick(detail))));
    react(move || value.with(|value| value.as_ref().map_or_else(crate::components::loading, &show)))
}
