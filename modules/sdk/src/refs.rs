//! Which code modules run (documents 000 and 003): tags that a manager owns, modules that follow them, switches of one's own
//! executable, and upgrades that a proposal's code applies.
//!
//! ```ignore
//! // In the manager: whoever follows "stable" runs `code` from its next call on.
//! refs::set("stable", &code);
//! // Anywhere: a new follower, constructed with the argument 7.
//! let id = refs::create_with(&manager, "stable", &salt, &(7u32,), 0);
//! ```

use crate::{
    host,
    types::{Hash, ModuleId},
};
use codec::Encode;

/// Where the code of a module comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// Its own.
    Own,
    /// A tag.
    Reference,
    /// A tag, but it stays at one code whatever the tag says.
    Pinned,
}

/// Sets a tag of this module to stored code; makes the tag, without notice period, if there is none. The call fails for
/// code that is not stored, and in a module that follows a tag itself.
pub fn set(tag: &str, code: &Hash) {
    host::set_contract_wasm_ref(tag.as_bytes(), &code.0);
}

/// Makes a tag of this module whose later changes take effect `notice` slots after they are made.
pub fn announce(tag: &str, code: &Hash, notice: u64) {
    host::create_contract_wasm_ref(tag.as_bytes(), &code.0, notice);
}

/// Deletes a tag of this module. The call fails while anyone follows it.
pub fn delete(tag: &str) {
    host::delete_contract_wasm_ref(tag.as_bytes());
}

/// The code that a manager's tag stands at now.
#[must_use]
pub fn get(manager: &ModuleId, tag: &str) -> Option<Hash> {
    host::get_contract_wasm_ref(&manager.0, tag.as_bytes()).map(Hash)
}

/// Creates a module that follows a tag, without running a constructor. Its id follows from this module's and `salt`.
pub fn create(manager: &ModuleId, tag: &str, salt: &Hash) -> ModuleId {
    ModuleId(host::create_contract_with_external_ref(&manager.0, tag.as_bytes(), &salt.0))
}

/// As [`create`], and runs its constructor with SCALE arguments (a tuple) and `value` base units of this module.
pub fn create_with(manager: &ModuleId, tag: &str, salt: &Hash, args: &impl Encode, value: u128) -> ModuleId {
    create_with_raw(manager, tag, salt, &args.encode(), value)
}

/// [`create_with`] with the arguments' bytes as they are.
pub fn create_with_raw(manager: &ModuleId, tag: &str, salt: &Hash, args: &[u8], value: u128) -> ModuleId {
    let tag = tag.as_bytes();
    ModuleId(host::create_contract_with_external_ref_and_constructor(&manager.0, tag, &salt.0, args, value))
}

/// Makes this module follow a manager's tag from its next call on; this call ends in the code that it began in.
pub fn follow(manager: &ModuleId, tag: &str) {
    host::update_current_contract_executable_ref(&manager.0, tag.as_bytes());
}

/// Makes this follower stay at `code` from its next call on, whatever its tag says.
pub fn pin(code: &Hash) {
    host::pin_current_contract_executable(&code.0);
}

/// Makes this follower go with its tag again.
pub fn unpin() {
    host::pin_current_contract_executable(&[0; 32]);
}

/// Makes this module run `code` of its own from its next call on, following no tag.
pub fn leave(code: &Hash) {
    host::update_current_contract_wasm(&code.0);
}

/// The code that a module runs now, references resolved, and where it comes from.
#[must_use]
pub fn executable(module: &ModuleId) -> Option<(Source, Hash)> {
    let (source, code) = host::get_address_executable(&module.0)?;
    let source = match source {
        0 => Source::Own,
        1 => Source::Reference,
        _ => Source::Pinned,
    };
    Some((source, Hash(code)))
}

/// Applies an upgrade when the running proposal's code has ended; for the code of executable proposals only, which must
/// have been voted with this very upgrade. `new_version` is the next number in the module's history.
pub fn apply_wasm_module_upgrade(module: &ModuleId, code: &Hash, new_version: u32, migration: Option<&Hash>) {
    host::apply_wasm_module_upgrade(&module.0, &code.0, new_version, migration.map(|code| &code.0));
}
