//! Modules of the model: versions, storage generations, freezes, and what an enactment makes of them.

use super::{EMERGENCY, MAJOR, MINOR, PATCH, Payload, T};
use std::collections::BTreeMap;

/// What is special about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// Its `health()` answers false.
    Sick,
    /// Migrates in one call, adding one.
    Whole,
    /// Migrates in three blocks, adding one.
    Steps,
    /// Its migration traps.
    Traps,
    /// Its migration traps in the third block.
    TrapsLate,
}

#[derive(Clone, Copy, Debug)]
pub struct Code {
    pub version: (u16, u16, u16),
    pub schema: u32,
    /// An older schema that it reads.
    pub reads: Option<u32>,
    pub kind: Kind,
}

const fn code(major: u16, minor: u16, patch: u16, schema: u32, reads: Option<u32>, kind: Kind) -> Code {
    Code { version: (major, minor, patch), schema, reads, kind }
}

/// Codes that cells may be upgraded to; the first one is deployed.
pub const CODES: [Code; 22] = [
    code(1, 0, 0, 1, None, Kind::Plain),
    code(1, 1, 0, 1, None, Kind::Plain),
    code(1, 2, 0, 1, None, Kind::Sick),
    code(1, 3, 0, 2, Some(1), Kind::Plain),
    code(2, 0, 0, 2, None, Kind::Whole),
    code(2, 0, 1, 2, None, Kind::Steps),
    code(2, 0, 2, 2, None, Kind::Traps),
    code(2, 0, 3, 2, None, Kind::TrapsLate),
    code(2, 1, 0, 2, None, Kind::Plain),
    code(2, 2, 0, 2, None, Kind::Sick),
    code(2, 3, 0, 3, Some(2), Kind::Plain),
    code(3, 0, 0, 3, None, Kind::Whole),
    code(3, 0, 1, 3, Some(2), Kind::Steps),
    code(3, 0, 2, 3, None, Kind::Traps),
    code(3, 1, 0, 3, None, Kind::Plain),
    code(3, 2, 0, 4, Some(3), Kind::Plain),
    code(4, 0, 0, 4, None, Kind::Whole),
    code(4, 0, 1, 4, None, Kind::Steps),
    code(4, 0, 3, 4, None, Kind::TrapsLate),
    code(4, 1, 0, 4, None, Kind::Plain),
    code(5, 0, 0, 5, None, Kind::Whole),
    code(6, 0, 0, 6, None, Kind::Steps),
];

/// Codes of the fleet, by what the tag can stand at: schema and the older schema that is read.
pub const FLEET: [(u32, Option<u32>); 3] = [(1, None), (1, None), (2, Some(1))];

/// Blocks of a migration in steps.
const BLOCKS: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    BadVersion,
    SameCode,
    SchemaMismatch,
    ClassTooLow,
    MigrationFailed,
    Unhealthy,
    BadParameter,
    NoSuchVersion,
    GenerationGone,
    DataWritten,
    AlreadyFrozen,
    NotFrozen,
    FreezeTooLong,
    Busy,
    ExecutionFailed,
    OtherEffects,
}

#[derive(Clone, Debug)]
struct Version {
    code: usize,
    generation: u32,
    proposal: Option<u64>,
    is_rollback: bool,
}

#[derive(Clone, Debug)]
struct Earlier {
    number: u32,
    schemas: Vec<u32>,
    fresh: bool,
}

/// A migration under way.
#[derive(Clone, Debug)]
pub struct Work {
    pub proposal: u64,
    code: usize,
    generation: u32,
    blocks: u32,
}

#[derive(Clone, Debug)]
pub struct Cell {
    versions: Vec<Version>,
    pub generation: u32,
    pub next_generation: u32,
    /// The number that each generation holds.
    data: BTreeMap<u32, u64>,
    schemas: Vec<u32>,
    pub fresh: bool,
    earlier: Vec<Earlier>,
    pub frozen_until: Option<u64>,
    freezes: Vec<(u64, u64)>,
    pub work: Option<Work>,
}

/// What an enactment did.
#[derive(Debug, Default)]
pub struct Done {
    pub unfinished: bool,
    pub undone: Vec<u64>,
}

fn reads(code: usize, schema: u32) -> bool {
    CODES[code].schema == schema || CODES[code].reads == Some(schema)
}

impl Cell {
    pub fn new() -> Self {
        Self {
            versions: vec![Version { code: 0, generation: 0, proposal: None, is_rollback: false }],
            generation: 0,
            next_generation: 1,
            data: BTreeMap::new(),
            schemas: vec![1],
            fresh: false,
            earlier: Vec::new(),
            frozen_until: None,
            freezes: Vec::new(),
            work: None,
        }
    }

    pub fn sequence(&self) -> u32 {
        u32::try_from(self.versions.len()).unwrap()
    }

