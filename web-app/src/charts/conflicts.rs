//! The conflict graph of one block: transactions on a line in block order, an arc from each to the one that it had to
//! wait for. What no arc touches could run beside everything.

use super::{
    lanes::Chosen,
    plot::{label, line, path, width_of},
    scale::{measured, px},
};
use crate::{components::react, say, text};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{ConflictView, LanesView};

/// Arcs drawn at most.
const ARCS: usize = 4_096;
/// Keys named at their widest arc.
const NAMED: usize = 3;
/// Height of the highest arc, tenths of a pixel.
const RISE: i64 = 1_300;
/// Room above the highest arc, for its name.
const ABOVE: i64 = 260;

/// What is drawn.
#[derive(Clone)]
pub struct Conflicts {
    /// The block.
    pub view: Arc<LanesView>,
    /// The chart's conclusion in one sentence.
    pub conclusion: String,
    /// The run that the readout tells of.
    pub chosen: Chosen,
}

/// Which transaction waits for which because of one key: a writer for everybody since the writer before it, a reader for
/// the last writer.
#[must_use]
fn waits(conflict: &ConflictView) -> Vec<(u32, u32)> {
    let writers = conflict.writers.iter().map(|at| (*at, true));
    let mut all: Vec<(u32, bool)> = writers.chain(conflict.readers.iter().map(|at| (*at, false))).collect();
    all.sort_unstable();
    all.dedup_by_key(|(at, _)| *at);
    let (mut writer, mut readers, mut found) = (None, Vec::new(), Vec::new());
    for (at, writes) in all {
        if writes {
            if readers.is_empty() {
                found.extend(writer.map(|before| (before, at)));
            }
            found.extend(readers.drain(..).map(|before| (before, at)));
            writer = Some(at);
        } else {
            found.extend(writer.map(|before| (before, at)));
            readers.push(at);
        }
    }
    found
}

/// Where transactions lie.
#[derive(Clone, Copy, PartialEq)]
struct Line {
    width: i64,
    count: i64,
    /// The line that they stand on, as low as the highest arc needs.
    base: i64,
}

impl Line {
    fn new(width: i64, count: i64, arcs: &[(u32, u32)]) -> Self {
        let flat = Self { width, count, base: 0 };
        let base = ABOVE + arcs.iter().map(|arc| flat.rise(*arc)).max().unwrap_or(0);
        Self { base, ..flat }
    }

    fn x(self, at: u32) -> i64 {
        (i64::from(at) * 2 + 1) * self.width * 5 / self.count.max(1)
    }

    fn at(self, x: i64) -> u32 {
        u32::try_from((x * self.count / self.width.max(1)).clamp(0, self.count - 1)).unwrap_or(0)
    }

    /// How high the arc between two of them rises.
    fn rise(self, (from, to): (u32, u32)) -> i64 {
        ((self.x(to) - self.x(from)) / 2).clamp(60, RISE)
    }

    fn arc(self, d: &mut String, (from, to): (u32, u32)) {
        let control = px(self.base - self.rise((from, to)) * 4 / 3);
        let (a, b, base) = (px(self.x(from)), px(self.x(to)), px(self.base));
        d.push_str(&format!("M{a} {base}C{a} {control} {b} {control} {b} {base}"));
    }
}

/// The chart; follows its own width.
#[must_use]
pub fn conflicts(chart: Conflicts) -> AnyView {
    let (node, width) = measured();
    let Conflicts { view, conclusion, chosen } = chart;
    let count = i64::try_from(view.transactions.len()).unwrap_or(1).max(1);
    let arcs: Arc<[(u32, u32)]> = view.conflicts.iter().flat_map(waits).take(ARCS).collect();
    let known = Arc::clone(&arcs);
    let line = Memo::new(move |_| Line::new(width.get(), count, &known));
    let runs = Arc::clone(&view);
    let under = Callback::new(move |x: i32| {
        let at = line.get_untracked().at(x.into());
        runs.runs.iter().rposition(|run| run.transaction == at)
    });
    let drawing = move || {
        let line = line.get();
        if line.width == 0 {
            return ().into_any();
        }
        let (arcs, view) = (Arc::clone(&arcs), Arc::clone(&view));
        let all = draw(line, &view, &arcs);
        let mark = move || chosen.get().map(|run| chosen_mark(line, &view, &arcs, run));
        let height = (line.base + 420) / 10;
        view! {
            <svg role="img" aria-label=conclusion.clone() width=line.width.to_string() height=height.to_string() viewBox=format!("0 0 {} {height}", line.width)>
                {all}
                <g>{react(move || mark().into_any())}</g>
            </svg>
        }
        .into_any()
    };
    view! {
        <div class="chart lanes" node_ref=node>
            {react(drawing)}
            <div
                class="lanes-pointer" aria-hidden="true" on:pointerleave=move |_| chosen.leave()
                on:pointermove=move |event| chosen.point(under.run(event.offset_x()))
                on:pointerdown=move |event| chosen.keep(under.run(event.offset_x()))
            ></div>
        </div>
    }
    .into_any()
}

