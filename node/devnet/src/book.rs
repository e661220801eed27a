//! What every peer has called final. A second block of a height, or one that a peer has forgotten, is a violation.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use zera_primitives::{Hash, Header};

/// Proposals that no block followed are forgotten beyond so many.
const PROPOSALS: usize = 10_000;

/// The book.
#[derive(Default)]
pub struct Book {
    finals: BTreeMap<u64, Hash>,
    /// Per peer: its newest head, when it said so first, and the longest it went without a newer one.
    heads: BTreeMap<usize, Head>,
    proposed: BTreeMap<Hash, Instant>,
    finality: Vec<Duration>,
    violations: Vec<String>,
}

/// A peer's newest head.
#[derive(Clone, Copy)]
pub struct Head {
    /// Its height.
    pub height: u64,
    /// When it was heard of first.
    pub since: Instant,
}

impl Book {
    /// A peer speaks of a proposal.
    pub fn proposed(&mut self, header: &Header, now: Instant) {
        if self.proposed.len() < PROPOSALS {
            self.proposed.entry(header.hash()).or_insert(now);
        }
    }

    /// A peer says that a block is final.
    pub fn finalised(&mut self, peer: usize, header: &Header, now: Instant) {
        let (height, hash) = (header.height.0, header.hash());
        self.is_final(peer, height, hash);
        if let Some(began) = self.proposed.remove(&hash) {
            self.finality.push(now.duration_since(began));
        }
        let newer = self.heads.get(&peer).is_none_or(|head| head.height < height);
        if newer {
            self.heads.insert(peer, Head { height, since: now });
        }
    }

    /// A peer has this block as final: now, or in what it keeps.
    pub fn is_final(&mut self, peer: usize, height: u64, hash: Hash) {
        let known = *self.finals.entry(height).or_insert(hash);
        if known != hash {
            self.violations.push(format!(
                "two final blocks of height {height}: {} and, says peer {peer}, {}",
                known.to_hex(),
                hash.to_hex()
            ));
        }
    }

    /// A peer stands below a height that it has called final.
    pub fn lost(&mut self, peer: usize, had: u64, has: u64) {
        self.violations.push(format!("peer {peer} has lost final blocks: it had {had} and stands at {has}"));
    }

    /// Something else that must not be.
    pub fn violated(&mut self, what: String) {
        self.violations.push(what);
    }

    /// The newest final height.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.finals.last_key_value().map_or(0, |(height, _)| *height)
    }

    /// A peer's newest head.
    #[must_use]
    pub fn head(&self, peer: usize) -> Option<Head> {
        self.heads.get(&peer).copied()
    }

    /// What must not have been.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// Milliseconds from a proposal to its finality, as heard over the wire, sorted.
    #[must_use]
    pub fn finality_ms(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.finality.iter().map(|time| time.as_millis() as u64).collect();
        all.sort_unstable();
        all
    }
}
