//! The keeper of a guest: a small module, made for one code, that imports the guest's counters, memory and globals. It
//! begins and ends calls, and makes the instance pristine again.

use crate::expose::{Exposed, Initial};
use wasm_encoder::{
    BlockType, CodeSection, DataCountSection, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalType, ImportSection, Instruction, MemArg, MemArgTarget, MemoryType, Module, TypeSection,
    ValType,
};
use zera_vm::instrument::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT};

/// Module name of what the keeper imports from the guest.
pub const GUEST: &str = "guest";
/// Module name of what it imports from this program: `ended(gas: i64, stack: i64)`.
pub const HOST: &str = "host";
/// Bytes looked at together when memory is made zero again: sixteen loads of 16.
const CHUNK: u32 = 256;
/// Bytes of a wasm page.
const PAGE: u32 = 64 << 10;

/// Function types, in this order.
const COUNTERS: u32 = 0;
const REFILL: u32 = 1;
const BEGIN: u32 = 2;
const END: u32 = 3;
const RESET: u32 = 4;
const ENDED: u32 = 5;

/// Writes the keeper for a guest: `counters() -> (i64, i64)`, `refill(i64)`, `begin(gas low, gas high, stack low, stack
/// high)`, `end()`, which calls `ended`, and where the guest can be reset `reset() -> i32`, 1 when it is pristine again
/// and 0 when it must be thrown away.
#[must_use]
pub fn keeper(guest: &Exposed) -> Vec<u8> {
    let mut module = Module::new();
    module.section(&types());
    module.section(&imports(guest));
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let parts = [
        ("counters", COUNTERS, Some(counters())),
        ("refill", REFILL, Some(refill())),
        ("begin", BEGIN, Some(begin())),
        ("end", END, Some(end())),
        ("reset", RESET, reset(guest)),
    ];
    // Function 0 is the imported `ended`.
    for (index, (name, ty, body)) in (1u32..).zip(parts) {
        if let Some(body) = body {
            functions.function(ty);
            exports.export(name, ExportKind::Func, index);
            code.function(&body);
        }
    }
    module.section(&functions).section(&exports);
    let pristine = guest.pristine.as_ref();
    let data: Vec<&[u8]> = pristine
        .map(|pristine| pristine.data.iter().filter_map(|(_, range)| guest.code.get(range.clone())).collect())
        .unwrap_or_default();
    if !data.is_empty() {
        module.section(&DataCountSection { count: u32::try_from(data.len()).unwrap_or(u32::MAX) });
    }
    module.section(&code);
    if !data.is_empty() {
        let mut section = DataSection::new();
        for bytes in data {
            section.passive(bytes.iter().copied());
        }
        module.section(&section);
    }
    module.finish()
}

fn types() -> TypeSection {
    use ValType::{I32, I64};
    let mut types = TypeSection::new();
    types.ty().function([], [I64, I64]);
    types.ty().function([I64], []);
    types.ty().function([I32; 4], []);
    types.ty().function([], []);
    types.ty().function([], [I32]);
    types.ty().function([I64, I64], []);
    types
}

