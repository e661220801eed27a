//! A host in memory: what a module asks for is answered deterministically and written down, so that two engines can be
//! compared by what they asked. Nested calls run on the same engine, up to a depth.

use std::collections::BTreeMap;
use zera_primitives::{Hash, Outcome};
use zera_vm::{
    CallRequest, Callable, CallerKind, Construction, Engine, ExecutableRequest, Host, HostError, NestedCall, Source,
    TagRef, UpgradeRequest, VmError, abi,
};

/// Calls in a chain of calls; the runtime allows as many.
const DEPTH: usize = 8;

/// The host of one transaction.
pub struct TrialHost<'e> {
    engine: &'e dyn Engine,
    modules: &'e [Hash],
    depth: usize,
    /// What was asked for, in words.
    pub asked: Vec<String>,
    storage: BTreeMap<Vec<u8>, Vec<u8>>,
    balances: BTreeMap<[u8; 32], u128>,
    tags: BTreeMap<String, [u8; 32]>,
    /// Reads panic: our own code fails while a guest runs.
    pub fails: bool,
    /// ZRA base units that came with the call.
    pub value: u128,
    /// Nothing is written down: when calls are timed.
    pub quiet: bool,
    /// Reads of keys that begin with this are not answered: the call is aborted.
    pub missing: Option<u8>,
}

impl<'e> TrialHost<'e> {
    /// A new host; `modules` are the codes that nested calls can reach.
    #[must_use]
    pub fn new(engine: &'e dyn Engine, modules: &'e [Hash]) -> Self {
        Self {
            engine,
            modules,
            depth: 0,
            asked: Vec::new(),
            storage: BTreeMap::from([(vec![0], b"kept before".to_vec()), (vec![1, 2], vec![7; 300])]),
            balances: BTreeMap::from([(OWN, 1_000_000)]),
            tags: BTreeMap::new(),
            fails: false,
            value: u128::MAX - 5,
            quiet: false,
            missing: None,
        }
    }

    fn ask(&mut self, what: &str, detail: impl core::fmt::Debug) {
        if !self.quiet {
            self.asked.push(format!("{what} {detail:?}"));
        }
    }

