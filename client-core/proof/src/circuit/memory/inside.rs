//! Loads and stores of 1, 2, 4 or 8 bytes at any offset, inside one word.
//!
//! The field (n bytes from o) is moved to the bottom in three stages, by 4, 2 and 1 bytes, each where its bit of o is set,
//! then cut to n bytes. o + n <= 8 is looked up as a byte, 8 − o − n; with it no stage needs bytes beyond the word.

use super::{Operands, Width, cell, offset};
use crate::circuit::{
    builder::Cs,
    num::{Num, two_to},
    row::{Head, Value, Witness},
};
use core::array::from_fn;
use zera_proof_rows::row::Kind;

/// Bits of the offset (3 constraints); with the width they show that the access stays in its word (1).
struct Offset {
    bits: [Num; 3],
    number: Num,
}

impl Offset {
    fn new(cs: &mut Cs, w: &Witness, width: &Width) -> Self {
        let bits = from_fn(|bit| cs.boolean("offset", offset(w) >> bit & 1 == 1));
        let number = cs.join(&bits, 1);
        // In padding 8 bytes at offset 0.
        cs.byte("stays in its word", -&number - width.bytes() + 8);
        Self { bits, number }
    }

    /// 256^o: 2 constraints, as (1 + 255 o0) (1 + (2^16 − 1) o1) (1 + (2^32 − 1) o2).
    fn weight(&self, cs: &mut Cs) -> Num {
        let [one, two, four] = &self.bits;
        let factor = |bit: &Num, bytes: u64| bit * (two_to(8 * bytes) - two_to(0)) + 1;
        let low = cs.times("weight", &factor(one, 1), &factor(two, 2));
        cs.times("weight", &low, &factor(four, 4))
    }

    /// The four parts of the word that begins at the offset: byte 0, byte 1, bytes 2 and 3, bytes 4 to 7, each right where the
    /// field reaches so far. 12 constraints.
    fn field(&self, cs: &mut Cs, b: &[Num; 8]) -> [Num; 4] {
        let [one, two, four] = &self.bits;
        let u: [Num; 7] = from_fn(|i| {
            let plain = &b[i];
            if i < 4 { cs.choose("move by four", four, &b[i + 4], plain) } else { plain.clone() }
        });
        let v: [Num; 5] = from_fn(|i| cs.choose("move by two", two, &u[i + 2], &u[i]));
        let first = cs.choose("move by one", one, &v[1], &v[0]);
        let second = cs.choose("move by one", one, &v[2], &v[1]);
        let [from, to] = [cs.join(&v[2..4], 8), cs.join(&v[3..5], 8)];
        let pair = cs.choose("move by one", one, &to, &from);
        [first, second, pair, cs.join(&b[4..], 8)]
    }
}

/// The low bytes of four parts as [`Offset::field`] has them: 3 constraints.
fn cut(cs: &mut Cs, width: &Width, [first, second, pair, rest]: &[Num; 4]) -> Num {
    let second = cs.times("cut", second, &width.pair());
    let pair = cs.times("cut", pair, &width.half());
    let rest = cs.times("cut", rest, &width.whole());
    first + second * two_to(8) + pair * two_to(16) + rest * two_to(32)
}

/// `Load`: reg[d] is the field.
pub fn load(cs: &mut Cs, w: &Witness) {
    cs.part("Load");
    let mut head = Head::new(cs, w);
    let operands = Operands::load(cs, w);
    let width = Width::new(cs, w);
    head.look_up_with(cs, Kind::Load, &width.flags(), &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let at = Offset::new(cs, w, &width);
    let bytes = cs.bytes::<8>("word bytes", w.access(1).old);
    let word = cs.join(&bytes, 8);
    head.read_as(cs, w, &cell(&ea, &at.number), word);
    let parts = at.field(cs, &bytes);
    let field = cut(cs, &width, &parts);
    head.write(cs, w, &head.slot(&operands.slot), &field);
    head.leave_next(cs);
}

/// `Store`: word' = word + 256^o · (low n bytes of reg[b] − field).
pub fn store(cs: &mut Cs, w: &Witness) {
    cs.part("Store");
    let mut head = Head::new(cs, w);
    let operands = Operands::store(cs, w);
    let width = Width::new(cs, w);
    head.look_up_with(cs, Kind::Store, &width.flags(), &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let y = cs.bytes::<8>("value bytes", w.access(1).old);
    let value = cs.join(&y, 8);
    head.read_as(cs, w, &head.slot(&operands.slot), value);
    let at = Offset::new(cs, w, &width);
    let bytes = cs.bytes::<8>("word bytes", w.access(2).old);
    let word = cs.join(&bytes, 8);
    let old = at.field(cs, &bytes);
    let new = [y[0].clone(), y[1].clone(), cs.join(&y[2..4], 8), cs.join(&y[4..], 8)];
    let parts = from_fn(|i| &new[i] - &old[i]);
    let difference = cut(cs, &width, &parts);
    let weight = at.weight(cs);
    let change = cs.times("stored field", &difference, &weight);
    let (old, new) = (Value::new(cs, word.clone()), cs.product(1, &(word + change)));
    head.access(cs, w, &cell(&ea, &at.number), old.scaled, new);
    head.leave_next(cs);
}
