//! What makes a block final and how a header follows another: certificates in simplex's encoding and header checks
//! (design §4, §9). The tab verifies with this, and its solo chain seals with it.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod certificate;
pub mod headers;
pub mod validators;

pub use certificate::{Certificate, CertificateError, SealKey, seal};
pub use headers::{HeaderError, check_child};
pub use validators::{ValidatorSet, ValidatorSetError};

#[cfg(test)]
mod conformance;
