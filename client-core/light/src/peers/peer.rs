//! One peer of the book.

use super::{FIRST_WAIT_MS, LONGEST_WAIT_MS};
use alloc::{collections::VecDeque, string::String};
use zera_primitives::{Hash, Height};

/// Heads of a peer that are remembered, to compare peers at one height.
const SAID: usize = 64;
/// Score that a peer begins with.
const FIRST_SCORE: u32 = 500;
/// The best score.
const BEST_SCORE: u32 = 1_000;

/// How a peer stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PeerState {
    /// Not connected; a try is due, now or later.
    Waiting,
    /// The connection is being made.
    Connecting,
    /// Connected; what it served was right so far.
    Good,
    /// Connected, and behind what is verified.
    Behind,
    /// Dropped for a lie.
    Dropped,
}

/// What is known of a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// Its address.
    pub address: String,
    /// Its software, its word.
    pub agent: Option<String>,
    /// How it stands.
    pub state: PeerState,
    /// Why it waits, is behind or was dropped.
    pub cause: Option<String>,
    /// Since when it stands so, Unix time, milliseconds.
    pub since_ms: u64,
    /// When the next try is due, Unix time, milliseconds; of meaning while it waits.
    pub retry_at_ms: u64,
    /// The highest head it named.
    pub head: Option<Height>,
    /// Smoothed round trip, microseconds.
    pub round_trip_us: Option<u64>,
    /// Bytes received from it.
    pub received: u64,
    /// Answers that held.
    pub good: u64,
    /// Answers that were checked.
    pub checked: u64,
    /// 0 to 1,000.
    pub score: u32,
    pub(super) failures: u32,
    said: VecDeque<(Height, Hash)>,
}

impl Peer {
    pub(super) fn new(address: String, now_ms: u64) -> Self {
        Self {
            address,
            agent: None,
            state: PeerState::Waiting,
            cause: None,
            since_ms: now_ms,
            retry_at_ms: now_ms,
            head: None,
            round_trip_us: None,
            received: 0,
            good: 0,
            checked: 0,
            score: FIRST_SCORE,
            failures: 0,
            said: VecDeque::new(),
        }
    }

    /// True when it can be asked.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self.state, PeerState::Good | PeerState::Behind)
    }

    /// The block that it last named at a height.
    #[must_use]
    pub fn block_at(&self, height: Height) -> Option<Hash> {
        self.said.iter().rev().find(|(said, _)| *said == height).map(|(_, block)| *block)
    }

    pub(super) fn stand(&mut self, state: PeerState, cause: Option<&str>, now_ms: u64) {
        if self.state != state {
            self.since_ms = now_ms;
        }
        self.state = state;
        self.cause = cause.map(|cause| cause.chars().take(256).collect());
    }

    pub(super) fn lost(&mut self, cause: &str, now_ms: u64, random: u64) {
        let doubled = FIRST_WAIT_MS.checked_shl(self.failures.min(16)).unwrap_or(LONGEST_WAIT_MS);
        let longest = doubled.min(LONGEST_WAIT_MS);
        // Half of it is certain, the other half is spread.
        let wait = longest / 2 + random % (longest / 2).saturating_add(1);
        self.failures = self.failures.saturating_add(1);
        self.retry_at_ms = now_ms.saturating_add(wait);
        self.said.clear();
        self.head = None;
        self.fail();
        self.stand(PeerState::Waiting, Some(cause), now_ms);
    }

    /// A twentieth of what is missing to the best score.
    pub(super) fn gain(&mut self) {
        let missing = BEST_SCORE.saturating_sub(self.score);
        self.score = self.score.saturating_add(missing.div_ceil(20));
    }

    /// A fifth of the score is lost.
    pub(super) fn fail(&mut self) {
        self.score = self.score.saturating_sub(self.score / 5);
    }

    /// An eighth of the newest.
    pub(super) fn took(&mut self, round_trip_us: u64) {
        let smoothed = |before: u64| before.saturating_sub(before / 8).saturating_add(round_trip_us / 8);
        self.round_trip_us = Some(self.round_trip_us.map_or(round_trip_us, smoothed));
    }

    pub(super) fn said(&mut self, height: Height, block: Hash) {
        self.head = self.head.max(Some(height));
        if self.block_at(height) != Some(block) {
            self.said.push_back((height, block));
        }
        if self.said.len() > SAID {
            self.said.pop_front();
        }
    }
}
