//! Weaving the counters into function bodies.

use super::{
    added,
    sections::{Module, Woven},
    sink::{Frame, Sink},
    stack::Plan,
};
use crate::{
    gas::{self, Bulk, Segment, position},
    profile::ProfileError,
};
use alloc::{collections::BTreeMap, vec::Vec};
use core::iter::Peekable;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// Bodies of all functions with the counters in them.
pub(super) fn weave(code: &[u8], module: &Module<'_>, plans: &[Plan]) -> Result<Woven, ProfileError> {
    let (woven, added) = (Woven::default(), Vec::new());
    let (wrappers, helpers) = (BTreeMap::new(), BTreeMap::new());
    let mut weaver = Weaver { code, module, woven, added, wrappers, helpers, helper_type: None };
    for (index, (body, plan)) in module.bodies.iter().zip(plans).enumerate() {
        let woven = weaver.function(index, body, *plan)?;
        weaver.woven.bodies.push(woven);
    }
    weaver.woven.bodies.append(&mut weaver.added);
    Ok(weaver.woven)
}

struct Weaver<'m, 'a> {
    code: &'a [u8],
    module: &'m Module<'a>,
    woven: Woven,
    /// Functions behind the original's: helpers, and bodies that moved behind a gate.
    added: Vec<Vec<u8>>,
    /// Block types of wrappers with several results, by raw bytes.
    wrappers: BTreeMap<Vec<u8>, u32>,
    /// Helper functions in use, by index.
    helpers: BTreeMap<Bulk, u32>,
    /// Type of helper functions, once there is one.
    helper_type: Option<u32>,
}

impl Weaver<'_, '_> {
    fn function(&mut self, index: usize, body: &FunctionBody<'_>, plan: Plan) -> Result<Vec<u8>, ProfileError> {
        let ty = self.module.function_type(index).cloned().unwrap_or_else(|| FuncType::new([], []));
        let mut segments = gas::segments(body)?.into_iter().peekable();
        let counted = matches!(plan, Plan::Counted(_));
        let (out, locals, start) = self.locals(body, if counted { Frame::LOCALS } else { 1 })?;
        let params = u32::try_from(ty.params().len()).unwrap_or(0);
        let gas = self.module.gas_global();
        let mut sink = Sink::new(out, gas, params.saturating_add(locals));
        let entry = segments.next_if(|segment| segment.offset == start);
        match plan {
            Plan::Light => {
                entry.iter().for_each(|segment| sink.charge(segment));
                self.operators(body, false, &mut sink, segments)?;
                Ok(sink.out)
            }
            Plan::Counted(units) => {
                let frame = sink.enter(units, entry);
                let wrapper = self.wrapper(&ty);
                sink.emit(&[Instruction::Block(wrapper)]);
                // The original's last `end` closes the wrapper: the frame is given back on the one way out.
                self.operators(body, true, &mut sink, segments)?;
                sink.leave(frame);
                sink.emit(&[Instruction::End]);
                Ok(sink.out)
            }
            Plan::Gated(units) => {
                self.operators(body, false, &mut sink, segments)?;
                let ty = self.module.functions.get(index).copied().unwrap_or_default();
                let inner = self.add(ty, sink.out);
                Ok(added::gate(gas, params, units, entry, inner))
            }
        }
    }

    /// The original's locals plus `ours`: bytes, their number before, and the offset of the first operator.
    fn locals(&self, body: &FunctionBody<'_>, ours: u32) -> Result<(Vec<u8>, u32, usize), ProfileError> {
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
        ours.encode(&mut out);
        ValType::I64.encode(&mut out);
        Ok((out, locals, to))
    }

    fn operators(
        &mut self,
        body: &FunctionBody<'_>,
        counted: bool,
        sink: &mut Sink,
        mut segments: Peekable<alloc::vec::IntoIter<Segment>>,
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
                sink.looked();
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
                // Its helper has grown it.
                Operator::MemoryGrow { .. } => continue,
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

    /// Adds a function behind all others and returns its index.
    fn add(&mut self, ty: u32, body: Vec<u8>) -> u32 {
        let index = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
        self.woven.functions.push(ty);
        self.added.push(body);
        self.module.first_added().saturating_add(index)
    }

    fn helper(&mut self, bulk: Bulk) -> u32 {
        if let Some(known) = self.helpers.get(&bulk) {
            return *known;
        }
        let ty = match self.helper_type {
            Some(ty) => ty,
            None => {
                // (i32) -> (i32)
                let ty = self.add_type(alloc::vec![0x60, 1, 0x7f, 1, 0x7f]);
                *self.helper_type.insert(ty)
            }
        };
        let gas = self.module.gas_global();
        let body = match bulk {
            Bulk::Pages => added::grow(gas, self.module.memory.unwrap_or_default()),
            Bulk::Bytes | Bulk::Entries => added::bulk(gas, bulk),
        };
        let index = self.add(ty, body);
        self.helpers.insert(bulk, index);
        index
    }
}

fn encoder_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
        // The profile leaves nothing else.
        _ => ValType::I32,
    }
}
