//! The leader's part: its node starts, takes up what waited, and then serves all tabs.

use super::{
    About, Asker, Deed, Face, Message, Role, TabId, Tabs,
    asks::{Inside, handed_over},
    follow::Watch,
};
use std::collections::BTreeSet;
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, TransactionStage, event::Notice};

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
/// Requests of other tabs that wait until the node serves.
const MOST_HELD: usize = 65_536;

/// Where the leader stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Leading {
    /// The number that it claimed; none yet.
    epoch: Option<u64>,
    /// Since when there was no node, where there was one before.
    without_since: Option<u64>,
    stage: Stage,
    /// When to give the next sign of life.
    next: u64,
    /// Tabs that have not said yet what they know, and until when that is waited for.
    missing: BTreeSet<TabId>,
    until: u64,
    /// What the leader before it had sent has arrived by then.
    settled: u64,
    /// The leader whose lock was taken: it is not waited for.
    victim: Option<TabId>,
    /// When it last knew that it leads, as far as it can know that.
    sure: u64,
    /// Confirmations that wait until the storage says so.
    unsure: Vec<(Asker, Result<Response, Error>)>,
    doubts: bool,
}

/// How far its node is.
#[derive(Clone, PartialEq, Debug)]
enum Stage {
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

    fn begin(&mut self, without_since: Option<u64>, now: u64) {
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
    fn gathered(&mut self, from: TabId, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        leading.missing.remove(&from);
        if leading.gathers() && leading.complete_at() <= now {
            self.serve_all(now);
        }
    }

    /// A tab said what it is.
    pub(super) fn met(&mut self, from: TabId, about: About, now: u64) {
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
        self.gathered(from, now);
        self.tell_visible();
    }

    /// A tab is gone.
    pub fn gone(&mut self, tab: TabId, now: u64) {
        self.others.remove(&tab);
        self.gathered(tab, now);
        self.tell_visible();
    }

    /// Another tab asks.
    pub(super) fn asked_by(&mut self, asker: Asker, command: Command, now: u64) {
        // Whoever does not lead leaves it: the asker hears who does, and asks there.
        if self.leads() {
            self.serve(asker, command, now);
        }
    }

    /// Has the own node do it, once it serves.
    pub(super) fn serve(&mut self, asker: Asker, command: Command, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        match &mut leading.stage {
            Stage::Starting(held) | Stage::Gathering(held) if held.len() < MOST_HELD => held.push((asker, command)),
            Stage::Starting(_) | Stage::Gathering(_) => {
                let detail = "the node starts, and too much waits for it";
                self.answered(asker, Err(Error::request(ErrorKind::Busy, detail)), now);
            }
            Stage::Serving => self.act(Deed::Serve(asker, command)),
            Stage::Failed(error) => {
                let error = error.clone();
                self.answered(asker, Err(error), now);
            }
        }
    }

    pub(super) fn serve_inside(&mut self, command: Command) {
        self.serve_inside_as(Inside::Nothing, command);
    }

    /// Has the own node do what this worker wants done.
    fn serve_inside_as(&mut self, inside: Inside, command: Command) {
        if self.leads() {
            self.act(Deed::Serve(Asker { tab: self.me, serial: 0, face: Face::Inside(inside) }, command));
        }
    }

    /// Tells the own node whether anybody looks.
    pub(super) fn tell_visible(&mut self) {
        let visible = self.visible();
        if self.leads() && self.told_visible != Some(visible) {
            self.told_visible = Some(visible);
            self.serve_inside(Command::Visible(visible));
        }
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
        for (asker, result) in std::mem::take(&mut leading.unsure) {
            self.answered(asker, result, now);
        }
    }

    /// The own node has an answer.
    pub fn answered(&mut self, asker: Asker, mut result: Result<Response, Error>, now: u64) {
        self.note_time(now);
        let Role::Leads(leading) = &mut self.role else { return };
        if leading.doubts && matches!(result, Ok(Response::Submitted(_))) && !matches!(asker.face, Face::Inside(_)) {
            leading.unsure.push((asker, result));
            if leading.unsure.len() == 1 {
                self.act(Deed::Verify);
            }
            return;
        }
        let epoch = leading.epoch.unwrap_or(self.epoch);
        if let Ok(Response::Network(view)) = &mut result {
            view.tabs.iter_mut().for_each(|tab| tab.own = tab.id == asker.tab.0);
        }
        match asker.face {
            Face::Inside(_) if asker.tab != self.me => {}
            Face::Inside(inside) => self.found(inside, result, now),
            _ if asker.tab == self.me => {
                if let Some(face) = self.asks.answered(asker.serial) {
                    self.act(Deed::Answer(face, result));
                }
            }
            _ => {
                let message = Message::Answer { epoch, serial: asker.serial, result: Box::new(result) };
                self.act(Deed::Send(asker.tab, message));
            }
        }
    }

    /// The own node reports.
    pub fn happened(&mut self, event: Event) {
        let Role::Leads(leading) = &self.role else { return };
        let epoch = leading.epoch.unwrap_or(self.epoch);
        // Another has the storage; the lock says so as well, a moment sooner or later.
        if matches!(&event, Event::Stopped(error) if error.kind == ErrorKind::OtherTab) {
            return;
        }
        self.waiting.note(&event);
        // How this worker started is told where it started.
        if !matches!(event, Event::Started { .. } | Event::Leads(_)) {
            self.send_all(|| Message::Happened { epoch, event: event.clone() });
        }
        self.act(Deed::Tell(event));
    }

    /// To every other tab, in the order of all that is sent to it.
    fn send_all(&mut self, message: impl FnOnce() -> Message) {
        if !self.others.is_empty() {
            self.act(Deed::SendAll(self.others.keys().copied().collect(), message()));
        }
    }

    /// The own node has a signed transaction that waits.
    pub fn share(&mut self, signed: &[u8]) {
        if self.waiting.keep(signed.to_vec()).is_some() {
            self.send_all(|| Message::Waits(signed.to_vec()));
        }
    }

    /// The own node has shown a plan.
    pub fn share_plan(&mut self, id: u32, plan: &[u8]) {
        self.plans.keep(self.me, id, plan.to_vec());
        self.send_all(|| Message::Planned { id, plan: plan.to_vec() });
    }

    /// A plan that an earlier leader has shown.
    #[must_use]
    pub fn shared_plan(&self, id: u32) -> Option<Vec<u8>> {
        self.plans.unknown_to(self.me, id).cloned()
    }

    /// A tab knows of a signed transaction that waits.
    pub(super) fn waits(&mut self, signed: Vec<u8>) {
        let Some(hash) = self.waiting.keep(signed) else { return };
        // A node that starts takes up all of them afterwards.
        if matches!(&self.role, Role::Leads(Leading { stage: Stage::Gathering(_) | Stage::Serving, .. })) {
            self.submit_again(hash);
        }
    }

    fn submit_again(&mut self, hash: Hash) {
        if let Some(signed) = self.waiting.get(&hash).cloned() {
            self.serve_inside_as(Inside::Again(hash), Command::Submit(signed));
        }
    }

    /// The own node answers this worker.
    fn found(&mut self, inside: Inside, result: Result<Response, Error>, now: u64) {
        match (inside, result) {
            (Inside::Start, Ok(_)) => self.take_up(now),
            (Inside::Start, Err(error)) => self.failed(error, now),
            (Inside::Again(hash), result) => {
                // It may be in a block, and whoever waits for it may not have heard.
                let refused = matches!(&result, Err(error) if error.kind == ErrorKind::TransactionRefused);
                self.serve_inside_as(Inside::Look { hash, refused }, Command::Transaction(hash));
            }
            (Inside::Look { hash, .. }, Ok(Response::Transaction(view))) => {
                if let (Some((height, _)), Some(receipt)) = (view.block, view.receipt) {
                    let stage = TransactionStage::Final { height, outcome: receipt.outcome };
                    self.happened(Event::Transaction { hash, stage });
                }
            }
            (Inside::Look { hash, refused: true }, Err(error)) if error.kind == ErrorKind::NotFound => {
                self.happened(Event::Transaction { hash, stage: TransactionStage::Dropped });
            }
            (Inside::Nothing | Inside::Look { .. }, _) => {}
        }
    }

    /// The node runs: what waited comes first, in its order, since what is asked next may follow it.
    fn take_up(&mut self, now: u64) {
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
    fn serve_all(&mut self, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        let Stage::Gathering(held) = std::mem::replace(&mut leading.stage, Stage::Serving) else { return };
        for (asker, command) in held {
            self.act(Deed::Serve(asker, command));
        }
        self.tell_take_over(now);
    }

    /// The node serves all tabs from now on: says how long there was none.
    fn tell_take_over(&mut self, now: u64) {
        let Role::Leads(leading) = &mut self.role else { return };
        let Some(since) = leading.without_since.take() else { return };
        let ms = u32::try_from(now.saturating_sub(since)).unwrap_or(u32::MAX);
        self.hand_over_ms = Some(ms);
        self.happened(Event::Notice(Notice::TookOver { ms }));
    }

    /// The node could not start: all are told.
    fn failed(&mut self, error: Error, now: u64) {
        // Another took over while it started; the lock says so.
        if error.kind == ErrorKind::OtherTab {
            return;
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
