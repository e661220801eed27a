//! One node per browser origin: the protocol between the tabs, without a browser.
//!
//! Every tab has a worker. The one that holds the origin's lock leads: its node serves all of them. The others follow: they
//! pass on what their pages ask, and what the leader answers and reports. When the leader goes, the browser gives the lock to
//! one that waits for it; when it freezes, one that follows takes the lock from it. What was asked is asked again, as far as
//! it may be done twice, and signed transactions that wait are known to all, so that none is lost.
//!
//! That a leader is the only writer rests on storage alone: whoever leads claims the next number there, which shuts out the
//! one before it (`platform/store.rs`). Nothing here has to be right about who is alive for that.
//!
//! [`Tabs`] takes what happens and says what to do ([`Deed`]); `platform/tabs.rs` does it.

mod asks;
mod follow;
mod lead;
mod message;
mod parts;
mod serve;
mod waiting;

#[cfg(test)]
mod tests;

pub use asks::{Asker, Face};
pub use message::{About, Frame, Message, TabId};
pub use parts::{Joiner, split};

use asks::Asks;
use follow::Watch;
use lead::Leading;
use std::collections::{BTreeMap, VecDeque};
use waiting::{Plans, Waiting};
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, TabView, TransactionStage};

/// What the world is to do, in this order.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    /// Send to all other tabs.
    Cast(Message),
    /// Send to one tab. What is sent to one tab arrives in its order.
    Send(TabId, Message),
    /// Send to each of these, likewise.
    SendAll(Vec<TabId>, Message),
    /// Have the own node do it.
    Serve(Asker, Command),
    /// Answer the own page.
    Answer(Face, Result<Response, Error>),
    /// Report to the own page.
    Tell(Event),
    /// Let go of the lock and wait in line for it; [`Tabs::granted`] follows some time.
    Queue,
    /// Take the lock from whoever has it; [`Tabs::granted`] or [`Tabs::refused`] follows. Others may want to as well: only one
    /// at a time, unless `force`.
    Steal {
        /// Whatever others do.
        force: bool,
    },
    /// Let go of the lock, and of waiting for it.
    LetGo,
    /// Start a node.
    Lead,
    /// End the own node, whatever it does.
    Halt,
    /// Ask the page of that tab whether it lives; [`Tabs::pulse`] follows if it does. None: the page of whoever leads.
    Ping(Option<TabId>),
    /// Ask the storage whether it is still this worker's; [`Tabs::verified`] follows.
    Verify,
    /// Say when that tab is gone ([`Tabs::gone`]).
    Watch(TabId),
}

/// What this worker is among the tabs.
#[derive(Clone, PartialEq, Debug)]
enum Role {
    /// It passes on; or does not know yet whom it follows.
    Follows(Watch),
    /// Its node serves all.
    Leads(Leading),
    /// A newer version of the client runs beside it: it does nothing any more.
    Retired(Error),
}

/// One worker's part of the protocol. Times are milliseconds of a clock that does not go back.
pub struct Tabs {
    me: TabId,
    about: About,
    role: Role,
    /// The highest number that a leader was heard to have.
    epoch: u64,
    asks: Asks,
    waiting: Waiting,
    plans: Plans,
    others: BTreeMap<TabId, About>,
    online: bool,
    /// What the own node was last told of it.
    told_visible: Option<bool>,
    /// Leaders that computed without end.
    found_hung: u32,
    hand_over_ms: Option<u32>,
    deeds: VecDeque<Deed>,
}

impl Tabs {
    /// A worker that has just begun: it says so and waits in line for the lock.
    #[must_use]
    pub fn new(me: TabId, opened_ms: u64, now: u64) -> Self {
        let about = About { opened_ms, shows: String::new(), visible: true };
        let mut tabs = Self {
            me,
            about,
            role: Role::Follows(Watch::new(now)),
            epoch: 0,
            asks: Asks::default(),
            waiting: Waiting::default(),
            plans: Plans::default(),
            others: BTreeMap::new(),
            online: true,
            told_visible: None,
            found_hung: 0,
            hand_over_ms: None,
            deeds: VecDeque::new(),
        };
        tabs.act(Deed::Queue);
        tabs.say_hello();
        tabs
    }

    /// The next thing to do.
    pub fn next_deed(&mut self) -> Option<Deed> {
        self.deeds.pop_front()
    }

    fn act(&mut self, deed: Deed) {
        self.deeds.push_back(deed);
    }

    fn say_hello(&mut self) {
        self.act(Deed::Cast(Message::Hello(self.about.clone())));
    }

    /// True while the own node serves all.
    #[must_use]
    pub const fn leads(&self) -> bool {
        matches!(self.role, Role::Leads(_))
    }

    /// The tabs, this one first where it leads, the others by age.
    #[must_use]
    pub fn views(&self) -> Vec<TabView> {
        let view = |(id, about): (&TabId, &About)| TabView {
            id: id.0,
            own: *id == self.me,
            leads: *id == self.me && self.leads(),
            opened_ms: about.opened_ms,
            shows: about.shows.clone(),
        };
        let mut views: Vec<TabView> = self.others.iter().chain([(&self.me, &self.about)]).map(view).collect();
        views.sort_by_key(|view| (!view.leads, view.opened_ms, view.id));
        views
    }

