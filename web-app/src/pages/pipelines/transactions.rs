//! Every run of a block as a table, and the keys that order its transactions: the same facts as the charts beside them.

use crate::{
    charts::{Chosen, shortened},
    client::network,
    components::{Part, by_parts, link, table, td, td_num},
    say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::Address;
use zera_worker_protocol::{ConflictView, LanesView, RunView};

/// Runs shown at first, and more at a time.
const RUNS: usize = 12;
/// Keys shown at first, and more at a time.
const KEYS: usize = 8;
/// Places named in a list of transactions.
const PLACES: usize = 6;

/// Where a run took place, in words.
#[must_use]
pub fn where_it_ran(run: &RunView) -> String {
    let lane = run.pipeline.map_or_else(|| say!(L_NODE).to_owned(), |number| say!(L_PIPELINE, u32::from(number) + 1));
    match run.cluster {
        Some((stage, cluster)) => say!(PL_IN_CLUSTER, lane, stage + 1, cluster + 1),
        None => say!(PL_IN_SERIAL, lane),
    }
}

/// Every run in order of its begin; choosing one shows it in the charts.
#[must_use]
pub fn runs_table(view: Arc<LanesView>, chosen: Chosen) -> AnyView {
    if view.runs.is_empty() {
        return view! { <p>{say!(PL_RUNS_NONE)}</p> }.into_any();
    }
    let total = view.runs.len();
    let part: Part = Arc::new(move |range| {
        let rows = range.filter_map(|at| view.runs.get(at).map(|run| row(&view, at, run, chosen))).collect();
        let columns = [
            (say!(TRANSACTION), false),
            (say!(DOES), false),
            (say!(PL_WHERE), false),
            (say!(PL_FROM), true),
            (say!(PL_TOOK), true),
            (say!(GAS), true),
            (say!(PL_ENGINE), false),
            (say!(PL_EFFECTS), false),
        ];
        table(say!(PL_RUNS), &columns, rows)
    });
    by_parts(total, RUNS, part)
}

fn row(view: &LanesView, at: usize, run: &RunView, chosen: Chosen) -> (AnyView, Vec<AnyView>) {
    let transaction = usize::try_from(run.transaction).ok().and_then(|at| view.transactions.get(at));
    let number = text::count(u64::from(run.transaction) + 1);
    let label = say!(PL_SHOW_RUN, number);
    let press = move |_| {
        chosen.keep(Some(at));
        if let Some(chart) = document().get_element_by_id("lanes") {
            chart.scroll_into_view();
        }
    };
    let pick = view! { <button type="button" class="link" aria-label=label on:click=press>{number.clone()}</button> };
    let name = transaction.map(|transaction| {
        let id = transaction.hash;
        view! { " "{link(format!("/transactions/{id}"), text::short(&id.to_hex()))} }
    });
    let does = transaction.map(words::lane_call);
    let effects = match (run.kept, transaction) {
        (false, _) => say!(PL_DROPPED),
        (true, Some(transaction)) => words::outcome(transaction.outcome),
        (true, None) => say!(PL_KEPT),
    };
    (
        view! { {pick}{name} }.into_any(),
        vec![
            td(say!(DOES), does),
            td(say!(PL_WHERE), where_it_ran(run)),
            td_num(say!(PL_FROM), text::micros(run.start_us)),
            td_num(say!(PL_TOOK), text::micros(run.end_us.saturating_sub(run.start_us))),
            td_num(say!(GAS), text::count(run.gas.0)),
            td(say!(PL_ENGINE), words::engine_use(run.engine)),
            td(say!(PL_EFFECTS), effects),
        ],
    )
}

/// Keys that order transactions, those with the most first.
#[must_use]
pub fn conflict_table(view: Arc<LanesView>) -> AnyView {
    let total = view.conflicts.len();
    let left_out = view.conflicts_left_out;
    let part: Part = Arc::new(move |range| {
        let shown = view.conflicts.get(range).unwrap_or_default();
        let rows = shown.iter().map(conflict_row).collect();
        let columns =
            [(say!(PL_KEY), false), (say!(MODULE), false), (say!(PL_WRITTEN_BY), false), (say!(PL_READ_BY), false)];
        table(say!(PL_KEYS), &columns, rows)
    });
    let more = (left_out > 0)
        .then(|| view! { <p class="small dim gap-2">{say!(PL_KEYS_LEFT, text::count(left_out.into()))}</p> });
    view! { {by_parts(total, KEYS, part)}{more} }.into_any()
}

fn conflict_row(conflict: &ConflictView) -> (AnyView, Vec<AnyView>) {
    let module = conflict.module.map(|id| {
        let address = Address::Module(id).to_text(network());
        link(format!("/modules/{address}"), text::short(&address))
    });
    (
        view! { <code>{shortened(&conflict.name)}</code> }.into_any(),
        vec![
            td(say!(MODULE), module),
            td(say!(PL_WRITTEN_BY), places(&conflict.writers)),
            td(say!(PL_READ_BY), places(&conflict.readers)),
        ],
    )
}

/// `3: 1, 4, 9`, and of a long list the first few.
fn places(all: &[u32]) -> String {
    if all.is_empty() {
        return say!(PL_NOBODY).into();
    }
    let mut words: Vec<String> = all.iter().take(PLACES).map(|at| text::count(u64::from(*at) + 1)).collect();
    if all.len() > PLACES {
        words.push("…".into());
    }
    format!("{}: {}", text::count(all.len() as u64), words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn a_long_list_is_counted_and_cut() {
        assert_eq!(places(&[0, 3]), "2: 1, 4");
        assert_eq!(places(&[0, 1, 2, 3, 4, 5, 6]), "7: 1, 2, 3, 4, 5, 6, …");
    }
}
