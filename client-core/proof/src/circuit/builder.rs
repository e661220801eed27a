//! The first phase of a segment: gadgets commit wires, constrain them and queue what depends on the challenge.
//!
//! One code makes the shape (once, all constraints) and fills segments (values alone, fast), so that both have the very
//! same wires in the same order whatever the values are. Gadgets never see a late wire: products with powers of β and
//! terms of the bus are queued here and become wires after the challenge, so nothing that the prover chooses after it
//! can stand in a tuple.

use super::late::CircuitError;
use super::num::{Num, Scaled, Sum, Wire, two_to};
use super::shape::{Constraint, Label};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use zera_proof_verify::bus;

/// Public inputs that every segment begins with: β to β⁷, γ, the bus sum, the gas sum.
pub const FIXED_INPUTS: u32 = 10;
/// Input of γ.
pub(super) const GAMMA: u32 = 7;
/// Input of the bus sum.
pub(super) const BUS_SUM: u32 = 8;
/// Input of the gas sum.
pub(super) const GAS_SUM: u32 = 9;

/// How often a segment looks up each entry of the fixed tables; the end segment produces entries as often.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables {
    /// Bytes.
    pub bytes: [u64; 256],
    /// Pairs x + 16 y.
    pub and4: [u64; 256],
    /// Exponents.
    pub powers: [u64; 65],
}

impl Default for Tables {
    fn default() -> Self {
        Self { bytes: [0; 256], and4: [0; 256], powers: [0; 65] }
    }
}

impl Tables {
    /// Adds another segment's.
    pub fn add(&mut self, other: &Self) {
        let pairs = |mine: &mut [u64], more: &[u64]| mine.iter_mut().zip(more).for_each(|(m, o)| *m += o);
        pairs(&mut self.bytes, &other.bytes);
        pairs(&mut self.and4, &other.and4);
        pairs(&mut self.powers, &other.powers);
    }
}

/// A product with a power of β.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub power: u8,
    pub number: Num,
    pub part: &'static str,
}

/// A term of the bus sum: `numerator` / (γ − `linear` − `scaled` − tag · β⁷), added or taken away.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub label: Label,
    pub tag: u64,
    pub produced: bool,
    pub numerator: Num,
    pub linear: Num,
    /// Range in [`Cs::fields`].
    pub fields: (u32, u32),
}

/// How many of everything; equal for the shape and every segment filled from it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Public inputs, the constant one not included.
    pub inputs: usize,
    /// Committed wires.
    pub committed: usize,
    /// Late wires.
    pub late: usize,
    /// Constraints.
    pub constraints: usize,
}

/// A constraint system in its first phase.
#[derive(Debug)]
pub struct Cs {
    pub(super) shape: bool,
    pub(super) part: &'static str,
    pub(super) inputs: Vec<Fr>,
    pub(super) committed: Vec<Fr>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) enforced: usize,
    pub(super) products: Vec<Product>,
    pub(super) terms: Vec<Term>,
    pub(super) fields: Vec<Scaled>,
    pub(super) gas: Num,
    pub(super) fault: Option<CircuitError>,
    /// Values that a dishonest prover puts in place of others: family, which of its wires, value.
    #[cfg(test)]
    pub(super) forged: Vec<(&'static str, usize, Fr)>,
    /// Look-ups so far.
    pub tables: Tables,
}

impl Cs {
    fn new(shape: bool) -> Self {
        Self {
            shape,
            part: "",
            inputs: alloc::vec![Fr::ZERO; FIXED_INPUTS as usize],
            committed: Vec::new(),
            constraints: Vec::new(),
            enforced: 0,
            products: Vec::new(),
            terms: Vec::new(),
            fields: Vec::new(),
            gas: Num { value: Fr::ZERO, sum: shape.then(Sum::new) },
            fault: None,
            #[cfg(test)]
            forged: Vec::new(),
            tables: Tables::default(),
        }
    }

    /// Collects the constraints; values are ignored.
    #[must_use]
    pub fn shape() -> Self {
        Self::new(true)
    }

    /// Collects the values.
    #[must_use]
    pub fn fill() -> Self {
        Self::new(false)
    }

    /// Names the part of the circuit that follows, for tables of counts.
    pub const fn part(&mut self, name: &'static str) {
        self.part = name;
    }