    /// Milliseconds without a node when this worker took over; none when there was none before it.
    #[must_use]
    pub const fn hand_over_ms(&self) -> Option<u32> {
        self.hand_over_ms
    }

    /// The own page asks.
    pub fn asked(&mut self, face: Face, command: Command, now: u64) {
        self.note_time(now);
        if let Role::Retired(error) = &self.role {
            return self.act(Deed::Answer(face, Err(error.clone())));
        }
        match command {
            Command::Shows(shows) => {
                self.about.shows = shows;
                self.changed(face);
            }
            Command::Visible(visible) => {
                self.about.visible = visible;
                self.changed(face);
                self.look(now);
            }
            Command::Online(online) => {
                self.online = online;
                self.act(Deed::Answer(face, Ok(Response::Done)));
                self.serve_inside(Command::Online(online));
            }
            command => match self.asks.add(self.me, face, &command) {
                Ok(asker) => self.pass_on(asker, command, now),
                Err(error) => self.act(Deed::Answer(face, Err(error))),
            },
        }
    }

    /// Tells the others about this tab.
    fn changed(&mut self, face: Face) {
        self.act(Deed::Answer(face, Ok(Response::Done)));
        self.say_hello();
        self.tell_visible();
    }

    /// To whoever leads; nobody does: when somebody does.
    fn pass_on(&mut self, asker: Asker, command: Command, now: u64) {
        match &self.role {
            Role::Leads(_) => {
                self.asks.sent(asker.serial);
                self.serve(asker, command, now);
            }
            Role::Follows(watch) => match watch.leader() {
                Some(leader) => self.ask(leader, asker, command),
                None => self.asks.hold(asker.serial, command),
            },
            Role::Retired(_) => {}
        }
    }

    /// Asks the leader; it must know a plan before it can sign it.
    fn ask(&mut self, leader: TabId, asker: Asker, command: Command) {
        self.asks.sent(asker.serial);
        if let Command::Sign { plan: id } = &command
            && let Some(plan) = self.plans.unknown_to(leader, *id).cloned()
        {
            self.act(Deed::Send(leader, Message::Planned { id: *id, plan }));
        }
        self.act(Deed::Send(leader, Message::Ask { serial: asker.serial, face: asker.face, command }));
    }

    /// Another tab, or its worker, said something.
    pub fn heard(&mut self, frame: Frame, now: u64) {
        self.note_time(now);
        let from = frame.from;
        if from == self.me || matches!(self.role, Role::Retired(_)) {
            return;
        }
        match frame.message {
            Ok(message) => self.told(from, message, now),
            Err(version) if version > message::VERSION => self.retire(version),
            // It hears from this that there is a newer one.
            Err(_) => self.say_hello(),
        }
    }

    fn told(&mut self, from: TabId, message: Message, now: u64) {
        match message {
            Message::Hello(about) => self.met(from, about),
            Message::Follows => self.gathered(from, now),
            Message::Begins => self.begun(from, now),
            Message::Leads { epoch, pace_ms } => self.led(from, epoch, pace_ms, now),
            Message::Ask { serial, face, command } => self.asked_by(Asker { tab: from, serial, face }, command, now),
            Message::Answer { epoch, serial, result } => {
                if self.is_from_leader(from, epoch, now)
                    && let Some(face) = self.asks.answered(serial)
                {
                    self.act(Deed::Answer(face, *result));
                }
            }
            Message::Happened { epoch, event } => {
                let current = self.is_from_leader(from, epoch, now);
                // What one that was taken over has stored is stored; what it gave up is not given up.
                let is_stored = matches!(&event, Event::Transaction { stage: TransactionStage::Final { .. }, .. });
                if current || is_stored {
                    self.waiting.note(&event);
                }
                if current {
                    self.act(Deed::Tell(event));
                }
            }
            Message::Waits(signed) => self.waits(signed),
            Message::Planned { id, plan } => self.plans.keep(from, id, plan),
        }
    }

    /// A newer version of the client is there: it leads, and this one can neither lead nor follow it.
    fn retire(&mut self, version: u32) {
        let detail = format!(
            "a newer version of the client runs in another tab (protocol {version}, here {}); reload this tab",
            message::VERSION
        );
        let error = Error::browser(ErrorKind::NewerSchema, true, detail);
        if self.leads() {
            self.act(Deed::Halt);
        }
        self.act(Deed::LetGo);
        for face in self.asks.drain() {
            self.act(Deed::Answer(face, Err(error.clone())));
        }
        self.act(Deed::Tell(Event::Stopped(error.clone())));
        self.role = Role::Retired(error);
    }

    /// Time has passed.
    pub fn tick(&mut self, now: u64) {
        self.note_time(now);
        match self.role {
            Role::Follows(_) => self.look(now),
            Role::Leads(_) => self.beat(now),
            Role::Retired(_) => {}
        }
    }

    /// When to say that time has passed, at the latest; none: not at all.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        match &self.role {
            Role::Follows(watch) => Some(watch.due()),
            Role::Leads(leading) => (leading.gathers() || !self.others.is_empty()).then(|| leading.due()),
            Role::Retired(_) => None,
        }
    }

    fn visible(&self) -> bool {
        self.about.visible || self.others.values().any(|about| about.visible)
    }
}
