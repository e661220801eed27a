//! A fast engine that is wrong in one chosen way: the reference underneath, and a lie on top.

use std::cell::{Cell, RefCell};
use std::{collections::BTreeSet, sync::Arc};
use zera_primitives::{Hash, Outcome};
use zera_vm::{
    CallRequest, CallerKind, Construction, Engine, ExecutableRequest, Execution, Host, HostError, ModuleInfo,
    NestedCall, Prepared, Source, TagRef, UpgradeRequest, VmError, WasmiEngine,
};

/// How it is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lie {
    None,
    /// The last byte of the result.
    Result,
    /// One gas too much.
    Gas,
    /// One gas too much when the host stops the call.
    AbortedGas,
    /// A trap where there is none.
    Trap,
    /// What it asks to be stored.
    Argument,
    /// One storage write twice.
    OneMore,
    /// The last write is left out.
    OneLess,
    /// What the guest sees of an answer: as if a write into its memory went wrong.
    Memory,
    /// It cannot run the call.
    Fault,
    /// It does not take the code.
    Refuses,
    /// It takes the code and refuses when it is to run.
    RefusesLate,
}

pub struct Faulty {
    inner: WasmiEngine,
    pub lie: Cell<Lie>,
    /// Calls that it ran.
    pub ran: Cell<u64>,
    /// Codes it has dropped to make room.
    pub dropped: RefCell<BTreeSet<Hash>>,
}

impl Faulty {
    pub fn new(lie: Lie) -> Self {
        let dropped = RefCell::default();
        Self { inner: WasmiEngine::new(), lie: Cell::new(lie), ran: Cell::new(0), dropped }
    }
}

impl Engine for &'static Faulty {
    fn install(&self, prepared: &Prepared) -> Result<(), VmError> {
        if self.lie.get() == Lie::Refuses {
            return Err(VmError::Refused("no".into()));
        }
        self.dropped.borrow_mut().remove(&prepared.info.code_hash);
        self.inner.install(prepared)
    }

    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>> {
        self.inner.info(code_hash).filter(|_| !self.dropped.borrow().contains(code_hash))
    }

    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError> {
        let lie = self.lie.get();
        match lie {
            Lie::Fault => return Err(VmError::Fault("no memory".into())),
            Lie::RefusesLate => return Err(VmError::Refused("not now".into())),
            _ => {}
        }
        self.ran.set(self.ran.get() + 1);
        let mut done = match self.inner.execute(call, &mut Meddler { host, lie }) {
            Err(VmError::Aborted { gas_used }) if lie == Lie::AbortedGas => {
                return Err(VmError::Aborted { gas_used: gas_used + 1 });
            }
            ended => ended?,
        };
        match lie {
            Lie::Result => done.result.last_mut().into_iter().for_each(|byte| *byte ^= 1),
            Lie::Gas => done.gas_used += 1,
            Lie::Trap => (done.outcome, done.result) = (Outcome::Trap, Vec::new()),
            _ => {}
        }
        Ok(done)
    }
}

struct Meddler<'h> {
    host: &'h mut dyn Host,
    lie: Lie,
}

impl Host for Meddler<'_> {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let mut value = self.host.storage_get(key)?;
        if let (Some(value), Lie::Memory) = (&mut value, self.lie) {
            value[0] ^= 0x80;
        }
        Ok(value)
    }
    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        match self.lie {
            Lie::Argument => self.host.storage_set(key, &[value, &[0]].concat()),
            Lie::OneLess => Ok(()),
            Lie::OneMore => {
                self.host.storage_set(key, value)?;
                self.host.storage_set(key, value)
            }
            _ => self.host.storage_set(key, value),
        }
    }
    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.host.storage_remove(key)
    }
    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.host.old_storage_get(key)
    }
    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.host.old_storage_next(key)
    }
    fn caller(&self) -> [u8; 32] {
        self.host.caller()
    }
    fn caller_kind(&self) -> CallerKind {
        self.host.caller_kind()
    }
    fn self_id(&self) -> [u8; 32] {
        self.host.self_id()
    }
    fn value(&self) -> u128 {
        self.host.value()
    }
    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        self.host.balance(account)
    }
    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        self.host.transfer(to, amount)
    }
    fn slot(&self) -> u64 {
        self.host.slot()
    }
    fn height(&self) -> u64 {
        self.host.height()
    }
    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        self.host.call(call, gas, stack)
    }
    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.host.emit_event(topic, data)
    }
    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        self.host.set_tag(tag, code, notice)
    }
    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError> {
        self.host.delete_tag(tag)
    }
    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        self.host.tag(tag)
    }
    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        self.host.create_follower(tag, salt, constructor, gas, stack)
    }
    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.host.update_executable(to)
    }
    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        self.host.executable(module)
    }
    fn log_execution(&mut self, context: &str) -> Result<(), HostError> {
        self.host.log_execution(context)
    }
    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        self.host.has_trace(transaction)
    }
    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError> {
        self.host.request_proof(transaction)
    }
    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        self.host.verify_proof(proof, statement, gas)
    }
    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError> {
        self.host.verify_groth16(key, proof, public)
    }
    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        self.host.apply_upgrade(upgrade)
    }
}
