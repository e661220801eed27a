//! What fills an end segment, from a program and its trace.

use super::EndSize;
use crate::circuit::segments::{Claimed, SegmentsError};
use alloc::{vec, vec::Vec};
use zera_proof_rows::{Cell, Kind, Program, Trace, space};
use zera_proof_verify::{
    bus::{self, SPECIAL_CELLS},
    inputs::{EndInputs, HIDDEN_ARGS},
};

/// Most words from one slot of a list to the next: two bytes, and one.
const GAP: u64 = 1 << 16;

/// A word of the initial memory, or a filler: a word that nothing touches, below 0 or in a gap.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WordSlot {
    /// Its number; below zero only for fillers.
    pub word: i64,
    /// Whether it does not begin as zero.
    pub data: bool,
    /// What it holds at the end.
    pub value: u64,
    /// Time of its last access.
    pub ts: u32,
}

/// A word of grown memory, or a filler, which is off.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct GrownSlot {
    /// Whether it is a cell.
    pub on: bool,
    /// Its number.
    pub word: u64,
    /// Pages before the growth that made it.
    pub start: u64,
    /// Pages after it.
    pub end: u64,
    /// Time of that growth.
    pub born: u32,
    /// What it holds at the end.
    pub value: u64,
    /// Time of its last access.
    pub ts: u32,
}

/// Everything that fills an end segment, apart from blinds and look-ups.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct EndWitness {
    /// Public inputs.
    pub inputs: EndInputs,
    /// Fields of the program's rows, and how often each is looked up.
    pub rows: Vec<([u64; 7], u64)>,
    /// Values and times of registers.
    pub registers: Vec<(u64, u32)>,
    /// Values and times of special cells.
    pub specials: Vec<(u64, u32)>,
    /// Words of the initial memory, growing, as many as there is room for.
    pub words: Vec<WordSlot>,
    /// Words of grown memory, growing, as many as there is room for.
    pub grown: Vec<GrownSlot>,
    /// Arguments; 0 for those that are public.
    pub arguments: [u64; HIDDEN_ARGS],
    /// Hidden log entries: sequence number and four fields.
    pub hidden_log: Vec<[u64; 5]>,
    /// The last state.
    pub last: (u32, u32, u32),
}

/// What a run needs room for at its end.
#[must_use]
pub fn needs(program: &Program, trace: &Trace, claimed: &Claimed<'_>) -> EndSize {
    let registers = trace.cells.iter().map(|cell| cell.address).filter(|address| *address < space::MEMORY).max();
    let registers = registers.map_or(0, |register| register.saturating_add(1));
    let least = program.params.len().max(program.stack_slot as usize + 1) as u64;
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let (old, grown) = both(program, trace);
    EndSize {
        rows: count(program.rows.len() as u64),
        registers: count(registers.max(least)),
        // One more: fillers begin below word 0.
        words: count(fillers(-1, &old) + old.len() as u64 + 1),
        grown: count(grown.first().map_or(0, |(first, _)| fillers(first.cast_signed(), &grown)) + grown.len() as u64),
        hidden_log: count(claimed.hidden.iter().filter(|hidden| **hidden).count() as u64),
    }
}

/// Memory cells by word number.
type Words<'t> = Vec<(u64, &'t Cell)>;

/// Those that were there at the beginning, and grown ones.
fn both<'t>(program: &Program, trace: &'t Trace) -> (Words<'t>, Words<'t>) {
    let initial = u64::from(program.pages) * space::WORDS_PER_PAGE;
    let cells = trace.cells.iter().filter(|cell| (space::MEMORY..space::SPECIAL).contains(&cell.address));
    cells.map(|cell| (cell.address - space::MEMORY, cell)).partition(|(word, _)| *word < initial)
}

/// Fillers between `before`, if that is a slot, and the words, so that no gap is too wide.
fn fillers(before: i64, words: &[(u64, &Cell)]) -> u64 {
    let mut before = before;
    words.iter().fold(0, |sum, (word, _)| {
        let gap = word.wrapping_sub(before.cast_unsigned());
        before = word.cast_signed();
        sum + gap.saturating_sub(1) / GAP
    })
}

/// Word numbers in slots behind `before`: none for a filler.
fn spread<'t>(before: i64, words: &[(u64, &'t Cell)]) -> Vec<(u64, Option<&'t Cell>)> {
    let (mut before, mut out) = (before, Vec::new());
    for (word, cell) in words {
        while word.wrapping_sub(before.cast_unsigned()) > GAP {
            before = before.saturating_add(GAP.cast_signed());
            out.push((before.cast_unsigned(), None));
        }
        out.push((*word, Some(*cell)));
        before = word.cast_signed();
    }
    out
}

const ROOM: SegmentsError = SegmentsError::Trace("the end segment has no room for the run's cells");

