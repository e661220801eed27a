/* The ZERA host API, version 3, for C and C++.
 * Generated from client-core/vm/src/host/host_api.json by `cargo run -p zera-vm --example host_api_codegen`; do not edit. */

#ifndef ZERA_H
#define ZERA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZERA_HOST_API_VERSION 3
#define ZERA_IMPORT(name) __attribute__((import_module("zera"), import_name(#name)))
/* Put before a function that the chain can call. */
#define ZERA_EXPORT(name) __attribute__((export_name(#name)))

/* Number of argument bytes of this call. */
ZERA_IMPORT(input_len) uint32_t zera_input_len(void);

/* Copies `len` argument bytes from `offset` on to `ptr`. Traps if the arguments are shorter. */
ZERA_IMPORT(input_read) void zera_input_read(uint8_t *ptr, uint32_t offset, uint32_t len);

/* Appends `len` bytes at `ptr` to the result of this call, which may have at most 65,536 bytes. */
ZERA_IMPORT(output_write) void zera_output_write(const uint8_t *ptr, uint32_t len);

/* Reads a storage entry: copies at most `out_cap` bytes of its value to `out` and returns the value's whole length, or -1 if there is no entry. Gas counts the bytes of key and whole value. */
ZERA_IMPORT(storage_get) int32_t zera_storage_get(const uint8_t *key, uint32_t key_len, uint8_t *out, uint32_t out_cap);

/* Sets a storage entry. Keys have 1 to 256 bytes, values at most 65,536. Gas counts the bytes of key and value. */
ZERA_IMPORT(storage_set) void zera_storage_set(const uint8_t *key, uint32_t key_len, const uint8_t *value, uint32_t value_len);

/* Removes a storage entry; removing what is not there is allowed. */
ZERA_IMPORT(storage_remove) void zera_storage_remove(const uint8_t *key, uint32_t key_len);

/* As `storage_get`, from the storage generation that a migration leaves behind. Refused outside a migration. */
ZERA_IMPORT(old_storage_get) int32_t zera_old_storage_get(const uint8_t *key, uint32_t key_len, uint8_t *out, uint32_t out_cap);

/* The first key after `key`, in byte order, of the storage generation that a migration leaves behind: copies it to `out` and returns its length, or -1 at the end. An empty key starts. Refused outside a migration. */
ZERA_IMPORT(old_storage_next) int32_t zera_old_storage_next(const uint8_t *key, uint32_t key_len, uint8_t *out, uint32_t out_cap);

/* Writes the 32-byte id of the account, module or proposal that called. */
ZERA_IMPORT(caller) void zera_caller(uint8_t *out32);

/* What called: 0 an account, 1 a module, 2 governance (an enacted proposal; never passed on to nested calls), 3 the runtime (migrations, health checks). */
ZERA_IMPORT(caller_kind) int32_t zera_caller_kind(void);

/* Writes the 32-byte id of this module. */
ZERA_IMPORT(self_id) void zera_self_id(uint8_t *out32);

/* Writes the amount of ZRA base units attached to this call, 16 bytes little-endian. The module already has it. */
ZERA_IMPORT(value) void zera_value(uint8_t *out16);

/* Writes the balance of an account or module in ZRA base units, 16 bytes little-endian. */
ZERA_IMPORT(balance) void zera_balance(const uint8_t *account32, uint8_t *out16);

/* Moves ZRA base units (16 bytes little-endian) from this module to an account or module. Refused if the balance does not suffice. */
ZERA_IMPORT(transfer) void zera_transfer(const uint8_t *to32, const uint8_t *amount16);

/* Slot of the block: seconds, nominally, since genesis. */
ZERA_IMPORT(slot) uint64_t zera_slot(void);

/* Height of the block. */
ZERA_IMPORT(height) uint64_t zera_height(void);

