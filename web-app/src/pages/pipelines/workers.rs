//! The pipelines of this node, and those that were ended.

use crate::{
    components::{empty, link, table, td, td_num},
    say, text, words,
};
use leptos::prelude::*;
use zera_worker_protocol::{IncidentView, PipelineView};

/// Both tables; an empty state where there is nothing to list.
#[must_use]
pub fn list(count: u8, pipelines: &[PipelineView], incidents: &[IncidentView]) -> AnyView {
    let first = if count == 0 || pipelines.is_empty() {
        empty(say!(PL_WORKERS_NONE), view! { <p>{say!(PL_WORKERS_NONE_WHY)}</p> })
    } else {
        workers(pipelines)
    };
    view! { <div class="stack">{first}<h3 class="gap-2">{say!(PL_INCIDENTS)}</h3>{ended(incidents)}</div> }.into_any()
}

fn workers(pipelines: &[PipelineView]) -> AnyView {
    let most = pipelines.iter().map(|pipeline| pipeline.busy_us).max().unwrap_or(0);
    let rows = pipelines.iter().map(|pipeline| {
        (
            say!(L_PIPELINE, u32::from(pipeline.number) + 1).into_any(),
            vec![
                td(say!(PL_STATE), words::pipeline_state(pipeline.state)),
                td(say!(PL_WORK), share(pipeline.busy_us, most)),
                td_num(say!(PL_TOOK), text::micros(pipeline.busy_us)),
                td_num(say!(GAS), text::count(pipeline.gas)),
                td_num(say!(PL_JOBS), text::count(pipeline.jobs)),
                td_num(say!(PL_CODES), text::count(pipeline.codes.into())),
                td_num(say!(PL_REPLACED), text::count(pipeline.replaced.into())),
            ],
        )
    });
    let columns = [
        (say!(PL_PIPELINE), false),
        (say!(PL_STATE), false),
        (say!(PL_WORK), false),
        (say!(PL_TOOK), true),
        (say!(GAS), true),
        (say!(PL_JOBS), true),
        (say!(PL_CODES), true),
        (say!(PL_REPLACED), true),
    ];
    table(say!(PL_WORKERS), &columns, rows.collect())
}

/// A bar of `part` against the longest; its figure stands in the next column.
#[must_use]
pub fn share(part: u64, most: u64) -> AnyView {
    let thousandths = (u128::from(part) * 1_000).checked_div(most.into()).unwrap_or(0);
    let width = format!("{}.{}%", thousandths / 10, thousandths % 10);
    view! {
        <div class="chart share-bar" aria-hidden="true"><svg width="100%" height="12"><line class="axis" x1="0" x2="100%" y1="11.5" y2="11.5"></line><rect class="run-fast" x="0" y="2" width=width height="9"></rect></svg></div>
    }
    .into_any()
}

fn ended(incidents: &[IncidentView]) -> AnyView {
    if incidents.is_empty() {
        return view! { <p>{say!(PL_INCIDENTS_NONE)}</p> }.into_any();
    }
    let rows = incidents.iter().map(|incident| {
        let block = incident.height.map_or_else(
            || say!(PL_OUTSIDE).into_any(),
            |height| link(format!("/pipelines/{height}"), text::count(height.0)),
        );
        let when = text::date(incident.at_ms / 1_000);
        let what = view! { {words::incident(incident.kind)}<span class="sub">{text::safe(&incident.detail)}</span> };
        let done = if incident.redone { say!(PL_REDONE) } else { say!(PL_NOT_REDONE) };
        (
            say!(L_PIPELINE, u32::from(incident.pipeline) + 1).into_any(),
            vec![td(say!(BLOCK), block), td(say!(TIME), when), td(say!(PL_WHAT), what), td(say!(PL_ITS_WORK), done)],
        )
    });
    let columns = [
        (say!(PL_PIPELINE), false),
        (say!(BLOCK), false),
        (say!(TIME), false),
        (say!(PL_WHAT), false),
        (say!(PL_ITS_WORK), false),
    ];
    table(say!(PL_INCIDENTS), &columns, rows.collect())
}
