//! What a suite measured, as a table, with the noise it was measured in.

use super::run::{Case, Phase, Run};
use crate::{
    components::{table, tag, td, td_num, verdict},
    say, text,
};
use leptos::prelude::*;

/// What a side may be off itself.
const QUIET: std::ops::RangeInclusive<f64> = 0.97..=1.03;

/// The table of one suite, or why there is none.
#[must_use]
pub fn of(run: Run, suite: &str) -> AnyView {
    let why = run.failed.with(|failed| failed.iter().find(|(name, _)| name == suite).map(|(_, why)| why.clone()));
    let cases: Vec<Case> = run.cases.with(|cases| cases.iter().filter(|case| case.suite == suite).cloned().collect());
    let failed = why.map(|why| verdict("alarm", say!(BE_FAILED), view! { <p>{text::safe(&why)}</p> }, None));
    if cases.is_empty() && failed.is_none() {
        let running = run.phase.with(|phase| matches!(phase, Phase::Running { suite: now, .. } if now == suite));
        return view! { <p>{if running { say!(BE_NOW) } else { say!(BE_NOT_YET) }}</p> }.into_any();
    }
    view! { {failed}{rows(&cases)}{noise(&cases)} }.into_any()
}

fn rows(cases: &[Case]) -> AnyView {
    let columns = [
        (say!(BE_CASE), false),
        (say!(BE_FIGURE), true),
        (say!(BE_RATIO), true),
        (say!(BE_INTERVAL), true),
        (say!(BE_PEER), false),
    ];
    let rows = cases.iter().map(|case| {
        let figure = format!("{}\u{a0}{}", figure(case.value), case.unit);
        let interval = case
            .interval
            .map_or_else(String::new, |(low, high)| say!(BE_FROM_TO, self::figure(low), self::figure(high)));
        let aim = case.aim.clone().map(|(words, met)| {
            let words = if met { say!(BE_AIM_MET, words) } else { say!(BE_AIM_MISSED, words) };
            view! { " "{tag(words)} }
        });
        let cells = vec![
            td_num(say!(BE_FIGURE), figure),
            td_num(say!(BE_RATIO), case.ratio.map_or_else(String::new, self::figure)),
            td_num(say!(BE_INTERVAL), interval),
            td(say!(BE_PEER), view! { {case.peer.clone()}{aim} }),
        ];
        (case.case.clone().into_any(), cells)
    });
    table(say!(BE_RESULTS), &columns, rows.collect())
}

/// How quiet the machine was: what a side is off itself.
fn noise(cases: &[Case]) -> AnyView {
    let loud: Vec<&Case> =
        cases.iter().filter(|case| case.noise.is_some_and(|noise| !QUIET.contains(&noise))).collect();
    if cases.iter().all(|case| case.noise.is_none()) {
        return ().into_any();
    }
    if loud.is_empty() {
        return view! { <p class="small gap-2">{say!(BE_QUIET)}</p> }.into_any();
    }
    let names: Vec<&str> = loud.iter().map(|case| case.case.as_str()).collect();
    verdict("pending", say!(BE_NOISY), view! { <p>{say!(BE_NOISY_WHICH, names.join("; "))}</p> }, None)
}

/// As many digits as were measured, in groups of three.
fn figure(value: f64) -> String {
    let plain = value.to_string();
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), text::count);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::figure;

    #[test]
    fn figures_are_grouped() {
        assert_eq!(figure(1234.5), "1,234.5");
        assert_eq!(figure(0.001_235), "0.001235");
        assert_eq!(figure(46.0), "46");
    }
}
