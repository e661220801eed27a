//! Rows of control: where a run goes on, and in which frame.
//!
//! Notation: x, y are values read, [c] is a condition as 0 or 1; "bit" means that b · (1 − b) = 0 is enforced; everything
//! named holds in active rows, and padding fulfils it with zeros. A gadget is deterministic if the row of the program and
//! the cells that are read fix the cell that is written and the state that is left.

use super::builder::Cs;
use super::num::Num;
use super::row::{Head, Witness, field};
use zera_proof_rows::row::{self, Kind};
use zera_proof_rows::space;

/// nz = [`number` ≠ 0], 2 constraints: number · inverse = nz, number · (1 − nz) = 0. If the number is zero the first makes
/// nz zero; if not the second makes it one. So nz is a bit without being told.
pub fn not_zero(cs: &mut Cs, family: &'static str, number: &Num) -> Num {
    use ark_ff::{AdditiveGroup, Field};
    let inverse = number.value().inverse();
    let nz = cs.commit_as(family, u64::from(inverse.is_some()));
    let inverse = cs.commit_as(family, inverse.unwrap_or(ark_bn254::Fr::ZERO));
    cs.enforce(family, number, &inverse, &nz);
    let (z, zero) = (-&nz + 1, cs.constant(0_u64));
    cs.enforce(family, number, &z, &zero);
    nz
}

/// `Jump`: gas += imm, fp' = fp − a, pc' = target. Everything is in the program's row; no cell is read. The gas of an
/// inactive row is zero by (1 − on) · imm = 0.
pub fn jump(cs: &mut Cs, w: &Witness) {
    cs.part("Jump");
    let head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let imm = cs.commit(w.row.imm);
    let target = cs.commit(u64::from(w.row.target));
    let fields = [cs.product(field::A, &a), cs.product(field::IMM, &imm), cs.product(field::TARGET, &target)];
    head.look_up(cs, Kind::Jump, &fields);
    let (off, zero) = (-&head.on + 1, cs.constant(0_u64));
    cs.enforce("gas only when on", &imm, &off, &zero);
    cs.gas(&imm);
    let moved = -cs.product(1, &a);
    head.leave_in(cs, target, &[moved]);
}

/// `BranchIf`: nz = [x ≠ 0] (see [`not_zero`]); taken = nz xor invert, as (1 − 2 invert) · nz = taken − invert with a bit
/// invert from the program's row; pc' = pc + 1 + taken · (target − pc − 1).
pub fn branch_if(cs: &mut Cs, w: &Witness) {
    cs.part("BranchIf");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let target = cs.commit(u64::from(w.row.target));
    let invert = cs.boolean("flag", w.flag(row::INVERT));
    let fields = [cs.product(field::A, &a), cs.product(field::TARGET, &target)];
    head.look_up_with(cs, Kind::BranchIf, &(&invert * u64::from(row::INVERT)), &fields);
    let x = head.read(cs, w, &head.slot(&a));
    let nz = not_zero(cs, "condition", &x.num);
    let taken = xor(cs, "inverted", &nz, &invert);
    let next = cs.choose("next counter", &taken, &target, &(&head.pc + 1));
    head.leave(cs, next);
}

/// `bit` xor `other` for two bits, 1 constraint.
pub fn xor(cs: &mut Cs, family: &'static str, bit: &Num, other: &Num) -> Num {
    let out =
        cs.commit_as(family, bit.value() + other.value() - (bit.value() * other.value()) * ark_bn254::Fr::from(2_u64));
    let sign = -(other * 2) + 1;
    cs.enforce(family, bit, &sign, &(&out - other));
    out
}

/// min(x, limit) where a table has rows for 0 ..= limit and nothing else: over is four bytes and over · (x − limit − over)
/// = 0, and the number is x − over. If over = 0 it is x, and the table's look-up shows x ≤ limit; else it is the limit,
/// and x > limit because over is positive (x and limit are below 2^32, over too: nothing wraps round the field).
fn clamp(cs: &mut Cs, x: &Num, limit: &Num, value: u64, largest: u64) -> Num {
    let over = cs.bytes::<4>("clamp bytes", value.saturating_sub(largest));
    let over = cs.join(&over, 8);
    let (rest, zero) = (x - limit - &over, cs.constant(0_u64));
    cs.enforce("clamp", &rest, &over, &zero);
    x - over
}