    /// Runs one call of a module, chosen by its id's first byte, on what is left of gas and stack.
    fn nested(
        &mut self,
        module: [u8; 32],
        entry: &str,
        args: &[u8],
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<Vec<u8>, HostError> {
        let position = usize::from(module[0]) % self.modules.len().max(1);
        let Some(code_hash) = self.modules.get(position).copied() else {
            return Err(HostError::Refused("no such module".into()));
        };
        if self.depth >= DEPTH {
            return Err(HostError::Refused("calls nest too deeply".into()));
        }
        let (entry, args) = self.meaning(&code_hash, entry, args);
        let engine = self.engine;
        self.depth += 1;
        let request = CallRequest { code_hash, entry: &entry, args: &args, gas: *gas, stack: *stack };
        let done = engine.execute(&request, self);
        self.depth -= 1;
        match done {
            Ok(done) => {
                *gas -= done.gas_used;
                self.ask("nested", (&entry, done.outcome, done.gas_used, &done.result, &done.trace));
                if done.outcome == Outcome::Ok { Ok(done.result) } else { Err(HostError::Callee(done.outcome, None)) }
            }
            Err(VmError::Aborted { gas_used }) => {
                *gas -= gas_used;
                Err(HostError::NotLoaded)
            }
            Err(other) => Err(HostError::Fatal(other.to_string())),
        }
    }

    /// Random modules name no entry: any that can be called then stands for it, with arguments of the right length.
    fn meaning(&self, code_hash: &Hash, entry: &str, args: &[u8]) -> (String, Vec<u8>) {
        let Some(info) = self.engine.info(code_hash) else { return (entry.into(), args.to_vec()) };
        if info.function(entry).is_some() {
            return (entry.into(), args.to_vec());
        }
        let callable = |export: &&zera_vm::Export| {
            export.kind == zera_vm::ExportKind::Function
                && abi::callable(&export.params, &export.results) != Callable::Internal
        };
        let entries: Vec<_> = info.exports.iter().filter(callable).collect();
        match entries.get(entry.len() % entries.len().max(1)) {
            Some(export) => {
                let wanted = export.params.iter().map(|kind| kind.bytes()).sum();
                let mut fitted = args.to_vec();
                fitted.resize(wanted, 1);
                (export.name.clone(), fitted)
            }
            None => (entry.into(), args.to_vec()),
        }
    }
}

const OWN: [u8; 32] = [8; 32];

impl Host for TrialHost<'_> {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("get", key);
        assert!(!self.fails, "a host that fails");
        if self.missing.is_some() && self.missing == key.first().copied() {
            return Err(HostError::NotLoaded);
        }
        Ok(self.storage.get(key).cloned())
    }

    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.ask("set", (key, value));
        self.storage.insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.ask("remove", key);
        self.storage.remove(key);
        Ok(())
    }

    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("old get", key);
        Ok(Some(key.iter().rev().copied().collect()))
    }

    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.ask("old next", key);
        Ok(self.storage.keys().find(|found| found.as_slice() > key).cloned())
    }

    fn caller(&self) -> [u8; 32] {
        [7; 32]
    }

    fn caller_kind(&self) -> CallerKind {
        CallerKind::Governance
    }

    fn self_id(&self) -> [u8; 32] {
        OWN
    }

    fn value(&self) -> u128 {
        self.value
    }

    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        self.ask("balance", account);
        Ok(self.balances.get(account).copied().unwrap_or(0))
    }

    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        self.ask("transfer", (to, amount));
        let own = self.balances.entry(OWN).or_default();
        *own = own.checked_sub(amount).ok_or_else(|| HostError::Refused("insufficient balance".into()))?;
        let theirs = self.balances.entry(*to).or_default();
        *theirs = theirs.saturating_add(amount);
        Ok(())
    }

    fn slot(&self) -> u64 {
        u64::MAX - 99
    }

    fn height(&self) -> u64 {
        1 << 40
    }

    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        self.ask("call", (call.module, call.entry, call.args, call.value, *gas, *stack));
        self.nested(call.module, call.entry, call.args, gas, stack)
    }

    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.ask("event", (topic, data));
        Ok(())
    }

    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        self.ask("set tag", (tag, code, notice));
        self.tags.insert(tag.into(), code);
        Ok(())
    }

    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError> {
        self.ask("delete tag", tag);
        self.tags.remove(tag).map(|_| ()).ok_or_else(|| HostError::Refused("no such tag".into()))
    }

    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        self.ask("tag", (tag.manager, tag.tag));
        Ok(self.tags.get(tag.tag).copied())
    }

    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        self.ask("create", (tag, salt, constructor, *gas, *stack));
        if let Some(constructor) = constructor {
            self.nested(salt, tag.tag, constructor.args, gas, stack)?;
        }
        Ok([9; 32])
    }

    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.ask("update", to);
        Ok(())
    }

    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        self.ask("executable", module);
        Ok((module[0].is_multiple_of(2)).then_some((Source::Pinned, [3; 32])))
    }

    fn log_execution(&mut self, context: &str) -> Result<(), HostError> {
        self.ask("log", context);
        Ok(())
    }

    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        self.ask("has trace", transaction);
        Ok(transaction[0].is_multiple_of(2))
    }

    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError> {
        self.ask("request", transaction);
        Ok(())
    }

    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        self.ask("verify", (proof, statement));
        *gas = gas.saturating_sub(1_000);
        Ok(statement[0].is_multiple_of(2))
    }

    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError> {
        self.ask("groth16", (key, proof, public));
        Ok(key.len().is_multiple_of(2))
    }

    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        self.ask("upgrade", upgrade);
        Ok(())
    }
}
