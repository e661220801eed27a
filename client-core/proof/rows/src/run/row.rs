//! One row that is not a host call: what it reads, what it writes, where it goes on.

use super::{Runner, TraceError, meaning};
use crate::{
    Access, Kind, LogEntry, Row, Step,
    row::{BYTES, INVERT, SET},
    space,
    step::Turn,
};

/// A step in the making.
pub(super) struct Doing {
    pub(super) step: Step,
    /// Frame pointer behind it.
    pub(super) fp: u32,
}

impl Runner<'_> {
    /// Executes `row`.
    pub(super) fn row(&mut self, row: &Row) -> Result<(), TraceError> {
        let mut doing = Doing { step: self.step(row), fp: self.fp };
        let done = match row.kind {
            Kind::Jump | Kind::BranchIf | Kind::BranchTable | Kind::Call | Kind::Return | Kind::CallIndirect => {
                self.control(row, &mut doing)
            }
            Kind::Load | Kind::Store => self.memory(row, &mut doing),
            Kind::Enter | Kind::Charge | Kind::Grow | Kind::Global | Kind::HostArgument => {
                self.special(row, &mut doing)
            }
            _ => self.values(row, &mut doing),
        };
        done.ok_or(TraceError::Malformed(row.pc))?;
        self.push(doing.step, doing.fp)
    }

    /// Notes an access; returns what the cell holds now.
    pub(super) fn note(doing: &mut Doing, access: Access) -> Option<u64> {
        *doing.step.accesses.get_mut(usize::from(doing.step.used))? = access;
        doing.step.used = doing.step.used.saturating_add(1);
        Some(access.new)
    }

    /// Time of the next access.
    fn at(doing: &Doing) -> u32 {
        doing.step.ts.saturating_add(u32::from(doing.step.used))
    }

    fn register(&mut self, doing: &mut Doing, slot: u64, new: Option<u64>) -> Option<u64> {
        let address = u64::from(doing.step.fp).checked_add(slot)?;
        let access = self.cells.register(address, Self::at(doing), new)?;
        Self::note(doing, access)
    }

    fn read(&mut self, doing: &mut Doing, slot: u32) -> Option<u64> {
        self.register(doing, u64::from(slot), None)
    }

    pub(super) fn write(&mut self, doing: &mut Doing, slot: u32, value: u64) -> Option<u64> {
        self.register(doing, u64::from(slot), Some(value))
    }

    pub(super) fn special_cell(&mut self, doing: &mut Doing, index: u64, new: Option<u64>) -> Option<u64> {
        let access = self.cells.special(index, Self::at(doing), new)?;
        Self::note(doing, access)
    }

    pub(super) fn word(&mut self, doing: &mut Doing, word: u32, new: Option<u64>) -> Option<u64> {
        let access = self.cells.memory.access(word, Self::at(doing), new)?;
        Self::note(doing, access)
    }

    /// Counts up the log; returns its length before.
    pub(super) fn sequence(&mut self, doing: &mut Doing) -> Option<()> {
        let next = self.cells.special_value(space::SEQUENCE).checked_add(1)?;
        self.special_cell(doing, space::SEQUENCE, Some(next)).map(|_| ())
    }

    /// Index of the auxiliary row of `pc` with number `a`.
    fn auxiliary(&self, kind: Kind, pc: u32, a: u32) -> Option<(u32, Row)> {
        let at = self.auxiliary.partition_point(|(row_pc, number, _)| (*row_pc, *number) < (pc, a));
        let (_, _, index) = *self.auxiliary.get(at).filter(|(row_pc, number, _)| (*row_pc, *number) == (pc, a))?;
        let row = *self.program.rows.get(index as usize).filter(|row| row.kind == kind)?;
        Some((index, row))
    }

    /// Jumps, branches, calls.
    fn control(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        match row.kind {
            Kind::Jump => {
                self.gas = self.gas.saturating_add(row.imm);
                doing.fp = doing.fp.checked_sub(row.a)?;
                doing.step.next = row.target;
            }
            Kind::BranchIf => {
                let zero = self.read(doing, row.a)? == 0;
                if zero == (row.flags & INVERT != 0) {
                    doing.step.next = row.target;
                }
            }
            Kind::BranchTable => {
                let case = u32::try_from(self.read(doing, row.a)?.min(row.imm)).ok()?;
                let (index, case) = self.auxiliary(Kind::Case, row.pc, case)?;
                (doing.step.auxiliary, doing.step.next) = (index, case.target);
            }
            Kind::Call => {
                let link = u64::from(row.a).checked_add(u64::from(row.b))?;
                self.register(doing, link, Some(u64::from(row.pc) + 1))?;
                doing.fp = doing.fp.checked_add(row.a)?;
                doing.step.next = row.target;
            }
            Kind::Return => doing.step.next = u32::try_from(self.read(doing, row.a)?).ok()?,
            _ => return self.call_indirect(row, doing),
        }
        Some(())
    }

    fn call_indirect(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        let element = u32::try_from(self.read(doing, row.a)?.min(u64::from(row.target))).ok()?;
        let (index, element) = self.auxiliary(Kind::Element, 0, element)?;
        let link = u64::from(row.d).checked_add(u64::from(row.b))?;
        self.register(doing, link, Some(u64::from(row.pc) + 1))?;
        doing.step.auxiliary = index;
        doing.step.next = space::TRAP;
        if element.imm == row.imm {
            doing.fp = doing.fp.checked_add(row.d)?;
            doing.step.next = element.target;
        }
        Some(())
    }

    /// Rows whose result follows from registers alone.
    fn values(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        let value = match row.kind {
            Kind::Const => row.imm,
            Kind::Move => self.read(doing, row.a)?,
            Kind::Extend => meaning::extend(row.flags, self.read(doing, row.a)?),
            Kind::Select => {
                let condition = self.register(doing, row.imm, None)?;
                let (x, y) = (self.read(doing, row.a)?, self.read(doing, row.b)?);
                if condition == 0 { y } else { x }
            }
            _ => {
                let (x, y) = (self.read(doing, row.a)?, self.read(doing, row.b)?);
                meaning::binary(row.kind, row.flags, x, y)?
            }
        };
        self.write(doing, row.d, value).map(|_| ())
    }

    /// Rows with special cells, and those that take an operand's gas.
    fn special(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        match row.kind {
            Kind::Enter => {
                let have = self.cells.register_value(usize::try_from(u64::from(self.fp) + u64::from(row.a)).ok()?);
                let left = have.checked_sub(row.imm);
                let short = || have.checked_add(1 << 24)?.checked_sub(row.imm);
                self.write(doing, row.a, left.or_else(short)?)?;
                if left.is_none() {
                    doing.step.next = space::STACK;
                }
            }
            Kind::Charge => {
                let operand = self.read(doing, row.a)?;
                let bytes = row.flags & BYTES != 0;
                doing.step.extra = if bytes { operand >> 3 } else { operand.checked_mul(1_024)? };
                self.gas = self.gas.saturating_add(doing.step.extra);
            }
            Kind::Grow => {
                let (more, have) = (self.read(doing, row.a)?, self.cells.special_value(space::PAGES));
                let grown = have.checked_add(more).filter(|pages| *pages <= row.imm);
                if let Some(pages) = grown {
                    self.cells.memory.grow(pages, doing.step.ts, self.steps.len()).then_some(())?;
                }
                self.special_cell(doing, space::PAGES, Some(grown.unwrap_or(have)))?;
                self.write(doing, row.d, grown.map_or(u64::from(u32::MAX), |_| have))?;
            }
            Kind::Global if row.flags & SET != 0 => {
                let value = self.read(doing, row.a)?;
                self.special_cell(doing, u64::from(row.d), Some(value))?;
            }
            Kind::Global => {
                let value = self.special_cell(doing, u64::from(row.a), None)?;
                self.write(doing, row.d, value)?;
            }
            _ => return self.host_argument(row, doing),
        }
        Some(())
    }

    fn host_argument(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        let value = self.read(doing, row.a)?;
        self.sequence(doing)?;
        let (function, position) = (u16::try_from(row.imm).ok()?, u8::try_from(row.b).ok()?);
        // A new call begins where the last one was answered.
        (usize::from(position) == self.arguments.len()).then_some(())?;
        self.arguments.push(value);
        self.log.push(LogEntry::Argument { function, position, value });
        Some(())
    }

    /// Loads and stores.
    fn memory(&mut self, row: &Row, doing: &mut Doing) -> Option<()> {
        let width = meaning::width(row.flags);
        let base = self.read(doing, row.a)?;
        let at = base.checked_add(row.imm);
        let end = at.and_then(|at| at.checked_add(width)).filter(|end| *end <= self.cells.memory.size());
        let (Some(at), Some(_)) = (at, end) else {
            self.special_cell(doing, space::PAGES, None)?;
            (doing.step.turn, doing.step.next) = (Turn::OutOfBounds, space::TRAP);
            return Some(());
        };
        let (word, first) = (u32::try_from(at >> 3).ok()?, at & 7);
        let crossing = first + width > 8;
        if crossing {
            doing.step.turn = Turn::Crossing;
        }
        // Both words as one number; the value stands `first` bytes up in it.
        let mask = meaning::low(width) << (8 * first);
        if row.kind == Kind::Store {
            let value = u128::from(self.read(doing, row.b)?) << (8 * first) & mask;
            for half in 0..=u32::from(crossing) {
                let (part, under) = ((value >> (64 * half)) as u64, (mask >> (64 * half)) as u64);
                let word = word.checked_add(half)?;
                let kept = self.cells.memory.word(u64::from(word)) & !under;
                self.word(doing, word, Some(kept | part))?;
            }
            return Some(());
        }
        let low = u128::from(self.word(doing, word, None)?);
        let high = if crossing { u128::from(self.word(doing, word.checked_add(1)?, None)?) } else { 0 };
        let value = ((low | high << 64) & mask) >> (8 * first);
        self.write(doing, row.d, value as u64).map(|_| ())
    }
}
