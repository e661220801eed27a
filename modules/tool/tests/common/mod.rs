//! The finished modules on the chain's own engine, with a small world around them.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

use codec::{Decode, DecodeAll, Encode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use zera_primitives::{Hash, Outcome};
use zera_registry::CodeInfo;
use zera_vm::{
    CallRequest, CallerKind, Construction, Engine, ExecutableRequest, Execution, Host, HostError, NestedCall, Source,
    TagRef, UpgradeRequest, WasmiEngine, gas::STACK_UNITS,
};

type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// Gas that every call here gets.
pub const GAS: u64 = 50_000_000;

/// Where the finished modules are.
pub fn prebuilt() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../prebuilt")
}

/// Bytes of a finished module, by its name there.
pub fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(prebuilt().join(format!("{name}.wasm"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All finished modules in one folder, without the ending.
pub fn names(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(prebuilt().join(folder)).expect("prebuilt modules");
    let mut names: Vec<String> = files
        .filter_map(|file| file.expect("a file").file_name().to_str()?.strip_suffix(".wasm").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// Accounts, modules and time.
#[derive(Default)]
pub struct World {
    engine: Rc<WasmiEngine>,
    code: BTreeMap<[u8; 32], Hash>,
    storage: BTreeMap<[u8; 32], Storage>,
    balances: BTreeMap<[u8; 32], u128>,
    pub events: Vec<(String, Vec<u8>)>,
    pub slot: u64,
    /// Gas of the last call, or of all steps of the last migration.
    pub gas: u64,
    /// Gas of the dearest step of all migrations.
    pub dearest_step: u64,
}

/// Who calls.
#[derive(Clone, Copy)]
pub enum By {
    Account([u8; 32]),
    Governance,
    Runtime([u8; 32]),
}

struct Running<'w> {
    world: &'w mut World,
    module: [u8; 32],
    caller: [u8; 32],
    kind: CallerKind,
    value: u128,
    old: Option<Storage>,
}

impl World {
    pub fn fund(&mut self, account: [u8; 32], amount: u128) {
        *self.balances.entry(account).or_default() += amount;
    }

    pub fn balance_of(&self, account: [u8; 32]) -> u128 {
        self.balances.get(&account).copied().unwrap_or(0)
    }

    /// Puts code under an id; runs nothing.
    pub fn install(&mut self, id: [u8; 32], name: &str) {
        let code = bytes(name);
        let hash = Hash::of(&code);
        self.engine.prepare(&hash, &code).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.code.insert(id, hash);
    }

    /// Installs and constructs as the runtime does: by the runtime, for the deployer.
    pub fn deploy(&mut self, id: [u8; 32], name: &str, deployer: [u8; 32], args: &impl Encode) {
        self.install(id, name);
        self.call::<()>(By::Runtime(deployer), 0, id, "new", args).expect("constructor");
    }

    /// A SCALE call.
    pub fn call<R: Decode>(
        &mut self,
        by: By,
        value: u128,
        module: [u8; 32],
        entry: &str,
        args: &impl Encode,
    ) -> Result<R, String> {
        let done = self.execute(by, value, module, entry, &args.encode(), None);
        match done.outcome {
            Outcome::Ok => Ok(R::decode_all(&mut &*done.result).expect("the answer is of the manifest's type")),
            other => Err(format!("{other:?}: {}", done.diagnostic.unwrap_or_default())),
        }
    }

    /// Any call, undone when it fails. `old` makes it a migration from that storage.
    pub fn execute(
        &mut self,
        by: By,
        value: u128,
        module: [u8; 32],
        entry: &str,
        args: &[u8],
        old: Option<Storage>,
    ) -> Execution {
        let (caller, kind) = match by {
            By::Account(id) => (id, CallerKind::Account),
            By::Governance => ([9; 32], CallerKind::Governance),
            By::Runtime(id) => (id, CallerKind::Runtime),
        };
        let before = (self.storage.clone(), self.balances.clone(), self.events.len());
        let engine = Rc::clone(&self.engine);
        let code_hash = self.code[&module];
        if value > 0 {
            *self.balances.get_mut(&caller).expect("a funded caller") -= value;
            self.fund(module, value);
        }
        let mut running = Running { world: self, module, caller, kind, value, old };
        let request = CallRequest { code_hash, entry, args, gas: GAS, stack: STACK_UNITS };
        let done = engine.execute(&request, &mut running).expect("no fault");
        self.gas = done.gas_used;
        if done.outcome != Outcome::Ok {
            (self.storage, self.balances) = (before.0, before.1);
            self.events.truncate(before.2);
        }
        done
    }

    /// Replaces code with a migration into an empty storage, and asks `health` if asked to.
    pub fn upgrade(&mut self, id: [u8; 32], name: &str, health: bool) -> Result<(), String> {
        let before = (self.code.clone(), self.storage.clone(), self.events.len());
        self.install(id, name);
        let old = self.storage.remove(&id).unwrap_or_default();
        let manifest = CodeInfo::read(&bytes(name)).expect("a module").manifest().expect("a manifest");
        let export = manifest.as_ref().and_then(|manifest| manifest.export("migrate"));
        let stepwise = export.is_some_and(|export| export.args.len() == 1);
        let (mut result, mut cursor, mut gas) = (Ok(()), Vec::<u8>::new(), 0);
        loop {
            let args = if stepwise { cursor.encode() } else { Vec::new() };
            let done = self.execute(By::Runtime([0; 32]), 0, id, "migrate", &args, Some(old.clone()));
            gas += done.gas_used;
            if done.outcome != Outcome::Ok {
                result = Err(format!("{:?}: {}", done.outcome, done.diagnostic.unwrap_or_default()));
                break;
            }
            self.dearest_step = self.dearest_step.max(done.gas_used);
            match Option::<Vec<u8>>::decode_all(&mut &*done.result) {
                Ok(Some(next)) if next > cursor => cursor = next,
                _ => break,
            }
        }
        self.gas = gas;
        if result.is_ok() && health && !self.call::<bool>(By::Runtime([0; 32]), 0, id, "health", &())? {
            result = Err("unhealthy".into());
        }
        if result.is_err() {
            (self.code, self.storage) = (before.0, before.1);
            self.events.truncate(before.2);
        }
        result
    }
}

impl Running<'_> {
    fn own(&mut self) -> &mut Storage {
        self.world.storage.entry(self.module).or_default()
    }

    fn old(&self) -> Result<&Storage, HostError> {
        self.old.as_ref().ok_or_else(|| HostError::Refused("no migration".into()))
    }
}

impl Host for Running<'_> {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.own().get(key).cloned())
    }
    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.own().insert(key.to_vec(), value.to_vec());
        Ok(())
    }
    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.own().remove(key);
        Ok(())
    }
    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.old()?.get(key).cloned())
    }
    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.old()?.keys().find(|other| other.as_slice() > key).cloned())
    }
    fn caller(&self) -> [u8; 32] {
        self.caller
    }
    fn caller_kind(&self) -> CallerKind {
        self.kind
    }
    fn self_id(&self) -> [u8; 32] {
        self.module
    }
    fn value(&self) -> u128 {
        self.value
    }
    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        Ok(self.world.balance_of(*account))
    }
    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        let left = self.world.balance_of(self.module).checked_sub(amount);
        let left = left.ok_or_else(|| HostError::Refused("insufficient balance".into()))?;
        self.world.balances.insert(self.module, left);
        self.world.fund(*to, amount);
        Ok(())
    }
    fn slot(&self) -> u64 {
        self.world.slot
    }
    fn height(&self) -> u64 {
        self.world.slot
    }
    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        let code_hash = self.world.code[&call.module];
        let engine = Rc::clone(&self.world.engine);
        let (caller, value) = (self.module, call.value);
        let world = &mut *self.world;
        let mut callee = Running { world, module: call.module, caller, kind: CallerKind::Module, value, old: None };
        let request = CallRequest { code_hash, entry: call.entry, args: call.args, gas: *gas, stack: *stack };
        let done = engine.execute(&request, &mut callee).map_err(|error| HostError::Fatal(error.to_string()))?;
        *gas -= done.gas_used;
        if done.outcome == Outcome::Ok {
            Ok(done.result)
        } else {
            Err(HostError::Callee(done.outcome, done.diagnostic))
        }
    }
    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.world.events.push((topic.to_owned(), data.to_vec()));
        Ok(())
    }
    fn set_tag(&mut self, _: &str, _: [u8; 32], _: Option<u64>) -> Result<(), HostError> {
        unlinked()
    }
    fn delete_tag(&mut self, _: &str) -> Result<(), HostError> {
        unlinked()
    }
    fn tag(&mut self, _: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        unlinked()
    }
    fn create_follower(
        &mut self,
        _: TagRef<'_>,
        _: [u8; 32],
        _: Option<Construction<'_>>,
        _: &mut u64,
        _: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        unlinked()
    }
    fn update_executable(&mut self, _: ExecutableRequest<'_>) -> Result<(), HostError> {
        unlinked()
    }
    fn executable(&mut self, _: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        unlinked()
    }
    fn log_execution(&mut self, _: &str) -> Result<(), HostError> {
        unlinked()
    }
    fn has_trace(&mut self, _: &[u8; 32]) -> Result<bool, HostError> {
        unlinked()
    }
    fn request_proof(&mut self, _: &[u8; 32]) -> Result<(), HostError> {
        unlinked()
    }
    fn verify_proof(&mut self, _: &[u8], _: &[u8; 32], _: &mut u64) -> Result<bool, HostError> {
        unlinked()
    }
    fn verify_groth16(&mut self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, HostError> {
        unlinked()
    }
    fn apply_upgrade(&mut self, _: UpgradeRequest) -> Result<(), HostError> {
        unlinked()
    }
}

/// Which code runs is the registry's matter: scenarios test it on a whole chain.
fn unlinked<T>() -> Result<T, HostError> {
    Err(HostError::Refused("this world has no tags".into()))
}
