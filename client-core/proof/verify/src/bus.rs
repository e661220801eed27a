//! Tuples of the bus and what the verifier adds to it from public data.
//!
//! A tuple is t = Σ β^k · field_k + tag · β⁷ and stands in the sum as n / (γ − t): what is produced counts +1, what is
//! consumed −1. The sums of all segments and the verifier's are zero together exactly when every tuple is consumed as
//! often as it is produced, but for a chance of about (terms / 2^250).

use crate::transcript::Challenge;
use alloc::vec::Vec;
use ark_bn254::Fr;

/// State: pc, fp, ts.
pub const STATE: u64 = 1;
/// Memory: address + 2^64 ts, value.
pub const MEMORY: u64 = 2;
/// A program row: pc, d, a, b, imm, target, op.
pub const PROGRAM: u64 = 3;
/// A byte.
pub const BYTE: u64 = 4;
/// x, y, x & y, of four bits each.
pub const AND4: u64 = 5;
/// e, 2^e for e = 0..=64.
pub const POWER: u64 = 6;
/// A row of the table, as [`PROGRAM`].
pub const DEFINE: u64 = 7;
/// A memory word that does not begin as zero: index, value.
pub const DATA: u64 = 8;
/// A log entry: sequence, function + 2^16 kind, x, y, z.
pub const LOG: u64 = 9;
/// Memory that grew: start, end in pages, ts.
pub const GROW: u64 = 10;
/// Blinding between segments: 0, r, g.
pub const BLIND: u64 = 11;
/// A log entry whose z the end segment fills in: sequence, function + 2^16 · [`LOG_MEMORY`], x, y. The verifier
/// produces it instead of consuming the entry; the end segment consumes it together with the entry, same fields, own z.
pub const HIDDEN: u64 = 12;

/// Log entry: x = position, y = value.
pub const LOG_ARGUMENT: u64 = 1;
/// Log entry: x = word, y = mask + 256 · write, z = value.
pub const LOG_MEMORY: u64 = 2;
/// Log entry: x = result, y = gas.
pub const LOG_CALL: u64 = 3;
/// Log entry without fields.
pub const LOG_STOP: u64 = 4;

/// The verifier's terms: denominators of what it produces and of what it consumes.
#[derive(Debug)]
pub struct Bus<'c> {
    challenge: &'c Challenge,
    produced: Vec<Fr>,
    consumed: Vec<Fr>,
}

impl<'c> Bus<'c> {
    /// An empty one.
    #[must_use]
    pub const fn new(challenge: &'c Challenge) -> Self {
        Self { challenge, produced: Vec::new(), consumed: Vec::new() }
    }

    /// γ − t.
    fn denominator(&self, tag: u64, fields: &[Fr]) -> Fr {
        let [powers @ .., last] = &self.challenge.powers;
        let head = fields.first().copied().unwrap_or_default();
        let tail: Fr = fields.iter().skip(1).zip(powers).map(|(field, power)| *field * power).sum();
        self.challenge.gamma - head - tail - *last * Fr::from(tag)
    }

    /// Adds a tuple.
    pub fn produce(&mut self, tag: u64, fields: &[Fr]) {
        self.produced.push(self.denominator(tag, fields));
    }

    /// Takes a tuple.
    pub fn consume(&mut self, tag: u64, fields: &[Fr]) {
        self.consumed.push(self.denominator(tag, fields));
    }

    /// The sum; none if a denominator is zero, which happens to nobody by chance.
    #[must_use]
    pub fn sum(mut self) -> Option<Fr> {
        let zero = Fr::default();
        if self.produced.contains(&zero) || self.consumed.contains(&zero) {
            return None;
        }
        ark_ff::batch_inversion(&mut self.produced);
        ark_ff::batch_inversion(&mut self.consumed);
        Some(self.produced.iter().sum::<Fr>() - self.consumed.iter().sum::<Fr>())
    }
}
