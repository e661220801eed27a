//! Proposals: what the active key has not voted on first, then what it has, then what has closed; each with its bar.
//! Several can be chosen to split stake over them in one signature.

use super::{shown_page, split, whole};
use crate::{
    answer,
    charts::bar_row,
    client::{live, use_client},
    components::{bare, empty, file_link, head, leaf, link, react, table, td, td_known},
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{ProposalId, ProposalState};
use zera_worker_protocol::{AccountView, Command, ProposalView};

type All = Memo<Vec<ProposalView>>;

/// Where a proposal stands on this page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Group {
    Inbox,
    Voted,
    Closed,
}

fn group(proposal: &ProposalView) -> Group {
    match (proposal.state.is_live(), &proposal.mine) {
        (false, _) => Group::Closed,
        (true, Some(_)) => Group::Voted,
        // Nothing decides about one that migrates any more.
        (true, None) if proposal.state.is_open() => Group::Inbox,
        (true, None) => Group::Voted,
    }
}

/// `/proposals`, with `?split=1,2` for the editor of these.
#[must_use]
pub fn page() -> AnyView {
    let slot = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    let all: All = Memo::new(move |_| {
        slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned().unwrap_or_default())
    });
    let asked = crate::router::query("split").unwrap_or_default();
    let chosen: RwSignal<Vec<ProposalId>> =
        RwSignal::new(asked.split(',').filter_map(|id| id.parse().ok().map(ProposalId)).collect());
    let known = Memo::new(move |_| slot.with(|answer| matches!(answer, Some(Ok(_)))));
    let groups = Memo::new(move |_| all.with(|all| all.iter().map(|p| (p.id, group(p))).collect::<Vec<_>>()));
    let client = use_client();
    let account = Memo::new(move |_| client.status.with(|status| status.as_ref().and_then(|status| status.account)));
    let part = move |wanted: Group, nothing: &'static str| {
        let ids = Memo::new(move |_| {
            groups.with(|all| all.iter().filter(|(_, group)| *group == wanted).map(|(id, _)| *id).collect::<Vec<_>>())
        });
        let batch = wanted != Group::Closed;
        react(move || ids.with(|ids| live_rows(ids, all, batch.then_some(chosen), nothing)))
    };
    let leaves = move || {
        let inbox = if account.get().is_some() {
            leaf(say!(INBOX), say!(INBOX_NOTE), part(Group::Inbox, say!(INBOX_EMPTY)))
        } else {
            leaf(say!(LIVE), say!(BAR_NOTE), part(Group::Inbox, say!(PROPOSALS_EMPTY_LIVE)))
        };
        let voted = account.get().map(|_| leaf(say!(VOTED), say!(BAR_NOTE), part(Group::Voted, say!(VOTED_EMPTY))));
        view! {
            {inbox}{voted}
            {account.get().map(|_| split_leaf(all, chosen))}
            {leaf(say!(CLOSED), say!(CLOSED_NOTE), part(Group::Closed, say!(PROPOSALS_EMPTY_CLOSED)))}
        }
        .into_any()
    };
    let summary = Memo::new(move |_| all.with(|all| title(all)));
    view! {
        {shown_page(slot, say!(NAV_PROPOSALS).into(), move |_| react(move || head(().into_any(), summary.get(), say!(PROPOSALS_LEAD))))}
        <p class="row tools">{file_link("btn solid", "/proposals/new", say!(NEW_PROPOSAL))}</p>
        {react(move || if known.get() { leaves() } else { ().into_any() })}
        {whole()}
    }
    .into_any()
}

/// The finding: how many wait for a vote, how many are over the bar.
fn title(all: &[ProposalView]) -> String {
    let open = all.iter().filter(|p| p.state.is_live()).count();
    let waiting = all.iter().filter(|p| group(p) == Group::Inbox).count();
    let over = |p: &&ProposalView| {
        matches!(
            p.state,
            ProposalState::Confirming { .. } | ProposalState::Approved { .. } | ProposalState::LockedIn { .. }
        )
    };
    let above = all.iter().filter(over).count();
    let open_words = text::plural(open, say!(ONE_PROPOSAL), say!(MANY_PROPOSALS));
    match (all.len(), open, waiting) {
        (0, ..) => say!(PROPOSALS_NONE).to_owned(),
        (_, 0, _) => say!(PROPOSALS_ALL_CLOSED, text::plural(all.len(), say!(ONE_CLOSED), say!(MANY_CLOSED))),
        (_, _, 0) => say!(PROPOSALS_TITLE, open_words, above),
        (.., waiting) => say!(PROPOSALS_WAITING, open_words, waiting, above),
    }
}

fn split_leaf(all: All, chosen: RwSignal<Vec<ProposalId>>) -> AnyView {
    let client = use_client();
    let id = Memo::new(move |_| client.status.with(|status| status.as_ref().and_then(|status| status.account)));
    let slot = live(move || id.get().map(Command::Account), |result| answer!(result, Account));
    let account: Memo<Option<Box<AccountView>>> =
        Memo::new(move |_| slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned()));
    let any = Memo::new(move |_| !chosen.with(Vec::is_empty));
    let content = move || {
        if any.get() { split::editor(account, all, chosen) } else { empty(say!(SPLIT_CHOOSE), ()) }
    };
    view! { <div id="split">{leaf(say!(SPLIT), say!(SPLIT_NOTE), react(content))}</div> }.into_any()
}

