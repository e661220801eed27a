//! Proves executions in a worker of the tab, a segment at a time. The node asks ([`wire`]); what proves is `zera_proof`,
//! which [`prover`] holds together with a job and a class's key.

pub mod prover;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
mod web;
pub mod wire;
