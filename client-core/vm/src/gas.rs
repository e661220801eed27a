//! Our gas schedule, defined over the operators of the *original* module (design §6), equal in every engine.
//!
//! | what | gas |
//! |---|---|
//! | `block`, `else`, `end`, `nop` | 0 |
//! | `loop`, at the head of each round | 3 |
//! | every other operator | 1 |
//! | `call` / `call_indirect` | 5 / 10 |
//! | entering a function | 1 per 4 declared locals |
//! | `memory.grow` | 1 + 1,024 per page asked for |
//! | `memory.copy`, `memory.fill`, `memory.init` | 1 + 1 per 8 bytes |
//! | `table.grow`, `table.copy`, `table.fill`, `table.init` | 1 + 1 per entry |
//! | beginning a call | 2,000 + 1,024 per page of initial memory + 1 per 8 bytes of code |
//! | host functions | `host_api.json`: base + per byte |
//!
//! A basic block is charged at its head ([`Segment`]); operand-dependent work just before the operator. A call ends
//! `OutOfGas` exactly when its counter is below zero where it stops, whatever stopped it.

use alloc::vec::Vec;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Stack units of one transaction, nested calls included. One unit is eight bytes, so this is 128 KiB.
///
/// A worker of Chromium has about 500 KiB of WebAssembly stack, measured with frames of known size. The budget, what light
/// functions add on eight nested calls, and our own frames between those stay below half of it, whatever the module does
/// (docs/decisions/vm.md).
pub const STACK_UNITS: u64 = 16 << 10;
/// Stack units of a frame apart from its values: return address, frame pointers, an engine's own words, our counters.
pub const FRAME_UNITS: u64 = 10;
/// Operators that make one more unit of a frame: what an optimising compiler may keep from one use to the next.
pub const OPERATORS_PER_UNIT: u64 = 4;
/// Gas for beginning a call: instance, lookup, bookkeeping.
pub const CALL_BASE: u64 = 2_000;
/// Gas per 64 KiB page, initial or grown.
pub const PAGE: u64 = 1_024;
/// Gas for each round of a loop, on top of its operators: what counting itself costs an interpreter.
pub const ROUND: u64 = 3;
/// Bytes of bulk work for one gas, as a shift: 2^3 bytes.
pub const BULK_SHIFT: u32 = 3;

/// Work that depends on an operand, which is the `i32` on top of the stack.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Bulk {
    /// Pages to grow by.
    Pages,
    /// Bytes to write.
    Bytes,
    /// Table entries to write.
    Entries,
}

/// The static cost of one operator; a `loop` costs [`ROUND`] at each passing of its header instead.
#[must_use]
pub const fn cost(operator: &Operator<'_>) -> u64 {
    match operator {
        Operator::Block { .. } | Operator::Loop { .. } | Operator::Else | Operator::End | Operator::Nop => 0,
        Operator::Call { .. } => 5,
        Operator::CallIndirect { .. } => 10,
        _ => 1,
    }
}

/// The operand-dependent work of an operator, if it has any.
#[must_use]
pub const fn bulk(operator: &Operator<'_>) -> Option<Bulk> {
    match operator {
        Operator::MemoryGrow { .. } => Some(Bulk::Pages),
        Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } | Operator::MemoryInit { .. } => Some(Bulk::Bytes),
        Operator::TableGrow { .. }
        | Operator::TableCopy { .. }
        | Operator::TableFill { .. }
        | Operator::TableInit { .. } => Some(Bulk::Entries),
        _ => None,
    }
}

/// Cost of zeroing the declared locals of a function at its entry.
#[must_use]
pub const fn locals_cost(declared: u64) -> u64 {
    declared / 4
}

/// Cost of beginning a call of a module: it bounds the work of instantiation.
#[must_use]
pub const fn begin_cost(memory_min_pages: u64, code_bytes: u64) -> u64 {
    CALL_BASE.saturating_add(PAGE.saturating_mul(memory_min_pages)).saturating_add(code_bytes >> BULK_SHIFT)
}

