//! Stake, conviction, threshold base, proposals.
#![cfg_attr(not(test), no_std)]
extern crate alloc as alloc_crate;
