//! Loads and stores of 2, 4 or 8 bytes over two words: the upper 8 − o bytes of one and the lower o + n − 8 of the next.
//!
//! o is one-hot, 1 to 7, so that [i < o], 256^o and 256^(8−o) are linear. o + n >= 9 is looked up as a byte.

use super::{Operands, cell, offset};
use crate::circuit::{
    builder::Cs,
    num::{Num, two_to},
    row::{Head, Value, Witness},
};
use ark_bn254::Fr;
use ark_ff::Field;
use core::array::from_fn;
use zera_proof_rows::row::{BYTES_2, BYTES_4, Kind};

/// Where an access crosses.
struct Crossing {
    /// [o = j], j = 1 to 7; their sum is `on`.
    at: [Num; 7],
    two: Num,
    four: Num,
}

impl Crossing {
    /// 10 constraints.
    fn new(cs: &mut Cs, w: &Witness, on: &Num) -> Self {
        let [two, four] = [BYTES_2, BYTES_4].map(|flag| cs.boolean("width", w.flag(flag)));
        let rest: [Num; 6] = from_fn(|j| cs.boolean("offset", w.on && offset(w) == j as u64 + 2));
        let first = rest.iter().fold(on.clone(), |sum, bit| sum - bit);
        let (other, zero) = (-&first + 1, cs.constant(0_u64));
        cs.enforce("offset", &first, &other, &zero);
        let mut rest = rest.into_iter();
        let at = from_fn(|j| if j == 0 { first.clone() } else { rest.next().unwrap_or_else(|| zero.clone()) });
        let out = Self { at, two, four };
        let over = out.offset() - on - &out.two * 6 - &out.four * 4;
        cs.byte("crosses", over);
        out
    }

    /// Σ [o = j] · weight(j).
    fn sum(&self, cs: &Cs, weight: impl Fn(u64) -> Fr) -> Num {
        (1..).zip(&self.at).fold(cs.constant(0_u64), |sum, (j, bit)| sum + bit * weight(j))
    }

    fn offset(&self) -> Num {
        let [first, rest @ ..] = &self.at;
        (2_u64..).zip(rest).fold(first.clone(), |sum, (j, bit)| sum + bit * j)
    }

    /// As the program's row has it.
    fn flags(&self) -> Num {
        &self.two * u64::from(BYTES_2) + &self.four * u64::from(BYTES_4)
    }

    /// [eight bytes]
    fn whole(&self) -> Num {
        -&self.two - &self.four + 1
    }

    /// [o > i], i = 1 to 6.
    fn beyond(&self, i: usize) -> Num {
        let [.., last] = &self.at;
        self.at.iter().skip(i).take(6 - i.min(6)).fold(last.clone(), |sum, bit| sum + bit)
    }

    /// Bytes of the first word below the field: 6 constraints.
    fn below(&self, cs: &mut Cs, b: &[Num; 8]) -> Num {
        let mut sum = b[0].clone();
        for (i, byte) in b.iter().enumerate().take(7).skip(1) {
            sum = sum + cs.times("below the field", byte, &self.beyond(i)) * two_to(8 * i as u64);
        }
        sum
    }

    /// Bytes of the second word in the field: 10 constraints. There is always one; with 8 bytes there are o, with 4 o − 4.
    fn above(&self, cs: &mut Cs, h: &[Num; 8]) -> Num {
        let mut bytes = |first: usize, shift: usize| {
            (first..7 - shift).fold(cs.constant(0_u64), |sum, i| {
                sum + cs.times("of the second word", &h[i], &self.beyond(i + shift)) * two_to(8 * i as u64)
            })
        };
        let (eight, four) = (bytes(1, 0), bytes(1, 4));
        let eight = cs.times("of the second word", &eight, &self.whole());
        let four = cs.times("of the second word", &four, &self.four);
        &h[0] + eight + four
    }
}

