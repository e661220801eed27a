//! Configuration by vote (design §6): type, bounds, getter and setter of a parameter come from the running manifest.

use crate::{
    codes::required_info,
    error::RegistryError,
    events::{CONFIG_CHANGED, ConfigChanged, event},
    executor::{Executor, SystemCall, SystemCaller},
    info::CodeInfo,
    journal::Deed,
    keys,
    modules::{required, touch},
    records::{ConfigRecord, ModuleRecord},
    refs,
    upgrade::{EnactError, Enactment},
    usage::Usage,
    values,
};
use alloc::{string::String, vec::Vec};
use zera_primitives::{
    AbortReason, Class, Hash, Manifest, ModuleId, Sequence, Slot, limits,
    manifest::{Export, Parameter},
    payload::ConfigChange,
};
use zera_state::{StateAccess, StateView, put_typed};

/// A setter to call.
pub(crate) struct Setter {
    pub record: ModuleRecord,
    pub code: Hash,
    pub entry: String,
    pub args: Vec<u8>,
}

/// Finds the setters of all changes of a proposal in order, or the first change that is not legal.
pub(crate) fn setters(
    st: &(impl StateView + ?Sized),
    slot: Slot,
    changes: &[ConfigChange],
) -> Result<Vec<Setter>, RegistryError> {
    if changes.is_empty() || changes.len() > limits::CONFIG_CHANGES {
        return Err(RegistryError::ChangeCount(changes.len()));
    }
    changes.iter().map(|change| setter(st, slot, change)).collect()
}

/// Finds the setter of a change, once its value is of the parameter's type and inside its bounds.
fn setter(st: &(impl StateView + ?Sized), slot: Slot, change: &ConfigChange) -> Result<Setter, RegistryError> {
    let unknown =
        || RegistryError::NoParameter { module: change.module_id, name: change.parameter.chars().take(200).collect() };
    let record = required(st, &change.module_id)?;
    let code = refs::resolve(st, slot, &record.executable)?;
    let info = required_info(st, &code)?;
    let manifest = info.manifest()?.ok_or_else(unknown)?;
    if !refs::is_ready(&record, Some(&manifest)) {
        return Err(RegistryError::NotArrived);
    }
    let parameter = manifest.parameter(&change.parameter).ok_or_else(unknown)?;
    let export = manifest.export(&parameter.setter).ok_or_else(unknown)?;
    check_value(&manifest, parameter, &change.value)?;
    let args = arguments(&manifest, &info, export, &change.value).map_err(|why| invalid(parameter, why))?;
    Ok(Setter { entry: export.name.clone(), args, code, record })
}

/// Checks a value against a parameter's type and bounds; pages use it before anyone signs.
///
/// # Errors
/// [`RegistryError::Value`], [`RegistryError::OutOfBounds`].
pub fn check_value(manifest: &Manifest, parameter: &Parameter, value: &[u8]) -> Result<(), RegistryError> {
    values::check(&manifest.types, parameter.ty, value).map_err(|why| invalid(parameter, why))?;
    if parameter.min.is_none() && parameter.max.is_none() {
        return Ok(());
    }
    let Some(number) = values::unsigned(&manifest.types, parameter.ty, value) else {
        return Err(invalid(parameter, "the manifest declares bounds, but its type is no unsigned integer"));
    };
    let (min, max) = (parameter.min.unwrap_or(0), parameter.max.unwrap_or(u128::MAX));
    if number < min || number > max {
        return Err(RegistryError::OutOfBounds { name: parameter.name.clone(), value: number, min, max });
    }
    Ok(())
}

