//! Safe faces of the imported host functions.

use crate::host_api as api;
use alloc::{vec, vec::Vec};

/// Most values are shorter; longer ones are read again into a buffer of their length.
const SHORT: usize = 128;

/// A length as the host takes it.
#[allow(clippy::cast_possible_truncation, reason = "usize has 32 bits here")]
const fn len(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// A length as the host gives it; negative means absent.
fn found(length: i32) -> Option<usize> {
    usize::try_from(length).ok()
}

/// Calls `read` with a short buffer and, if that was too short, once more with one that fits.
fn read(read: impl Fn(*mut u8, u32) -> i32) -> Option<Vec<u8>> {
    let mut short = [0; SHORT];
    let length = found(read(short.as_mut_ptr(), len(&short)))?;
    if let Some(value) = short.get(..length) {
        return Some(value.to_vec());
    }
    let mut value = vec![0; length];
    read(value.as_mut_ptr(), len(&value));
    Some(value)
}

// SAFETY, for every call below: pointer and length come from one live slice, or the buffer has the size that the host
// function writes by its contract (32 bytes for an id, 16 for an amount).

pub(crate) fn input() -> Vec<u8> {
    let mut input = vec![0; unsafe { api::input_len() } as usize];
    unsafe { api::input_read(input.as_mut_ptr(), 0, len(&input)) };
    input
}

pub(crate) fn output_write(bytes: &[u8]) {
    unsafe { api::output_write(bytes.as_ptr(), len(bytes)) }
}

pub(crate) fn storage_get(key: &[u8]) -> Option<Vec<u8>> {
    read(|out, cap| unsafe { api::storage_get(key.as_ptr(), len(key), out, cap) })
}

pub(crate) fn storage_set(key: &[u8], value: &[u8]) {
    unsafe { api::storage_set(key.as_ptr(), len(key), value.as_ptr(), len(value)) }
}

pub(crate) fn storage_remove(key: &[u8]) {
    unsafe { api::storage_remove(key.as_ptr(), len(key)) }
}

pub(crate) fn old_storage_get(key: &[u8]) -> Option<Vec<u8>> {
    read(|out, cap| unsafe { api::old_storage_get(key.as_ptr(), len(key), out, cap) })
}

pub(crate) fn old_storage_next(key: &[u8]) -> Option<Vec<u8>> {
    read(|out, cap| unsafe { api::old_storage_next(key.as_ptr(), len(key), out, cap) })
}

pub(crate) fn caller() -> [u8; 32] {
    let mut id = [0; 32];
    unsafe { api::caller(id.as_mut_ptr()) };
    id
}

pub(crate) fn caller_kind() -> i32 {
    unsafe { api::caller_kind() }
}

pub(crate) fn self_id() -> [u8; 32] {
    let mut id = [0; 32];
    unsafe { api::self_id(id.as_mut_ptr()) };
    id
}

pub(crate) fn value() -> u128 {
    let mut amount = [0; 16];
    unsafe { api::value(amount.as_mut_ptr()) };
    u128::from_le_bytes(amount)
}

pub(crate) fn balance(account: &[u8; 32]) -> u128 {
    let mut amount = [0; 16];
    unsafe { api::balance(account.as_ptr(), amount.as_mut_ptr()) };
    u128::from_le_bytes(amount)
}

pub(crate) fn transfer(to: &[u8; 32], amount: u128) {
    let amount = amount.to_le_bytes();
    unsafe { api::transfer(to.as_ptr(), amount.as_ptr()) }
}

pub(crate) fn slot() -> u64 {
    unsafe { api::slot() }
}

pub(crate) fn height() -> u64 {
    unsafe { api::height() }
}

pub(crate) fn call_module(module: &[u8; 32], entry: &str, args: &[u8], value: u128) -> Vec<u8> {
    let value = value.to_le_bytes();
    let entry = entry.as_bytes();
    let length = unsafe {
        api::call_module(module.as_ptr(), entry.as_ptr(), len(entry), args.as_ptr(), len(args), value.as_ptr())
    };
    let mut answer = vec![0; length as usize];
    unsafe { api::returned_read(answer.as_mut_ptr(), 0, len(&answer)) };
    answer
}

pub(crate) fn emit_event(topic: &[u8], data: &[u8]) {
    unsafe { api::emit_event(topic.as_ptr(), len(topic), data.as_ptr(), len(data)) }
}

pub(crate) fn blake3(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    unsafe { api::blake3(bytes.as_ptr(), len(bytes), digest.as_mut_ptr()) };
    digest
}

pub(crate) fn fail(reason: &str) -> ! {
    unsafe { api::fail(reason.as_ptr(), len(reason.as_bytes())) };
    // `fail` does not return; this tells the compiler so.
    core::arch::wasm32::unreachable()
}
