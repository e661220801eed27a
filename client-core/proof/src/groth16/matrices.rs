//! The three sparse matrices of a circuit.

use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};
use zera_primitives::Hash;

/// Domain of [`Matrices::digest`].
const MATRICES_DOMAIN: &str = "zera/proof/circuit/v1";

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

impl Matrices {
    /// Digest of counts and entries: names the circuit.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key(MATRICES_DOMAIN);
        for count in [self.inputs, self.committed, self.wires] {
            hasher.update(&(count as u64).to_le_bytes());
        }
        let mut buffer = Vec::new();
        for matrix in [&self.a, &self.b, &self.c] {
            hasher.update(&(matrix.len() as u64).to_le_bytes());
            for row in matrix {
                buffer.clear();
                buffer.extend_from_slice(&(row.len() as u64).to_le_bytes());
                for (coefficient, wire) in row {
                    buffer.extend_from_slice(&coefficient.into_bigint().to_bytes_le());
                    buffer.extend_from_slice(&wire.to_le_bytes());
                }
                hasher.update(&buffer);
            }
        }
        Hash(*hasher.finalize().as_bytes())
    }
}
