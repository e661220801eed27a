//! The host functions over the test chain; the same signatures as `host.rs` has for guests.

use super::{Frame, WORLD, world};
use crate::env::CallerKind;

pub(crate) fn input() -> Vec<u8> {
    WORLD.with_borrow_mut(|world| world.frame().input.clone())
}

pub(crate) fn output_write(bytes: &[u8]) {
    WORLD.with_borrow_mut(|world| world.frame().output.extend_from_slice(bytes));
}

pub(crate) fn storage_get(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| world.module().storage.get(key).cloned())
}

pub(crate) fn storage_set(key: &[u8], value: &[u8]) {
    if key.is_empty() || key.len() > 256 || value.len() > 65_536 {
        fail("a key has 1 to 256 bytes, a value at most 65,536");
    }
    WORLD.with_borrow_mut(|world| world.module().storage.insert(key.to_vec(), value.to_vec()));
}

pub(crate) fn storage_remove(key: &[u8]) {
    WORLD.with_borrow_mut(|world| world.module().storage.remove(key));
}

pub(crate) fn old_storage_get(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| match &world.module().old {
        Some(old) => old.get(key).cloned(),
        None => fail("there is no migration"),
    })
}

pub(crate) fn old_storage_next(key: &[u8]) -> Option<Vec<u8>> {
    WORLD.with_borrow_mut(|world| match &world.module().old {
        Some(old) => old.keys().find(|candidate| candidate.as_slice() > key).cloned(),
        None => fail("there is no migration"),
    })
}

pub(crate) fn caller() -> [u8; 32] {
    WORLD.with_borrow_mut(|world| world.frame().caller)
}

pub(crate) fn caller_kind() -> i32 {
    match WORLD.with_borrow_mut(|world| world.frame().kind) {
        CallerKind::Account => 0,
        CallerKind::Module => 1,
        CallerKind::Governance => 2,
        CallerKind::Runtime => 3,
    }
}

pub(crate) fn self_id() -> [u8; 32] {
    WORLD.with_borrow_mut(|world| world.frame().module)
}

pub(crate) fn value() -> u128 {
    WORLD.with_borrow_mut(|world| world.frame().value)
}

pub(crate) fn balance(account: &[u8; 32]) -> u128 {
    WORLD.with_borrow_mut(|world| world.balance(account))
}

pub(crate) fn transfer(to: &[u8; 32], amount: u128) {
    let from = self_id();
    if let Err(error) = WORLD.with_borrow_mut(|world| world.transfer(from, *to, amount)) {
        fail(&error);
    }
}

pub(crate) fn slot() -> u64 {
    WORLD.with_borrow(|world| world.slot)
}

pub(crate) fn height() -> u64 {
    WORLD.with_borrow(|world| world.height)
}

pub(crate) fn call_module(module: &[u8; 32], entry: &str, args: &[u8], value: u128) -> Vec<u8> {
    let frame = Frame::new(*module, self_id(), CallerKind::Module).with(value, args.to_vec());
    if let Err(error) = WORLD.with_borrow_mut(|world| world.enter(frame)) {
        fail(&error);
    }
    // A callee that fails ends the caller too: the unwinding passes through.
    world::run_entry(*module, entry);
    WORLD.with_borrow_mut(world::World::leave)
}

pub(crate) fn emit_event(topic: &[u8], data: &[u8]) {
    let topic = String::from_utf8_lossy(topic).into_owned();
    WORLD.with_borrow_mut(|world| world.events.push((topic, data.to_vec())));
}

pub(crate) fn blake3(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

pub(crate) fn fail(reason: &str) -> ! {
    world::fail(reason)
}
