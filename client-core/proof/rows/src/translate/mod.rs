//! From a module's bytes to rows: what is translated once per module, and what is linked once per entry.
//!
//! `sections` takes the module apart; `function`, `control`, `operators`, `calls`, `bulk` and `stack` (where values
//! are) write a function's rows; `shorten` makes them fewer; `link` puts together what an entry reaches.

mod bulk;
mod calls;
mod constants;
mod control;
mod function;
mod intrinsics;
mod link;
mod names;
mod operators;
mod reach;
mod sections;
mod shorten;
mod stack;

use crate::{Program, TRANSLATOR_VERSION, Unprovable, space};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use codec::Encode;
use function::{Code, Context, Refusal};
use sections::Sections;
use wasmparser::{FuncType, ValType};
use zera_primitives::Hash;
use zera_vm::{Callable, ModuleInfo, ValKind, abi};

/// Most rows of a function: branches that carry many values could make a few bytes into very many rows.
const FUNCTION_ROWS: usize = 1 << 17;
/// Most rows of a module. What is beyond them cannot be proven.
const ROWS: usize = 1 << 20;
/// Domain of the table digest.
const DIGEST_DOMAIN: &str = "zera/proof/table/v1";

/// A translated module: every function that can be proven as rows, and what instances begin with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    functions: Vec<Function>,
    /// For each own function why it cannot be proven, as an index into the reasons.
    faults: Vec<Option<usize>>,
    reasons: Vec<String>,
    /// How many functions are imported; own functions are numbered behind them.
    imported: u32,
    intrinsics: Vec<Code>,
    /// Table 0.
    table: Vec<Element>,
    /// Values of globals at the beginning.
    globals: Vec<u64>,
    pages: u32,
    /// Memory words that do not begin as zero.
    data: Vec<(u32, u64)>,
    exports: Vec<Export>,
    start: Option<u32>,
    begin_gas: u64,
}

/// An own function.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
struct Function {
    /// Its rows, or why it has none.
    code: Result<Code, String>,
    /// Slot of the link in its frame.
    link: u32,
    /// It counts stack.
    counted: bool,
}

/// An entry of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode)]
struct Element {
    /// The number of its type, 0 for an empty one.
    ty: u64,
    function: u32,
}

/// An exported function.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Export {
    name: String,
    function: u32,
    params: Vec<ValKind>,
    results: Vec<ValKind>,
}

/// Translates a module of the profile. The same bytes give the same rows under the same [`TRANSLATOR_VERSION`], forever;
/// time and memory grow with the number of bytes.
///
/// # Errors
/// [`Unprovable`] if the bytes are no module of the profile, or no call of it can be proven whatever the entry.
pub fn translate(code: &[u8]) -> Result<Module, Unprovable> {
    let refused = |error: &dyn core::fmt::Display| Unprovable { reason: error.to_string() };
    let info = zera_vm::validate(code).map_err(|error| refused(&error))?;
    let units = zera_vm::instrument::stack_units(code, &info).map_err(|error| refused(&error))?;
    let sections = sections::read(code)?;
    if sections.globals.len() > space::MAX_GLOBALS {
        let (found, most) = (sections.globals.len(), space::MAX_GLOBALS);
        return Err(Unprovable { reason: format!("the module has {found} globals, a provable one at most {most}") });
    }
    let mut module = Module {
        functions: functions(&sections, &units),
        imported: u32::try_from(sections.imports.len()).unwrap_or(u32::MAX),
        intrinsics: intrinsics::translate()?.into_iter().map(shorten::shorten).collect(),
        table: table(&sections),
        globals: sections.globals.iter().map(|(_, value)| *value).collect(),
        pages: sections.memory.0,
        data: words(&sections),
        exports: exports(&sections, &info),
        start: sections.start,
        begin_gas: info.begin_gas(),
        faults: Vec::new(),
        reasons: Vec::new(),
    };
    (module.faults, module.reasons) = reach::faults(&module);
    Ok(module)
}

