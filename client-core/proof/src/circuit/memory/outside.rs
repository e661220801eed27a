//! Loads and stores that leave the memory: a trap exactly where ea + n > 65,536 · pages.

use super::Width;
use crate::circuit::{
    builder::Cs,
    range::ranged,
    row::{Head, Witness, field},
};
use zera_proof_rows::{
    row::Kind,
    space::{PAGES, SPECIAL, TRAP},
};

/// `Load` or `Store`: ea + n − 65,536 · pages − 1 lies in five bytes; pc' = TRAP. That it is below 2^40 is no limit, as
/// ea < 2^33; that it is not negative is the whole point.
pub fn out_of_bounds(cs: &mut Cs, w: &Witness) {
    cs.part("OutOfBounds");
    let mut head = Head::new(cs, w);
    let [d, a, b] = [w.row.d, w.row.a, w.row.b].map(|slot| cs.commit(u64::from(slot)));
    let imm = cs.commit(w.row.imm);
    let store = cs.boolean("load or store", w.row.kind == Kind::Store);
    let width = Width::new(cs, w);
    let fields =
        [cs.product(field::D, &d), cs.product(field::A, &a), cs.product(field::B, &b), cs.product(field::IMM, &imm)];
    // Kinds follow each other: Store's operation is 64 above Load's.
    let flags = width.flags() + store * 64;
    head.look_up_with(cs, Kind::Load, &flags, &fields);
    let base = head.read(cs, w, &head.slot(&a));
    let cell = cs.constant(SPECIAL + PAGES);
    let pages = head.read(cs, w, &cell);
    let beyond = base.num + imm + width.bytes() - &pages.num * 65_536 - &head.on;
    let size = crate::circuit::form::width(w.row.flags);
    let value = w.access(0).old.wrapping_add(w.row.imm).wrapping_add(size);
    let value = value.wrapping_sub(w.access(1).old.wrapping_mul(65_536)).wrapping_sub(u64::from(w.on));
    ranged::<5>(cs, "beyond the end", &beyond, value);
    let trap = cs.constant(u64::from(TRAP));
    head.leave(cs, trap);
}
