//! The sheet that a timeline is drawn on: where lanes and times lie, the ground, axes and labels.

use super::{
    layout::{Lane, lanes, nearest, window},
    marks,
};
use crate::{
    charts::{
        plot::{label, line, width_of},
        scale::{Scale, decimal_step, px},
    },
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{LanesView, Phase, PhaseView};

/// Room above the lanes, for the names of stages.
const TOP: i64 = 260;
/// Room below the node's lane, for the names of its own work.
const UNDER: i64 = 200;

/// A laid out timeline. Lengths are tenths of a pixel, times nanoseconds.
#[derive(Clone)]
pub(super) struct Sheet {
    pub(super) view: Arc<LanesView>,
    pub(super) lanes: Arc<[Lane]>,
    width: i64,
    left: i64,
    right: i64,
    /// From one lane to the next.
    pitch: i64,
    /// Height of a run of the browser's engine.
    pub(super) full: i64,
    /// Begin of the picture; the scale counts from it.
    from: u64,
    scale: Scale,
    narrow: bool,
}

impl PartialEq for Sheet {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.view, &other.view)
            && (self.width, self.from, self.scale.most) == (other.width, other.from, other.scale.most)
    }
}

impl Sheet {
    pub(super) fn new(view: Arc<LanesView>, width: i64, lanes_only: bool) -> Self {
        let narrow = width < 640;
        let (left, right) = if narrow { (0, width * 10) } else { (1_120, width * 10 - 1_120) };
        let (from, to) = window(&view, lanes_only);
        let from = from.saturating_mul(1_000);
        let most = to.saturating_mul(1_000).saturating_sub(from);
        let lanes: Arc<[Lane]> = lanes(&view).into();
        let scale = Scale { most: most.into(), from: left, to: right };
        // A few lanes have the room of many.
        let full = if lanes.len() <= 4 && !narrow { 380 } else { 260 };
        Self {
            view,
            lanes,
            width,
            left,
            right,
            pitch: full + if narrow { 380 } else { 230 },
            full,
            from,
            scale,
            narrow,
        }
    }

    /// Width and height, pixels.
    pub(super) fn size(&self) -> (i64, i64) {
        (self.width, (self.bottom() + UNDER + 320) / 10)
    }

    pub(super) fn x(&self, time: u64) -> i64 {
        self.scale.at(time.saturating_sub(self.from).into())
    }

    fn x_us(&self, us: u64) -> i64 {
        self.x(us.saturating_mul(1_000))
    }

    /// The line that a lane's runs stand on.
    pub(super) fn base(&self, lane: usize) -> i64 {
        TOP + self.pitch * (i64::try_from(lane).unwrap_or(0) + 1)
    }

    fn bottom(&self) -> i64 {
        self.base(self.lanes.len().saturating_sub(1))
    }

    /// The run nearest to a point of the picture, in pixels.
    pub(super) fn at(&self, x: i64, y: i64) -> Option<usize> {
        let row = (y * 10 - TOP).max(0) / self.pitch;
        let last = self.lanes.len().checked_sub(1)?;
        let lane = self.lanes.get(usize::try_from(row).unwrap_or(0).min(last))?;
        let way = u128::try_from((x * 10).clamp(self.left, self.right) - self.left).unwrap_or(0);
        let span = u128::try_from(self.right - self.left).unwrap_or(1).max(1);
        let time = u64::try_from(self.scale.most.saturating_mul(way) / span).unwrap_or(u64::MAX);
        nearest(lane, time.saturating_add(self.from))
    }

    /// Everything but the chosen run.
    pub(super) fn draw(&self) -> AnyView {
        view! {
            {self.stages()}
            {self.names()}
            {self.node_work()}
            {marks::again(self)}
            {marks::runs(self)}
            {self.times()}
        }
        .into_any()
    }

    /// The chosen run, and its other attempt.
    pub(super) fn chosen(&self, run: usize) -> AnyView {
        marks::chosen(self, run, TOP - 60, self.bottom() + UNDER)
    }

    /// Each stage as a sunken field: what stays empty in it is waiting.
    fn stages(&self) -> AnyView {
        let mut parts = Vec::new();
        let rows = self.lanes.iter().position(|lane| lane.pipeline.is_none()).unwrap_or(0);
        let here = self.view.runs.iter().any(|run| run.pipeline.is_none() && run.cluster.is_some());
        let low = self.base((rows + usize::from(here)).saturating_sub(1));
        for phase in &self.view.phases {
            let (start, end) = (self.x_us(phase.start_us), self.x_us(phase.end_us));
            let Phase::Stage(number) = phase.phase else { continue };
            if rows == 0 && !here {
                continue;
            }
            let height = px(low - TOP + 20);
            parts.push(view! { <rect class="ground" x=px(start) y=px(TOP - 20) width=px((end - start).max(10)) height=height></rect> }.into_any());
            parts.push(line("lead-line", (start, TOP - 190), (start, low)));
            parts.push(self.stage_name(number, (start, end)));
        }
        parts.into_any()
    }

