//! A chain in memory for tests, programs written by hand, and numbers from fixed seeds.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

pub mod live;
pub mod random;
pub mod story;
pub mod twin;

use std::collections::BTreeMap;
use zera_proof_rows::{Kind, Program, Row};
use zera_vm::{
    CallerKind, Construction, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef, UpgradeRequest,
};

/// What the chain around a call looks like. It answers the same whenever it begins the same.
#[derive(Clone, Default)]
pub struct Chain {
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub old_storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub events: Vec<(String, Vec<u8>)>,
    pub slot: u64,
    pub caller_kind: Option<CallerKind>,
    /// What every nested call returns, for so much gas; refused without it.
    pub returns: Option<(Vec<u8>, u64)>,
    /// Base units attached to the call; 12,345 unless it says so.
    pub attached: Option<u128>,
}

impl Host for Chain {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.storage.get(key).cloned())
    }
    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.storage.insert(key.to_vec(), value.to_vec());
        Ok(())
    }
    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.storage.remove(key);
        Ok(())
    }
    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.old_storage.get(key).cloned())
    }
    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.old_storage.keys().find(|k| k.as_slice() > key).cloned())
    }
    fn caller(&self) -> [u8; 32] {
        [7; 32]
    }
    fn caller_kind(&self) -> CallerKind {
        self.caller_kind.unwrap_or(CallerKind::Account)
    }
    fn self_id(&self) -> [u8; 32] {
        [8; 32]
    }
    fn value(&self) -> u128 {
        self.attached.unwrap_or(12_345)
    }
    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        Ok(u128::from(account[0]) << 70 | 5)
    }
    fn transfer(&mut self, _: &[u8; 32], amount: u128) -> Result<(), HostError> {
        if amount.is_multiple_of(2) { Ok(()) } else { Err(HostError::Refused("insufficient balance".into())) }
    }
    fn slot(&self) -> u64 {
        self.slot
    }
    fn height(&self) -> u64 {
        1 << 40
    }
    fn call(&mut self, _: NestedCall<'_>, gas: &mut u64, _: &mut u64) -> Result<Vec<u8>, HostError> {
        let (result, used) = self.returns.clone().ok_or_else(|| HostError::Refused("no such module".into()))?;
        *gas = gas.checked_sub(used).ok_or(HostError::Callee(zera_vm::Outcome::Trap, None))?;
        Ok(result)
    }
    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.events.push((topic.to_owned(), data.to_vec()));
        Ok(())
    }
    fn set_tag(&mut self, _: &str, _: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        if notice == Some(13) { Err(HostError::Refused("it is there".into())) } else { Ok(()) }
    }
    fn delete_tag(&mut self, _: &str) -> Result<(), HostError> {
        Ok(())
    }
    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        Ok(tag.tag.starts_with('t').then_some([3; 32]))
    }
    fn create_follower(
        &mut self,
        _: TagRef<'_>,
        salt: [u8; 32],
        _: Option<Construction<'_>>,
        gas: &mut u64,
        _: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        *gas = gas.saturating_sub(10);
        Ok(salt)
    }
    fn update_executable(&mut self, _: ExecutableRequest<'_>) -> Result<(), HostError> {
        Ok(())
    }
    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        Ok(module[0].is_multiple_of(2).then_some((Source::Reference, [4; 32])))
    }
    fn log_execution(&mut self, _: &str) -> Result<(), HostError> {
        Ok(())
    }
    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        Ok(transaction[0] % 2 == 1)
    }
    fn request_proof(&mut self, _: &[u8; 32]) -> Result<(), HostError> {
        Ok(())
    }
    fn verify_proof(&mut self, _: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        *gas = gas.saturating_sub(11);
        Ok(statement[0] % 2 == 1)
    }
    fn verify_groth16(&mut self, key: &[u8], _: &[u8], _: &[u8]) -> Result<bool, HostError> {
        Ok(key.is_empty())
    }
    fn apply_upgrade(&mut self, _: UpgradeRequest) -> Result<(), HostError> {
        Ok(())
    }
}

/// SplitMix64: fixed seeds, the same numbers everywhere.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// Mostly small or extreme, sometimes anything; an `i32` with its upper half zero unless `wide`.
    pub fn value(&mut self, wide: bool) -> u64 {
        let edge = if wide { 1 << 63 } else { 1 << 31 };
        let number = match self.below(6) {
            0 => 0,
            1 => u64::MAX,
            2 => self.below(100),
            3 => edge,
            4 => edge - 1,
            _ => self.next(),
        };
        if wide { number } else { u64::from(number as u32) }
    }
}

/// A row without fields.
pub fn row(kind: Kind) -> Row {
    Row { pc: 0, kind, flags: 0, d: 0, a: 0, b: 0, imm: 0, target: 0 }
}

/// A program of `rows` from the entry on, without parameters, then `aside`; counters are filled in.
pub fn program(rows: &[Row], aside: &[Row]) -> Program {
    let mut all: Vec<Row> = (0..5).map(|_| row(Kind::None)).chain(rows.iter().copied()).collect();
    for (pc, row) in (0..).zip(&mut all) {
        row.pc = pc;
    }
    let counters = all.len() as u32;
    all.extend_from_slice(aside);
    Program {
        rows: all,
        counters,
        globals: Vec::new(),
        pages: 0,
        data: Vec::new(),
        params: Vec::new(),
        result: None,
        stack_slot: 1,
        begin_gas: 2_000,
    }
}
