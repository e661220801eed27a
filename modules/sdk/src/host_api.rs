//! Raw bindings of the host API, version 3.
//!
//! Generated from client-core/vm/src/host/host_api.json by `cargo run -p zera-vm --example host_api_codegen`; do not edit.

#[link(wasm_import_module = "zera")]
unsafe extern "C" {
    /// Number of argument bytes of this call.
    pub fn input_len() -> u32;
    /// Copies `len` argument bytes from `offset` on to `ptr`. Traps if the arguments are shorter.
    pub fn input_read(ptr: *mut u8, offset: u32, len: u32);
    /// Appends `len` bytes at `ptr` to the result of this call, which may have at most 65,536 bytes.
    pub fn output_write(ptr: *const u8, len: u32);
    /// Reads a storage entry: copies at most `out_cap` bytes of its value to `out` and returns the value's whole length, or -1 if there is no entry. Gas counts the bytes of key and whole value.
    pub fn storage_get(key: *const u8, key_len: u32, out: *mut u8, out_cap: u32) -> i32;
    /// Sets a storage entry. Keys have 1 to 256 bytes, values at most 65,536. Gas counts the bytes of key and value.
    pub fn storage_set(key: *const u8, key_len: u32, value: *const u8, value_len: u32);
    /// Removes a storage entry; removing what is not there is allowed.
    pub fn storage_remove(key: *const u8, key_len: u32);
    /// As `storage_get`, from the storage generation that a migration leaves behind. Refused outside a migration.
    pub fn old_storage_get(key: *const u8, key_len: u32, out: *mut u8, out_cap: u32) -> i32;
    /// The first key after `key`, in byte order, of the storage generation that a migration leaves behind: copies it to `out` and returns its length, or -1 at the end. An empty key starts. Refused outside a migration.
    pub fn old_storage_next(key: *const u8, key_len: u32, out: *mut u8, out_cap: u32) -> i32;
    /// Writes the 32-byte id of the account, module or proposal that called.
    pub fn caller(out32: *mut u8);
    /// What called: 0 an account, 1 a module, 2 governance (an enacted proposal; never passed on to nested calls), 3 the runtime (migrations, health checks).
    pub fn caller_kind() -> i32;
    /// Writes the 32-byte id of this module.
    pub fn self_id(out32: *mut u8);
    /// Writes the amount of ZRA base units attached to this call, 16 bytes little-endian. The module already has it.
    pub fn value(out16: *mut u8);
    /// Writes the balance of an account or module in ZRA base units, 16 bytes little-endian.
    pub fn balance(account32: *const u8, out16: *mut u8);
    /// Moves ZRA base units (16 bytes little-endian) from this module to an account or module. Refused if the balance does not suffice.
    pub fn transfer(to32: *const u8, amount16: *const u8);
    /// Slot of the block: seconds, nominally, since genesis.
    pub fn slot() -> u64;
    /// Height of the block.
    pub fn height() -> u64;
    /// Calls export `entry` of another module with `args` and an attached amount (16 bytes little-endian), and returns the length of its result, to be read with `returned_read`. A callee that does not end well ends this call in the same way. Re-entering a module on the call stack is refused. Gas counts the bytes of arguments and result, and what the callee uses.
    pub fn call_module(module32: *const u8, entry: *const u8, entry_len: u32, args: *const u8, args_len: u32, value16: *const u8) -> u32;
    /// Copies `len` bytes, from `offset` on, of the last `call_module`'s result to `ptr`. Traps if it is shorter.
    pub fn returned_read(ptr: *mut u8, offset: u32, len: u32);
    /// Records an event. The topic is UTF-8 of 1 to 128 bytes, the data (SCALE by the manifest) at most 16,384 bytes.
    pub fn emit_event(topic: *const u8, topic_len: u32, data: *const u8, data_len: u32);
    /// Writes the 32-byte BLAKE3 hash of `len` bytes at `ptr`.
    pub fn blake3(ptr: *const u8, len: u32, out32: *mut u8);
    /// Ends the call with the outcome HostRefused and a message in UTF-8 for people, cut at 1,024 bytes. Does not return; nothing that the transaction did remains.
    pub fn fail(ptr: *const u8, len: u32);
    /// Sets a tag of this module, its manager, to a stored code hash; every follower runs that code from its next call on, or once the tag's notice period is over. Makes the tag, without a notice period, if there is none. Tags have 1 to 64 bytes of UTF-8. Refused for code that is not stored, for the code that stands there already, and in a module that follows a tag itself.
    pub fn set_contract_wasm_ref(tag: *const u8, tag_len: u32, code32: *const u8);
    /// Makes a tag of this module whose later changes take effect `notice` slots after they are made. Refused if the tag is there.
    pub fn create_contract_wasm_ref(tag: *const u8, tag_len: u32, code32: *const u8, notice: u64);
    /// Deletes a tag of this module. Refused while any module follows it.
    pub fn delete_contract_wasm_ref(tag: *const u8, tag_len: u32);
    /// Writes the code hash that a manager's tag stands at now and returns 1; or writes nothing and returns -1 if there is no such tag.
    pub fn get_contract_wasm_ref(manager32: *const u8, tag: *const u8, tag_len: u32, out32: *mut u8) -> i32;
    /// Creates a module whose executable is a manager's tag, runs no constructor, and writes the module's id, which follows from this module's id and `salt32`. Whoever sent the transaction pays the storage deposit. Refused if the module is there, if there is no such tag, and where manager and follower would form a chain.
    pub fn create_contract_with_external_ref(manager32: *const u8, tag: *const u8, tag_len: u32, salt32: *const u8, out32: *mut u8);
    /// As `create_contract_with_external_ref`, and then calls the constructor that the resolved code names, with `args` and an attached amount (16 bytes little-endian) of this module's ZRA. A constructor that does not end well ends this call in the same way. Refused for code without a constructor. Gas counts also what the constructor uses.
    pub fn create_contract_with_external_ref_and_constructor(manager32: *const u8, tag: *const u8, tag_len: u32, salt32: *const u8, args: *const u8, args_len: u32, value16: *const u8, out32: *mut u8);
    /// Makes this module follow a manager's tag from its next call on; this call still ends in the code that it began in. Refused for a tag of this module, in a module that has tags, and if the tag's code could never read this module's data.
    pub fn update_current_contract_executable_ref(manager32: *const u8, tag: *const u8, tag_len: u32);
    /// Makes this follower stay, from its next call on, at a stored code hash whatever its tag says; 32 zero bytes end that. Refused in a module that follows no tag.
    pub fn pin_current_contract_executable(code32: *const u8);
    /// Makes this module run stored code of its own from its next call on, following no tag; this call still ends in the code that it began in. Refused if that code could never read this module's data.
    pub fn update_current_contract_wasm(code32: *const u8);
    /// Writes the hash of the code that a module runs now, references resolved, and returns 0 if it is the module's own, 1 if it is a tag's, 2 if the module follows a tag but is pinned; or writes nothing and returns -1 if there is no such module.
    pub fn get_address_executable(module32: *const u8, out32: *mut u8) -> i32;
    /// Asks for the upgrade of a module, to be applied when the proposal's code has ended: to a stored code hash, with a sequence number, and with the code of a migration if `has_migration` is not 0 (`migration32` is read in any case). Refused everywhere but in the code of an executable proposal, which must have been voted with this very upgrade.
    pub fn apply_wasm_module_upgrade(module32: *const u8, code32: *const u8, new_version: u32, migration32: *const u8, has_migration: u32);
    /// Asks the chain to keep the receipt of this execution ten times as long as others, so that it can be proven later, under a name for people: UTF-8 of 1 to 128 bytes. The last name counts. Changes nothing that a module can see but the answer of `has_execution_trace`.
    pub fn log_execution_for_proof(context: *const u8, context_len: u32);
    /// 1 if the chain still keeps the receipt of an earlier block's transaction, so that a proof of its executions can be requested and verified, or else 0. Receipts are kept for 10,000 slots, those of executions that asked for it for 100,000. What nodes keep besides is never visible.
    pub fn has_execution_trace(transaction32: *const u8) -> i32;
    /// Requests a proof of the first execution of a transaction: an event for everyone who can prove. It stays open until a proof of it is verified, or expires when the chain stops keeping the receipt. Does nothing if it is requested or verified already. Refused if the chain does not keep the receipt (see `has_execution_trace`), and for a transaction that called no module.
    pub fn trigger_zk_proof_generation(transaction32: *const u8);
    /// Verifies the proof of an execution: a proof file of at most 131,072 bytes, which need not carry the module. 1 if its statement has the digest `statement32`, the proof holds, and the chain still keeps a receipt with these code, arguments, result, gas, outcome and logs under the transaction and call that the statement names; or else 0. The first success is recorded as an event. Where a receipt matches, gas counts also 8,000,000 for the pairings, 2,000,000 per segment, 100 per byte of the module's code, and 500 per term of the public sum (program rows, registers, data words, log bytes): the time these take in a tab, at 2.25 ns per gas.
    pub fn verify_execution_proof(proof: *const u8, proof_len: u32, statement32: *const u8) -> i32;
    /// Verifies any Groth16 proof on BN254: 1 if it holds, or else 0, also for points that are not canonical or not in their group. Points are compressed as arkworks does (G1 32 bytes, G2 64), numbers have 32 bytes little-endian. `vk` is alpha (G1), beta, gamma, delta (G2), then one G1 point more than there are public inputs, at most 256; `proof` is A (G1), B (G2), C (G1); `inputs` the public inputs.
    pub fn verify_groth16(vk: *const u8, vk_len: u32, proof: *const u8, proof_len: u32, inputs: *const u8, inputs_len: u32) -> i32;
}
