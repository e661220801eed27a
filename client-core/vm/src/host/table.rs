//! The linker table of the host API.
//!
//! Generated from client-core/vm/src/host/host_api.json by `cargo run -p zera-vm --example host_api_codegen`; do not edit.

#![cfg_attr(rustfmt, rustfmt::skip)]

use super::function::HostFunction;
use crate::abi::ValKind;

/// Module name that guests import from.
pub const MODULE: &str = "zera";
/// Version of the host API that this client links.
pub const HOST_API_VERSION: u32 = 3;

/// A linked host function; the number is its position in [`FUNCTIONS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HostId {
    /// `input_len`
    InputLen,
    /// `input_read`
    InputRead,
    /// `output_write`
    OutputWrite,
    /// `storage_get`
    StorageGet,
    /// `storage_set`
    StorageSet,
    /// `storage_remove`
    StorageRemove,
    /// `old_storage_get`
    OldStorageGet,
    /// `old_storage_next`
    OldStorageNext,
    /// `caller`
    Caller,
    /// `caller_kind`
    CallerKind,
    /// `self_id`
    SelfId,
    /// `value`
    Value,
    /// `balance`
    Balance,
    /// `transfer`
    Transfer,
    /// `slot`
    Slot,
    /// `height`
    Height,
    /// `call_module`
    CallModule,
    /// `returned_read`
    ReturnedRead,
    /// `emit_event`
    EmitEvent,
    /// `blake3`
    Blake3,
    /// `fail`
    Fail,
    /// `set_contract_wasm_ref`
    SetContractWasmRef,
    /// `create_contract_wasm_ref`
    CreateContractWasmRef,
    /// `delete_contract_wasm_ref`
    DeleteContractWasmRef,
    /// `get_contract_wasm_ref`
    GetContractWasmRef,
    /// `create_contract_with_external_ref`
    CreateContractWithExternalRef,
    /// `create_contract_with_external_ref_and_constructor`
    CreateContractWithExternalRefAndConstructor,
    /// `update_current_contract_executable_ref`
    UpdateCurrentContractExecutableRef,
    /// `pin_current_contract_executable`
    PinCurrentContractExecutable,
    /// `update_current_contract_wasm`
    UpdateCurrentContractWasm,
    /// `get_address_executable`
    GetAddressExecutable,
    /// `apply_wasm_module_upgrade`
    ApplyWasmModuleUpgrade,
    /// `log_execution_for_proof`
    LogExecutionForProof,
    /// `has_execution_trace`
    HasExecutionTrace,
    /// `trigger_zk_proof_generation`
    TriggerZkProofGeneration,
    /// `verify_execution_proof`
    VerifyExecutionProof,
    /// `verify_groth16`
    VerifyGroth16,
}