/// `BranchTable`: m = min(x, imm) (see `clamp`); the program has a row Case(pc, a = m, target = t); pc' = t.
pub fn branch_table(cs: &mut Cs, w: &Witness) {
    cs.part("BranchTable");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let imm = cs.commit(w.row.imm);
    let fields = [cs.product(field::A, &a), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::BranchTable, &fields);
    let x = head.read(cs, w, &head.slot(&a));
    let case = clamp(cs, &x.num, &imm, w.access(0).old, w.row.imm);
    let target = cs.commit(u64::from(w.auxiliary.target));
    let fields = [cs.product(field::A, &case), cs.product(field::TARGET, &target)];
    head.look_up_auxiliary(cs, Kind::Case, head.pc.clone(), &fields);
    head.leave(cs, target);
}

/// `Call`: reg[a + b] = pc + 1; fp' = fp + a; pc' = target.
pub fn call(cs: &mut Cs, w: &Witness) {
    cs.part("Call");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let b = cs.commit(u64::from(w.row.b));
    let target = cs.commit(u64::from(w.row.target));
    let fields = [cs.product(field::A, &a), cs.product(field::B, &b), cs.product(field::TARGET, &target)];
    head.look_up(cs, Kind::Call, &fields);
    let link = &head.pc + 1;
    head.write(cs, w, &(head.slot(&a) + b), &link);
    let moved = cs.product(1, &a);
    head.leave_in(cs, target, &[moved]);
}

/// `Return`: pc' = reg[a].
pub fn ret(cs: &mut Cs, w: &Witness) {
    cs.part("Return");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let fields = [cs.product(field::A, &a)];
    head.look_up(cs, Kind::Return, &fields);
    let link = head.read(cs, w, &head.slot(&a));
    head.leave(cs, link.num);
}

/// `CallIndirect`: m = min(x, target) (see `clamp`; `target` is the table's size, and the entry there has type 0); the
/// program has a row Element(0, a = m, imm = type, target = t). differs = [type ≠ imm]; reg[d + b] = pc + 1;
/// fp' = fp + (1 − differs) · d; pc' = TRAP + (1 − differs) · (t − TRAP).
pub fn call_indirect(cs: &mut Cs, w: &Witness) {
    cs.part("CallIndirect");
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let a = cs.commit(u64::from(w.row.a));
    let b = cs.commit(u64::from(w.row.b));
    let imm = cs.commit(w.row.imm);
    let size = cs.commit(u64::from(w.row.target));
    let fields = [
        cs.product(field::D, &d),
        cs.product(field::A, &a),
        cs.product(field::B, &b),
        cs.product(field::IMM, &imm),
        cs.product(field::TARGET, &size),
    ];
    head.look_up(cs, Kind::CallIndirect, &fields);
    let x = head.read(cs, w, &head.slot(&a));
    let index = clamp(cs, &x.num, &size, w.access(0).old, u64::from(w.row.target));
    let found = cs.commit(w.auxiliary.imm);
    let target = cs.commit(u64::from(w.auxiliary.target));
    let fields = [cs.product(field::A, &index), cs.product(field::IMM, &found), cs.product(field::TARGET, &target)];
    let nowhere = cs.constant(0_u64);
    head.look_up_auxiliary(cs, Kind::Element, nowhere, &fields);
    let differs = not_zero(cs, "type", &(found - imm));
    let link = &head.pc + 1;
    head.write(cs, w, &(head.slot(&d) + b), &link);
    let (trap, nothing) = (cs.constant(u64::from(space::TRAP)), cs.constant(0_u64));
    let moved = cs.choose("frame if type fits", &differs, &nothing, &d);
    let next = cs.choose("counter if type fits", &differs, &trap, &target);
    let moved = cs.product(1, &moved);
    head.leave_in(cs, next, &[moved]);
}

/// `Enter`: reg[a] = new where old = new + imm − 2^24 · under with a bit under and new in three bytes; pc' = STACK if
/// under. A budget and every imm are below 2^24, so old − imm lies in (−2^24, 2^24) and only one bit puts it into three bytes.
pub fn enter(cs: &mut Cs, w: &Witness) {
    cs.part("Enter");
    let mut head = Head::new(cs, w);
    let a = cs.commit(u64::from(w.row.a));
    let imm = cs.commit(w.row.imm);
    let fields = [cs.product(field::A, &a), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::Enter, &fields);
    let new = cs.bytes::<3>("budget bytes", w.access(0).new);
    let new = cs.join(&new, 8);
    let under = cs.boolean("under", w.on && w.access(0).old < w.row.imm);
    let old = &new + &imm - &under * (1 << 24);
    let (old, new) = (cs.product(1, &old), cs.product(1, &new));
    head.access(cs, w, &head.slot(&a), old, new);
    let stack = cs.constant(u64::from(space::STACK));
    let next = cs.choose("next counter", &under, &stack, &(&head.pc + 1));
    head.leave(cs, next);
}
