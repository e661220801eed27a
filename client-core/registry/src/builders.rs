//! Builders and their rebuilds (design §6): accounts that governance has registered say what building a stored code
//! from its source gave. What they say is evidence that voters see; `k` refutations (a parameter) raise the class of
//! every proposal that carries the code one step.

use crate::{codes::required_info, error::RegistryError, keys, modules::Ctx, records::At};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{AccountId, Hash, limits, payload::Builder};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// Bytes of a builder's name.
const NAME_BYTES: usize = 64;

/// What one builder's rebuild of one code gave. A later one replaces it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Attestation {
    /// Who.
    pub builder: AccountId,
    /// BLAKE3 of what the rebuild gave.
    pub rebuilt: Hash,
    /// BLAKE3 of the build description.
    pub recipe: Hash,
    /// When.
    pub at: At,
}

/// What registered builders say about one code.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Verdicts {
    /// Got the same bytes.
    pub agree: u32,
    /// Got others.
    pub differ: u32,
}

/// The registered builders, by account.
///
/// # Errors
/// [`StateError`].
pub fn builders(st: &(impl StateView + ?Sized)) -> Result<Vec<Builder>, StateError> {
    Ok(get_typed(st, &keys::builders())?.unwrap_or_default())
}

/// Checks that `add` and `remove` are a lawful change of the list and answers the list it makes.
pub(crate) fn changed(
    st: &(impl StateView + ?Sized),
    add: &[Builder],
    remove: &[AccountId],
) -> Result<Vec<Builder>, RegistryError> {
    let mut list = builders(st)?;
    let named = |builder: &Builder| !builder.name.trim().is_empty() && builder.name.len() <= NAME_BYTES;
    if add.len().saturating_add(remove.len()) == 0 || !add.iter().all(named) {
        return Err(RegistryError::Builders("name 1 to 64 builders to register or strike, each with a name"));
    }
    for account in remove {
        let before = list.len();
        list.retain(|builder| builder.account != *account);
        if list.len() == before {
            return Err(RegistryError::Builders("one to be struck is not registered"));
        }
    }
    for builder in add {
        list.retain(|known| known.account != builder.account);
        list.push(builder.clone());
    }
    list.sort_by_key(|builder| builder.account);
    if list.len() > limits::BUILDERS {
        return Err(RegistryError::Builders("more than 64 builders"));
    }
    Ok(list)
}

pub(crate) fn put(st: &mut (impl StateAccess + ?Sized), list: &[Builder]) {
    put_typed(st, keys::builders(), &list);
}

/// Notes what `builder`'s rebuild of stored `code` gave, and answers what all builders now say.
///
/// # Errors
/// [`RegistryError::NoBuilder`], [`RegistryError::CodeMissing`].
pub fn attest(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    builder: &AccountId,
    code: &Hash,
    rebuilt: Hash,
    recipe: Hash,
) -> Result<Verdicts, RegistryError> {
    if !builders(st)?.iter().any(|known| known.account == *builder) {
        return Err(RegistryError::NoBuilder);
    }
    required_info(st, code)?;
    let attestation = Attestation { builder: *builder, rebuilt, recipe, at: ctx.at() };
    put_typed(st, keys::attestation(code, builder), &attestation);
    Ok(verdicts(st, code)?)
}

/// Everything said about `code`, by those who were registered when they said it.
///
/// # Errors
/// [`StateError`].
pub fn attestations(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Vec<Attestation>, StateError> {
    keys::scan_typed(st, &keys::attestation_prefix(code))
}

/// What those who are registered now say about `code`.
///
/// # Errors
/// [`StateError`].
pub fn verdicts(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Verdicts, StateError> {
    let mut verdicts = Verdicts::default();
    for builder in builders(st)? {
        let said: Option<Attestation> = get_typed(st, &keys::attestation(code, &builder.account))?;
        match said {
            Some(attestation) if attestation.rebuilt == *code => verdicts.agree = verdicts.agree.saturating_add(1),
            Some(_) => verdicts.differ = verdicts.differ.saturating_add(1),
            None => {}
        }
    }
    Ok(verdicts)
}

#[cfg(test)]
mod tests;
