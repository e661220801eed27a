//! Rows that move values: constants, copies, globals, the choice between two.

use super::builder::Cs;
use super::control::not_zero;
use super::row::{Head, Witness, field};
use zera_proof_rows::row::{self, Kind};
use zera_proof_rows::space;

/// `Const`: reg[d] = imm.
pub fn constant(cs: &mut Cs, w: &Witness) {
    cs.part("Const");
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let imm = cs.commit(w.row.imm);
    let fields = [cs.product(field::D, &d), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::Const, &fields);
    head.write(cs, w, &head.slot(&d), &imm);
    head.leave_next(cs);
}

/// `Move`: reg[d] = reg[a]; both accesses share β · value.
pub fn copy(cs: &mut Cs, w: &Witness) {
    cs.part("Move");
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let a = cs.commit(u64::from(w.row.a));
    let fields = [cs.product(field::D, &d), cs.product(field::A, &a)];
    head.look_up(cs, Kind::Move, &fields);
    let x = head.read(cs, w, &head.slot(&a));
    head.write_scaled(cs, w, &head.slot(&d), x.scaled);
    head.leave_next(cs);
}

/// `Global`: with the bit set from the program's row, base = set · fp is added to the slot that is read and fp − base to
/// the one that is written, SPECIAL to the other.
pub fn global(cs: &mut Cs, w: &Witness) {
    cs.part("Global");
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let a = cs.commit(u64::from(w.row.a));
    let set = cs.boolean("flag", w.flag(row::SET));
    let fields = [cs.product(field::D, &d), cs.product(field::A, &a)];
    head.look_up_with(cs, Kind::Global, &(&set * u64::from(row::SET)), &fields);
    let base = cs.times("base", &head.fp, &set);
    let from = &a + &base + (-&set + 1) * space::SPECIAL;
    let to = &d + (&head.fp - &base) + &set * space::SPECIAL;
    let x = head.read(cs, w, &from);
    head.write_scaled(cs, w, &to, x.scaled);
    head.leave_next(cs);
}

/// `Select`: nz = [reg[imm] ≠ 0]; reg[d] = y + nz · (x − y).
pub fn select(cs: &mut Cs, w: &Witness) {
    cs.part("Select");
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let a = cs.commit(u64::from(w.row.a));
    let b = cs.commit(u64::from(w.row.b));
    let imm = cs.commit(w.row.imm);
    let fields =
        [cs.product(field::D, &d), cs.product(field::A, &a), cs.product(field::B, &b), cs.product(field::IMM, &imm)];
    head.look_up(cs, Kind::Select, &fields);
    let condition = head.read(cs, w, &head.slot(&imm));
    let x = head.read(cs, w, &head.slot(&a));
    let y = head.read(cs, w, &head.slot(&b));
    let nz = not_zero(cs, "condition", &condition.num);
    let out = cs.choose("selected", &nz, &x.num, &y.num);
    head.write(cs, w, &head.slot(&d), &out);
    head.leave_next(cs);
}