/// Globals 0 and 1 are gas and stack, the guest's own follow.
fn imports(guest: &Exposed) -> ImportSection {
    let mut imports = ImportSection::new();
    imports.import(HOST, "ended", EntityType::Function(ENDED));
    if let Some((minimum, maximum)) = guest.memory {
        let ty = MemoryType {
            minimum: u64::from(minimum),
            maximum: Some(u64::from(maximum)),
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        imports.import(GUEST, MEMORY_EXPORT, ty);
    }
    let mutable = |val_type| GlobalType { val_type, mutable: true, shared: false };
    for name in [GAS_EXPORT, STACK_EXPORT] {
        imports.import(GUEST, name, mutable(ValType::I64));
    }
    for (name, initial) in guest.pristine.iter().flat_map(|pristine| &pristine.globals) {
        let ty = match initial {
            Initial::I32(_) => ValType::I32,
            Initial::I64(_) => ValType::I64,
        };
        imports.import(GUEST, name, mutable(ty));
    }
    imports
}

fn function(locals: &[(u32, ValType)], instructions: &[Instruction<'_>]) -> Function {
    let mut function = Function::new(locals.iter().copied());
    instructions.iter().for_each(|instruction| {
        function.instruction(instruction);
    });
    function.instruction(&Instruction::End);
    function
}

fn counters() -> Function {
    function(&[], &[Instruction::GlobalGet(0), Instruction::GlobalGet(1)])
}

fn refill() -> Function {
    function(&[], &[Instruction::LocalGet(0), Instruction::GlobalSet(0)])
}

/// 64-bit numbers come in halves: JavaScript would have to make a big integer of each.
fn begin() -> Function {
    use Instruction::{GlobalSet, I64Const, I64ExtendI32U, I64Or, I64Shl, LocalGet};
    let mut all = Vec::new();
    for (low, high, global) in [(0, 1, 0), (2, 3, 1)] {
        all.extend([LocalGet(high), I64ExtendI32U, I64Const(32), I64Shl]);
        all.extend([LocalGet(low), I64ExtendI32U, I64Or, GlobalSet(global)]);
    }
    function(&[], &all)
}

fn end() -> Function {
    function(&[], &[Instruction::GlobalGet(0), Instruction::GlobalGet(1), Instruction::Call(0)])
}

/// Zeroes what is not zero, then writes data and globals again. A memory that grew stays grown: not pristine.
fn reset(guest: &Exposed) -> Option<Function> {
    use Instruction::{Else, End, GlobalSet, I32Const, I32Eq, I64Const, If, MemoryInit, MemorySize};
    let pristine = guest.pristine.as_ref()?;
    let mut all = Vec::new();
    let signed = |number: u32| I32Const(number.cast_signed());
    if let Some((pages, _)) = guest.memory {
        all.extend([MemorySize(0), signed(pages), I32Eq, If(BlockType::Result(ValType::I32))]);
        if pages > 0 {
            clear(&mut all, pages);
        }
        for (index, (offset, range)) in (0u32..).zip(&pristine.data) {
            let bytes = u32::try_from(range.len()).unwrap_or(u32::MAX);
            all.extend([signed(*offset), I32Const(0), signed(bytes)]);
            all.push(MemoryInit { mem: 0, data_index: index });
        }
    }
    for (index, (_, initial)) in (2u32..).zip(&pristine.globals) {
        all.push(match initial {
            Initial::I32(value) => I32Const(*value),
            Initial::I64(value) => I64Const(*value),
        });
        all.push(GlobalSet(index));
    }
    all.push(I32Const(1));
    if guest.memory.is_some() {
        all.extend([Else, I32Const(0), End]);
    }
    Some(function(&[(1, ValType::I32)], &all))
}

/// Reads all of memory and writes only chunks that are not zero: reading is several times faster than writing.
fn clear(all: &mut Vec<Instruction<'_>>, pages: u32) {
    use Instruction::{
        BrIf, End, I32Add, I32Const, I32Ne, If, LocalGet, LocalSet, LocalTee, Loop, V128AnyTrue, V128Const, V128Load,
        V128Or, V128Store,
    };
    const AT: u32 = 0;
    let lane =
        |offset: u32| MemArg { offset: u64::from(offset), align: 4, target: MemArgTarget::Memory(0), ordering: None };
    // All pages of 2^32 bytes would end at address 0; the profile allows far fewer.
    let size = pages.saturating_mul(PAGE);
    all.extend([I32Const(0), LocalSet(AT), Loop(BlockType::Empty)]);
    // Joined like a tree, so that no step waits for all before it.
    for (index, offset) in (0..CHUNK).step_by(16).enumerate() {
        all.extend([LocalGet(AT), V128Load(lane(offset))]);
        all.extend((0..(index + 1).trailing_zeros()).map(|_| V128Or));
    }
    all.extend([V128AnyTrue, If(BlockType::Empty)]);
    for offset in (0..CHUNK).step_by(16) {
        all.extend([LocalGet(AT), V128Const(0), V128Store(lane(offset))]);
    }
    all.push(End);
    all.extend([LocalGet(AT), I32Const(CHUNK.cast_signed()), I32Add, LocalTee(AT)]);
    all.extend([I32Const(size.cast_signed()), I32Ne, BrIf(0), End]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expose::expose;
    use zera_primitives::Hash;

    fn keeper_of(text: &str) -> Vec<u8> {
        let code = wat::parse_str(text).unwrap();
        let prepared = zera_vm::call::prepare(&Hash::of(&code), &code).unwrap();
        keeper(&expose(&prepared.instrumented).unwrap())
    }

    #[test]
    fn keepers_are_valid_whatever_the_guest_has() {
        for text in [
            "(module)",
            "(module (memory 0 1))",
            "(module (memory 2 16) (data (i32.const 65536) \"abc\") (data (i32.const 0) \"\"))",
            "(module (global (mut i32) (i32.const -1)) (global (mut i64) (i64.const 9)) (memory 1 1))",
            "(module (memory 1 1) (data $d \"x\") (func (data.drop $d)))",
        ] {
            let bytes = keeper_of(text);
            wasmparser::validate(&bytes).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}