/// Proposals as rows that follow the chain without being drawn anew, so that focus and choice stay.
fn live_rows(
    ids: &[ProposalId],
    all: All,
    chosen: Option<RwSignal<Vec<ProposalId>>>,
    nothing: &'static str,
) -> AnyView {
    if ids.is_empty() {
        return empty(nothing, ());
    }
    let rows = ids.iter().map(|id| {
        let id = *id;
        let one = Memo::new(move |_| all.with(|all| all.iter().find(|proposal| proposal.id == id).cloned()));
        let show = move |draw: fn(&ProposalView) -> AnyView| {
            react(move || one.with(|proposal| proposal.as_ref().map(draw)).into_any())
        };
        let title = all.with_untracked(|all| all.iter().find(|p| p.id == id).map(|p| (text::safe(&p.title), p.class)));
        let (title, class) = title.map_or_else(Default::default, |(title, class)| (title, words::class(class)));
        let check = chosen.map(|chosen| choose(id, chosen));
        let name = view! { <span class="pick">{check}<span><a href=format!("/proposals/{id}")>{format!("#{id} ")}<bdi>{title}</bdi></a><span class="sub">{class}</span></span></span> };
        let bar = view! { <td role="cell" class="bar-cell">{show(bar_row)}</td> }.into_any();
        (name.into_any(), vec![bar, td(say!(STATE), show(standing_cell)), td_known(show(evidence_cell))])
    });
    rows_table(rows.collect())
}

fn choose(id: ProposalId, chosen: RwSignal<Vec<ProposalId>>) -> AnyView {
    let on = move || chosen.with(|chosen| chosen.contains(&id));
    let toggle = move |_| {
        chosen.update(|chosen| {
            if let Some(at) = chosen.iter().position(|known| *known == id) {
                chosen.remove(at);
            } else {
                chosen.push(id);
            }
        });
    };
    view! { <input type="checkbox" class="pick-box" aria-label=say!(SPLIT_PICK, id) prop:checked=on on:change=toggle /> }
        .into_any()
}

fn totals(proposal: &ProposalView) -> String {
    format!("{} / {}", text::zra_short(proposal.conviction.0), text::zra_short(needed(proposal)))
}

fn standing_cell(proposal: &ProposalView) -> AnyView {
    view! { {standing(proposal)}<span class="sub">{totals(proposal)}</span> }.into_any()
}

fn evidence_cell(proposal: &ProposalView) -> AnyView {
    bare(known::recomputed(totals(proposal), say!(CONVICTION_ABOUT), say!(P_ARITHMETIC_HOW)))
}

fn rows_table(rows: Vec<(AnyView, Vec<AnyView>)>) -> AnyView {
    let columns = [(say!(CHANGE), false), (say!(CONVICTION_BAR), false), (say!(STATE), false), ("", false)];
    view! { <div class="prop-rows">{table(say!(NAV_PROPOSALS), &columns, rows)}</div> }.into_any()
}

/// Proposals as rows with their bars.
pub fn rows(proposals: &[&ProposalView], nothing: &'static str) -> AnyView {
    if proposals.is_empty() {
        return empty(nothing, ());
    }
    let rows = proposals.iter().map(|proposal| {
        let title = format!("#{} {}", proposal.id, text::safe(&proposal.title));
        let name = view! { {link(format!("/proposals/{}", proposal.id), title)}<span class="sub">{words::class(proposal.class)}</span> };
        let bar = view! { <td role="cell" class="bar-cell">{bar_row(proposal)}</td> }.into_any();
        (name.into_any(), vec![bar, td(say!(STATE), standing_cell(proposal)), td_known(evidence_cell(proposal))])
    });
    rows_table(rows.collect())
}

/// Threshold plus what stake against adds: the bar.
#[must_use]
pub fn needed(proposal: &ProposalView) -> zera_primitives::Amount {
    zera_primitives::Amount(proposal.threshold.0.saturating_add(proposal.conviction.1.0))
}

fn standing(proposal: &ProposalView) -> String {
    let client = use_client();
    let now = client
        .clock
        .get_untracked()
        .max(client.head.with_untracked(|head| head.as_ref().map_or(0, |head| head.slot.0)));
    match proposal.state {
        ProposalState::Active { height } => say!(ENACTED_AT, text::count(height.0)),
        ProposalState::RolledBack { height, by } => say!(ROLLED_BACK_AT, text::count(height.0), by),
        ProposalState::Aborted { reason, height } => say!(ABORTED_BECAUSE, words::abort(reason), text::count(height.0)),
        ProposalState::Expired { height } => say!(EXPIRED_AT, text::count(height.0)),
        ProposalState::Withdrawn { height } => say!(WITHDRAWN_AT, text::count(height.0)),
        ProposalState::Migrating { .. } | ProposalState::LockedIn { .. } => words::state(&proposal.state).to_owned(),
        ref state => say!(CLOSES_IN, words::state(state), text::duration(proposal.expires.0.saturating_sub(now))),
    }
}
