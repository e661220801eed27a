//! Reading sections of a key, in pieces of any size.

use super::{
    head::{Head, KeyFileError, SectionKind},
    point::{Coordinates, G1_BYTES, G2_BYTES},
};
use crate::groth16::{CommitKey, ProofKey, ProvingKey, Query, Shape, VerifyingKey, assemble::Points};
use alloc::{boxed::Box, vec::Vec};
use ark_bn254::{G1Affine, G2Affine};
use sha2::{Digest, Sha256};

/// A section that was read and has the hash that its head names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// [`SectionKind::Single`].
    Single(Box<(VerifyingKey, Points)>),
    /// [`SectionKind::Commit`].
    Commit(CommitKey),
    /// [`SectionKind::A`].
    A(Query<G1Affine>),
    /// [`SectionKind::BG1`].
    BG1(Query<G1Affine>),
    /// [`SectionKind::BG2`].
    BG2(Query<G2Affine>),
    /// [`SectionKind::L`].
    L(Vec<G1Affine>),
    /// [`SectionKind::H`].
    H(Vec<G1Affine>),
}

/// Reads one section.
pub struct SectionReader {
    kind: SectionKind,
    shape: Shape,
    expected: [u8; 32],
    hasher: Sha256,
    /// Bytes still to come.
    missing: u64,
    /// The bit for each wire, then what is left of a piece that ended within a point.
    present: Vec<u8>,
    pending: Vec<u8>,
    first: Vec<G1Affine>,
    second: Vec<G2Affine>,
}

impl SectionReader {
    /// Begins with the first byte of section `kind` of the file that has this head.
    ///
    /// # Errors
    /// When the head has no such section.
    pub fn new(head: &Head, kind: SectionKind) -> Result<Self, KeyFileError> {
        let section = head.section(kind).ok_or(KeyFileError::Head("a section is missing"))?;
        Ok(Self {
            kind,
            shape: head.shape,
            expected: section.sha256,
            hasher: Sha256::new(),
            missing: section.bytes,
            present: Vec::new(),
            pending: Vec::new(),
            first: Vec::new(),
            second: Vec::new(),
        })
    }

