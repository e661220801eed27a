//! Making any module a trial: its memory gets the maximum that the profile asks for, its globals are exported, its host
//! calls get arguments that mean something, and calls in a row can be put into one function.

use std::convert::Infallible;
use wasm_encoder::{
    CodeSection, Encode, ExportKind, Function, Instruction, Module, RawSection, ValType,
    reencode::{self, Reencode},
};
use wasmparser::{Parser, Payload, TypeRef};
use zera_vm::{
    ValKind,
    host::{self, HostFunction},
};

type Fitted = Result<(), reencode::Error<Infallible>>;

/// What a module has, by index.
#[derive(Default)]
pub struct Shape {
    /// Imported functions, by name.
    pub imports: Vec<String>,
    /// Types.
    pub types: Vec<(Vec<wasmparser::ValType>, Vec<wasmparser::ValType>)>,
    /// Type index of every function, imports first.
    pub functions: Vec<u32>,
    /// Types of globals.
    pub globals: u32,
    /// Exported functions.
    pub exports: Vec<(String, u32)>,
}

/// Reads a valid module.
pub fn shape(code: &[u8]) -> Option<Shape> {
    let mut shape = Shape::default();
    for payload in Parser::new(0).parse_all(code) {
        match payload.ok()? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group.ok()?.types() {
                        let wasmparser::CompositeInnerType::Func(ty) = &ty.composite_type.inner else { return None };
                        shape.types.push((ty.params().to_vec(), ty.results().to_vec()));
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.ok()?;
                    let TypeRef::Func(ty) = import.ty else { return None };
                    shape.functions.push(ty);
                    shape.imports.push(import.name.to_owned());
                }
            }
            Payload::FunctionSection(section) => shape.functions.extend(section.into_iter().flatten()),
            Payload::GlobalSection(section) => shape.globals = section.count(),
            Payload::ExportSection(section) => {
                for export in section.into_iter().flatten() {
                    if matches!(export.kind, wasmparser::ExternalKind::Func) {
                        shape.exports.push((export.name.to_owned(), export.index));
                    }
                }
            }
            _ => {}
        }
    }
    Some(shape)
}

/// The module with a memory maximum, and with calls of imports going through functions appended behind the others.
struct Fit {
    imported: u32,
    first_wrapper: u32,
}

impl Reencode for Fit {
    type Error = Infallible;

    fn memory_type(
        &mut self,
        memory: wasmparser::MemoryType,
    ) -> Result<wasm_encoder::MemoryType, reencode::Error<Self::Error>> {
        let mut ty = reencode::utils::memory_type(self, memory);
        ty.maximum = ty.maximum.map(|max| max.min(64)).or(Some(ty.minimum.saturating_add(8).min(64)));
        Ok(ty)
    }

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(if index < self.imported { self.first_wrapper + index } else { index })
    }

    fn parse_custom_section(&mut self, _: &mut Module, _: wasmparser::CustomSectionReader<'_>) -> Fitted {
        Ok(())
    }
}

/// What is appended to a module.
#[derive(Default)]
struct More {
    types: Vec<(Vec<ValType>, Vec<ValType>)>,
    functions: Vec<u32>,
    bodies: Vec<Function>,
    globals: usize,
    exports: Vec<(String, ExportKind, u32)>,
}

