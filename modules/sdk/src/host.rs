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

pub(crate) fn set_contract_wasm_ref(tag: &[u8], code: &[u8; 32]) {
    unsafe { api::set_contract_wasm_ref(tag.as_ptr(), len(tag), code.as_ptr()) }
}

pub(crate) fn create_contract_wasm_ref(tag: &[u8], code: &[u8; 32], notice: u64) {
    unsafe { api::create_contract_wasm_ref(tag.as_ptr(), len(tag), code.as_ptr(), notice) }
}

pub(crate) fn delete_contract_wasm_ref(tag: &[u8]) {
    unsafe { api::delete_contract_wasm_ref(tag.as_ptr(), len(tag)) }
}

pub(crate) fn get_contract_wasm_ref(manager: &[u8; 32], tag: &[u8]) -> Option<[u8; 32]> {
    let mut code = [0; 32];
    let found = unsafe { api::get_contract_wasm_ref(manager.as_ptr(), tag.as_ptr(), len(tag), code.as_mut_ptr()) };
    (found > 0).then_some(code)
}

pub(crate) fn create_contract_with_external_ref(manager: &[u8; 32], tag: &[u8], salt: &[u8; 32]) -> [u8; 32] {
    let mut id = [0; 32];
    unsafe {
        api::create_contract_with_external_ref(
            manager.as_ptr(),
            tag.as_ptr(),
            len(tag),
            salt.as_ptr(),
            id.as_mut_ptr(),
        );
    }
    id
}

pub(crate) fn create_contract_with_external_ref_and_constructor(
    manager: &[u8; 32],
    tag: &[u8],
    salt: &[u8; 32],
    args: &[u8],
    value: u128,
) -> [u8; 32] {
    let (mut id, value) = ([0; 32], value.to_le_bytes());
    unsafe {
        api::create_contract_with_external_ref_and_constructor(
            manager.as_ptr(),
            tag.as_ptr(),
            len(tag),
            salt.as_ptr(),
            args.as_ptr(),
            len(args),
            value.as_ptr(),
            id.as_mut_ptr(),
        );
    }
    id
}

pub(crate) fn update_current_contract_executable_ref(manager: &[u8; 32], tag: &[u8]) {
    unsafe { api::update_current_contract_executable_ref(manager.as_ptr(), tag.as_ptr(), len(tag)) }
}

pub(crate) fn pin_current_contract_executable(code: &[u8; 32]) {
    unsafe { api::pin_current_contract_executable(code.as_ptr()) }
}

pub(crate) fn update_current_contract_wasm(code: &[u8; 32]) {
    unsafe { api::update_current_contract_wasm(code.as_ptr()) }
}

/// The code of a module and 0, 1 or 2 for where it comes from.
pub(crate) fn get_address_executable(module: &[u8; 32]) -> Option<(i32, [u8; 32])> {
    let mut code = [0; 32];
    let source = unsafe { api::get_address_executable(module.as_ptr(), code.as_mut_ptr()) };
    (source >= 0).then_some((source, code))
}

pub(crate) fn apply_wasm_module_upgrade(
    module: &[u8; 32],
    code: &[u8; 32],
    new_version: u32,
    migration: Option<&[u8; 32]>,
) {
    let has_migration = u32::from(migration.is_some());
    let migration = migration.unwrap_or(&[0; 32]).as_ptr();
    unsafe { api::apply_wasm_module_upgrade(module.as_ptr(), code.as_ptr(), new_version, migration, has_migration) }
}

pub(crate) fn log_execution_for_proof(context: &[u8]) {
    unsafe { api::log_execution_for_proof(context.as_ptr(), len(context)) }
}

pub(crate) fn has_execution_trace(transaction: &[u8; 32]) -> bool {
    unsafe { api::has_execution_trace(transaction.as_ptr()) > 0 }
}

pub(crate) fn trigger_zk_proof_generation(transaction: &[u8; 32]) {
    unsafe { api::trigger_zk_proof_generation(transaction.as_ptr()) }
}

pub(crate) fn verify_execution_proof(proof: &[u8], statement: &[u8; 32]) -> bool {
    unsafe { api::verify_execution_proof(proof.as_ptr(), len(proof), statement.as_ptr()) > 0 }
}

pub(crate) fn verify_groth16(key: &[u8], proof: &[u8], public: &[u8]) -> bool {
    let (keys, proofs, inputs) = (len(key), len(proof), len(public));
    unsafe { api::verify_groth16(key.as_ptr(), keys, proof.as_ptr(), proofs, public.as_ptr(), inputs) > 0 }
}
