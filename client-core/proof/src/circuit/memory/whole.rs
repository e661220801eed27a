//! Whole words and aligned halves: the cheap and common accesses.

use super::{Operands, cell, offset};
use crate::circuit::{
    builder::Cs,
    num::two_to,
    row::{Head, Value, Witness},
};
use zera_proof_rows::row::{BYTES_4, Kind};

/// `Load` of 8 bytes with o = 0: reg[d] is the word. No bytes are needed: the cell's value is below 2^64 by induction.
pub fn load_word(cs: &mut Cs, w: &Witness) {
    cs.part("LoadWord");
    let mut head = Head::new(cs, w);
    let operands = Operands::load(cs, w);
    head.look_up(cs, Kind::Load, &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let aligned = cs.constant(0_u64);
    let word = head.read(cs, w, &cell(&ea, &aligned));
    head.write_scaled(cs, w, &head.slot(&operands.slot), word.scaled);
    head.leave_next(cs);
}

/// `Store` of 8 bytes with o = 0: the word becomes reg[b].
pub fn store_word(cs: &mut Cs, w: &Witness) {
    cs.part("StoreWord");
    let mut head = Head::new(cs, w);
    let operands = Operands::store(cs, w);
    head.look_up(cs, Kind::Store, &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let value = head.read(cs, w, &head.slot(&operands.slot));
    let aligned = cs.constant(0_u64);
    head.write_scaled(cs, w, &cell(&ea, &aligned), value.scaled);
    head.leave_next(cs);
}

/// `Load` of 4 bytes with o = 4h and a bit h: reg[d] = h ? upper half : lower half, both of four bytes.
pub fn load_half(cs: &mut Cs, w: &Witness) {
    cs.part("LoadHalf");
    let mut head = Head::new(cs, w);
    let operands = Operands::load(cs, w);
    head.look_up(cs, Kind::Load, &operands.with(BYTES_4));
    let ea = operands.address(cs, &mut head, w);
    let upper = cs.boolean("offset", offset(w) == 4);
    let bytes = cs.bytes::<8>("word bytes", w.access(1).old);
    let word = cs.join(&bytes, 8);
    head.read_as(cs, w, &cell(&ea, &(&upper * 4)), word);
    let [low, high] = [cs.join(&bytes[..4], 8), cs.join(&bytes[4..], 8)];
    let half = cs.choose("half", &upper, &high, &low);
    head.write(cs, w, &head.slot(&operands.slot), &half);
    head.leave_next(cs);
}

/// `Store` of 4 bytes with o = 4h and a bit h, of a value that is four bytes: the word becomes h ? (lower half, value) :
/// (value, upper half).
pub fn store_half(cs: &mut Cs, w: &Witness) {
    cs.part("StoreHalf");
    let mut head = Head::new(cs, w);
    let operands = Operands::store(cs, w);
    head.look_up(cs, Kind::Store, &operands.with(BYTES_4));
    let ea = operands.address(cs, &mut head, w);
    let value = cs.bytes::<4>("value bytes", w.access(1).old);
    let value = cs.join(&value, 8);
    head.read_as(cs, w, &head.slot(&operands.slot), value.clone());
    let upper = cs.boolean("offset", offset(w) == 4);
    let bytes = cs.bytes::<8>("word bytes", w.access(2).old);
    let [low, high] = [cs.join(&bytes[..4], 8), cs.join(&bytes[4..], 8)];
    let above = low + &value * two_to(32);
    let below = value + high * two_to(32);
    let new = cs.choose("half", &upper, &above, &below);
    let old = Value::new(cs, cs.join(&bytes, 8));
    let new = cs.product(1, &new);
    head.access(cs, w, &cell(&ea, &(&upper * 4)), old.scaled, new);
    head.leave_next(cs);
}
