//! What rows have in common: the state they take and leave, their row of the program, their accesses of cells.
//!
//! Why rows in any order make one run: each active row takes one STATE tuple and leaves one whose time is 4 later, so the
//! rows form a graph without cycles in which every node but the first and the last has as many arrows in as out. One
//! node begins (the verifier's) and one ends, so all active rows lie on one path, in order of time. By induction along it
//! pc and fp are what the machine says, ts counts by 4, addresses lie below 2^57 and values below 2^64.
//!
//! An access at time t takes (address + 2^64 · before, old) and leaves (address + 2^64 · t, new), with t − before − 1 in
//! three bytes. Addresses are below 2^57 and t is the path's, so the packing keeps address and time apart; `before` lies
//! under t, so every access sees the newest value.

use super::builder::Cs;
use super::num::{Num, Scaled, two_to};
use alloc::vec::Vec;
use zera_proof_rows::row::{Kind, Row};
use zera_proof_rows::step::{Access, Step, Turn};
use zera_proof_rows::{Program, space};
use zera_proof_verify::bus;

/// Powers of β of a program row's fields.
pub mod field {
    /// `d`
    pub const D: u8 = 1;
    /// `a`
    pub const A: u8 = 2;
    /// `b`
    pub const B: u8 = 3;
    /// `imm`
    pub const IMM: u8 = 4;
    /// `target`
    pub const TARGET: u8 = 5;
    /// `op`
    pub const OP: u8 = 6;
}

/// What a row's gadget is filled with. The default is padding: all zero, and off.
#[derive(Clone, Copy, Debug)]
pub struct Witness {
    /// Whether there is a step.
    pub on: bool,
    /// The row.
    pub row: Row,
    /// The auxiliary row that it looks up.
    pub auxiliary: Row,
    /// How it went.
    pub step: Step,
}

const NO_ROW: Row = Row { pc: 0, kind: Kind::None, flags: 0, d: 0, a: 0, b: 0, imm: 0, target: 0 };
const NO_ACCESS: Access = Access { address: 0, before: 0, old: 0, new: 0 };
const NO_STEP: Step = Step {
    row: 0,
    kind: Kind::None,
    turn: Turn::Plain,
    auxiliary: 0,
    fp: 0,
    ts: 0,
    next: 0,
    extra: 0,
    accesses: [NO_ACCESS; 4],
    used: 0,
};

impl Default for Witness {
    fn default() -> Self {
        Self { on: false, row: NO_ROW, auxiliary: NO_ROW, step: NO_STEP }
    }
}

impl Witness {
    /// A step of a program. Indices outside the program count as row 0, which nothing accepts.
    #[must_use]
    pub fn of(program: &Program, step: &Step) -> Self {
        let row = |index: u32| program.rows.get(index as usize).copied().unwrap_or(NO_ROW);
        Self { on: true, row: row(step.row), auxiliary: row(step.auxiliary), step: *step }
    }

    /// Access number `index`.
    #[must_use]
    pub fn access(&self, index: usize) -> Access {
        self.step.accesses.get(index).copied().unwrap_or_default()
    }

    /// Whether the row has a flag.
    #[must_use]
    pub const fn flag(&self, flag: u8) -> bool {
        self.row.flags & flag != 0
    }
}

/// A gadget: the constraints of one row.
pub type Gadget = fn(&mut Cs, &Witness);

/// A number with its products.
#[derive(Clone, Debug)]
pub struct Value {
    /// The number.
    pub num: Num,
    /// β times it.
    pub scaled: Scaled,
}

impl Value {
    /// Makes the product (one constraint).
    pub fn new(cs: &mut Cs, num: Num) -> Self {
        let scaled = cs.product(1, &num);
        Self { num, scaled }
    }
}

/// The beginning of every row: its state.
#[derive(Debug)]
pub struct Head {
    /// 1 where the row is a step, 0 where it is padding.
    pub on: Num,
    /// Program counter.
    pub pc: Num,
    /// Frame pointer.
    pub fp: Num,
    /// Time.
    pub ts: Num,
    /// β · fp.
    pub fp_scaled: Scaled,
    /// β² · ts.
    pub ts_scaled: Scaled,
    /// Accesses of the witness so far.
    accesses: usize,
}

impl Head {
    /// Takes the state: 4 constraints (`on` is 0 or 1, two products, the tuple).
    pub fn new(cs: &mut Cs, w: &Witness) -> Self {
        let on = cs.boolean("on", w.on);
        let pc = cs.commit(u64::from(w.row.pc));
        let fp = cs.commit(u64::from(w.step.fp));
        let ts = cs.commit(u64::from(w.step.ts));
        let (fp_scaled, ts_scaled) = (cs.product(1, &fp), cs.product(2, &ts));
        cs.consume(bus::STATE, &on, pc.clone(), &[fp_scaled, ts_scaled]);
        Self { on, pc, fp, ts, fp_scaled, ts_scaled, accesses: 0 }
    }

