//! How the node of this page stands towards its chain: in which mode it runs, what it trusts without proof, and whether
//! anything shakes that. Every mark and every page asks here, so that none claims more than the node has checked.

use crate::{
    answer,
    client::{Answer, live, use_client},
};
use leptos::prelude::*;
use std::{cell::OnceCell, sync::Arc};
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Mode, NetworkView, Stall};

/// What figures that rest on certificates are worth now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Footing {
    /// What was checked holds.
    Firm,
    /// The newest verified block is older than the trusting period: certificates of its validators prove nothing any more.
    Expired,
    /// Validators have certified two blocks of one height: no certificate of theirs proves anything.
    Broken,
}

/// Mode and footing: what words and marks of a page depend on. A page is built anew when it changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// How the node runs.
    pub mode: Mode,
    /// What its figures are worth.
    pub footing: Footing,
}

type Slot = RwSignal<Answer<Arc<NetworkView>>>;

thread_local! {
    static NETWORK: OnceCell<(Slot, Memo<Standing>)> = const { OnceCell::new() };
}

/// Asks for the network from now on; called once, under the page's root owner.
pub fn start() {
    let client = use_client();
    let slot = live(|| Some(Command::Network), |result| answer!(result, Network).map(Arc::from));
    let standing = Memo::new(move |_| Standing {
        mode: client.status.with(|status| status.as_ref().map_or(Mode::Solo, |status| status.mode)),
        footing: slot.with(|answer| match answer {
            Some(Ok(view)) => footing(view),
            _ => Footing::Firm,
        }),
    });
    NETWORK.with(|cell| _ = cell.set((slot, standing)));
    follow_chain();
}

/// The strip of ticks begins anew with another chain.
fn follow_chain() {
    let client = use_client();
    let genesis = Memo::new(move |_| client.status.with(|status| status.as_ref().map(|status| status.genesis)));
    Effect::new(move |before: Option<Option<Hash>>| {
        let now = genesis.get();
        if before.flatten().is_some_and(|before| Some(before) != now) {
            client.pulse.set(Vec::new());
            client.moved.set(Vec::new());
        }
        now
    });
}

fn footing(view: &NetworkView) -> Footing {
    if !view.conflicts.is_empty() || view.stall == Some(Stall::Conflict) {
        return Footing::Broken;
    }
    let expired = view.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.expired);
    if expired || view.stall == Some(Stall::Expired) { Footing::Expired } else { Footing::Firm }
}

/// The network as the node last told it, or why it did not.
#[must_use]
pub fn slot() -> Slot {
    NETWORK.with(|cell| cell.get().map_or_else(|| RwSignal::new(None), |(slot, _)| *slot))
}

/// The network as the node last told it; tracked.
#[must_use]
pub fn network() -> Option<Arc<NetworkView>> {
    slot().with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned())
}

/// [`network`], untracked.
#[must_use]
pub fn network_now() -> Option<Arc<NetworkView>> {
    untrack(network)
}

/// How the node stands; tracked.
#[must_use]
pub fn standing() -> Standing {
    NETWORK.with(|cell| {
        cell.get().map_or(Standing { mode: Mode::Solo, footing: Footing::Firm }, |(_, standing)| standing.get())
    })
}

/// [`standing`], untracked.
#[must_use]
pub fn now() -> Standing {
    untrack(standing)
}

/// One of three words, by mode; untracked, since pages are built anew when the mode changes.
#[must_use]
pub fn by_mode<T>(solo: T, light: T, full: T) -> T {
    match now().mode {
        Mode::Solo => solo,
        Mode::Light => light,
        Mode::Full => full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_worker_protocol::CheckpointView;

    fn view() -> NetworkView {
        NetworkView {
            mode: Mode::Light,
            checkpoint: None,
            verified: None,
            heard: None,
            range: None,
            sync: None,
            peers: Vec::new(),
            traffic: (0, 0),
            start: None,
            finality: Vec::new(),
            stall: None,
            conflicts: Vec::new(),
            proven: (0, 0),
            tabs: Vec::new(),
            hand_over_ms: None,
        }
    }

    #[test]
    fn a_conflict_breaks_the_ground_and_age_loosens_it() {
        assert_eq!(footing(&view()), Footing::Firm);
        assert_eq!(footing(&NetworkView { stall: Some(Stall::NoPeer), ..view() }), Footing::Firm);
        assert_eq!(footing(&NetworkView { stall: Some(Stall::Expired), ..view() }), Footing::Expired);
        assert_eq!(footing(&NetworkView { stall: Some(Stall::Conflict), ..view() }), Footing::Broken);
        let hash = Hash::ZERO;
        let old = CheckpointView {
            genesis: hash,
            height: Default::default(),
            block: hash,
            time_ms: 0,
            accepted_ms: 0,
            expired: true,
            age_ppm: 1_000_000,
        };
        assert_eq!(footing(&NetworkView { checkpoint: Some(old), ..view() }), Footing::Expired);
    }
}
