//! All constraints of a circuit with their families, and its matrices.

use super::builder::{BUS_SUM, Counts, Cs, GAMMA, GAS_SUM, Product, Term};
use super::num::{Scaled, Sum, Wire};
use crate::groth16::matrices::Matrices;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// What a constraint is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Label {
    /// The gadget.
    pub part: &'static str,
    /// The defence: deleting a family lets a forgery through that the tests name.
    pub family: &'static str,
}

/// a · b = c.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// What it is for.
    pub label: Label,
    /// Left factor.
    pub a: Sum,
    /// Right factor.
    pub b: Sum,
    /// Product.
    pub c: Sum,
}

/// A circuit without values.
#[derive(Debug)]
pub struct Shape {
    /// How many of everything.
    pub counts: Counts,
    /// Constraints of the first phase.
    pub constraints: Vec<Constraint>,
    pub(super) products: Vec<Product>,
    pub(super) terms: Vec<Term>,
    pub(super) fields: Vec<Scaled>,
    pub(super) gas: Sum,
}

impl Cs {
    /// The shape, of a system made by [`Cs::shape`].
    #[must_use]
    pub fn into_shape(self) -> Shape {
        Shape {
            counts: self.counts(),
            constraints: self.constraints,
            products: self.products,
            terms: self.terms,
            fields: self.fields,
            gas: self.gas.sum.unwrap_or_default(),
        }
    }
}

impl Shape {
    /// All constraints in order: of the first phase, of products, of terms, of the bus sum and of the gas sum.
    fn all(&self) -> impl Iterator<Item = Constraint> + '_ {
        let early = self.constraints.iter().cloned();
        let products = self.products.iter().enumerate().map(|(index, product)| Constraint {
            label: Label { part: product.part, family: "product" },
            a: product.number.sum.clone().unwrap_or_default(),
            b: alloc::vec![(Wire::Input(u32::from(product.power) - 1), Fr::ONE)],
            c: alloc::vec![(Wire::Late(index as u32), Fr::ONE)],
        });
        let first = self.products.len();
        let terms = self.terms.iter().enumerate().map(move |(index, term)| Constraint {
            label: term.label,
            a: alloc::vec![(Wire::Late((first + index) as u32), Fr::ONE)],
            b: self.denominator(term),
            c: term.numerator.sum.clone().unwrap_or_default(),
        });
        early.chain(products).chain(terms).chain(self.sums())
    }

    /// γ − t.
    fn denominator(&self, term: &Term) -> Sum {
        let mut out: Sum = term.linear.sum.iter().flatten().map(|(wire, c)| (*wire, -*c)).collect();
        out.push((Wire::Input(GAMMA), Fr::ONE));
        out.push((Wire::Input(6), -Fr::from(term.tag)));
        for field in self.fields.get(term.fields.0 as usize..term.fields.1 as usize).unwrap_or_default() {
            out.extend(field.product.map(|index| (Wire::Late(index), -field.factor)));
            out.push((Wire::Input(u32::from(field.power) - 1), -field.plus));
        }
        out
    }

    fn sums(&self) -> [Constraint; 2] {
        let first = self.products.len();
        let sign = |term: &Term| if term.produced { Fr::ONE } else { -Fr::ONE };
        let terms = self.terms.iter().enumerate();
        let bus = terms.map(|(index, term)| (Wire::Late((first + index) as u32), sign(term))).collect();
        let equals = |family, a, input| Constraint {
            label: Label { part: "sums", family },
            a,
            b: alloc::vec![(Wire::One, Fr::ONE)],
            c: alloc::vec![(Wire::Input(input), Fr::ONE)],
        };
        [equals("bus sum", bus, BUS_SUM), equals("gas sum", self.gas.clone(), GAS_SUM)]
    }

    /// The matrices.
    #[must_use]
    pub fn matrices(&self) -> Matrices {
        self.matrices_without(|_| false)
    }

    /// The matrices without some constraints: to show in tests that each family is needed.
    #[must_use]
    pub fn matrices_without(&self, deleted: impl Fn(Label) -> bool) -> Matrices {
        let Counts { inputs, committed, late, .. } = self.counts;
        let mut out =
            Matrices { inputs: inputs + 1, committed, wires: 1 + inputs + committed + late, ..Matrices::default() };
        for constraint in self.all().filter(|constraint| !deleted(constraint.label)) {
            out.a.push(self.row(constraint.a));
            out.b.push(self.row(constraint.b));
            out.c.push(self.row(constraint.c));
        }
        out
    }

    /// Labels in the order of the matrices' rows.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        self.all().map(|constraint| constraint.label).collect()
    }

    /// Constraints per family.
    #[must_use]
    pub fn census(&self) -> BTreeMap<Label, usize> {
        let mut out = BTreeMap::new();
        for label in self.labels() {
            *out.entry(label).or_default() += 1;
        }
        out
    }

    /// Indices of the constraints that an assignment of all wires breaks.
    #[must_use]
    pub fn unsatisfied(&self, wires: &[Fr]) -> Vec<(usize, Label)> {
        let value = |sum: &Sum| -> Fr {
            let wire = |wire: &Wire| wires.get(self.index(*wire) as usize).copied().unwrap_or_default();
            sum.iter().map(|(w, c)| wire(w) * c).sum()
        };
        let broken = |c: &Constraint| value(&c.a) * value(&c.b) != value(&c.c);
        self.all().enumerate().filter(|(_, c)| broken(c)).map(|(index, c)| (index, c.label)).collect()
    }

    fn index(&self, wire: Wire) -> u32 {
        let inputs = 1 + self.counts.inputs as u32;
        match wire {
            Wire::One => 0,
            Wire::Input(index) => 1 + index,
            Wire::Committed(index) => inputs + index,
            Wire::Late(index) => inputs + self.counts.committed as u32 + index,
        }
    }

    /// A row with each wire once, in order, without zeros.
    fn row(&self, mut sum: Sum) -> Vec<(Fr, u32)> {
        sum.sort_by_key(|(wire, _)| *wire);
        let mut out: Vec<(Fr, u32)> = Vec::with_capacity(sum.len());
        for (wire, coefficient) in sum {
            let index = self.index(wire);
            match out.last_mut() {
                Some((sum, last)) if *last == index => *sum += coefficient,
                _ => out.push((coefficient, index)),
            }
        }
        out.retain(|(coefficient, _)| *coefficient != Fr::ZERO);
        out
    }
}
