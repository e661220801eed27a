//! The conviction curve of ui.md: conviction for against a bar that stake against raises, the shortfall as a dimension
//! line, the crossing, the time it must hold and wait, and every change of stake below.

use super::{
    plot::{LEFT, Plot, TOP, bar, conviction_for, label, line, path, threshold, width_of},
    scale::{Scale, decimal_step, measured, px, tick_label, time_step},
};
use crate::components::react;
use crate::{say, text};
use leptos::prelude::*;
use zera_primitives::{Amount, Side};
use zera_worker_protocol::{CurvePoint, ForecastView, StakeChange};

/// What is drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Curves {
    /// Slot of submission.
    pub opened: u64,
    /// At today's stakes.
    pub forecast: ForecastView,
    /// With the stake the slider assumes.
    pub what_if: Option<(String, ForecastView)>,
    /// Changes of stake.
    pub changes: Vec<StakeChange>,
    /// `20 % of S`.
    pub share: String,
    /// Slots it must hold, slots it then waits.
    pub hold_wait: (u64, u64),
    /// The word at the end of the known part: `now`, or how the proposal closed, after which nothing is forecast.
    pub end: &'static str,
    /// True once it has closed.
    pub closed: bool,
    /// The chart's conclusion in one sentence.
    pub conclusion: String,
}

/// The chart; follows `curves` and its own width.
#[must_use]
pub fn conviction(curves: Signal<Option<Curves>>) -> AnyView {
    let (node, width) = measured();
    let drawing = move || {
        let width = width.get();
        curves.with(|curves| curves.as_ref().filter(|_| width > 0).map(|curves| draw(curves, width)))
    };
    view! { <div class="chart" node_ref=node>{react(move || drawing().into_any())}</div> }.into_any()
}

fn draw(curves: &Curves, width: i64) -> AnyView {
    let plot = Plot::new(curves, width);
    let holds = !curves.closed && curves.forecast.enacts.is_some();
    let changes_top = plot.bottom + if holds { 780 } else { 420 };
    let second_row = if plot.narrow && !legend_beside(&plot) { 170 } else { 0 };
    let height = changes_top + if curves.changes.is_empty() { 0 } else { 980 + second_row };
    let view_box = format!("0 0 {width} {}", height / 10);
    view! {
        <svg role="img" aria-labelledby="curve-title" width=width.to_string() height=(height / 10).to_string() viewBox=view_box>
            <title id="curve-title">{curves.conclusion.clone()}</title>
            {ground(&plot)}
            {axes(&plot)}
            {known(&plot, curves)}
            {expected(&plot, curves)}
            {line("now", (plot.now, TOP), (plot.now, if curves.changes.is_empty() { plot.bottom } else { changes_top + 500 }))}
            {standing(&plot, curves)}
            {crossings(&plot, curves)}
            {holds.then(|| hold_and_wait(&plot, curves))}
            {(!curves.changes.is_empty()).then(|| stake_changes(&plot, curves, changes_top))}
        </svg>
    }
    .into_any()
}

fn ground(plot: &Plot) -> AnyView {
    let width = (plot.right - plot.now).max(0);
    view! { <rect class="ground" x=px(plot.now) y=px(TOP) width=px(width) height=px(plot.bottom - TOP)></rect> }
        .into_any()
}

