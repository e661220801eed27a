//! What can be put back: the instrumented module with its mutable globals exported, and the description of its pristine
//! state. Only exports are added; nothing that runs is changed.

use std::ops::Range;
use wasm_encoder::Encode;
use wasmparser::{BinaryReaderError, ConstExpr, DataKind, ExternalKind, Operator, Parser, Payload, ValType};

/// Prefix of the exports of globals; the profile reserves `zera.`.
const GLOBAL_PREFIX: &str = "zera.global.";
/// Id of the export section.
const EXPORT: u8 = 7;

/// A module whose instances can be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The module.
    pub code: Vec<u8>,
    /// Initial and highest number of memory pages; none without a memory.
    pub memory: Option<(u32, u32)>,
    /// How an instance is made pristine again; none if that cannot be proven for this module.
    pub pristine: Option<Pristine>,
}

/// The state of a new instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pristine {
    /// Name of the export and initial value of each mutable global of the module's own.
    pub globals: Vec<(String, Initial)>,
    /// Offset and place in `code` of each active data segment, in order; all else in memory is zero.
    pub data: Vec<(u32, Range<usize>)>,
}

/// First value of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// 32 bits.
    I32(i32),
    /// 64 bits.
    I64(i64),
}

/// Looks through an instrumented module and adds the exports.
///
/// # Errors
/// Only for bytes that are not a valid module.
pub fn expose(instrumented: &[u8]) -> Result<Exposed, BinaryReaderError> {
    let mut seen = Seen::default();
    let mut exports = None;
    for payload in Parser::new(0).parse_all(instrumented) {
        let payload = payload?;
        if let Payload::ExportSection(section) = &payload {
            exports = Some((usize_range(&section.range()), section.count()));
        }
        seen.payload(payload)?;
    }
    let Seen { memory, globals, data, resettable, counters } = seen;
    // The counters are exported and set by whoever begins a call.
    let own = globals.into_iter().filter(|global| !counters.contains(&global.index));
    let mut named = Vec::new();
    let mut resettable = resettable;
    for global in own {
        match global.initial {
            Some(initial) => named.push((global.index, format!("{GLOBAL_PREFIX}{}", global.index), initial)),
            None => resettable = false,
        }
    }
    let (code, shift) = with_exports(instrumented, exports, &named);
    let data = data.into_iter().map(|(offset, range)| (offset, range.start + shift..range.end + shift)).collect();
    let globals = named.into_iter().map(|(_, name, initial)| (name, initial)).collect();
    let pristine = resettable.then_some(Pristine { globals, data });
    Ok(Exposed { code, memory, pristine })
}

struct Global {
    index: u32,
    initial: Option<Initial>,
}

struct Seen {
    memory: Option<(u32, u32)>,
    /// Mutable globals.
    globals: Vec<Global>,
    data: Vec<(u32, Range<usize>)>,
    /// Nothing was seen that cannot be undone from outside.
    resettable: bool,
    /// Indices of our own counters.
    counters: Vec<u32>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { memory: None, globals: Vec::new(), data: Vec::new(), resettable: true, counters: Vec::new() }
    }
}

