//! What hides a segment's sums: every segment makes one blind and takes the one before it, the first one the last's.
//!
//! A blind is a tuple (r, g) on the bus, and g counts as gas made and taken. As the bus closes, blinds made and taken are
//! the same, so both cancel over a whole proof; of one segment alone neither sum says anything.

use super::Cs;
use ark_bn254::Fr;
use zera_proof_verify::bus;

/// One blind: r hides the bus sum, g the gas sum. Both uniformly random.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Blind {
    /// For the bus sum.
    pub r: Fr,
    /// For the gas sum.
    pub g: Fr,
}

/// The two blinds of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Blinds {
    /// The one that it takes.
    pub taken: Blind,
    /// The one that it makes.
    pub made: Blind,
}

impl Blinds {
    /// Constraints: four.
    pub(super) fn make(&self, cs: &mut Cs) {
        cs.part("blinds");
        let one = cs.constant(1_u64);
        let [taken, made] = [self.taken, self.made].map(|blind| (cs.commit(blind.r), cs.commit(blind.g)));
        let field = cs.product(1, &taken.1);
        cs.consume(bus::BLIND, &one, taken.0, &[field]);
        let field = cs.product(1, &made.1);
        cs.produce(bus::BLIND, &one, made.0, &[field]);
        cs.gas(&(&made.1 - &taken.1));
    }
}
