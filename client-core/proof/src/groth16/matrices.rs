//! The three sparse matrices of a circuit.

use alloc::vec::Vec;
use ark_bn254::Fr;

/// Row by row (coefficient, wire): the product of the first two rows' values is the third's.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Matrices {
    /// Left factors.
    pub a: Vec<Vec<(Fr, u32)>>,
    /// Right factors.
    pub b: Vec<Vec<(Fr, u32)>>,
    /// Products.
    pub c: Vec<Vec<(Fr, u32)>>,
    /// Public wires, the constant one included.
    pub inputs: usize,
    /// Wires after them that the first phase commits to.
    pub committed: usize,
    /// All wires.
    pub wires: usize,
}
