//! Weaving the counters into function bodies.

use super::sections::{Module, Woven};
use crate::{
    gas::{self, BULK_SHIFT, Bulk, PAGE, Segment, position},
    profile::ProfileError,
};
use alloc::{collections::BTreeMap, vec::Vec};
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// Gas that straight-line code may run past its budget before it looks: loops, function entries and operand-dependent
/// work always look. It bounds the extra work of one frame; the outcome is the same, since whoever stops looks too.
const UNCHECKED_GAS: u64 = 256;

/// Bodies of all functions with the counters in them.
pub(super) fn weave(code: &[u8], module: &Module<'_>, frames: &[Option<u64>]) -> Result<Woven, ProfileError> {
    let mut weaver =
        Weaver { code, module, woven: Woven::default(), wrappers: BTreeMap::new(), helpers: BTreeMap::new() };
    for (index, (body, frame)) in module.bodies.iter().zip(frames).enumerate() {
        let woven = weaver.body(index, body, *frame)?;
        weaver.woven.bodies.push(woven);
    }
    weaver.append_helpers();
    Ok(weaver.woven)
}

struct Weaver<'m, 'a> {
    code: &'a [u8],
    module: &'m Module<'a>,
    woven: Woven,
    /// Block types of wrappers with several results, by raw bytes.
    wrappers: BTreeMap<Vec<u8>, u32>,
    /// Helper functions in use, numbered by first use.
    helpers: BTreeMap<Bulk, u32>,
}

/// Emits into one body.
struct Sink {
    out: Vec<u8>,
    gas: u32,
    /// Scratch local for the gas counter.
    scratch: u32,
    /// Gas since the last look.
    unchecked: u64,
}

impl Sink {
    fn emit(&mut self, instructions: &[Instruction<'_>]) {
        instructions.iter().for_each(|instruction| instruction.encode(&mut self.out));
    }

    /// Ends the call if the value on the stack is below zero.
    fn trap_if_negative(&mut self) {
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

    fn charge(&mut self, segment: &Segment) {
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
}

impl Weaver<'_, '_> {
    fn body(&mut self, index: usize, body: &FunctionBody<'_>, frame: Option<u64>) -> Result<Vec<u8>, ProfileError> {
        let segments = gas::segments(body)?;
        let ty = self.module.function_type(index).cloned().unwrap_or_else(|| FuncType::new([], []));
        let (out, locals, start) = self.locals(body, frame.is_some())?;
        let scratch = u32::try_from(ty.params().len()).unwrap_or(0).saturating_add(locals);
        let mut sink = Sink { out, gas: self.module.gas_global(), scratch, unchecked: 0 };
        let mut segments = segments.into_iter().peekable();
        let entry = segments.next_if(|segment| segment.offset == start);
        match frame {
            None => entry.iter().for_each(|segment| sink.charge(segment)),
            Some(units) => {
                enter_frame(&mut sink, units, entry);
                let wrapper = self.wrapper(&ty);
                sink.emit(&[Instruction::Block(wrapper)]);
            }
        }
        self.operators(body, frame.is_some(), &mut sink, segments)?;
        if frame.is_some() {
            // The original's last `end` closed the wrapper: give the frame back on the one way out.
            use Instruction::{End, GlobalSet, LocalGet};
            sink.emit(&[LocalGet(scratch.saturating_add(1)), GlobalSet(sink.gas.saturating_add(1)), End]);
        }
        Ok(sink.out)
    }

    /// The original's locals plus ours (gas scratch; the saved stack counter): bytes, their number before, and the
    /// offset of the first operator.
    fn locals(&self, body: &FunctionBody<'_>, counted: bool) -> Result<(Vec<u8>, u32, usize), ProfileError> {
        let mut reader = body.get_locals_reader()?;
        let groups = reader.get_count();
        let from = position(reader.original_position());
        let mut locals = 0u32;
        for _ in 0..groups {
            locals = locals.saturating_add(reader.read()?.0);
        }
        let to = position(reader.original_position());
        let mut out = Vec::new();
        groups.saturating_add(1).encode(&mut out);
        out.extend_from_slice(self.code.get(from..to).unwrap_or_default());
        (1 + u32::from(counted)).encode(&mut out);
        ValType::I64.encode(&mut out);
        Ok((out, locals, to))
    }

    fn operators(
        &mut self,
        body: &FunctionBody<'_>,
        counted: bool,
        sink: &mut Sink,
        mut segments: core::iter::Peekable<alloc::vec::IntoIter<Segment>>,
    ) -> Result<(), ProfileError> {
        let mut reader = body.get_operators_reader()?;
        let mut depth = 0u32;
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            let range = position(offset)..position(reader.original_position());
            if let Some(segment) = segments.next_if(|segment| segment.offset == range.start) {
                sink.charge(&segment);
            }
            if let Some(bulk) = gas::bulk(&operator) {
                let helper = self.helper(bulk);
                sink.emit(&[Instruction::Call(helper)]);
                sink.unchecked = 0;
            }
            if matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                // wasmi 2.0.0 fuses `i32.eqz` of a local into `select` and then tests a stale register. A population
                // count is zero exactly when its operand is, and keeps the two apart (test `wasmi_selects_by_the_condition`).
                sink.emit(&[Instruction::I32Popcnt]);
            }
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    depth = depth.saturating_add(1);
                }
                Operator::End => depth = depth.saturating_sub(1),
                Operator::Return if counted => {
                    sink.emit(&[Instruction::Br(depth)]);
                    continue;
                }
                _ => {}
            }
            sink.out.extend_from_slice(self.code.get(range).unwrap_or_default());
        }
        Ok(())
    }

    /// Type of the block around a counted body.
    fn wrapper(&mut self, ty: &FuncType) -> BlockType {
        match ty.results() {
            [] => BlockType::Empty,
            [one] => BlockType::Result(encoder_type(*one)),
            many => {
                let mut raw = alloc::vec![0x60, 0];
                many.len().encode(&mut raw);
                many.iter().for_each(|ty| encoder_type(*ty).encode(&mut raw));
                if let Some(known) = self.wrappers.get(&raw) {
                    return BlockType::FunctionType(*known);
                }
                let index = self.add_type(raw.clone());
                self.wrappers.insert(raw, index);
                BlockType::FunctionType(index)
            }
        }
    }

    fn add_type(&mut self, raw: Vec<u8>) -> u32 {
        let index = self.module.types.len().saturating_add(self.woven.types.len());
        self.woven.types.push(raw);
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    fn helper(&mut self, bulk: Bulk) -> u32 {
        let next = u32::try_from(self.helpers.len()).unwrap_or(u32::MAX);
        self.module.first_helper().saturating_add(*self.helpers.entry(bulk).or_insert(next))
    }

    fn append_helpers(&mut self) {
        if self.helpers.is_empty() {
            return;
        }
        // (i32) -> (i32)
        let ty = self.add_type(alloc::vec![0x60, 1, 0x7f, 1, 0x7f]);
        let mut ordered: Vec<(u32, Bulk)> = self.helpers.iter().map(|(bulk, index)| (*index, *bulk)).collect();
        ordered.sort_unstable();
        for (_, bulk) in ordered {
            self.woven.functions.push(ty);
            self.woven.bodies.push(helper_body(self.module.gas_global(), bulk));
        }
    }
}

