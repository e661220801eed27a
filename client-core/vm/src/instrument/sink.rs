//! Emitting into one body: charging gas, entering and leaving a frame.

use crate::gas::Segment;
use alloc::vec::Vec;
use wasm_encoder::{BlockType, Encode, Instruction};

/// Gas that straight-line code may run past its budget before it looks: loops, function entries and operand-dependent
/// work always look. It bounds the extra work of one frame; the outcome is the same, since whoever stops looks too.
const UNCHECKED_GAS: u64 = 256;

/// A body being written.
pub(super) struct Sink {
    pub(super) out: Vec<u8>,
    /// The gas counter; the stack counter is the next global.
    gas: u32,
    /// Scratch local for the gas counter.
    scratch: u32,
    /// Gas since the last look.
    unchecked: u64,
}

/// A frame that was taken and has to be given back.
#[must_use]
pub(super) struct Frame(());

impl Frame {
    /// Locals of type `i64` that a body with a frame needs: scratch, and the stack counter from before.
    pub(super) const LOCALS: u32 = 2;
}

impl Sink {
    /// Goes on after `out`, which declared the locals: `scratch` and, for a body with a frame, the one after it.
    pub(super) fn new(out: Vec<u8>, gas: u32, scratch: u32) -> Self {
        Self { out, gas, scratch, unchecked: 0 }
    }

    pub(super) fn emit(&mut self, instructions: &[Instruction<'_>]) {
        instructions.iter().for_each(|instruction| instruction.encode(&mut self.out));
    }

    /// Somebody else has looked at the gas counter.
    pub(super) fn looked(&mut self) {
        self.unchecked = 0;
    }

    /// Ends the call if the value on the stack is below zero.
    pub(super) fn trap_if_negative(&mut self) {
        use Instruction::{End, I64Const, I64LtS, If, Unreachable};
        self.emit(&[I64Const(0), I64LtS, If(BlockType::Empty), Unreachable, End]);
        self.unchecked = 0;
    }

    /// Subtracts `cost`; leaves the counter in the scratch local.
    fn subtract(&mut self, cost: u64) {
        use Instruction::{GlobalGet, GlobalSet, I64Const, I64Sub, LocalTee};
        let cost = i64::try_from(cost).unwrap_or(i64::MAX);
        let (gas, scratch) = (self.gas, self.scratch);
        self.emit(&[GlobalGet(gas), I64Const(cost), I64Sub, LocalTee(scratch), GlobalSet(gas)]);
    }

    /// Takes a basic block's gas.
    pub(super) fn charge(&mut self, segment: &Segment) {
        use Instruction::{GlobalGet, GlobalSet, I64Const, I64Sub, LocalGet};
        self.unchecked = self.unchecked.saturating_add(segment.cost);
        if segment.header || self.unchecked > UNCHECKED_GAS {
            self.subtract(segment.cost);
            self.emit(&[LocalGet(self.scratch)]);
            self.trap_if_negative();
        } else {
            let (gas, cost) = (self.gas, i64::try_from(segment.cost).unwrap_or(i64::MAX));
            self.emit(&[GlobalGet(gas), I64Const(cost), I64Sub, GlobalSet(gas)]);
        }
    }

    /// Takes the frame and the first block's gas with one test for both counters.
    pub(super) fn enter(&mut self, units: u64, entry: Option<Segment>) -> Frame {
        use Instruction::{GlobalGet, GlobalSet, I64Const, I64Or, I64Sub, LocalGet, LocalTee};
        let (stack, saved) = (self.gas.saturating_add(1), self.scratch.saturating_add(1));
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        self.emit(&[GlobalGet(stack), LocalTee(saved), I64Const(units), I64Sub]);
        match entry {
            None => self.emit(&[LocalTee(self.scratch), GlobalSet(stack), LocalGet(self.scratch)]),
            Some(segment) => {
                self.emit(&[GlobalSet(stack)]);
                self.subtract(segment.cost);
                self.emit(&[LocalGet(self.scratch), GlobalGet(stack), I64Or]);
            }
        }
        self.trap_if_negative();
        Frame(())
    }

    /// Gives the frame back; results may lie on the stack.
    pub(super) fn leave(&mut self, _: Frame) {
        use Instruction::{GlobalSet, LocalGet};
        self.emit(&[LocalGet(self.scratch.saturating_add(1)), GlobalSet(self.gas.saturating_add(1))]);
    }
}
