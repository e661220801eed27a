//! What the own page has asked and not been answered, and what of it may be asked again.

use super::TabId;
use crate::node::run::Ticket;
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::collections::BTreeMap;
use zera_primitives::Hash;
use zera_worker_protocol::{Command, Error, ErrorKind, KeySource};

/// Requests of one tab that may be under way.
const MOST: usize = 16_384;
/// Leaders that one request may be put to: what ends one after the other must not end them all.
const TRIES: u8 = 2;

/// How whoever asks calls a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Face {
    /// A page, in SCALE.
    Page(u32),
    /// A script, in objects: its number's bits.
    Script(u64),
    /// The leader's own worker.
    Inside(Inside),
}

/// What a worker asks its own node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Inside {
    /// To start.
    Start,
    /// To take a transaction that waited.
    Again(Hash),
    /// Whether it is in a block.
    Look {
        /// Which.
        hash: Hash,
        /// It was not taken.
        refused: bool,
    },
    /// Nothing that has an answer.
    Nothing,
}

/// A request's name among all tabs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Asker {
    /// Whose page asks.
    pub tab: TabId,
    /// Number among that tab's requests.
    pub serial: u64,
    /// How that page calls it.
    pub face: Face,
}

impl Ticket for Asker {
    fn is(&self, asker: &Self, request: u32) -> bool {
        let named = match (self.face, asker.face) {
            (Face::Page(own), Face::Page(_)) => own == request,
            (Face::Script(own), Face::Script(_)) => own == f64::from(request).to_bits(),
            _ => false,
        };
        named && self.tab == asker.tab
    }
}

#[derive(Debug)]
struct Ask {
    face: Face,
    /// To be asked again, while it may be.
    command: Option<Command>,
    /// How many leaders have had it.
    tries: u8,
}

/// What the own page has asked and not been answered.
#[derive(Debug, Default)]
pub struct Asks {
    next: u64,
    open: BTreeMap<u64, Ask>,
}

impl Asks {
    /// Notes a request.
    ///
    /// # Errors
    /// `Busy`.
    pub fn add(&mut self, tab: TabId, face: Face, command: &Command) -> Result<Asker, Error> {
        if self.open.len() >= MOST {
            return Err(Error::request(ErrorKind::Busy, format!("{MOST} requests are under way already")));
        }
        let serial = self.next;
        self.next = self.next.wrapping_add(1);
        let command = may_repeat(command).then(|| command.clone());
        self.open.insert(serial, Ask { face, command, tries: 0 });
        Ok(Asker { tab, serial, face })
    }

    /// Keeps what nobody has had yet.
    pub fn hold(&mut self, serial: u64, command: Command) {
        if let Some(ask) = self.open.get_mut(&serial) {
            ask.command = Some(command);
        }
    }

    /// A leader has it now.
    pub fn sent(&mut self, serial: u64) {
        if let Some(ask) = self.open.get_mut(&serial) {
            ask.tries = ask.tries.saturating_add(1);
        }
    }

    /// It is answered: whom to tell. None when it was answered before.
    pub fn answered(&mut self, serial: u64) -> Option<Face> {
        self.open.remove(&serial).map(|ask| ask.face)
    }

    /// There is another leader: what to ask it, in order, and what can only be given up.
    pub fn again(&mut self, tab: TabId) -> (Vec<(Asker, Command)>, Vec<Face>) {
        let (mut again, mut lost) = (Vec::new(), Vec::new());
        self.open.retain(|serial, ask| {
            let unseen = ask.tries == 0;
            let command = ask.command.as_ref().filter(|command| unseen || may_repeat(command));
            let Some(command) = command.filter(|_| ask.tries < TRIES) else {
                lost.push(ask.face);
                return false;
            };
            again.push((Asker { tab, serial: *serial, face: ask.face }, command.clone()));
            true
        });
        (again, lost)
    }

    /// All of them, given up.
    pub fn drain(&mut self) -> Vec<Face> {
        std::mem::take(&mut self.open).into_values().map(|ask| ask.face).collect()
    }
}

/// True for what comes to the same, done once or twice. A plan is signed to the very bytes that it was signed to before, and
/// a transaction is in the chain once.
const fn may_repeat(command: &Command) -> bool {
    use Command as C;
    !matches!(
        command,
        C::Advance { .. }
            | C::Import(_)
            | C::Reset
            | C::Prove { .. }
            | C::ProveLocal { .. }
            | C::AddKey(KeySource::Device)
            | C::RemoveKey(_)
            | C::Cancel { .. }
            | C::Fault(_)
    )
}

/// What whoever asked is told when it may not be asked again.
pub fn handed_over() -> Error {
    let detail = "the tab that ran the node closed, crashed or froze while this was under way";
    Error::browser(ErrorKind::HandedOver, false, detail)
}
