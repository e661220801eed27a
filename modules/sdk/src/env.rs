//! What a module can ask and do: who calls, time, ZRA, events, other modules.

use crate::{
    Event, host,
    types::{AccountId, Hash, ModuleId},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};

/// What kind of caller stands behind [`caller`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallerKind {
    /// An account, by a signed transaction.
    Account,
    /// Another module.
    Module,
    /// An enacted proposal.
    Governance,
    /// The runtime itself.
    Runtime,
}

/// Who called: an account, a module's account, or the id of an enacted proposal.
#[must_use]
pub fn caller() -> AccountId {
    AccountId(host::caller())
}

/// What kind of caller that is.
#[must_use]
pub fn caller_kind() -> CallerKind {
    match host::caller_kind() {
        0 => CallerKind::Account,
        1 => CallerKind::Module,
        2 => CallerKind::Governance,
        _ => CallerKind::Runtime,
    }
}

/// The running module.
#[must_use]
pub fn self_id() -> ModuleId {
    ModuleId(host::self_id())
}

/// ZRA base units attached to this call; they are the module's already.
#[must_use]
pub fn value() -> u128 {
    host::value()
}

/// ZRA base units that an account or a module owns.
#[must_use]
pub fn balance(account: &AccountId) -> u128 {
    host::balance(&account.0)
}

/// Pays base units from the module. The whole call fails when it has not that much.
pub fn transfer(to: &AccountId, amount: u128) {
    host::transfer(&to.0, amount);
}

/// Slot of the block: about one second each, never decreasing.
#[must_use]
pub fn slot() -> u64 {
    host::slot()
}

/// Height of the block.
#[must_use]
pub fn height() -> u64 {
    host::height()
}

/// BLAKE3 of `bytes`.
#[must_use]
pub fn blake3(bytes: &[u8]) -> Hash {
    Hash(host::blake3(bytes))
}

/// Emits an event under its name.
pub fn emit<E: Event>(event: &E) {
    host::emit_event(E::TOPIC.as_bytes(), &event.encode());
}

/// Calls `entry` of another module with SCALE arguments (a tuple) and `value` base units. If the other module fails,
/// so does this call.
pub fn call<R: Decode>(module: &ModuleId, entry: &str, args: &impl Encode, value: u128) -> R {
    let answer = call_raw(module, entry, &args.encode(), value);
    R::decode_all(&mut &*answer).unwrap_or_else(|_| fail("the called module answered with another type"))
}

/// [`call`] with bytes as they are: for direct entries, whose arguments are little-endian integers.
pub fn call_raw(module: &ModuleId, entry: &str, args: &[u8], value: u128) -> Vec<u8> {
    host::call_module(&module.0, entry, args, value)
}

/// Ends the call and undoes it; `reason` is for people.
pub fn fail(reason: &str) -> ! {
    host::fail(reason)
}

/// Ends the call by a WASM trap and undoes it; [`fail`] is kinder, for it says why.
pub fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    fail("trap")
}
