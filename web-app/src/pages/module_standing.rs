//! How a module stands: what a call resolves to, what refuses calls now, which earlier data are kept.

use crate::{
    client::use_client,
    components::{kv, link, mark, react, verdict},
    deeds, known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Executable, Network, ProposalId, Slot};
use zera_worker_protocol::{MigrationView, ModuleDetail, StandingView};

/// Why calls are refused now, in one sentence; none when they are not.
#[must_use]
pub fn why_stopped(detail: &ModuleDetail) -> Option<String> {
    let standing = &detail.standing;
    if let Some(migration) = &standing.migration {
        return Some(say!(STOPPED_MIGRATION, migration.proposal));
    }
    standing.frozen.map(|(_, proposal)| say!(STOPPED_FROZEN, proposal))
}

/// A migration or a freeze under way, with numbers.
#[must_use]
pub fn banners(detail: &ModuleDetail) -> AnyView {
    let migration = detail.standing.migration.as_ref().map(migrating);
    let frozen = detail.standing.frozen.map(|(until, by)| frozen(until, by));
    if migration.is_none() && frozen.is_none() {
        return ().into_any();
    }
    view! { <div class="stack banners">{migration}{frozen}</div> }.into_any()
}

fn proposal_link(id: ProposalId) -> AnyView {
    link(format!("/proposals/{id}"), say!(PROPOSAL_N, id))
}

/// How far a migration is. The entries that it will write are not known beforehand: those of the data that it reads are.
#[must_use]
pub fn migrating(work: &MigrationView) -> AnyView {
    let (written, of) = work.entries;
    let title = say!(MIGRATING_TITLE, text::count(written), text::count(of));
    let figures = say!(
        MIGRATING_FIGURES,
        text::count(work.steps),
        text::count(work.gas),
        text::count(work.begun.0),
        work.generation,
        text::short(&work.code.to_hex())
    );
    let body = view! {
        <p>{say!(MIGRATING_WHAT)}" "{proposal_link(work.proposal)}</p>
        <div class="progress"><label for="migration">{say!(MIGRATING_BAR, text::count(written), text::count(of))}</label><progress id="migration" max=of.max(1).to_string() value=written.min(of).to_string()></progress></div>
        <p class="small">{figures}</p>
    };
    verdict("pending", title.clone(), body, Some(known::state(title, say!(MIGRATING_ABOUT))))
}

fn frozen(until: Slot, by: ProposalId) -> AnyView {
    let client = use_client();
    let left = move || say!(FROZEN_LEFT, text::duration(until.0.saturating_sub(client.clock.get())));
    let title = say!(FROZEN_TITLE, deeds::date(until));
    let body = view! { <p>{left}" "{say!(FROZEN_WHAT)}" "{proposal_link(by)}</p> };
    verdict("pending", title.clone(), body, Some(known::state(title, say!(FROZEN_ABOUT))))
}

struct Link {
    kind: &'static str,
    title: AnyView,
    detail: AnyView,
}

