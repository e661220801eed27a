//! The effects of an executable proposal (design §6): what was voted and what was observed, in one form, so that "exactly
//! the effects that were voted" is one comparison.

use crate::{
    classify::execution as execution_class,
    config::setters,
    error::RegistryError,
    events::{PROPOSAL_EXECUTED, ProposalExecuted, event},
    executor::Executor,
    journal::Deed,
    legality::Asked,
    modules::required,
    upgrade::{EnactError, Enactment},
};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use zera_primitives::{
    AbortReason, AccountId, Amount, Effect, Hash, ModuleId, Sequence, Slot, limits,
    payload::{ConfigChange, Execution},
};
use zera_state::{StateAccess, StateView};

/// An upgrade asked for by a proposal's code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UpgradeAsked {
    /// The module.
    pub module: ModuleId,
    /// The new code.
    pub code: Hash,
    /// Its sequence.
    pub version: Sequence,
    /// Code of the migration.
    pub migration: Option<Hash>,
}

/// Effects, each subject once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Effects {
    /// Calls of exports that set no parameter for the proposal, by module and export.
    pub calls: BTreeMap<(ModuleId, String), u32>,
    /// Setters called by the proposal itself: module, export, argument bytes, in order.
    pub sets: Vec<(ModuleId, String, Vec<u8>)>,
    /// ZRA moved, from whom to whom.
    pub moves: BTreeMap<(AccountId, AccountId), u128>,
    /// Upgrades asked for, in order.
    pub upgrades: Vec<UpgradeAsked>,
    /// Tags set: manager, tag, code, in order.
    pub tags: Vec<(ModuleId, String, Hash)>,
    /// What no proposal may do: create modules, switch executables, delete tags. Never equal to a voted list.
    pub forbidden: u32,
}

impl Effects {
    /// Notes a call.
    pub fn call(&mut self, module: ModuleId, entry: &str) {
        let times = self.calls.entry((module, entry.into())).or_default();
        *times = times.saturating_add(1);
    }

    /// Notes ZRA that move.
    pub fn move_zra(&mut self, from: AccountId, to: AccountId, amount: Amount) {
        if !amount.is_zero() {
            let sum = self.moves.entry((from, to)).or_default();
            *sum = sum.saturating_add(amount.0);
        }
    }

    /// What was observed, as a list that could be voted. Setters become the parameters that the running code names them
    /// for; one that it names for none stays out, and what no list can hold too.
    ///
    /// # Errors
    /// [`RegistryError::State`] and what is wrong with a module.
    pub fn listed(&self, st: &(impl StateView + ?Sized), slot: Slot) -> Result<Vec<Effect>, RegistryError> {
        let mut list = Vec::new();
        for ((module, entry), times) in &self.calls {
            list.push(Effect::Call { module: *module, entry: entry.clone(), times: *times });
        }
        for (module, entry, args) in &self.sets {
            if let Some((parameter, value)) = crate::config::parameter_set(st, slot, module, entry, args)? {
                list.push(Effect::Set { module: *module, parameter, value });
            }
        }
        for ((from, to), amount) in &self.moves {
            list.push(Effect::Move { from: *from, to: *to, amount: Amount(*amount) });
        }
        for asked in &self.upgrades {
            let UpgradeAsked { module, code, version, migration } = asked.clone();
            list.push(Effect::Upgrade { module, code, version, migration });
        }
        for (manager, tag, code) in &self.tags {
            list.push(Effect::Tag { manager: *manager, tag: tag.clone(), code: *code });
        }
        Ok(list)
    }