/// One basic block: all its operators run once whenever its head is passed (unless something traps).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Offset in the module of the first operator.
    pub offset: usize,
    /// Sum of the static costs.
    pub cost: u64,
    /// True for a function's entry and a loop's header: every cycle passes one of these.
    pub header: bool,
}

/// Splits a validated function body into basic blocks, in code order; blocks that cost nothing are left out.
///
/// A block ends at `loop`, `if`, `else`, a branch, and an `end` that a branch can jump to. Calls do not end one.
///
/// # Errors
/// Only for bytes that did not pass validation.
pub fn segments(body: &FunctionBody<'_>) -> Result<Vec<Segment>, BinaryReaderError> {
    let mut splitter = Splitter::default();
    let mut declared = 0u64;
    for local in body.get_locals_reader()? {
        declared = declared.saturating_add(u64::from(local?.0));
    }
    let mut reader = body.get_operators_reader()?;
    splitter.open(position(reader.original_position()), true);
    splitter.current.cost = locals_cost(declared);
    while !reader.eof() {
        let operator = reader.read()?;
        splitter.step(&operator, position(reader.original_position()));
    }
    splitter.close();
    Ok(splitter.done)
}

/// Offsets of modules of at most 1 MiB fit every `usize`.
pub(crate) fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// A label on the control stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Label {
    /// A `block`, and whether a branch jumps to its end.
    Block { targeted: bool },
    /// A `loop`: branches go to its header, its end is only fallen through.
    Loop,
    /// An `if`: its end joins two ways.
    If,
}

#[derive(Debug)]
struct Splitter {
    done: Vec<Segment>,
    current: Segment,
    labels: Vec<Label>,
    /// Nothing falls in here: code after an unconditional branch.
    dead: bool,
}

impl Default for Splitter {
    fn default() -> Self {
        Self {
            done: Vec::new(),
            current: Segment { offset: 0, cost: 0, header: false },
            labels: Vec::new(),
            dead: false,
        }
    }
}

impl Splitter {
    fn close(&mut self) {
        if self.current.cost > 0 && !self.dead {
            self.done.push(self.current);
        }
        self.current.cost = 0;
    }

    fn open(&mut self, offset: usize, header: bool) {
        self.close();
        self.dead = false;
        self.current = Segment { offset, cost: 0, header };
    }

    fn terminate(&mut self) {
        self.close();
        self.dead = true;
    }

    fn target(&mut self, depth: u32) {
        let index = self.labels.len().checked_sub(1).and_then(|last| last.checked_sub(depth as usize));
        if let Some(Label::Block { targeted }) = index.and_then(|index| self.labels.get_mut(index)) {
            *targeted = true;
        }
    }

    /// `after` is the offset just behind `operator`.
    fn step(&mut self, operator: &Operator<'_>, after: usize) {
        self.current.cost = self.current.cost.saturating_add(cost(operator));
        match operator {
            Operator::Block { .. } => self.labels.push(Label::Block { targeted: false }),
            Operator::Loop { .. } => {
                self.labels.push(Label::Loop);
                self.open(after, true);
                self.current.cost = ROUND;
            }
            Operator::If { .. } => {
                self.labels.push(Label::If);
                self.open(after, false);
            }
            Operator::Else => self.open(after, false),
            Operator::End => match self.labels.pop() {
                Some(Label::Block { targeted: false }) | Some(Label::Loop) | None => {}
                Some(Label::Block { targeted: true } | Label::If) => self.open(after, false),
            },
            Operator::Br { relative_depth } => {
                self.target(*relative_depth);
                self.terminate();
            }
            Operator::BrIf { relative_depth } => {
                self.target(*relative_depth);
                if !self.dead {
                    self.open(after, false);
                }
            }
            Operator::BrTable { targets } => {
                for depth in targets.targets().flatten().chain([targets.default()]) {
                    self.target(depth);
                }
                self.terminate();
            }
            Operator::Return | Operator::Unreachable => self.terminate(),
            _ => {}
        }
    }
}
