//! One file per page; each asks the node by `live` and shows what it answers, with a mark on every figure.

mod account;
mod again;
mod bench;
mod block;
mod blocks;
mod builders;
mod call_form;
mod deploy;
mod deploy_reference;
mod first_run;
mod fleet;
mod governance_params;
mod journal;
mod keys;
mod module;
mod module_history;
mod module_list;
mod module_parameters;
mod module_standing;
mod names;
mod network;
mod new_proposal;
mod overview;
mod pipelines;
mod proofs;
mod proposal;
mod proposal_list;
mod refused;
mod settings;
mod shapes;
mod split;
mod stake_panel;
mod storage;
mod told;
mod transaction;
mod verify;

pub use keys::key_offer;
pub use network::{network_name, waiting};

use crate::components::react;
use crate::{
    client::{Answer, Phase, use_client},
    components::{empty, failure, head, loading, mark},
    known,
    router::{Route, use_router},
    say,
    standing::standing,
};
use leptos::prelude::*;
use zera_worker_protocol::{Error, ErrorKind};

/// The page of the current route, or what stands in its way.
#[must_use]
pub fn page() -> AnyView {
    let client = use_client();
    let stopped = Memo::new(move |_| match client.phase.get() {
        Phase::Stopped(error) => Some(error),
        _ => None,
    });
    let router = use_router();
    let alarms = move || {
        // The proof's own page shows the whole of it.
        let own = matches!(router.get(), Route::Proof(_));
        if own { ().into_any() } else { client.alarms.with(|alarms| proofs::banner(alarms)) }
    };
    let content = react(move || match stopped.get() {
        Some(error) => stopped_page(&error),
        None => match shown_anew(router.get()) {
            Route::Overview => overview::page(),
            Route::Proposals => proposal_list::page(),
            Route::NewProposal(module) => new_proposal::page(module),
            Route::Proposal(id) => proposal::page(id),
            Route::Modules => module_list::page(""),
            Route::FindModules(words) => module_list::page(&words),
            Route::Fleet(id, tag) => fleet::page(&id, tag),
            Route::Builders => builders::page(),
            Route::Journal(module) => journal::page(module),
            Route::Verify => verify::page(),
            Route::Executions(module) => proofs::executions(module),
            Route::Execution(hash, call) => proofs::execution(&hash, call),
            Route::Proof(id) => proofs::proof(&id),
            Route::Deploy => deploy::page(),
            Route::Module(id) => module::page(&id),
            Route::Blocks => blocks::page(),
            Route::Block(height) => block::page(height),
            Route::Bench => bench::page(),
            Route::Pipelines(height) => pipelines::page(height),
            Route::Transaction(hash) => transaction::page(&hash),
            Route::Account => account::own(),
            Route::OtherAccount(address) => account::other(&address),
            Route::Network => network::page(),
            Route::Settings => settings::page(),
            Route::NotFound(path) => not_found(&path),
        },
    });
    view! { {react(alarms)}{network::banner()}{content} }.into_any()
}

fn stopped_page(error: &Error) -> AnyView {
    let again = move |_| {
        // Reloading the page cannot fail in a way the page could handle.
        let _ = window().location().reload();
    };
    let elsewhere = error.kind == ErrorKind::OtherTab;
    let (title, lead) = if elsewhere {
        (say!(OTHER_TAB_TITLE), say!(OTHER_TAB_LEAD))
    } else {
        (say!(STOPPED_TITLE), say!(STOPPED_LEAD))
    };
    view! {
        {head(().into_any(), title, lead)}
        <div class="stack">
            {failure(error)}
            <p><button type="button" class="btn solid" on:click=again>{say!(RELOAD)}</button></p>
        </div>
    }
    .into_any()
}

fn not_found(path: &str) -> AnyView {
    view! {
        {head(().into_any(), say!(NOT_FOUND_TITLE, path), say!(NOT_FOUND_LEAD))}
        {empty(say!(NOT_FOUND_EMPTY), view! { <p><a href="/">{say!(NAV_OVERVIEW)}</a></p> })}
    }
    .into_any()
}

/// The route, for what is built anew when the standing changes: another mode, or a ground that is shaken, changes what every
/// mark may say.
fn shown_anew(route: Route) -> Route {
    let _ = standing();
    route
}

/// Below lists whose entries a light node has proofs of and whose completeness it has not; nothing in other modes.
fn whole() -> AnyView {
    let Some(evidence) = known::complete() else { return ().into_any() };
    view! { <p class="small dim gap-2">{say!(LIST_NOTE)}" "{mark(evidence)}</p> }.into_any()
}

/// The usual three states of something asked: asking, answered, failed.
fn shown<T: Clone + Send + Sync + 'static>(
    slot: RwSignal<Answer<T>>,
    show: impl Fn(&T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    react(move || {
        slot.with(|answer| match answer {
            None => loading(),
            Some(Ok(value)) => show(value),
            Some(Err(error)) => failure(error),
        })
    })
}

/// [`shown`] for a whole page: a failure brings its own head.
fn shown_page<T: Clone + Send + Sync + 'static>(
    slot: RwSignal<Answer<T>>,
    title: String,
    show: impl Fn(&T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    react(move || {
        slot.with(|answer| match answer {
            None => view! { {head(().into_any(), title.clone(), "")} {loading()} }.into_any(),
            Some(Ok(value)) => show(value),
            Some(Err(error)) => view! { {head(().into_any(), title.clone(), "")} {failure(error)} }.into_any(),
        })
    })
}