    fn wire(&self, value: Fr, wire: Wire) -> Num {
        Num { value, sum: self.shape.then(|| alloc::vec![(wire, Fr::ONE)]) }
    }

    /// A constant.
    pub fn constant(&self, value: impl Into<Fr>) -> Num {
        let value = value.into();
        Num { value, sum: self.shape.then(|| alloc::vec![(Wire::One, value)]) }
    }

    /// The next public input after the fixed ones.
    pub fn input(&mut self, value: impl Into<Fr>) -> Num {
        let value = value.into();
        self.inputs.push(value);
        self.wire(value, Wire::Input(self.inputs.len() as u32 - 1))
    }

    /// A committed wire.
    pub fn commit(&mut self, value: impl Into<Fr>) -> Num {
        let value = value.into();
        self.committed.push(value);
        self.wire(value, Wire::Committed(self.committed.len() as u32 - 1))
    }

    /// A committed wire that belongs to a family of constraints. Tests forge wires by it.
    pub fn commit_as(&mut self, family: &'static str, value: impl Into<Fr>) -> Num {
        let value = value.into();
        #[cfg(test)]
        let value = self.forge(family, value);
        #[cfg(not(test))]
        let _ = family;
        self.commit(value)
    }

    #[cfg(test)]
    fn forge(&mut self, family: &'static str, value: Fr) -> Fr {
        let mut out = value;
        for (name, place, forged) in self.forged.iter_mut().filter(|(name, ..)| *name == family) {
            debug_assert_eq!(*name, family);
            if *place == 0 {
                out = *forged;
            }
            *place = place.wrapping_sub(1);
        }
        out
    }

    /// A committed wire that is 0 or 1.
    pub fn boolean(&mut self, family: &'static str, value: bool) -> Num {
        let bit = self.commit_as(family, u64::from(value));
        let other = -&bit + 1;
        let zero = self.constant(0_u64);
        self.enforce(family, &bit, &other, &zero);
        bit
    }

    /// A committed wire that is `left` · `right`.
    pub fn times(&mut self, family: &'static str, left: &Num, right: &Num) -> Num {
        let out = self.commit_as(family, left.value * right.value);
        self.enforce(family, left, right, &out);
        out
    }

    /// A committed wire that is `one` where the bit `bit` is 1 and `zero` where it is 0.
    pub fn choose(&mut self, family: &'static str, bit: &Num, one: &Num, zero: &Num) -> Num {
        let out = self.commit_as(family, zero.value + bit.value * (one.value - zero.value));
        self.enforce(family, &(one - zero), bit, &(&out - zero));
        out
    }

    /// `a` · `b` = `c`. Best with what is small, or in few constraints, as `b`.
    pub fn enforce(&mut self, family: &'static str, a: &Num, b: &Num, c: &Num) {
        self.enforced += 1;
        if let (Some(a), Some(b), Some(c)) = (&a.sum, &b.sum, &c.sum) {
            let label = Label { part: self.part, family };
            self.constraints.push(Constraint { label, a: a.clone(), b: b.clone(), c: c.clone() });
        } else if self.fault.is_none() && a.value * b.value != c.value {
            self.fault = Some(CircuitError::Unsatisfied { part: self.part, family });
        }
    }

    /// `number` is zero.
    pub fn enforce_zero(&mut self, family: &'static str, number: &Num) {
        let (one, zero) = (self.constant(1_u64), self.constant(0_u64));
        self.enforce(family, number, &one, &zero);
    }

    /// β^`power` · `number`, a late wire (one constraint).
    pub fn product(&mut self, power: u8, number: &Num) -> Scaled {
        self.products.push(Product { power, number: number.clone(), part: self.part });
        let product = Some(self.products.len() as u32 - 1);
        Scaled { power, product, factor: Fr::ONE, plus: Fr::ZERO }
    }

    /// Adds the tuple `linear` + Σ `fields` of `tag` to the bus, `numerator` times.
    pub fn produce(&mut self, tag: u64, numerator: &Num, linear: Num, fields: &[Scaled]) {
        self.term(tag_name(tag), tag, true, numerator.clone(), linear, fields);
    }

    /// Takes the tuple `linear` + Σ `fields` of `tag` from the bus, `numerator` times.
    pub fn consume(&mut self, tag: u64, numerator: &Num, linear: Num, fields: &[Scaled]) {
        self.term(tag_name(tag), tag, false, numerator.clone(), linear, fields);
    }

