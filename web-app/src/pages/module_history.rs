//! The history of a module: its lineage, any two versions compared, the journal that proves it.

use super::journal::{Export, export_journal};
use crate::{
    charts::{Stop, StopKind, lineage},
    client::Answer,
    components::{Field, compare, empty, hash, link, mark, react, select, tool_button},
    deeds, known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, Hash, ModuleId, Network};
use zera_worker_protocol::{AttemptView, ModuleDetail, ProposalView, VersionView};

/// What stands in the margin: the note, and the journal that this history is cut from.
#[must_use]
pub fn margin(id: ModuleId, network: Network) -> AnyView {
    let address = Address::Module(id).to_text(network);
    let journal = link(format!("/journal?module={address}"), say!(JOURNAL_OF_IT));
    view! { {say!(HISTORY_NOTE)}<p>{journal}</p><p>{export_journal(Export::Link)}</p> }.into_any()
}

/// The live proposals that would change this module.
#[must_use]
pub fn live_ones(module: &ModuleDetail, proposals: RwSignal<Answer<Vec<ProposalView>>>) -> Vec<ProposalView> {
    proposals.with(|answer| match answer {
        Some(Ok(all)) => all.iter().filter(|p| module.module.proposals.contains(&p.id)).cloned().collect(),
        _ => Vec::new(),
    })
}

/// The lineage: what is proposed, then everything that was enacted or aborted, newest first.
#[must_use]
pub fn history(detail: &ModuleDetail, live: &[ProposalView]) -> AnyView {
    let mut stops: Vec<(u64, Stop)> = Vec::new();
    for (i, version) in detail.versions.iter().enumerate() {
        let newer = i.checked_sub(1).and_then(|newer| detail.versions.get(newer));
        stops.push((version.enacted.0.0, of_version(version, newer)));
    }
    stops.extend(detail.attempts.iter().map(|attempt| (attempt.at.0.0, of_attempt(attempt))));
    stops.sort_by_key(|(height, _)| std::cmp::Reverse(*height));
    let proposed = live.iter().map(of_proposal);
    lineage(proposed.chain(stops.into_iter().map(|(_, stop)| stop)).collect())
}

fn proposal_link(id: zera_primitives::ProposalId) -> AnyView {
    link(format!("/proposals/{id}"), say!(PROPOSAL_N, id))
}

/// Where a version stands: the newest runs; what a rollback undid hangs beside the trunk.
const fn kind_of(version: &VersionView, newest: bool) -> StopKind {
    match (newest, version.undone) {
        (true, _) => StopKind::Runs,
        (false, true) => StopKind::Undone,
        (false, false) => StopKind::Ran,
    }
}

fn of_version(version: &VersionView, newer: Option<&VersionView>) -> Stop {
    let since = text::count(version.enacted.0.0);
    let when = match newer {
        None => say!(RUNS_SINCE, since),
        Some(newer) if version.undone => say!(RAN_THEN_BACK, since, text::count(newer.enacted.0.0)),
        Some(newer) => say!(RAN_FROM_TO, since, text::count(newer.enacted.0.0)),
    };
    let evidence = known::state(version.version.to_string(), say!(VERSION_ABOUT));
    let decided = match (version.proposal, &version.vote) {
        (None, _) => say!(DEPLOYED_FIRST).into_any(),
        (Some(id), Some(vote)) => view! { {proposal_link(id)}", "{words::class(vote.class)} }.into_any(),
        (Some(id), None) => proposal_link(id),
    };
    let by = view! { {decided}<br/>{hash(&version.code)}<br/>{mark(evidence)} };
    Stop {
        kind: kind_of(version, newer.is_none()),
        version: version.version.to_string(),
        when,
        what: what_of(version),
        by: by.into_any(),
    }
}

/// What a version changed, and what is known of the vote and of builders.
fn what_of(version: &VersionView) -> AnyView {
    let mut lines = vec![say!(VERSION_WHAT, version.sequence, version.schema, version.generation)];
    if let Some(entries) = version.migrated {
        lines.push(say!(MIGRATED, text::count(entries)));
    }
    if let Some(to) = version.rollback_to {
        lines.push(say!(BACK_TO, to));
    }
    if let Some(reference) = &version.reference {
        lines.push(say!(RAN_TAG, text::safe(&reference.tag)));
    }
    let vote = version.vote.as_ref().map(|vote| {
        let rehearsal = text::short(&vote.rehearsal.to_hex());
        view! { <span class="sub">{text::capital(&deeds::tally(vote))}". "{say!(REHEARSAL)}" "<code class="nowrap" title=vote.rehearsal.to_hex()>{format!("b3:{rehearsal}")}</code></span> }.into_any()
    });
    let (agree, differ) = version.builders;
    let builders = match (agree, differ) {
        (0, 0) => ().into_any(),
        (agree, 0) => view! { <span class="sub">{say!(BUILDERS_AGREE, agree)}</span> }.into_any(),
        (agree, differ) => view! { <span class="sub m-alarm"><b>{say!(BUILDERS_DIFFER, differ)}</b>" "{say!(BUILDERS_AGREE, agree)}</span> }.into_any(),
    };
    view! { {lines.join(" ")}{vote}{builders} }.into_any()
}

