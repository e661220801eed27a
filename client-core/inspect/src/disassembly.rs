//! The text format of functions and modules, each line with the offset of the bytes it stands for.
//!
//! `wasmprinter` writes the text. It is never given the author's bytes as they are but a module put together here: the
//! author's sections with a name section of our own, so that labels are bounded, visible and the same on both sides of a
//! comparison; and for single functions only the bodies asked for, so that the work is that of those functions.

use crate::{
    error::InspectError,
    module::{Module, small},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{collections::BTreeSet, io, ops::Range};
use wasm_encoder::{NameMap, NameSection, Section as _};
use wasmparser::{BlockType, FuncType, Operator, ValType};
use zera_primitives::Hash;

/// Most bytes of text that one listing holds.
pub const TEXT_BYTES: usize = 16 << 20;
/// Most lines that one listing holds: two for each byte of the largest module would be as many.
pub const TEXT_LINES: usize = 1 << 20;
/// Parameters and results up to which a type is named by them.
const TYPES_NAMED: usize = 16;
/// Ids of sections.
const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const CODE: u8 = 10;

/// One line of text.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Line {
    /// Offset in the module of what it shows.
    pub offset: u32,
    /// Levels of indentation, at most 50.
    pub depth: u8,
    /// The text without its indentation.
    pub text: String,
}

/// Text in the WebAssembly text format.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Listing {
    /// In order.
    pub lines: Vec<Line>,
    /// True when [`TEXT_BYTES`] or [`TEXT_LINES`] cut it off.
    pub cut: bool,
}

/// The text of one own function; `index` counts imports first.
///
/// # Errors
/// [`InspectError::NoFunction`], [`InspectError::Text`].
pub fn function_text(module: &Module, index: u32) -> Result<Listing, InspectError> {
    let mut found = functions_text(module, &module.labels, &[index])?;
    let mut listing = found.pop().unwrap_or_default();
    if let Some(first) = listing.lines.first_mut() {
        first.text.insert_str(first.text.find(" (").unwrap_or(first.text.len()), &format!(" (;{index};)"));
    }
    Ok(listing)
}

/// The text of the whole module without its custom sections.
///
/// # Errors
/// [`InspectError::Text`].
pub fn module_text(module: &Module) -> Result<Listing, InspectError> {
    let mut made = Made::default();
    for (id, range) in &module.sections {
        made.section(*id, module.bytes(range), range.start);
    }
    let every: BTreeSet<u32> = (0..small(module.labels.len())).collect();
    made.names(module, &module.labels, &every, &every);
    let (lines, cut) = print(&made.bytes)?;
    let mut at = 0;
    let lines = lines.into_iter().map(|(offset, text)| {
        at = offset.and_then(|offset| made.original(offset)).unwrap_or(at);
        line(at, &text)
    });
    Ok(Listing { lines: lines.collect(), cut })
}

/// The text of several own functions, where function `i` is called `labels[i]`. One call costs a pass over the module's
/// types besides the functions' own bytes.
pub(crate) fn functions_text(
    module: &Module,
    labels: &[String],
    indices: &[u32],
) -> Result<Vec<Listing>, InspectError> {
    let (mut kinds, mut bodies) = (Vec::new(), Vec::new());
    // Where each body stands in the code section, from its contents' start.
    let mut places: Vec<Range<usize>> = Vec::new();
    let (mut called, mut globals) = (BTreeSet::new(), BTreeSet::new());
    put(&indices.len(), &mut kinds);
    put(&indices.len(), &mut bodies);
    for index in indices {
        let function = module.own(*index).ok_or(InspectError::NoFunction(*index))?;
        put(&function.ty, &mut kinds);
        let body = module.bytes(&function.body);
        put(body, &mut bodies);
        places.push(bodies.len().saturating_sub(body.len())..bodies.len());
        let mut reader = module.body(function).get_operators_reader()?;
        while !reader.eof() {
            match reader.read()? {
                Operator::Call { function_index } | Operator::RefFunc { function_index } => {
                    called.insert(function_index);
                }
                Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                    globals.insert(global_index);
                }
                _ => {}
            }
        }
    }
    let mut made = Made::default();
    let types = module.sections.iter().find(|(id, _)| *id == TYPE).map(|(_, range)| range.clone()).unwrap_or_default();
    made.section(TYPE, module.bytes(&types), types.start);
    made.section(FUNCTION, &kinds, 0);
    let code = made.section(CODE, &bodies, 0);
    made.names(module, labels, &called, &globals);
    let (lines, cut) = print(&made.bytes)?;
    let mut lines = lines.into_iter().peekable();
    let mut found = Vec::new();
    for (index, place) in indices.iter().zip(places) {
        let place = place.start.saturating_add(code)..place.end.saturating_add(code);
        let original = module.own(*index).map_or(0, |function| function.body.start);
        while lines.next_if(|(offset, _)| offset.is_none_or(|offset| offset < place.start)).is_some() {}
        let mut listing = Listing { lines: Vec::new(), cut: false };
        while let Some((offset, text)) = lines.next_if(|(offset, _)| offset.is_none_or(|offset| offset < place.end)) {
            let offset = offset.map_or(original, |offset| offset.saturating_sub(place.start).saturating_add(original));
            let text = if listing.lines.is_empty() { header(module, labels, *index) } else { text };
            listing.lines.push(line(offset, &text));
        }
        listing.cut = cut && lines.peek().is_none();
        // The text stands inside the module's parentheses, the function's own level is the first here.
        listing.lines.iter_mut().for_each(|line| line.depth = line.depth.saturating_sub(1));
        found.push(listing);
    }
    Ok(found)
}