impl EndWitness {
    /// For a run that `size` has room for (see [`needs`]).
    ///
    /// # Errors
    /// [`SegmentsError::Trace`] when program and trace do not belong together, or there is no room.
    pub fn new(program: &Program, trace: &Trace, claimed: &Claimed<'_>, size: &EndSize) -> Result<Self, SegmentsError> {
        let mut registers = vec![(0, 0); size.registers as usize];
        let mut specials = vec![(0, 0); SPECIAL_CELLS as usize];
        for cell in &trace.cells {
            let slot = match cell.address {
                address if address >= space::SPECIAL => specials.get_mut((address - space::SPECIAL) as usize),
                address if address >= space::MEMORY => continue,
                address => registers.get_mut(address as usize),
            };
            *slot.ok_or(ROOM)? = (cell.value, cell.ts);
        }
        let mut arguments = [0; HIDDEN_ARGS];
        for ((slot, argument), _) in
            arguments.iter_mut().zip(claimed.arguments).zip(&claimed.end.hidden).filter(|(_, hidden)| **hidden)
        {
            *slot = *argument;
        }
        let log = (0_u64..).zip(trace.log.iter().zip(claimed.hidden));
        let hidden_log = log.filter(|(_, (_, hidden))| **hidden).map(|(number, (entry, _))| {
            let [head, x, y, z] = bus::log_fields(entry);
            [number, head, x, y, z]
        });
        Ok(Self {
            inputs: claimed.end,
            rows: rows(program, trace)?,
            registers,
            specials,
            words: words(program, trace, size)?,
            grown: grown(program, trace, size)?,
            arguments,
            hidden_log: hidden_log.collect(),
            last: trace.last,
        })
    }
}

/// Fields of all rows, and how often steps look them up.
fn rows(program: &Program, trace: &Trace) -> Result<Vec<([u64; 7], u64)>, SegmentsError> {
    let mut rows: Vec<_> = program.rows.iter().map(|row| (bus::row_fields(row), 0_u64)).collect();
    for step in &trace.steps {
        let auxiliary = matches!(step.kind, Kind::BranchTable | Kind::CallIndirect).then_some(step.auxiliary);
        for index in [step.row].into_iter().chain(auxiliary) {
            let uses =
                rows.get_mut(index as usize).ok_or(SegmentsError::Trace("a step is at no row of the program"))?;
            uses.1 = uses.1.saturating_add(1);
        }
    }
    Ok(rows)
}

/// Slots of the initial memory: fillers below 0, then the words with fillers between.
fn words(program: &Program, trace: &Trace, size: &EndSize) -> Result<Vec<WordSlot>, SegmentsError> {
    let slots = spread(-1, &both(program, trace).0);
    let below = i64::from(size.words).checked_sub(slots.len() as i64).filter(|below| *below > 0).ok_or(ROOM)?;
    let below = (-below..0).map(|word| WordSlot { word, ..WordSlot::default() });
    let slots = slots.into_iter().map(|(word, cell)| WordSlot {
        word: word.cast_signed(),
        data: program.data.binary_search_by_key(&word, |(word, _)| u64::from(*word)).is_ok(),
        value: cell.map_or(0, |cell| cell.value),
        ts: cell.map_or(0, |cell| cell.ts),
    });
    Ok(below.chain(slots).collect())
}

/// Slots of grown memory: the words with fillers between, then fillers.
fn grown(program: &Program, trace: &Trace, size: &EndSize) -> Result<Vec<GrownSlot>, SegmentsError> {
    let words = both(program, trace).1;
    let slots = spread(words.first().map_or(0, |(word, _)| word.cast_signed()), &words);
    let mut out = Vec::with_capacity(size.grown as usize);
    for (word, cell) in slots {
        let page = word / space::WORDS_PER_PAGE;
        let mut slot = GrownSlot { word, start: page, end: page + 1, ..GrownSlot::default() };
        if let Some(cell) = cell {
            let growth = cell.born.and_then(|index| trace.steps.get(index as usize));
            let growth = growth.ok_or(SegmentsError::Trace("a grown word without its growth"))?;
            let [_, pages, ..] = growth.accesses;
            let (value, ts, born) = (cell.value, cell.ts, growth.ts);
            slot = GrownSlot { on: true, word, start: pages.old, end: pages.new, born, value, ts };
        }
        out.push(slot);
    }
    let mut next = out.last().map_or(0, |slot| slot.word + 1);
    while out.len() < size.grown as usize {
        let page = next / space::WORDS_PER_PAGE;
        out.push(GrownSlot { word: next, start: page, end: page + 1, ..GrownSlot::default() });
        next += 1;
    }
    if out.len() > size.grown as usize { Err(ROOM) } else { Ok(out) }
}