/// Charges the operand on top of the stack and hands it back.
fn helper_body(gas: u32, bulk: Bulk) -> Vec<u8> {
    use Instruction::{
        End, GlobalGet, GlobalSet, I64Const, I64ExtendI32U, I64Mul, I64ShrU, I64Sub, LocalGet, LocalTee,
    };
    let mut out = Vec::new();
    1u32.encode(&mut out);
    1u32.encode(&mut out);
    ValType::I64.encode(&mut out);
    let mut sink = Sink { out, gas, scratch: 1, unchecked: 0 };
    sink.emit(&[GlobalGet(gas), LocalGet(0), I64ExtendI32U]);
    match bulk {
        Bulk::Pages => sink.emit(&[I64Const(i64::try_from(PAGE).unwrap_or(i64::MAX)), I64Mul]),
        Bulk::Bytes => sink.emit(&[I64Const(i64::from(BULK_SHIFT)), I64ShrU]),
        Bulk::Entries => {}
    }
    sink.emit(&[I64Sub, LocalTee(1), GlobalSet(gas), LocalGet(1)]);
    sink.trap_if_negative();
    sink.emit(&[LocalGet(0), End]);
    sink.out
}

/// Takes the frame and the first block's gas with one test for both counters.
fn enter_frame(sink: &mut Sink, units: u64, entry: Option<Segment>) {
    use Instruction::{GlobalGet, GlobalSet, I64Const, I64Or, I64Sub, LocalGet, LocalTee};
    let (stack, saved) = (sink.gas.saturating_add(1), sink.scratch.saturating_add(1));
    let units = i64::try_from(units).unwrap_or(i64::MAX);
    sink.emit(&[GlobalGet(stack), LocalTee(saved), I64Const(units), I64Sub]);
    match entry {
        None => sink.emit(&[LocalTee(sink.scratch), GlobalSet(stack), LocalGet(sink.scratch)]),
        Some(segment) => {
            sink.emit(&[GlobalSet(stack)]);
            sink.subtract(segment.cost);
            sink.emit(&[LocalGet(sink.scratch), GlobalGet(stack), I64Or]);
        }
    }
    sink.trap_if_negative();
}

fn encoder_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
        // The profile leaves nothing else.
        _ => ValType::I32,
    }
}
