//! `/executions`: what this tab recorded, newest first, what of it can be proven, and the proofs it keeps.

use super::{kept, local, module_link, path_of, proofs, task, words};
use crate::{
    answer,
    client::{Answer, live, use_client},
    components::{
        bare, button, check, empty, failure, figure, figures, head, leaf, link, loading, react, seg, slot_time, table,
        td, td_known, td_num, tool_button,
    },
    known, say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{ModuleId, Outcome};
use zera_worker_protocol::{
    CallId, Command, ExecutionFilter, ExecutionView, ExecutionsPage, InThisTab, ProofsView, Provable, RecordsView,
};

/// Executions on one page.
const LISTED: u32 = 50;

type Page = RwSignal<Answer<Arc<ExecutionsPage>>>;

/// The page; of one module, or of all.
#[must_use]
pub fn page(module: Option<ModuleId>) -> AnyView {
    let (chosen, before) = (RwSignal::new("all".to_owned()), RwSignal::new(None::<CallId>));
    let client = use_client();
    let page: Page = live(
        move || {
            client.proved.track();
            Some(Command::Executions { filter: filter(&chosen.get(), module), before: before.get(), limit: LISTED })
        },
        |result| answer!(result, Executions).map(|page| Arc::new(*page)),
    );
    let kept = proofs();
    let title = Memo::new(move |_| page.with(|answer| sentence(answer.as_ref().and_then(|a| a.as_ref().ok()))));
    let records = Memo::new(move |_| {
        page.with(|answer| answer.as_ref().and_then(|a| a.as_ref().ok()).map(|page| page.records.clone()))
    });
    let choices = [
        ("all", say!(PF_ALL)),
        ("provable", say!(PF_PROVABLE)),
        ("asked", say!(PF_ASKED_FOR)),
        ("proven", say!(PF_PROVEN)),
    ];
    let choices = choices.map(|(key, label)| (key.to_owned(), label.to_owned())).into();
    let list = move || match page.get() {
        None => loading(),
        Some(Err(error)) => failure(&error),
        Some(Ok(page)) => listing(&page, before),
    };
    Effect::new(move |_| {
        chosen.track();
        before.set(None);
    });
    view! {
        {react(move || head(().into_any(), title.get(), say!(PF_LEAD)))}
        {react(move || under_way(client.proving.with(Vec::is_empty)))}
        {leaf(say!(PF_EXECUTIONS), say!(PF_EXECUTIONS_NOTE), view! {
            <div class="stack">
                {seg("which", say!(PF_WHICH), choices, chosen)}
                {module.map(|module| view! { <p>{say!(PF_OF_MODULE)}" "{module_link(module, "")}". "{link("/executions", say!(PF_SHOW_ALL))}</p> })}
                {react(list)}
            </div>
        })}
        {leaf(say!(PF_KEPT), say!(PF_KEPT_NOTE), react(move || kept_list(&kept)))}
        {leaf(say!(PF_LOCAL), say!(PF_LOCAL_NOTE), local::form(module))}
        {leaf(say!(PF_RECORDS), say!(PF_RECORDS_NOTE), react(move || records.get().map(|records| settings(&records)).into_any()))}
    }
    .into_any()
}

fn filter(chosen: &str, module: Option<ModuleId>) -> ExecutionFilter {
    let chosen = |name: &str| chosen == name;
    ExecutionFilter {
        module,
        transaction: None,
        provable: chosen("provable"),
        asked: chosen("asked"),
        proven: chosen("proven"),
    }
}

fn sentence(page: Option<&Arc<ExecutionsPage>>) -> String {
    match page {
        None => say!(PF_TITLE).to_owned(),
        Some(page) if page.records.count == 0 => say!(PF_TITLE_NONE).to_owned(),
        Some(page) => {
            say!(PF_TITLE_SOME, text::count(page.records.count), text::bytes(page.records.bytes))
        }
    }
}

fn under_way(none: bool) -> AnyView {
    if none { ().into_any() } else { leaf(say!(PF_UNDER_WAY), say!(PF_UNDER_WAY_NOTE), task::all()) }
}

fn kept_list(kept: &RwSignal<Answer<ProofsView>>) -> AnyView {
    kept.with(|answer| match answer {
        None => loading(),
        Some(Err(error)) => failure(error),
        Some(Ok(view)) => kept::list(&view.proofs),
    })
}

fn listing(page: &ExecutionsPage, before: RwSignal<Option<CallId>>) -> AnyView {
    if page.executions.is_empty() {
        return empty(say!(PF_NONE), view! { <p>{say!(PF_NONE_DO)}" "{link("/modules", say!(NAV_MODULES))}</p> });
    }
    let columns = [
        (say!(ENTRY), false),
        (say!(MODULE), false),
        (say!(PF_WHEN), false),
        (say!(OUTCOME), false),
        (say!(GAS), true),
        (say!(PF_PROOF), false),
        (say!(PF_ON_LEDGER), false),
        ("", false),
    ];
    let rows = page.executions.iter().map(row).collect();
    let last = page.executions.last().map(|execution| execution.id);
    let older = page.more.then(|| button(say!(PF_OLDER), move || before.set(last)));
    let newest = before.get_untracked().is_some().then(|| button(say!(PF_NEWEST), move || before.set(None)));
    view! { <div class="stack">{table(say!(PF_EXECUTIONS), &columns, rows)}<p class="row">{newest}{older}</p></div> }
        .into_any()
}

fn row(execution: &ExecutionView) -> (AnyView, Vec<AnyView>) {
    let name = format!("{}{}", "→ ".repeat(execution.depth.into()), execution.entry);
    let marked = execution.marked.as_ref().map(|words| {
        view! { <div class="small dim">{say!(PF_MARKED, text::safe(words))}</div> }
    });
    let first = view! { <a href=path_of(&execution.id)><code>{name}</code></a>{marked} }.into_any();
    let outcome = crate::words::outcome(execution.outcome);
    let outcome =
        if execution.outcome == Outcome::Ok { outcome.into_any() } else { view! { <b>{outcome}</b> }.into_any() };
    (
        first,
        vec![
            td(say!(MODULE), module_link(execution.module, &execution.name)),
            td(say!(PF_WHEN), slot_time(execution.at)),
            td(say!(OUTCOME), outcome),
            td_num(say!(GAS), text::count(execution.gas.0)),
            td(say!(PF_PROOF), proof_cell(execution)),
            td(say!(PF_ON_LEDGER), words::ledger(&execution.ledger)),
            td_known(bare(known::of_block(execution.entry.clone(), say!(RECEIPT_ABOUT), execution.at.0.0))),
        ],
    )
}

/// What there is, or the button that makes it.
fn proof_cell(execution: &ExecutionView) -> AnyView {
    let id = execution.id;
    match (&execution.local, &execution.provable) {
        (InThisTab::Proven(file), _) => link(format!("/proofs/{}", file.to_hex()), say!(PF_H_PROVEN)),
        (InThisTab::Proving(_), _) => say!(PF_H_PROVING).into_any(),
        (_, Provable::No(why)) => view! { <span title=text::safe(why)>{say!(PF_NO)}</span> }.into_any(),
        (InThisTab::Purged, _) => say!(PF_H_PURGED).into_any(),
        (state, _) => {
            // A guess from the gas says little; the execution's own page counts.
            let rows = execution.estimate.as_ref().filter(|estimate| estimate.exact);
            let rows = rows.map(|estimate| say!(PF_ROWS, text::count(estimate.steps)));
            let failed = matches!(state, InThisTab::Failed(_)).then(|| format!("{}. ", say!(PF_H_FAILED)));
            view! { {tool_button(say!(PF_PROVE), move || prove(id))}<div class="small dim">{failed}{rows}</div> }
                .into_any()
        }
    }
}

/// Begins a proof; its progress comes as events.
pub fn prove(call: CallId) {
    leptos::task::spawn_local(async move {
        let client = use_client();
        let nonce = zera_primitives::Hash::ZERO;
        if let Err(error) = answer!(client.ask(Command::Prove { call, nonce }).await, ProofBegun) {
            client.proved.update(|proved| proved.push((u32::MAX, Err(error))));
        }
        client.refresh();
    });
}

/// How much is kept, for how long, and how to change it.
fn settings(records: &RecordsView) -> AnyView {
    let (on, most) = (RwSignal::new(records.on), records.most_bytes);
    let set = move |on: bool, most_bytes: u64| {
        leptos::task::spawn_local(async move {
            let client = use_client();
            // A refused value shows in the next answer.
            let _ = client.ask(Command::SetRecords { on, most_bytes }).await;
            client.refresh();
        });
    };
    Effect::new(move |before: Option<bool>| {
        let now = on.get();
        if before.is_some_and(|before| before != now) {
            set(now, most);
        }
        now
    });
    let prune = move || {
        leptos::task::spawn_local(async move {
            let client = use_client();
            // What is left shows in the next answer.
            let _ = client.ask(Command::PruneRecords).await;
            client.refresh();
        });
    };
    let oldest = records.oldest.map_or_else(String::new, |height| say!(PF_OLDEST, text::count(height.0)));
    let sizes =
        [16u64, 64, 256].map(|mib| tool_button(text::bytes(mib << 20), move || set(on.get_untracked(), mib << 20)));
    view! {
        <div class="stack">
            {figures(vec![
                figure(say!(PF_RECORDS), text::count(records.count), "", oldest),
                figure(say!(PF_ROOM), text::bytes(records.bytes), "", say!(PF_OF_ROOM, text::bytes(most))),
                figure(say!(PF_KEPT_FOR), text::count(records.blocks), say!(PF_BLOCKS), say!(PF_KEPT_LONGER)),
            ])}
            {check("records-on", say!(PF_RECORDING), on)}
            <p class="row"><span class="small dim">{say!(PF_MOST_ROOM)}</span>{sizes.into_iter().collect_view()}{tool_button(say!(PF_PRUNE), prune)}</p>
        </div>
    }
    .into_any()
}
