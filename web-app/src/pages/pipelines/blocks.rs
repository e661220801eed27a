//! The newest blocks: how many lanes each kept at work, under what its conflicts would have allowed.

use crate::{
    charts::gains,
    components::{Part, by_parts, link, table, td_num},
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::LaneTotals;

/// Rows shown at first, and more at a time.
const ROWS: usize = 8;

/// Chart and table of `blocks`, newest first.
#[must_use]
pub fn list(blocks: Arc<[LaneTotals]>, shown: Option<u64>) -> AnyView {
    if blocks.is_empty() {
        return view! { <p>{say!(PL_BLOCKS_NONE)}</p> }.into_any();
    }
    let busy = blocks.iter().filter(|block| block.transactions > 0);
    let (work, lanes) = busy.fold((0u64, 0u64), |(work, lanes), block| {
        (work.saturating_add(block.busy_us), lanes.saturating_add(block.lanes_us))
    });
    let title = match lanes {
        0 => say!(PL_BLOCKS_IDLE).to_owned(),
        _ => say!(PL_BLOCKS_TITLE, blocks.len(), text::ratio(work, lanes)),
    };
    let rows = Arc::clone(&blocks);
    let total = blocks.len();
    let part: Part = Arc::new(move |range| {
        let rows = rows.get(range).unwrap_or_default().iter().map(row).collect();
        let columns = [
            (say!(BLOCK), false),
            (say!(TRANSACTIONS), true),
            (say!(PL_COL_CLUSTERS), true),
            (say!(PL_AGAIN), true),
            (say!(GAS), true),
            (say!(PL_COL_AT_WORK), true),
            (say!(PL_COL_LANES), true),
            (say!(PL_COL_WHOLE), true),
        ];
        table(say!(PL_BLOCKS), &columns, rows)
    });
    view! { <div class="stack"><h3>{title.clone()}</h3>{gains(blocks, shown, title)}{by_parts(total, ROWS, part)}</div> }.into_any()
}

fn row(block: &LaneTotals) -> (AnyView, Vec<AnyView>) {
    let clusters = say!(PL_OF, text::count(block.clusters.into()), text::count(block.stages.into()));
    let allowed = text::ratio(block.gas.0, block.critical_gas.0);
    let at_a_time = say!(PL_OF, text::ratio(block.busy_us, block.lanes_us), allowed);
    (
        link(format!("/pipelines/{}", block.height), text::count(block.height.0)),
        vec![
            td_num(say!(TRANSACTIONS), text::count(block.transactions.into())),
            td_num(say!(PL_COL_CLUSTERS), clusters),
            td_num(say!(PL_AGAIN), text::count(block.moved.into())),
            td_num(say!(GAS), text::count(block.gas.0)),
            td_num(say!(PL_COL_AT_WORK), at_a_time),
            td_num(say!(PL_COL_LANES), text::micros(block.lanes_us)),
            td_num(say!(PL_COL_WHOLE), text::micros(block.total_us)),
        ],
    )
}
