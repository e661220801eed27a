//! The chain around a measured call: storage in memory that every call finds as it was.

use std::collections::BTreeMap;
use zera_vm::{
    CallerKind, Construction, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef, UpgradeRequest,
};

/// What everybody owns, in base units.
const BALANCE: u128 = 1_000_000_000_000;

/// A host for one module.
#[derive(Default)]
pub struct BenchHost {
    /// What calls find.
    base: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What the running call wrote; none is removed.
    written: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// ZRA base units attached to a call.
    pub value: u128,
}

impl BenchHost {
    /// Forgets what the last call wrote.
    pub fn reset(&mut self) {
        self.written.clear();
    }

    /// Keeps what the last call wrote.
    pub fn keep(&mut self) {
        for (key, value) in std::mem::take(&mut self.written) {
            match value {
                Some(value) => self.base.insert(key, value),
                None => self.base.remove(&key),
            };
        }
    }
}

fn refused<T>() -> Result<T, HostError> {
    Err(HostError::Refused("a bench calls nobody else".into()))
}

impl Host for BenchHost {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.written.get(key).map_or_else(|| self.base.get(key).cloned(), Clone::clone))
    }
    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.written.insert(key.to_vec(), Some(value.to_vec()));
        Ok(())
    }
    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.written.insert(key.to_vec(), None);
        Ok(())
    }
    fn old_storage_get(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        refused()
    }
    fn old_storage_next(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        refused()
    }
    fn caller(&self) -> [u8; 32] {
        [7; 32]
    }
    fn caller_kind(&self) -> CallerKind {
        CallerKind::Account
    }
    fn self_id(&self) -> [u8; 32] {
        [8; 32]
    }
    fn value(&self) -> u128 {
        self.value
    }
    fn balance(&mut self, _: &[u8; 32]) -> Result<u128, HostError> {
        Ok(BALANCE)
    }
    fn transfer(&mut self, _: &[u8; 32], _: u128) -> Result<(), HostError> {
        Ok(())
    }
    fn slot(&self) -> u64 {
        1_000_000
    }
    fn height(&self) -> u64 {
        1_000
    }
    fn call(&mut self, _: NestedCall<'_>, _: &mut u64, _: &mut u64) -> Result<Vec<u8>, HostError> {
        refused()
    }
    fn emit_event(&mut self, _: &str, _: &[u8]) -> Result<(), HostError> {
        Ok(())
    }
    fn set_tag(&mut self, _: &str, _: [u8; 32], _: Option<u64>) -> Result<(), HostError> {
        refused()
    }
    fn delete_tag(&mut self, _: &str) -> Result<(), HostError> {
        refused()
    }
    fn tag(&mut self, _: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        refused()
    }
    fn create_follower(
        &mut self,
        _: TagRef<'_>,
        _: [u8; 32],
        _: Option<Construction<'_>>,
        _: &mut u64,
        _: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        refused()
    }
    fn update_executable(&mut self, _: ExecutableRequest<'_>) -> Result<(), HostError> {
        refused()
    }
    fn executable(&mut self, _: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        refused()
    }
    fn log_execution(&mut self, _: &str) -> Result<(), HostError> {
        refused()
    }
    fn has_trace(&mut self, _: &[u8; 32]) -> Result<bool, HostError> {
        refused()
    }
    fn request_proof(&mut self, _: &[u8; 32]) -> Result<(), HostError> {
        refused()
    }
    fn verify_proof(&mut self, _: &[u8], _: &[u8; 32], _: &mut u64) -> Result<bool, HostError> {
        refused()
    }
    fn verify_groth16(&mut self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, HostError> {
        refused()
    }
    fn apply_upgrade(&mut self, _: UpgradeRequest) -> Result<(), HostError> {
        refused()
    }
}