/* Calls export `entry` of another module with `args` and an attached amount (16 bytes little-endian), and returns the length of its result, to be read with `returned_read`. A callee that does not end well ends this call in the same way. Re-entering a module on the call stack is refused. Gas counts the bytes of arguments and result, and what the callee uses. */
ZERA_IMPORT(call_module) uint32_t zera_call_module(const uint8_t *module32, const uint8_t *entry, uint32_t entry_len, const uint8_t *args, uint32_t args_len, const uint8_t *value16);

/* Copies `len` bytes, from `offset` on, of the last `call_module`'s result to `ptr`. Traps if it is shorter. */
ZERA_IMPORT(returned_read) void zera_returned_read(uint8_t *ptr, uint32_t offset, uint32_t len);

/* Records an event. The topic is UTF-8 of 1 to 128 bytes, the data (SCALE by the manifest) at most 16,384 bytes. */
ZERA_IMPORT(emit_event) void zera_emit_event(const uint8_t *topic, uint32_t topic_len, const uint8_t *data, uint32_t data_len);

/* Writes the 32-byte BLAKE3 hash of `len` bytes at `ptr`. */
ZERA_IMPORT(blake3) void zera_blake3(const uint8_t *ptr, uint32_t len, uint8_t *out32);

/* Ends the call with the outcome HostRefused and a message in UTF-8 for people, cut at 1,024 bytes. Does not return; nothing that the transaction did remains. */
ZERA_IMPORT(fail) void zera_fail(const uint8_t *ptr, uint32_t len);

/* Sets a tag of this module, its manager, to a stored code hash; every follower runs that code from its next call on, or once the tag's notice period is over. Makes the tag, without a notice period, if there is none. Tags have 1 to 64 bytes of UTF-8. Refused for code that is not stored, for the code that stands there already, and in a module that follows a tag itself. */
ZERA_IMPORT(set_contract_wasm_ref) void zera_set_contract_wasm_ref(const uint8_t *tag, uint32_t tag_len, const uint8_t *code32);

/* Makes a tag of this module whose later changes take effect `notice` slots after they are made. Refused if the tag is there. */
ZERA_IMPORT(create_contract_wasm_ref) void zera_create_contract_wasm_ref(const uint8_t *tag, uint32_t tag_len, const uint8_t *code32, uint64_t notice);

/* Deletes a tag of this module. Refused while any module follows it. */
ZERA_IMPORT(delete_contract_wasm_ref) void zera_delete_contract_wasm_ref(const uint8_t *tag, uint32_t tag_len);

/* Writes the code hash that a manager's tag stands at now and returns 1; or writes nothing and returns -1 if there is no such tag. */
ZERA_IMPORT(get_contract_wasm_ref) int32_t zera_get_contract_wasm_ref(const uint8_t *manager32, const uint8_t *tag, uint32_t tag_len, uint8_t *out32);

/* Creates a module whose executable is a manager's tag, runs no constructor, and writes the module's id, which follows from this module's id and `salt32`. Whoever sent the transaction pays the storage deposit. Refused if the module is there, if there is no such tag, and where manager and follower would form a chain. */
ZERA_IMPORT(create_contract_with_external_ref) void zera_create_contract_with_external_ref(const uint8_t *manager32, const uint8_t *tag, uint32_t tag_len, const uint8_t *salt32, uint8_t *out32);

/* As `create_contract_with_external_ref`, and then calls the constructor that the resolved code names, with `args` and an attached amount (16 bytes little-endian) of this module's ZRA. A constructor that does not end well ends this call in the same way. Refused for code without a constructor. Gas counts also what the constructor uses. */
ZERA_IMPORT(create_contract_with_external_ref_and_constructor) void zera_create_contract_with_external_ref_and_constructor(const uint8_t *manager32, const uint8_t *tag, uint32_t tag_len, const uint8_t *salt32, const uint8_t *args, uint32_t args_len, const uint8_t *value16, uint8_t *out32);

/* Makes this module follow a manager's tag from its next call on; this call still ends in the code that it began in. Refused for a tag of this module, in a module that has tags, and if the tag's code could never read this module's data. */
ZERA_IMPORT(update_current_contract_executable_ref) void zera_update_current_contract_executable_ref(const uint8_t *manager32, const uint8_t *tag, uint32_t tag_len);

