//! Statements about executions, proof files, and the verifier of both. Small: the runtime links it.
#![no_std]
extern crate alloc;
