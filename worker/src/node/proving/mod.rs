//! Executions that can be proven, proofs under way, proofs that are kept.

pub mod crew;
