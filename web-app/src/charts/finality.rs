//! How long recent blocks took from proposal to certificate: a dot a block, the slowest named, the one that waits a ring.

use super::{
    plot::{label, line},
    scale::{decimal_step, measured, px},
};
use crate::{
    components::{empty, react, reveal, table, td_num},
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::FinalityPoint;

/// Top, foot and left edge of the plot, tenths of a pixel.
const TOP: i64 = 160;
const FOOT: i64 = 1_060;
const LEFT: i64 = 520;
/// A name for the slowest stands only where it is this many times the median.
const SLOW: u32 = 2;

/// The middle one of the measured times, milliseconds.
#[must_use]
pub fn median(points: &[FinalityPoint]) -> Option<u32> {
    let mut times: Vec<u32> = points.iter().map(|point| point.ms).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn slowest(points: &[FinalityPoint]) -> Option<FinalityPoint> {
    points.iter().copied().max_by_key(|point| point.ms)
}

fn millis(ms: u32) -> String {
    text::micros(u64::from(ms) * 1_000)
}

/// The chart with its table; `waiting` is a height that is heard of and not final here.
#[must_use]
pub fn chart(points: Arc<[FinalityPoint]>, waiting: Option<u64>) -> AnyView {
    let Some((middle, slow)) = median(&points).zip(slowest(&points)) else {
        return empty(say!(FI_EMPTY), view! { <p>{say!(FI_EMPTY_WHAT)}</p> });
    };
    let conclusion =
        say!(FI_ALT, millis(middle), text::count(points.len() as u64), text::count(slow.height.0), millis(slow.ms));
    let (node, width) = measured();
    let drawn = Arc::clone(&points);
    let drawing = move || match width.get() {
        0 => ().into_any(),
        width => {
            let height = (FOOT + 240) / 10;
            view! {
                <svg role="img" aria-label=conclusion.clone() width=width.to_string() height=height.to_string() viewBox=format!("0 0 {width} {height}")>
                    {draw(&drawn, waiting, width * 10, middle)}
                </svg>
            }
            .into_any()
        }
    };
    view! {
        <div class="chart finality" node_ref=node>{react(drawing)}</div>
        {reveal(say!(FI_TABLE).into_any(), move || rows(&points))}
    }
    .into_any()
}

fn draw(points: &[FinalityPoint], waiting: Option<u64>, right: i64, middle: u32) -> AnyView {
    let most = points.iter().map(|point| point.ms).max().unwrap_or(0).max(1);
    let step = u32::try_from(decimal_step(most.into(), 3)).unwrap_or(u32::MAX);
    let top = i64::from(step) * 3;
    let y = |ms: u32| FOOT - i64::from(ms).min(top) * (FOOT - TOP) / top;
    let mut parts = Vec::new();
    for level in 0..=3u32 {
        let ms = step.saturating_mul(level);
        let class = if level == 0 { "axis" } else { "grid-line" };
        parts.push(line(class, (LEFT, y(ms)), (right, y(ms))));
        parts.push(label(LEFT - 90, y(ms) + 45, "t-label", "end", if level == 0 { "0".into() } else { millis(ms) }));
    }
    let places = i64::try_from(points.len()).unwrap_or(1) + i64::from(waiting.is_some());
    let x = |place: i64| LEFT + 60 + place * (right - LEFT - 120) / (places - 1).max(1);
    let dots = points.iter().zip(0..).map(|(point, place)| {
        view! { <circle class="dot-verified" cx=px(x(place)) cy=px(y(point.ms)) r="2.5"></circle> }.into_any()
    });
    parts.push(dots.collect_view().into_any());
    let slow = points.iter().zip(0..).max_by_key(|(point, _)| point.ms);
    if let Some((point, place)) = slow.filter(|(point, _)| point.ms > middle.saturating_mul(SLOW)) {
        let words = say!(FI_SLOWEST, text::count(point.height.0), millis(point.ms));
        let (anchor, at) =
            if x(place) > (LEFT + right) / 2 { ("end", x(place) - 80) } else { ("start", x(place) + 80) };
        parts.push(label(at, y(point.ms) + 40, "halo", anchor, words));
    }
    if let Some(first) = points.first() {
        parts.push(label(LEFT, FOOT + 190, "t-label", "start", text::count(first.height.0)));
    }
    match waiting {
        Some(height) => {
            let (cx, cy) = (px(x(places - 1)), px(y(middle)));
            parts.push(view! { <circle class="ring-pending" cx=cx cy=cy r="3.5"></circle> }.into_any());
            parts.push(label(right, FOOT + 190, "t-label t-pending", "end", say!(FI_WAITING, text::count(height))));
        }
        None => {
            let last = points.last().map_or_else(String::new, |point| text::count(point.height.0));
            parts.push(label(right, FOOT + 190, "t-label", "end", last));
        }
    }
    parts.into_any()
}

fn rows(points: &[FinalityPoint]) -> AnyView {
    let rows = points
        .iter()
        .rev()
        .take(40)
        .map(|point| {
            let href = format!("/blocks/{}", point.height);
            (
                view! { <a href=href>{text::count(point.height.0)}</a> }.into_any(),
                vec![
                    td_num(say!(FI_TOOK), millis(point.ms)),
                    td_num(say!(FI_WORK), text::micros(point.work_us.into())),
                ],
            )
        })
        .collect();
    table(say!(FI_NAME), &[(say!(BLOCK), false), (say!(FI_TOOK), true), (say!(FI_WORK), true)], rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::Height;

    #[test]
    fn the_middle_and_the_slowest_are_found() {
        let points: Vec<FinalityPoint> =
            [400, 90, 5_000].map(|ms| FinalityPoint { height: Height(u64::from(ms)), ms, work_us: 1 }).into();
        assert_eq!((median(&points), slowest(&points).map(|point| point.ms)), (Some(400), Some(5_000)));
        assert_eq!((median(&[]), slowest(&[])), (None, None));
    }
}
