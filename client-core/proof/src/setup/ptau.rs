//! Powers as a file of the `.ptau` format (that of snarkjs), for BN254.
//!
//! Magic, version, number of sections; each section a number, a length, bytes. Section 1 names field and size, 2 to 6 hold
//! tau in G1, tau in G2, alpha tau, beta tau, beta in G2; what else there may be (contributions, prepared forms) is passed
//! over: [`Powers::check`] asks the points themselves. Coordinates are in Montgomery form, lowest byte first.

use super::{SetupError, powers::Powers};
use alloc::vec::Vec;
use ark_bn254::{Fq, Fq2, g1::G1Affine, g2::G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, BigInteger, PrimeField, Zero};

const MAGIC: &[u8] = b"ptau";
const VERSION: u32 = 1;
const MAX_SECTIONS: u32 = 64;
const NUMBER: usize = 32;

/// Bytes that are read from the front.
struct Cursor<'b>(&'b [u8]);

impl<'b> Cursor<'b> {
    fn take(&mut self, length: usize) -> Result<&'b [u8], SetupError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(SetupError::Ptau("it is cut"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, SetupError> {
        let bytes = self.take(4)?.try_into().map_err(|_| SetupError::Ptau("it is cut"))?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn length(&mut self) -> Result<usize, SetupError> {
        let bytes = self.take(8)?.try_into().map_err(|_| SetupError::Ptau("it is cut"))?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| SetupError::Ptau("a section is too long"))
    }
}

/// Reads the powers for domains of 2^log. They are as they are in the file: ask [`Powers::check`].
///
/// # Errors
/// [`SetupError::Ptau`], [`SetupError::TooFew`].
pub fn read(bytes: &[u8], log: u32) -> Result<Powers, SetupError> {
    let mut cursor = Cursor(bytes);
    if cursor.take(MAGIC.len())? != MAGIC || cursor.u32()? != VERSION {
        return Err(SetupError::Ptau("it is no file of powers of version 1"));
    }
    let count = cursor.u32()?;
    if count > MAX_SECTIONS {
        return Err(SetupError::Ptau("it has too many sections"));
    }
    let mut sections: [Option<&[u8]>; 7] = [None; 7];
    for _ in 0..count {
        let (id, length) = (cursor.u32()?, cursor.length()?);
        let body = cursor.take(length)?;
        let twice = sections.get_mut(id as usize).and_then(|place| place.replace(body));
        if twice.is_some() {
            return Err(SetupError::Ptau("a section stands twice"));
        }
    }
    let section = |id: usize| sections[id].ok_or(SetupError::Ptau("a section is missing"));
    let have = header(section(1)?)?;
    if log == 0 || log > have {
        return Err(SetupError::TooFew { needed: log, have });
    }
    let (all, size) = (1_usize << have, 1_usize << log);
    Ok(Powers {
        log,
        tau_g1: points(section(2)?, 2 * all - 1, 2 * size - 1)?,
        tau_g2: points(section(3)?, all, size)?,
        alpha_g1: points(section(4)?, all, size)?,
        beta_g1: points(section(5)?, all, size)?,
        beta_g2: *points(section(6)?, 1, 1)?.first().ok_or(SetupError::Ptau("it is cut"))?,
    })
}

/// Checks the field and gives the logarithm of the size.
fn header(bytes: &[u8]) -> Result<u32, SetupError> {
    let mut cursor = Cursor(bytes);
    if cursor.u32()? as usize != NUMBER || cursor.take(NUMBER)? != Fq::MODULUS.to_bytes_le() {
        return Err(SetupError::Ptau("its curve is not BN254"));
    }
    let power = cursor.u32()?;
    if power == 0 || power > 28 { Err(SetupError::Ptau("its size is out of range")) } else { Ok(power) }
}

/// A point in the format.
trait Stored: AffineRepr {
    const NUMBERS: usize;
    fn from_numbers(numbers: &[Fq]) -> Self;
    fn numbers(&self) -> Vec<Fq>;
}

impl Stored for G1Affine {
    const NUMBERS: usize = 2;

    fn from_numbers(numbers: &[Fq]) -> Self {
        Self::new_unchecked(numbers[0], numbers[1])
    }

    fn numbers(&self) -> Vec<Fq> {
        [self.x, self.y].into()
    }
}

impl Stored for G2Affine {
    const NUMBERS: usize = 4;

    fn from_numbers(numbers: &[Fq]) -> Self {
        Self::new_unchecked(Fq2::new(numbers[0], numbers[1]), Fq2::new(numbers[2], numbers[3]))
    }

    fn numbers(&self) -> Vec<Fq> {
        [self.x.c0, self.x.c1, self.y.c0, self.y.c1].into()
    }
}

/// The first `wanted` of the section's `count` points.
fn points<G: Stored>(bytes: &[u8], count: usize, wanted: usize) -> Result<Vec<G>, SetupError> {
    let length = G::NUMBERS * NUMBER;
    if bytes.len() != count * length {
        return Err(SetupError::Ptau("a section has another length than its size says"));
    }
    bytes.chunks_exact(length).take(wanted).map(point).collect()
}

fn point<G: Stored>(bytes: &[u8]) -> Result<G, SetupError> {
    let mut numbers = [Fq::zero(); 4];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(NUMBER)) {
        let mut limbs = [0_u64; 4];
        for (limb, bytes) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().map_err(|_| SetupError::Ptau("it is cut"))?);
        }
        let limbs = BigInt::new(limbs);
        if limbs >= Fq::MODULUS {
            return Err(SetupError::Ptau("a coordinate is not below the field's order"));
        }
        // The file and arkworks keep numbers in the same Montgomery form.
        *number = Fq::new_unchecked(limbs);
    }
    Ok(G::from_numbers(&numbers))
}

/// The file of `powers`.
#[must_use]
pub fn write(powers: &Powers) -> Vec<u8> {
    let mut head = (NUMBER as u32).to_le_bytes().to_vec();
    head.extend_from_slice(&Fq::MODULUS.to_bytes_le());
    head.extend_from_slice(&powers.log.to_le_bytes());
    head.extend_from_slice(&powers.log.to_le_bytes());
    let sections: [Vec<u8>; 6] = [
        head,
        stored(&powers.tau_g1),
        stored(&powers.tau_g2),
        stored(&powers.alpha_g1),
        stored(&powers.beta_g1),
        stored(&[powers.beta_g2]),
    ];
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    for (id, body) in (1_u32..).zip(&sections) {
        out.extend_from_slice(&id.to_le_bytes());
        out.extend_from_slice(&(body.len() as u64).to_le_bytes());
        out.extend_from_slice(body);
    }
    out
}

fn stored<G: Stored>(points: &[G]) -> Vec<u8> {
    let numbers = points.iter().flat_map(Stored::numbers);
    numbers.flat_map(|number| number.0.to_bytes_le()).collect()
}
