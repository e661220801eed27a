//! English: charts, and what stands beside them. Part of `en`.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const BAR_ALT: &str = "{0} of conviction for; the bar is at {1}";
pub const BAR_NOTE: &str =
    "Solid: conviction for. Black tick: threshold. Hatched: added by stake against. Each row is scaled to its own bar.";
pub const BASE: &str = "Threshold base S";
pub const BASE_ABOUT: &str = "Thresholds are shares of this: at least 5 % of supply, or what is staked on proposals";
pub const CURVE_AGAINST: &str = "stake against raises the bar by {0}";
pub const CURVE_CROSSES: &str = "crosses in {0}";
pub const CURVE_ENACTS: &str = "enacts itself in {0}";
pub const CURVE_FOR: &str = "{0} for";
pub const CURVE_HOLD: &str = "must hold {0}, then {1} timelock";
pub const CURVE_NEVER: &str = "never at this support";
pub const CURVE_SHORT: &str = "{0} short";
pub const CURVE_THRESHOLD: &str = "threshold {0} = {1} % of S";
pub const CURVE_TITLE: &str = "Conviction against the bar";
pub const FORECAST: &str = "Forecast";
pub const FORECAST_NOTE: &str = "Forecast by the chain’s own integer arithmetic. It assumes that no other stake moves.";
pub const FORECAST_WAITS: &str = "if no stake moves";
pub const PULSE_NONE: &str = "None of the latest blocks used gas.";
pub const PULSE_ALT: &str = "Block {0} used the most gas: {1}";
pub const RULER_NOTE: &str =
    "The thicker the bar, the more this tab did itself. Hatched: not done since this tab started.";
pub const SKETCH_ALT: &str =
    "You stake; conviction crosses the threshold after 35 seconds, and the change enacts itself after 95";
pub const SKETCH_BAR: &str = "threshold";
pub const SKETCH_CROSSES: &str = "crosses";
pub const SKETCH_ENACTS: &str = "enacts itself at 95 s";
pub const SKETCH_STAKE: &str = "you stake";
