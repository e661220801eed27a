//! A browser in memory: tabs, a lock, channels that delay, and storage that shuts out whoever was taken over. Its node is the
//! least one that shows what matters: what waits is in the leader's memory alone, blocks are in storage, a transaction is in
//! the chain once, and its number follows the one before it.

use super::node::{Node, Stored};
use crate::tabs::{Deed, Face, Frame, Message, TabId, Tabs};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use zera_primitives::{Hash, SignedTransaction};
use zera_worker_protocol::{Command, Error, Event, Response};

/// Random numbers of a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

/// Something that will happen to a tab.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a few at a time, in tests alone")]
pub enum Fact {
    Heard(Frame),
    Pulse(TabId),
    Granted,
    Verified(bool),
    Refused,
    TakenAway,
    Gone(TabId),
    Tick,
    /// The node takes its next request, or seals.
    Work,
    /// A block of the node of that life, written under that number, reaches the storage.
    Written(u64, u64, Vec<SignedTransaction>),
    /// The node of that life hears what came of it.
    Stored(u64, Result<Vec<Event>, Error>),
}

pub struct Tab {
    pub core: Tabs,
    pub node: Option<Node>,
    pub life: u64,
    pub frozen: bool,
    pub busy: bool,
    deferred: Vec<Fact>,
    /// When the last message of each sender arrives.
    last: BTreeMap<TabId, u64>,
    ticking: Option<u64>,
    working: bool,
    pub answers: VecDeque<(Face, Result<Response, Error>)>,
    pub events: Vec<Event>,
}

pub struct Browser {
    pub now: u64,
    pub dice: Dice,
    /// Milliseconds that a message may take.
    pub delay: u64,
    pub tabs: BTreeMap<TabId, Tab>,
    pub stored: Stored,
    holder: Option<TabId>,
    line: VecDeque<TabId>,
    thief: Option<u64>,
    facts: BTreeMap<(u64, u64), (TabId, Fact)>,
    order: u64,
    next_tab: u64,
    watches: Vec<(TabId, TabId)>,
    /// Transactions that nobody who ran knew any more, and that were in no block.
    pub gone: BTreeSet<Hash>,
}

impl Browser {
    pub fn new(seed: u64, delay: u64) -> Self {
        Self {
            now: 1_000,
            dice: Dice(seed),
            delay,
            tabs: BTreeMap::new(),
            stored: Stored::default(),
            holder: None,
            line: VecDeque::new(),
            thief: None,
            facts: BTreeMap::new(),
            order: 0,
            next_tab: 1,
            watches: Vec::new(),
            gone: BTreeSet::new(),
        }
    }

    pub fn open(&mut self) -> TabId {
        let id = TabId(self.next_tab);
        self.next_tab += 1;
        let tab = Tab {
            core: Tabs::new(id, self.now, self.now),
            node: None,
            life: 0,
            frozen: false,
            busy: false,
            deferred: Vec::new(),
            last: BTreeMap::new(),
            ticking: None,
            working: false,
            answers: VecDeque::new(),
            events: Vec::new(),
        };
        self.tabs.insert(id, tab);
        self.act(id);
        id
    }

    /// The tab closes or crashes: all that it had is gone; what it had sent arrives.
    pub fn kill(&mut self, id: TabId) {
        let known = self.known_to(id);
        self.tabs.remove(&id);
        self.note_gone(known);
        self.line.retain(|waiting| *waiting != id);
        if self.holder == Some(id) {
            self.holder = None;
            self.hand_on();
        }
        let watches = std::mem::take(&mut self.watches);
        for (watcher, watched) in watches {
            if watched == id {
                self.later(watcher, 5, Fact::Gone(id));
            } else {
                self.watches.push((watcher, watched));
            }
        }
    }

    /// Transactions that a tab knows, or will once it hears what is on its way to it.
    fn known_to(&self, id: TabId) -> Vec<Hash> {
        let told = |fact: &Fact| match fact {
            Fact::Heard(Frame { message: Ok(Message::Waits(signed)), .. }) => {
                SignedTransaction::from_bytes(signed).ok().map(|signed| signed.hash())
            }
            _ => None,
        };
        let Some(tab) = self.tabs.get(&id) else { return Vec::new() };
        let on_its_way = self.facts.values().filter(|(to, _)| *to == id).map(|(_, fact)| fact);
        let known = on_its_way.chain(&tab.deferred).filter_map(told);
        known.chain(tab.core.waiting.iter().map(|(hash, _)| *hash)).collect()
    }

    /// Notes what nobody who runs knows any more.
    fn note_gone(&mut self, hashes: Vec<Hash>) {
        let gone = hashes.into_iter().filter(|hash| !self.is_known(hash));
        self.gone.extend(gone.collect::<Vec<_>>());
    }

