//! The class of a proposal, from its effects (design §6). Governance stores it; enactment computes it again.

use crate::{
    codes::required_info,
    config::setters,
    error::RegistryError,
    legality::{Asked, When, plan},
};
use zera_primitives::{Amount, Class, Params, Payload, WasmModuleUpgradeProposal};
use zera_state::StateView;

/// What `payload` would change, and that it is not hopeless already:
///
/// | effect | class |
/// |---|---|
/// | parameters of modules, inside their declared bounds | patch |
/// | new code | minor |
/// | new code that imports more, breaks the schema, migrates, states a new major version, or replaces that of a module whose free ZRA are more than V | major |
/// | governance parameters, inside floor and ceiling | governance |
///
/// `supply` is ZRA in existence, `params` those in force.
///
/// # Errors
/// [`RegistryError`] when the proposal can never be enacted: unknown module or code, a version that is not greater,
/// values out of bounds, a migration missing for the very next version.
pub fn classify(
    st: &(impl StateView + ?Sized),
    payload: &Payload,
    supply: Amount,
    params: &Params,
) -> Result<Class, RegistryError> {
    match payload {
        Payload::Upgrade(upgrade) => {
            let new = required_info(st, &upgrade.new_wasm_bytecode)?;
            Ok(plan(st, supply, params, upgrade.into(), new, When::Submitted)?.class)
        }
        Payload::Config { changes, .. } => setters(st, changes).map(|_| Class::Patch),
        Payload::Parameters { params, .. } => Ok(params.check().map(|()| Class::Governance)?),
    }
}

impl From<&WasmModuleUpgradeProposal> for Asked {
    fn from(upgrade: &WasmModuleUpgradeProposal) -> Self {
        Self {
            module: upgrade.module_id,
            code: upgrade.new_wasm_bytecode,
            version: upgrade.new_version,
            migration: upgrade.migration_logic_hash,
        }
    }
}

#[cfg(test)]
mod tests;
