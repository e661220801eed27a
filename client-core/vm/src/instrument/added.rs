//! Bodies of the functions that instrumentation adds behind the module's own.
//!
//! *Helpers* charge for operand-dependent work. *Gates* take a large frame's budget before the frame exists. *Doors* are
//! what is exported: they have the original's type and move the counters between the globals and the values that travel
//! inside. *Adapters* stand for host functions in tables.

use super::sink::Sink;
use crate::gas::{BULK_SHIFT, Bulk, PAGE, Segment};
use alloc::vec::Vec;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};

/// What the gas counter holds after the host machine could not give memory that the module may have. It ends the call as
/// a fault of this machine: an answer of -1 that only this machine's guest sees would be another block than everyone's.
pub const MEMORY_REFUSED: i64 = i64::MIN;

/// A body's beginning that declares at most one local.
fn locals(ty: Option<ValType>) -> Vec<u8> {
    let mut out = Vec::new();
    u32::from(ty.is_some()).encode(&mut out);
    if let Some(ty) = ty {
        1u32.encode(&mut out);
        ty.encode(&mut out);
    }
    out
}

/// `(i32, gas) -> (i32, gas)`: charges for the operand and hands it back.
pub(super) fn bulk(global: u32, bulk: Bulk) -> Vec<u8> {
    let mut out = locals(None);
    charge(&mut out, global, bulk);
    emit(&mut out, &[Instruction::LocalGet(0), Instruction::LocalGet(1), Instruction::End]);
    out
}

/// `(i32, gas) -> (i32, gas)`: charges for so many pages and grows the memory, which may have `maximum` pages.
pub(super) fn grow(global: u32, maximum: u64) -> Vec<u8> {
    use Instruction::{
        End, GlobalSet, I32Const, I32Eq, I64Add, I64Const, I64ExtendI32U, I64LeU, If, LocalGet, LocalTee, MemoryGrow,
        MemorySize, Unreachable,
    };
    let maximum = i64::try_from(maximum).unwrap_or(i64::MAX);
    let mut out = locals(Some(ValType::I32));
    charge(&mut out, global, Bulk::Pages);
    emit(&mut out, &[LocalGet(0), MemoryGrow(0), LocalTee(2), I32Const(-1), I32Eq, If(BlockType::Empty)]);
    emit(&mut out, &[MemorySize(0), I64ExtendI32U, LocalGet(0), I64ExtendI32U, I64Add, I64Const(maximum), I64LeU]);
    emit(&mut out, &[If(BlockType::Empty), I64Const(MEMORY_REFUSED), GlobalSet(global), Unreachable, End, End]);
    emit(&mut out, &[LocalGet(2), LocalGet(1), End]);
    out
}

/// Charges the first parameter to the second, and looks.
fn charge(out: &mut Vec<u8>, global: u32, bulk: Bulk) {
    use Instruction::{
        End, GlobalSet, I64Const, I64ExtendI32U, I64LtS, I64Mul, I64ShrU, I64Sub, If, LocalGet, LocalTee, Unreachable,
    };
    emit(out, &[LocalGet(1), LocalGet(0), I64ExtendI32U]);
    match bulk {
        Bulk::Pages => emit(out, &[I64Const(i64::try_from(PAGE).unwrap_or(i64::MAX)), I64Mul]),
        Bulk::Bytes => emit(out, &[I64Const(i64::from(BULK_SHIFT)), I64ShrU]),
        Bulk::Entries => {}
    }
    emit(out, &[I64Sub, LocalTee(1), I64Const(0), I64LtS]);
    emit(out, &[If(BlockType::Empty), LocalGet(1), GlobalSet(global), Unreachable, End]);
}

/// Takes the budget of `inner`, a function with a large frame and `params` parameters of its own, and calls it: engines
/// make room for a frame before its first operator runs.
pub(super) fn gate(global: u32, params: u32, units: u64, entry: Option<Segment>, inner: u32) -> Vec<u8> {
    let mut sink = Sink::new(locals(None), global, params);
    sink.enter(units, entry);
    (0..params).for_each(|index| sink.emit(&[Instruction::LocalGet(index)]));
    sink.hand_over();
    sink.emit(&[Instruction::Call(inner), Instruction::End]);
    sink.out
}

/// What is exported for `inner`, which has `params` parameters of its own.
pub(super) fn door(global: u32, params: u32, inner: u32) -> Vec<u8> {
    use Instruction::{Call, End, GlobalGet, GlobalSet, LocalGet, LocalTee};
    let stack = global.saturating_add(1);
    let mut out = locals(Some(ValType::I64));
    (0..params).for_each(|index| emit(&mut out, &[LocalGet(index)]));
    emit(&mut out, &[GlobalGet(stack), LocalTee(params), GlobalGet(global), Call(inner), GlobalSet(global)]);
    // Host functions were shown what was left where they were called.
    emit(&mut out, &[LocalGet(params), GlobalSet(stack), End]);
    out
}

/// What stands in tables for the import `inner` with `params` parameters.
pub(super) fn adapter(global: u32, params: u32, inner: u32) -> Vec<u8> {
    let mut sink = Sink::new(locals(None), global, params);
    (0..params).for_each(|index| sink.emit(&[Instruction::LocalGet(index)]));
    sink.show_host();
    sink.emit(&[Instruction::Call(inner), Instruction::GlobalGet(global), Instruction::End]);
    sink.out
}

fn emit(out: &mut Vec<u8>, instructions: &[Instruction<'_>]) {
    instructions.iter().for_each(|instruction| instruction.encode(out));
}