fn functions(sections: &Sections<'_>, units: &[Option<u64>]) -> Vec<Function> {
    let context = Context { sections, units, metered: true };
    let empty = FuncType::new([], []);
    let mut room = ROWS;
    let each = sections.bodies.iter().enumerate().map(|(index, body)| {
        let number = u32::try_from(sections.imports.len().saturating_add(index)).unwrap_or(u32::MAX);
        let code = function::translate(&context, index, body, room.min(FUNCTION_ROWS)).map(shorten::shorten);
        room = room.saturating_sub(code.as_ref().map_or(0, Code::len));
        Function {
            code: code.map_err(|refusal| message(sections, number, &refusal)),
            link: function::link_slot(sections.type_of(number).unwrap_or(&empty)),
            counted: units.get(index).copied().flatten().is_some(),
        }
    });
    each.collect()
}

/// Names function, offset and operator, as refusals of the profile do.
fn message(sections: &Sections<'_>, function: u32, refusal: &Refusal) -> String {
    let operator = refusal.operator.as_ref().map(|operator| format!(", {operator}")).unwrap_or_default();
    format!("{}, offset {:#x}{operator}: {}", sections.names.of(function), refusal.offset, refusal.why)
}

fn table(sections: &Sections<'_>) -> Vec<Element> {
    let size = sections.tables.first().copied().unwrap_or(0);
    let element = |index| {
        let function = *sections.entries.get(&index)?;
        let ty = sections.canonical(*sections.functions.get(function as usize)?);
        Some(Element { ty, function })
    };
    (0..size).map(|index| element(index).unwrap_or_default()).collect()
}

/// The words that data segments make, later ones over earlier ones, without those that are zero.
fn words(sections: &Sections<'_>) -> Vec<(u32, u64)> {
    let mut words: BTreeMap<u32, u64> = BTreeMap::new();
    for (offset, bytes) in &sections.data {
        for (address, byte) in (*offset..).zip(bytes.iter()) {
            let word = words.entry(address / 8).or_default();
            let shift = (address % 8) * 8;
            *word = (*word & !(0xff << shift)) | (u64::from(*byte) << shift);
        }
    }
    words.retain(|_, value| *value != 0);
    words.into_iter().collect()
}

fn exports(sections: &Sections<'_>, info: &ModuleInfo) -> Vec<Export> {
    let each = sections.exports.iter().filter_map(|(name, function)| {
        let export = info.function(name)?;
        let (params, results) = (export.params.clone(), export.results.clone());
        Some(Export { name: String::from(*name), function: *function, params, results })
    });
    each.collect()
}

impl Module {
    /// The program of one export: the rows that it can reach, linked.
    ///
    /// # Errors
    /// [`Unprovable`] with the first thing on the way that cannot be proven.
    pub fn program(&self, entry: &str) -> Result<Program, Unprovable> {
        let export = self.exports.iter().find(|export| export.name == entry);
        let export =
            export.ok_or_else(|| Unprovable { reason: format!("the module exports no function {entry:?}") })?;
        link::program(self, export)
    }

    /// The table digest: BLAKE3 over all functions' rows before linking and what instances begin with.
    #[must_use]
    pub fn digest(&self) -> Hash {
        let begin = (&self.table, &self.globals, self.pages, &self.data, self.start, self.begin_gas);
        let whole = (TRANSLATOR_VERSION, &self.functions, self.imported, &self.intrinsics, begin);
        Hash::of_encoded(DIGEST_DOMAIN, &whole)
    }

    /// Every exported function with whether a call of it can be proven, in the module's order.
    #[must_use]
    pub fn exports(&self) -> Vec<(String, Result<(), Unprovable>)> {
        self.exports.iter().map(|export| (export.name.clone(), link::roots(self, export).map(|_| ()))).collect()
    }
}

/// 64 bits or 32.
fn wide(kind: ValKind) -> bool {
    kind == ValKind::I64
}

/// True for types that rows compute with.
fn integer(ty: ValType) -> bool {
    matches!(ty, ValType::I32 | ValType::I64)
}

/// True if the signature can be called from outside.
fn callable(export: &Export) -> bool {
    abi::callable(&export.params, &export.results) != Callable::Internal
}