    /// True for a transaction that some tab knows that runs, or will once it hears what is on its way, or that is being stored.
    fn is_known(&self, hash: &Hash) -> bool {
        let runs = |tab: &Tab| !tab.frozen && !tab.busy;
        let tells = |fact: &Fact| match fact {
            Fact::Heard(Frame { message: Ok(Message::Waits(signed)), .. }) => {
                SignedTransaction::from_bytes(signed).is_ok_and(|signed| signed.hash() == *hash)
            }
            Fact::Written(_, number, block) => {
                *number == self.stored.leader && block.iter().any(|signed| signed.hash() == *hash)
            }
            _ => false,
        };
        let reaches = |(to, fact): &(TabId, Fact)| {
            tells(fact) && (matches!(fact, Fact::Written(..)) || self.tabs.get(to).is_some_and(runs))
        };
        self.stored.holds(hash)
            || self.facts.values().any(reaches)
            || self.tabs.values().any(|tab| runs(tab) && tab.core.waiting.get(hash).is_some())
    }

    pub fn freeze(&mut self, id: TabId) {
        let known = self.known_to(id);
        self.tabs.get_mut(&id).unwrap().frozen = true;
        self.note_gone(known);
    }

    pub fn thaw(&mut self, id: TabId) {
        let tab = self.tabs.get_mut(&id).unwrap();
        tab.frozen = false;
        for fact in std::mem::take(&mut tab.deferred) {
            self.later(id, 0, fact);
        }
        self.act(id);
    }

    /// The worker computes, so that nothing reaches it; its page lives.
    pub fn compute(&mut self, id: TabId, busy: bool) {
        let known = self.known_to(id);
        self.tabs.get_mut(&id).unwrap().busy = busy;
        self.note_gone(known);
        if !busy {
            self.thaw(id);
        }
    }

    pub fn ask(&mut self, id: TabId, face: Face, command: Command) {
        let now = self.now;
        self.tabs.get_mut(&id).unwrap().core.asked(face, command, now);
        self.act(id);
    }

    /// Everything that happens until then.
    pub fn run(&mut self, until: u64) {
        while let Some(((at, _), _)) = self.facts.first_key_value()
            && *at <= until
        {
            let Some(((at, _), (tab, fact))) = self.facts.pop_first() else { break };
            self.now = self.now.max(at);
            if std::env::var("TRACE").is_ok() {
                eprintln!("{} {tab:?} {fact:?}", self.now);
            }
            self.happens(tab, fact);
        }
        self.now = until;
    }

    pub fn pass(&mut self, ms: u64) {
        self.run(self.now + ms);
    }

    pub fn leaders(&self) -> Vec<TabId> {
        self.tabs.iter().filter(|(_, tab)| tab.core.leads()).map(|(id, _)| *id).collect()
    }

    fn later(&mut self, tab: TabId, ms: u64, fact: Fact) {
        self.order += 1;
        self.facts.insert((self.now + ms, self.order), (tab, fact));
    }

    fn happens(&mut self, id: TabId, fact: Fact) {
        let now = self.now;
        // What is stored is stored, whether anybody hears of it or not.
        let fact = match fact {
            Fact::Written(life, number, block) => {
                let hashes = block.iter().map(SignedTransaction::hash).collect();
                let stored = self.stored.write(number, block);
                self.note_gone(hashes);
                Fact::Stored(life, stored)
            }
            fact => fact,
        };
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        if tab.frozen || tab.busy {
            tab.deferred.push(fact);
            return;
        }
        match fact {
            Fact::Heard(frame) => tab.core.heard(frame, now),
            Fact::Pulse(of) => tab.core.pulse(of, now),
            Fact::Granted => tab.core.granted(now),
            Fact::Verified(leads) => tab.core.verified(leads, now),
            Fact::Refused => tab.core.refused(now),
            Fact::TakenAway => tab.core.deposed(now),
            Fact::Gone(of) => tab.core.gone(of, now),
            Fact::Tick => {
                tab.ticking = None;
                tab.core.tick(now);
            }
            Fact::Work => {
                tab.working = false;
                self.work(id);
            }
            Fact::Written(..) => {}
            Fact::Stored(life, stored) => {
                if let Some(node) = tab.node.as_mut().filter(|_| tab.life == life) {
                    node.stored(stored).into_iter().for_each(|event| tab.core.happened(event));
                    self.work_later(id);
                }
            }
        }
        self.act(id);
    }

    /// One step of a node; each takes some time.
    fn work(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        let Some(node) = &mut tab.node else { return };
        if let Some(number) = node.claims(&mut self.stored) {
            tab.core.claimed(number, self.now);
        }
        let step = node.step(&self.stored, &mut tab.core, self.now);
        if let Some((number, block)) = step {
            let ms = 1 + self.dice.roll(20);
            let life = tab.life;
            self.later(id, ms, Fact::Written(life, number, block));
        }
        let more = self.tabs.get(&id).and_then(|tab| tab.node.as_ref()).is_some_and(Node::has_work);
        if more {
            self.work_later(id);
        }
    }

