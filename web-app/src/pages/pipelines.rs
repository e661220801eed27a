//! How blocks were executed in this tab: one block's lanes, the newest blocks, pipelines, engines and their checks.

mod block;
mod blocks;
mod engines;
mod setup;
mod transactions;
mod workers;

pub use engines::module_engine;

use crate::{
    answer,
    client::{Answer, live, use_client},
    components::{crumbs, empty, failure, head, leaf, link, loading, react},
    say, standing, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::Height;
use zera_worker_protocol::{Command, ErrorKind, LanesView, Mode, PipelinesView};

/// What the node says of its pipelines.
type Pipelines = RwSignal<Answer<PipelinesView>>;
/// What the node says of one block.
type Lanes = RwSignal<Answer<Arc<LanesView>>>;

/// `/pipelines`, which follows the newest block with transactions, and `/pipelines/<height>`, which stays.
#[must_use]
pub fn page(fixed: Option<u64>) -> AnyView {
    let pipelines: Pipelines = live(|| Some(Command::Pipelines), |result| answer!(result, Pipelines).map(|view| *view));
    let chosen = Memo::new(move |_| pipelines.with(|answer| height(answer.as_ref()?.as_ref().ok()?, fixed)));
    let lanes = lanes_of(chosen);
    let of = move || pipelines.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned());
    let blocks = Memo::new(move |_| of().map(|view| view.blocks));
    let workers = Memo::new(move |_| of().map(|view| (view.count, view.pipelines, view.incidents)));
    let engines = Memo::new(move |_| of().map(|view| (view.engines, view.fast, view.no_fast)));
    let sampling = Memo::new(move |_| of().map(|view| view.sampling));
    let settings = Memo::new(move |_| of().map(|view| setup::Settings::of(&view)));
    let known = Memo::new(move |_| pipelines.with(|answer| matches!(answer, Some(Ok(_)))));
    let rest = move || {
        if !known.get() {
            return ().into_any();
        }
        view! {
            {leaf(say!(PL_BLOCKS), block::clocked(say!(PL_BLOCKS_NOTE)), react(move || blocks.get().map(|list| blocks::list(list.into(), chosen.get())).into_any()))}
            {leaf(say!(PL_WORKERS), block::clocked(say!(PL_WORKERS_NOTE)), react(move || workers.get().map(|(count, list, incidents)| workers::list(count, &list, &incidents)).into_any()))}
            {leaf(say!(PL_ENGINES), view! { <p>{say!(PL_ENGINES_NOTE)}</p><p>{link("/bench", say!(PL_BENCH))}</p> }, react(move || engines.get().map(|(list, fast, why)| engines::list(&list, fast, why)).into_any()))}
            {leaf(say!(PL_CHECKS), say!(PL_CHECKS_NOTE), react(move || sampling.get().map(|sampling| engines::checks(&sampling)).into_any()))}
            {leaf(say!(PL_SETUP), say!(PL_SETUP_NOTE), react(move || settings.get().map(setup::form).into_any()))}
        }
        .into_any()
    };
    view! {
        {react(move || first(pipelines, lanes, fixed))}
        {react(rest)}
    }
    .into_any()
}

/// The block to show: the one asked for, else the newest with transactions, else the newest.
fn height(view: &PipelinesView, fixed: Option<u64>) -> Option<u64> {
    let busy = || view.blocks.iter().find(|block| block.transactions > 0).or(view.blocks.first());
    fixed.or_else(|| busy().map(|block| block.height.0))
}

/// One block's lanes. The last answer stands until the next one is there, so that following new blocks does not flicker;
/// what is known of a block does not change.
fn lanes_of(chosen: Memo<Option<u64>>) -> Lanes {
    let client = use_client();
    let slot: Lanes = RwSignal::new(None);
    Effect::new(move |_| {
        let Some(height) = chosen.get() else { return };
        leptos::task::spawn_local(async move {
            let result = answer!(client.ask(Command::Lanes(Height(height))).await, Lanes).map(|view| Arc::new(*view));
            if chosen.try_get_untracked() == Some(Some(height)) {
                slot.try_set(Some(result));
            }
        });
    });
    slot
}

/// Head and lanes, or why there are none.
fn first(pipelines: Pipelines, lanes: Lanes, fixed: Option<u64>) -> AnyView {
    let none = pipelines.with(|answer| match answer {
        Some(Err(error)) => Some((say!(PL_TITLE).to_owned(), failure(error))),
        Some(Ok(view)) if height(view, fixed).is_none() => Some((say!(PL_NONE_TITLE).to_owned(), nothing())),
        _ => None,
    });
    if let Some((title, body)) = none {
        return view! { {head(().into_any(), title, say!(PL_NONE_LEAD))}{body} }.into_any();
    }
    let title = || fixed.map_or_else(|| say!(PL_TITLE).to_owned(), |height| say!(PL_OF_BLOCK, text::count(height)));
    lanes.with(|answer| match answer {
        None => view! { {head(().into_any(), title(), "")}{loading()} }.into_any(),
        Some(Ok(view)) => block::show(Arc::clone(view), fixed.is_some()),
        Some(Err(error)) if error.kind == ErrorKind::NotFound => forgotten(fixed.unwrap_or_default()),
        Some(Err(error)) => view! { {head(().into_any(), title(), "")}{failure(error)} }.into_any(),
    })
}

fn nothing() -> AnyView {
    if standing::now().mode == Mode::Light {
        return empty(say!(PL_NONE_LIGHT), view! { <p>{link("/network", say!(NAV_NETWORK))}</p> });
    }
    empty(say!(PL_NONE), view! { <p>{say!(PL_NONE_DO)}" "{link("/settings", say!(NAV_SETTINGS))}</p> })
}

fn forgotten(height: u64) -> AnyView {
    let number = text::count(height);
    let body =
        view! { <p>{say!(PL_FORGOTTEN_WHY)}" "{link(format!("/blocks/{height}"), say!(BLOCK_N, number.clone()))}</p> };
    view! {
        {head(crumbs("/pipelines", say!(NAV_PIPELINES), number.clone()), say!(PL_FORGOTTEN, number), say!(PL_NONE_LEAD))}
        {empty(say!(PL_FORGOTTEN_EMPTY), body)}
    }
    .into_any()
}

/// The lanes of one block, for the block's own page: what ran it, in a sentence that leads here.
#[must_use]
pub fn of_block(height: Height) -> AnyView {
    let lanes = live(move || Some(Command::Lanes(height)), |result| answer!(result, Lanes).map(|view| view.totals));
    let words = move || {
        lanes.with(|answer| match answer {
            None => loading(),
            Some(Ok(totals)) => view! {
                <p>{block::sentence(totals)}</p>
                <p class="gap-2">{link(format!("/pipelines/{height}"), say!(PL_OPEN))}</p>
            }
            .into_any(),
            Some(Err(_)) => {
                view! { <p>{say!(PL_FORGOTTEN_WHY)}" "{link("/pipelines", say!(PL_NEWEST))}</p> }.into_any()
            }
        })
    };
    react(words)
}
