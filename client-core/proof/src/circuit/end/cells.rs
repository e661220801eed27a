//! Cells: each begins exactly once and ends exactly once.
//!
//! That a cell begins once is what the memory argument stands on: the addresses of initial cells are constants, or words
//! in a strictly growing list. Where a final cell stands need not be checked: between them the final terms take what is
//! left, one tuple for each cell. Only the result needs its own: the time in register 0's tuple is ranged, so that it
//! names no other cell.

use super::{EndSize, EndWitness};
use crate::circuit::{
    Cs,
    num::{Num, two_to},
    range::ranged,
};
use zera_proof_rows::space::{MEMORY, SPECIAL, WORDS_PER_PAGE};
use zera_proof_verify::bus::{self, SPECIAL_CELLS};

/// Final registers, two constraints each, and four bytes for register 0, whose value it returns. The verifier makes them
/// begin, apart from hidden arguments.
pub(super) fn registers(cs: &mut Cs, size: &EndSize, witness: &EndWitness) -> Num {
    cs.part("registers");
    let mut result = cs.constant(0_u64);
    for index in 0..u64::from(size.registers) {
        let (value, ts) = witness.registers.get(index as usize).copied().unwrap_or_default();
        let value = cs.commit(value);
        let time = if index == 0 {
            result = value.clone();
            let bytes = cs.bytes::<4>("result time", u64::from(ts));
            cs.join(&bytes, 8)
        } else {
            cs.commit(u64::from(ts))
        };
        let address = cs.constant(index);
        last(cs, None, &address, &time, &value);
    }
    result
}

/// Final special cells, two constraints each. The verifier makes them begin.
pub(super) fn specials(cs: &mut Cs, witness: &EndWitness) {
    cs.part("special cells");
    for index in 0..SPECIAL_CELLS {
        let (value, ts) = witness.specials.get(index as usize).copied().unwrap_or_default();
        let (value, time, address) = (cs.commit(value), cs.commit(u64::from(ts)), cs.constant(SPECIAL + index));
        last(cs, None, &address, &time, &value);
    }
}

/// Words of the initial memory: strictly growing word numbers, below the initial end. A word begins as zero here, or its
/// slot says that it is data: then it answers to the verifier, who makes all data begin. Seven constraints each.
///
/// The list begins below word 0, where no access reaches, so that slots left over have a place.
pub(super) fn words(cs: &mut Cs, size: &EndSize, end: &Num, witness: &EndWitness) {
    cs.part("words");
    let mut before = cs.constant(0_u64) - (u64::from(size.words) + 1);
    let mut before_value = -i64::from(size.words) - 1;
    for index in 0..size.words as usize {
        let slot = witness.words.get(index).copied().unwrap_or_default();
        let word = cs.commit_as("word", slot.word);
        let gap = slot.word.wrapping_sub(before_value).wrapping_sub(1).cast_unsigned();
        ranged::<2>(cs, "growing words", &(&word - &before - 1), gap);
        let data = cs.boolean("data flag", slot.data);
        let one = cs.constant(1_u64);
        let address = &word + MEMORY;
        cs.produce(bus::MEMORY, &(&one - &data), address.clone(), &[]);
        cs.produce(bus::DATA, &data, word.clone(), &[]);
        let (value, time) = (cs.commit(slot.value), cs.commit(u64::from(slot.ts)));
        last(cs, None, &address, &time, &value);
        (before, before_value) = (word, slot.word);
    }
    let room = (witness.inputs.words.cast_signed()).wrapping_sub(before_value).wrapping_sub(1).cast_unsigned();
    ranged::<4>(cs, "words below the end", &(end - &before - 1), room);
}

/// Words of grown memory: strictly growing, each born with zero at a growth that covers it. Fifteen constraints each.
pub(super) fn grown(cs: &mut Cs, size: &EndSize, witness: &EndWitness) {
    cs.part("grown words");
    let mut before: Option<(Num, u64)> = None;
    for index in 0..size.grown as usize {
        let slot = witness.grown.get(index).copied().unwrap_or_default();
        let on = cs.boolean("grown flag", slot.on);
        let word = cs.commit_as("grown word", slot.word);
        let [start, end] = [slot.start, slot.end].map(|page| cs.commit(page));
        if let Some((before, value)) = before {
            ranged::<2>(cs, "growing words", &(&word - &before - 1), slot.word.wrapping_sub(value).wrapping_sub(1));
        }
        let above = slot.word.wrapping_sub(slot.start.wrapping_mul(WORDS_PER_PAGE));
        ranged::<3>(cs, "word in its growth", &(&word - &start * WORDS_PER_PAGE), above);
        let below = slot.end.wrapping_mul(WORDS_PER_PAGE).wrapping_sub(slot.word).wrapping_sub(1);
        ranged::<3>(cs, "word in its growth", &(&end * WORDS_PER_PAGE - &word - 1), below);
        let born = cs.commit(u64::from(slot.born));
        let (end, born_field) = (cs.product(1, &end), cs.product(2, &born));
        cs.consume(bus::GROW, &on, start, &[end, born_field]);
        let address = &word + MEMORY;
        cs.produce(bus::MEMORY, &on, &address + &born * two_to(64), &[]);
        let (value, time) = (cs.commit(slot.value), cs.commit(u64::from(slot.ts)));
        last(cs, Some(&on), &address, &time, &value);
        before = Some((word, slot.word));
    }
}

/// A final cell.
fn last(cs: &mut Cs, on: Option<&Num>, address: &Num, time: &Num, value: &Num) {
    let (one, value) = (cs.constant(1_u64), cs.product(1, value));
    cs.consume(bus::MEMORY, on.unwrap_or(&one), address + time * two_to(64), &[value]);
}
