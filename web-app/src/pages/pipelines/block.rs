//! One block's lanes: the finding, the timeline with its readout, figures, the conflict graph, every run as a table.

use super::transactions::{conflict_table, runs_table, where_it_ran};
use crate::{
    charts::{Chosen, Conflicts, Timeline, conflicts, timeline},
    components::{bare, button, crumbs, empty, figure, figures, file_link, head, leaf, link, mark, react, seg},
    known, say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{LaneTotals, LanesView, Phase};

/// Head, chart and tables of `view`; `held` when the address names the block.
#[must_use]
pub fn show(view: Arc<LanesView>, held: bool) -> AnyView {
    let totals = &view.totals;
    let number = text::count(totals.height.0);
    let crumb = crumbs("/pipelines", say!(NAV_PIPELINES), say!(BLOCK_N, number));
    let longest =
        view.runs.iter().enumerate().max_by_key(|(_, run)| (run.end_us.saturating_sub(run.start_us), run.gas.0));
    let chosen = Chosen::new(longest.map(|(run, _)| run));
    let conclusion = format!("{} {}", sentence(totals), lead(totals));
    view! {
        {head(crumb, sentence(totals), view! { {lead(totals)}" "{mark(known::measured(text::micros(totals.total_us), say!(PL_MEASURED_ABOUT)))} })}
        {hero(&view, held, chosen, conclusion)}
        {facts(&view)}
        {leaf(say!(PL_CONFLICTS), say!(PL_CONFLICTS_NOTE), graph(&view, chosen))}
        {leaf(say!(TRANSACTIONS), clocked(say!(PL_RUNS_NOTE)), runs_table(Arc::clone(&view), chosen))}
    }
    .into_any()
}

/// A note of a section whose times are this tab's own.
#[must_use]
pub fn clocked(note: &'static str) -> AnyView {
    view! { {note}" "{mark(known::measured(say!(PL_TIMES), note))} }.into_any()
}

/// The finding in a sentence.
#[must_use]
pub fn sentence(totals: &LaneTotals) -> String {
    let number = text::count(totals.height.0);
    if totals.transactions == 0 {
        return say!(PL_TITLE_EMPTY, number, text::micros(totals.total_us));
    }
    if totals.pipelines == 0 || totals.messages == 0 {
        return say!(PL_TITLE_NODE, number, text::micros(totals.total_us));
    }
    let pipelines = text::plural(totals.pipelines.into(), say!(L_ONE_PIPELINE), say!(L_MANY_PIPELINES));
    let at_work = text::ratio(totals.busy_us, totals.lanes_us);
    say!(PL_TITLE_LANES, number, at_work, pipelines, text::micros(totals.lanes_us))
}

fn lead(totals: &LaneTotals) -> String {
    if totals.transactions == 0 {
        return say!(PL_LEAD_EMPTY).into();
    }
    let clusters = text::plural(totals.clusters as usize, say!(L_CLUSTER), say!(L_CLUSTERS));
    let stages = text::plural(totals.stages as usize, say!(L_ONE_STAGE), say!(L_MANY_STAGES));
    let transactions = text::plural(totals.transactions as usize, say!(ONE_TX), say!(MANY_TX));
    let allowed = text::ratio(totals.gas.0, totals.critical_gas.0);
    let again = match totals.moved {
        0 => say!(PL_AGAIN_NONE).to_owned(),
        1 => say!(PL_AGAIN_ONE).to_owned(),
        many => say!(PL_AGAIN_MANY, text::count(many.into())),
    };
    say!(PL_LEAD, transactions, clusters, stages, allowed, again)
}

/// The timeline over the whole width, its tools above and its readout below.
fn hero(view: &Arc<LanesView>, held: bool, chosen: Chosen, conclusion: String) -> AnyView {
    let lanes_only = RwSignal::new(false);
    let zoom = RwSignal::new("block".to_owned());
    Effect::new(move |_| lanes_only.set(zoom.get() == "lanes"));
    let choices = vec![("block".into(), say!(PL_WHOLE).into()), ("lanes".into(), say!(PL_LANES_ONLY).into())];
    let height = view.totals.height.0;
    let follow = if held {
        file_link("btn tool", "/pipelines", say!(PL_FOLLOW))
    } else {
        file_link("btn tool", format!("/pipelines/{height}"), say!(PL_HOLD))
    };
    let chart = Timeline { view: Arc::clone(view), conclusion, lanes_only, chosen };
    view! {
        <section class="lanes-hero" id="lanes" aria-label=say!(PL_LANES)>
            <div class="row end lanes-tools">
                <h2>{say!(PL_LANES)}</h2>
                <div class="row">{seg("zoom", say!(PL_ZOOM), choices, zoom)}{follow}</div>
            </div>
            {timeline(chart)}
            {readout(Arc::clone(view), chosen)}
            <p class="small dim">{say!(PL_READING)}</p>
        </section>
    }
    .into_any()
}

/// What is known of the chosen run, with buttons to go from one to the next in time.
fn readout(view: Arc<LanesView>, chosen: Chosen) -> AnyView {
    let count = view.runs.len();
    if count == 0 {
        return ().into_any();
    }
    let told = move || chosen.get().map(|run| told(&view, run));
    view! {
        <div class="readout">
            <div class="row readout-steps">{button(say!(PL_EARLIER), move || chosen.step(false, count))}{button(say!(PL_LATER), move || chosen.step(true, count))}</div>
            <div class="readout-told" aria-live="polite">{react(move || told().into_any())}</div>
        </div>
    }
    .into_any()
}

fn told(view: &LanesView, at: usize) -> AnyView {
    let Some(run) = view.runs.get(at) else { return ().into_any() };
    let transaction = usize::try_from(run.transaction).ok().and_then(|at| view.transactions.get(at));
    let number = say!(PL_TX_N, text::count(u64::from(run.transaction) + 1));
    let name = transaction.map(|transaction| {
        let id = transaction.hash;
        view! { " "{link(format!("/transactions/{id}"), text::short(&id.to_hex()))}" "{words::lane_call(transaction)} }
    });
    let took = run.end_us.saturating_sub(run.start_us);
    let cell = |label: &'static str, value: String| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }.into_any();
    view! {
        <p><b>{number}</b>{name}</p>
        <dl>
            {cell(say!(PL_WHERE), where_it_ran(run))}
            {cell(say!(PL_FROM), text::micros(run.start_us))}
            {cell(say!(PL_TOOK), text::micros(took))}
            {cell(say!(GAS), text::count(run.gas.0))}
            {cell(say!(PL_ENGINE), words::engine_use(run.engine).into())}
            {cell(say!(PL_EFFECTS), if run.kept { say!(PL_KEPT) } else { say!(PL_DROPPED) }.into())}
        </dl>
    }
    .into_any()
}

/// The block in figures, each with what it means.
fn facts(view: &LanesView) -> AnyView {
    let totals = &view.totals;
    let time = |of: fn(&Phase) -> bool| -> u64 {
        let mine = view.phases.iter().filter(|phase| of(&phase.phase));
        mine.fold(0, |sum, phase| sum.saturating_add(phase.end_us.saturating_sub(phase.start_us)))
    };
    let planning = time(|phase| matches!(phase, Phase::Planning));
    let root = time(|phase| matches!(phase, Phase::Root));
    let commit = time(|phase| matches!(phase, Phase::Commit));
    let split = |words: String| {
        words.split_once('\u{a0}').map(|(n, u)| (n.to_owned(), u.to_owned())).unwrap_or((words, String::new()))
    };
    let timed = |label: &'static str, us: u64, note: String| {
        let (number, unit) = split(text::micros(us));
        let unit = match unit.as_str() {
            "µs" => "µs",
            "ms" => "ms",
            _ => "s",
        };
        figure(label, number, unit, view! { {note.clone()}" "{bare(known::measured(text::micros(us), note))} })
    };
    let utilised = text::percent(totals.busy_us, totals.lanes_us.saturating_mul(u64::from(totals.pipelines.max(1))));
    let height = totals.height.0;
    let by_clock = |words: String, about: String| view! { {words.clone()}" "{bare(known::measured(words, about))} };
    let by_chain =
        |words: String, about: String| view! { {words.clone()}" "{bare(known::of_block(words, about, height))} };
    let on_average = if totals.pipelines == 0 { say!(PL_AT_WORK_NODE).into() } else { say!(PL_AT_WORK_NOTE, utilised) };
    let at_a_time = text::ratio(totals.busy_us, totals.lanes_us);
    let allowed = say!(PL_ALLOWED_NOTE, text::gas_short(totals.critical_gas.0), text::gas_short(totals.gas.0));
    let mut items = vec![
        figure(say!(PL_AT_WORK), at_a_time, "", by_clock(on_average, say!(PL_AT_WORK_ABOUT).into())),
        figure(
            say!(PL_ALLOWED),
            text::ratio(totals.gas.0, totals.critical_gas.0),
            "",
            by_chain(allowed, say!(PL_ALLOWED_ABOUT).into()),
        ),
        figure(
            say!(PL_AGAIN),
            text::count(totals.moved.into()),
            "",
            by_chain(say!(PL_AGAIN_NOTE, text::count(totals.transactions.into())), say!(PL_AGAIN_ABOUT).into()),
        ),
        figure(
            say!(PL_MESSAGES),
            text::count(totals.messages.into()),
            "",
            by_clock(
                say!(PL_MESSAGES_NOTE, text::bytes(totals.bytes_out), text::bytes(totals.bytes_in)),
                say!(PL_MESSAGES_ABOUT).into(),
            ),
        ),
        timed(say!(PL_PLANNING), planning, say!(PL_PLANNING_NOTE, text::count(totals.clusters.into()))),
        timed(
            say!(PL_ROOT),
            root,
            if commit == 0 { say!(PL_ROOT_NOTE).into() } else { say!(PL_ROOT_COMMIT, text::micros(commit)) },
        ),
    ];
    if totals.transactions == 0 {
        items.truncate(0);
        items.push(timed(say!(PL_ROOT), root, say!(PL_ROOT_NOTE).into()));
    }
    view! { <div class="lanes-figures">{figures(items)}</div> }.into_any()
}

fn graph(view: &Arc<LanesView>, chosen: Chosen) -> AnyView {
    let Some(first) = view.conflicts.first() else {
        return empty(say!(PL_CONFLICTS_NONE), view! { <p>{say!(PL_CONFLICTS_NONE_WHY)}</p> });
    };
    let orders = first.writers.len().saturating_add(first.readers.len()) as u64;
    let keys = view.conflicts.len().saturating_add(view.conflicts_left_out as usize);
    let title = say!(PL_CONFLICTS_TITLE, text::plural(keys, say!(L_KEY), say!(L_KEYS)), text::count(orders));
    let chart = Conflicts { view: Arc::clone(view), conclusion: title.clone(), chosen };
    view! {
        <div class="stack">
            <h3>{title}</h3>
            {conflicts(chart)}
            {conflict_table(Arc::clone(view))}
        </div>
    }
    .into_any()
}
