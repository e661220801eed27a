//! Rows that load from memory and store to it.
//!
//! An access is at ea = x + imm, x < 2^32 and imm < 2^32, and nothing is reduced: ea runs up to 2^33. With o the offset in
//! the word, its number is w = (ea − o) / 8, a linear expression and no wire. A wrong o gives no integer w: then
//! 8 · (address' + 2^64 · time') = 8 · (2^52 + 2^64 · before) + ea − o would have to hold for a cell that exists, both
//! sides are integers far below the field's size, and 8 divides one side alone. So the cell itself tells that o is
//! right, and that the word exists: only words below the end of memory ever begin ([`super::end::cells`]). That is why
//! loads and stores that succeed never look at the size of memory.
//!
//! A word is joined from bytes that are looked up, so its bytes are *its* bytes; what is loaded is made of those alone.
//!
//! [`whole`] whole and half words, aligned; [`inside`] any bytes of one word; [`crossing`] bytes of two; [`outside`] traps.

pub mod crossing;
pub mod inside;
pub mod outside;
pub mod whole;

use super::{
    builder::Cs,
    num::{Num, Scaled, two_to},
    row::{Head, Witness, field},
};
use ark_ff::Field;
use zera_proof_rows::row::{BYTES_1, BYTES_2, BYTES_4};
use zera_proof_rows::space;

pub use crossing::{load_crossing, store_crossing};
pub use inside::{load, store};
pub use outside::out_of_bounds;
pub use whole::{load_half, load_word, store_half, store_word};

/// Slots and offset of a load (`d`, `a`) or store (`b`, `a`).
struct Operands {
    /// `d` of a load, `b` of a store.
    slot: Num,
    /// Slot of the base.
    a: Num,
    imm: Num,
    /// Their products: 3 constraints.
    fields: [Scaled; 3],
}

impl Operands {
    fn load(cs: &mut Cs, w: &Witness) -> Self {
        Self::new(cs, w, field::D, w.row.d)
    }

    fn store(cs: &mut Cs, w: &Witness) -> Self {
        Self::new(cs, w, field::B, w.row.b)
    }

    fn new(cs: &mut Cs, w: &Witness, power: u8, slot: u32) -> Self {
        let [slot, a] = [slot, w.row.a].map(|slot| cs.commit(u64::from(slot)));
        let imm = cs.commit(w.row.imm);
        let fields = [cs.product(power, &slot), cs.product(field::A, &a), cs.product(field::IMM, &imm)];
        Self { slot, a, imm, fields }
    }

    /// The fields with constant flags.
    fn with(&self, flags: u8) -> [Scaled; 4] {
        let [slot, a, imm] = self.fields;
        [slot, a, imm, Scaled::constant(field::OP, u64::from(flags))]
    }

    /// Reads the base: 6 constraints. The address in bytes.
    fn address(&self, cs: &mut Cs, head: &mut Head, w: &Witness) -> Num {
        head.read(cs, w, &head.slot(&self.a)).num + &self.imm
    }
}

/// The cell of the word in which `ea` lies at `offset`.
fn cell(ea: &Num, offset: &Num) -> Num {
    let eighth = two_to(3).inverse().unwrap_or_default();
    (ea - offset) * eighth + space::MEMORY
}

/// How many bytes: of three bits at most one is set, because the program has no row with more of them. 3 constraints.
struct Width {
    one: Num,
    two: Num,
    four: Num,
}

impl Width {
    fn new(cs: &mut Cs, w: &Witness) -> Self {
        let [one, two, four] = [BYTES_1, BYTES_2, BYTES_4].map(|flag| cs.boolean("width", w.flag(flag)));
        Self { one, two, four }
    }

    /// As the program's row has it.
    fn flags(&self) -> Num {
        let flag = |bit: &Num, flag: u8| bit * u64::from(flag);
        flag(&self.one, BYTES_1) + flag(&self.two, BYTES_2) + flag(&self.four, BYTES_4)
    }

    /// [at least two bytes]
    fn pair(&self) -> Num {
        -&self.one + 1
    }

    /// [at least four]
    fn half(&self) -> Num {
        self.pair() - &self.two
    }

    /// [eight]
    fn whole(&self) -> Num {
        self.half() - &self.four
    }

    /// The number of bytes.
    fn bytes(&self) -> Num {
        -(&self.one * 7 + &self.two * 6 + &self.four * 4) + 8
    }
}

/// Offset of a load or store in its word.
fn offset(w: &Witness) -> u64 {
    w.access(0).old.wrapping_add(w.row.imm) % 8
}

#[cfg(test)]
mod tests;