    fn term(&mut self, family: &'static str, tag: u64, produced: bool, numerator: Num, linear: Num, fields: &[Scaled]) {
        let start = self.fields.len() as u32;
        self.fields.extend_from_slice(fields);
        let fields = (start, self.fields.len() as u32);
        let label = Label { part: self.part, family };
        self.terms.push(Term { label, tag, produced, numerator, linear, fields });
    }

    /// Looks `number` up in the table of bytes.
    pub fn byte(&mut self, family: &'static str, number: Num) {
        if !self.shape {
            match small(number.value).and_then(|value| self.tables.bytes.get_mut(value)) {
                Some(count) => *count += 1,
                None => self.out_of_table(family),
            }
        }
        let one = self.constant(1_u64);
        self.term(family, bus::BYTE, false, one, number, &[]);
    }

    /// The low `N` bytes of `value`, each a committed wire looked up in the table of bytes, lowest first.
    pub fn bytes<const N: usize>(&mut self, family: &'static str, value: u64) -> [Num; N] {
        let bytes = value.to_le_bytes();
        core::array::from_fn(|index| {
            let byte = self.commit_as(family, bytes.get(index).copied().map_or(0, u64::from));
            self.byte(family, byte.clone());
            byte
        })
    }

    /// Σ `digits`[i] · 2^(`bits` · i).
    #[must_use]
    pub fn join(&self, digits: &[Num], bits: u64) -> Num {
        let weight = two_to(bits);
        digits.iter().rev().fold(self.constant(0_u64), |sum, digit| sum * weight + digit)
    }

    /// Looks up `and` = `x` & `y`, all of four bits, where `on` is 1.
    pub fn and4(&mut self, on: &Num, x: &Num, y: &Num, and: &Num) {
        if !self.shape && on.value == Fr::ONE {
            match small(x.value + y.value * Fr::from(16_u64)).and_then(|pair| self.tables.and4.get_mut(pair)) {
                Some(count) => *count += 1,
                None => self.out_of_table("and table"),
            }
        }
        let (y, and) = (self.product(1, y), self.product(2, and));
        self.consume(bus::AND4, on, x.clone(), &[y, and]);
    }

    /// Looks up `power` = 2^`exponent`, exponents 0 to 64, where `on` is 1.
    pub fn power_of_two(&mut self, on: &Num, exponent: &Num, power: &Num) {
        if !self.shape && on.value == Fr::ONE {
            match small(exponent.value).and_then(|value| self.tables.powers.get_mut(value)) {
                Some(count) => *count += 1,
                None => self.out_of_table("power table"),
            }
        }
        let power = self.product(1, power);
        self.consume(bus::POWER, on, exponent.clone(), &[power]);
    }

    /// Adds to the gas sum. `number` must be zero in rows that are off.
    pub fn gas(&mut self, number: &Num) {
        self.gas.extend(number, false);
    }

    /// What the first phase commits to.
    #[must_use]
    pub fn committed(&self) -> &[Fr] {
        &self.committed
    }

    /// How many of everything.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        let late = self.products.len() + self.terms.len();
        Counts {
            inputs: self.inputs.len(),
            committed: self.committed.len(),
            late,
            constraints: self.enforced + late + 2,
        }
    }

    const fn out_of_table(&mut self, family: &'static str) {
        if self.fault.is_none() {
            self.fault = Some(CircuitError::OutOfTable { part: self.part, family });
        }
    }
}

/// A value below 2^16 as an index.
fn small(value: Fr) -> Option<usize> {
    let number = value.into_bigint();
    (number.num_bits() <= 16).then(|| usize::from(number.0.first().map_or(0, |limb| *limb as u16)))
}

/// The name of a tag, for tables of counts.
pub(super) const fn tag_name(tag: u64) -> &'static str {
    match tag {
        bus::STATE => "state",
        bus::MEMORY => "memory",
        bus::PROGRAM => "program",
        bus::BYTE => "byte",
        bus::AND4 => "and table",
        bus::POWER => "power table",
        bus::DEFINE => "define",
        bus::DATA => "data",
        bus::LOG => "log",
        bus::GROW => "grow",
        bus::BLIND => "blind",
        bus::HIDDEN => "hidden",
        _ => "unknown",
    }
}
