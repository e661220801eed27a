//! What one step must look like: its accesses with the values they leave, and where it goes on.

use super::{number, turns};
use crate::{
    Kind, LogEntry, Program, Row, Step,
    row::{BYTES, BYTES_1, BYTES_2, BYTES_4, INVERT, SET},
    space,
    step::Turn,
};
use alloc::{format, string::String, vec::Vec};

/// A step as its row says.
pub(super) struct Expected {
    /// Cells and what they hold then.
    pub(super) accesses: Vec<(u128, u128)>,
    pub(super) next: u32,
    pub(super) fp: u32,
    /// Gas charged.
    pub(super) gas: u128,
    /// The part of it that is not in the row.
    pub(super) extra: u128,
    /// It makes a log entry.
    pub(super) logs: bool,
}

/// One step being read: values come from the accesses themselves, in order.
struct Reading<'s> {
    step: &'s Step,
    row: &'s Row,
    out: Expected,
}

const PAGES: u128 = space::SPECIAL as u128 + space::PAGES as u128;
const SEQUENCE: u128 = space::SPECIAL as u128 + space::SEQUENCE as u128;

/// What `step` must be; `entry` is the log entry that is next.
pub(super) fn step(program: &Program, step: &Step, entry: Option<&LogEntry>) -> Result<Expected, String> {
    let row = program.rows.get(step.row as usize).filter(|_| step.row < program.counters);
    let row = row.ok_or_else(|| format!("there is no row {}", step.row))?;
    if row.kind != step.kind || !turns(row.kind, step.turn) {
        return Err(format!("is {:?} {:?} of a {:?}", step.kind, step.turn, row.kind));
    }
    let out = Expected { accesses: Vec::new(), next: row.pc + 1, fp: step.fp, gas: 0, extra: 0, logs: false };
    let mut reading = Reading { step, row, out };
    match row.kind {
        Kind::Jump | Kind::BranchIf | Kind::BranchTable | Kind::Call | Kind::Return | Kind::CallIndirect => {
            reading.control(program)?;
        }
        Kind::Load | Kind::Store => reading.memory()?,
        Kind::HostArgument | Kind::HostCall => reading.host(entry)?,
        Kind::Enter | Kind::Charge | Kind::Grow | Kind::Global => reading.special()?,
        _ => reading.value()?,
    }
    if step.auxiliary != 0 && !matches!(row.kind, Kind::BranchTable | Kind::CallIndirect) {
        return Err(String::from("looks up what its row does not"));
    }
    Ok(reading.out)
}

