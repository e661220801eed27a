//! Emitting into one body: charging gas, entering a frame, handing the counters on.
//!
//! Inside a module the counters travel as values: every function takes the stack and the gas that are left behind its own
//! parameters and returns the gas behind its own results. So counting is arithmetic on two locals, and a frame is given
//! back by returning. The exported global is written where somebody outside could look: before what can trap, before
//! host functions, and where a call ends.

use crate::gas::Segment;
use alloc::vec::Vec;
use wasm_encoder::{BlockType, Encode, Instruction};

/// Gas that straight-line code may run past its budget before it looks: loops, function entries and operand-dependent
/// work always look. It bounds the extra work of one frame; the outcome is the same, since whoever stops looks too.
const UNCHECKED_GAS: u64 = 256;

/// A body being written.
pub(super) struct Sink {
    pub(super) out: Vec<u8>,
    /// The exported gas counter; the stack counter is the next global.
    global: u32,
    /// The local with the stack that is left.
    pub(super) stack: u32,
    /// The local with the gas that is left.
    pub(super) gas: u32,
    /// Gas since the last look.
    unchecked: u64,
    /// The global may differ from the local.
    dirty: bool,
}

impl Sink {
    /// Goes on after `out`, which declared the locals of a function with `params` parameters of its own.
    pub(super) fn new(out: Vec<u8>, global: u32, params: u32) -> Self {
        Self { out, global, stack: params, gas: params.saturating_add(1), unchecked: 0, dirty: true }
    }

    pub(super) fn emit(&mut self, instructions: &[Instruction<'_>]) {
        instructions.iter().for_each(|instruction| instruction.encode(&mut self.out));
    }

    /// The counters, for a function of this module.
    pub(super) fn hand_over(&mut self) {
        self.emit(&[Instruction::LocalGet(self.stack), Instruction::LocalGet(self.gas)]);
    }

    /// Takes back the gas that a function of this module left.
    pub(super) fn take_back(&mut self) {
        self.emit(&[Instruction::LocalSet(self.gas)]);
        self.dirty = true;
    }

    /// Writes the gas counter for whoever looks from outside.
    pub(super) fn show(&mut self) {
        if self.dirty {
            self.emit(&[Instruction::LocalGet(self.gas), Instruction::GlobalSet(self.global)]);
            self.dirty = false;
        }
    }

    /// Writes both counters before a host function runs.
    pub(super) fn show_host(&mut self) {
        self.show();
        let stack = self.global.saturating_add(1);
        self.emit(&[Instruction::LocalGet(self.stack), Instruction::GlobalSet(stack)]);
    }

    /// Reads the gas that a host function left.
    pub(super) fn read_host(&mut self) {
        self.emit(&[Instruction::GlobalGet(self.global), Instruction::LocalSet(self.gas)]);
        self.dirty = false;
    }

    /// Ways meet here, and one of them may have charged.
    pub(super) fn join(&mut self) {
        self.dirty = true;
    }

    /// Somebody else has looked at the gas counter.
    pub(super) fn looked(&mut self) {
        self.unchecked = 0;
    }

    /// Ends the call if the value on the stack is below zero.
    pub(super) fn stop_if_negative(&mut self, also_stack: bool) {
        use Instruction::{End, GlobalSet, I64Const, I64LtS, If, LocalGet, Unreachable};
        self.emit(&[I64Const(0), I64LtS, If(BlockType::Empty), LocalGet(self.gas), GlobalSet(self.global)]);
        if also_stack {
            self.emit(&[LocalGet(self.stack), GlobalSet(self.global.saturating_add(1))]);
        }
        self.emit(&[Unreachable, End]);
        self.unchecked = 0;
    }

    /// Takes a basic block's gas.
    pub(super) fn charge(&mut self, segment: &Segment) {
        use Instruction::{I64Const, I64Sub, LocalGet, LocalSet, LocalTee};
        self.unchecked = self.unchecked.saturating_add(segment.cost);
        let cost = i64::try_from(segment.cost).unwrap_or(i64::MAX);
        self.emit(&[LocalGet(self.gas), I64Const(cost), I64Sub]);
        if segment.header || self.unchecked > UNCHECKED_GAS {
            self.emit(&[LocalTee(self.gas)]);
            self.stop_if_negative(false);
        } else {
            self.emit(&[LocalSet(self.gas)]);
        }
        self.dirty = true;
    }

    /// Takes the frame and the first block's gas with one test for both counters.
    pub(super) fn enter(&mut self, units: u64, entry: Option<Segment>) {
        use Instruction::{I64Const, I64Or, I64Sub, LocalGet, LocalTee};
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        self.emit(&[LocalGet(self.stack), I64Const(units), I64Sub, LocalTee(self.stack)]);
        if let Some(segment) = entry {
            let cost = i64::try_from(segment.cost).unwrap_or(i64::MAX);
            self.emit(&[LocalGet(self.gas), I64Const(cost), I64Sub, LocalTee(self.gas), I64Or]);
        }
        self.stop_if_negative(true);
        self.dirty = true;
    }
}