/// A trial of `code`: `calls` in a row become the export `trials.row`, whose results are summed in an exported global.
pub fn trial(code: &[u8], calls: &[(String, Vec<Instruction<'static>>)]) -> Option<Vec<u8>> {
    let shape = shape(code)?;
    let imported = u32::try_from(shape.imports.len()).ok()?;
    let first_wrapper = u32::try_from(shape.functions.len()).ok()?;
    let mut module = Module::new();
    Fit { imported, first_wrapper }.parse_core_module(&mut module, Parser::new(0), code).ok()?;
    let mut more = More::default();
    for (index, name) in (0u32..).zip(&shape.imports) {
        more.functions.push(*shape.functions.get(index as usize)?);
        more.bodies.push(wrapper(index, host::lookup(name)?));
    }
    for global in 0..shape.globals {
        more.exports.push((format!("trials.global.{global}"), ExportKind::Global, global));
    }
    if !calls.is_empty() {
        row(&shape, calls, &mut more)?;
    }
    Some(append(&module.finish(), &more))
}

/// Pointers and lengths stay below 4 KiB and 64 bytes, so that host calls seldom trap; a 64-bit argument stays.
fn wrapper(import: u32, function: &HostFunction) -> Function {
    let mut body = Function::new([]);
    for (index, kind) in (0u32..).zip(function.params) {
        body.instruction(&Instruction::LocalGet(index));
        if *kind == ValKind::I32 {
            let mask = if index % 2 == 0 { 0xfff } else { 0x3f };
            body.instruction(&Instruction::I32Const(mask));
            body.instruction(&Instruction::I32And);
        }
    }
    body.instruction(&Instruction::Call(import));
    body.instruction(&Instruction::End);
    body
}

/// All calls in one function, so that each sees what the ones before have left.
fn row(shape: &Shape, calls: &[(String, Vec<Instruction<'static>>)], more: &mut More) -> Option<()> {
    use Instruction::{Call, Drop, GlobalGet, GlobalSet, I64Add, I64Const, I64ExtendI32U, I64Rotl};
    let sum = shape.globals;
    let mut body = Function::new([(1, ValType::I32), (1, ValType::I64)]);
    for (name, args) in calls {
        let (_, function) = shape.exports.iter().find(|(export, _)| export == name)?;
        let (_, results) = shape.types.get(*shape.functions.get(*function as usize)? as usize)?;
        args.iter().for_each(|argument| {
            body.instruction(argument);
        });
        body.instruction(&Call(*function));
        for result in results.iter().rev() {
            match result {
                wasmparser::ValType::I32 => body.instruction(&I64ExtendI32U),
                wasmparser::ValType::I64 => &mut body,
                _ => {
                    body.instruction(&Drop);
                    continue;
                }
            };
            for instruction in [GlobalGet(sum), I64Const(7), I64Rotl, I64Add, GlobalSet(sum)] {
                body.instruction(&instruction);
            }
        }
    }
    body.instruction(&Instruction::End);
    more.functions.push(u32::try_from(shape.types.len()).ok()?);
    more.types.push((Vec::new(), Vec::new()));
    more.bodies.push(body);
    more.globals = 1;
    let index = shape.functions.len() + shape.imports.len();
    more.exports.push(("trials.row".into(), ExportKind::Func, u32::try_from(index).ok()?));
    more.exports.push(("trials.sum".into(), ExportKind::Global, sum));
    Some(())
}

/// Writes the sections again with more entries at their ends.
fn append(code: &[u8], more: &More) -> Vec<u8> {
    const ORDER: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
    let mut raw = std::collections::BTreeMap::<u8, &[u8]>::new();
    for payload in Parser::new(0).parse_all(code).flatten() {
        if let Some((id, range)) = payload.as_section() {
            raw.insert(id, &code[range.start as usize..range.end as usize]);
        }
    }
    let mut module = Module::new();
    for id in ORDER {
        let (count, ours) = entries(id, more);
        let original = raw.get(&id).copied();
        if count == 0 {
            if let Some(data) = original {
                module.section(&RawSection { id, data });
            }
            continue;
        }
        let mut reader = wasmparser::BinaryReader::new(original.unwrap_or(&[0]), 0);
        let before = reader.read_var_u32().expect("a count");
        let rest = &original.unwrap_or(&[0])[reader.original_position() as usize..];
        let mut data = Vec::new();
        (before as usize + count).encode(&mut data);
        data.extend_from_slice(rest);
        data.extend(ours);
        module.section(&RawSection { id, data: &data });
    }
    module.finish()
}

fn entries(id: u8, more: &More) -> (usize, Vec<u8>) {
    let mut ours = Vec::new();
    let count = match id {
        1 => {
            for (params, results) in &more.types {
                ours.push(0x60);
                params.as_slice().encode(&mut ours);
                results.as_slice().encode(&mut ours);
            }
            more.types.len()
        }
        3 => {
            more.functions.iter().for_each(|ty| ty.encode(&mut ours));
            more.functions.len()
        }
        6 => {
            (0..more.globals).for_each(|_| ours.extend([0x7e, 1, 0x42, 0, 0x0b]));
            more.globals
        }
        7 => {
            for (name, kind, index) in &more.exports {
                name.as_str().encode(&mut ours);
                kind.encode(&mut ours);
                index.encode(&mut ours);
            }
            more.exports.len()
        }
        10 => {
            let mut section = CodeSection::new();
            more.bodies.iter().for_each(|body| {
                section.function(body);
            });
            let mut encoded = Vec::new();
            section.encode(&mut encoded);
            // Behind the size and the count of this section of its own.
            let mut reader = wasmparser::BinaryReader::new(&encoded, 0);
            for _ in 0..2 {
                let _number = reader.read_var_u32().expect("a number");
            }
            ours.extend_from_slice(&encoded[reader.original_position() as usize..]);
            more.bodies.len()
        }
        _ => 0,
    };
    (count, ours)
}
