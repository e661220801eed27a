//! Addresses. Registers, special cells and memory words share one space of cells, each with a value below 2^64.

/// Special cells: [`PAGES`], [`SEQUENCE`], then the module's globals from [`GLOBALS`] on.
pub const SPECIAL: u64 = 1 << 56;
/// Words of eight bytes of linear memory, by their index.
pub const MEMORY: u64 = 1 << 52;
/// Special cell: pages of memory now.
pub const PAGES: u64 = 0;
/// Special cell: host-log entries so far.
pub const SEQUENCE: u64 = 1;
/// First special cell of globals.
pub const GLOBALS: u64 = 2;
/// Most globals of a provable module, imported ones included.
pub const MAX_GLOBALS: usize = 62;
/// Words of a page of memory.
pub const WORDS_PER_PAGE: u64 = 8_192;

/// Ticks of one row: its accesses happen at `ts`, `ts + 1`, `ts + 2`, `ts + 3`.
pub const TICKS: u64 = 4;
/// Time of the first row. Cells begin at time 0.
pub const START: u64 = 4;
/// Most rows of a provable run: the time between two accesses of a cell must stay below 2^24.
pub const MAX_STEPS: usize = (1 << 22) - 2;

/// Reserved program counters. Row 0 is all zero and never runs.
pub const HALT: u32 = 1;
/// The guest trapped.
pub const TRAP: u32 = 2;
/// The stack limit was reached.
pub const STACK: u32 = 3;
/// A host function ended the call.
pub const HOST_STOP: u32 = 4;
/// First row of the entry's stub.
pub const ENTRY: u32 = 5;