/// The parameter that a call of the setter `entry` with `args` sets, and to what; none when the running code names it for
/// none.
pub(crate) fn parameter_set(
    st: &(impl StateView + ?Sized),
    slot: Slot,
    module: &ModuleId,
    entry: &str,
    args: &[u8],
) -> Result<Option<(String, Vec<u8>)>, RegistryError> {
    let info = required_info(st, &refs::resolve(st, slot, &required(st, module)?.executable)?)?;
    let Some(manifest) = info.manifest()? else { return Ok(None) };
    let (Some(parameter), Some(export)) =
        (manifest.parameters.iter().find(|parameter| parameter.setter == entry), manifest.export(entry))
    else {
        return Ok(None);
    };
    // An integer that was passed directly is as wide as its register; its value is the shortest that becomes it.
    let shortest = if export.direct { 0 } else { args.len() };
    let value = (shortest..=args.len())
        .filter_map(|width| args.get(..width))
        .find(|value| arguments(&manifest, &info, export, value).is_ok_and(|widened| widened == args));
    Ok(value.map(|value| (parameter.name.clone(), value.to_vec())))
}

/// The setter's argument: the value itself, or widened for a setter that takes its integer directly.
fn arguments(
    manifest: &Manifest,
    info: &CodeInfo,
    export: &Export,
    value: &[u8],
) -> Result<Vec<u8>, values::ValueError> {
    let argument = export.args.first().ok_or("its setter takes no argument")?;
    values::check(&manifest.types, argument.ty, value)?;
    if !export.direct {
        return Ok(value.to_vec());
    }
    match info.function(&export.name).map(|function| function.params.as_slice()) {
        Some([one]) => values::direct_argument(&manifest.types, argument.ty, value, *one),
        _ => Err("its setter does not take one value"),
    }
}

fn invalid(parameter: &Parameter, why: &'static str) -> RegistryError {
    RegistryError::Value { name: parameter.name.clone(), why }
}

impl<E: ?Sized> Enactment<'_, E> {
    /// Calls every setter in order with the governance caller, once all changes are known to be legal. A setter cannot
    /// change which code runs, so they stay so.
    pub(crate) fn config<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        changes: &[ConfigChange],
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let setters = setters(st, self.ctx.slot, changes).map_err(|error| self.refuse(error))?;
        self.covered(Class::Patch)?;
        (0..)
            .zip(changes.iter().zip(&setters))
            .try_for_each(|(index, (change, setter))| self.set(st, index, change, setter))
    }

    fn set<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        index: u32,
        change: &ConfigChange,
        setter: &Setter,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        if setter.record.migrating.is_some() {
            return Err(self.refuse(RegistryError::Busy)); // its data are being written anew
        }
        let call = SystemCall {
            module: change.module_id,
            code: setter.code,
            entry: &setter.entry,
            args: &setter.args,
            caller: SystemCaller::Governance,
            generation: setter.record.generation,
            old_generation: None,
            usage: Usage::default(),
            read_only: false,
            gas: 0,
        };
        let ended = self.run(st, call)?;
        if !ended.outcome.is_ok() {
            return Err(self.failed(AbortReason::SetterFailed, &setter.entry, &ended));
        }
        // What a vote wrote or moved is as much a reason to keep the data as what people did.
        touch(st, &change.module_id).map_err(|error| self.refuse(error))?;
        self.remember(st, index, change, setter.record.sequence)
    }

    /// History, event and journal entry of a parameter that was set.
    pub(crate) fn remember<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        index: u32,
        change: &ConfigChange,
        sequence: Sequence,
    ) -> Result<(), EnactError> {
        let proposal = self.vote.proposal;
        let record = ConfigRecord { proposal, value: change.value.clone(), sequence, at: self.ctx.at() };
        put_typed(st, keys::config(&change.module_id, &change.parameter, proposal, index), &record);
        let (module, parameter, value) = (change.module_id, change.parameter.clone(), change.value.clone());
        let deed = Deed::Configured { parameter: parameter.clone(), value: value.clone() };
        self.done.events.push(event(CONFIG_CHANGED, &ConfigChanged { module, parameter, value, proposal }));
        self.note(st, Some(&module), deed)
    }
}

#[cfg(test)]
mod tests;
