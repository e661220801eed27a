//! Limits of design §11. They change only with a runtime version, never by a vote.

/// Live proposals on the chain.
pub const LIVE_PROPOSALS: usize = 128;
/// Live proposals of one author.
pub const LIVE_PROPOSALS_PER_ACCOUNT: usize = 8;
/// Allocations of one account.
pub const ALLOCATIONS_PER_ACCOUNT: usize = 32;
/// Bytes of a module's code.
pub const CODE_BYTES: usize = 1 << 20;
/// Bytes of one upload chunk.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Bytes of one signed transaction.
pub const TRANSACTION_BYTES: usize = 128 << 10;
/// Calls in one transaction.
pub const TRANSACTION_CALLS: usize = 32;
/// Bytes of one block's body.
pub const BLOCK_BYTES: usize = 2 << 20;
/// Gas of one transaction.
pub const TRANSACTION_GAS: u64 = 50_000_000;
/// Gas of one block.
pub const BLOCK_GAS: u64 = 200_000_000;
/// Nested module calls.
pub const CALL_DEPTH: usize = 8;
/// Sum of the declared memories on one chain of calls, in bytes.
pub const CALL_CHAIN_MEMORY: u64 = 64 << 20;
/// Declared memory of one module, in bytes.
pub const MODULE_MEMORY: u64 = 16 << 20;
/// Functions of one module.
pub const FUNCTIONS: u32 = 10_000;
/// Locals of one function.
pub const LOCALS: u32 = 1_000;
/// Targets of one `br_table`.
pub const BR_TABLE_TARGETS: u32 = 1_000;
/// Entries of one table.
pub const TABLE_ENTRIES: u64 = 10_000;
/// Nesting of blocks in one function.
pub const NESTING: usize = 256;
/// Imports of one module.
pub const IMPORTS: u32 = 128;
/// Bytes of a storage key.
pub const STORAGE_KEY_BYTES: usize = 256;
/// Bytes of a storage value.
pub const STORAGE_VALUE_BYTES: usize = 64 << 10;
/// Keys in one access hint.
pub const HINTED_KEYS: usize = 1_024;
/// Events of one transaction.
pub const EVENTS: usize = 256;
/// Bytes of one event's data.
pub const EVENT_BYTES: usize = 16 << 10;
/// Storage generations kept per module.
pub const STORAGE_GENERATIONS: u32 = 3;
/// Versions of the state kept for stepping back, in blocks.
pub const STATE_VERSIONS: u64 = 64;
/// Retention of traces and receipts, in slots.
pub const RETENTION_SLOTS: u64 = 10_000;
/// Retention of receipts whose execution asked for it (`log_execution_for_proof`), in slots.
pub const LOGGED_RETENTION_SLOTS: u64 = 10 * RETENTION_SLOTS;
/// Calls of one transaction whose receipts are kept for proofs: the first ones.
pub const KEPT_CALLS: usize = 256;
/// Kept receipts that one block removes.
pub const PRUNED_RECEIPTS: usize = 4_096;
/// Bytes of a proof that the chain verifies.
pub const PROOF_BYTES: usize = 128 << 10;
/// Segments of a proof that the chain verifies.
pub const PROOF_SEGMENTS: usize = 64;
/// Public inputs of a Groth16 proof that a module has verified.
pub const GROTH16_INPUTS: usize = 256;
/// Bytes of the name under which an execution asks to be kept.
pub const LOGGED_BYTES: usize = 128;
/// Longest time the solo chain stays without a block while a proposal is live, in slots.
pub const SOLO_HEARTBEAT_SLOTS: u64 = 10;
/// Bytes of a proposal's title.
pub const TITLE_BYTES: usize = 200;
/// Bytes of a proposal's description.
pub const DESCRIPTION_BYTES: usize = 8 << 10;
/// Bytes of one argument or result of a call.
pub const CALL_BYTES: usize = 64 << 10;
/// Bytes of an export's name.
pub const ENTRY_BYTES: usize = 128;
/// Configuration changes in one proposal.
pub const CONFIG_CHANGES: usize = 32;
/// Blocks that one migration may take.
pub const MIGRATION_BLOCKS: u64 = 256;
/// Bytes of a migration's cursor.
pub const CURSOR_BYTES: usize = 256;
/// Entries of abandoned storage generations that one block removes.
pub const PRUNED_ENTRIES: usize = 4_096;
/// Bytes of a tag's name.
pub const TAG_BYTES: usize = 64;
/// Effects of one executable proposal.
pub const EFFECTS: usize = 64;
/// Delegators that one delegate acts for in one class.
pub const DELEGATORS: usize = 64;
/// Validators of one epoch; their certificate then stays below 17 kB.
pub const VALIDATORS: usize = 256;
/// Bytes of the evidence in a proposal about validators.
pub const EVIDENCE_BYTES: usize = 4 << 10;
/// Registered builders.
pub const BUILDERS: usize = 64;
