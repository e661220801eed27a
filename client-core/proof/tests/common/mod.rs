//! Runs for the tests of the circuit. The chain, the stories of the samples and the twin of engine and rows are those of
//! the row machine's own tests.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a failed invariant is a failed test")]

#[path = "../../rows/tests/common/mod.rs"]
pub mod rows;
pub mod runs;
