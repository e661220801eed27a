//! The guest's memory in a run: pages of words, made when they are first accessed.

use crate::{Access, Cell, Step, space};
use alloc::{boxed::Box, vec, vec::Vec};
use zera_primitives::limits;

/// Most pages of a provable module.
const MAX_PAGES: usize = (limits::MODULE_MEMORY >> 16) as usize;

/// A cell's value and the time of its last access.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Slot {
    pub(super) value: u64,
    pub(super) last: u32,
}

impl Slot {
    pub(super) const fn new(value: u64) -> Self {
        Self { value, last: 0 }
    }

    /// One access of the cell at `address`.
    pub(super) fn touch(&mut self, address: u64, at: u32, new: Option<u64>) -> Access {
        let (before, old) = (self.last, self.value);
        self.last = at;
        self.value = new.unwrap_or(old);
        Access { address, before, old, new: self.value }
    }
}

/// Pages from `end - n` to `end` that one row made.
#[derive(Clone, Copy, Debug)]
struct Growth {
    end: usize,
    ts: u32,
    step: u32,
}

/// Memory of a guest.
#[derive(Debug)]
pub struct Memory {
    pages: Vec<Option<Box<[Slot]>>>,
    /// Pages at the beginning.
    initial: usize,
    growths: Vec<Growth>,
}

impl Memory {
    /// Memory of `pages` with `data`; none if they do not fit.
    pub(super) fn new(pages: u32, data: &[(u32, u64)]) -> Option<Self> {
        let initial = usize::try_from(pages).ok().filter(|pages| *pages <= MAX_PAGES)?;
        let mut memory = Self { pages: vec![None; initial], initial, growths: Vec::new() };
        let sorted = data.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        for (word, value) in data {
            memory.slot(*word).filter(|_| sorted && *value != 0)?.value = *value;
        }
        Some(memory)
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.pages.len() as u64) << 16
    }

    /// True if `len` bytes at `ptr` are all inside.
    #[must_use]
    pub fn contains(&self, ptr: u32, len: u32) -> bool {
        u64::from(ptr) + u64::from(len) <= self.size()
    }

    /// The bytes `ptr .. ptr + len`, or none if they are not all inside.
    #[must_use]
    pub fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        if !self.contains(ptr, len) {
            return None;
        }
        let from = u64::from(ptr);
        Some((from..from + u64::from(len)).map(|at| (self.word(at >> 3) >> (8 * (at & 7))) as u8).collect())
    }

    /// What a word holds, without touching it.
    pub(super) fn word(&self, word: u64) -> u64 {
        let page = self.pages.get((word / space::WORDS_PER_PAGE) as usize).and_then(Option::as_deref);
        let slot = page.and_then(|page| page.get((word % space::WORDS_PER_PAGE) as usize));
        slot.map_or(0, |slot| slot.value)
    }

    /// Time at which a page came to be.
    fn birth(&self, page: usize) -> u32 {
        if page < self.initial {
            return 0;
        }
        self.growths.iter().find(|growth| page < growth.end).map_or(0, |growth| growth.ts)
    }

    fn slot(&mut self, word: u32) -> Option<&mut Slot> {
        let (number, place) =
            (word as usize / space::WORDS_PER_PAGE as usize, word as usize % space::WORDS_PER_PAGE as usize);
        if self.pages.get(number)?.is_none() {
            let fresh = Slot { value: 0, last: self.birth(number) };
            *self.pages.get_mut(number)? = Some(vec![fresh; space::WORDS_PER_PAGE as usize].into());
        }
        self.pages.get_mut(number)?.as_mut()?.get_mut(place)
    }

    /// Reads a word, or writes `new`, at time `at`. None outside.
    pub(super) fn access(&mut self, word: u32, at: u32, new: Option<u64>) -> Option<Access> {
        self.slot(word).map(|slot| slot.touch(space::MEMORY + u64::from(word), at, new))
    }

    /// Adds pages up to `pages`, in the row `step` at time `ts`; false if there cannot be so many.
    pub(super) fn grow(&mut self, pages: u64, ts: u32, step: usize) -> bool {
        let Some(end) = usize::try_from(pages).ok().filter(|pages| *pages <= MAX_PAGES) else { return false };
        if end > self.pages.len() {
            self.pages.resize(end, None);
            self.growths.push(Growth { end, ts, step: u32::try_from(step).unwrap_or(u32::MAX) });
        }
        true
    }

    /// Adds all words that were touched or did not begin as zero, and notes in each growth how many it made.
    pub(super) fn finish(&self, cells: &mut Vec<Cell>, steps: &mut [Step]) {
        for (number, page) in self.pages.iter().enumerate() {
            let Some(page) = page.as_deref() else { continue };
            let growth = self.growths.iter().find(|growth| number >= self.initial && number < growth.end);
            let (birth, born) = growth.map_or((0, None), |growth| (growth.ts, Some(growth.step)));
            let first = space::MEMORY + number as u64 * space::WORDS_PER_PAGE;
            let before = cells.len();
            for (address, slot) in (first..).zip(page) {
                if slot.last != birth || slot.value != 0 {
                    cells.push(Cell { address, value: slot.value, ts: slot.last, born });
                }
            }
            if let Some(step) = born.and_then(|step| steps.get_mut(step as usize)) {
                step.extra = step.extra.saturating_add((cells.len() - before) as u64);
            }
        }
    }
}