impl Seen {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    let pages = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
                    self.memory = Some((pages(memory.initial), pages(memory.maximum.unwrap_or(u64::MAX))));
                }
            }
            Payload::GlobalSection(section) => {
                for (index, global) in (0u32..).zip(section) {
                    let global = global?;
                    if global.ty.mutable {
                        let initial = constant(&global.init_expr, global.ty.content_type)?;
                        self.globals.push(Global { index, initial });
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let counter = [zera_vm::instrument::GAS_EXPORT, zera_vm::instrument::STACK_EXPORT];
                    if export.kind == ExternalKind::Global && counter.contains(&export.name) {
                        self.counters.push(export.index);
                    }
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    let end = usize::try_from(data.range.end).unwrap_or(usize::MAX);
                    let DataKind::Active { offset_expr, .. } = &data.kind else { continue };
                    match constant(offset_expr, ValType::I32)? {
                        Some(Initial::I32(offset)) => {
                            self.data.push((offset.cast_unsigned(), end.saturating_sub(data.data.len())..end));
                        }
                        _ => self.resettable = false,
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut reader = body.get_operators_reader()?;
                while self.resettable && !reader.eof() {
                    self.resettable = !leaves_traces(&reader.read()?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// True for operators that change what only a new instance has: tables and segments.
fn leaves_traces(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::DataDrop { .. }
    )
}

/// The value of a constant expression, if it is a plain integer.
fn constant(expression: &ConstExpr<'_>, ty: ValType) -> Result<Option<Initial>, BinaryReaderError> {
    let mut reader = expression.get_operators_reader();
    let first = reader.read()?;
    let plain = matches!(reader.read()?, Operator::End);
    Ok(match (first, ty) {
        (Operator::I32Const { value }, ValType::I32) if plain => Some(Initial::I32(value)),
        (Operator::I64Const { value }, ValType::I64) if plain => Some(Initial::I64(value)),
        _ => None,
    })
}

/// The module with more exports, and by how much what stands behind them moved.
fn with_exports(
    code: &[u8],
    section: Option<(Range<usize>, u32)>,
    named: &[(u32, String, Initial)],
) -> (Vec<u8>, usize) {
    const GLOBAL: u8 = 3;
    let Some((range, count)) = section.filter(|_| !named.is_empty()) else { return (code.to_vec(), 0) };
    let total = (count as usize).saturating_add(named.len());
    let mut contents = Vec::new();
    total.encode(&mut contents);
    contents.extend_from_slice(code.get(range.start + leb_bytes(count as usize)..range.end).unwrap_or_default());
    for (index, name, _) in named {
        name.as_str().encode(&mut contents);
        contents.push(GLOBAL);
        index.encode(&mut contents);
    }
    // The id and the size stand before the contents.
    let before = range.start.saturating_sub(1 + leb_bytes(range.len()));
    let mut out = Vec::with_capacity(code.len() + contents.len());
    out.extend_from_slice(code.get(..before).unwrap_or_default());
    out.push(EXPORT);
    contents.as_slice().encode(&mut out);
    out.extend_from_slice(code.get(range.end..).unwrap_or_default());
    let shift = out.len().saturating_sub(code.len());
    (out, shift)
}

/// Bytes of a number as our own instrumentation writes it: the shortest form.
fn leb_bytes(number: usize) -> usize {
    let mut bytes = Vec::new();
    number.encode(&mut bytes);
    bytes.len()
}

fn usize_range(range: &Range<u64>) -> Range<usize> {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    at(range.start)..at(range.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::Hash;

    fn instrumented(text: &str) -> Vec<u8> {
        let code = wat::parse_str(text).unwrap();
        zera_vm::call::prepare(&Hash::of(&code), &code).unwrap().instrumented.to_vec()
    }

    #[test]
    fn mutable_globals_are_exported_and_nothing_else_moves() {
        let before = instrumented(
            r#"(module (memory 1 2) (global $a (mut i32) (i32.const 7)) (global i64 (i64.const 1))
                (global $c (mut i64) (i64.const -2))
                (data (i32.const 16) "abc") (data "later")
                (func (export "go") (global.set $a (i32.const 1)) (global.set $c (i64.const 1))))"#,
        );
        let exposed = expose(&before).unwrap();
        wasmparser::validate(&exposed.code).unwrap();
        let pristine = exposed.pristine.unwrap();
        let expected = [("zera.global.0".to_owned(), Initial::I32(7)), ("zera.global.2".into(), Initial::I64(-2))];
        assert_eq!(pristine.globals, expected);
        assert_eq!(exposed.memory, Some((1, 2)));
        let [(16, range)] = pristine.data.as_slice() else { panic!("{pristine:?}") };
        assert_eq!(&exposed.code[range.clone()], b"abc");
        assert!(exposed.code.ends_with(&before[before.len() - 40..]), "code and data are the same bytes");
    }

    #[test]
    fn what_cannot_be_put_back_is_not_pooled() {
        for body in [
            "(table 2 2 funcref) (func (table.set (i32.const 0) (ref.null func)))",
            "(table 1 2 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
            "(memory 1 1) (data $d \"x\") (func (data.drop $d))",
            "(global (mut funcref) (ref.null func))",
        ] {
            let exposed = expose(&instrumented(&format!("(module {body})"))).unwrap();
            assert_eq!(exposed.pristine, None, "{body}");
        }
        let plain = expose(&instrumented("(module (table 1 1 funcref) (func) (elem (i32.const 0) 0))")).unwrap();
        assert_eq!(plain.pristine, Some(Pristine::default()));
    }
}