fn axes(plot: &Plot) -> AnyView {
    let mut parts = Vec::new();
    let step = decimal_step(plot.y.most, 5);
    let decimals = if step.is_multiple_of(plot.unit.0) {
        0
    } else if step.is_multiple_of(plot.unit.0 / 10) {
        1
    } else {
        3
    };
    let mut value = step;
    while value < plot.y.most {
        let y = plot.y.at(value);
        parts.push(line("grid-line", (plot.x.from, y), (plot.right, y)));
        let words = text::scaled(value, plot.unit.0, decimals);
        parts.push(if plot.narrow {
            label(40, y - 40, "t-label halo", "start", words)
        } else {
            label(LEFT - 90, y + 45, "", "end", words)
        });
        value = value.saturating_add(step);
    }
    parts.push(line("axis", (plot.x.from, plot.bottom), (plot.right, plot.bottom)));
    let span = u64::try_from(plot.x.most).unwrap_or(u64::MAX);
    let every = time_step(span, u64::try_from(plot.right / if plot.narrow { 900 } else { 950 }).unwrap_or(4));
    parts.push(label(plot.x.from, plot.bottom + 200, "", "start", say!(OPENED).into()));
    let mut at = every;
    while at <= span {
        let x = plot.x.at(at.into());
        parts.push(line("axis", (x, plot.bottom), (x, plot.bottom + 50)));
        let (anchor, tooth) = if x + 250 > plot.right { ("end", plot.right) } else { ("middle", x) };
        if (x - plot.now).abs() > 200 && x - plot.x.from > 650 {
            parts.push(label(tooth, plot.bottom + 200, "", anchor, tick_label(at)));
        }
        at = at.saturating_add(every);
    }
    // Beside `now` while there is room, above it otherwise.
    let above = plot.narrow || plot.now < 1_700;
    let unit = say!(CONVICTION_UNIT, plot.unit.1).replace("  ", " ");
    parts.push(label(40, if above { 110 } else { 520 }, "", "start", unit));
    parts.into_any()
}

fn hatched(plot: &Plot, curve: &[CurvePoint]) -> Option<AnyView> {
    curve.iter().any(|point| !point.conviction_against.is_zero()).then(|| {
        let mut d = plot.points(curve, bar);
        for point in curve.iter().rev() {
            d.push_str(&format!("L{} {}", px(plot.x(point.slot.0)), px(plot.y.at(threshold(point)))));
        }
        path("hatch", d + "Z")
    })
}

fn known(plot: &Plot, curves: &Curves) -> AnyView {
    let past = &curves.forecast.past;
    let line_for = plot.points(past, conviction_for);
    let area = past.first().map(|first| {
        let (x, bottom) = (px(plot.x(first.slot.0)), px(plot.bottom));
        path("for-area", format!("{line_for}L{} {bottom}L{x} {bottom}Z", px(plot.now)))
    });
    let against = past.iter().any(|point| !point.conviction_against.is_zero());
    view! {
        {hatched(plot, past)}
        {area}
        {path("thr-line", plot.points(past, threshold))}
        {against.then(|| path("bar-line", plot.points(past, bar)))}
        {path("for-line", line_for.clone())}
    }
    .into_any()
}

fn expected(plot: &Plot, curves: &Curves) -> AnyView {
    if plot.closed {
        return ().into_any();
    }
    let future = &curves.forecast.future;
    let against = future.iter().any(|point| !point.conviction_against.is_zero());
    let dotted = curves.what_if.as_ref().map(|(_, forecast)| until_enacted(plot, "for-line dots", forecast));
    view! {
        {hatched(plot, future)}
        {path("thr-line dash", plot.points(future, threshold))}
        {against.then(|| path("bar-line dash", plot.points(future, bar)))}
        {until_enacted(plot, "for-line dash", &curves.forecast)}
        {dotted}
    }
    .into_any()
}

/// The curve of conviction for up to the enactment, which takes the stake off it: a stroke across its end says so.
fn until_enacted(plot: &Plot, class: &'static str, forecast: &ForecastView) -> AnyView {
    let enacts = forecast.enacts.map_or(u64::MAX, |slot| slot.0);
    let inside = |point: &&CurvePoint| point.slot.0 <= enacts && plot.holds(point.slot.0);
    let shown: Vec<CurvePoint> = forecast.future.iter().take_while(inside).copied().collect();
    let end = shown.last().filter(|_| forecast.enacts.is_some_and(|slot| plot.holds(slot.0)));
    let stroke = end.map(|point| {
        let (x, y) = (plot.x(point.slot.0), plot.y.at(conviction_for(point)));
        line("for-line", (x, y - 60), (x, y + 60))
    });
    view! { {path(class, plot.points(&shown, conviction_for))} {stroke} }.into_any()
}