/// `Load`: reg[d] = upper + 256^(8−o) · lower, where 256^o · upper is the first word less its bytes below.
pub fn load_crossing(cs: &mut Cs, w: &Witness) {
    cs.part("LoadCrossing");
    let mut head = Head::new(cs, w);
    let operands = Operands::load(cs, w);
    let crossing = Crossing::new(cs, w, &head.on);
    head.look_up_with(cs, Kind::Load, &crossing.flags(), &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let address = cell(&ea, &crossing.offset());
    let first = cs.bytes::<8>("word bytes", w.access(1).old);
    let word = cs.join(&first, 8);
    head.read_as(cs, w, &address, word.clone());
    let second = cs.bytes::<8>("word bytes", w.access(2).old);
    let next = cs.join(&second, 8);
    head.read_as(cs, w, &(address + 1), next);
    let below = crossing.below(cs, &first);
    let weight = crossing.sum(cs, |j| two_to(8 * j));
    let upper = quotient(cs, "of the first word", &(word - below), &weight);
    let lower = crossing.above(cs, &second);
    let weight = crossing.sum(cs, |j| two_to(64 - 8 * j));
    let lower = cs.times("of the second word", &lower, &weight);
    head.write(cs, w, &head.slot(&operands.slot), &(upper + lower));
    head.leave_next(cs);
}

/// `Store`: of reg[b]'s low n bytes the first 8 − o, lower, go to the top of the first word, the others, upper, to the
/// bottom of the second, where 256^(8−o) · upper = n bytes − lower.
pub fn store_crossing(cs: &mut Cs, w: &Witness) {
    cs.part("StoreCrossing");
    let mut head = Head::new(cs, w);
    let operands = Operands::store(cs, w);
    let crossing = Crossing::new(cs, w, &head.on);
    head.look_up_with(cs, Kind::Store, &crossing.flags(), &operands.fields);
    let ea = operands.address(cs, &mut head, w);
    let address = cell(&ea, &crossing.offset());
    let y = cs.bytes::<8>("value bytes", w.access(1).old);
    let value = cs.join(&y, 8);
    head.read_as(cs, w, &head.slot(&operands.slot), value);
    let (lower, upper) = split(cs, &crossing, &y);

    let first = cs.bytes::<8>("word bytes", w.access(2).old);
    let below = crossing.below(cs, &first);
    let weight = crossing.sum(cs, |j| two_to(8 * j));
    let top = cs.times("stored parts", &lower, &weight);
    let (old, new) = (Value::new(cs, cs.join(&first, 8)), cs.product(1, &(below + top)));
    head.access(cs, w, &address, old.scaled, new);

    let second = cs.bytes::<8>("word bytes", w.access(3).old);
    let word = cs.join(&second, 8);
    let replaced = crossing.above(cs, &second);
    let (old, new) = (Value::new(cs, word.clone()), cs.product(1, &(word - replaced + upper)));
    head.access(cs, w, &(address + 1), old.scaled, new);
    head.leave_next(cs);
}

/// Of the low n bytes (2 constraints) the first 8 − o (6), and the others (1).
fn split(cs: &mut Cs, crossing: &Crossing, y: &[Num; 8]) -> (Num, Num) {
    let pair = cs.join(&y[2..4], 8);
    let pair = cs.times("stored bytes", &pair, &(-&crossing.two + 1));
    let rest = cs.join(&y[4..], 8);
    let rest = cs.times("stored bytes", &rest, &crossing.whole());
    let stored = cs.join(&y[..2], 8) + pair * two_to(16) + rest * two_to(32);
    let mut lower = y[0].clone();
    for (i, byte) in y.iter().enumerate().take(7).skip(1) {
        // [i < 8 − o] = [o <= 7 − i] = 1 − [o > 7 − i]
        let inside = -crossing.beyond(7 - i) + 1;
        lower = lower + cs.times("stored parts", byte, &inside) * two_to(8 * i as u64);
    }
    let weight = crossing.sum(cs, |j| two_to(64 - 8 * j));
    let upper = quotient(cs, "stored parts", &(stored - &lower), &weight);
    (lower, upper)
}

/// `number` / `weight`, 1 constraint; 0 where padding has no weight.
fn quotient(cs: &mut Cs, family: &'static str, number: &Num, weight: &Num) -> Num {
    let quotient = weight.value().inverse().map_or_else(Fr::default, |inverse| number.value() * inverse);
    let quotient = cs.commit_as(family, quotient);
    cs.enforce(family, &quotient, weight, number);
    quotient
}
