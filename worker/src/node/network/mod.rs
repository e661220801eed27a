//! The network as the node sees it: its mode, whom it asks, what it believes and why it stands still, if it does.

mod certificate;
mod view;

use super::{Answer, Node, run::Ticket, world::World};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};
use zera_primitives::Height;
use zera_worker_protocol::{Error, ErrorKind, FinalityPoint, Mode, Response};

/// Blocks whose finality is kept for display.
const POINTS: usize = 120;

/// What the node remembers of the network, whatever its mode.
pub struct Network {
    /// How it runs.
    mode: Cell<Mode>,
    /// What the browser says.
    online: Cell<bool>,
    /// Newest blocks, ascending.
    points: RefCell<VecDeque<FinalityPoint>>,
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
        Self {
            mode: Cell::new(Mode::Solo),
            online: Cell::new(true),
            points: RefCell::default(),
            shows: RefCell::default(),
            began_ms: now_ms,
            sealing: Cell::new(0),
        }
    }

    /// How the node runs.
    pub fn mode(&self) -> Mode {
        self.mode.get()
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
    pub fn note_final(&self, height: Height, ms: u64, work_us: u64) {
        let mut points = self.points.borrow_mut();
        let (ms, work_us) = (u32::try_from(ms).unwrap_or(u32::MAX), u32::try_from(work_us).unwrap_or(u32::MAX));
        points.push_back(FinalityPoint { height, ms, work_us });
        while points.len() > POINTS {
            points.pop_front();
        }
    }
}

/// What only a network has.
pub fn solo() -> Error {
    Error::request(ErrorKind::NetworkOnly, "the node runs a chain of its own; join a network first")
}

impl<W: World, T: Ticket> Node<W, T> {
    /// What the tab shows, for the list of tabs.
    pub(super) fn shows(&self, what: String) -> Answer {
        *self.network.shows.borrow_mut() = what;
        Ok(Response::Done)
    }

    /// The browser says that it is on line, or not.
    pub(super) fn online(&self, online: bool) -> Answer {
        self.network.online.set(online);
        Ok(Response::Done)
    }

    /// The tab is visible, or not.
    pub(super) fn visible(&self, _visible: bool) -> Answer {
        Ok(Response::Done)
    }
}
