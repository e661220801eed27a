//! The universal circuit of the row machine, its set-up and its prover.
#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod circuit;
pub mod groth16;
pub mod prove;
pub mod setup;