    pub fn code(&self) -> usize {
        self.versions.last().unwrap().code
    }

    /// What a query answers; nothing while it is paused.
    pub fn value(&self) -> Option<u64> {
        self.work.is_none().then(|| self.data.get(&self.generation).copied().unwrap_or(0))
    }

    pub fn is_frozen(&self, slot: u64) -> bool {
        self.frozen_until.is_some_and(|until| until > slot)
    }

    pub fn put(&mut self, slot: u64, value: u64) -> bool {
        let legal = self.work.is_none() && !self.is_frozen(slot);
        if legal {
            self.write(value);
        }
        legal
    }

    fn write(&mut self, value: u64) {
        self.data.insert(self.generation, value);
        self.fresh = false;
    }

    /// Slots for which it may still be frozen: 2 T in any 10 T.
    pub fn freezable(&self, slot: u64) -> u64 {
        let begin = slot.saturating_sub(10 * T);
        let spent: u64 = self.freezes.iter().map(|(from, until)| until.saturating_sub(begin.max(*from))).sum();
        (2 * T).saturating_sub(spent)
    }

    fn check_freeze(&self, slot: u64, slots: u64) -> Result<(), Reason> {
        if self.is_frozen(slot) {
            return Err(Reason::AlreadyFrozen);
        }
        if slots == 0 || slots > self.freezable(slot) { Err(Reason::FreezeTooLong) } else { Ok(()) }
    }

    fn unread(&self, code: usize) -> bool {
        self.schemas.iter().any(|schema| !reads(code, *schema))
    }

    /// The class of an upgrade. Before it is its turn only what can never become legal is refused.
    fn check_upgrade(&self, code: usize, version: u32, migration: bool, now: bool) -> Result<usize, Reason> {
        let follows = version == self.sequence() + 1;
        if version <= self.sequence() || now && !follows {
            return Err(Reason::BadVersion);
        }
        let old = self.code();
        if code == old {
            return Err(Reason::SameCode);
        }
        if CODES[code].version <= CODES[old].version {
            return Err(Reason::BadVersion);
        }
        let migrates = !matches!(CODES[code].kind, Kind::Plain | Kind::Sick);
        if migration && !migrates {
            return Err(Reason::MigrationFailed);
        }
        if !migration && self.unread(code) && follows {
            return Err(Reason::SchemaMismatch);
        }
        let breaking = CODES[code].version.0 > CODES[old].version.0;
        Ok(if breaking || migration || self.unread(code) { MAJOR } else { MINOR })
    }

    fn upgrade(&mut self, id: u64, code: usize, migration: bool) -> Result<Done, Reason> {
        if !migration {
            if CODES[code].kind == Kind::Sick {
                return Err(Reason::Unhealthy);
            }
            self.come(code, self.generation, Some(id), false);
            return Ok(Done::default());
        }
        let generation = self.next_generation;
        self.next_generation += 1;
        self.work = Some(Work { proposal: id, code, generation, blocks: 0 });
        self.go_on(id)
    }

    /// The part of a migration that one block does.
    pub fn go_on(&mut self, id: u64) -> Result<Done, Reason> {
        let mut work = self.work.take().unwrap();
        assert_eq!(work.proposal, id);
        let kind = CODES[work.code].kind;
        work.blocks += 1;
        if matches!(kind, Kind::Steps | Kind::TrapsLate) && work.blocks < BLOCKS {
            self.work = Some(work);
            return Ok(Done { unfinished: true, undone: Vec::new() });
        }
        if matches!(kind, Kind::Traps | Kind::TrapsLate) {
            return Err(Reason::MigrationFailed);
        }
        let moved = self.data.get(&self.generation).copied().unwrap_or(0) + 1;
        let schemas = std::mem::replace(&mut self.schemas, vec![CODES[work.code].schema]);
        self.earlier.push(Earlier { number: self.generation, schemas, fresh: self.fresh });
        // Three generations are kept.
        while self.earlier.len() > 2 {
            self.earlier.remove(0);
        }
        self.generation = work.generation;
        self.data.insert(work.generation, moved);
        self.fresh = true;
        self.come(work.code, work.generation, Some(id), false);
        Ok(Done::default())
    }

    fn come(&mut self, code: usize, generation: u32, proposal: Option<u64>, is_rollback: bool) {
        let schema = CODES[code].schema;
        if !self.schemas.contains(&schema) {
            self.schemas.push(schema);
        }
        self.versions.push(Version { code, generation, proposal, is_rollback });
    }