/// Instance → reference → code hash → bytes → instrumented.
#[must_use]
pub fn executable(detail: &ModuleDetail, network: Network) -> AnyView {
    let module = &detail.module;
    let step = |title: AnyView, detail: AnyView| Link { kind: "", title, detail };
    let instance = match &detail.standing.executable {
        Executable::Code(_) => say!(EXEC_CODE),
        Executable::ExternalRef(_) => say!(EXEC_REFERENCE),
    };
    let mut path = vec![step(text::safe(&module.name).into_any(), instance.into_any())];
    if let Executable::ExternalRef(reference) = &detail.standing.executable {
        let manager = Address::Module(reference.manager).to_text(network);
        let href = format!("/modules/{manager}/fleet?tag={}", crate::router::escaped(&reference.tag));
        let words = reference
            .pin
            .map_or_else(|| say!(EXEC_FOLLOWS).to_owned(), |pin| say!(EXEC_PINNED, text::short(&pin.to_hex())));
        path.push(step(
            link(href, say!(EXEC_TAG, text::safe(&reference.tag))),
            view! { {say!(EXEC_OF)}" "{link(format!("/modules/{manager}"), text::short(&manager))}". "{words} }
                .into_any(),
        ));
    }
    path.push(step(
        say!(CODE_HASH).into_any(),
        view! { <code>{format!("b3:{}", text::short(&module.code.to_hex()))}</code> }.into_any(),
    ));
    path.push(step(
        text::bytes(detail.code.size.into()).into_any(),
        say!(EXEC_BYTES, detail.code.functions).into_any(),
    ));
    let instrumented = say!(EXEC_INSTRUMENTED_HOW, text::bytes(detail.code.instrumented_size.into()));
    path.push(step(say!(EXEC_INSTRUMENTED).into_any(), instrumented.into_any()));
    let deployer = Address::Account(detail.deployer).to_text(network);
    path.push(Link {
        kind: "trust",
        title: say!(EXEC_DEPLOYED).into_any(),
        detail: link(format!("/account/{deployer}"), text::short(&deployer)),
    });
    let items = path
        .into_iter()
        .map(|link| view! { <li class=link.kind><b>{link.title}</b><span>{link.detail}</span></li> }.into_any());
    view! { <ol class="path wide">{items.collect_view()}</ol> }.into_any()
}

/// What a rollback would return to now, and what could still be frozen.
fn rollback_words(standing: &StandingView, versions: usize) -> &'static str {
    match (versions, standing.fresh) {
        (0 | 1, _) => say!(ROLLBACK_NONE),
        (_, true) => say!(ROLLBACK_DATA),
        (_, false) => say!(ROLLBACK_CODE),
    }
}

/// Storage generations, what a rollback would return to, what is left of the freeze window.
#[must_use]
pub fn generations(detail: &ModuleDetail) -> AnyView {
    let standing = &detail.standing;
    let (entries, bytes) = detail.module.storage;
    let state = |figure: String| mark(known::state(figure, say!(GENERATION_ABOUT)));
    let mut rows = vec![(
        say!(GENERATION_N, detail.generation),
        view! { {say!(GENERATION_NOW, text::count(entries), text::bytes(bytes))}" "{state(entries.to_string())} }
            .into_any(),
    )];
    for (number, entries, bytes) in &standing.earlier {
        let words = say!(GENERATION_KEPT, text::count(*entries), text::bytes(*bytes));
        rows.push((say!(GENERATION_N, number), view! { {words}" "{state(entries.to_string())} }.into_any()));
    }
    let back = rollback_words(standing, detail.versions.len());
    rows.push((say!(ROLLBACK_NOW).into(), view! { {back}" "{state(back.to_owned())} }.into_any()));
    let left = say!(FREEZABLE, text::duration(standing.freezable));
    rows.push((
        say!(FREEZE_WINDOW).into(),
        view! { {left.clone()}" "{mark(known::recomputed(left, say!(FREEZABLE_ABOUT), say!(P_ARITHMETIC_HOW)))} }
            .into_any(),
    ));
    kv(rows)
}

/// A slot from now on as a countdown that follows the clock, with its date.
#[must_use]
pub fn countdown(slot: Slot) -> AnyView {
    let client = use_client();
    let left = move || {
        let left = slot.0.saturating_sub(client.clock.get());
        if left == 0 { say!(COUNTDOWN_NEXT).to_owned() } else { say!(COUNTDOWN_LEFT, text::duration(left)) }
    };
    view! { <span>{react(move || left().into_any())}" ("{deeds::date(slot)}")"</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rollback_says_what_it_would_return_to() {
        let standing = StandingView {
            executable: Executable::Code(zera_primitives::Hash::ZERO),
            frozen: None,
            freezable: 0,
            migration: None,
            fresh: true,
            earlier: Vec::new(),
            tags: 0,
        };
        assert_eq!(rollback_words(&standing, 1), say!(ROLLBACK_NONE), "nothing came before the first version");
        assert_eq!(rollback_words(&standing, 2), say!(ROLLBACK_DATA));
        assert_eq!(rollback_words(&StandingView { fresh: false, ..standing }, 2), say!(ROLLBACK_CODE));
    }
}
