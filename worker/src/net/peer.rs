//! One peer: where its connection is, what it has said of itself, and how it has behaved.

use super::WireId;
use std::cmp::Reverse;
use zera_primitives::{Hash, Height};
use zera_wire::{Greeting, PeerStatus};
use zera_worker_protocol::{PeerState, PeerView};

/// Names a peer for as long as the node knows it.
pub type PeerId = u32;

/// The best score.
const BEST: u32 = 1_000;
/// Scores that differ by less are about the same.
const BAND: u32 = 250;
/// What a new peer begins with.
const FIRST: u32 = 500;
/// The shortest wait before another try, milliseconds.
const SHORTEST_MS: u64 = 500;
/// The longest.
const LONGEST_MS: u64 = 30_000;
/// A peer is behind when its head is lower than the newest one heard of by more than this.
const BEHIND: u64 = 8;

/// Where a connection is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// None; the next try is due then, microseconds.
    Waiting { until: u64 },
    /// It is being made, or the greeting is awaited, since then, microseconds.
    Connecting { wire: WireId, since: u64, open: bool },
    /// The peer has greeted.
    Open { wire: WireId },
    /// It lied: no further try.
    Dropped,
}

/// A peer.
#[derive(Debug)]
pub struct Peer {
    pub address: String,
    pub line: Line,
    /// Why it waits, or was dropped.
    pub cause: Option<String>,
    pub greeting: Option<Greeting>,
    pub status: Option<PeerStatus>,
    /// Its newest head: its word.
    pub head: Option<(Height, Hash)>,
    pub round_trip_us: Option<u64>,
    pub received: u64,
    /// Answers that held, answers that were checked.
    pub good: (u64, u64),
    pub score: u32,
    /// Tries in a row that came to nothing.
    pub failures: u32,
    /// Answers in a row that did not come in time.
    pub slow: u32,
    /// Questions that it has open.
    pub open: u32,
    pub since_ms: u64,
    /// Questions that others and it had been asked when it was asked last.
    pub turn: u64,
    /// When it was last asked how long the way is, microseconds.
    pub pinged: u64,
}

impl Peer {
    pub fn new(address: String, now_ms: u64) -> Self {
        Self {
            address,
            line: Line::Waiting { until: 0 },
            cause: None,
            greeting: None,
            status: None,
            head: None,
            round_trip_us: None,
            received: 0,
            good: (0, 0),
            score: FIRST,
            failures: 0,
            slow: 0,
            open: 0,
            since_ms: now_ms,
            turn: 0,
            pinged: 0,
        }
    }

    /// Its connection, in whatever state.
    pub const fn wire(&self) -> Option<WireId> {
        match self.line {
            Line::Connecting { wire, .. } | Line::Open { wire } => Some(wire),
            Line::Waiting { .. } | Line::Dropped => None,
        }
    }

    /// True when it can be asked.
    pub const fn is_open(&self) -> bool {
        matches!(self.line, Line::Open { .. })
    }

    /// True while its first connection is being made.
    pub const fn is_on_its_way(&self) -> bool {
        matches!(self.line, Line::Connecting { .. })
            || (matches!(self.line, Line::Waiting { .. }) && self.failures == 0)
    }

    /// True when it can be asked now.
    pub fn has_room(&self) -> bool {
        let most = self.greeting.as_ref().map_or(1, |greeting| greeting.open_requests.clamp(1, 256));
        self.is_open() && self.open < u32::from(most)
    }

    /// What speaks for asking it: its behaviour, then that others were asked since, then its nearness. Peers of about the same
    /// behaviour take turns, so that who lies is soon found out, and no single one sees all questions.
    pub fn rank(&self) -> (u32, Reverse<u64>, Reverse<u64>) {
        (self.score / BAND, Reverse(self.turn), Reverse(self.round_trip_us.unwrap_or(u64::MAX)))
    }

    /// The connection is gone: another try later, later each time, and not at the same moment as everybody else's.
    pub fn lost(&mut self, cause: String, now_us: u64, now_ms: u64, random: u32) {
        let base = SHORTEST_MS.saturating_mul(1 << self.failures.min(6)).min(LONGEST_MS);
        // Between half of it and one and a half.
        let wait = base / 2 + base * u64::from(random) / u64::from(u32::MAX);
        self.failures = self.failures.saturating_add(1);
        self.line = Line::Waiting { until: now_us.saturating_add(wait.saturating_mul(1_000)) };
        self.cause = Some(cause);
        self.open = 0;
        self.slow = 0;
        self.since_ms = now_ms;
    }

    /// An answer of it held.
    pub fn held(&mut self) {
        self.good = (self.good.0.saturating_add(1), self.good.1.saturating_add(1));
        self.score = self.score.saturating_add(10).min(BEST);
    }

    /// An answer of it did not come, or was of no use; no lie.
    pub fn failed(&mut self) {
        self.score = self.score.saturating_sub(100);
    }

    /// Notes how long an answer took.
    pub fn took(&mut self, us: u64) {
        // A quarter of the newest, as TCP smooths it.
        let smooth = |old: u64| old.saturating_mul(3).saturating_add(us) / 4;
        self.round_trip_us = Some(self.round_trip_us.map_or(us, smooth));
    }

    /// As the page shows it; `newest` is the newest head that any peer speaks of.
    pub fn view(&self, newest: Option<Height>, origin: Option<&str>, now_us: u64) -> PeerView {
        let head = self.head.map(|(height, _)| height);
        let behind = head.zip(newest).is_some_and(|(own, newest)| newest.since(own) > BEHIND);
        let (state, retry_ms) = match self.line {
            Line::Waiting { until } => (PeerState::Waiting, Some(until.saturating_sub(now_us) / 1_000)),
            Line::Connecting { .. } => (PeerState::Connecting, None),
            Line::Open { .. } if behind => (PeerState::Behind, None),
            Line::Open { .. } => (PeerState::Good, None),
            Line::Dropped => (PeerState::Dropped, None),
        };
        PeerView {
            address: self.address.clone(),
            agent: self.greeting.as_ref().map(|greeting| greeting.agent.clone()),
            state,
            cause: self.cause.clone(),
            head,
            round_trip_us: self.round_trip_us,
            received: self.received,
            good: self.good,
            score: self.score,
            retry_ms,
            since_ms: self.since_ms,
            serves_page: origin == Some(&self.address),
        }
    }
}