    /// Leaves the state (`pc`, fp, ts + 4): 1 constraint.
    pub fn leave(&self, cs: &mut Cs, pc: Num) {
        self.leave_in(cs, pc, &[]);
    }

    /// Leaves the state (`pc`, fp + Σ `moved`, ts + 4), `moved` being scaled by β: 1 constraint.
    pub fn leave_in(&self, cs: &mut Cs, pc: Num, moved: &[Scaled]) {
        let fields = [self.fp_scaled, self.ts_scaled.plus(space::TICKS)];
        let fields: Vec<Scaled> = fields.iter().chain(moved).copied().collect();
        cs.produce(bus::STATE, &self.on, pc, &fields);
    }

    /// Goes on with the next row: 1 constraint.
    pub fn leave_next(&self, cs: &mut Cs) {
        self.leave(cs, &self.pc + 1);
    }

    /// The program has a row with this pc, these fields and `kind` without flags: 1 constraint.
    pub fn look_up(&self, cs: &mut Cs, kind: Kind, fields: &[Scaled]) {
        let op = Scaled::constant(field::OP, kind as u64 * 64);
        let fields: Vec<Scaled> = fields.iter().copied().chain([op]).collect();
        cs.consume(bus::PROGRAM, &self.on, self.pc.clone(), &fields);
    }

    /// The same with flags, given as their sum: 2 constraints.
    pub fn look_up_with(&self, cs: &mut Cs, kind: Kind, flags: &Num, fields: &[Scaled]) {
        let op = cs.product(field::OP, flags).plus(kind as u64 * 64);
        let fields: Vec<Scaled> = fields.iter().copied().chain([op]).collect();
        cs.consume(bus::PROGRAM, &self.on, self.pc.clone(), &fields);
    }

    /// The program has an auxiliary row: 1 constraint.
    pub fn look_up_auxiliary(&self, cs: &mut Cs, kind: Kind, pc: Num, fields: &[Scaled]) {
        let op = Scaled::constant(field::OP, kind as u64 * 64);
        let fields: Vec<Scaled> = fields.iter().copied().chain([op]).collect();
        cs.consume(bus::PROGRAM, &self.on, pc, &fields);
    }

    /// The address of a slot.
    #[must_use]
    pub fn slot(&self, slot: &Num) -> Num {
        &self.fp + slot
    }

    /// The next access, a read, of a cell whose value is committed here: 6 constraints.
    pub fn read(&mut self, cs: &mut Cs, w: &Witness, address: &Num) -> Value {
        let num = cs.commit(w.access(self.accesses).old);
        self.read_as(cs, w, address, num)
    }

    /// The next access, a read that gives `num`: 6 constraints.
    pub fn read_as(&mut self, cs: &mut Cs, w: &Witness, address: &Num, num: Num) -> Value {
        let value = Value::new(cs, num);
        self.access(cs, w, address, value.scaled, value.scaled);
        value
    }

    /// The next access, a write of `new` over a value committed here: 7 constraints with `new`'s product. The old value.
    pub fn write(&mut self, cs: &mut Cs, w: &Witness, address: &Num, new: &Num) -> Num {
        let new = cs.product(1, new);
        self.write_scaled(cs, w, address, new)
    }

    /// The next access, a write of a value whose product there is already: 6 constraints. The old value.
    pub fn write_scaled(&mut self, cs: &mut Cs, w: &Witness, address: &Num, new: Scaled) -> Num {
        let old = cs.commit(w.access(self.accesses).old);
        let scaled = cs.product(1, &old);
        self.access(cs, w, address, scaled, new);
        old
    }

    /// The next access: 5 constraints.
    pub fn access(&mut self, cs: &mut Cs, w: &Witness, address: &Num, old: Scaled, new: Scaled) {
        let tick = self.accesses as u64;
        let waited = if w.on {
            (u64::from(w.step.ts) + tick).wrapping_sub(u64::from(w.access(self.accesses).before) + 1)
        } else {
            0
        };
        let waited = cs.bytes::<3>("order", waited);
        let waited = cs.join(&waited, 8);
        let now = &self.ts + tick;
        let before = &now - &waited - 1;
        let at = |time: Num| address + &(time * two_to(64));
        cs.consume(bus::MEMORY, &self.on, at(before), &[old]);
        cs.produce(bus::MEMORY, &self.on, at(now), &[new]);
        self.accesses += 1;
    }
}
