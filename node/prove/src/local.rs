//! A host without a chain: events are heard, everything that asks for a ledger is refused by name.

use std::cell::Cell;
use zera_vm::{
    CallerKind, Construction, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef, UpgradeRequest,
};

/// What answers in a run without a chain. Arguments, results and hashes are the engine's own work.
#[derive(Debug, Default)]
pub struct Local {
    /// The first thing that was asked of a chain.
    asked: Cell<Option<&'static str>>,
}

impl Local {
    /// What the module asked a chain for, if it did.
    #[must_use]
    pub const fn asked(&self) -> Option<&'static str> {
        self.asked.get()
    }

    fn note(&self, what: &'static str) {
        if self.asked.get().is_none() {
            self.asked.set(Some(what));
        }
    }

    fn refuse<T>(&self, what: &'static str) -> Result<T, HostError> {
        self.note(what);
        Err(HostError::Refused(format!("there is no chain here: {what}")))
    }
}

impl Host for Local {
    fn storage_get(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.refuse("storage_get")
    }

    fn storage_set(&mut self, _: &[u8], _: &[u8]) -> Result<(), HostError> {
        self.refuse("storage_set")
    }

    fn storage_remove(&mut self, _: &[u8]) -> Result<(), HostError> {
        self.refuse("storage_remove")
    }

    fn old_storage_get(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.refuse("old_storage_get")
    }

    fn old_storage_next(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.refuse("old_storage_next")
    }

    fn caller(&self) -> [u8; 32] {
        self.note("caller");
        [0; 32]
    }

    fn caller_kind(&self) -> CallerKind {
        self.note("caller_kind");
        CallerKind::Account
    }

    fn self_id(&self) -> [u8; 32] {
        self.note("self_id");
        [0; 32]
    }

    /// Nothing is attached to a call without a chain.
    fn value(&self) -> u128 {
        0
    }

    fn balance(&mut self, _: &[u8; 32]) -> Result<u128, HostError> {
        self.refuse("balance")
    }

    fn transfer(&mut self, _: &[u8; 32], _: u128) -> Result<(), HostError> {
        self.refuse("transfer")
    }

    fn slot(&self) -> u64 {
        self.note("slot");
        0
    }

    fn height(&self) -> u64 {
        self.note("height");
        0
    }

    fn call(&mut self, _: NestedCall<'_>, _: &mut u64, _: &mut u64) -> Result<Vec<u8>, HostError> {
        self.refuse("call_module")
    }

    fn emit_event(&mut self, _: &str, _: &[u8]) -> Result<(), HostError> {
        Ok(())
    }

    fn set_tag(&mut self, _: &str, _: [u8; 32], _: Option<u64>) -> Result<(), HostError> {
        self.refuse("set_contract_wasm_ref")
    }

    fn delete_tag(&mut self, _: &str) -> Result<(), HostError> {
        self.refuse("delete_contract_wasm_ref")
    }

    fn tag(&mut self, _: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        self.refuse("get_contract_wasm_ref")
    }

    fn create_follower(
        &mut self,
        _: TagRef<'_>,
        _: [u8; 32],
        _: Option<Construction<'_>>,
        _: &mut u64,
        _: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        self.refuse("create_contract_with_external_ref")
    }

    fn update_executable(&mut self, _: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.refuse("update_current_contract_executable_ref")
    }

    fn executable(&mut self, _: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        self.refuse("get_address_executable")
    }

    fn log_execution(&mut self, _: &str) -> Result<(), HostError> {
        self.refuse("log_execution_for_proof")
    }

    fn has_trace(&mut self, _: &[u8; 32]) -> Result<bool, HostError> {
        self.refuse("has_execution_trace")
    }

    fn request_proof(&mut self, _: &[u8; 32]) -> Result<(), HostError> {
        self.refuse("trigger_zk_proof_generation")
    }

    fn verify_proof(&mut self, _: &[u8], _: &[u8; 32], _: &mut u64) -> Result<bool, HostError> {
        self.refuse("verify_execution_proof")
    }

    fn verify_groth16(&mut self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, HostError> {
        self.refuse("verify_groth16")
    }

    fn apply_upgrade(&mut self, _: UpgradeRequest) -> Result<(), HostError> {
        self.refuse("apply_wasm_module_upgrade")
    }
}
