//! One measured case, as tables and scripts read it: `{suite, case, value, unit, peer, ratio, ci, aim, met, noise}`.

use crate::stats::Estimate;
use serde_json::{Value, json};

/// What a ratio should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// So many times the peer, or more.
    AtLeast(f64),
    /// So many times the peer, or less.
    AtMost(f64),
}

impl Aim {
    /// Whether `ratio` reaches it.
    #[must_use]
    pub fn met(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
        }
    }
}

/// One figure, perhaps beside a peer's.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What was measured.
    pub case: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is compared with, and in which direction; empty without a peer.
    pub peer: String,
    /// The ratio with its interval, if there is a peer; else the interval of the figure itself.
    pub ratio: Option<Estimate>,
    /// 95 % interval of the figure, where it has no ratio.
    pub interval: Option<(f64, f64)>,
    /// What the ratio should be.
    pub aim: Option<Aim>,
    /// The first side of this measurement against itself.
    pub noise: Option<f64>,
}

impl Case {
    /// A figure without a peer.
    #[must_use]
    pub fn figure(case: impl Into<String>, value: Estimate, unit: &'static str) -> Self {
        let interval = Some((value.low, value.high));
        Self { interval, ..Self::exact(case, value.value, unit) }
    }

    /// A figure that is counted, not measured.
    #[must_use]
    pub fn exact(case: impl Into<String>, value: f64, unit: &'static str) -> Self {
        let (case, peer) = (case.into(), String::new());
        Self { case, value, unit, peer, ratio: None, interval: None, aim: None, noise: None }
    }

    /// With a peer: `ratio` is in the direction that `peer` says.
    #[must_use]
    pub fn against(self, peer: impl Into<String>, ratio: Estimate) -> Self {
        Self { peer: peer.into(), ratio: Some(ratio), ..self }
    }

    /// With what the ratio should be.
    #[must_use]
    pub fn aim(self, aim: Aim) -> Self {
        Self { aim: Some(aim), ..self }
    }

    /// With the noise of its measurement.
    #[must_use]
    pub fn noise(self, noise: f64) -> Self {
        Self { noise: Some(noise), ..self }
    }

    /// For scripts.
    #[must_use]
    pub fn json(&self, suite: &str) -> Value {
        let ratio = self.ratio.map(|ratio| rounded(ratio.value));
        let interval = self.ratio.map(|ratio| (ratio.low, ratio.high)).or(self.interval);
        json!({
            "suite": suite,
            "case": self.case,
            "value": rounded(self.value),
            "unit": self.unit,
            "peer": self.peer,
            "ratio": ratio,
            "ci": interval.map(|(low, high)| [rounded(low), rounded(high)]),
            "aim": self.aim.map(Aim::words),
            "met": self.aim.zip(self.ratio).map(|(aim, ratio)| aim.met(ratio.value)),
            "noise": self.noise.map(rounded),
        })
    }
}

/// Four significant digits: more would claim what was not measured.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12);
    let shift = 10f64.powi(digits);
    (value * shift).round() / shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_four_digits() {
        assert_eq!(rounded(1234.567), 1235.0);
        assert_eq!(rounded(0.001_234_56), 0.001_235);
        assert_eq!(rounded(46.789), 46.79);
        assert_eq!(rounded(0.0), 0.0);
        assert_eq!(rounded(f64::NAN), 0.0);
    }

    #[test]
    fn a_case_says_what_it_is() {
        let ratio = Estimate { value: 50.04, low: 48.0, high: 52.0 };
        let case = Case::exact("fib", 2.0, "ms").against("stock wasmi", ratio).aim(Aim::AtLeast(45.0)).noise(1.004);
        assert_eq!(
            case.json("contract").to_string(),
            r#"{"aim":"≥ 45","case":"fib","ci":[48.0,52.0],"met":true,"noise":1.004,"peer":"stock wasmi","ratio":50.04,"suite":"contract","unit":"ms","value":2.0}"#
        );
        let figure = Case::figure("x", Estimate { value: 1.0, low: 0.5, high: 2.0 }, "ms").json("s");
        assert_eq!((figure["ci"].to_string(), figure["ratio"].is_null()), ("[0.5,2.0]".into(), true));
        assert!(!Aim::AtMost(1.25).met(1.26));
    }
}