/// On its line, where no curve runs: left of now where there is room and the curve leaves it; at the right end, once the
/// curves have crossed; over the line before they do; in two rows otherwise.
fn threshold_label(plot: &Plot, curves: &Curves, words: String, y_for: i64, y_threshold: i64) -> AnyView {
    let wide = width_of(&words);
    let y_end = plot.y.at(curves.forecast.future.last().map_or(0, conviction_for));
    let passed = y_for <= y_threshold;
    if !(plot.narrow && passed) && (plot.closed || plot.now - plot.x.from > wide + 250) {
        let near_curve = y_for > y_threshold && y_for - y_threshold < 350;
        return label(
            plot.x.from + 110,
            y_threshold + if near_curve { -100 } else { 190 },
            "b t-ink halo",
            "start",
            words,
        );
    }
    let crossed: Vec<i64> = std::iter::once(&curves.forecast)
        .chain(curves.what_if.iter().map(|(_, forecast)| forecast))
        .filter_map(|forecast| forecast.crosses.map(|slot| slot.0))
        .chain(curves.forecast.past.iter().find(|point| conviction_for(point) >= bar(point)).map(|point| point.slot.0))
        .map(|slot| plot.x(slot))
        .collect();
    let (first, last) = (crossed.iter().min().copied(), crossed.iter().max().copied().unwrap_or(0));
    let end = plot.right - 100;
    let class = if plot.closed { "b t-ink halo" } else { "b t-ink halo-sunk" };
    if end - wide > last + 60 {
        let beneath = y_end > y_threshold && y_end - y_threshold < 450;
        return label(end, y_threshold + if beneath { -100 } else { 190 }, class, "end", words);
    }
    let start = plot.now + 90;
    let raised = curves.forecast.past.last().is_some_and(|now| !now.conviction_against.is_zero());
    if !raised && !passed && first.is_some_and(|first| start + wide < first - 80) {
        return label(start, y_threshold - 100, class, "start", words);
    }
    let (first_row, second_row) = words.split_once(" = ").unwrap_or((&words, ""));
    let second_row = if second_row.is_empty() { String::new() } else { format!("= {second_row}") };
    view! {
        {label(end, y_threshold + 190, class, "end", first_row.to_owned())}
        {label(end, y_threshold + 355, class, "end", second_row)}
    }
    .into_any()
}

/// What stands now: the dot, its label, the labels on the lines and the shortfall.
fn standing(plot: &Plot, curves: &Curves) -> AnyView {
    let Some(now) = curves.forecast.past.last() else { return ().into_any() };
    let (y_for, y_bar, y_threshold) = (plot.y.at(conviction_for(now)), plot.y.at(bar(now)), plot.y.at(threshold(now)));
    let mut parts = vec![label(plot.centred(plot.now, curves.end), TOP - 80, "b t-ink", "middle", curves.end.into())];
    parts.push(threshold_label(
        plot,
        curves,
        say!(CURVE_THRESHOLD, plot.amount(now.threshold.0), curves.share),
        y_for,
        y_threshold,
    ));
    if !now.conviction_against.is_zero() {
        let words = say!(CURVE_AGAINST, plot.amount(now.conviction_against.0));
        parts.push(label(plot.x.from + 110, y_bar - 110, "t-against halo", "start", words));
    }
    let words = say!(CURVE_FOR, plot.amount(now.conviction_for.0));
    let room = plot.now - plot.x.from > width_of(&words) + 100;
    let over_threshold = (y_for - y_threshold).abs() < 350 && y_for <= y_threshold;
    let y_label = if plot.closed || over_threshold {
        y_for - 110
    } else {
        y_for + if y_for + 300 > plot.bottom { -90 } else { 45 }
    };
    parts.push(if room {
        label(plot.now - 100, y_label, "t-for halo", "end", words)
    } else {
        label(plot.now + 230, y_for - 90, "t-for halo-sunk", "start", words)
    });
    parts.push(view! { <circle class="dot" cx=px(plot.now) cy=px(y_for) r="4.5"></circle> }.into_any());
    if !curves.forecast.shortfall.is_zero() && !plot.closed && y_for - y_bar > 200 {
        let x = plot.now + 130;
        parts.push(path(
            "dim-line",
            format!(
                "M{} {}h10M{} {}V{}M{} {}h10",
                px(x - 50),
                px(y_bar),
                px(x),
                px(y_bar),
                px(y_for),
                px(x - 50),
                px(y_for)
            ),
        ));
        let words = say!(CURVE_SHORT, plot.amount(curves.forecast.shortfall.0));
        let y = if y_for + 300 < plot.bottom { y_for + 190 } else { (y_bar + y_for) / 2 + 45 };
        parts.push(label(x + 90, y, "b t-ink halo-sunk", "start", words));
    }
    parts.into_any()
}

