//! A host in memory for tests: storage in maps, nested calls through the same engine.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a failed invariant is a failed test"
)]

pub mod twin;

use std::collections::BTreeMap;
use zera_primitives::{Hash, Outcome};
use zera_vm::{
    CallRequest, CallerKind, Construction, Engine, ExecutableRequest, Execution, Host, HostError, NestedCall, Source,
    TagRef, UpgradeRequest, VmError, WasmiEngine,
};

/// What the chain around a call looks like.
#[derive(Default)]
pub struct TestHost<'e> {
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub old_storage: BTreeMap<Vec<u8>, Vec<u8>>,
    pub balances: BTreeMap<[u8; 32], u128>,
    pub events: Vec<(String, Vec<u8>)>,
    pub missing: Option<Vec<u8>>,
    pub modules: BTreeMap<[u8; 32], Hash>,
    pub engine: Option<&'e dyn Engine>,
    pub nested: Vec<Execution>,
    /// Tags by manager and name.
    pub tags: BTreeMap<([u8; 32], String), [u8; 32]>,
    /// What was asked for besides, in words.
    pub asked: Vec<String>,
}

impl Host for TestHost<'_> {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        if self.missing.as_deref() == Some(key) {
            return Err(HostError::NotLoaded);
        }
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
        CallerKind::Governance
    }
    fn self_id(&self) -> [u8; 32] {
        [8; 32]
    }
    fn value(&self) -> u128 {
        12_345
    }
    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        Ok(self.balances.get(account).copied().unwrap_or(0))
    }
    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        let own = self.balances.entry([8; 32]).or_default();
        *own = own.checked_sub(amount).ok_or_else(|| HostError::Refused("insufficient balance".into()))?;
        *self.balances.entry(*to).or_default() += amount;
        Ok(())
    }
    fn slot(&self) -> u64 {
        99
    }
    fn height(&self) -> u64 {
        1 << 40
    }
    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        let code_hash = *self.modules.get(&call.module).ok_or_else(|| HostError::Refused("no such module".into()))?;
        let engine = self.engine.expect("an engine for nested calls");
        let request = CallRequest { code_hash, entry: call.entry, args: call.args, gas: *gas, stack: *stack };
        let done = engine.execute(&request, self).map_err(|error| match error {
            VmError::Aborted { gas_used } => {
                *gas -= gas_used;
                HostError::NotLoaded
            }
            other => HostError::Fatal(other.to_string()),
        })?;
        *gas -= done.gas_used;
        let (outcome, diagnostic, result) = (done.outcome, done.diagnostic.clone(), done.result.clone());
        self.nested.push(done);
        if outcome == Outcome::Ok { Ok(result) } else { Err(HostError::Callee(outcome, diagnostic)) }
    }
    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.events.push((topic.to_owned(), data.to_vec()));
        Ok(())
    }
    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        let before = self.tags.insert((self.self_id(), tag.into()), code);
        self.asked.push(format!("notice {notice:?}"));
        if before.is_some() && notice.is_some() { Err(HostError::Refused("it is there".into())) } else { Ok(()) }
    }
    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError> {
        let gone = self.tags.remove(&(self.self_id(), tag.into()));
        gone.map(|_| ()).ok_or_else(|| HostError::Refused("no such tag".into()))
    }
    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        Ok(self.tags.get(&(tag.manager, tag.tag.into())).copied())
    }
    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        assert!(*gas > 1_000 && *stack > 0, "the constructor runs on what is left");
        *gas -= constructor.map_or(0, |_| 1_000);
        let first = (tag.manager[0], salt[0]);
        self.asked.push(format!("create {first:?} {} {constructor:?}", tag.tag));
        Ok([9; 32])
    }
    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.asked.push(match to {
            ExecutableRequest::Follow(tag) => format!("follow {} {}", tag.manager[0], tag.tag),
            ExecutableRequest::Pin(pin) => format!("pin {:?}", pin.map(|code| code[0])),
            ExecutableRequest::Own(code) => format!("own {}", code[0]),
        });
        Ok(())
    }
    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        let of = [(1, Source::Own), (2, Source::Reference), (3, Source::Pinned)];
        Ok(of.iter().find(|(id, _)| *id == module[0]).map(|(id, source)| (*source, [id + 100; 32])))
    }
    fn log_execution(&mut self, context: &str) -> Result<(), HostError> {
        self.asked.push(format!("log {context}"));
        Ok(())
    }
    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        Ok(transaction[0] == 1)
    }
    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError> {
        if transaction[0] != 1 {
            return Err(HostError::Refused("not kept".into()));
        }
        self.asked.push(format!("request {}", transaction[0]));
        Ok(())
    }
    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        *gas = gas.checked_sub(1_000).ok_or(HostError::Callee(Outcome::OutOfGas, None))?;
        self.asked.push(format!("verify {proof:?} {}", statement[0]));
        Ok(proof.len() == 3)
    }
    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError> {
        self.asked.push(format!("groth16 {key:?} {proof:?} {public:?}"));
        Ok(proof.len() == 2)
    }
    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        let UpgradeRequest { module, code, new_version, migration } = upgrade;
        let migration = migration.map(|code| code[0]);
        self.asked.push(format!("upgrade {} {} {new_version} {migration:?}", module[0], code[0]));
        Ok(())
    }
}

/// WASM bytes of a module in text format.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("valid text format")
}

/// Prepares a module in text format.
pub fn prepare(engine: &dyn Engine, text: &str) -> Hash {
    let code = wasm(text);
    let hash = Hash::of(&code);
    engine.prepare(&hash, &code).unwrap_or_else(|error| panic!("{error}\n{text}"));
    hash
}

/// Runs one call with ample gas and stack.
pub fn execute(engine: &dyn Engine, host: &mut TestHost<'_>, code_hash: Hash, entry: &str, args: &[u8]) -> Execution {
    let stack = zera_vm::gas::STACK_UNITS;
    engine.execute(&CallRequest { code_hash, entry, args, gas: 50_000_000, stack }, host).expect("no fault")
}

/// Prepares and runs in one step, with an empty host.
pub fn run(text: &str, entry: &str, args: &[u8]) -> Execution {
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, text);
    execute(&engine, &mut TestHost::default(), hash, entry, args)
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

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// Mostly small or extreme, sometimes anything.
    pub fn value(&mut self, ty: wasmi::ValType) -> wasmi::Val {
        let number = match self.next() % 4 {
            0 => 0,
            1 => u64::MAX,
            2 => self.next() % 100,
            _ => self.next(),
        };
        match ty {
            wasmi::ValType::I32 => wasmi::Val::I32(number as i32),
            wasmi::ValType::I64 => wasmi::Val::I64(number as i64),
            other => wasmi::Val::default_for_ty(other),
        }
    }
}
