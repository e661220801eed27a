//! What guests import: one module with a function per entry of the host API table. Each takes the guest's counters, calls
//! `host.call` of this program with everything widened to 64 bits, writes the gas that is left, and returns the value;
//! or traps where the host says stop. From wasm to wasm throughout.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    Instruction, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use zera_vm::{
    ValKind,
    host::{HostFunction, table::FUNCTIONS},
};

/// Export of the table that holds the keeper's `counters` and `refill`; no host function is called so.
pub const TABLE: &str = "zera.counters";
/// Module name of the imports: `call(position, gas, stack, 8 arguments) -> gas left, or below zero to stop` and
/// `value() -> the result`.
pub const HOST: &str = "host";
/// Arguments of `call` behind position, gas and stack.
pub const ARGUMENTS: usize = 8;

/// Types before those of the functions.
const COUNTERS: u32 = 0;
const REFILL: u32 = 1;
const CALL: u32 = 2;
const VALUE: u32 = 3;
const FIRST: u32 = 4;

/// Writes the module; the same bytes for every guest.
#[must_use]
pub fn trampolines() -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    types.ty().function([], [ValType::I64; 2]);
    types.ty().function([ValType::I64], []);
    let call: Vec<ValType> = [ValType::I32].into_iter().chain([ValType::I64; ARGUMENTS + 2]).collect();
    types.ty().function(call, [ValType::I64]);
    types.ty().function([], [ValType::I64]);
    for (position, function) in (0u32..).zip(FUNCTIONS) {
        types.ty().function(function.params.iter().map(val_type), function.result.iter().map(val_type));
        functions.function(FIRST.saturating_add(position));
        // Functions 0 and 1 are imported.
        exports.export(function.name, ExportKind::Func, position.saturating_add(2));
        code.function(&trampoline(position, function));
    }
    exports.export(TABLE, ExportKind::Table, 0);
    let mut imports = ImportSection::new();
    imports.import(HOST, "call", EntityType::Function(CALL));
    imports.import(HOST, "value", EntityType::Function(VALUE));
    let mut tables = TableSection::new();
    let ty = TableType { element_type: RefType::FUNCREF, minimum: 2, maximum: Some(2), table64: false, shared: false };
    tables.table(ty);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables).section(&exports).section(&code);
    module.finish()
}

fn val_type(kind: &ValKind) -> ValType {
    match kind {
        ValKind::I32 => ValType::I32,
        ValKind::I64 => ValType::I64,
    }
}

fn trampoline(position: u32, function: &HostFunction) -> Function {
    use Instruction::{
        Call, CallIndirect, End, I32Const, I32WrapI64, I64Const, I64ExtendI32U, I64LtS, If, LocalGet, LocalSet,
        LocalTee, Unreachable,
    };
    let params = u32::try_from(function.params.len()).unwrap_or(u32::MAX);
    let (gas, stack) = (params, params.saturating_add(1));
    let mut all = vec![I32Const(0), CallIndirect { type_index: COUNTERS, table_index: 0 }];
    all.extend([LocalSet(stack), LocalSet(gas)]);
    all.extend([I32Const(position.cast_signed()), LocalGet(gas), LocalGet(stack)]);
    for (index, kind) in (0u32..).zip(function.params) {
        all.push(LocalGet(index));
        if *kind == ValKind::I32 {
            all.push(I64ExtendI32U);
        }
    }
    all.extend((function.params.len()..ARGUMENTS).map(|_| I64Const(0)));
    all.extend([Call(0), LocalTee(gas), I64Const(0), I64LtS, If(BlockType::Empty), Unreachable, End]);
    all.extend([LocalGet(gas), I32Const(1), CallIndirect { type_index: REFILL, table_index: 0 }]);
    match function.result {
        None => {}
        Some(ValKind::I64) => all.push(Call(1)),
        Some(ValKind::I32) => all.extend([Call(1), I32WrapI64]),
    }
    let mut body = Function::new([(2, ValType::I64)]);
    all.iter().for_each(|instruction| {
        body.instruction(instruction);
    });
    body.instruction(&End);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trampolines_are_valid_and_every_host_function_has_one() {
        let bytes = trampolines();
        wasmparser::validate(&bytes).unwrap();
        assert!(FUNCTIONS.iter().all(|function| function.params.len() <= ARGUMENTS));
        let mut names = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
            if let wasmparser::Payload::ExportSection(section) = payload.unwrap() {
                names = section.into_iter().map(|export| export.unwrap().name.to_owned()).collect();
            }
        }
        let expected: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).chain([TABLE]).collect();
        assert_eq!(names, expected);
    }
}
