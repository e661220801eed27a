//! The watchdog: a head that does not advance has a cause, and the page hears it.

use super::{Followed, Network};
use crate::node::{Node, run::Ticket, world::World};
use zera_worker_protocol::{Event, Stall, event::Notice};

/// Microseconds without a new head after which it stands still: many times the time between two blocks.
const STILL_US: u64 = 10_000_000;

/// Between two reports that something has changed, microseconds.
const TELL_US: u64 = 300_000;

/// What stands still.
#[derive(Default)]
pub struct Watch {
    /// When the head last moved, microseconds.
    pub moved: u64,
    /// What the browser says.
    offline: bool,
    /// What peers served in vain since the head last moved.
    pub unverifiable: Option<String>,
    /// Something that ends following: a conflict, other rules, storage.
    pub stopped: Option<Stall>,
    /// What the page was told.
    told: Option<Stall>,
    /// The sessions' number of changes that the page was told of, and when, microseconds.
    changes: u64,
    told_at: u64,
    /// When the last status was kept, microseconds.
    pub status_kept: u64,
}

impl Network {
    /// Why the head does not advance, if it does not.
    pub fn stall<W: World>(&self, world: &W) -> Option<Stall> {
        if self.is_solo() {
            return None;
        }
        let watch = self.watch.borrow();
        let followed = self.followed.borrow();
        let light = followed.as_ref().map(|Followed { light, .. }| light);
        if light.is_some_and(|light| light.evidence().is_some()) || !self.forks.borrow().is_empty() {
            return Some(Stall::Conflict);
        }
        if watch.stopped.is_some() {
            return watch.stopped.clone();
        }
        if light.is_some_and(|light| light.is_expired(world.now_ms())) {
            return Some(Stall::Expired);
        }
        if watch.offline {
            return Some(Stall::Offline);
        }
        if world.micros().saturating_sub(watch.moved) < STILL_US {
            return None;
        }
        if let Some(cause) = &watch.unverifiable {
            return Some(Stall::Unverifiable(cause.clone()));
        }
        Some(if self.sessions.borrow().open().is_empty() { Stall::NoPeer } else { Stall::NothingNew })
    }

    /// The head moved.
    pub fn note_moved<W: World>(&self, world: &W) {
        let mut watch = self.watch.borrow_mut();
        (watch.moved, watch.unverifiable) = (world.micros(), None);
    }

    /// Microseconds since the head moved.
    pub fn since_moved<W: World>(&self, world: &W) -> u64 {
        world.micros().saturating_sub(self.watch.borrow().moved)
    }

    /// Something was served that does not hold.
    pub fn note_unverifiable(&self, cause: impl std::fmt::Display) {
        self.watch.borrow_mut().unverifiable = Some(cause.to_string());
    }

    /// Following has ended, until somebody changes something.
    pub fn stop(&self, why: Stall) {
        self.watch.borrow_mut().stopped = Some(why);
    }

    /// True when nothing may be taken any more.
    pub fn is_stopped(&self) -> bool {
        self.watch.borrow().stopped.is_some() || !self.forks.borrow().is_empty()
    }

    /// Begins to watch anew.
    pub fn watch_anew<W: World>(&self, world: &W) {
        let mut watch = self.watch.borrow_mut();
        *watch = Watch { moved: world.micros(), offline: watch.offline, ..Watch::default() };
    }

    /// Tells the page what has changed: that the head stands still, or goes on again.
    pub fn tell<W: World>(&self, world: &W) {
        let stall = self.stall(world);
        let mut watch = self.watch.borrow_mut();
        if watch.told == stall {
            return;
        }
        let notice = stall.clone().map_or(Notice::Recovered, Notice::Stalled);
        watch.told = stall;
        drop(watch);
        world.emit(Event::Notice(notice));
        world.emit(Event::Network);
    }
}

impl Network {
    /// Tells the page that what it shows of the network has changed, at most a few times a second.
    pub fn tell_changes<W: World>(&self, world: &W) {
        let (changes, now) = (self.sessions.borrow().changes(), world.micros());
        let mut watch = self.watch.borrow_mut();
        if changes != watch.changes && now.saturating_sub(watch.told_at) >= TELL_US {
            (watch.changes, watch.told_at) = (changes, now);
            drop(watch);
            world.emit(Event::Network);
        }
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// The browser says that it is on line, or not.
    pub(in crate::node) fn online(&self, online: bool) -> crate::node::Answer {
        let was = std::mem::replace(&mut self.network.watch.borrow_mut().offline, !online);
        if was && online {
            self.network.hurry(&*self.world);
        }
        self.network.tell(&*self.world);
        Ok(zera_worker_protocol::Response::Done)
    }
}
