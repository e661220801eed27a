//! The leader's part: how it begins and ends, and what it must know before its node serves all tabs (`serve.rs`).

use super::{
    About, Asker, Deed, Message, Role, TabId, Tabs,
    asks::{Inside, handed_over},
    follow::Watch,
};
use std::collections::BTreeSet;
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, event::Notice};

/// Milliseconds between signs of life while somebody looks at one of the tabs.
pub const PACE_MS: u32 = 100;
/// And while nobody does.
const SLOW_PACE_MS: u32 = 1_000;
/// Milliseconds that other tabs have to say what they know, before all are served all the same.
const GATHER_MS: u64 = 250;
/// Milliseconds after which all has arrived that a tab had sent before it was gone.
const SETTLE_MS: u64 = 50;
/// After so many milliseconds of which it knows nothing, a leader may have been taken over, and asks the storage before it
/// confirms a transaction: others wait longer before they take the lock.
const LEASE_MS: u64 = 250;
/// Milliseconds after a take-over in which what was asked before it may be asked again.
const LOOK_MS: u64 = 10_000;

/// Where the leader stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Leading {
    /// The number that it claimed; none yet.
    pub(super) epoch: Option<u64>,
    /// Since when there was no node, where there was one before.
    pub(super) without_since: Option<u64>,
    pub(super) stage: Stage,
    /// When to give the next sign of life.
    pub(super) next: u64,
    /// Tabs that have not said yet what they know, and until when that is waited for.
    pub(super) missing: BTreeSet<TabId>,
    pub(super) until: u64,
    /// What the leader before it had sent has arrived by then.
    pub(super) settled: u64,
    /// The leader whose lock was taken: it is not waited for.
    pub(super) victim: Option<TabId>,
    /// When it last knew that it leads, as far as it can know that.
    pub(super) sure: u64,
    /// Confirmations that wait until the storage says so.
    pub(super) unsure: Vec<(Asker, Result<Response, Error>)>,
    pub(super) doubts: bool,
    /// Transactions that wait likewise, before others hear of them.
    pub(super) unshared: Vec<Vec<u8>>,
    /// Until then what is submitted may have been in a block before, of which nobody heard.
    pub(super) look_until: u64,
}

/// How far its node is.
#[derive(Clone, PartialEq, Debug)]
pub enum Stage {
    /// It starts. What is asked waits.
    Starting(Vec<(Asker, Command)>),
    /// It has started; others may know of transactions that wait, and come first.
    Gathering(Vec<(Asker, Command)>),
    /// It serves all.
    Serving,
    /// It could not start.
    Failed(Error),
}

impl Leading {
    const fn new(without_since: Option<u64>, now: u64) -> Self {
        let stage = Stage::Starting(Vec::new());
        // A tab that has just opened need not have heard of the leader before it; starting takes longer than this anyway.
        let settled = now.saturating_add(SETTLE_MS);
        let missing = BTreeSet::new();
        Self {
            epoch: None,
            without_since,
            stage,
            next: now,
            missing,
            until: now,
            settled,
            victim: None,
            sure: now,
            unsure: Vec::new(),
            doubts: false,
            unshared: Vec::new(),
            look_until: now.saturating_add(LOOK_MS),
        }
    }

    /// When something is to be done.
    pub fn due(&self) -> u64 {
        if self.gathers() { self.next.min(self.complete_at()) } else { self.next }
    }

    /// When all is known that others know: as far as it can be told now.
    fn complete_at(&self) -> u64 {
        if self.missing.is_empty() { self.settled } else { self.until.max(self.settled) }
    }

    /// True while the next sign of life is not all there is to wait for.
    pub const fn gathers(&self) -> bool {
        matches!(self.stage, Stage::Gathering(_))
    }
}

