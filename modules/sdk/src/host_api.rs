//! Raw bindings of the host API, version 1.
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
}
