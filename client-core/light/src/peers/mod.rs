//! The book of peers: how each stands, whom to connect to and when, whom to ask, who agrees with whom. It connects to nobody
//! and asks nobody: events come in with the time, and random numbers come in where it has to spread tries.
//!
//! A peer that is slow or away loses score and is tried again, later each time; one that served what cannot be true is
//! dropped and not asked again until a person says so.

mod peer;
#[cfg(test)]
mod tests;

pub use peer::{Peer, PeerState};

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use zera_primitives::{Hash, Height};

/// Most peers in the book.
pub const MOST_PEERS: usize = 64;
/// Wait after the first failure, milliseconds; it doubles with each further one.
pub const FIRST_WAIT_MS: u64 = 500;
/// Longest wait, milliseconds.
pub const LONGEST_WAIT_MS: u64 = 60_000;
/// Blocks that a peer's head may stay below the newest verified before it counts as behind.
pub const BEHIND_BLOCKS: u64 = 8;

/// How many peers speak of the same block, and who of another one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Agreement {
    /// Addresses whose newest word of that height is that block.
    pub agree: Vec<String>,
    /// Addresses that named another block of that height.
    pub differ: Vec<String>,
}

/// The book.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    peers: BTreeMap<String, Peer>,
    offline: bool,
}

impl Peers {
    /// Adds a peer, due at once; false when it is there already or the book is full.
    pub fn add(&mut self, address: &str, now_ms: u64) -> bool {
        let room = self.peers.len() < MOST_PEERS && !self.peers.contains_key(address);
        if room {
            self.peers.insert(address.into(), Peer::new(address.into(), now_ms));
        }
        room
    }

    /// Removes a peer.
    pub fn remove(&mut self, address: &str) -> bool {
        self.peers.remove(address).is_some()
    }

    /// A peer.
    #[must_use]
    pub fn get(&self, address: &str) -> Option<&Peer> {
        self.peers.get(address)
    }

    /// All peers, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// Peers to connect to now. Each is to be reported [`connecting`](Self::connecting).
    #[must_use]
    pub fn due(&self, now_ms: u64) -> Vec<String> {
        let due = |peer: &&Peer| !self.offline && peer.state == PeerState::Waiting && peer.retry_at_ms <= now_ms;
        self.peers.values().filter(due).map(|peer| peer.address.clone()).collect()
    }

