//! Secrets of a proof, from a seed that its owner drew afresh.
//!
//! Each secret also depends on what it hides (the committed values; the challenge), so that a seed used twice by mistake
//! does not give two proofs with one mask.

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField, Zero};

/// Streams of scalars out of one seed.
#[derive(Clone)]
pub struct Secrets {
    seed: [u8; 32],
}

impl Secrets {
    /// `seed` must be fresh, uniform and secret.
    #[must_use]
    pub const fn new(seed: [u8; 32]) -> Self {
        Self { seed }
    }

    /// The stream of `label` for what `bound` says.
    #[must_use]
    pub fn stream(&self, label: &str, bound: &[u8]) -> Stream {
        let mut hasher = blake3::Hasher::new_keyed(&self.seed);
        hasher.update(&(label.len() as u64).to_le_bytes());
        hasher.update(label.as_bytes());
        hasher.update(bound);
        Stream { reader: hasher.finalize_xof() }
    }

    /// kappa, which hides `values` in the commitment of segment `segment`.
    #[must_use]
    pub fn kappa(&self, segment: u32, values: &[Fr]) -> Fr {
        let mut hasher = blake3::Hasher::new();
        for value in values {
            hasher.update(&value.into_bigint().to_bytes_le());
        }
        let mut bound = segment.to_le_bytes().to_vec();
        bound.extend_from_slice(hasher.finalize().as_bytes());
        self.stream("kappa", &bound).scalar()
    }

    /// r and s, which hide A, B and C of segment `segment` under `challenge`.
    #[must_use]
    pub fn blinds(&self, segment: u32, challenge: &[u8]) -> (Fr, Fr) {
        let mut bound = segment.to_le_bytes().to_vec();
        bound.extend_from_slice(challenge);
        let mut stream = self.stream("r and s", &bound);
        (stream.scalar(), stream.scalar())
    }
}

/// An endless stream of scalars.
pub struct Stream {
    reader: blake3::OutputReader,
}

impl Stream {
    /// The next scalar: uniform (from 512 bits) and not zero.
    pub fn scalar(&mut self) -> Fr {
        loop {
            let mut bytes = [0_u8; 64];
            self.reader.fill(&mut bytes);
            let scalar = Fr::from_le_bytes_mod_order(&bytes);
            if !scalar.is_zero() {
                return scalar;
            }
        }
    }
}
