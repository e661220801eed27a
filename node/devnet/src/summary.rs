//! What a run came to, for people and for programs.

use crate::{book::Book, load::Outcome};
use serde::Serialize;
use std::time::Duration;

/// The summary.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// Validators.
    pub validators: usize,
    /// How long it ran.
    pub seconds: u64,
    /// The newest final block.
    pub height: u64,
    /// Milliseconds from a proposal to its finality, as heard over the wire.
    pub finality_ms: Quantiles,
    /// Transfers, when there was load.
    pub transfers: Option<Transfers>,
    /// Peers that were started again.
    pub restarts: u32,
    /// What was done to the network, when something was.
    pub faults: Vec<String>,
    /// Recorded faults of validators: evidence.
    pub evidence: usize,
    /// What must not have been; empty when all is well.
    pub violations: Vec<String>,
}

/// Of a list of times.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Quantiles {
    /// How many there are.
    pub count: usize,
    /// The median.
    pub p50: u64,
    /// All but one in a hundred are at most this.
    pub p99: u64,
}

impl Quantiles {
    /// Of a sorted list.
    #[must_use]
    pub fn of(sorted: &[u64]) -> Self {
        let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
        let at = |percent| at(percent).copied().unwrap_or(0);
        Self { count: sorted.len(), p50: at(50), p99: at(99) }
    }
}

/// What became of the load.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Transfers {
    /// Taken by a peer.
    pub sent: u64,
    /// Taken by none.
    pub refused: u64,
    /// In final blocks.
    pub done: u64,
    /// Final a second, from the first that was sent to the last that was final.
    pub per_second: u64,
    /// Milliseconds from submission to finality.
    pub finality_ms: Quantiles,
}

impl From<&Outcome> for Transfers {
    fn from(load: &Outcome) -> Self {
        let millis = (load.time.as_millis() as u64).max(1);
        Self {
            sent: load.sent,
            refused: load.refused,
            done: load.done,
            per_second: load.done * 1_000 / millis,
            finality_ms: Quantiles::of(&load.finality_ms),
        }
    }
}

impl Summary {
    /// Of what the book says after `time`.
    #[must_use]
    pub fn of(book: &Book, validators: usize, time: Duration) -> Self {
        Self {
            validators,
            seconds: time.as_secs(),
            height: book.height(),
            finality_ms: Quantiles::of(&book.finality_ms()),
            violations: book.violations().to_vec(),
            ..Self::default()
        }
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!("{} validators, {} s, final up to block {}", self.validators, self.seconds, self.height),
            format!(
                "proposal to finality: median {} ms, 99 % within {} ms ({} blocks)",
                self.finality_ms.p50, self.finality_ms.p99, self.finality_ms.count
            ),
        ];
        if let Some(load) = &self.transfers {
            lines.push(format!(
                "transfers: {} sent, {} refused, {} final, {} a second; submission to finality: median {} ms, 99 % within {} ms",
                load.sent, load.refused, load.done, load.per_second, load.finality_ms.p50, load.finality_ms.p99
            ));
        }
        lines.push(format!("restarts: {}; evidence against validators: {}", self.restarts, self.evidence));
        lines.extend(self.faults.iter().map(|fault| format!("fault: {fault}")));
        lines.extend(self.violations.iter().map(|violation| format!("VIOLATION: {violation}")));
        lines.join("\n")
    }
}