    /// When the next peer is due; none when none waits.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<u64> {
        let waiting = self.peers.values().filter(|peer| peer.state == PeerState::Waiting);
        waiting.map(|peer| peer.retry_at_ms).min().filter(|_| !self.offline)
    }

    /// The browser says that it is offline, or online again: then all who wait are due.
    pub fn set_offline(&mut self, offline: bool, now_ms: u64) {
        if self.offline && !offline {
            self.try_all(now_ms);
        }
        self.offline = offline;
    }

    /// All who wait are due: after a wake from sleep, or because a person asks for it.
    pub fn try_all(&mut self, now_ms: u64) {
        for peer in self.peers.values_mut().filter(|peer| peer.state == PeerState::Waiting) {
            peer.failures = 0;
            peer.retry_at_ms = now_ms;
        }
    }

    /// Takes a dropped peer back, because a person asks for it.
    pub fn forgive(&mut self, address: &str, now_ms: u64) {
        if let Some(peer) = self.peers.get_mut(address) {
            *peer = Peer::new(address.into(), now_ms);
        }
    }

    /// A connection is being made.
    pub fn connecting(&mut self, address: &str, now_ms: u64) {
        self.change(address, |peer| peer.stand(PeerState::Connecting, None, now_ms));
    }

    /// It is made, and the peer has said what it is.
    pub fn connected(&mut self, address: &str, agent: &str, now_ms: u64) {
        self.change(address, |peer| {
            peer.agent = Some(agent.chars().take(64).collect());
            peer.stand(PeerState::Good, None, now_ms);
        });
    }

    /// The connection failed or was lost. `random` spreads the tries of many tabs.
    pub fn lost(&mut self, address: &str, cause: &str, now_ms: u64, random: u64) {
        self.change(address, |peer| peer.lost(cause, now_ms, random));
    }

    /// It served what cannot be true: dropped.
    pub fn lied(&mut self, address: &str, cause: &str, now_ms: u64) {
        self.change(address, |peer| {
            peer.checked = peer.checked.saturating_add(1);
            peer.score = 0;
            peer.stand(PeerState::Dropped, Some(cause), now_ms);
        });
    }

    /// What it served was checked, and holds.
    pub fn served(&mut self, address: &str) {
        self.change(address, |peer| {
            peer.failures = 0;
            (peer.good, peer.checked) = (peer.good.saturating_add(1), peer.checked.saturating_add(1));
            peer.gain();
        });
    }

    /// It did not serve what was asked: it was too slow, busy, or does not have it.
    pub fn failed_to_serve(&mut self, address: &str) {
        self.change(address, Peer::fail);
    }

    /// Bytes came from it.
    pub fn received(&mut self, address: &str, bytes: u64) {
        self.change(address, |peer| peer.received = peer.received.saturating_add(bytes));
    }

    /// A round trip took so long, microseconds.
    pub fn took(&mut self, address: &str, round_trip_us: u64) {
        self.change(address, |peer| peer.took(round_trip_us));
    }

    /// It named a block as its head. Its word, until a certificate of it was checked.
    pub fn said(&mut self, address: &str, height: Height, block: Hash) {
        self.change(address, |peer| peer.said(height, block));
    }

    /// The newest verified height is this: who is far below it is behind.
    pub fn verified(&mut self, height: Height, now_ms: u64) {
        for peer in self.peers.values_mut() {
            let behind = peer.head.is_some_and(|head| head.0.saturating_add(BEHIND_BLOCKS) < height.0);
            match (peer.state, behind) {
                (PeerState::Good, true) => peer.stand(PeerState::Behind, Some("its head is old"), now_ms),
                (PeerState::Behind, false) => peer.stand(PeerState::Good, None, now_ms),
                _ => {}
            }
        }
    }

    /// Connected peers that may have `height`, best first: by score, then by round trip.
    #[must_use]
    pub fn ask(&self, height: Option<Height>) -> Vec<String> {
        let able = |peer: &&Peer| {
            peer.is_connected() && height.is_none_or(|height| peer.head.is_none_or(|head| head >= height))
        };
        let mut able: Vec<&Peer> = self.peers.values().filter(able).collect();
        able.sort_by_key(|peer| {
            let slow = peer.round_trip_us.unwrap_or(u64::MAX);
            (peer.state == PeerState::Behind, core::cmp::Reverse(peer.score / 100), slow, peer.address.clone())
        });
        able.into_iter().map(|peer| peer.address.clone()).collect()
    }

    /// The highest head that a connected peer speaks of.
    #[must_use]
    pub fn heard(&self) -> Option<Height> {
        self.peers.values().filter(|peer| peer.is_connected()).filter_map(|peer| peer.head).max()
    }

    /// Who names this block at its height, and who another one: to be asked for its certificate.
    #[must_use]
    pub fn agreement(&self, height: Height, block: &Hash) -> Agreement {
        let mut agreement = Agreement::default();
        for peer in self.peers.values().filter(|peer| peer.is_connected()) {
            match peer.block_at(height) {
                Some(named) if named == *block => agreement.agree.push(peer.address.clone()),
                Some(_) => agreement.differ.push(peer.address.clone()),
                None => {}
            }
        }
        agreement
    }

    /// Connected peers.
    #[must_use]
    pub fn connected_count(&self) -> usize {
        self.peers.values().filter(|peer| peer.is_connected()).count()
    }

    fn change(&mut self, address: &str, change: impl FnOnce(&mut Peer)) {
        // Late news of a dropped peer change nothing.
        if let Some(peer) = self.peers.get_mut(address).filter(|peer| peer.state != PeerState::Dropped) {
            change(peer);
        }
    }
}
