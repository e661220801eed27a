//! The segments of a proof: a chain drawn to scale, and the same as a table.

use super::words;
use crate::{
    components::{bare, copy_button, table, td, td_known, td_num},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::hash::to_hex;
use zera_worker_protocol::{SegmentView, VerdictView};

/// Both.
#[must_use]
pub fn show(verdict: &VerdictView) -> AnyView {
    let columns = [
        (say!(PF_SEGMENT), false),
        (say!(PF_CLASS), false),
        (say!(PF_CONSTRAINTS), true),
        (say!(PF_COMMITMENT), false),
        (say!(PF_SUM), false),
        ("", false),
    ];
    let of = verdict.segments.len();
    let rows = verdict.segments.iter().enumerate().map(|(index, segment)| row(index, of, segment)).collect();
    view! { <div class="stack">{chain(&verdict.segments)}{table(say!(PF_SEGMENTS), &columns, rows)}<p class="small dim">{say!(PF_SUMS_NOTE)}</p></div> }
        .into_any()
}

/// One bar for each segment, as wide as its class is large, joined by a plus: the sums of all must be zero together.
fn chain(segments: &[SegmentView]) -> AnyView {
    let bars = segments.iter().map(|segment| {
        let (kind, _) = words::holds(&segment.holds);
        let grow = segment.constraints.max(1).to_string();
        view! { <li class=format!("segment {kind}") style:flex-grow=grow><span>{segment.class.clone()}</span></li> }
            .into_any()
    });
    let bars = bars.collect_view();
    view! { <ol class="segments" aria-label=say!(PF_CHAIN_ALT, text::count(segments.len() as u64))>{bars}</ol> }
        .into_any()
}

fn row(index: usize, of: usize, segment: &SegmentView) -> (AnyView, Vec<AnyView>) {
    let name = say!(PF_N_OF, text::count(index as u64 + 1), text::count(of as u64));
    let short = |bytes: &[u8]| {
        let hex = to_hex(bytes);
        view! { <span class="hash"><code>{text::short(&hex)}</code>" "{copy_button(hex, say!(PF_BYTES))}</span> }
            .into_any()
    };
    let evidence = known::segment(&name, &segment.holds);
    (
        view! { <b>{name}</b> }.into_any(),
        vec![
            td(say!(PF_CLASS), segment.class.clone()),
            td_num(say!(PF_CONSTRAINTS), text::count(segment.constraints.into())),
            td(say!(PF_COMMITMENT), short(&segment.commitment)),
            td(say!(PF_SUM), short(&segment.sum)),
            td_known(bare(evidence)),
        ],
    )
}
