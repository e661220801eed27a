//! Proofs of execution, by the names of document 001: keep an execution's receipt for a proof, ask for a proof, verify one.
//!
//! What these answer is chain state, the same on every node: nothing here tells whether some machine still keeps a trace
//! or is proving right now.

use crate::{host, types::Hash};

/// Asks the chain to keep this execution's receipt ten times as long as others. The name, UTF-8 of 1 to 128 bytes, is
/// for people; the last one counts.
pub fn log_execution_for_proof(context_identifier: &[u8]) {
    host::log_execution_for_proof(context_identifier);
}

/// Whether the chain still keeps the receipt of a transaction's execution.
#[must_use]
pub fn has_execution_trace(transaction_hash: &Hash) -> bool {
    host::has_execution_trace(&transaction_hash.0)
}

/// Asks everyone who can prove for a proof of a transaction's first execution. The call is refused where
/// [`has_execution_trace`] says no.
pub fn trigger_zk_proof_generation(transaction_hash: &Hash) {
    host::trigger_zk_proof_generation(&transaction_hash.0);
}

/// Emits an event with a name and bytes as they are; [`crate::env::emit`] is for those in the manifest.
pub fn emit_event(event_name: &[u8], data: &[u8]) {
    host::emit_event(event_name, data);
}

/// Verifies a proof file: true if it proves the statement with this digest, and that execution stands in a receipt which
/// the chain still keeps.
#[must_use]
pub fn verify_execution_proof(proof: &[u8], statement: &Hash) -> bool {
    host::verify_execution_proof(proof, &statement.0)
}

/// Verifies any Groth16 proof on BN254: key, proof and public inputs as docs/host-api.md lays them out.
#[must_use]
pub fn verify_groth16(key: &[u8], proof: &[u8], public_inputs: &[u8]) -> bool {
    host::verify_groth16(key, proof, public_inputs)
}
