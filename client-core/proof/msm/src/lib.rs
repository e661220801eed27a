//! Sums of many multiples of BN254 points, and Fourier transforms over its scalars, made for 32-bit machines such as a
//! browser's: nine limbs of 29 bits ([`field`]), affine additions that share one inversion ([`sum`]), signed windows that
//! leave out what is zero (so bytes and bits cost little), and the curve's endomorphism for large scalars
//! ([`endomorphism`]). Arkworks gives the same answers; tests compare.
//!
//! Sources: Pippenger; Mitschabaude's "montgomery" (ZPrize 2022) for limbs and batches; Gallant, Lambert and Vanstone
//! (CRYPTO 2001) for the endomorphism; the Explicit-Formulas Database for XYZZ coordinates.
#![no_std]
extern crate alloc;

pub mod curve;
pub mod endomorphism;
pub mod field;
pub mod fourier;
pub mod sum;

pub use fourier::Domain;
pub use sum::msm;
