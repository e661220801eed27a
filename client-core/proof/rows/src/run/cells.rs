//! The cells of a run: what they hold and when they were last accessed.

use super::{MAX_REGISTERS, Memory, Start, TraceError, memory::Slot};
use crate::{Access, Cell, Program, Step, space};
use alloc::{vec, vec::Vec};

/// Special cells: two of our own and the globals.
const SPECIALS: usize = 2 + space::MAX_GLOBALS;

#[derive(Debug)]
pub(super) struct Cells {
    registers: Vec<Slot>,
    special: Vec<Slot>,
    pub(super) memory: Memory,
}

impl Cells {
    pub(super) fn new(program: &Program, start: &Start<'_>) -> Result<Self, TraceError> {
        let malformed = TraceError::Malformed(0);
        let mut registers: Vec<Slot> = start.args.iter().map(|value| Slot::new(*value)).collect();
        let stack_slot = program.stack_slot as usize;
        if stack_slot as u64 >= MAX_REGISTERS || program.globals.len() > space::MAX_GLOBALS {
            return Err(malformed);
        }
        if registers.len() <= stack_slot {
            registers.resize(stack_slot.saturating_add(1), Slot::default());
        }
        if let Some(slot) = registers.get_mut(stack_slot) {
            slot.value = start.stack;
        }
        let mut special = vec![Slot::default(); SPECIALS];
        let globals = special.iter_mut().skip(space::GLOBALS as usize);
        globals.zip(&program.globals).for_each(|(slot, value)| slot.value = *value);
        if let Some(pages) = special.first_mut() {
            pages.value = u64::from(program.pages);
        }
        let memory = Memory::new(program.pages, &program.data).ok_or(malformed)?;
        Ok(Self { registers, special, memory })
    }

    /// What register 0, 1, ... of the whole run holds.
    pub(super) fn register_value(&self, register: usize) -> u64 {
        self.registers.get(register).map_or(0, |slot| slot.value)
    }

    /// What a special cell holds.
    pub(super) fn special_value(&self, index: u64) -> u64 {
        usize::try_from(index).ok().and_then(|index| self.special.get(index)).map_or(0, |slot| slot.value)
    }

    /// Reads a register, or writes `new`, at time `at`. None beyond the last register.
    pub(super) fn register(&mut self, address: u64, at: u32, new: Option<u64>) -> Option<Access> {
        if address >= MAX_REGISTERS {
            return None;
        }
        let index = usize::try_from(address).ok()?;
        if index >= self.registers.len() {
            self.registers.resize(index.saturating_add(1), Slot::default());
        }
        self.registers.get_mut(index).map(|slot| slot.touch(address, at, new))
    }

    /// Reads a special cell, or writes `new`, at time `at`. None beyond the last one.
    pub(super) fn special(&mut self, index: u64, at: u32, new: Option<u64>) -> Option<Access> {
        let slot = self.special.get_mut(usize::try_from(index).ok()?)?;
        Some(slot.touch(space::SPECIAL + index, at, new))
    }

    /// All cells that were touched or did not begin as zero, by address. Notes in each growth how many it made.
    pub(super) fn finish(self, steps: &mut [Step]) -> Vec<Cell> {
        let mut cells = Vec::new();
        let add = |cells: &mut Vec<Cell>, base: u64, slots: &[Slot]| {
            for (address, slot) in (base..).zip(slots) {
                if slot.last != 0 || slot.value != 0 {
                    cells.push(Cell { address, value: slot.value, ts: slot.last, born: None });
                }
            }
        };
        add(&mut cells, 0, &self.registers);
        self.memory.finish(&mut cells, steps);
        add(&mut cells, space::SPECIAL, &self.special);
        cells
    }
}
