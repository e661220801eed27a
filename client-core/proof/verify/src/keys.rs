//! Verifying keys of all classes, with their digest: what a chain pins.

use crate::VerifyError;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, decode_bounded};

/// Domain of [`Keys::digest`].
pub const KEYS_DOMAIN: &str = "zera/proof/keys/v1";
/// First bytes of a file of verifying keys; the last one is the version.
pub const MAGIC: [u8; 8] = *b"ZERAVKS\x01";
/// The keys that this build verifies proofs on the chain with, as a file.
pub const PINNED: &[u8] = include_bytes!("../keys/dev.vks");
/// Most bytes of a file of verifying keys.
pub const MAX_BYTES: usize = 64 << 10;

/// What a class is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum ClassKind {
    /// Rows of the run.
    Exec,
    /// Cells at the beginning and end, tables, hidden parts of the log: once per proof.
    End,
}

/// What the verifier knows of a class.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ClassInfo {
    /// Its number in files.
    pub id: u8,
    /// What it is for.
    pub kind: ClassKind,
    /// Logarithm of its domain.
    pub log_domain: u8,
    /// Program rows that it defines (end classes; else 0): shorter programs are filled up with zero rows.
    pub rows: u32,
    /// Registers that begin as cells (end classes; else 0): the verifier produces them, from register 0 on.
    pub registers: u32,
    /// Public inputs, the constant one not counted: [`crate::inputs::EXEC`] or [`crate::inputs::END`].
    pub inputs: u32,
    /// Hidden log entries that it takes (end classes; else 0).
    pub hidden_log: u32,
}

/// The verifying key of one class. Points are compressed and canonical.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct ClassKeys {
    /// The class.
    pub info: ClassInfo,
    /// Digest of the class's matrices.
    pub circuit: Hash,
    /// SHA-256 of the head of the file, which names the SHA-256 of every section of its proving key.
    pub proving_key: [u8; 32],
    /// α in G1.
    pub alpha_g1: [u8; 32],
    /// β in G2.
    pub beta_g2: [u8; 64],
    /// γ in G2.
    pub gamma_g2: [u8; 64],
    /// δ in G2.
    pub delta_g2: [u8; 64],
    /// δ_D in G2.
    pub delta_d_g2: [u8; 64],
    /// K_i / γ for the constant one and each public input.
    pub ic: Vec<[u8; 32]>,
}

/// The verifying keys of all classes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Keys {
    /// True for keys from a known seed: whoever has it can prove anything.
    pub insecure: bool,
    /// By their numbers, ascending.
    pub classes: Vec<ClassKeys>,
}

impl Keys {
    /// Digest of all of it; stands in every statement.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::of_encoded(KEYS_DOMAIN, self)
    }

    /// The class of that number.
    #[must_use]
    pub fn class(&self, id: u8) -> Option<&ClassKeys> {
        self.classes.iter().find(|class| class.info.id == id)
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        (MAGIC, self).encode()
    }

    /// Reads a file of keys. [`crate::verify::Prepared::new`] looks at what they are.
    ///
    /// # Errors
    /// [`VerifyError::Keys`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VerifyError> {
        let body = bytes.strip_prefix(&MAGIC).ok_or(VerifyError::Keys("not a file of verifying keys"))?;
        let keys: Self = decode_bounded(body, MAX_BYTES).map_err(|_| VerifyError::Keys("cut or malformed"))?;
        if keys.encode() == body { Ok(keys) } else { Err(VerifyError::Keys("not canonical")) }
    }

    /// Refuses development keys where the chain is no development chain.
    ///
    /// # Errors
    /// [`VerifyError::InsecureKeys`].
    pub const fn allowed(&self, development: bool) -> Result<(), VerifyError> {
        if self.insecure && !development { Err(VerifyError::InsecureKeys) } else { Ok(()) }
    }
}
