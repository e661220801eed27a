//! The universal circuit of the row machine, its set-up and its prover.
#![no_std]
extern crate alloc;
