//! `/bench`: the suites of docs/benchmarks.md in the reader's own browser, against named peers. The benches' program is
//! fetched when they are started, runs in a worker of its own, and is thrown away when they end.

mod results;
mod run;

use crate::{
    components::{button, check, copy_button, crumbs, head, kv, leaf, react, seg, solid, verdict},
    say, text,
};
use leptos::prelude::*;
use run::{Phase, Run};

/// Every suite by name: what it measures, in words.
const SUITES: &[(&str, &str, &str)] = &[
    ("contract", say!(BE_CONTRACT), say!(BE_CONTRACT_WHAT)),
    ("short", say!(BE_SHORT), say!(BE_SHORT_WHAT)),
    ("blocks", say!(BE_BLOCKS), say!(BE_BLOCKS_WHAT)),
    ("messages", say!(BE_MESSAGES), say!(BE_MESSAGES_WHAT)),
    ("root", say!(BE_ROOT), say!(BE_ROOT_WHAT)),
    ("commit", say!(BE_COMMIT), say!(BE_COMMIT_WHAT)),
    ("light", say!(BE_LIGHT), say!(BE_LIGHT_WHAT)),
    ("million", say!(BE_MILLION), say!(BE_MILLION_WHAT)),
];
const FULL: &str = "full";
const GLANCE: &str = "glance";

/// The page; leaving it stops what runs.
#[must_use]
pub fn page() -> AnyView {
    let run = Run::new();
    on_cleanup(move || run.stop());
    let results = SUITES.iter().map(|(name, words, what)| leaf(*words, *what, react(move || results::of(run, name))));
    let results: Vec<AnyView> = results.collect();
    view! {
        {head(crumbs("/pipelines", say!(NAV_PIPELINES), say!(BE_CRUMB)), say!(BE_TITLE), say!(BE_LEAD))}
        {leaf(say!(BE_RUN), say!(BE_RUN_NOTE), controls(run))}
        {results}
        {leaf(say!(BE_HOW), say!(BE_HOW_NOTE), how())}
    }
    .into_any()
}

fn controls(run: Run) -> AnyView {
    let effort = RwSignal::new(FULL.to_owned());
    let chosen: Vec<(&str, RwSignal<bool>)> = SUITES.iter().map(|(name, ..)| (*name, RwSignal::new(true))).collect();
    let boxes = SUITES.iter().zip(&chosen).map(|((name, words, _), (_, value))| check(name, *words, *value));
    let boxes = boxes.collect_view();
    let efforts = vec![(FULL.into(), say!(BE_FULL).into()), (GLANCE.into(), say!(BE_GLANCE).into())];
    let start = move || {
        let wanted: Vec<&str> = chosen.iter().filter(|(_, on)| on.get_untracked()).map(|(name, _)| *name).collect();
        run.start(&wanted, effort.get_untracked() == GLANCE);
    };
    let press = StoredValue::new_local(start);
    view! {
        <fieldset class="choice"><legend>{say!(BE_SUITES)}</legend><div class="stack">{boxes}</div></fieldset>
        <div class="gap-2">{seg("effort", say!(BE_EFFORT), efforts, effort)}</div>
        <div class="row gap-2">{react(move || match run.phase.get() {
            Phase::Running { .. } => button(say!(BE_STOP), move || run.stop()),
            _ => solid(say!(BE_START), move || press.with_value(|press| press())),
        })}{react(move || copy(run))}</div>
        <div role="status" class="gap-2">{react(move || state(&run.phase.get()))}</div>
        <div class="gap-2">{machine()}</div>
    }
    .into_any()
}

/// All cases so far as one JSON text, for whoever wants to compare or to report.
fn copy(run: Run) -> AnyView {
    if run.cases.with(Vec::is_empty) {
        return ().into_any();
    }
    copy_button(run.json(), say!(BE_JSON))
}

fn state(phase: &Phase) -> AnyView {
    match phase {
        Phase::Idle => ().into_any(),
        Phase::Running { suite, done, of } => {
            let words = SUITES.iter().find(|(name, ..)| name == suite).map_or("", |(_, words, _)| words);
            view! {
                <div class="progress">
                    <label for="bench">{say!(BE_RUNNING, words, done * 100 / of.max(&1))}</label>
                    <progress id="bench" max=of.to_string() value=done.to_string()></progress>
                </div>
            }
            .into_any()
        }
        Phase::Ended => view! { <p>{say!(BE_ENDED)}</p> }.into_any(),
        Phase::Stopped => view! { <p>{say!(BE_STOPPED)}</p> }.into_any(),
        Phase::Failed(why) => verdict("alarm", say!(BE_FAILED), view! { <p>{text::safe(why)}</p> }, None),
    }
}

/// What the browser says it runs on: figures without it cannot be compared.
fn machine() -> AnyView {
    let navigator = window().navigator();
    let cores = text::plural(navigator.hardware_concurrency() as usize, say!(BE_CORE), say!(BE_CORES));
    let agent = navigator.user_agent().unwrap_or_default();
    kv(vec![(say!(BE_MACHINE).into(), cores.into_any()), (say!(BE_BROWSER).into(), text::safe(&agent).into_any())])
}

fn how() -> AnyView {
    view! {
        <div class="stack">
            <p>{say!(BE_HOW_TURNS)}</p>
            <p>{say!(BE_HOW_NOISE)}</p>
            <p>{say!(BE_HOW_PEERS)}</p>
            <p>{say!(BE_HOW_SAME)}" "<code>"cargo xtask bench tab"</code></p>
        </div>
    }
    .into_any()
}