fn of_attempt(attempt: &AttemptView) -> Stop {
    let at = text::count(attempt.at.0.0);
    let evidence = known::state(attempt.proposal.to_string(), say!(VERSION_ABOUT));
    Stop {
        kind: StopKind::Aborted,
        version: say!(ATTEMPT).into(),
        when: say!(ABORTED_AT, at),
        what: view! { <b>{text::capital(words::abort(attempt.reason))}"."</b>" "{say!(ABORTED_WHAT)} }.into_any(),
        by: view! { {proposal_link(attempt.proposal)}<br/>{hash(&attempt.code)}<br/>{mark(evidence)} }.into_any(),
    }
}

fn of_proposal(proposal: &ProposalView) -> Stop {
    let evidence = known::pending(proposal.id.to_string(), say!(VERSION_ABOUT), say!(NOT_ENACTED));
    Stop {
        kind: StopKind::Proposed,
        version: say!(PROPOSED).into(),
        when: words::state(&proposal.state).into(),
        what: text::safe(&proposal.title).into_any(),
        by: view! { {proposal_link(proposal.id)}", "{words::class(proposal.class)}<br/>{mark(evidence)} }.into_any(),
    }
}

/// A version and the code it ran, for the choice of two.
pub type VersionCode = (String, Hash);

/// Versions with their codes, newest first; a code that ran several times in a row stands once.
#[must_use]
pub fn codes(detail: &ModuleDetail) -> Vec<VersionCode> {
    let mut codes: Vec<VersionCode> = Vec::new();
    let named =
        detail.versions.iter().map(|version| (say!(VERSION_CHOICE, version.sequence, version.version), version.code));
    let tried = detail.attempts.iter().map(|attempt| (say!(ATTEMPT_CHOICE, attempt.proposal), attempt.code));
    for (name, code) in named.chain(tried) {
        if codes.iter().all(|(_, known)| *known != code) {
            codes.push((name, code));
        }
    }
    codes
}

/// Pick two, and see what differs.
#[must_use]
pub fn compare_versions(codes: &[VersionCode]) -> AnyView {
    let (Some((_, newest)), Some((_, before))) = (codes.first(), codes.get(1)) else {
        return empty(say!(ONE_VERSION), view! { <p>{say!(ONE_VERSION_WHAT)}</p> });
    };
    let (old, new) = (RwSignal::new(before.to_hex()), RwSignal::new(newest.to_hex()));
    let choices = || {
        codes
            .iter()
            .map(|(name, code)| (code.to_hex(), format!("{name} · b3:{}", text::short(&code.to_hex()))))
            .collect::<Vec<_>>()
    };
    let picked: RwSignal<Option<(Hash, Hash)>> = RwSignal::new(None);
    let pick = move || picked.set(Hash::from_hex(&old.get_untracked()).zip(Hash::from_hex(&new.get_untracked())));
    let shown = move || picked.get().map(|(old, new)| compare(old, new, true));
    view! {
        <div class="stack">
            <div class="pick-two">
                {select(Field::new("old-version", say!(CMP_OLD)), choices(), old)}
                {select(Field::new("new-version", say!(CMP_NEW)), choices(), new)}
                {tool_button(say!(CMP_DO), pick)}
            </div>
            {react(move || shown().into_any())}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(sequence: u32, undone: bool) -> VersionView {
        VersionView {
            sequence,
            version: zera_primitives::manifest::SemVer::default(),
            code: Hash([u8::try_from(sequence).unwrap_or(0); 32]),
            schema: 1,
            generation: 0,
            enacted: Default::default(),
            proposal: None,
            migrated: None,
            rollback_to: None,
            reference: None,
            vote: None,
            builders: (0, 0),
            undone,
        }
    }

    #[test]
    fn what_a_vote_took_back_hangs_beside_the_trunk_and_what_runs_never_does() {
        assert_eq!(kind_of(&version(3, false), true), StopKind::Runs);
        assert_eq!(kind_of(&version(2, true), false), StopKind::Undone);
        assert_eq!(kind_of(&version(1, false), false), StopKind::Ran);
        assert!(StopKind::Undone.is_branch() && !StopKind::Ran.is_branch());
    }
}
