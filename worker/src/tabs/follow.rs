//! The follower's part: it hears the leader's signs of life. When they stay away it asks the leader's page, which answers
//! while the worker computes and does not while the tab is frozen, and only then takes the lock.

use super::{Deed, Message, Role, TabId, Tabs, lead::PACE_MS};
use zera_worker_protocol::Event;

/// A sign of life may be late by so many halves of its pace.
const LATE: u64 = 3;
/// Milliseconds that the leader's page has for its answer.
const PULSE_MS: u64 = 120;
/// Milliseconds between two questions to the page of a leader that computes.
const AGAIN_MS: u64 = 1_000;
/// Milliseconds after which a leader that computes counts as one that never ends; twice as many each time that this worker
/// found one.
const HUNG_MS: u64 = 30_000;
/// A look that comes so many milliseconds late: this worker itself was frozen or asleep, and knows nothing of the others.
const ASLEEP_MS: u64 = 1_000;
/// Times that others were taking the lock, after which they count as gone, too.
const PATIENCE: u32 = 10;

/// What a follower knows of its leader.
#[derive(Clone, PartialEq, Debug)]
pub struct Watch {
    leader: Option<TabId>,
    /// Who has the lock since, and has not claimed the storage yet.
    heir: Option<TabId>,
    /// Another one led before; this worker has not heard of its successor.
    orphaned: bool,
    /// Its last sign of life.
    heard: u64,
    /// Milliseconds between two.
    pace: u32,
    /// When its page was asked.
    asked: Option<u64>,
    /// When its page last answered.
    pulse: Option<u64>,
    /// The lock is being taken.
    stealing: bool,
    /// How often others were taking it.
    refused: u32,
    /// When to look.
    due: u64,
}

impl Watch {
    /// Nobody was heard yet.
    pub const fn new(now: u64) -> Self {
        let due = now.saturating_add(PACE_MS as u64 * (2 + LATE) / 2);
        Self {
            leader: None,
            heir: None,
            orphaned: false,
            heard: now,
            pace: PACE_MS,
            asked: None,
            pulse: None,
            stealing: false,
            refused: 0,
            due,
        }
    }

    /// This worker led a moment ago.
    pub const fn after(now: u64) -> Self {
        Self { orphaned: true, ..Self::new(now) }
    }

    /// Whom it follows.
    pub const fn leader(&self) -> Option<TabId> {
        self.leader
    }

    /// When to look.
    pub const fn due(&self) -> u64 {
        self.due
    }

    /// Whom this worker is taking the lock from.
    pub fn victim(&self) -> Option<TabId> {
        self.heir.or(self.leader).filter(|_| self.stealing)
    }

    /// Since when there was no node, if there was one: a lock that was taken has had no use since the last sign of life, and
    /// one that was let go of has been free since this moment.
    pub const fn without_since(&self, now: u64) -> Option<u64> {
        match (self.leader.is_some() || self.orphaned, self.stealing) {
            (false, _) => None,
            (true, true) => Some(self.heard),
            (true, false) => Some(now),
        }
    }

    const fn silence(&self) -> u64 {
        (self.pace as u64).saturating_mul(2 + LATE) / 2
    }
}

impl Tabs {
    /// A leader gave a sign of life.
    pub(super) fn led(&mut self, from: TabId, epoch: u64, pace_ms: u32, now: u64) {
        if epoch < self.epoch {
            return;
        }
        if self.leads() {
            if epoch == self.epoch {
                return;
            }
            self.deposed(now);
        }
        let Role::Follows(watch) = &mut self.role else { return };
        let new = watch.leader != Some(from) || epoch > self.epoch;
        *watch = Watch { leader: Some(from), pace: pace_ms, ..Watch::new(now) };
        watch.due = now.saturating_add(watch.silence());
        self.epoch = epoch;
        if new {
            self.follow(from, now);
        }
    }

    /// A tab has the lock: it is the one to watch from now on.
    pub(super) fn begun(&mut self, from: TabId, now: u64) {
        if let Role::Follows(watch) = &mut self.role {
            (watch.heir, watch.heard, watch.asked, watch.pulse) = (Some(from), now, None, None);
            watch.due = now.saturating_add(watch.silence());
        }
    }

    /// There is another leader: it must know this tab, what waits, and what was asked.
    fn follow(&mut self, leader: TabId, now: u64) {
        self.act(Deed::Tell(Event::Leads(false)));
        let waits: Vec<Vec<u8>> = self.waiting.iter().map(|(_, signed)| signed.clone()).collect();
        for signed in waits {
            self.act(Deed::Send(leader, Message::Waits(signed)));
        }
        self.act(Deed::Send(leader, Message::Hello(self.about.clone())));
        self.act(Deed::Send(leader, Message::Follows));
        self.ask_again(Some(leader), now);
    }

    /// True for what the leader says now, which is a sign of life, too.
    pub(super) fn is_from_leader(&mut self, from: TabId, epoch: u64, now: u64) -> bool {
        let current = epoch == self.epoch;
        if let Role::Follows(watch) = &mut self.role
            && current
            && watch.leader == Some(from)
        {
            watch.heard = now;
            watch.asked = None;
            watch.due = now.saturating_add(watch.silence());
            return true;
        }
        false
    }

    /// The page of a tab lives.
    pub fn pulse(&mut self, tab: TabId, now: u64) {
        if let Role::Follows(watch) = &mut self.role
            && watch.heir.or(watch.leader).is_none_or(|leader| leader == tab)
        {
            watch.pulse = Some(now);
            watch.asked = None;
            watch.due = now.saturating_add(AGAIN_MS);
        }
    }

    /// Looks whether the leader lives.
    pub(super) fn look(&mut self, now: u64) {
        let found_hung = self.found_hung;
        let Role::Follows(watch) = &mut self.role else { return };
        if watch.stealing {
            watch.due = now.saturating_add(AGAIN_MS);
            return;
        }
        if now >= watch.due.saturating_add(ASLEEP_MS) {
            (watch.heard, watch.asked) = (now, None);
        }
        let silent = now.saturating_sub(watch.heard);
        if silent < watch.silence() {
            watch.due = watch.heard.saturating_add(watch.silence());
            return;
        }
        if let Some(asked) = watch.asked {
            let end = asked.saturating_add(PULSE_MS);
            watch.due = end;
            if now >= end {
                self.steal(now);
            }
            return;
        }
        let computes = watch.pulse.is_some_and(|pulse| pulse > watch.heard);
        if computes && silent >= HUNG_MS << found_hung.min(5) {
            self.found_hung = found_hung.saturating_add(1);
            return self.steal(now);
        }
        (watch.asked, watch.due) = (Some(now), now.saturating_add(PULSE_MS));
        let leader = watch.heir.or(watch.leader);
        self.act(Deed::Ping(leader));
    }

    fn steal(&mut self, now: u64) {
        let Role::Follows(watch) = &mut self.role else { return };
        watch.stealing = true;
        watch.due = now.saturating_add(AGAIN_MS);
        let force = watch.refused >= PATIENCE;
        self.act(Deed::Steal { force });
    }

    /// Another tab was taking the lock already.
    pub fn refused(&mut self, now: u64) {
        if let Role::Follows(watch) = &mut self.role {
            let refused = watch.refused.saturating_add(1);
            (watch.stealing, watch.asked, watch.refused) = (false, None, refused);
            // It deserves as long as a leader does.
            watch.due = now.saturating_add(watch.silence());
        }
    }
}