/// `(func $label (param i32 i32) (result i64)`
fn header(module: &Module, labels: &[String], index: u32) -> String {
    let mut text = format!(" (func ${}", labels.get(index as usize).map_or("?", String::as_str));
    if let Some(ty) = module.types.get(module.type_of(index) as usize) {
        for (word, list) in [("param", ty.params()), ("result", ty.results())] {
            if !list.is_empty() {
                text.push_str(&format!(" ({word}"));
                list.iter().for_each(|ty| text.push_str(&format!(" {ty}")));
                text.push(')');
            }
        }
    }
    text
}

/// The name of a type in the text: `i32.i64->i32`, or part of its digest when that would be too long to read.
fn type_label(ty: &FuncType, digest: &Hash) -> String {
    if ty.params().len().saturating_add(ty.results().len()) > TYPES_NAMED {
        return format!("type.{}", digest.to_hex().chars().take(16).collect::<String>());
    }
    let list = |types: &[ValType]| match types {
        [] => "none".to_owned(),
        types => types.iter().map(ValType::to_string).collect::<Vec<_>>().join("."),
    };
    format!("{}->{}", list(ty.params()), list(ty.results()))
}

/// Appends in the binary format: numbers in LEB128, bytes behind their length.
fn put<T: wasm_encoder::Encode + ?Sized>(value: &T, out: &mut Vec<u8>) {
    value.encode(out);
}

/// A module being put together.
struct Made {
    bytes: Vec<u8>,
    /// Start here, start in the original, length.
    moved: Vec<(usize, usize, usize)>,
}

impl Default for Made {
    fn default() -> Self {
        Self { bytes: b"\0asm\x01\0\0\0".to_vec(), moved: Vec::new() }
    }
}

impl Made {
    /// Appends a section; its contents stood at `original`. Returns where they stand now.
    fn section(&mut self, id: u8, contents: &[u8], original: usize) -> usize {
        if contents.is_empty() {
            return self.bytes.len();
        }
        self.bytes.push(id);
        put(contents, &mut self.bytes);
        let start = self.bytes.len().saturating_sub(contents.len());
        self.moved.push((start, original, contents.len()));
        start
    }

    /// Appends a name section for all types and for these functions and globals.
    fn names(&mut self, module: &Module, labels: &[String], functions: &BTreeSet<u32>, globals: &BTreeSet<u32>) {
        let map = |wanted: &BTreeSet<u32>, labels: &[String]| {
            let mut names = NameMap::new();
            for index in wanted {
                labels.get(*index as usize).into_iter().for_each(|label| names.append(*index, label));
            }
            names
        };
        let mut types = NameMap::new();
        let mut known = BTreeSet::new();
        for (index, (ty, digest)) in module.types.iter().zip(&module.digests).enumerate() {
            let label = type_label(ty, digest);
            // The same type twice would be given a name with its index in it; the plain index says as much.
            if known.insert(label.clone()) {
                types.append(small(index), &label);
            }
        }
        let mut section = NameSection::new();
        section.functions(&map(functions, labels));
        section.types(&types);
        section.globals(&map(globals, &module.global_labels));
        section.append_to(&mut self.bytes);
    }

    /// The original offset of what stands at `offset` here.
    fn original(&self, offset: usize) -> Option<usize> {
        let part =
            self.moved.iter().find(|(start, _, length)| (*start..=start.saturating_add(*length)).contains(&offset));
        part.map(|(start, original, _)| offset.saturating_sub(*start).saturating_add(*original))
    }
}

fn line(offset: usize, text: &str) -> Line {
    let plain = text.trim_start_matches(' ');
    let depth = u8::try_from(text.len().saturating_sub(plain.len())).unwrap_or(u8::MAX);
    Line { offset: small(offset), depth, text: plain.into() }
}

/// Lines with the offsets that the printer reports, indented by one space a level.
type Printed = Vec<(Option<usize>, String)>;

/// Takes the text up to its bounds.
#[derive(Default)]
struct Sink {
    lines: Printed,
    bytes: usize,
    full: bool,
}

impl wasmprinter::Print for Sink {
    fn write_str(&mut self, text: &str) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(text.len());
        self.full |= self.bytes > TEXT_BYTES || self.lines.len() > TEXT_LINES;
        if self.full {
            return Err(io::Error::other("the text is too long"));
        }
        if let Some((_, line)) = self.lines.last_mut() {
            line.push_str(text);
        }
        Ok(())
    }

    fn newline(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn start_line(&mut self, offset: Option<u64>) {
        self.lines.push((offset.and_then(|offset| usize::try_from(offset).ok()), String::new()));
    }
}

fn print(bytes: &[u8]) -> Result<(Printed, bool), InspectError> {
    let mut sink = Sink::default();
    match wasmprinter::Config::new().indent_text(" ").print(bytes, &mut sink) {
        Ok(()) => Ok((sink.lines, false)),
        Err(_) if sink.full => {
            sink.lines.pop();
            Ok((sink.lines, true))
        }
        Err(error) => Err(InspectError::Text(error.to_string())),
    }
}

/// The type index of a block that has one.
pub(crate) fn block_type(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        Operator::Block { blockty: BlockType::FuncType(ty) }
        | Operator::Loop { blockty: BlockType::FuncType(ty) }
        | Operator::If { blockty: BlockType::FuncType(ty) } => Some(*ty),
        _ => None,
    }
}
