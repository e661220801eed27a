//! The network as the node sees it: its mode, whom it asks, what it believes and why it stands still, if it does.
//!
//! In light and full mode alike a [`Light`] knows what is final, by certificates; in light mode the client reads a state
//! of which peers prove every entry, in full mode it executes the blocks. Peers are conversations of [`crate::net`].

mod certificate;
pub mod export;
mod follow;
mod history;
mod join;
mod kept;
mod light;
mod outbox;
mod snapshot_start;
mod start;
mod sync;
mod talk;
mod view;
mod watch;

use super::{Answer, Node, run::Ticket, world::World};
use crate::net::Sessions;
use history::History;
use outbox::Outbox;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};
use sync::Ahead;
use watch::Watch;
use zera_client::{GenesisConfig, light::Light};
use zera_primitives::{Hash, Height};
use zera_state::merkle::Wanted;
use zera_worker_protocol::{Error, ErrorKind, FinalityPoint, ForkView, Mode, Response, StatusView};

/// Blocks whose finality is kept for display.
const POINTS: usize = 120;

/// What is known of the network that is followed.
pub struct Followed {
    /// What is final, and why.
    pub light: Light,
    /// How the chain began.
    pub config: GenesisConfig,
    /// Unix time at which its checkpoint was accepted, milliseconds.
    pub accepted_ms: u64,
    /// Microseconds and bytes that reaching the tip took when it was joined or opened.
    pub start: Option<(u64, u64)>,
    /// Bytes received before that.
    pub before: u64,
    /// Heads taken since the light client was last kept.
    pub unsaved: u64,
}

/// What the node remembers of the network, whatever its mode.
#[derive(Default)]
pub struct Network {
    /// How it runs.
    mode: Cell<Option<Mode>>,
    /// Conversations with peers.
    sessions: RefCell<Sessions>,
    /// The network that is followed.
    followed: RefCell<Option<Followed>>,
    /// Transactions on their way.
    outbox: RefCell<Outbox>,
    /// What stands still, and since when.
    watch: RefCell<Watch>,
    /// Evidence with its file.
    forks: RefCell<Vec<(ForkView, Vec<u8>)>>,
    /// What was read of the state at the block before, to be asked for at once at the next one.
    habits: RefCell<Wanted>,
    /// Entries proven since the start.
    proven: Cell<u64>,
    /// The last status that was whole, for when nobody serves the next.
    status: RefCell<Option<StatusView>>,
    /// True when it is not as it is kept.
    status_changed: Cell<bool>,
    /// Newest blocks, ascending.
    points: RefCell<VecDeque<FinalityPoint>>,
    /// Blocks that were proposed and not final: height, hash, when this tab heard of it, microseconds.
    proposed: RefCell<VecDeque<(Height, Hash, u64)>>,
    /// What was fetched and verified of the past.
    history: RefCell<History>,
    /// Blocks to execute from which on a snapshot is taken instead; the usual number for none.
    pub(super) long: Cell<Option<u64>>,
    /// The next blocks, on their way.
    ahead: Cell<Option<Ahead>>,
    /// What the tab shows, where the world keeps no list of tabs.
    shows: RefCell<String>,
    /// Unix time at which this worker began, milliseconds.
    began_ms: u64,
    /// When the newest block's execution began, microseconds.
    sealing: Cell<u64>,
}

impl Network {
    /// A node on its own chain.
    pub fn new(now_ms: u64) -> Self {
        Self { began_ms: now_ms, ..Self::default() }
    }

    /// How the node runs.
    pub fn mode(&self) -> Mode {
        self.mode.get().unwrap_or(Mode::Solo)
    }

    /// True when the state is known by proofs alone.
    pub fn is_light(&self) -> bool {
        self.mode() == Mode::Light
    }

    /// True when the chain is the node's own.
    pub fn is_solo(&self) -> bool {
        self.mode() == Mode::Solo
    }

    /// True when a network is followed, or about to be.
    pub fn is_following(&self) -> bool {
        self.followed.borrow().is_some()
    }

    /// Notes that a block of the node's own is begun.
    pub fn note_begun(&self, now_us: u64) {
        self.sealing.set(now_us);
    }

    /// Notes that the newest block of the node's own is stored, and so final.
    pub fn note_stored(&self, height: Height, now_us: u64) {
        let took = now_us.saturating_sub(self.sealing.get());
        self.note_final(height, took / 1_000, took);
    }

    /// Notes how long a block took to be final, and how much work it was here.
    fn note_final(&self, height: Height, ms: u64, work_us: u64) {
        let mut points = self.points.borrow_mut();
        let (ms, work_us) = (u32::try_from(ms).unwrap_or(u32::MAX), u32::try_from(work_us).unwrap_or(u32::MAX));
        points.push_back(FinalityPoint { height, ms, work_us });
        while points.len() > POINTS {
            points.pop_front();
        }
    }
}

/// What only a network has.
fn network_only() -> Error {
    Error::request(ErrorKind::NetworkOnly, "the node runs a chain of its own; join a network first")
}

/// What only the node's own chain has.
pub fn solo_only(what: &str) -> Error {
    Error::request(ErrorKind::SoloOnly, format!("{what}: only on a chain of one's own"))
}

impl<W: World, T: Ticket> Node<W, T> {
    /// What the tab shows, for the list of tabs.
    pub(super) fn shows(&self, what: String) -> Answer {
        *self.network.shows.borrow_mut() = what;
        Ok(Response::Done)
    }

    /// The tab is visible, or not: what was delayed while it was hidden is looked at now.
    pub(super) fn visible(&self, visible: bool) -> Answer {
        if visible {
            self.network.hurry(&*self.world);
        }
        Ok(Response::Done)
    }
}
