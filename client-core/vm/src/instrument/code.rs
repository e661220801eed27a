//! Weaving the counters into function bodies.

use super::{
    added,
    sections::{Module, Woven},
    sink::Sink,
    stack::{Count, Plan},
};
use crate::{
    gas::{self, Bulk, Segment, position},
    profile::ProfileError,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::iter::Peekable;
use wasm_encoder::{BlockType, Encode, Instruction, ValType};
use wasmparser::{FuncType, FunctionBody, Operator};

/// All functions with the counters in them.
pub(super) fn weave(code: &[u8], module: &Module<'_>, plans: &[Plan]) -> Result<Woven, ProfileError> {
    let mut weaver = Weaver {
        code,
        module,
        woven: Woven::default(),
        added: Vec::new(),
        types: BTreeMap::new(),
        extended: BTreeMap::new(),
        helpers: BTreeMap::new(),
        values: BTreeSet::new(),
    };
    for ty in &module.functions {
        let ty = weaver.extended(*ty);
        weaver.woven.functions.push(ty);
    }
    for (index, (body, plan)) in module.bodies.iter().zip(plans).enumerate() {
        let woven = weaver.function(index, body, *plan)?;
        weaver.woven.bodies.push(woven);
    }
    weaver.doors();
    for import in module.import_values()? {
        weaver.value(import);
    }
    weaver.woven.values = weaver.values.into_iter().collect();
    weaver.woven.bodies.append(&mut weaver.added);
    Ok(weaver.woven)
}

struct Weaver<'m, 'a> {
    code: &'a [u8],
    module: &'m Module<'a>,
    woven: Woven,
    /// Bodies behind the original's.
    added: Vec<Vec<u8>>,
    /// Types behind the original's, by their raw bytes.
    types: BTreeMap<Vec<u8>, u32>,
    /// The types with counters of original types.
    extended: BTreeMap<u32, u32>,
    /// Helper functions in use.
    helpers: BTreeMap<Bulk, u32>,
    /// Functions that bodies take as values.
    values: BTreeSet<u32>,
}

impl Weaver<'_, '_> {
    fn function(&mut self, index: usize, body: &FunctionBody<'_>, plan: Plan) -> Result<Vec<u8>, ProfileError> {
        let ty = self.module.function_type(index).cloned().unwrap_or_else(|| FuncType::new([], []));
        let mut segments = gas::segments(body)?.into_iter().peekable();
        let (out, locals, start) = self.locals(body, plan.indirect)?;
        let params = count(ty.params().len());
        let (global, spare) = (self.module.gas_global(), params.saturating_add(2).saturating_add(locals));
        let mut sink = Sink::new(out, global, params);
        let entry = segments.next_if(|segment| segment.offset == start);
        match plan.count {
            Count::Light => entry.iter().for_each(|segment| sink.charge(segment)),
            Count::Here(units) => sink.enter(units, entry),
            Count::Gate(_) => {}
        }
        let wrapper = self.wrapper(&ty);
        sink.emit(&[Instruction::Block(wrapper)]);
        // The original's last `end` closes the block, so that branches out of the body find the gas to return.
        self.operators(body, spare, &mut sink, segments)?;
        sink.emit(&[Instruction::LocalGet(sink.gas), Instruction::End]);
        let Count::Gate(units) = plan.count else { return Ok(sink.out) };
        let ty = self.woven.functions.get(index).copied().unwrap_or_default();
        let inner = self.add(ty, sink.out);
        Ok(added::gate(global, params, units, entry, inner))
    }

    /// The original's locals, and one more if the body makes indirect calls: bytes, their number before, and the offset
    /// of the first operator.
    fn locals(&self, body: &FunctionBody<'_>, indirect: bool) -> Result<(Vec<u8>, u32, usize), ProfileError> {
        let mut reader = body.get_locals_reader()?;
        let groups = reader.get_count();
        let from = position(reader.original_position());
        let mut locals = 0u32;
        for _ in 0..groups {
            locals = locals.saturating_add(reader.read()?.0);
        }
        let to = position(reader.original_position());
        let mut out = Vec::new();
        groups.saturating_add(u32::from(indirect)).encode(&mut out);
        out.extend_from_slice(self.code.get(from..to).unwrap_or_default());
        if indirect {
            1u32.encode(&mut out);
            ValType::I32.encode(&mut out);
        }
        Ok((out, locals, to))
    }

    fn operators(
        &mut self,
        body: &FunctionBody<'_>,
        spare: u32,
        sink: &mut Sink,
        mut segments: Peekable<alloc::vec::IntoIter<Segment>>,
    ) -> Result<(), ProfileError> {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            let range = position(offset)..position(reader.original_position());
            if let Some(segment) = segments.next_if(|segment| segment.offset == range.start) {
                sink.charge(&segment);
            }
            if let Some(bulk) = gas::bulk(&operator) {
                let helper = self.helper(bulk);
                sink.emit(&[Instruction::LocalGet(sink.gas), Instruction::Call(helper)]);
                sink.take_back();
                sink.looked();
            }
            if can_trap(&operator) {
                sink.show();
            }
            if !self.replaced(&operator, spare, sink) {
                sink.out.extend_from_slice(self.code.get(range).unwrap_or_default());
            }
            if matches!(operator, Operator::Loop { .. } | Operator::Else | Operator::End) {
                sink.join();
            }
        }
        Ok(())
    }

    /// Writes what stands in the place of an operator; false if it stays as it is.
    fn replaced(&mut self, operator: &Operator<'_>, spare: u32, sink: &mut Sink) -> bool {
        // Behind the parameters are our two.
        let moved = |local: u32| (local >= sink.stack).then(|| local.saturating_add(2));
        match *operator {
            Operator::LocalGet { local_index } => {
                let Some(local) = moved(local_index) else { return false };
                sink.emit(&[Instruction::LocalGet(local)]);
            }
            Operator::LocalSet { local_index } => {
                let Some(local) = moved(local_index) else { return false };
                sink.emit(&[Instruction::LocalSet(local)]);
            }
            Operator::LocalTee { local_index } => {
                let Some(local) = moved(local_index) else { return false };
                sink.emit(&[Instruction::LocalTee(local)]);
            }
            Operator::Call { function_index } if self.module.own(function_index).is_none() => {
                sink.show_host();
                sink.emit(&[Instruction::Call(function_index)]);
                sink.read_host();
            }
            Operator::Call { function_index } => {
                sink.hand_over();
                sink.emit(&[Instruction::Call(function_index)]);
                sink.take_back();
            }
            Operator::CallIndirect { type_index, table_index } => {
                let type_index = self.extended(type_index);
                sink.emit(&[Instruction::LocalSet(spare)]);
                sink.hand_over();
                sink.emit(&[Instruction::LocalGet(spare), Instruction::CallIndirect { type_index, table_index }]);
                sink.take_back();
            }
            Operator::RefFunc { function_index } => {
                let value = self.value(function_index);
                self.values.insert(value);
                sink.emit(&[Instruction::RefFunc(value)]);
            }
            Operator::Return => sink.emit(&[Instruction::LocalGet(sink.gas), Instruction::Return]),
            // Its helper has grown it.
            Operator::MemoryGrow { .. } => {}
            Operator::Select | Operator::TypedSelect { .. } => {
                // wasmi 2.0.0 fuses `i32.eqz` of a local into `select` and then tests a stale register. A population
                // count is zero exactly when its operand is, and keeps the two apart (test `wasmi_selects_by_the_condition`).
                sink.emit(&[Instruction::I32Popcnt]);
                return false;
            }
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                if self.module.takes_values(blockty) {
                    // wasmi 2.0.0 counts a block's parameters wrongly when it saves the locals below them, and then saves one of
                    // those in one arm only. Before a block without parameters it saves them all: this one does nothing else
                    // (test `wasmi_keeps_locals_below_a_block_s_parameters`).
                    sink.emit(&[Instruction::Block(BlockType::Empty), Instruction::End]);
                }
                return false;
            }
            _ => return false,
        }
        true
    }

    /// Type of the block around a body.
    fn wrapper(&mut self, ty: &FuncType) -> BlockType {
        match ty.results() {
            [] => BlockType::Empty,
            [one] => BlockType::Result(encoder_type(*one)),
            many => BlockType::FunctionType(self.ty(&[], many, &[])),
        }
    }

    /// The type from `params` to `results` and then `more` on both sides.
    fn ty(&mut self, params: &[wasmparser::ValType], results: &[wasmparser::ValType], more: &[ValType]) -> u32 {
        let mut raw = alloc::vec![0x60];
        // Functions take both counters and return the gas.
        let back = more.len().min(1);
        for (own, ours) in [(params, more), (results, more.get(..back).unwrap_or_default())] {
            own.len().saturating_add(ours.len()).encode(&mut raw);
            own.iter().for_each(|ty| encoder_type(*ty).encode(&mut raw));
            ours.iter().for_each(|ty| ty.encode(&mut raw));
        }
        let next = count(self.module.types.len().saturating_add(self.woven.types.len()));
        *self.types.entry(raw).or_insert_with_key(|raw| {
            self.woven.types.push(raw.clone());
            next
        })
    }

    /// An original type with the counters.
    fn extended(&mut self, ty: u32) -> u32 {
        if let Some(known) = self.extended.get(&ty) {
            return *known;
        }
        let Some(original) = self.module.types.get(ty as usize) else { return ty };
        let extended = self.ty(original.params(), original.results(), &[ValType::I64; 2]);
        self.extended.insert(ty, extended);
        extended
    }

    /// Adds a function behind all others and returns its index.
    fn add(&mut self, ty: u32, body: Vec<u8>) -> u32 {
        let index = self.module.imported().saturating_add(count(self.woven.functions.len()));
        self.woven.functions.push(ty);
        self.added.push(body);
        index
    }

    fn helper(&mut self, bulk: Bulk) -> u32 {
        if let Some(known) = self.helpers.get(&bulk) {
            return *known;
        }
        let ty = self.ty(&[wasmparser::ValType::I32], &[wasmparser::ValType::I32], &[ValType::I64]);
        let global = self.module.gas_global();
        let body = match bulk {
            Bulk::Pages => added::grow(global, self.module.memory.unwrap_or_default()),
            Bulk::Bytes | Bulk::Entries => added::bulk(global, bulk),
        };
        let index = self.add(ty, body);
        self.helpers.insert(bulk, index);
        index
    }

    /// A door for every own function that is called from outside.
    fn doors(&mut self) {
        let module = self.module;
        let exported = module.exports.iter().filter(|(_, kind, _)| *kind == wasmparser::ExternalKind::Func);
        for function in exported.map(|(_, _, index)| *index).chain(module.start) {
            let Some(own) = module.own(function) else { continue };
            if self.woven.doors.contains_key(&function) {
                continue;
            }
            let ty = module.functions.get(own).copied().unwrap_or_default();
            let params = module.function_type(own).map_or(0, |ty| count(ty.params().len()));
            let door = self.add(ty, added::door(module.gas_global(), params, function));
            self.woven.doors.insert(function, door);
        }
    }

    /// What stands for a function as a value: an adapter for an import.
    fn value(&mut self, function: u32) -> u32 {
        let module = self.module;
        let Some(ty) = module.imports.get(function as usize).copied() else { return function };
        if let Some(known) = self.woven.adapters.get(&function) {
            return *known;
        }
        let params = module.types.get(ty as usize).map_or(0, |ty| count(ty.params().len()));
        let ty = self.extended(ty);
        let adapter = self.add(ty, added::adapter(module.gas_global(), params, function));
        self.woven.adapters.insert(function, adapter);
        adapter
    }
}

/// True for operators that can end a call, or that look like it: the gas counter is shown before them.
fn can_trap(operator: &Operator<'_>) -> bool {
    use Operator as O;
    match operator {
        O::Unreachable | O::CallIndirect { .. } | O::TableGet { .. } | O::TableSet { .. } => true,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => true,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => true,
        O::MemoryGrow { .. } | O::TableGrow { .. } => false,
        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } => true,
        O::I32Load16U { .. } | O::I64Load { .. } | O::I64Load8S { .. } | O::I64Load8U { .. } => true,
        O::I64Load16S { .. } | O::I64Load16U { .. } | O::I64Load32S { .. } | O::I64Load32U { .. } => true,
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } | O::I64Store { .. } => true,
        O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => true,
        _ => gas::bulk(operator).is_some(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(super) fn encoder_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
        // The profile leaves nothing else.
        _ => ValType::I32,
    }
}
