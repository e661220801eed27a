//! What one running call can ask of the chain: the [`Host`] behind the host API.

use crate::{
    proofs::{self, Requester},
    session::{Frame, Invocation, Role, Session, Stop},
    system::proposal_of,
};
use alloc::{string::String, vec::Vec};
use zera_primitives::{AccountId, Amount, Event, Hash, ModuleId, StateKey};
use zera_registry as registry;
use zera_state::{StateAccess as _, StateError, StateView as _, accounts};
use zera_vm::{
    CallerKind, Construction, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef, UpgradeRequest,
};

/// The host of the call on top of the session's chain.
pub(crate) struct FrameHost<'f, 's, 'o> {
    pub session: &'f mut Session<'s, 'o>,
    pub frame: Frame,
}

impl FrameHost<'_, '_, '_> {
    pub(crate) fn missed(&mut self, error: StateError) -> HostError {
        self.session.missed = Some(error);
        HostError::NotLoaded
    }

    pub(crate) fn host_error(&mut self, stop: Stop) -> HostError {
        match stop {
            Stop::Outcome(_, cause) => HostError::Refused(cause.unwrap_or_default()),
            Stop::State(error) => self.missed(error),
            Stop::Fault(cause) => HostError::Fatal(cause),
        }
    }

    fn key(&self, key: &[u8]) -> StateKey {
        StateKey::storage(&self.frame.module, self.frame.generation, key)
    }

    /// A migration is a sandbox: it reads the old storage, writes the new one, and reaches nothing else.
    fn may_reach_out(&self) -> Result<(), HostError> {
        match self.frame.role {
            Role::Migration { .. } => {
                Err(HostError::Refused("a migration neither moves ZRA nor calls other modules".into()))
            }
            Role::Module | Role::Proposal => Ok(()),
        }
    }

    fn old_generation(&self) -> Result<u32, HostError> {
        match self.frame.role {
            Role::Migration { from } => Ok(from),
            Role::Module | Role::Proposal => Err(HostError::Refused("only a migration reads the old storage".into())),
        }
    }

    /// A proposal's own code has no data: what it does is what it calls.
    fn has_storage(&self) -> Result<(), HostError> {
        match self.frame.role {
            Role::Proposal => Err(HostError::Refused("a proposal's code has no storage".into())),
            Role::Module | Role::Migration { .. } => Ok(()),
        }
    }

    /// What a callee sees as its caller: this module, or governance where a proposal's own code names a setter directly.
    fn as_caller(&mut self, module: &ModuleId, entry: &str) -> Result<([u8; 32], CallerKind), HostError> {
        let me = (self.frame.module.0, CallerKind::Module);
        if self.frame.role != Role::Proposal {
            return Ok(me);
        }
        let is_setter = self.session.is_setter(module, entry).map_err(|stop| self.host_error(stop))?;
        Ok(if is_setter { (self.frame.caller, CallerKind::Governance) } else { me })
    }

    /// Refuses whatever changes state in a call that may only read.
    pub(crate) fn may_change(&self) -> Result<(), HostError> {
        if self.frame.read_only { Err(HostError::Refused("this call may only read".into())) } else { Ok(()) }
    }

    /// Notes that this module changed its data or moved ZRA.
    pub(crate) fn note_change(&mut self) -> Result<(), HostError> {
        let frame = self.frame;
        self.session.touch(&frame).map_err(|stop| self.host_error(stop))?;
        self.frame.fresh = false;
        Ok(())
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), HostError> {
        self.may_change()?;
        self.has_storage()?;
        let state_key = self.key(key);
        let old = self.session.st.get(&state_key).map_err(|error| self.missed(error))?;
        let size = |value: &[u8]| key.len().saturating_add(value.len());
        let (old_size, new_size) = (old.as_deref().map(size), value.map(size));
        match self.frame.role {
            Role::Migration { .. } => {
                let usage = self.session.usage.write(old_size, new_size);
                self.session.usage = usage.ok_or_else(|| HostError::Fatal("a migration's count is broken".into()))?;
            }
            _ => {
                self.note_change()?;
                let per_byte = self.session.ctx.params.storage_deposit_per_byte;
                let payer = self.session.payer;
                let module = &self.frame.module;
                registry::charge_storage(self.session.st, per_byte, payer.as_ref(), module, old_size, new_size)
                    .map_err(|error| self.host_error(Stop::from(error)))?;
            }
        }
        match value {
            Some(value) => self.session.st.put(state_key, value.to_vec()),
            None if old.is_some() => self.session.st.remove(&state_key),
            None => {}
        }
        Ok(())
    }
}

