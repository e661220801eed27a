//! Host functions about proofs of execution (document 001): asking the chain to keep, to request, to verify.

use super::HostCall;
use crate::host::session::{Session, Stop};
use alloc::{format, string::String};
use zera_primitives::limits;

impl HostCall<'_, '_> {
    pub(super) fn log_execution_for_proof(&mut self) -> Result<u64, Stop> {
        let context = self.bytes(0, limits::LOGGED_BYTES, "the context")?;
        let context = String::from_utf8(context).ok().filter(|context| !context.is_empty());
        let refused = || Stop::Refused(format!("{}: the context is empty or not UTF-8", self.function.name));
        self.session.host.log_execution(&context.ok_or_else(refused)?)?;
        Ok(0)
    }

    pub(super) fn has_execution_trace(&mut self) -> Result<u64, Stop> {
        let transaction = self.fixed(0)?;
        Ok(u64::from(self.session.host.has_trace(&transaction)?))
    }

    pub(super) fn trigger_zk_proof_generation(&mut self) -> Result<u64, Stop> {
        let transaction = self.fixed(0)?;
        self.session.host.request_proof(&transaction)?;
        Ok(0)
    }

    pub(super) fn verify_execution_proof(&mut self) -> Result<u64, Stop> {
        let proof = self.bytes(0, limits::PROOF_BYTES, "the proof")?;
        let statement = self.fixed(2)?;
        let Session { host, gas, .. } = &mut *self.session;
        Ok(u64::from(host.verify_proof(&proof, &statement, gas)?))
    }

    pub(super) fn verify_groth16(&mut self) -> Result<u64, Stop> {
        // What is longer than this is no key, proof or inputs; it is refused before it is read and charged.
        const POINTS: usize = limits::GROTH16_INPUTS + 1 + 7;
        let key = self.bytes(0, 32 * POINTS, "the key")?;
        let proof = self.bytes(2, 128, "the proof")?;
        let public = self.bytes(4, 32 * limits::GROTH16_INPUTS, "the list of public inputs")?;
        Ok(u64::from(self.session.host.verify_groth16(&key, &proof, &public)?))
    }
}