/* Makes this follower stay, from its next call on, at a stored code hash whatever its tag says; 32 zero bytes end that. Refused in a module that follows no tag. */
ZERA_IMPORT(pin_current_contract_executable) void zera_pin_current_contract_executable(const uint8_t *code32);

/* Makes this module run stored code of its own from its next call on, following no tag; this call still ends in the code that it began in. Refused if that code could never read this module's data. */
ZERA_IMPORT(update_current_contract_wasm) void zera_update_current_contract_wasm(const uint8_t *code32);

/* Writes the hash of the code that a module runs now, references resolved, and returns 0 if it is the module's own, 1 if it is a tag's, 2 if the module follows a tag but is pinned; or writes nothing and returns -1 if there is no such module. */
ZERA_IMPORT(get_address_executable) int32_t zera_get_address_executable(const uint8_t *module32, uint8_t *out32);

/* Asks for the upgrade of a module, to be applied when the proposal's code has ended: to a stored code hash, with a sequence number, and with the code of a migration if `has_migration` is not 0 (`migration32` is read in any case). Refused everywhere but in the code of an executable proposal, which must have been voted with this very upgrade. */
ZERA_IMPORT(apply_wasm_module_upgrade) void zera_apply_wasm_module_upgrade(const uint8_t *module32, const uint8_t *code32, uint32_t new_version, const uint8_t *migration32, uint32_t has_migration);

/* Asks the chain to keep the receipt of this execution ten times as long as others, so that it can be proven later, under a name for people: UTF-8 of 1 to 128 bytes. The last name counts. Changes nothing that a module can see but the answer of `has_execution_trace`. */
ZERA_IMPORT(log_execution_for_proof) void zera_log_execution_for_proof(const uint8_t *context, uint32_t context_len);

/* 1 if the chain still keeps the receipt of an earlier block's transaction, so that a proof of its executions can be requested and verified, or else 0. Receipts are kept for 10,000 slots, those of executions that asked for it for 100,000. What nodes keep besides is never visible. */
ZERA_IMPORT(has_execution_trace) int32_t zera_has_execution_trace(const uint8_t *transaction32);

/* Requests a proof of the first execution of a transaction: an event for everyone who can prove. It stays open until a proof of it is verified, or expires when the chain stops keeping the receipt. Does nothing if it is requested or verified already. Refused if the chain does not keep the receipt (see `has_execution_trace`), and for a transaction that called no module. */
ZERA_IMPORT(trigger_zk_proof_generation) void zera_trigger_zk_proof_generation(const uint8_t *transaction32);

/* Verifies the proof of an execution: a proof file of at most 131,072 bytes, which need not carry the module. 1 if its statement has the digest `statement32`, the proof holds, and the chain still keeps a receipt with these code, arguments, result, gas, outcome and logs under the transaction and call that the statement names; or else 0. The first success is recorded as an event. Where a receipt matches, gas counts also 8,000,000 for the pairings, 2,000,000 per segment, 100 per byte of the module's code, and 500 per term of the public sum (program rows, registers, data words, log bytes): the time these take in a tab, at 2.25 ns per gas. */
ZERA_IMPORT(verify_execution_proof) int32_t zera_verify_execution_proof(const uint8_t *proof, uint32_t proof_len, const uint8_t *statement32);

/* Verifies any Groth16 proof on BN254: 1 if it holds, or else 0, also for points that are not canonical or not in their group. Points are compressed as arkworks does (G1 32 bytes, G2 64), numbers have 32 bytes little-endian. `vk` is alpha (G1), beta, gamma, delta (G2), then one G1 point more than there are public inputs, at most 256; `proof` is A (G1), B (G2), C (G1); `inputs` the public inputs. */
ZERA_IMPORT(verify_groth16) int32_t zera_verify_groth16(const uint8_t *vk, uint32_t vk_len, const uint8_t *proof, uint32_t proof_len, const uint8_t *inputs, uint32_t inputs_len);

#ifdef __cplusplus
}
#endif

#endif