    /// Where the data of a rollback come from: an earlier generation, or they stay.
    fn check_rollback(&self, to: u32) -> Result<Option<usize>, Reason> {
        if to == 0 || to >= self.sequence() {
            return Err(Reason::NoSuchVersion);
        }
        let target = &self.versions[to as usize - 1];
        let place = self.earlier.iter().position(|earlier| earlier.number == target.generation);
        let returns = place.filter(|place| {
            let read = self.earlier[*place].schemas.iter().all(|schema| reads(target.code, *schema));
            self.fresh && read && self.earlier[place + 1..].iter().all(|earlier| earlier.fresh)
        });
        if returns.is_some() {
            return Ok(returns);
        }
        if self.unread(target.code) {
            return Err(match place {
                _ if target.generation == self.generation => Reason::SchemaMismatch,
                Some(_) => Reason::DataWritten,
                None => Reason::GenerationGone,
            });
        }
        if target.code == self.code() { Err(Reason::NoSuchVersion) } else { Ok(None) }
    }

    fn roll_back(&mut self, id: u64, to: u32) -> Result<Done, Reason> {
        let data = self.check_rollback(to)?;
        let code = self.versions[to as usize - 1].code;
        if CODES[code].kind == Kind::Sick {
            return Err(Reason::Unhealthy);
        }
        if let Some(place) = data {
            let target = self.earlier[place].clone();
            self.earlier.truncate(place);
            (self.generation, self.schemas, self.fresh) = (target.number, target.schemas, target.fresh);
        }
        let undone = self.versions[to as usize..].iter().filter(|version| !version.is_rollback);
        let undone = undone.filter_map(|version| version.proposal).collect();
        self.come(code, self.generation, Some(id), true);
        Ok(Done { unfinished: false, undone })
    }
}

/// The class of a vote, or why it cannot even be proposed.
pub fn class(cells: &[Cell], slot: u64, payload: &Payload) -> Result<usize, Reason> {
    match *payload {
        Payload::Upgrade { cell, code, version, migration } => {
            cells[cell].check_upgrade(code, version, migration, false)
        }
        Payload::Rollback { cell, to } => cells[cell].check_rollback(to).map(|_| MINOR),
        Payload::Config { value, .. } => {
            if (1..=1_000_000).contains(&value) {
                Ok(PATCH)
            } else {
                Err(Reason::BadParameter)
            }
        }
        Payload::Freeze { cell, slots } => cells[cell].check_freeze(slot, slots).map(|()| EMERGENCY),
        Payload::Unfreeze { .. } => Ok(EMERGENCY),
        Payload::Execute { .. } => Ok(MINOR),
    }
}

/// What a vote does when its time has come.
pub fn enact(cells: &mut [Cell], slot: u64, id: u64, class: usize, payload: &Payload) -> Result<Done, Reason> {
    match *payload {
        Payload::Upgrade { cell, code, version, migration } => {
            if cells[cell].check_upgrade(code, version, migration, true)? > class {
                return Err(Reason::ClassTooLow);
            }
            cells[cell].upgrade(id, code, migration)
        }
        Payload::Rollback { cell, to } => cells[cell].roll_back(id, to),
        Payload::Config { cell, value } => {
            if cells[cell].work.is_some() {
                return Err(Reason::Busy);
            }
            cells[cell].write(value);
            Ok(Done::default())
        }
        Payload::Freeze { cell, slots } => {
            cells[cell].check_freeze(slot, slots)?;
            cells[cell].frozen_until = Some(slot + slots);
            cells[cell].freezes.push((slot, slot + slots));
            Ok(Done::default())
        }
        Payload::Unfreeze { cell } => {
            if !cells[cell].is_frozen(slot) {
                return Err(Reason::NotFrozen);
            }
            cells[cell].frozen_until = None;
            if let Some(last) = cells[cell].freezes.last_mut() {
                last.1 = slot;
            }
            Ok(Done::default())
        }
        Payload::Execute { times } => {
            let counted = cells[0].value().filter(|_| !cells[0].is_frozen(slot)).ok_or(Reason::ExecutionFailed)?;
            if times != 1 {
                return Err(Reason::OtherEffects);
            }
            cells[0].write(counted + 1);
            Ok(Done::default())
        }
    }
}

/// A module that follows the tag.
#[derive(Clone, Debug)]
pub struct Follower {
    schemas: Vec<u32>,
    value: u64,
}

impl Follower {
    pub fn new(tag: usize) -> Self {
        Self { schemas: vec![FLEET[tag].0], value: 0 }
    }

    fn reads(&self, tag: usize) -> bool {
        let (schema, older) = FLEET[tag];
        self.schemas.iter().all(|known| *known == schema || Some(*known) == older)
    }

    /// What a query answers when the tag stands there.
    pub fn value(&self, tag: usize) -> Option<u64> {
        self.reads(tag).then_some(self.value)
    }

    pub fn put(&mut self, tag: usize, value: u64) -> bool {
        let legal = self.reads(tag);
        if legal {
            self.value = value;
            self.schemas.retain(|known| *known != FLEET[tag].0);
            self.schemas.push(FLEET[tag].0);
        }
        legal
    }
}