fn draw(place: Line, view: &LanesView, arcs: &[(u32, u32)]) -> AnyView {
    let mut lines = String::with_capacity(arcs.len() * 48);
    arcs.iter().for_each(|arc| place.arc(&mut lines, *arc));
    let (mut kept, mut again) = (String::new(), String::new());
    let moved = moved(view);
    for at in 0..view.transactions.len() {
        let d = if moved.binary_search(&at).is_ok() { &mut again } else { &mut kept };
        let x = place.x(u32::try_from(at).unwrap_or(u32::MAX));
        d.push_str(&format!("M{} {}v8", px(x), px(place.base + 30)));
    }
    let right = place.width * 10;
    view! {
        {path(arcs_class(arcs.len()), lines)}
        {line("axis", (0, place.base), (right, place.base))}
        {path("tooth", kept)}
        {path("tooth again", again)}
        {names(place, view)}
        {label(0, place.base + 290, "t-label", "start", say!(CF_FIRST).into())}
        {label(right, place.base + 290, "t-label", "end", text::count(view.transactions.len() as u64))}
    }
    .into_any()
}

/// How arcs are drawn: the more, the lighter each.
const fn arcs_class(count: usize) -> &'static str {
    match count {
        0..=200 => "arc",
        201..=800 => "arc dense",
        _ => "arc densest",
    }
}

/// Transactions that ran again, ascending.
fn moved(view: &LanesView) -> Vec<usize> {
    let dropped = view.runs.iter().filter(|run| !run.kept);
    let mut moved: Vec<usize> = dropped.filter_map(|run| usize::try_from(run.transaction).ok()).collect();
    moved.sort_unstable();
    moved
}

/// The keys that order most, each named over its widest arc where no other name stands.
fn names(place: Line, view: &LanesView) -> AnyView {
    let mut taken: Vec<(i64, i64, i64)> = Vec::new();
    let mut parts = Vec::new();
    for conflict in view.conflicts.iter().take(NAMED) {
        let Some(widest) = waits(conflict).into_iter().max_by_key(|(from, to)| to - from) else { continue };
        let orders = conflict.writers.len().saturating_add(conflict.readers.len());
        let words = say!(CF_ORDERS, shortened(&conflict.name), text::count(orders as u64));
        let half = width_of(&words) / 2;
        let middle = (place.x(widest.0) + place.x(widest.1)) / 2;
        let x = middle.clamp(half, (place.width * 10 - half).max(half));
        let y = place.base - place.rise(widest) - 60;
        let free = taken.iter().all(|(left, right, at)| x + half < *left || *right < x - half || (y - at).abs() > 160);
        if free && half * 2 < place.width * 10 {
            taken.push((x - half, x + half, y));
            parts.push(label(x, y, "t-label halo t-ink", "middle", words));
        }
    }
    parts.into_any()
}

/// The begin of a long name.
#[must_use]
pub fn shortened(name: &str) -> String {
    const ROOM: usize = 28;
    let name = text::safe(name);
    if name.chars().count() <= ROOM { name } else { name.chars().take(ROOM).chain(['…']).collect() }
}

/// Arcs of the chosen run's transaction, and lighter those of its cluster.
fn chosen_mark(place: Line, view: &LanesView, arcs: &[(u32, u32)], run: usize) -> AnyView {
    let Some(mine) = view.runs.get(run) else { return ().into_any() };
    let at = mine.transaction;
    let first = |at: u32| view.runs.iter().find(|run| run.transaction == at && run.cluster.is_some());
    let cluster = first(at).and_then(|run| run.cluster);
    let mut same: Vec<u32> =
        view.runs.iter().filter(|run| cluster.is_some() && run.cluster == cluster).map(|run| run.transaction).collect();
    same.sort_unstable();
    let inside = |at: &u32| same.binary_search(at).is_ok();
    let (mut own, mut near) = (String::new(), String::new());
    for arc in arcs {
        if arc.0 == at || arc.1 == at {
            place.arc(&mut own, *arc);
        } else if inside(&arc.0) && inside(&arc.1) {
            place.arc(&mut near, *arc);
        }
    }
    let x = place.x(at);
    view! { {path("arc near", near)}{path("arc own", own)}{line("cursor", (x, place.base), (x, place.base + 130))} }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(writers: &[u32], readers: &[u32]) -> Vec<(u32, u32)> {
        let (writers, readers) = (writers.into(), readers.into());
        waits(&ConflictView { name: String::new(), module: None, writers, readers })
    }

    #[test]
    fn readers_wait_for_the_writer_before_them_and_writers_for_everybody_since() {
        assert_eq!(of(&[0, 3, 4], &[1, 2]), [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)]);
        assert_eq!(of(&[5], &[1, 2, 9]), [(1, 5), (2, 5), (5, 9)]);
        assert_eq!(of(&[], &[1, 2]), [], "readers alone wait for nobody");
        assert_eq!(of(&[2], &[2]), [], "nobody waits for itself");
    }

    #[test]
    fn a_pointer_finds_the_transaction_under_it() {
        let line = Line::new(500, 50, &[(0, 49)]);
        assert_eq!((line.at(-3), line.at(0), line.at(255), line.at(9_999)), (0, 0, 25, 49));
        assert_eq!((line.x(0), line.x(49)), (50, 4_950));
        assert_eq!(
            (line.base, Line::new(500, 50, &[(0, 4)]).base),
            (ABOVE + RISE, ABOVE + 200),
            "low arcs need little room"
        );
    }
}
