//! What makes a block final and how a header follows another: certificates in simplex's encoding and header checks
//! (design §4, §9). The tab verifies with this, and its solo chain seals with it. Above them the light client: from a
//! checkpoint to the tip ([`sync`]), and proof of contradicting certificates ([`evidence`]).

#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod anchor;
pub mod certificate;
mod committee;
pub mod evidence;
pub mod headers;
pub mod rules;
pub mod sync;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
pub mod validators;

pub use anchor::{Anchor, AnchorError};
pub use certificate::{Certificate, CertificateError, SealKey, seal};
pub use evidence::{Clash, Evidence, EvidenceError};
pub use headers::{HeaderError, check_child};
pub use rules::Rules;
pub use sync::{Light, LightError, Step};
pub use validators::{ValidatorSet, ValidatorSetError};
pub use zera_wire::answer::{Boundary, Finality};

#[cfg(test)]
mod conformance;
