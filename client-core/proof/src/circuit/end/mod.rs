//! The end segment, once per proof: the program's table, the cells with which the run begins and ends, where it stopped,
//! what is hidden, and the tables that every segment looks up.
//!
//! [`cells`] initial and final cells; [`finish`] last state, result, hidden arguments and log values; [`tables`] program,
//! bytes, nibbles, powers; [`witness`] all of it from a trace.

pub mod cells;
pub mod finish;
pub mod tables;
pub mod witness;

use super::{Cs, blinds::Blinds, builder::Tables, num::Num};
use zera_proof_verify::inputs::{EndInputs, HIDDEN_ARGS};

pub use witness::EndWitness;

/// How much an end segment has room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndSize {
    /// Rows of the program, auxiliary ones included.
    pub rows: u32,
    /// Registers: all that the run touches lie below.
    pub registers: u32,
    /// Words below the initial end of memory: touched ones, those that do not begin as zero, and fillers.
    pub words: u32,
    /// Words of grown memory, and fillers.
    pub grown: u32,
    /// Log entries whose value is hidden.
    pub hidden_log: u32,
}

/// Public inputs of an end segment as numbers.
struct Inputs {
    pc: Num,
    any: Num,
    result_public: Num,
    result: Num,
    words: Num,
    hidden: [Num; HIDDEN_ARGS],
    narrow: [Num; HIDDEN_ARGS],
}

impl Inputs {
    /// Declares them in the order of [`EndInputs`].
    fn declare(cs: &mut Cs, inputs: &EndInputs) -> Self {
        Self {
            pc: cs.input(u64::from(inputs.pc)),
            any: cs.input(u64::from(inputs.any)),
            result_public: cs.input(u64::from(inputs.result_public)),
            result: cs.input(inputs.result),
            words: cs.input(inputs.words),
            hidden: inputs.hidden.map(|hidden| cs.input(u64::from(hidden))),
            narrow: inputs.narrow.map(|narrow| cs.input(u64::from(narrow))),
        }
    }
}

/// Makes the whole segment. `used` counts the look-ups of all other segments.
pub fn end(cs: &mut Cs, size: &EndSize, witness: &EndWitness, blinds: &Blinds, used: &Tables) {
    let inputs = Inputs::declare(cs, &witness.inputs);
    blinds.make(cs);
    finish::last_state(cs, &inputs, witness);
    finish::hidden_arguments(cs, &inputs, witness);
    finish::hidden_log(cs, size, witness);
    let result = cells::registers(cs, size, witness);
    finish::result(cs, &inputs, &result);
    cells::specials(cs, witness);
    cells::words(cs, size, &inputs.words, witness);
    cells::grown(cs, size, witness);
    tables::program(cs, size, witness);
    // Last: this segment looks up bytes, too.
    let mut all = used.clone();
    all.add(&cs.tables);
    tables::fixed(cs, &all);
}

#[cfg(test)]
mod tests;
