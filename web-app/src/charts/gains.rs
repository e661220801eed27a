//! How many lanes were at work on average in the newest blocks, under what their conflicts would have allowed.

use super::{
    plot::{label, line, path},
    scale::{measured, px},
};
use crate::{components::react, router::use_router, say, text};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::LaneTotals;

/// Columns there is room for.
const ROOM: i64 = 64;
/// Top and foot of the plot, tenths of a pixel.
const TOP: i64 = 200;
const FOOT: i64 = 1_600;
/// Room for the numbers at the left.
const LEFT: i64 = 240;

/// `whole / part` in thousandths; none without a part.
fn thousandths(whole: u64, part: u64) -> Option<i64> {
    let value = u128::from(whole).saturating_mul(1_000).checked_div(part.into())?;
    Some(i64::try_from(value).unwrap_or(i64::MAX).min(1_000_000))
}

fn at_work(block: &LaneTotals) -> Option<i64> {
    thousandths(block.busy_us, block.lanes_us)
}

fn allowed(block: &LaneTotals) -> Option<i64> {
    thousandths(block.gas.0, block.critical_gas.0)
}

/// The chart of `blocks`, newest first; pressing a column opens its block. `shown` stands out.
#[must_use]
pub fn gains(blocks: Arc<[LaneTotals]>, shown: Option<u64>, conclusion: String) -> AnyView {
    let (node, width) = measured();
    let router = use_router();
    let pressed = Arc::clone(&blocks);
    let press = move |event: web_sys::MouseEvent| {
        let width = width.get_untracked();
        let column = (i64::from(event.offset_x()) * 10 - LEFT).max(0) * ROOM / (width * 10 - LEFT).max(1);
        let back = ROOM - 1 - column.min(ROOM - 1);
        if let Some(block) = usize::try_from(back).ok().and_then(|back| pressed.get(back)) {
            router.go(&format!("/pipelines/{}", block.height));
        }
    };
    let drawing = move || match width.get() {
        0 => ().into_any(),
        width => {
            let height = (FOOT + 260) / 10;
            view! {
                <svg role="img" aria-label=conclusion.clone() width=width.to_string() height=height.to_string() viewBox=format!("0 0 {width} {height}")>
                    {draw(&blocks, shown, width * 10)}
                </svg>
            }
            .into_any()
        }
    };
    view! {
        <div class="chart lanes" node_ref=node>
            {react(drawing)}
            <div class="lanes-pointer press" aria-hidden="true" on:click=press></div>
        </div>
    }
    .into_any()
}

fn draw(blocks: &[LaneTotals], shown: Option<u64>, right: i64) -> AnyView {
    let lanes = blocks.iter().map(|block| i64::from(block.pipelines)).max().unwrap_or(0).max(1);
    let most = blocks.iter().filter_map(at_work).max().unwrap_or(0).max(lanes * 1_000) * 6 / 5;
    let y = |value: i64| FOOT - value.min(most) * (FOOT - TOP) / most.max(1);
    let mut parts = Vec::new();
    let every = (lanes / 4).max(1);
    for level in (1..=lanes).filter(|level| level % every == 0 || *level == 1) {
        let at = y(level * 1_000);
        parts.push(line("grid-line", (LEFT, at), (right, at)));
        parts.push(label(LEFT - 80, at + 45, "t-label", "end", level.to_string()));
    }
    let pitch = (right - LEFT) / ROOM;
    let (mut grey, mut ink, mut bound, mut none) = (String::new(), String::new(), String::new(), String::new());
    for (back, block) in (0..ROOM).zip(blocks) {
        let x = right - pitch * (back + 1);
        let (from, to) = (x + pitch / 5, x + pitch - pitch / 8);
        match at_work(block).filter(|_| block.transactions > 0) {
            Some(value) => {
                let d = if shown == Some(block.height.0) { &mut ink } else { &mut grey };
                let top = y(value).min(FOOT - 15);
                d.push_str(&format!("M{} {}H{}V{}H{}Z", px(from), px(top), px(to), px(FOOT), px(from)));
            }
            None => none.push_str(&format!("M{} {}H{}", px(from), px(FOOT - 10), px(to))),
        }
        if let Some(value) = allowed(block).filter(|_| block.transactions > 0) {
            bound.push_str(&format!("M{} {}H{}", px(x), px(y(value)), px(x + pitch)));
        }
    }
    parts.push(path("bar-grey", grey));
    parts.push(path("bar-ink", ink));
    parts.push(path("bound", bound));
    parts.push(path("axis", none));
    parts.push(line("axis", (LEFT, FOOT), (right, FOOT)));
    parts.push(labels(blocks, right, pitch));
    parts.into_any()
}

/// First and last block, and what the strokes over the columns are.
fn labels(blocks: &[LaneTotals], right: i64, pitch: i64) -> AnyView {
    let mut parts = vec![label(0, 110, "t-label", "start", say!(G_AXIS).into())];
    parts.push(label(right, 110, "t-label", "end", say!(G_BOUND).into()));
    if let (Some(newest), Some(oldest)) = (blocks.first(), blocks.iter().take(ROOM as usize).next_back()) {
        let back = i64::try_from(blocks.len()).unwrap_or(ROOM).min(ROOM);
        let start = right - pitch * back;
        if back > 12 {
            parts.push(label(start, FOOT + 190, "t-label", "start", text::count(oldest.height.0)));
        }
        parts.push(label(right, FOOT + 190, "t-label", "end", say!(BLOCK_N, text::count(newest.height.0))));
    }
    parts.into_any()
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn shares_of_nothing_are_none_and_large_ones_stop() {
        assert_eq!(
            (thousandths(47, 18), thousandths(1, 0), thousandths(u64::MAX, 1)),
            (Some(2_611), None, Some(1_000_000))
        );
    }
}
