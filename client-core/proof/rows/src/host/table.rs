//! Memory of each host function, by its position in the host API table. A test compares it with `host_api.json`, and
//! another one with what `zera_vm` does.

/// A parameter that is a pointer, by its index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// To bytes that the host reads.
    In(usize, Length),
    /// To bytes that the host writes.
    Out(usize),
}

/// How many bytes are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Length {
    /// As the next parameter says.
    Next,
    /// Always so many.
    Bytes(u32),
    /// As the next parameter says, cut at the length of a message.
    Message,
}

use Length::{Bytes, Message, Next};
use Part::{In, Out};

const KEY: Part = In(0, Next);
const TAG: Part = In(0, Next);
const OWNER: Part = In(0, Bytes(32));

/// Every function: its name and the pointers among its parameters, in order.
pub(super) static MEMORY: &[(&str, &[Part])] = &[
    ("input_len", &[]),
    ("input_read", &[Out(0)]),
    ("output_write", &[In(0, Next)]),
    ("storage_get", &[KEY, Out(2)]),
    ("storage_set", &[KEY, In(2, Next)]),
    ("storage_remove", &[KEY]),
    ("old_storage_get", &[KEY, Out(2)]),
    ("old_storage_next", &[KEY, Out(2)]),
    ("caller", &[Out(0)]),
    ("caller_kind", &[]),
    ("self_id", &[Out(0)]),
    ("value", &[Out(0)]),
    ("balance", &[OWNER, Out(1)]),
    ("transfer", &[OWNER, In(1, Bytes(16))]),
    ("slot", &[]),
    ("height", &[]),
    ("call_module", &[OWNER, In(1, Next), In(3, Next), In(5, Bytes(16))]),
    ("returned_read", &[Out(0)]),
    ("emit_event", &[In(0, Next), In(2, Next)]),
    ("blake3", &[In(0, Next), Out(2)]),
    ("fail", &[In(0, Message)]),
    ("set_contract_wasm_ref", &[TAG, In(2, Bytes(32))]),
    ("create_contract_wasm_ref", &[TAG, In(2, Bytes(32))]),
    ("delete_contract_wasm_ref", &[TAG]),
    ("get_contract_wasm_ref", &[OWNER, In(1, Next), Out(3)]),
    ("create_contract_with_external_ref", &[OWNER, In(1, Next), In(3, Bytes(32)), Out(4)]),
    (
        "create_contract_with_external_ref_and_constructor",
        &[OWNER, In(1, Next), In(3, Bytes(32)), In(4, Next), In(6, Bytes(16)), Out(7)],
    ),
    ("update_current_contract_executable_ref", &[OWNER, In(1, Next)]),
    ("pin_current_contract_executable", &[OWNER]),
    ("update_current_contract_wasm", &[OWNER]),
    ("get_address_executable", &[OWNER, Out(1)]),
    ("apply_wasm_module_upgrade", &[OWNER, In(1, Bytes(32)), In(3, Bytes(32))]),
    ("log_execution_for_proof", &[In(0, Next)]),
    ("has_execution_trace", &[OWNER]),
    ("trigger_zk_proof_generation", &[OWNER]),
    ("verify_execution_proof", &[In(0, Next), In(2, Bytes(32))]),
    ("verify_groth16", &[In(0, Next), In(2, Next), In(4, Next)]),
    ("log_execution_for_proof", &[In(0, Next)]),
    ("has_execution_trace", &[OWNER]),
    ("trigger_zk_proof_generation", &[OWNER]),
    ("verify_execution_proof", &[In(0, Next), In(2, Bytes(32))]),
    ("verify_groth16", &[In(0, Next), In(2, Next), In(4, Next)]),
];
