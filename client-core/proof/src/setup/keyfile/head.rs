//! The head of a key's file.

use crate::groth16::{ProofError, Shape};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::ops::Range;
use sha2::{Digest, Sha256};
use zera_primitives::Hash;

/// First bytes of a proving key's file; the last one is the version.
pub const MAGIC: [u8; 8] = *b"ZERAPKF\x01";
/// Most bytes of a head.
pub const MAX_HEAD: usize = 4_096;

/// Why a file of a key was refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It does not begin as one.
    #[error("this is not a proving key of version 1")]
    NotAKey,
    /// It is another key than the one that was asked for.
    #[error("the key's head is not the pinned one")]
    OtherKey,
    /// A section's bytes are not those that the head names.
    #[error("section {0:?} is damaged")]
    Damaged(SectionKind),
    /// The head contradicts itself.
    #[error("the key's head does not hold together: {0}")]
    Head(&'static str),
    /// The key contradicts itself.
    #[error(transparent)]
    Key(#[from] ProofError),
}

/// The parts of a key, in the order in which they stand in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum SectionKind {
    /// alpha, beta, delta, delta_D in G1; beta, gamma, delta, delta_D in G2; the inputs' points.
    Single,
    /// delta in G1 and the committed wires' points: all that the first phase needs.
    Commit,
    /// u_i.
    A,
    /// v_i in G1.
    BG1,
    /// v_i in G2.
    BG2,
    /// The late wires' points.
    L,
    /// The quotient's points.
    H,
}

impl SectionKind {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Single, Self::Commit, Self::A, Self::BG1, Self::BG2, Self::L, Self::H];
}

/// One section.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Section {
    /// Which.
    pub kind: SectionKind,
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: [u8; 32],
}

/// What stands before the sections.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Head {
    /// The trapdoors are known: proofs under this key convince nobody.
    pub insecure: bool,
    /// Number of the class.
    pub class: u8,
    /// Digest of the circuit.
    pub circuit: Hash,
    /// Counts of the circuit.
    pub shape: Shape,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

impl Head {
    /// The head's bytes: magic, length, SCALE; then come the sections.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = self.encode();
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// SHA-256 of the head's bytes: names the key.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.to_bytes()).into()
    }

    /// Reads the head at the beginning of a file; none if `prefix` is shorter than the head. `pin` is the name that the
    /// key must have.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn read(prefix: &[u8], pin: Option<&[u8; 32]>) -> Result<Option<Self>, KeyFileError> {
        let magic = prefix.get(..MAGIC.len().min(prefix.len())).unwrap_or_default();
        if !MAGIC.starts_with(magic) {
            return Err(KeyFileError::NotAKey);
        }
        let Some(length) = prefix.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes) else {
            return Ok(None);
        };
        if length as usize > MAX_HEAD {
            return Err(KeyFileError::Head("it is too long"));
        }
        let Some(mut body) = prefix.get(12..12 + length as usize) else { return Ok(None) };
        let head = Self::decode(&mut body).map_err(|_| KeyFileError::Head("it cannot be read"))?;
        if !body.is_empty() || head.sections.iter().map(|section| section.kind).ne(SectionKind::ALL) {
            return Err(KeyFileError::Head("its sections are not in order"));
        }
        head.check()?;
        match pin {
            Some(pin) if *pin != head.sha256() => Err(KeyFileError::OtherKey),
            _ => Ok(Some(head)),
        }
    }

    /// Bounds on everything that memory is taken for.
    fn check(&self) -> Result<(), KeyFileError> {
        let Shape { constraints, inputs, committed, wires } = self.shape;
        let public = u64::from(inputs) + u64::from(committed);
        if inputs == 0 || public > u64::from(wires) || wires > 1 << 26 || constraints > 1 << 24 || inputs > 1 << 12 {
            return Err(KeyFileError::Head("its counts do not belong together"));
        }
        let (g1, bitmap) = (super::G1_BYTES as u64, u64::from(wires).div_ceil(8));
        for section in &self.sections {
            let wires = u64::from(wires);
            let fits = match section.kind {
                SectionKind::Single => section.bytes == (u64::from(inputs) + 12) * g1,
                SectionKind::Commit => section.bytes == (u64::from(committed) + 1) * g1,
                SectionKind::L => section.bytes == self.shape.late() as u64 * g1,
                SectionKind::H => section.bytes == (self.shape.domain() as u64 - 1) * g1,
                SectionKind::A | SectionKind::BG1 => (bitmap..=bitmap + wires * g1).contains(&section.bytes),
                SectionKind::BG2 => (bitmap..=bitmap + wires * 2 * g1).contains(&section.bytes),
            };
            if !fits {
                return Err(KeyFileError::Head("a section's length does not fit its counts"));
            }
        }
        Ok(())
    }

    /// Bytes of the file that hold `kind`.
    #[must_use]
    pub fn range(&self, kind: SectionKind) -> Range<u64> {
        let mut from = self.to_bytes().len() as u64;
        for section in self.sections.iter().take_while(|section| section.kind != kind) {
            from += section.bytes;
        }
        from..from + self.section(kind).map_or(0, |section| section.bytes)
    }

    /// Length of the whole file.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        self.range(SectionKind::H).end
    }

    /// The section of that kind.
    #[must_use]
    pub fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }
}
