//! Configuration by vote (design §6): type, bounds, getter and setter of a parameter come from the running manifest.

use crate::{
    codes::required_info, error::RegistryError, info::CodeInfo, modules::required, records::ModuleRecord, refs, values,
};
use alloc::{string::String, vec::Vec};
use zera_primitives::{
    Hash, Manifest, ModuleId, Slot, limits,
    manifest::{Export, Parameter},
    payload::ConfigChange,
};
use zera_state::StateView;

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

#[cfg(test)]
mod tests;