impl Host for FrameHost<'_, '_, '_> {
    fn records(&self) -> bool {
        self.session.machine.records()
    }

    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        self.has_storage()?;
        let key = self.key(key);
        self.session.st.get(&key).map_err(|error| self.missed(error))
    }

    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.write(key, Some(value))
    }

    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.write(key, None)
    }

    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let key = StateKey::storage(&self.frame.module, self.old_generation()?, key);
        self.session.st.get(&key).map_err(|error| self.missed(error))
    }

    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let prefix = StateKey::storage(&self.frame.module, self.old_generation()?, &[]);
        // The entry with the empty key is never visited, or a cursor would start again at it; it is read by name.
        let after = [prefix.as_bytes(), key].concat();
        let next = self.session.st.next_key(prefix.as_bytes(), &after).map_err(|error| self.missed(error))?;
        Ok(next.and_then(|key| key.as_bytes().strip_prefix(prefix.as_bytes()).map(<[u8]>::to_vec)))
    }

    fn caller(&self) -> [u8; 32] {
        self.frame.caller
    }

    fn caller_kind(&self) -> CallerKind {
        self.frame.kind
    }

    fn self_id(&self) -> [u8; 32] {
        self.frame.module.0
    }

    fn value(&self) -> u128 {
        self.frame.value.0
    }

    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError> {
        let account = accounts::account(self.session.st, &AccountId(*account)).map_err(|error| self.missed(error))?;
        Ok(account.free.0)
    }

    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError> {
        self.may_change()?;
        self.may_reach_out()?;
        let moved = self.session.transfer(&self.frame.module.account(), &AccountId(*to), Amount(amount));
        moved.map_err(|stop| self.host_error(stop))?;
        self.note_change()
    }

    fn slot(&self) -> u64 {
        self.session.ctx.slot.0
    }

    fn height(&self) -> u64 {
        self.session.ctx.height.0
    }

    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError> {
        self.may_reach_out()?;
        let module = ModuleId(call.module);
        let (caller, kind) = self.as_caller(&module, call.entry)?;
        let invocation = Invocation {
            module,
            entry: call.entry,
            args: call.args,
            value: Amount(call.value),
            caller,
            kind,
            instead: None,
            read_only: self.frame.read_only,
        };
        if call.value > 0 {
            self.note_change()?;
        }
        self.session.invoke(&invocation, gas, *stack).map_err(|stop| match stop {
            Stop::Outcome(outcome, cause) => HostError::Callee(outcome, cause),
            other => self.host_error(other),
        })
    }

    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError> {
        self.may_change()?;
        let event = Event { module: Some(self.frame.module), topic: String::from(topic), data: data.to_vec() };
        self.session.emit(event).map_err(|stop| self.host_error(stop))
    }

    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError> {
        self.set_wasm_ref(tag, Hash(code), notice)
    }

    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError> {
        self.delete_wasm_ref(tag)
    }

    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        let slot = self.session.ctx.slot;
        let record = registry::refs::tag(self.session.st, &ModuleId(tag.manager), tag.tag);
        Ok(record.map_err(|error| self.missed(error))?.map(|record| record.at(slot).0))
    }

    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        self.create(tag, &salt, constructor, gas, *stack)
    }

    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.switch(to)
    }

    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        self.running(&ModuleId(*module))
    }

    fn log_execution(&mut self, context: &str) -> Result<(), HostError> {
        if let Some(record) = self.session.records.get_mut(self.frame.place) {
            record.logged = Some(String::from(context));
        }
        Ok(())
    }

    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError> {
        let slot = self.session.ctx.slot;
        let kept = proofs::kept(self.session.st, slot, &Hash(*transaction)).map_err(|error| self.missed(error))?;
        Ok(kept.is_some())
    }

    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError> {
        self.may_change()?;
        self.may_reach_out()?;
        let by = match self.frame.role {
            Role::Proposal => Requester::Proposal(proposal_of(&self.frame.caller)),
            Role::Module | Role::Migration { .. } => Requester::Module(self.frame.module),
        };
        self.session.request_proof(&Hash(*transaction), 0, by).map_err(|stop| self.host_error(stop))
    }

    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError> {
        self.may_reach_out()?;
        let may_record = !self.frame.read_only;
        match self.session.verify_proof(proof, Some(&Hash(*statement)), may_record, gas) {
            Ok(verdict) => Ok(verdict.is_ok()),
            Err(Stop::Outcome(outcome, cause)) => Err(HostError::Callee(outcome, cause)),
            Err(other) => Err(self.host_error(other)),
        }
    }

    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError> {
        Ok(zera_proof_verify::groth16::verify(key, proof, public))
    }

    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        self.ask_upgrade(upgrade)
    }
}
