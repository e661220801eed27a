//! What host functions do about which code modules run: tags, followers, switches (document 003), upgrades asked for by a
//! proposal's code. The rules are the registry's; here stands who may ask, and when.

use crate::{
    host::FrameHost,
    session::{Invocation, Role, Stop},
};
use zera_primitives::{Amount, Executable, ExternalRef, Hash, ModuleId};
use zera_registry::{
    self as registry, RegistryError, UpgradeAsked,
    events::{MODULE_DEPLOYED, ModuleDeployed, event},
    refs,
};
use zera_vm::{CallerKind, Construction, ExecutableRequest, HostError, Source, TagRef, UpgradeRequest};

impl FrameHost<'_, '_, '_> {
    fn rule(&mut self, error: RegistryError) -> HostError {
        self.host_error(Stop::from(error))
    }

    /// Refuses to change which code runs where nothing may be changed, and where nobody voted for code.
    fn may_change_code(&self) -> Result<(), HostError> {
        self.may_change()?;
        let refused = |why: &str| Err(HostError::Refused(why.into()));
        match self.frame.role {
            Role::Migration { .. } => refused("a migration changes no code"),
            Role::Proposal => refused("a proposal's own code is no module: it has neither tags nor an executable"),
            Role::Module if !self.session.may_change_code => {
                refused("a vote that sets parameters changes no code, whatever its setters do or call")
            }
            Role::Module => Ok(()),
        }
    }

    /// Notes what no executable proposal may do.
    fn forbid(&mut self) {
        if let Some(effects) = &mut self.session.effects {
            effects.forbidden = effects.forbidden.saturating_add(1);
        }
    }

    pub(crate) fn set_wasm_ref(&mut self, tag: &str, code: Hash, notice: Option<u64>) -> Result<(), HostError> {
        self.may_change_code()?;
        let (ctx, manager) = (self.session.ctx.registry(), self.frame.module);
        let event = match notice {
            None => refs::set_contract_wasm_ref(self.session.st, &ctx, &manager, tag, code, None),
            Some(notice) => refs::create_contract_wasm_ref(self.session.st, &ctx, &manager, tag, code, notice),
        };
        let event = event.map_err(|error| self.rule(error))?;
        if let Some(effects) = &mut self.session.effects {
            effects.tags.push((manager, tag.into(), code));
        }
        self.session.emit(event).map_err(|stop| self.host_error(stop))
    }

    pub(crate) fn delete_wasm_ref(&mut self, tag: &str) -> Result<(), HostError> {
        self.may_change_code()?;
        self.forbid();
        let (ctx, manager) = (self.session.ctx.registry(), self.frame.module);
        refs::delete_contract_wasm_ref(self.session.st, &ctx, &manager, tag).map_err(|error| self.rule(error))
    }

    /// Creates a follower of `tag` in the name of this module, and runs its constructor if asked to.
    pub(crate) fn create(
        &mut self,
        tag: TagRef<'_>,
        salt: &[u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: u64,
    ) -> Result<[u8; 32], HostError> {
        self.may_change_code()?;
        self.forbid();
        let creator = self.frame.module;
        let (id, deployer) = (ModuleId::derive_salted(&creator, salt), creator.account());
        let executable = Executable::ExternalRef(reference(tag));
        let (ctx, payer) = (self.session.ctx.registry(), self.session.payer);
        let code = registry::create(self.session.st, &ctx, (&deployer, payer.as_ref()), &id, executable)
            .map_err(|error| self.rule(error))?;
        self.session.created.push(id);
        let told = event(MODULE_DEPLOYED, &ModuleDeployed { module: id, code, deployer });
        self.session.emit(told).map_err(|stop| self.host_error(stop))?;
        let Some(construction) = constructor else { return Ok(id.0) };
        let entry = registry::constructor_entry(self.session.st, &code).map_err(|error| self.rule(error))?;
        let entry = entry.ok_or_else(|| HostError::Refused("this code has no constructor".into()))?;
        let value = Amount(construction.value);
        if !value.is_zero() {
            self.note_change()?;
        }
        let call = Invocation {
            module: id,
            entry: &entry,
            args: construction.args,
            value,
            caller: creator.0,
            kind: CallerKind::Runtime,
            instead: None,
            read_only: false,
        };
        self.session.invoke(&call, gas, stack).map_err(|stop| match stop {
            Stop::Outcome(outcome, cause) => HostError::Callee(outcome, cause),
            other => self.host_error(other),
        })?;
        Ok(id.0)
    }

    pub(crate) fn switch(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError> {
        self.may_change_code()?;
        self.forbid();
        let (ctx, id) = (self.session.ctx.registry(), self.frame.module);
        let st = &mut *self.session.st;
        let event = match to {
            ExecutableRequest::Follow(tag) => {
                refs::switch(st, &ctx, &id, Executable::ExternalRef(reference(tag)), None)
            }
            ExecutableRequest::Own(code) => refs::switch(st, &ctx, &id, Executable::Code(Hash(code)), None),
            ExecutableRequest::Pin(pin) => refs::pin(st, &ctx, &id, pin.map(Hash)),
        };
        let event = event.map_err(|error| self.rule(error))?;
        self.session.emit(event).map_err(|stop| self.host_error(stop))
    }

    pub(crate) fn running(&mut self, module: &ModuleId) -> Result<Option<(Source, [u8; 32])>, HostError> {
        let record = registry::module(self.session.st, module).map_err(|error| self.missed(error))?;
        let Some(record) = record else { return Ok(None) };
        let source = match &record.executable {
            Executable::Code(_) => Source::Own,
            Executable::ExternalRef(ExternalRef { pin: Some(_), .. }) => Source::Pinned,
            Executable::ExternalRef(_) => Source::Reference,
        };
        let code = registry::resolve(self.session.st, self.session.ctx.slot, &record.executable);
        Ok(Some((source, code.map_err(|error| self.rule(error))?.0)))
    }

    /// Lists an upgrade among the effects of the running proposal; the registry applies those that were voted.
    pub(crate) fn ask_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError> {
        match (self.frame.role, &mut self.session.effects) {
            (Role::Proposal, Some(effects)) => {
                effects.upgrades.push(UpgradeAsked {
                    module: ModuleId(upgrade.module),
                    code: Hash(upgrade.code),
                    version: upgrade.new_version,
                    migration: upgrade.migration.map(Hash),
                });
                Ok(())
            }
            _ => Err(HostError::Refused("only the code of an executable proposal applies upgrades".into())),
        }
    }
}

fn reference(tag: TagRef<'_>) -> ExternalRef {
    ExternalRef { manager: ModuleId(tag.manager), tag: tag.tag.into(), pin: None }
}
