//! Bodies of the functions that instrumentation adds behind the module's own: operand-dependent work, and gates.

use super::sink::{Frame, Sink};
use crate::gas::{BULK_SHIFT, Bulk, PAGE, Segment};
use alloc::vec::Vec;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};

/// What the gas counter holds after the host machine could not give memory that the module may have. It ends the call as
/// a fault of this machine: an answer of -1 that only this machine's guest sees would be another block than everyone's.
pub const MEMORY_REFUSED: i64 = i64::MIN;

/// `(i32) -> (i32)`: charges the operand on top of the stack and hands it back.
pub(super) fn bulk(gas: u32, bulk: Bulk) -> Vec<u8> {
    let mut sink = charging(gas, bulk);
    sink.emit(&[Instruction::LocalGet(0), Instruction::End]);
    sink.out
}

/// `(i32) -> (i32)`: charges for the pages on top of the stack and grows the memory, which may have `maximum` pages.
pub(super) fn grow(gas: u32, maximum: u64) -> Vec<u8> {
    use Instruction::{
        Else, End, GlobalSet, I32Const, I32Eq, I64Add, I64Const, I64ExtendI32U, I64LeU, If, LocalGet, LocalTee,
        MemoryGrow, MemorySize, Unreachable,
    };
    let maximum = i64::try_from(maximum).unwrap_or(i64::MAX);
    let mut sink = charging(gas, Bulk::Pages);
    sink.emit(&[LocalGet(0), MemoryGrow(0), LocalTee(2), I32Const(-1), I32Eq, If(BlockType::Result(ValType::I32))]);
    sink.emit(&[MemorySize(0), I64ExtendI32U, LocalGet(0), I64ExtendI32U, I64Add, I64Const(maximum), I64LeU]);
    sink.emit(&[If(BlockType::Empty), I64Const(MEMORY_REFUSED), GlobalSet(gas), Unreachable, End]);
    sink.emit(&[I32Const(-1), Else, LocalGet(2), End, End]);
    sink.out
}

/// A function of one `i32` that has charged for it: local 1 is scratch for gas, local 2 for a result.
fn charging(gas: u32, bulk: Bulk) -> Sink {
    use Instruction::{GlobalGet, GlobalSet, I64Const, I64ExtendI32U, I64Mul, I64ShrU, I64Sub, LocalGet, LocalTee};
    let mut out = Vec::new();
    2u32.encode(&mut out);
    for ty in [ValType::I64, ValType::I32] {
        1u32.encode(&mut out);
        ty.encode(&mut out);
    }
    let mut sink = Sink::new(out, gas, 1);
    sink.emit(&[GlobalGet(gas), LocalGet(0), I64ExtendI32U]);
    match bulk {
        Bulk::Pages => sink.emit(&[I64Const(i64::try_from(PAGE).unwrap_or(i64::MAX)), I64Mul]),
        Bulk::Bytes => sink.emit(&[I64Const(i64::from(BULK_SHIFT)), I64ShrU]),
        Bulk::Entries => {}
    }
    sink.emit(&[I64Sub, LocalTee(1), GlobalSet(gas), LocalGet(1)]);
    sink.trap_if_negative();
    sink
}

/// Stands in the place of a function with a large frame and takes its budget before the frame exists: engines make room
/// for a frame before its first operator runs. `inner` is the function itself, with `params` parameters.
pub(super) fn gate(gas: u32, params: u32, units: u64, entry: Option<Segment>, inner: u32) -> Vec<u8> {
    let mut out = Vec::new();
    1u32.encode(&mut out);
    Frame::LOCALS.encode(&mut out);
    ValType::I64.encode(&mut out);
    let mut sink = Sink::new(out, gas, params);
    let frame = sink.enter(units, entry);
    (0..params).for_each(|index| sink.emit(&[Instruction::LocalGet(index)]));
    sink.emit(&[Instruction::Call(inner)]);
    sink.leave(frame);
    sink.emit(&[Instruction::End]);
    sink.out
}
