//! Conviction in exact integers (design §6), and nothing else: half-lives, decay, the triple (y, x, s), 256-bit products.
//! Apart from the rest of governance so that a module can count votes with the ledger's own code, and prove it.
#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod alpha;
pub mod curve;
pub mod decay;
pub mod wide;
