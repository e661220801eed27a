//! Scales, steps and measured widths shared by the charts.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

/// Tenths of a pixel as SVG writes them: `123` → `12.3`.
#[must_use]
pub fn px(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let size = tenths.unsigned_abs();
    format!("{sign}{}.{}", size / 10, size % 10)
}

/// A linear scale from `0..=most` to `from..=to`, in tenths of a pixel.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The greatest value.
    pub most: u128,
    /// Where zero lies.
    pub from: i64,
    /// Where the greatest lies.
    pub to: i64,
}

impl Scale {
    /// Where `value` lies; values past the end lie at the end.
    #[must_use]
    pub fn at(&self, value: u128) -> i64 {
        let most = self.most.max(1);
        let span = u128::from(self.to.abs_diff(self.from));
        let value = value.min(most);
        // Amounts are below 2^96 and spans below 2^16, so the product fits.
        let way = i64::try_from(value.saturating_mul(span) / most).unwrap_or_default();
        if self.to >= self.from { self.from + way } else { self.from - way }
    }
}

/// The least of 1, 2, 5 × 10^k that divides `most` into at most `parts` steps.
#[must_use]
pub fn decimal_step(most: u128, parts: u128) -> u128 {
    let mut unit: u128 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = unit.saturating_mul(factor);
            if step.saturating_mul(parts) >= most {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// A step of time that people count in, such that at most `parts` fit into `span` seconds.
#[must_use]
pub fn time_step(span: u64, parts: u64) -> u64 {
    const STEPS: [u64; 16] =
        [5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 432_000];
    STEPS.into_iter().find(|step| step * parts.max(1) >= span).unwrap_or(864_000)
}

/// `20 s`, `2 min`, `4 h`, `2 d`: a tick's label.
#[must_use]
pub fn tick_label(seconds: u64) -> String {
    match seconds {
        s if s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s if s > 60 => format!("{}:{:02}", s / 60, s % 60),
        s => format!("{s} s"),
    }
}

/// A `<div>` and its width in pixels, kept up to date; zero until it is laid out.
#[must_use]
pub fn measured() -> (NodeRef<html::Div>, RwSignal<i64>) {
    let node: NodeRef<html::Div> = NodeRef::new();
    let width = RwSignal::new(0i64);
    let measure = move || {
        if let Some(Some(div)) = node.try_get_untracked() {
            let now = i64::from(div.client_width());
            if width.try_get_untracked().is_some_and(|old| old != now) {
                width.set(now);
            }
        }
    };
    Effect::new(move |_| {
        let Some(div) = node.get() else { return };
        let callback = Closure::<dyn FnMut()>::new(measure);
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&div);
            let observer = leptos::__reexports::send_wrapper::SendWrapper::new(observer);
            on_cleanup(move || observer.disconnect());
        }
        callback.forget();
        measure();
    });
    (node, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_reach_both_ends_and_never_pass_them() {
        let down = Scale { most: 10u128.pow(18), from: 3_000, to: 600 };
        assert_eq!((down.at(0), down.at(10u128.pow(18)), down.at(u128::MAX)), (3_000, 600, 600));
        assert_eq!(down.at(10u128.pow(18) / 2), 1_800);
        assert_eq!(Scale { most: 0, from: 0, to: 9 }.at(0), 0);
    }

    #[test]
    fn steps_are_ones_people_count_in() {
        assert_eq!(decimal_step(1_910, 4), 500);
        assert_eq!(decimal_step(0, 4), 1);
        assert_eq!((time_step(170, 9), tick_label(120), tick_label(90)), (20, "2 min".into(), "1:30".into()));
        assert_eq!(px(-5), "-0.5");
    }
}
