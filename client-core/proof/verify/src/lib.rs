//! Statements about executions, proof files, and the verifier of both. Small: the runtime links it.
//!
//! [`statement`] what is proven; [`log`] what the host answered; [`file`] a proof as bytes; [`keys`] the verifying keys;
//! [`bus`] tuples and their sum; [`inputs`] public inputs of a segment; [`transcript`] the challenge; [`verify`] the
//! whole check.
#![cfg_attr(not(test), no_std)]
extern crate alloc;

pub mod bus;
pub mod describe;
pub mod equation;
pub mod error;
pub mod file;
pub mod groth16;
pub mod inputs;
pub mod keys;
pub mod log;
pub mod points;
pub mod prepared;
pub mod replay;
pub mod rules;
pub mod statement;
pub mod stock;
pub mod transcript;
pub mod verify;

pub use describe::{Description, describe};
pub use error::VerifyError;
pub use file::{ProofFile, SegmentProof};
pub use keys::{ClassInfo, ClassKeys, ClassKind, Keys};
pub use log::{HostCall, HostLog, HostStop};
pub use prepared::Prepared;
pub use statement::{Emitted, Events, Origin, Part, Statement};
pub use transcript::{Challenge, challenge, program_digest};
pub use verify::{Verdict, program, verify, verify_batch, verify_program};