    /// The voted list in this form. Values of parameters become the arguments of their setters, once they are found to
    /// be of the right type and inside their bounds.
    ///
    /// # Errors
    /// [`RegistryError::Effects`] for an empty list, a list that is too long, or a subject named twice; what is wrong
    /// with a parameter.
    pub fn voted(st: &(impl StateView + ?Sized), slot: Slot, list: &[Effect]) -> Result<Self, RegistryError> {
        if list.is_empty() || list.len() > limits::EFFECTS {
            return Err(RegistryError::Effects("it has 1 to 64 entries"));
        }
        let twice = || RegistryError::Effects("a subject is named twice, or nothing is done to it");
        let mut effects = Self::default();
        let mut changes = Vec::new();
        for effect in list {
            match effect {
                Effect::Call { module, entry, times } => {
                    let before = effects.calls.insert((*module, entry.clone()), *times);
                    if before.is_some() || *times == 0 {
                        return Err(twice());
                    }
                }
                Effect::Set { module, parameter, value } => {
                    let change =
                        ConfigChange { module_id: *module, parameter: parameter.clone(), value: value.clone() };
                    let same = |known: &ConfigChange| known.module_id == *module && known.parameter == *parameter;
                    if changes.iter().any(same) {
                        return Err(twice());
                    }
                    changes.push(change);
                }
                Effect::Move { from, to, amount } => {
                    let before = effects.moves.insert((*from, *to), amount.0);
                    if before.is_some() || amount.is_zero() {
                        return Err(twice());
                    }
                }
                Effect::Upgrade { module, code, version, migration } => {
                    let (module, code, version, migration) = (*module, *code, *version, *migration);
                    if effects.upgrades.iter().any(|known| known.module == module) {
                        return Err(twice());
                    }
                    effects.upgrades.push(UpgradeAsked { module, code, version, migration });
                }
                Effect::Tag { manager, tag, code } => {
                    if effects.tags.iter().any(|known| (known.0, &known.1) == (*manager, tag)) {
                        return Err(twice());
                    }
                    effects.tags.push((*manager, tag.clone(), *code));
                }
            }
        }
        if !changes.is_empty() {
            let found = setters(st, slot, &changes)?;
            let call = |(change, setter): (&ConfigChange, crate::config::Setter)| {
                (change.module_id, setter.entry, setter.args)
            };
            effects.sets = changes.iter().zip(found).map(call).collect();
        }
        Ok(effects)
    }
}

impl<E: ?Sized> Enactment<'_, E> {
    /// Runs a proposal's own code and holds it to the effects that were voted; upgrades among them come last.
    pub(crate) fn execution<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        execution: &Execution,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let class = execution_class(st, self.ctx, execution).map_err(|error| self.refuse(error))?;
        self.covered(class)?;
        let voted = Effects::voted(st, self.ctx.slot, &execution.effects).map_err(|error| self.refuse(error))?;
        let gas = self.gas_left();
        let mut ended = self.executor.execute(st, &execution.code, gas)?;
        self.done.gas = self.done.gas.saturating_add(ended.gas);
        if !ended.outcome.is_ok() {
            let cause = ended.diagnostic.as_deref().unwrap_or("no more is known");
            let detail = format!("enact() ended {:?}: {cause}", ended.outcome);
            return Err(self.abort(AbortReason::ExecutionFailed, detail));
        }
        if ended.effects != voted {
            let detail = format!("what it did is not what was voted: {:?} instead of {voted:?}", ended.effects);
            return Err(self.abort(AbortReason::OtherEffects, detail));
        }
        self.done.events.append(&mut ended.events);
        self.note_sets(st, &execution.effects)?;
        for UpgradeAsked { module, code, version, migration } in voted.upgrades {
            self.upgrade(st, &Asked { module, code, version, migration })?;
            if self.done.unfinished {
                let detail = "an upgrade inside an executable proposal must migrate in one block".into();
                return Err(self.abort(AbortReason::MigrationOutOfGas, detail));
            }
        }
        let (code, effects) = (execution.code, u32::try_from(execution.effects.len()).unwrap_or(u32::MAX));
        let fields = ProposalExecuted { proposal: self.vote.proposal, code, effects };
        self.done.events.push(event(PROPOSAL_EXECUTED, &fields));
        self.note(st, None, Deed::Executed { code })
    }

    /// Remembers the parameters that a proposal's code set.
    fn note_sets<S: StateAccess + ?Sized>(&mut self, st: &mut S, effects: &[Effect]) -> Result<(), EnactError> {
        let sets = effects.iter().filter_map(|effect| match effect {
            Effect::Set { module, parameter, value } => {
                Some(ConfigChange { module_id: *module, parameter: parameter.clone(), value: value.clone() })
            }
            _ => None,
        });
        for (index, change) in (0..).zip(sets) {
            let record = required(st, &change.module_id).map_err(|error| self.refuse(error))?;
            self.remember(st, index, &change, record.sequence)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
