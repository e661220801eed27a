//! BLAKE3 content hashes, always domain-separated (design §4).

use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// A 32-byte BLAKE3 digest.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// All zero: the parent of the first block, the hash of nothing.
    pub const ZERO: Self = Self([0; 32]);

    /// Digest of `bytes` alone, without a domain: the content hash of code and files.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// Digest of `parts` under `domain`. Every part is length-prefixed, so no two lists of parts collide.
    #[must_use]
    pub fn of_parts(domain: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(domain);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// Digest of a SCALE-encoded value under `domain`.
    #[must_use]
    pub fn of_encoded<T: Encode>(domain: &str, value: &T) -> Self {
        Self::of_parts(domain, &[&value.encode()])
    }

    /// Binary Merkle root of `leaves` under `domain`; the empty list has the zero root. An odd node moves up
    /// unchanged; leaves and inner nodes are hashed under different domains, so neither can stand for the other.
    #[must_use]
    pub fn merkle(domain: &str, leaves: &[Hash]) -> Self {
        if leaves.is_empty() {
            return Self::ZERO;
        }
        let mut level: alloc::vec::Vec<Hash> =
            leaves.iter().map(|leaf| Self::of_parts(domain, &[b"leaf", &leaf.0])).collect();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => Self::of_parts(domain, &[b"node", &left.0, &right.0]),
                    [one] => *one,
                    _ => Self::ZERO,
                })
                .collect();
        }
        level.first().copied().unwrap_or(Self::ZERO)
    }

    /// Lower-case hexadecimal, 64 digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// Parses 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = from_hex(text)?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// Lower-case hexadecimal of any bytes.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Parses an even number of hexadecimal digits.
#[must_use]
pub fn from_hex(text: &str) -> Option<alloc::vec::Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    digits.chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
