//! The module-set id of a header: one digest that two nodes compare to learn whether they run the same module versions,
//! as EIP-2124 does for forks. It is a hash chain over activations in their order,
//!
//! `id₀ = 0`, `idₙ = BLAKE3("zera/module-set/v1"; idₙ₋₁, module, sequence, code)`,
//!
//! so that a block costs one read, an activation one read and one write, and equal ids mean equal histories.

use crate::keys;
use zera_primitives::{Hash, ModuleId, Sequence};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// The digest of everything activated so far; zero before the first deployment.
///
/// # Errors
/// [`StateError`].
pub fn module_set_id(st: &(impl StateView + ?Sized)) -> Result<Hash, StateError> {
    Ok(get_typed(st, &keys::module_set())?.unwrap_or(Hash::ZERO))
}

/// Extends the chain by one activation.
pub(crate) fn activated(
    st: &mut (impl StateAccess + ?Sized),
    module: &ModuleId,
    sequence: Sequence,
    code: &Hash,
) -> Result<(), StateError> {
    let next = next(module_set_id(st)?, module, sequence, code);
    put_typed(st, keys::module_set(), &next);
    Ok(())
}

/// The id after one more activation; public so that a page can recompute the chain from the versions.
#[must_use]
pub fn next(id: Hash, module: &ModuleId, sequence: Sequence, code: &Hash) -> Hash {
    Hash::of_parts("zera/module-set/v1", &[&id.0, &module.0, &sequence.to_le_bytes(), &code.0])
}
