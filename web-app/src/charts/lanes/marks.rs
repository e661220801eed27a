//! How runs are drawn. Height is the engine: full for the browser's own, half for the reference, low where no code ran;
//! two halves for both. Hatched is a run whose effects were dropped, and a thread leads to the run that replaced it.

use super::{draw::Sheet, layout::Bar};
use crate::{
    charts::{
        plot::{label, line, path, width_of},
        scale::px,
    },
    text,
};
use leptos::prelude::*;
use std::collections::BTreeMap;
use zera_worker_protocol::{EngineUse, RunView};

/// Threads drawn at once; more would hide what they lead to.
const THREADS: usize = 24;
/// Names written into runs at once.
const NAMES: usize = 80;

/// How high a run is drawn.
const fn height(sheet: &Sheet, run: &RunView) -> i64 {
    match run.engine {
        EngineUse::None => sheet.full / 4,
        EngineUse::Reference => sheet.full / 2,
        EngineUse::Fast | EngineUse::Both => sheet.full,
    }
}

/// A rectangle as part of a path.
fn block(d: &mut String, x: (i64, i64), y: (i64, i64)) {
    d.push_str(&format!("M{} {}H{}V{}H{}Z", px(x.0), px(y.0), px(x.1), px(y.1), px(x.0)));
}

/// Where a bar begins and ends: never thinner than a hairline, and a gap to the next one where there is room.
fn span(sheet: &Sheet, bar: &Bar) -> (i64, i64) {
    let (start, end) = (sheet.x(bar.start), sheet.x(bar.end));
    (start, if end - start > 30 { end - 10 } else { end.max(start + 8) })
}

/// All runs: one path for each way they are drawn, so that thousands cost no more than a few.
pub(super) fn runs(sheet: &Sheet) -> AnyView {
    let mut paths: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut names = Vec::new();
    for (row, lane) in sheet.lanes.iter().enumerate() {
        let base = sheet.base(row);
        for bar in &lane.bars {
            let Some(run) = sheet.view.runs.get(bar.run) else { continue };
            let x = span(sheet, bar);
            let top = base - height(sheet, run);
            let mut put = |class, y| block(paths.entry(class).or_default(), x, y);
            match (run.kept, run.engine) {
                (false, _) => put("run-dropped", (top, base)),
                (true, EngineUse::Both) => {
                    put("run-fast", (top, top + sheet.full / 2 - 10));
                    put("run-agreed", (top + sheet.full / 2 + 10, base));
                }
                (true, EngineUse::Fast) => put("run-fast", (top, base)),
                (true, EngineUse::Reference | EngineUse::None) => put("run-reference", (top, base)),
            }
            if names.len() < NAMES && run.kept && run.engine == EngineUse::Fast {
                names.extend(name(sheet, run, x, base));
            }
        }
        beams(sheet, &lane.bars, base - sheet.full - 50, paths.entry("beam").or_default());
    }
    let paths: Vec<AnyView> = paths.into_iter().map(|(class, d)| path(class, d)).collect();
    view! { {paths}{names} }.into_any()
}

/// What a run called, inside it, where it is wide enough.
fn name(sheet: &Sheet, run: &RunView, (start, end): (i64, i64), base: i64) -> Option<AnyView> {
    let transaction = sheet.view.transactions.get(usize::try_from(run.transaction).ok()?)?;
    let words = text::safe(&transaction.entry);
    let fits = !words.is_empty() && transaction.module.is_some() && width_of(&words) + 120 < end - start;
    fits.then(|| label(start + 60, base - 90, "run-name", "start", words))
}

/// A beam over the runs of each cluster, as over the notes of one bar: they had to follow one another.
fn beams(sheet: &Sheet, bars: &[Bar], y: i64, d: &mut String) {
    let cluster = |bar: &Bar| sheet.view.runs.get(bar.run).and_then(|run| run.cluster);
    for group in bars.chunk_by(|a, b| cluster(a) == cluster(b)) {
        if let (Some(first), Some(last), true) = (group.first(), group.last(), group.len() > 1)
            && cluster(first).is_some()
        {
            d.push_str(&format!("M{} {y}H{}", px(span(sheet, first).0), px(span(sheet, last).1), y = px(y)));
        }
    }
}

/// Where a run lies: the left and right end of its bar, and its lane's line.
fn place(sheet: &Sheet, run: usize) -> Option<((i64, i64), i64)> {
    sheet.lanes.iter().enumerate().find_map(|(row, lane)| {
        let bar = lane.bars.iter().find(|bar| bar.run == run)?;
        Some((span(sheet, bar), sheet.base(row)))
    })
}

/// The other attempt at the same transaction: dropped and kept belong together.
fn other(sheet: &Sheet, run: usize) -> Option<usize> {
    let mine = sheet.view.runs.get(run)?;
    sheet.view.runs.iter().position(|other| other.transaction == mine.transaction && other.kept != mine.kept)
}

/// A thread from a dropped run to the one that replaced it.
fn thread(sheet: &Sheet, dropped: usize, kept: usize, class: &'static str) -> Option<AnyView> {
    let ((_, from), base) = place(sheet, dropped)?;
    let ((to, _), below) = place(sheet, kept)?;
    let (y, under, bend) = (base - 20, below - sheet.full - 20, (to - from).abs().clamp(200, 1_200) / 2);
    let ends = [from, y, from + bend, y, to, under - bend.min(300), to, under].map(px);
    let [a, b, c, d, e, f, g, h] = &ends;
    Some(path(class, format!("M{a} {b}C{c} {d} {e} {f} {g} {h}")))
}

/// Threads of the first runs that were dropped.
pub(super) fn again(sheet: &Sheet) -> AnyView {
    let dropped = sheet.view.runs.iter().enumerate().filter(|(_, run)| !run.kept).take(THREADS);
    let threads: Vec<AnyView> =
        dropped.filter_map(|(run, _)| thread(sheet, run, other(sheet, run)?, "thread")).collect();
    threads.into_any()
}

/// The chosen run: framed, with a line through the time of its begin; its other attempt framed with dashes.
pub(super) fn chosen(sheet: &Sheet, run: usize, top: i64, bottom: i64) -> AnyView {
    let frame = |run: usize, class: &'static str| {
        let ((start, end), base) = place(sheet, run)?;
        let high = sheet.view.runs.get(run).map_or(sheet.full, |run| height(sheet, run));
        let (x, y) = (px(start - 20), px(base - high - 20));
        Some(view! { <rect class=class x=x y=y width=px(end - start + 40) height=px(high + 40)></rect> }.into_any())
    };
    let cursor = place(sheet, run).map(|((start, _), _)| line("cursor", (start, top), (start, bottom)));
    let second = other(sheet, run).and_then(|other| {
        let (dropped, kept) = if sheet.view.runs.get(run)?.kept { (other, run) } else { (run, other) };
        Some(view! { {thread(sheet, dropped, kept, "thread chosen")}{frame(other, "frame dash")} }.into_any())
    });
    view! { {cursor}{second}{frame(run, "frame")} }.into_any()
}
