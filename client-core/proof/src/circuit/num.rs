//! Numbers of the circuit: a value, and in shape mode the sum of wires that it stands for.

use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use core::ops::{Add, Mul, Neg, Sub};

/// A wire. The final order is: one, inputs, committed, late.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Wire {
    /// The constant 1.
    One,
    /// A public input.
    Input(u32),
    /// A wire that the first phase commits to.
    Committed(u32),
    /// A wire that depends on the challenge. Only [`super::Cs`] itself makes these.
    Late(u32),
}

/// A sum of multiples of wires.
pub type Sum = Vec<(Wire, Fr)>;

/// A number: an affine combination of inputs and committed wires. Adding and multiplying by constants costs nothing.
#[derive(Clone, Debug)]
pub struct Num {
    pub(super) value: Fr,
    /// None while a segment is filled: then only values are kept.
    pub(super) sum: Option<Sum>,
}

impl Num {
    /// Its value (zero in shape mode).
    #[must_use]
    pub const fn value(&self) -> Fr {
        self.value
    }

    fn scale(&mut self, factor: Fr) {
        self.value *= factor;
        for (_, coefficient) in self.sum.iter_mut().flatten() {
            *coefficient *= factor;
        }
    }

    /// Adds or takes away another number.
    pub(super) fn extend(&mut self, other: &Self, negative: bool) {
        if negative {
            self.value -= other.value;
        } else {
            self.value += other.value;
        }
        if let (Some(sum), Some(more)) = (&mut self.sum, &other.sum) {
            sum.extend(more.iter().map(|(wire, c)| (*wire, if negative { -*c } else { *c })));
        }
    }

    fn shift(&mut self, constant: Fr) {
        self.value += constant;
        if let Some(sum) = &mut self.sum {
            sum.push((Wire::One, constant));
        }
    }
}

/// 2^`exponent`.
#[must_use]
pub fn two_to(exponent: u64) -> Fr {
    if exponent < 64 { Fr::from(1_u64 << exponent) } else { Fr::from(2_u64).pow([exponent]) }
}

macro_rules! operators {
    ($($left:ty, $right:ty);*) => {$(
        impl Add<$right> for $left {
            type Output = Num;
            fn add(self, other: $right) -> Num {
                #[allow(clippy::redundant_clone)]
                let mut out = self.clone();
                out.extend(&other, false);
                out
            }
        }
        impl Sub<$right> for $left {
            type Output = Num;
            fn sub(self, other: $right) -> Num {
                #[allow(clippy::redundant_clone)]
                let mut out = self.clone();
                out.extend(&other, true);
                out
            }
        }
    )*};
}
operators!(Num, Num; Num, &Num; &Num, Num; &Num, &Num);

macro_rules! constants {
    ($($left:ty),*) => {$(
        impl Add<u64> for $left {
            type Output = Num;
            fn add(self, constant: u64) -> Num {
                #[allow(clippy::redundant_clone)]
                let mut out = self.clone();
                out.shift(Fr::from(constant));
                out
            }
        }
        impl Sub<u64> for $left {
            type Output = Num;
            fn sub(self, constant: u64) -> Num {
                #[allow(clippy::redundant_clone)]
                let mut out = self.clone();
                out.shift(-Fr::from(constant));
                out
            }
        }
        impl Mul<Fr> for $left {
            type Output = Num;
            fn mul(self, factor: Fr) -> Num {
                #[allow(clippy::redundant_clone)]
                let mut out = self.clone();
                out.scale(factor);
                out
            }
        }
        impl Mul<u64> for $left {
            type Output = Num;
            fn mul(self, factor: u64) -> Num {
                self * Fr::from(factor)
            }
        }
        impl Neg for $left {
            type Output = Num;
            fn neg(self) -> Num {
                self * -Fr::ONE
            }
        }
    )*};
}
constants!(Num, &Num);

/// A number times a power of β, for the fields of a tuple: `factor` · (late product) + `plus` · β^k. Made by
/// [`super::Cs::product`], it can be used in as many tuples as one likes.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// k, 1 to 6.
    pub(super) power: u8,
    /// Index of the late product.
    pub(super) product: Option<u32>,
    pub(super) factor: Fr,
    pub(super) plus: Fr,
}

impl Scaled {
    /// The constant `value` times β^`power`: free.
    #[must_use]
    pub fn constant(power: u8, value: u64) -> Self {
        Self { power, product: None, factor: Fr::ZERO, plus: Fr::from(value) }
    }

    /// The number plus `constant`, times the same power.
    #[must_use]
    pub fn plus(self, constant: u64) -> Self {
        Self { plus: self.plus + Fr::from(constant), ..self }
    }
}

impl Neg for Scaled {
    type Output = Self;
    fn neg(self) -> Self {
        Self { factor: -self.factor, plus: -self.plus, ..self }
    }
}
