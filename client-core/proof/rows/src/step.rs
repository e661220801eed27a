//! What a run leaves for the circuit.

use crate::row::Kind;
use alloc::vec::Vec;
use zera_primitives::Outcome;

/// One access of a cell: a read writes back what it read.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Access {
    /// The cell (see [`crate::space`]).
    pub address: u64,
    /// Time of the access before; a cell's first one sees time 0, or the time of the row that grew the memory.
    pub before: u32,
    /// What it held.
    pub old: u64,
    /// What it holds now.
    pub new: u64,
}

/// How a step differs from the plain meaning of its row.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Turn {
    /// Not at all.
    #[default]
    Plain,
    /// A load or store over two words; accesses: base (store: value too), first word, second word, (load: result).
    Crossing,
    /// A load or store that leaves the memory; accesses: base, `special[PAGES]`; pc' = TRAP.
    OutOfBounds,
    /// Memory that the host reads or writes, at a [`Kind::HostCall`] row; pc' = pc; accesses: `special[SEQUENCE]`, the word.
    HostMemory {
        /// Which bytes of the word, bit by bit.
        mask: u8,
        /// The host wrote.
        write: bool,
    },
    /// The host ended the call; pc' = HOST_STOP; accesses: `special[SEQUENCE]`.
    HostStop,
}

/// One executed row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Index in [`crate::Program::rows`]; its pc.
    pub row: u32,
    /// Its kind.
    pub kind: Kind,
    /// How it went.
    pub turn: Turn,
    /// Index in [`crate::Program::rows`] of the auxiliary row looked up; 0 for none.
    pub auxiliary: u32,
    /// Frame pointer before.
    pub fp: u32,
    /// Time.
    pub ts: u32,
    /// Next program counter.
    pub next: u32,
    /// Gas that is not in the row: of [`Kind::Charge`] and [`Kind::HostCall`]. For [`Kind::Grow`] the number of final cells
    /// that the growth made (see [`Cell::born`]).
    pub extra: u64,
    /// Accesses in order; unused ones are default.
    pub accesses: [Access; 4],
    /// How many of them are used.
    pub used: u8,
}

/// A cell at the end of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The cell.
    pub address: u64,
    /// Its value.
    pub value: u64,
    /// Time of its last access.
    pub ts: u32,
    /// For a word of grown memory: index in `Trace::steps` of the growth; otherwise none.
    pub born: Option<u32>,
}

/// One entry of the host log, in order; entry n is logged when `special[SEQUENCE]` is n.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogEntry {
    /// An argument.
    Argument {
        /// Number of the host function, here and below.
        function: u16,
        /// Which argument.
        position: u8,
        /// Its value, an `i32` with its upper half zero.
        value: u64,
    },
    /// Bytes of a memory word as the host read or wrote them.
    Memory {
        /// Number of the host function.
        function: u16,
        /// Index of the word.
        word: u32,
        /// Which of its bytes, bit by bit.
        mask: u8,
        /// The host wrote.
        write: bool,
        /// The bytes in their places; the others are zero.
        value: u64,
    },
    /// The host answered.
    Call {
        /// Number of the host function.
        function: u16,
        /// The integer it returned, 0 without one.
        result: u64,
        /// Gas it took.
        gas: u64,
    },
    /// The host ended the call.
    Stop {
        /// Number of the host function.
        function: u16,
    },
}

/// A whole run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace {
    /// What ran, in order.
    pub steps: Vec<Step>,
    /// Every cell that was touched or did not begin as zero, by address.
    pub cells: Vec<Cell>,
    /// The host log.
    pub log: Vec<LogEntry>,
    /// How it ended.
    pub outcome: Outcome,
    /// Sum of all gas charged, the begin gas included, without what a host function took that ended the call. Above the
    /// limit exactly when the run itself ended as `OutOfGas`: a host function that ends the call so leaves it below.
    pub gas: u64,
    /// The state after the last step: program counter, frame pointer, time.
    pub last: (u32, u32, u32),
    /// The integer that the export returned.
    pub result: Option<u64>,
}