    fn work_later(&mut self, id: TabId) {
        let ms = 1 + self.dice.roll(8);
        if let Some(tab) = self.tabs.get_mut(&id)
            && !std::mem::replace(&mut tab.working, true)
        {
            self.later(id, ms, Fact::Work);
        }
    }

    fn act(&mut self, id: TabId) {
        while let Some(deed) = self.tabs.get_mut(&id).and_then(|tab| tab.core.next_deed()) {
            self.perform(id, deed);
        }
        let Some(tab) = self.tabs.get_mut(&id) else { return };
        if let Some(due) = tab.core.due()
            && tab.ticking.is_none_or(|ticking| ticking > due)
        {
            tab.ticking = Some(due);
            let ms = due.saturating_sub(self.now).max(1);
            self.later(id, ms, Fact::Tick);
        }
    }

    fn perform(&mut self, id: TabId, deed: Deed) {
        match deed {
            Deed::Cast(message) => {
                for to in self.others(id) {
                    self.send(id, to, message.clone());
                }
            }
            Deed::Send(to, message) => self.send(id, to, message),
            Deed::SendAll(all, message) => all.into_iter().for_each(|to| self.send(id, to, message.clone())),
            Deed::Serve(asker, command) => {
                if let Some(node) = self.tabs.get_mut(&id).and_then(|tab| tab.node.as_mut()) {
                    node.queue.push_back((asker, command));
                    self.work_later(id);
                }
            }
            Deed::Answer(face, result) => self.tabs.get_mut(&id).unwrap().answers.push_back((face, result)),
            Deed::Tell(event) => self.tabs.get_mut(&id).unwrap().events.push(event),
            Deed::Queue => {
                self.perform(id, Deed::LetGo);
                self.line.push_back(id);
                self.hand_on();
            }
            Deed::Steal { force } => self.steal(id, force),
            Deed::LetGo => {
                self.line.retain(|waiting| *waiting != id);
                if self.holder == Some(id) {
                    self.holder = None;
                    self.hand_on();
                }
            }
            Deed::Lead => {
                let first_plan = self.dice.roll(1 << 31) as u32;
                let tab = self.tabs.get_mut(&id).unwrap();
                tab.life += 1;
                tab.node = Some(Node::new(first_plan));
            }
            Deed::Halt => self.tabs.get_mut(&id).unwrap().node = None,
            Deed::Ping(whom) => {
                let lives = |tab: &Tab| !tab.frozen;
                let whom = whom.or(self.holder).filter(|whom| self.tabs.get(whom).is_some_and(lives));
                if let Some(whom) = whom {
                    self.later(id, 10, Fact::Pulse(whom));
                }
            }
            Deed::Verify => {
                let number = self.tabs.get(&id).and_then(|tab| tab.node.as_ref()).and_then(Node::number);
                let leads = number == Some(self.stored.leader);
                self.later(id, 3, Fact::Verified(leads));
            }
            Deed::Watch(watched) if self.tabs.contains_key(&watched) => self.watches.push((id, watched)),
            Deed::Watch(watched) => self.later(id, 5, Fact::Gone(watched)),
        }
    }

    fn others(&self, id: TabId) -> Vec<TabId> {
        self.tabs.keys().copied().filter(|other| *other != id).collect()
    }

    /// What one tab sends another arrives in its order.
    fn send(&mut self, from: TabId, to: TabId, message: Message) {
        let delay = 1 + self.dice.roll(self.delay);
        // Every message goes through its bytes.
        let frame = Frame::read(&Frame::encode(from, &message)).expect("a frame");
        assert_eq!(frame.message, Ok(message));
        let Some(tab) = self.tabs.get_mut(&to) else { return };
        let last = tab.last.entry(from).or_default();
        *last = (*last).max(self.now + delay);
        let ms = *last - self.now;
        self.later(to, ms, Fact::Heard(frame));
    }

    fn hand_on(&mut self) {
        if self.holder.is_none()
            && let Some(next) = self.line.pop_front()
        {
            self.holder = Some(next);
            self.later(next, 2, Fact::Granted);
        }
    }

    fn steal(&mut self, id: TabId, force: bool) {
        if !force && self.thief.is_some_and(|until| until > self.now) {
            return self.later(id, 2, Fact::Refused);
        }
        self.thief = Some(self.now + 1_500);
        self.line.retain(|waiting| *waiting != id);
        if let Some(old) = self.holder.replace(id)
            && old != id
        {
            self.later(old, 2, Fact::TakenAway);
        }
        self.later(id, 2, Fact::Granted);
    }
}
