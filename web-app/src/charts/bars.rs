//! Bars that need no measuring: their lengths are shares of the width, written in per cent.

use crate::{say, text};
use leptos::prelude::*;
use zera_worker_protocol::{HeadView, ProposalView};

/// `part` of `whole` in per cent with one decimal.
fn percent(part: u128, whole: u128) -> String {
    let tenths = part.min(whole).saturating_mul(1_000) / whole.max(1);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Conviction for, the threshold's tick, and hatched what stake against adds: one row, scaled to its own bar.
#[must_use]
pub fn bar_row(proposal: &ProposalView) -> AnyView {
    let bar = proposal.threshold.0.saturating_add(proposal.conviction.1.0);
    let whole = bar.saturating_mul(4) / 3;
    let against = (!proposal.conviction.1.is_zero()).then(|| {
        let (x, width) = (percent(proposal.threshold.0, whole), percent(proposal.conviction.1.0, whole));
        let end = percent(bar, whole);
        view! {
            <rect class="hatch" x=x y="2" width=width height="16"></rect>
            <line class="bar-line" x1=end.clone() x2=end y1="0" y2="24"></line>
        }
        .into_any()
    });
    let words = say!(BAR_ALT, text::zra_short(proposal.conviction.0), text::zra_short(zera_primitives::Amount(bar)));
    view! {
        <div class="chart">
            <svg role="img" aria-label=words width="100%" height="24">
                <line class="axis" x1="0" x2="100%" y1="22" y2="22"></line>
                {against}
                <rect class="bar-for" x="0" y="8" width=percent(proposal.conviction.0.0, whole) height="9"></rect>
                <line class="thr-line" x1=percent(proposal.threshold.0, whole) x2=percent(proposal.threshold.0, whole) y1="3" y2="21"></line>
            </svg>
        </div>
    }
    .into_any()
}

/// One method of the ruler: its name, the blocks it covers, and the bar's thickness, which is the strength of the check.
#[derive(Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The method.
    pub name: &'static str,
    /// First and last block covered.
    pub range: (u64, u64),
    /// What the bar says.
    pub words: String,
    /// Pixels.
    pub thickness: u32,
}

/// The ruler: what this tab checked itself, by which method. Hatched is what it did not.
#[must_use]
pub fn coverage(head: u64, rows: Vec<Coverage>) -> AnyView {
    let whole = u128::from(head.max(1));
    let rows = rows.into_iter().map(|row| {
        let (from, to) = row.range;
        let none = row.words.clone();
        let y = (26 - row.thickness) / 2;
        let left = percent(from.saturating_sub(1).into(), whole);
        let width = percent(u128::from(to.saturating_sub(from.saturating_sub(1))), whole);
        let gap = (from > 1).then(|| view! { <rect class="hatch-none" x="0" y="4" width=left.clone() height="18"></rect> }.into_any());
        view! {
            <div class="cover">
                <b>{row.name}</b>
                <svg role="img" aria-label=none width="100%" height="26">
                    <line class="grid-line" x1="0" x2="100%" y1="13" y2="13"></line>
                    {gap}
                    <rect class="bar-verified" x=left y=y.to_string() width=width height=row.thickness.to_string()></rect>
                </svg>
                <span class="small dim">{row.words}</span>
            </div>
        }
        .into_any()
    });
    view! {
        <div class="chart ruler">
            {rows.collect_view()}
            <div class="cover axis-row" aria-hidden="true"><b></b><span class="ends"><span>{say!(BLOCK_ONE)}</span><b>{say!(HEAD_N, text::count(head))}</b></span></div>
        </div>
    }
    .into_any()
}

/// Gas of the newest blocks; the tallest is named.
#[must_use]
pub fn pulse(heads: &[HeadView]) -> AnyView {
    const ROOM: usize = 96;
    let shown: Vec<&HeadView> = heads.iter().take(ROOM).collect();
    let most = shown.iter().map(|head| head.gas.0).max().unwrap_or(0).max(1);
    let tallest = shown.iter().find(|head| head.gas.0 == most);
    let count = shown.len();
    let bars = shown.iter().rev().enumerate().map(|(i, head)| {
        let tall = (u128::from(head.gas.0) * 56 / u128::from(most)).max(2);
        let x = percent((ROOM - count + i) as u128, ROOM as u128);
        let class = if head.gas.0 == most && most > 1 { "bar-ink" } else { "bar-grey" };
        view! { <rect class=class x=x y=(60 - tall).to_string() width="0.75%" height=tall.to_string()></rect> }
            .into_any()
    });
    let words = tallest.map_or_else(
        || say!(PULSE_NONE).to_owned(),
        |head| say!(PULSE_ALT, text::count(head.height.0), text::count(head.gas.0)),
    );
    let caption = words.clone();
    view! {
        <div class="chart">
            <svg role="img" aria-label=words width="100%" height="62">
                {bars.collect_view()}
                <line class="axis" x1="0" x2="100%" y1="61" y2="61"></line>
            </svg>
            <p class="small dim">{caption}</p>
        </div>
    }
    .into_any()
}
