//! Proposals: live ones first, each with its bar.

use super::shown_page;
use crate::{
    answer,
    charts::bar_row,
    client::{live, use_client},
    components::{bare, empty, file_link, head, leaf, link, table, td, td_known},
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::ProposalState;
use zera_worker_protocol::{Command, ProposalView};

/// `/proposals`.
#[must_use]
pub fn page() -> AnyView {
    let slot = live(|| Some(Command::Proposals), |result| answer!(result, Proposals));
    shown_page(slot, say!(NAV_PROPOSALS).into(), |proposals| list(proposals))
}

fn list(proposals: &[ProposalView]) -> AnyView {
    let open = proposals.iter().filter(|p| p.state.is_live()).count();
    let above = proposals
        .iter()
        .filter(|p| matches!(p.state, ProposalState::Confirming { .. } | ProposalState::Approved { .. }))
        .count();
    let title = match (proposals.len(), open) {
        (0, _) => say!(PROPOSALS_NONE).to_owned(),
        (_, 0) => say!(PROPOSALS_ALL_CLOSED, text::plural(proposals.len(), say!(ONE_CLOSED), say!(MANY_CLOSED))),
        (_, open) => say!(PROPOSALS_TITLE, text::plural(open, say!(ONE_PROPOSAL), say!(MANY_PROPOSALS)), above),
    };
    let (live, closed): (Vec<_>, Vec<_>) = proposals.iter().partition(|p| p.state.is_live());
    view! {
        {head(().into_any(), title, say!(PROPOSALS_LEAD))}
        <p class="row tools">{file_link("btn solid", "/proposals/new", say!(NEW_PROPOSAL))}</p>
        {leaf(say!(LIVE), say!(BAR_NOTE), rows(&live, say!(PROPOSALS_EMPTY_LIVE)))}
        {leaf(say!(CLOSED), say!(CLOSED_NOTE), rows(&closed, say!(PROPOSALS_EMPTY_CLOSED)))}
    }
    .into_any()
}

/// Proposals as rows with their bars.
pub fn rows(proposals: &[&ProposalView], nothing: &'static str) -> AnyView {
    if proposals.is_empty() {
        return empty(nothing, ());
    }
    let rows = proposals
        .iter()
        .map(|proposal| {
            let name = view! { {link(format!("/proposals/{}", proposal.id), format!("#{} {}", proposal.id, proposal.title))}<span class="sub">{words::class(proposal.class)}</span> };
            let bar = view! { <td role="cell" class="bar-cell">{bar_row(proposal)}</td> }.into_any();
            let total = format!("{} / {}", text::zra_short(proposal.conviction.0), text::zra_short(needed(proposal)));
            let standing = view! { {standing(proposal)}<span class="sub">{total.clone()}</span> };
            let evidence = known::recomputed(total, say!(CONVICTION_ABOUT), say!(P_ARITHMETIC_HOW));
            (name.into_any(), vec![bar, td(say!(STATE), standing), td_known(bare(evidence))])
        })
        .collect();
    view! { <div class="prop-rows">{table(say!(NAV_PROPOSALS), &[(say!(CHANGE), false), (say!(CONVICTION_BAR), false), (say!(STATE), false), ("", false)], rows)}</div> }
        .into_any()
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
        ref state => say!(CLOSES_IN, words::state(state), text::duration(proposal.expires.0.saturating_sub(now))),
    }
}
