//! Stake, conviction, threshold base, proposals.
#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod alpha;
pub mod base;
pub mod curve;
pub mod decay;
pub mod error;
pub mod forecast;
pub mod standing;
pub mod wide;