fn crossings(plot: &Plot, curves: &Curves) -> AnyView {
    if plot.closed {
        return ().into_any();
    }
    let mut parts = Vec::new();
    let now = curves.forecast.now.0;
    if let Some(slot) = curves.forecast.crosses.map(|slot| slot.0).filter(|slot| *slot > now) {
        let (x, y) = (plot.x(slot), height_at(plot, &curves.forecast, slot));
        let words = say!(CURVE_CROSSES, text::duration(slot - now));
        let at =
            plot.centred(x, &words).max(plot.now + width_of(&words) / 2 + 250).min(plot.right - width_of(&words) / 2);
        parts.push(line("lead-line", (x, 330), (x, y - 60)));
        parts.push(label(at, 270, "t-for", "middle", words));
        parts.push(view! { <circle class="ring" cx=px(x) cy=px(y) r="5.5"></circle> }.into_any());
    } else if curves.forecast.crosses.is_none() && !curves.forecast.shortfall.is_zero() {
        let words = say!(CURVE_NEVER).to_owned();
        parts.push(label(plot.right, 270, "b t-ink", "end", words));
    }
    parts.push(assumed_crossing(plot, curves));
    parts.into_any()
}

/// Where the bar stands when a curve crosses it.
fn height_at(plot: &Plot, forecast: &ForecastView, slot: u64) -> i64 {
    let point = forecast.future.iter().find(|point| point.slot.0 >= slot).or(forecast.future.last());
    point.map_or(plot.bottom, |point| plot.y.at(bar(point)))
}

/// The crossing that the slider's stake would bring, labelled below it.
fn assumed_crossing(plot: &Plot, curves: &Curves) -> AnyView {
    let now = curves.forecast.now.0;
    let Some((words, forecast)) = &curves.what_if else { return ().into_any() };
    if forecast.crosses.is_none() {
        let end = forecast.future.last().map_or(plot.bottom, |point| plot.y.at(conviction_for(point)));
        let words = format!("{words}: {}", say!(NEVER));
        return label(plot.right - 40, end + 280, "t-for halo-sunk", "end", words);
    }
    let Some(slot) = forecast.crosses.map(|slot| slot.0).filter(|slot| *slot > now) else { return ().into_any() };
    let (x, y) = (plot.x(slot), height_at(plot, forecast, slot));
    let low = (y + 700).min(plot.bottom - 250);
    let said = [words.clone(), say!(CURVE_CROSSES, text::duration(slot - now))];
    let longest = said.iter().map(|words| width_of(words)).max().unwrap_or(0);
    // Clear of what is labelled right of now.
    let start = (x + 130).max(plot.now + 1_400);
    let (at, anchor) = if start + longest > plot.right { (plot.right - 40, "end") } else { (start, "start") };
    let elbow = format!("M{} {}V{}h8", px(x), px(y + 40), px(low - 45));
    let rows = (0i64..).zip(said).map(|(row, words)| label(at, low + row * 165, "t-for halo-sunk", anchor, words));
    view! {
        {path("lead-line", elbow)}
        <circle class="ring-small" cx=px(x) cy=px(y) r="4"></circle>
        {rows.collect_view()}
    }
    .into_any()
}

