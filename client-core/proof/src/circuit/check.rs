//! The bus without a challenge: tuples as they are, field by field, and what does not cancel. For tests, and to say what
//! is wrong with a run before anything is proven.

use super::builder::{Cs, Term};
use super::num::{Num, Scaled, Sum, Wire};
use super::shape::{Label, Shape};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

/// A tuple: its tag and the coefficients of 1, β, ... β⁶.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tuple {
    /// Kind of tuple.
    pub tag: u64,
    /// Fields.
    pub fields: [Fr; 7],
}

impl Tuple {
    /// From fields in order; the rest are zero.
    #[must_use]
    pub fn new(tag: u64, fields: &[Fr]) -> Self {
        Self { tag, fields: core::array::from_fn(|index| fields.get(index).copied().unwrap_or_default()) }
    }
}

/// A tuple with what made it and how often, negative where it is consumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// What made it.
    pub label: Label,
    /// The tuple.
    pub tuple: Tuple,
    /// How often it is produced.
    pub count: Fr,
}

/// A multiset of tuples with signs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Balance(BTreeMap<Tuple, Fr>);

impl Balance {
    /// Adds a tuple `count` times.
    pub fn add(&mut self, tuple: Tuple, count: Fr) {
        let entry = self.0.entry(tuple).or_default();
        *entry += count;
        if *entry == Fr::ZERO {
            self.0.remove(&tuple);
        }
    }

    /// Adds one.
    pub fn produce(&mut self, tag: u64, fields: &[Fr]) {
        self.add(Tuple::new(tag, fields), Fr::from(1_u64));
    }

    /// Takes one.
    pub fn consume(&mut self, tag: u64, fields: &[Fr]) {
        self.add(Tuple::new(tag, fields), -Fr::from(1_u64));
    }

    /// What is left: empty exactly when everything cancels.
    pub fn left(&self) -> impl Iterator<Item = (&Tuple, &Fr)> {
        self.0.iter()
    }

    /// Whether a tuple is left.
    #[must_use]
    pub fn has(&self, tuple: &Tuple) -> bool {
        self.0.contains_key(tuple)
    }

    /// Whether everything cancels.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Event> for Balance {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        events.into_iter().for_each(|event| self.add(event.tuple, event.count));
    }
}

/// The events of terms, given the value of a number.
fn events<'a>(
    terms: &'a [Term],
    fields: &'a [Scaled],
    product: impl Fn(u32) -> Fr + 'a,
    value: impl Fn(&Num) -> Fr + 'a,
) -> impl Iterator<Item = Event> + 'a {
    terms.iter().map(move |term| {
        let mut tuple = Tuple::new(term.tag, &[value(&term.linear)]);
        for field in fields.get(term.fields.0 as usize..term.fields.1 as usize).unwrap_or_default() {
            if let Some(coefficient) = tuple.fields.get_mut(usize::from(field.power)) {
                *coefficient += field.product.map_or(Fr::ZERO, &product) * field.factor + field.plus;
            }
        }
        let count = value(&term.numerator);
        Event { label: term.label, tuple, count: if term.produced { count } else { -count } }
    })
}

impl Cs {
    /// The tuples of a filled segment.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        let product = |index: u32| self.products.get(index as usize).map(|p| p.number.value).unwrap_or_default();
        events(&self.terms, &self.fields, product, Num::value)
    }

    /// The gas sum so far.
    #[must_use]
    pub const fn gas_sum(&self) -> Fr {
        self.gas.value
    }

    /// The public inputs after the fixed ones.
    #[must_use]
    pub fn free_inputs(&self) -> &[Fr] {
        self.inputs.get(super::builder::FIXED_INPUTS as usize..).unwrap_or_default()
    }
}

/// A first phase as any prover might make it: inputs after the fixed ones, and committed wires.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Inputs.
    pub inputs: &'a [Fr],
    /// Committed wires.
    pub committed: &'a [Fr],
}

impl Claim<'_> {
    /// The value of a sum of wires.
    #[must_use]
    pub fn sum(&self, sum: &Sum) -> Fr {
        let fixed = super::builder::FIXED_INPUTS;
        let wire = |wire: Wire| match wire {
            Wire::One => Some(Fr::from(1_u64)),
            Wire::Input(index) => self.inputs.get(index.wrapping_sub(fixed) as usize).copied(),
            Wire::Committed(index) => self.committed.get(index as usize).copied(),
            Wire::Late(_) => None,
        };
        sum.iter().map(|(w, c)| wire(*w).unwrap_or_default() * c).sum()
    }

    fn number(&self, number: &Num) -> Fr {
        number.sum.as_ref().map_or(number.value, |sum| self.sum(sum))
    }
}

impl Shape {
    /// Constraints of the first phase that a claim breaks.
    pub fn broken<'a>(&'a self, claim: Claim<'a>) -> impl Iterator<Item = Label> + 'a {
        let wrong = move |sum: (&Sum, &Sum, &Sum)| claim.sum(sum.0) * claim.sum(sum.1) != claim.sum(sum.2);
        self.constraints.iter().filter(move |c| wrong((&c.a, &c.b, &c.c))).map(|c| c.label)
    }

    /// The tuples of a claim.
    #[must_use]
    pub fn events(&self, claim: Claim<'_>) -> Vec<Event> {
        let products: Vec<Fr> = self.products.iter().map(|product| claim.number(&product.number)).collect();
        let product = |index: u32| products.get(index as usize).copied().unwrap_or_default();
        events(&self.terms, &self.fields, product, |number| claim.number(number)).collect()
    }

    /// The gas sum of a claim.
    #[must_use]
    pub fn gas_sum(&self, claim: Claim<'_>) -> Fr {
        claim.sum(&self.gas)
    }
}
