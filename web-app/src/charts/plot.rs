//! The plane of the conviction chart: where a slot and an amount lie, and the few shapes it is drawn with.

use super::{
    conviction::Curves,
    scale::{Scale, px},
};
use crate::text;
use leptos::prelude::*;
use zera_primitives::Amount;
use zera_worker_protocol::{CurvePoint, ForecastView};

/// Left edge of the plot, tenths of a pixel: room for the numbers of the axis.
pub(super) const LEFT: i64 = 470;
/// Top of the plot: room for the crossing's two lines and `now`.
pub(super) const TOP: i64 = 600;
/// Width of one letter of a label, roughly.
const LETTER: i64 = 68;

/// The plane.
pub(super) struct Plot {
    pub(super) x: Scale,
    pub(super) y: Scale,
    pub(super) opened: u64,
    pub(super) now: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
    pub(super) unit: (u128, &'static str),
    pub(super) narrow: bool,
    /// The ground that labels stand on left and right of now.
    pub(super) closed: bool,
}

impl Plot {
    pub(super) fn new(curves: &Curves, width: i64) -> Self {
        let narrow = width < 640;
        let right = width * 10;
        let bottom = TOP + if narrow { 2_200 } else { 2_900 };
        let all = || curves.forecast.past.iter().chain(&curves.forecast.future);
        let what_if = curves.what_if.iter().flat_map(|(_, forecast)| &forecast.future);
        let most = all().chain(what_if).map(|p| p.conviction_for.0.max(bar(p))).max().unwrap_or(1);
        let last = |forecast: &ForecastView| forecast.future.last().map_or(forecast.now.0, |point| point.slot.0);
        let closed_at = curves.forecast.past.last().filter(|_| curves.closed).map(|point| point.slot.0);
        let end = closed_at.unwrap_or_else(|| last(&curves.forecast));
        let known = closed_at.unwrap_or(curves.forecast.now.0);
        let span = end.saturating_sub(curves.opened).max(10);
        let x = Scale { most: span.into(), from: if narrow { 40 } else { LEFT }, to: right };
        let now = x.at(known.saturating_sub(curves.opened).into());
        let most = most.saturating_add(most / 7);
        Self {
            x,
            y: Scale { most, from: bottom, to: TOP },
            opened: curves.opened,
            now,
            right,
            bottom,
            unit: text::unit_of(Amount(most)),
            narrow,
            closed: curves.closed,
        }
    }

    pub(super) fn x(&self, slot: u64) -> i64 {
        self.x.at(slot.saturating_sub(self.opened).into())
    }

    /// True for a slot that lies on the plane.
    pub(super) fn holds(&self, slot: u64) -> bool {
        u128::from(slot.saturating_sub(self.opened)) <= self.x.most
    }

    pub(super) fn points(&self, curve: &[CurvePoint], value: fn(&CurvePoint) -> u128) -> String {
        let mut d = String::with_capacity(curve.len() * 14);
        for (i, point) in curve.iter().enumerate() {
            d.push(if i == 0 { 'M' } else { 'L' });
            d.push_str(&px(self.x(point.slot.0)));
            d.push(' ');
            d.push_str(&px(self.y.at(value(point))));
        }
        d
    }

    pub(super) fn amount(&self, amount: u128) -> String {
        format!("{} {}", text::scaled(amount, self.unit.0, 3), self.unit.1).trim_end().to_owned()
    }

    /// Keeps a label that is centred on `x` inside the drawing.
    pub(super) fn centred(&self, x: i64, words: &str) -> i64 {
        let half = width_of(words) / 2;
        x.min(self.right - half).max(half.min(self.right / 2))
    }
}

pub(super) fn bar(point: &CurvePoint) -> u128 {
    point.threshold.0.saturating_add(point.conviction_against.0)
}

pub(super) fn conviction_for(point: &CurvePoint) -> u128 {
    point.conviction_for.0
}

pub(super) fn threshold(point: &CurvePoint) -> u128 {
    point.threshold.0
}

pub(super) fn label(x: i64, y: i64, class: &'static str, anchor: &'static str, words: String) -> AnyView {
    view! { <text x=px(x) y=px(y) class=class text-anchor=anchor>{words}</text> }.into_any()
}

pub(super) fn line(class: &'static str, from: (i64, i64), to: (i64, i64)) -> AnyView {
    view! { <line class=class x1=px(from.0) y1=px(from.1) x2=px(to.0) y2=px(to.1)></line> }.into_any()
}

pub(super) fn path(class: &'static str, d: String) -> AnyView {
    view! { <path class=class d=d></path> }.into_any()
}

/// Roughly how wide a label is drawn, tenths of a pixel.
pub(super) fn width_of(words: &str) -> i64 {
    i64::try_from(words.chars().count()).unwrap_or(0) * LETTER
}
