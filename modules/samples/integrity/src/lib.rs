//! Sample: document 001 made whole. Business logic whose execution asks to be kept for a proof; a request for a proof of any
//! kept transaction; and a decision that only a verified proof, or a verified foreign Groth16 proof, can make.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Logic worth proving, requests for proofs, and what a verified proof allows.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod integrity {
    use zera::prelude::*;
    use zera::{types::Hash, zera_runtime_api};

    /// Everything the module keeps.
    #[storage]
    pub struct Integrity {
        /// Statements that were verified, by their digest.
        verified: Map<Hash, bool>,
        /// The key that foreign proofs are verified with.
        key: Item<Vec<u8>>,
        /// How many foreign proofs held.
        foreign: Item<u64>,
    }

    /// A proof was asked for.
    #[event]
    pub struct ZKProofRequested {
        /// Hash of the transaction.
        pub transaction: Hash,
    }

    /// A proof was verified.
    #[event]
    pub struct IntegrityVerified {
        /// Digest of what it proves.
        pub statement: Hash,
    }

    impl Integrity {
        /// Foreign proofs are verified with `key` (empty for none).
        #[constructor]
        pub fn new(&mut self, key: Vec<u8>) {
            self.key.set(&key);
            self.foreign.set(&0);
        }

        /// Twice the input and ten more; traps where that passes 64 bits.
        #[call(direct)]
        pub fn critical_business_logic(&self, input_data: u64) -> u64 {
            let result = input_data * 2 + 10;
            zera_runtime_api::log_execution_for_proof(b"critical_business_logic_call");
            result
        }

        /// Asks for a proof of a transaction's execution; false if the chain no longer keeps its receipt.
        #[call]
        pub fn request_integrity_proof(&mut self, transaction_hash: Hash) -> bool {
            if !zera_runtime_api::has_execution_trace(&transaction_hash) {
                return false;
            }
            zera_runtime_api::trigger_zk_proof_generation(&transaction_hash);
            env::emit(&ZKProofRequested { transaction: transaction_hash });
            true
        }

        /// Notes a statement as verified if the proof file proves it.
        #[call]
        pub fn accept_proof(&mut self, proof: Vec<u8>, statement: Hash) -> Result<()> {
            if !zera_runtime_api::verify_execution_proof(&proof, &statement) {
                return Err("this proof does not prove an execution that the chain keeps");
            }
            self.verified.set(&statement, &true);
            env::emit(&IntegrityVerified { statement });
            Ok(())
        }

        /// Counts a foreign Groth16 proof if it holds.
        #[call]
        pub fn accept_foreign(&mut self, proof: Vec<u8>, public_inputs: Vec<u8>) -> Result<u64> {
            if !zera_runtime_api::verify_groth16(&self.key.get(), &proof, &public_inputs) {
                return Err("this proof does not hold under the module's key");
            }
            let count = self.foreign.get() + 1;
            self.foreign.set(&count);
            Ok(count)
        }

        /// Whether a statement was verified here.
        #[query]
        pub fn is_verified(&self, statement: Hash) -> bool {
            self.verified.get(&statement).unwrap_or(false)
        }
    }
}

#[cfg(test)]
mod tests;