impl Tabs {
    /// The lock is this worker's.
    pub fn granted(&mut self, now: u64) {
        let (without_since, victim) = match &self.role {
            Role::Retired(_) => return self.act(Deed::LetGo),
            Role::Leads(_) => return,
            Role::Follows(watch) => (watch.without_since(now), watch.victim()),
        };
        self.act(Deed::Cast(Message::Begins));
        self.act(Deed::Lead);
        self.begin(without_since, now);
        if let Role::Leads(leading) = &mut self.role {
            leading.victim = victim;
        }
    }

    /// What is stored has vanished underneath: a new node begins with what it gets.
    pub fn wiped(&mut self, now: u64) {
        if self.leads() {
            self.act(Deed::Halt);
            self.act(Deed::Lead);
            self.begin(None, now);
            self.happened(Event::Notice(Notice::Evicted));
        }
    }

    pub(super) fn begin(&mut self, without_since: Option<u64>, now: u64) {
        self.role = Role::Leads(Leading::new(without_since, now));
        self.plans.begin(self.me);
        self.act(Deed::Tell(Event::Leads(true)));
        self.serve_inside_as(Inside::Start, Command::Start);
        if !self.online {
            self.serve_inside(Command::Online(false));
        }
        self.tell_visible();
        self.ask_again(None, now);
        for tab in self.others.keys().copied().collect::<Vec<_>>() {
            self.act(Deed::Watch(tab));
        }
    }

    /// Puts what the own page has asked to another leader, or to the own node.
    pub(super) fn ask_again(&mut self, leader: Option<TabId>, now: u64) {
        let (again, lost) = self.asks.again(self.me);
        for face in lost {
            self.act(Deed::Answer(face, Err(handed_over())));
        }
        for (asker, command) in again {
            match leader {
                Some(leader) => self.ask(leader, asker, command),
                None => {
                    self.asks.sent(asker.serial);
                    self.serve(asker, command, now);
                }
            }
        }
    }

    /// Storage is this worker's alone from now on, under this number.
    pub fn claimed(&mut self, epoch: u64, now: u64) {
        self.epoch = self.epoch.max(epoch);
        if let Role::Leads(leading) = &mut self.role {
            leading.epoch = Some(epoch);
            leading.next = now;
            leading.missing = self.others.keys().copied().filter(|tab| leading.victim != Some(*tab)).collect();
            leading.until = now.saturating_add(GATHER_MS);
            self.beat(now);
        }
    }

    /// The highest number that a leader was heard to have.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Gives a sign of life when it is time.
    pub(super) fn beat(&mut self, now: u64) {
        let pace_ms = if self.visible() { PACE_MS } else { SLOW_PACE_MS };
        let Role::Leads(leading) = &mut self.role else { return };
        let complete = leading.gathers() && leading.complete_at() <= now;
        let due = leading.next <= now;
        if due {
            leading.next = now.saturating_add(pace_ms.into());
        }
        let epoch = leading.epoch.filter(|_| due && !self.others.is_empty());
        if let Some(epoch) = epoch {
            self.act(Deed::Cast(Message::Leads { epoch, pace_ms }));
        }
        if complete {
            self.serve_all(now);
        }
    }

    /// A tab has said what it knows.
    pub(super) fn gathered(&mut self, from: TabId, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        leading.missing.remove(&from);
        if leading.gathers() && leading.complete_at() <= now {
            self.serve_all(now);
        }
    }

    /// A tab said what it is.
    pub(super) fn met(&mut self, from: TabId, about: About) {
        let known = self.others.insert(from, about).is_some();
        if let Role::Leads(leading) = &self.role
            && !known
        {
            let epoch = leading.epoch;
            self.act(Deed::Watch(from));
            if let Some(epoch) = epoch {
                self.act(Deed::Send(from, Message::Leads { epoch, pace_ms: PACE_MS }));
            }
            let waits: Vec<Vec<u8>> = self.waiting.iter().map(|(_, signed)| signed.clone()).collect();
            for signed in waits {
                self.act(Deed::Send(from, Message::Waits(signed)));
            }
            let plans: Vec<(u32, Vec<u8>)> = self.plans.iter().map(|(id, plan)| (id, plan.clone())).collect();
            for (id, plan) in plans {
                self.act(Deed::Send(from, Message::Planned { id, plan }));
            }
        }
        if !known {
            self.act(Deed::Send(from, Message::Hello(self.about.clone())));
        }
        self.tell_visible();
    }