    fn stage_name(&self, number: u32, (start, end): (i64, i64)) -> AnyView {
        let mine = self.view.runs.iter().filter_map(|run| run.cluster).filter(|(stage, _)| *stage == number);
        let mut clusters: Vec<u32> = mine.map(|(_, cluster)| cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        let long = say!(L_STAGE, number + 1, text::plural(clusters.len(), say!(L_CLUSTER), say!(L_CLUSTERS)));
        let short = say!(L_STAGE_SHORT, number + 1);
        let room = end.max(if self.view.totals.stages <= 1 { self.right } else { end }) - start;
        let fits = [long, short, (number + 1).to_string()].into_iter().find(|words| width_of(words) + 100 < room);
        fits.map_or_else(|| ().into_any(), |words| label(start + 60, TOP - 90, "t-label", "start", words))
    }

    /// Names of the lanes at the left; how busy each was at the right.
    fn names(&self) -> AnyView {
        let mut parts = Vec::new();
        for (row, lane) in self.lanes.iter().enumerate() {
            let base = self.base(row);
            parts.push(line("axis", (self.left, base), (self.right, base)));
            let name =
                lane.pipeline.map_or_else(|| say!(L_NODE).to_owned(), |number| say!(L_PIPELINE, u32::from(number) + 1));
            let busy = if lane.bars.is_empty() && lane.pipeline.is_none() {
                String::new()
            } else {
                text::percent(lane.busy_us, self.view.totals.lanes_us)
            };
            let gas = if lane.bars.is_empty() { String::new() } else { say!(L_GAS, text::gas_short(lane.gas)) };
            if self.narrow {
                let above = base - self.full - 140;
                parts.push(label(0, above, "b t-ink", "start", name));
                let both = [busy, gas].join("  ");
                parts.push(label(self.right, above, "t-label", "end", both.trim().to_owned()));
            } else {
                parts.push(label(0, base - 40, "b t-ink", "start", name));
                parts.push(label(self.width * 10, base - 190, "b t-ink", "end", busy));
                parts.push(label(self.width * 10, base - 30, "t-label", "end", gas));
            }
        }
        parts.into_any()
    }

    /// What the node does besides runs, named under its lane where there is room; and the serial lane's span.
    fn node_work(&self) -> AnyView {
        let base = self.bottom();
        let mut parts = Vec::new();
        let mut free = self.left;
        let mut phases: Vec<&PhaseView> = self.view.phases.iter().collect();
        phases.sort_by_key(|phase| phase.start_us);
        for phase in phases {
            let words = match phase.phase {
                Phase::Opening => say!(L_OPENING),
                Phase::Planning => say!(L_PLANNING),
                Phase::Serial => say!(L_SERIAL),
                Phase::Closing => say!(L_CLOSING),
                Phase::Root => say!(L_ROOT),
                Phase::Stage(_) | Phase::Commit => continue,
            };
            let (start, end) = (self.x_us(phase.start_us), self.x_us(phase.end_us));
            if end <= self.left || phase.end_us <= phase.start_us || start >= self.right {
                continue;
            }
            let wide = (end - start).max(10);
            if phase.phase != Phase::Serial {
                parts.push(
                    view! { <rect class="phase" x=px(start) y=px(base - 100) width=px(wide) height="10"></rect> }
                        .into_any(),
                );
            }
            let took = text::micros(phase.end_us.saturating_sub(phase.start_us));
            let long = format!("{words} {took}");
            let at = start.max(free);
            let slack = wide.max(self.scale.to / 40);
            if let Some(words) = [long, words.to_owned()].into_iter().find(|words| {
                at - start < slack && at + width_of(words) < self.right + if self.narrow { 0 } else { 300 }
            }) {
                parts.push(line("lead-line", (start + 3, base), (start + 3, base + 60)));
                free = at + width_of(&words) + 160;
                parts.push(label(at, base + 170, "t-label halo", "start", words));
            }
        }
        parts.into_any()
    }

    fn times(&self) -> AnyView {
        let mut parts = Vec::new();
        let (y, most) = (self.bottom() + UNDER, self.scale.most);
        parts.push(line("grid-line", (self.left, y + 40), (self.right, y + 40)));
        let step = decimal_step(most, u128::try_from((self.right - self.left) / 1_000).unwrap_or(3).max(2)).max(1_000);
        let mut at = u128::from(self.from).next_multiple_of(step);
        let end = u128::from(self.from).saturating_add(most);
        while at <= end {
            let x = self.x(u64::try_from(at).unwrap_or(u64::MAX));
            parts.push(line("axis", (x, y + 40), (x, y + 90)));
            let words = tick(at / 1_000);
            let anchor = if x - self.left < 200 {
                "start"
            } else if self.right - x < 250 {
                "end"
            } else {
                "middle"
            };
            parts.push(label(x, y + 220, "t-label", anchor, words));
            at = at.saturating_add(step);
        }
        parts.into_any()
    }
}

/// A tick's label: `0`, `250 µs`, `1.5 ms`, `20 ms`.
fn tick(us: u128) -> String {
    if us == 0 {
        return "0".into();
    }
    let words = text::micros(u64::try_from(us).unwrap_or(u64::MAX));
    let Some((number, unit)) = words.split_once('\u{a0}') else { return words };
    let plain = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number };
    format!("{plain}\u{a0}{unit}")
}

#[cfg(test)]
mod tests {
    use super::tick;

    #[test]
    fn ticks_have_no_idle_zeros() {
        assert_eq!(
            [0, 250, 1_500, 20_000, 100_000].map(tick),
            ["0", "250\u{a0}µs", "1.5\u{a0}ms", "20\u{a0}ms", "100\u{a0}ms"]
        );
    }
}
