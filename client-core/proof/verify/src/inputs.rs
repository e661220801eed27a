//! Public inputs of a segment, in the order in which the circuit declares them.

use crate::transcript::Challenge;
use alloc::vec::Vec;
use ark_bn254::Fr;

/// Public inputs of an execution segment: b1..b7, gamma, sum, gas.
pub const EXEC: usize = 10;
/// Public inputs of an end segment: those, then [`EndInputs`] in the order of its fields.
pub const END: usize = EXEC + 5 + 2 * HIDDEN_ARGS;
/// Most arguments of a direct call that can be hidden: the first ones.
pub const HIDDEN_ARGS: usize = 8;

/// What an end segment is told beside the challenge and its sums.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct EndInputs {
    /// Program counter where the run ended; 0 with `any`.
    pub pc: u32,
    /// The run may end anywhere: it ran out of gas.
    pub any: bool,
    /// Register 0 must end as `result`.
    pub result_public: bool,
    /// The result; 0 unless it is public.
    pub result: u64,
    /// Words of memory at the beginning: pages · 8,192.
    pub words: u64,
    /// The end segment, not the verifier, produces register i at the beginning.
    pub hidden: [bool; HIDDEN_ARGS],
    /// Hidden register i has 32 bits.
    pub narrow: [bool; HIDDEN_ARGS],
}

impl EndInputs {
    /// The values, in order.
    pub fn values(&self) -> impl Iterator<Item = Fr> {
        let first = [u64::from(self.pc), self.any.into(), self.result_public.into(), self.result, self.words];
        let flags = self.hidden.into_iter().chain(self.narrow).map(u64::from);
        first.into_iter().chain(flags).map(Fr::from)
    }
}

/// All public inputs of a segment: `end` for an end segment.
#[must_use]
pub fn inputs(challenge: &Challenge, sum: Fr, gas: Fr, end: Option<&EndInputs>) -> Vec<Fr> {
    let mut out = Vec::with_capacity(END);
    out.extend_from_slice(&challenge.powers);
    out.extend([challenge.gamma, sum, gas]);
    out.extend(end.into_iter().flat_map(EndInputs::values));
    out
}