    /// A tab is gone.
    pub fn gone(&mut self, tab: TabId, now: u64) {
        self.others.remove(&tab);
        self.gathered(tab, now);
        self.tell_visible();
    }

    /// A leader that was frozen does not know what happened meanwhile.
    pub(super) fn note_time(&mut self, now: u64) {
        if let Role::Leads(leading) = &mut self.role {
            leading.doubts |= now.saturating_sub(leading.sure) >= LEASE_MS;
            leading.sure = now;
        }
    }

    /// The storage says whether this worker still leads.
    pub fn verified(&mut self, leads: bool, now: u64) {
        if !leads {
            return self.deposed(now);
        }
        let Role::Leads(leading) = &mut self.role else { return };
        (leading.doubts, leading.sure) = (false, now);
        let (unshared, unsure) = (std::mem::take(&mut leading.unshared), std::mem::take(&mut leading.unsure));
        for signed in unshared {
            self.share(&signed, now);
        }
        for (asker, result) in unsure {
            self.answered(asker, result, now);
        }
    }

    /// The node runs: what waited comes first, in its order, since what is asked next may follow it.
    pub(super) fn take_up(&mut self, now: u64) {
        let hashes: Vec<Hash> = self.waiting.iter().map(|(hash, _)| *hash).collect();
        let Role::Leads(leading) = &mut self.role else { return };
        let Stage::Starting(held) = &mut leading.stage else { return };
        leading.stage = Stage::Gathering(std::mem::take(held));
        let complete = leading.complete_at() <= now;
        hashes.into_iter().for_each(|hash| self.submit_again(hash));
        if complete {
            self.serve_all(now);
        }
    }

    /// From now on everybody is served.
    pub(super) fn serve_all(&mut self, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        let Stage::Gathering(held) = std::mem::replace(&mut leading.stage, Stage::Serving) else { return };
        for (asker, command) in held {
            self.act(Deed::Serve(asker, command));
        }
        self.tell_take_over(now);
    }

    /// The node serves all tabs from now on: says how long there was none.
    pub(super) fn tell_take_over(&mut self, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        let Some(since) = leading.without_since.take() else { return };
        let ms = u32::try_from(now.saturating_sub(since)).unwrap_or(u32::MAX);
        self.hand_over_ms = Some(ms);
        self.happened(Event::Notice(Notice::TookOver { ms }));
    }

    /// The node could not start: all are told.
    pub(super) fn failed(&mut self, error: Error, now: u64) {
        // Another took over while it started.
        if error.kind == ErrorKind::OtherTab {
            return self.deposed(now);
        }
        let Role::Leads(leading) = &mut self.role else { return };
        let stage = std::mem::replace(&mut leading.stage, Stage::Failed(error.clone()));
        let (Stage::Starting(held) | Stage::Gathering(held)) = stage else { return };
        for (asker, _) in held {
            self.answered(asker, Err(error.clone()), now);
        }
        if error.fatal {
            self.happened(Event::Stopped(error));
        }
    }

    /// The lock was taken, or another claimed the storage: this worker follows.
    pub fn deposed(&mut self, now: u64) {
        if self.leads() {
            self.act(Deed::Halt);
            self.role = Role::Follows(Watch::after(now));
            self.told_visible = None;
            self.hand_over_ms = None;
            self.act(Deed::Queue);
            self.act(Deed::Tell(Event::Leads(false)));
        }
    }
}
