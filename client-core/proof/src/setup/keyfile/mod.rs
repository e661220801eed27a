//! Proving keys as files that are read in parts: a head with the SHA-256 of every section, then the sections. The head's
//! own SHA-256 is what the file of verifying keys pins, so a reader may take any section alone and still know whose it is.

mod head;
mod point;
mod read;

pub use head::{Head, KeyFileError, Section, SectionKind};
pub use point::{Coordinates, G1_BYTES, G2_BYTES};
pub use read::{Part, SectionReader, from_bytes};

use crate::groth16::{CommitKey, ProvingKey, Query};
use alloc::vec::Vec;
use point::write_points;
use sha2::{Digest, Sha256};
use zera_primitives::Hash;

/// What a key is for; it stands in its head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// Number of the class.
    pub class: u8,
    /// Digest of the circuit.
    pub circuit: Hash,
    /// The trapdoors are known.
    pub insecure: bool,
}

/// A key as a file.
///
/// # Errors
/// When the key contradicts itself.
pub fn to_bytes(key: &ProvingKey, label: Label) -> Result<Vec<u8>, KeyFileError> {
    let (head, sections) = to_sections(key, label)?;
    let mut bytes = head.to_bytes();
    for section in sections {
        bytes.extend_from_slice(&section);
    }
    Ok(bytes)
}

/// A key as its head and the bytes of its sections, in the order in which they stand in the file.
///
/// # Errors
/// When the key contradicts itself.
pub fn to_sections(key: &ProvingKey, label: Label) -> Result<(Head, Vec<Vec<u8>>), KeyFileError> {
    key.check()?;
    let bodies = SectionKind::ALL.map(|kind| body(key, kind));
    let sections = SectionKind::ALL.into_iter().zip(&bodies).map(|(kind, body)| Section {
        kind,
        bytes: body.len() as u64,
        sha256: Sha256::digest(body).into(),
    });
    let Label { class, circuit, insecure } = label;
    let head = Head { insecure, class, circuit, shape: key.shape, sections: sections.collect() };
    Ok((head, bodies.into()))
}

fn body(key: &ProvingKey, kind: SectionKind) -> Vec<u8> {
    let mut out = Vec::new();
    let wires = key.shape.wires as usize;
    match kind {
        SectionKind::Single => {
            let (vk, proof) = (&key.vk, &key.proof);
            write_points(&[vk.alpha_g1, proof.beta_g1, key.commit.delta_g1, proof.delta_d_g1], &mut out);
            write_points(&[vk.beta_g2, vk.gamma_g2, vk.delta_g2, vk.delta_d_g2], &mut out);
            write_points(&vk.ic, &mut out);
        }
        SectionKind::Commit => {
            let CommitKey { delta_g1, ck } = &key.commit;
            write_points(&[*delta_g1], &mut out);
            write_points(ck, &mut out);
        }
        SectionKind::A => write_query(&key.proof.a, wires, &mut out),
        SectionKind::BG1 => write_query(&key.proof.b_g1, wires, &mut out),
        SectionKind::BG2 => write_query(&key.proof.b_g2, wires, &mut out),
        SectionKind::L => write_points(&key.proof.l, &mut out),
        SectionKind::H => write_points(&key.proof.h, &mut out),
    }
    out
}

/// One bit for each wire, lowest first, then the points of those that have one.
fn write_query<G: Coordinates>(query: &Query<G>, wires: usize, out: &mut Vec<u8>) {
    let mut present = alloc::vec![0_u8; wires.div_ceil(8)];
    for wire in &query.wires {
        if let Some(byte) = present.get_mut(*wire as usize / 8) {
            *byte |= 1 << (wire % 8);
        }
    }
    out.extend_from_slice(&present);
    write_points(&query.points, out);
}