    /// Takes the next bytes and returns those that lie behind the section.
    ///
    /// # Errors
    /// When a number is not below the field's order.
    pub fn push<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], KeyFileError> {
        let length = usize::try_from(self.missing).map_or(bytes.len(), |missing| bytes.len().min(missing));
        let (mut bytes, rest) = bytes.split_at(length);
        self.hasher.update(bytes);
        self.missing -= length as u64;
        let bitmap = match self.kind {
            SectionKind::A | SectionKind::BG1 | SectionKind::BG2 => (self.shape.wires as usize).div_ceil(8),
            _ => 0,
        };
        let (bits, points) = bytes.split_at(bytes.len().min(bitmap - self.present.len().min(bitmap)));
        self.present.extend_from_slice(bits);
        bytes = points;
        while !bytes.is_empty() {
            let wanted = self.next_size() - self.pending.len();
            let (piece, after) = bytes.split_at(bytes.len().min(wanted));
            bytes = after;
            if piece.len() < wanted {
                self.pending.extend_from_slice(piece);
            } else if self.pending.is_empty() {
                self.point(piece)?;
            } else {
                self.pending.extend_from_slice(piece);
                let whole = core::mem::take(&mut self.pending);
                self.point(&whole)?;
            }
        }
        Ok(rest)
    }

    /// Length of the next point.
    const fn next_size(&self) -> usize {
        match self.kind {
            SectionKind::BG2 => G2_BYTES,
            SectionKind::Single if self.first.len() == 4 && self.second.len() < 4 => G2_BYTES,
            _ => G1_BYTES,
        }
    }

    fn point(&mut self, bytes: &[u8]) -> Result<(), KeyFileError> {
        let damaged = KeyFileError::Damaged(self.kind);
        if bytes.len() == G2_BYTES {
            self.second.push(G2Affine::read(bytes).ok_or(damaged)?);
        } else {
            self.first.push(G1Affine::read(bytes).ok_or(damaged)?);
        }
        Ok(())
    }

    /// Bytes still to come.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.missing
    }

    /// The section, once all its bytes have come and have the right hash.
    ///
    /// # Errors
    /// [`KeyFileError::Damaged`].
    pub fn finish(self) -> Result<Part, KeyFileError> {
        let damaged = KeyFileError::Damaged(self.kind);
        let hash: [u8; 32] = self.hasher.finalize().into();
        if self.missing != 0 || !self.pending.is_empty() || hash != self.expected {
            return Err(damaged);
        }
        let wires = wires(&self.present, self.shape.wires);
        let (mut first, second) = (self.first, self.second);
        let fits = wires.len() == first.len().max(second.len());
        Ok(match self.kind {
            SectionKind::A if fits => Part::A(Query { wires, points: first }),
            SectionKind::BG1 if fits => Part::BG1(Query { wires, points: first }),
            SectionKind::BG2 if fits => Part::BG2(Query { wires, points: second }),
            SectionKind::A | SectionKind::BG1 | SectionKind::BG2 => return Err(damaged),
            SectionKind::L => Part::L(first),
            SectionKind::H => Part::H(first),
            SectionKind::Commit => {
                let ck = first.split_off(1.min(first.len()));
                Part::Commit(CommitKey { delta_g1: *first.first().ok_or(damaged)?, ck })
            }
            SectionKind::Single => {
                let ic = first.split_off(4.min(first.len()));
                let &[alpha_g1, beta_g1, delta_g1, delta_d_g1] = &first[..] else { return Err(damaged) };
                let &[beta_g2, gamma_g2, delta_g2, delta_d_g2] = &second[..] else { return Err(damaged) };
                let vk = VerifyingKey { alpha_g1, beta_g2, gamma_g2, delta_g2, delta_d_g2, ic };
                Part::Single(Box::new((vk, Points { beta_g1, delta_g1, delta_d_g1 })))
            }
        })
    }
}

/// The wires whose bit is set.
fn wires(present: &[u8], count: u32) -> Vec<u32> {
    let set = |wire: &u32| present.get(*wire as usize / 8).is_some_and(|byte| byte >> (wire % 8) & 1 == 1);
    if present.is_empty() { Vec::new() } else { (0..count).filter(set).collect() }
}

/// A whole file at once. `pin` is the name that the key must have.
///
/// # Errors
/// See [`KeyFileError`].
pub fn from_bytes(bytes: &[u8], pin: Option<&[u8; 32]>) -> Result<(Head, ProvingKey), KeyFileError> {
    let head = Head::read(bytes, pin)?.ok_or(KeyFileError::Head("it is cut"))?;
    let mut rest = &bytes[head.to_bytes().len()..];
    let mut next = |kind| {
        let mut reader = SectionReader::new(&head, kind)?;
        rest = reader.push(rest)?;
        Ok::<_, KeyFileError>((reader.finish()?, rest.is_empty()))
    };
    let parts = SectionKind::ALL.map(&mut next);
    let [single, commit, a, b_g1, b_g2, l, h] = parts;
    let broken = KeyFileError::Head("its sections are not in order");
    let (
        (Part::Single(single), _),
        (Part::Commit(commit), _),
        (Part::A(a), _),
        (Part::BG1(b_g1), _),
        (Part::BG2(b_g2), _),
        (Part::L(l), _),
        (Part::H(h), true),
    ) = (single?, commit?, a?, b_g1?, b_g2?, l?, h?)
    else {
        return Err(broken);
    };
    let (vk, Points { beta_g1, delta_g1, delta_d_g1 }) = *single;
    if delta_g1 != commit.delta_g1 {
        return Err(broken);
    }
    let proof = ProofKey { beta_g1, delta_d_g1, a, b_g1, b_g2, h, l };
    let key = ProvingKey { shape: head.shape, vk, commit, proof };
    key.check()?;
    Ok((head, key))
}
