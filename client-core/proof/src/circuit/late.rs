//! The second phase: products with powers of β, terms of the bus, the two sums.

use super::builder::{BUS_SUM, Cs, GAMMA, GAS_SUM};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use zera_proof_verify::{Challenge, bus};

/// Why a segment could not be filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CircuitError {
    /// A constraint does not hold: the run is not one of the machine's.
    #[error("{family} of {part} does not hold")]
    Unsatisfied {
        /// Part of the circuit.
        part: &'static str,
        /// Family of the constraint.
        family: &'static str,
    },
    /// A value is not in its table.
    #[error("{family} of {part} is out of its table")]
    OutOfTable {
        /// Part of the circuit.
        part: &'static str,
        /// Family of the look-up.
        family: &'static str,
    },
    /// A tuple equals γ: another challenge is needed. Happens to nobody by chance.
    #[error("the challenge hits a tuple")]
    Challenge,
}

/// Values of all wires of a segment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// One, inputs, committed, late.
    pub wires: Vec<Fr>,
    /// Public inputs, the constant one not included.
    pub inputs: usize,
    /// Committed wires.
    pub committed: usize,
}

impl Assignment {
    /// The public inputs in order.
    #[must_use]
    pub fn public(&self) -> &[Fr] {
        self.wires.get(1..=self.inputs).unwrap_or_default()
    }

    /// The segment's bus sum.
    #[must_use]
    pub fn bus_sum(&self) -> Fr {
        self.public().get(BUS_SUM as usize).copied().unwrap_or_default()
    }

    /// The segment's gas sum.
    #[must_use]
    pub fn gas_sum(&self) -> Fr {
        self.public().get(GAS_SUM as usize).copied().unwrap_or_default()
    }
}

impl Cs {
    /// Values of all wires under a challenge.
    ///
    /// # Errors
    /// The first fault of the filling, if there was one; [`CircuitError::Challenge`].
    pub fn finish(&self, challenge: &Challenge) -> Result<Assignment, CircuitError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let products: Vec<Fr> =
            self.products.iter().map(|product| power(challenge, product.power) * product.number.value).collect();
        let mut terms = self.denominators(challenge, &products);
        if terms.contains(&Fr::ZERO) {
            return Err(CircuitError::Challenge);
        }
        invert(&mut terms);
        let mut sum = Fr::ZERO;
        for (inverse, term) in terms.iter_mut().zip(&self.terms) {
            if term.numerator.value != Fr::ONE {
                *inverse *= term.numerator.value;
            }
            if term.produced {
                sum += *inverse;
            } else {
                sum -= *inverse;
            }
        }
        let mut wires = Vec::with_capacity(1 + self.inputs.len() + self.committed.len() + products.len() + terms.len());
        wires.push(Fr::ONE);
        wires.extend_from_slice(&challenge.powers);
        wires.extend([challenge.gamma, sum, self.gas.value]);
        wires.extend(self.inputs.iter().skip(super::builder::FIXED_INPUTS as usize));
        wires.extend_from_slice(&self.committed);
        wires.extend(products);
        wires.extend(terms);
        debug_assert_eq!(BUS_SUM, GAMMA + 1);
        Ok(Assignment { wires, inputs: self.inputs.len(), committed: self.committed.len() })
    }

    /// γ − t of every term.
    fn denominators(&self, challenge: &Challenge, products: &[Fr]) -> Vec<Fr> {
        let tags: Vec<Fr> =
            (0..=bus::HIDDEN).map(|tag| challenge.gamma - power(challenge, 7) * Fr::from(tag)).collect();
        self.terms
            .iter()
            .map(|term| {
                let start = tags.get(term.tag as usize).copied().unwrap_or_default();
                let fields = self.fields.get(term.fields.0 as usize..term.fields.1 as usize).unwrap_or_default();
                fields.iter().fold(start - term.linear.value, |rest, field| {
                    let product = field.product.and_then(|index| products.get(index as usize));
                    let product = product.copied().unwrap_or_default();
                    let mut out = if field.factor == Fr::ONE { rest - product } else { rest - product * field.factor };
                    if field.plus != Fr::ZERO {
                        out -= field.plus * power(challenge, field.power);
                    }
                    out
                })
            })
            .collect()
    }
}

/// β^k, k from 1 to 7.
fn power(challenge: &Challenge, k: u8) -> Fr {
    challenge.powers.get(usize::from(k).wrapping_sub(1)).copied().unwrap_or_default()
}

/// Inverses of numbers that are not zero, in place, by one inversion.
fn invert(numbers: &mut [Fr]) {
    ark_ff::batch_inversion(numbers);
}

#[cfg(test)]
impl super::Shape {
    /// Makes everything behind a late wire fit it: terms that use a product, the bus sum. (For forgeries in tests.)
    pub fn refit(&self, challenge: &Challenge, assignment: &mut Assignment, changed: usize) {
        let first = 1 + assignment.inputs + assignment.committed;
        let claim = assignment.wires[1 + assignment.inputs..first].to_vec();
        let claim = super::check::Claim { inputs: &[], committed: &claim };
        let mut sum = Fr::ZERO;
        for (index, (term, event)) in self.terms.iter().zip(self.events(claim)).enumerate() {
            let place = self.products.len() + index;
            let honest = event.tuple.fields.iter().rev().fold(Fr::ZERO, |sum, f| sum * challenge.powers[0] + f);
            let changed_fields = self.fields[term.fields.0 as usize..term.fields.1 as usize].iter();
            let more: Fr = changed_fields.filter(|f| f.product == Some(changed as u32)).map(|f| f.factor).sum();
            let denominator = challenge.gamma - honest - more - challenge.powers[6] * Fr::from(term.tag);
            let count = if term.produced { event.count } else { -event.count };
            if place != changed {
                assignment.wires[first + place] = count * denominator.inverse().unwrap();
            }
            let x = assignment.wires[first + place];
            sum += if term.produced { x } else { -x };
        }
        assignment.wires[1 + BUS_SUM as usize] = sum;
    }
}