fn hold_and_wait(plot: &Plot, curves: &Curves) -> AnyView {
    let forecast = &curves.forecast;
    let now = forecast.now.0;
    let (Some(approved), Some(enacts)) = (forecast.approved, forecast.enacts) else { return ().into_any() };
    let crosses = forecast.crosses.map_or(now, |slot| slot.0).max(now);
    let (x0, x1, x2) = (plot.x(crosses), plot.x(approved.0.max(crosses)), plot.x(enacts.0.max(now)));
    let y = plot.bottom + 330;
    let (hold, wait) = curves.hold_wait;
    let words = say!(CURVE_HOLD, text::duration(hold), text::duration(wait));
    let left = x0 - 70 > width_of(&words);
    let done = say!(CURVE_ENACTS, text::duration(enacts.0.saturating_sub(now)));
    let (at, anchor) = if left { (x0 - 70, "end") } else { (plot.right, "end") };
    let first = if left { y + 85 } else { y + 270 };
    view! {
        <rect class="bar-for" x=px(x0) y=px(y) width=px((x1 - x0).max(0)) height="9"></rect>
        <rect class="hatch-for" x=px(x1) y=px(y) width=px((x2 - x1).max(0)) height="9"></rect>
        {line("now", (x2, y - 30), (x2, y + 120))}
        {label(at, first, "halo", anchor, words)}
        {label(x2.max(width_of(&done)), if left { y + 280 } else { y + 430 }, "b t-ink", "end", done)}
    }
    .into_any()
}

/// Up: for. Down: against. Hollow: withdrawn.
fn stake_changes(plot: &Plot, curves: &Curves, top: i64) -> AnyView {
    let zero = top + 480;
    let most = curves.changes.iter().map(|change| change.before.0.abs_diff(change.after.0)).max().unwrap_or(1);
    let scale = Scale { most, from: 0, to: 330 };
    let mut parts = vec![line("axis", (plot.x.from, zero), (plot.now, zero))];
    for change in &curves.changes {
        let size = change.before.0.abs_diff(change.after.0);
        let tall = scale.at(size).max(30);
        let added = change.after >= change.before;
        let up = change.side == Side::For;
        let x = plot.x(change.at.1.0).max(plot.x.from + 50).min(plot.now - 50) - 50;
        let class = match (up, added) {
            (true, true) => "bar-for",
            (true, false) => "hollow-for",
            (false, true) => "hatch edge-against",
            (false, false) => "hollow-against",
        };
        let y = if up { zero - tall } else { zero };
        parts.push(view! { <rect class=class x=px(x) y=px(y) width="10" height=px(tall)></rect> }.into_any());
        if curves.changes.len() <= 12 && !plot.narrow {
            let words =
                format!("{}{}", if added { "+" } else { "−" }, text::zra_short(Amount(size)).replace("\u{a0}ZRA", ""));
            let at = (x + 50).max(plot.x.from + width_of(&words) / 2);
            parts.push(label(at, if up { y - 60 } else { y + tall + 150 }, "halo", "middle", words));
        }
    }
    parts.push(stake_legend(plot, top));
    parts.into_any()
}

fn legend_beside(plot: &Plot) -> bool {
    plot.now + 1_700 < plot.right
}

/// Right of now where there is room, below otherwise, where a narrow chart takes two rows.
fn stake_legend(plot: &Plot, top: i64) -> AnyView {
    let lines = [
        ("", say!(CHANGES)),
        ("t-for", say!(CHANGES_FOR)),
        ("t-against", say!(CHANGES_AGAINST)),
        ("", say!(CHANGES_HOLLOW)),
    ];
    let beside = legend_beside(plot);
    let (mut x, mut y) = (plot.x.from, top + 900);
    let place = |(row, (class, words)): (i64, (&'static str, &'static str))| {
        if beside {
            return label(plot.now + 90, top + 260 + row * 170, class, "start", words.to_owned());
        }
        if plot.narrow && row == 2 {
            (x, y) = (plot.x.from, y + 170);
        }
        let here = x;
        x += width_of(words) + 160;
        label(here, y, class, "start", words.to_owned())
    };
    (0i64..).zip(lines).map(place).collect_view().into_any()
}