impl Reading<'_> {
    /// What the next access found.
    fn old(&self) -> u128 {
        self.step.accesses.get(self.out.accesses.len()).map_or(0, |access| u128::from(access.old))
    }

    fn register(&self, slot: u64) -> u128 {
        u128::from(self.step.fp) + u128::from(slot)
    }

    fn read_cell(&mut self, address: u128) -> u128 {
        let old = self.old();
        self.out.accesses.push((address, old));
        old
    }

    fn read(&mut self, slot: u32) -> u128 {
        self.read_cell(self.register(u64::from(slot)))
    }

    fn write(&mut self, slot: u32, value: u128) {
        self.out.accesses.push((self.register(u64::from(slot)), value));
    }

    /// An operand that is an `i32`.
    fn narrow(&mut self, slot: u32) -> Result<u128, String> {
        let value = self.read(slot);
        if value >= 1 << 32 { Err(format!("an i32 holds {value}")) } else { Ok(value) }
    }

    fn looked_up(&self, program: &Program, kind: Kind, pc: u32, number: u128) -> Result<Row, String> {
        let found = program.rows.get(self.step.auxiliary as usize).copied();
        let right = |row: &Row| (row.kind, row.pc, u128::from(row.a)) == (kind, pc, number);
        found.filter(right).ok_or_else(|| format!("looks up row {}, not {kind:?} {number}", self.step.auxiliary))
    }

    fn control(&mut self, program: &Program) -> Result<(), String> {
        let Row { pc, d, a, b, imm, target, flags, .. } = *self.row;
        let link = |base: u32| u64::from(base) + u64::from(b);
        match self.row.kind {
            Kind::Jump => {
                self.out.gas = imm.into();
                self.out.fp = self.step.fp.checked_sub(a).ok_or("the frame pointer falls below zero")?;
                self.out.next = target;
            }
            Kind::BranchIf => {
                let taken = (self.read(a) != 0) != (flags & INVERT != 0);
                self.out.next = if taken { target } else { pc + 1 };
            }
            Kind::BranchTable => {
                let number = self.read(a).min(imm.into());
                self.out.next = self.looked_up(program, Kind::Case, pc, number)?.target;
            }
            Kind::Call => {
                self.out.accesses.push((self.register(link(a)), u128::from(pc) + 1));
                (self.out.fp, self.out.next) = (self.step.fp.saturating_add(a), target);
            }
            Kind::Return => {
                self.out.next = u32::try_from(self.read(a)).map_err(|_| "returns to nowhere")?;
            }
            _ => {
                let number = self.read(a).min(target.into());
                let element = self.looked_up(program, Kind::Element, 0, number)?;
                self.out.accesses.push((self.register(link(d)), u128::from(pc) + 1));
                let fits = element.imm == imm;
                self.out.next = if fits { element.target } else { space::TRAP };
                self.out.fp = if fits { self.step.fp.saturating_add(d) } else { self.step.fp };
            }
        }
        Ok(())
    }

    fn value(&mut self) -> Result<(), String> {
        let Row { d, a, b, imm, .. } = *self.row;
        let value = match self.row.kind {
            Kind::None => return Err(String::from("a row that never runs")),
            Kind::Const => imm.into(),
            Kind::Move => self.read(a),
            Kind::Extend => {
                let value = self.read(a);
                number::extend(self.row, value)
            }
            Kind::Select => {
                let condition = self.read_cell(self.register(imm));
                let (first, second) = (self.read(a), self.read(b));
                if condition == 0 { second } else { first }
            }
            _ => {
                let (x, y) = (self.read(a), self.read(b));
                number::binary(self.row, x, y)?
            }
        };
        self.write(d, value);
        Ok(())
    }

    fn old_of(&self, access: usize) -> u128 {
        self.step.accesses.get(access).map_or(0, |access| u128::from(access.old))
    }

    fn special(&mut self) -> Result<(), String> {
        let Row { d, a, imm, flags, .. } = *self.row;
        match self.row.kind {
            Kind::Enter => {
                let (have, units) = (self.old(), u128::from(imm));
                let short = have < units;
                let left = if short { (have + (1 << 24)).checked_sub(units) } else { Some(have - units) };
                self.write(a, left.ok_or("takes more than a frame can have")?);
                self.out.next = if short { space::STACK } else { self.row.pc + 1 };
            }
            Kind::Charge => {
                let operand = self.narrow(a)?;
                self.out.extra = if flags & BYTES == 0 { operand * 1_024 } else { operand / 8 };
                self.out.gas = self.out.extra;
            }
            Kind::Grow => {
                let (more, have) = (self.narrow(a)?, self.old_of(1));
                let fits = have + more <= imm.into();
                self.out.accesses.push((PAGES, if fits { have + more } else { have }));
                self.write(d, if fits { have } else { (1 << 32) - 1 });
            }
            _ if flags & SET != 0 => {
                let value = self.read(a);
                self.out.accesses.push((u128::from(space::SPECIAL) + u128::from(d), value));
            }
            _ => {
                let value = self.read_cell(u128::from(space::SPECIAL) + u128::from(a));
                self.write(d, value);
            }
        }
        Ok(())
    }

    fn memory(&mut self) -> Result<(), String> {
        let Row { d, a, b, imm, flags, .. } = *self.row;
        let width: usize = match flags & (BYTES_1 | BYTES_2 | BYTES_4) {
            BYTES_1 => 1,
            BYTES_2 => 2,
            BYTES_4 => 4,
            _ => 8,
        };
        let at = self.narrow(a)? + u128::from(imm);
        if self.step.turn == Turn::OutOfBounds {
            let pages = self.read_cell(PAGES);
            if at + width as u128 <= pages * 65_536 {
                return Err(String::from("claims to leave the memory and does not"));
            }
            self.out.next = space::TRAP;
            return Ok(());
        }
        let store = self.row.kind == Kind::Store;
        let value = if store { self.read(b) } else { 0 };
        let words = (at % 8 + width as u128).div_ceil(8);
        if (words == 2) != (self.step.turn == Turn::Crossing) {
            return Err(format!("touches {words} words, but took the turn {:?}", self.step.turn));
        }
        let mut bytes: Vec<u8> = Vec::new();
        let first = self.out.accesses.len();
        for word in 0..words as usize {
            bytes.extend((self.old_of(first + word) as u64).to_le_bytes());
        }
        let from = (at % 8) as usize;
        let mut loaded = [0u8; 16];
        for (offset, byte) in (value as u64).to_le_bytes().iter().enumerate().take(width) {
            loaded[offset] = bytes[from + offset];
            if store {
                bytes[from + offset] = *byte;
            }
        }
        for (word, after) in bytes.chunks(8).enumerate() {
            let after = after.iter().rev().fold(0u128, |sum, byte| sum * 256 + u128::from(*byte));
            self.out.accesses.push((u128::from(space::MEMORY) + at / 8 + word as u128, after));
        }
        if !store {
            self.write(d, u128::from_le_bytes(loaded));
        }
        Ok(())
    }

    fn host(&mut self, entry: Option<&LogEntry>) -> Result<(), String> {
        let Row { pc, d, a, b, imm, .. } = *self.row;
        let Some(entry) = entry else { return Err(String::from("the log has no entry for it")) };
        let value = if self.row.kind == Kind::HostArgument { self.read(a) } else { 0 };
        let sequence = self.old();
        self.out.accesses.push((SEQUENCE, sequence + 1));
        self.out.logs = true;
        let wrong = || format!("the log says {entry:?} of {:?} {:?}", self.row, self.step.turn);
        let function = match (self.row.kind, self.step.turn, *entry) {
            (Kind::HostArgument, Turn::Plain, LogEntry::Argument { function, position, value: logged })
                if (u32::from(position), u128::from(logged)) == (b, value) =>
            {
                function
            }
            (Kind::HostCall, Turn::Plain, LogEntry::Call { function, result, gas }) => {
                (self.out.gas, self.out.extra) = (gas.into(), gas.into());
                self.out.accesses.push((self.register(d.into()), result.into()));
                function
            }
            (Kind::HostCall, Turn::HostStop, LogEntry::Stop { function }) => {
                self.out.next = space::HOST_STOP;
                function
            }
            (Kind::HostCall, Turn::HostMemory { mask, write }, LogEntry::Memory { function, word, value, .. }) => {
                self.out.next = pc;
                let old = self.old_of(1) as u64;
                let new = if write { merged(old, value, mask) } else { old };
                self.out.accesses.push((u128::from(space::MEMORY) + u128::from(word), new.into()));
                let logged = LogEntry::Memory { function, word, mask, write, value: merged(0, new, mask) };
                if logged != *entry || mask == 0 {
                    return Err(wrong());
                }
                function
            }
            _ => return Err(wrong()),
        };
        if u64::from(function) == imm { Ok(()) } else { Err(wrong()) }
    }
}

/// `under` with the bytes `mask` of `over`.
fn merged(under: u64, over: u64, mask: u8) -> u64 {
    let (under, over) = (under.to_le_bytes(), over.to_le_bytes());
    let mut bytes = [0; 8];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = if mask >> at & 1 == 1 { over[at] } else { under[at] };
    }
    u64::from_le_bytes(bytes)
}