/// All linked functions.
pub static FUNCTIONS: &[HostFunction] = &[
    HostFunction { id: HostId::InputLen, name: "input_len", params: &[], result: Some(ValKind::I32), base: 20, per_byte: 0 },
    HostFunction { id: HostId::InputRead, name: "input_read", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 50, per_byte: 1 },
    HostFunction { id: HostId::OutputWrite, name: "output_write", params: &[ValKind::I32, ValKind::I32], result: None, base: 50, per_byte: 1 },
    HostFunction { id: HostId::StorageGet, name: "storage_get", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 500, per_byte: 1 },
    HostFunction { id: HostId::StorageSet, name: "storage_set", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 1000, per_byte: 2 },
    HostFunction { id: HostId::StorageRemove, name: "storage_remove", params: &[ValKind::I32, ValKind::I32], result: None, base: 1000, per_byte: 2 },
    HostFunction { id: HostId::OldStorageGet, name: "old_storage_get", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 500, per_byte: 1 },
    HostFunction { id: HostId::OldStorageNext, name: "old_storage_next", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 500, per_byte: 1 },
    HostFunction { id: HostId::Caller, name: "caller", params: &[ValKind::I32], result: None, base: 20, per_byte: 0 },
    HostFunction { id: HostId::CallerKind, name: "caller_kind", params: &[], result: Some(ValKind::I32), base: 20, per_byte: 0 },
    HostFunction { id: HostId::SelfId, name: "self_id", params: &[ValKind::I32], result: None, base: 20, per_byte: 0 },
    HostFunction { id: HostId::Value, name: "value", params: &[ValKind::I32], result: None, base: 20, per_byte: 0 },
    HostFunction { id: HostId::Balance, name: "balance", params: &[ValKind::I32, ValKind::I32], result: None, base: 500, per_byte: 0 },
    HostFunction { id: HostId::Transfer, name: "transfer", params: &[ValKind::I32, ValKind::I32], result: None, base: 2000, per_byte: 0 },
    HostFunction { id: HostId::Slot, name: "slot", params: &[], result: Some(ValKind::I64), base: 20, per_byte: 0 },
    HostFunction { id: HostId::Height, name: "height", params: &[], result: Some(ValKind::I64), base: 20, per_byte: 0 },
    HostFunction { id: HostId::CallModule, name: "call_module", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 2000, per_byte: 1 },
    HostFunction { id: HostId::ReturnedRead, name: "returned_read", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 50, per_byte: 1 },
    HostFunction { id: HostId::EmitEvent, name: "emit_event", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 500, per_byte: 2 },
    HostFunction { id: HostId::Blake3, name: "blake3", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 200, per_byte: 1 },
    HostFunction { id: HostId::Fail, name: "fail", params: &[ValKind::I32, ValKind::I32], result: None, base: 50, per_byte: 1 },
    HostFunction { id: HostId::SetContractWasmRef, name: "set_contract_wasm_ref", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 20000, per_byte: 10 },
    HostFunction { id: HostId::CreateContractWasmRef, name: "create_contract_wasm_ref", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I64], result: None, base: 20000, per_byte: 10 },
    HostFunction { id: HostId::DeleteContractWasmRef, name: "delete_contract_wasm_ref", params: &[ValKind::I32, ValKind::I32], result: None, base: 20000, per_byte: 10 },
    HostFunction { id: HostId::GetContractWasmRef, name: "get_contract_wasm_ref", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 500, per_byte: 1 },
    HostFunction { id: HostId::CreateContractWithExternalRef, name: "create_contract_with_external_ref", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 30000, per_byte: 10 },
    HostFunction { id: HostId::CreateContractWithExternalRefAndConstructor, name: "create_contract_with_external_ref_and_constructor", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 30000, per_byte: 10 },
    HostFunction { id: HostId::UpdateCurrentContractExecutableRef, name: "update_current_contract_executable_ref", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 20000, per_byte: 10 },
    HostFunction { id: HostId::PinCurrentContractExecutable, name: "pin_current_contract_executable", params: &[ValKind::I32], result: None, base: 20000, per_byte: 0 },
    HostFunction { id: HostId::UpdateCurrentContractWasm, name: "update_current_contract_wasm", params: &[ValKind::I32], result: None, base: 20000, per_byte: 0 },
    HostFunction { id: HostId::GetAddressExecutable, name: "get_address_executable", params: &[ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 1000, per_byte: 0 },
    HostFunction { id: HostId::ApplyWasmModuleUpgrade, name: "apply_wasm_module_upgrade", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: None, base: 2000, per_byte: 0 },
    HostFunction { id: HostId::LogExecutionForProof, name: "log_execution_for_proof", params: &[ValKind::I32, ValKind::I32], result: None, base: 20000, per_byte: 10 },
    HostFunction { id: HostId::HasExecutionTrace, name: "has_execution_trace", params: &[ValKind::I32], result: Some(ValKind::I32), base: 1000, per_byte: 0 },
    HostFunction { id: HostId::TriggerZkProofGeneration, name: "trigger_zk_proof_generation", params: &[ValKind::I32], result: None, base: 20000, per_byte: 0 },
    HostFunction { id: HostId::VerifyExecutionProof, name: "verify_execution_proof", params: &[ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 50000, per_byte: 2 },
    HostFunction { id: HostId::VerifyGroth16, name: "verify_groth16", params: &[ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32, ValKind::I32], result: Some(ValKind::I32), base: 6000000, per_byte: 3000 },
];

/// Functions of later versions: known by name, not linked.
pub static LATER: &[(&str, u32)] = &[
];
