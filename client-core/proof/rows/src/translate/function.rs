//! One function's body to rows: its frame, its prologue, its locals.
//!
//! A frame begins with the parameters, which become the results; then come the link, the stack budget, the declared
//! locals, constants that are kept, and the operand stack.

use super::{
    constants::{self, Constants},
    control::Control,
    integer,
    sections::Sections,
    stack::{Entry, To, Writer, row},
};
use crate::{
    row::{Kind, Row},
    space,
};
use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};
use codec::Encode;
use core::iter::Peekable;
use wasmparser::{FuncType, FunctionBody};
use zera_vm::gas::{self, Segment};

/// What translating a body depends on.
pub(super) struct Context<'c, 'a> {
    /// The module.
    pub sections: &'c Sections<'a>,
    /// Stack units of each own function that is counted.
    pub units: &'c [Option<u64>],
    /// False for intrinsics: they cost what their operator costs.
    pub metered: bool,
}

/// A translated function. Counters begin at [`space::ENTRY`]; lower targets are the reserved ones. The target of a
/// [`Kind::Call`] is a function of the module, or an intrinsic (see [`super::intrinsics::Intrinsic`]).
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode)]
pub(super) struct Code {
    /// Rows by their counter.
    pub rows: Vec<Row>,
    /// Cases of branch tables.
    pub cases: Vec<Row>,
}

/// Why a body cannot be proven.
pub(super) struct Refusal {
    /// Offset in the module.
    pub offset: u64,
    /// The operator, if it is one.
    pub operator: Option<String>,
    /// What is the matter.
    pub why: &'static str,
}

impl From<wasmparser::BinaryReaderError> for Refusal {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self { offset: error.offset(), operator: None, why: "not valid WASM" }
    }
}

/// Slot of the link in frames of this type: behind parameters and results. The stack budget is the next.
pub(super) fn link_slot(ty: &FuncType) -> u32 {
    u32::try_from(ty.params().len().max(ty.results().len())).unwrap_or(u32::MAX)
}

/// One body on the way.
pub(super) struct Translator<'c, 'a> {
    pub(super) context: &'c Context<'c, 'a>,
    pub(super) out: Writer,
    /// Blocks that are open, the body itself first.
    pub(super) controls: Vec<Control>,
    /// The code that follows can be reached.
    pub(super) live: bool,
    /// Blocks open in unreachable code.
    pub(super) skipped: usize,
    params: u32,
    /// Results of the function.
    pub(super) results: u32,
    /// Slot of the link; the stack budget is the next.
    pub(super) link: u32,
    declared: u32,
    /// By the offset of a loop in no other loop: the constants that it uses.
    loops: BTreeMap<u64, Vec<u64>>,
    /// Declared locals that may be read before they are set, and so must begin as zero.
    zeroed: Vec<bool>,
}

impl Code {
    /// Rows, cases included.
    pub(super) fn len(&self) -> usize {
        self.rows.len().saturating_add(self.cases.len())
    }
}

/// Translates own function `index` to at most about `room` rows.
pub(super) fn translate(
    context: &Context<'_, '_>,
    index: usize,
    body: &FunctionBody<'_>,
    room: usize,
) -> Result<Code, Refusal> {
    let sections = context.sections;
    let function = u32::try_from(sections.imports.len().saturating_add(index)).unwrap_or(u32::MAX);
    let empty = FuncType::new([], []);
    let ty = sections.type_of(function).unwrap_or(&empty);
    let refuse = |why| Refusal { offset: body.range().start, operator: None, why };
    if ty.params().iter().chain(ty.results()).any(|ty| !integer(*ty)) {
        return Err(refuse("it takes or gives a reference"));
    }
    let mut declared = 0u32;
    for local in body.get_locals_reader()? {
        let (count, ty) = local?;
        if !integer(ty) {
            return Err(refuse("it has a reference among its locals"));
        }
        declared = declared.saturating_add(count);
    }
    let segments = if context.metered { gas::segments(body)? } else { Vec::new() };
    let mut translator = Translator::new(context, ty, declared, constants::choose(body)?);
    let entry = body.get_operators_reader()?.original_position() as usize;
    let mut segments = segments.into_iter().peekable();
    let entry = segments.next_if(|segment| segment.offset == entry);
    translator.body(body, segments, room)?;
    let units = context.units.get(index).copied().flatten();
    Ok(translator.finish(entry.map_or(0, |segment| segment.cost), units))
}

impl<'c, 'a> Translator<'c, 'a> {
    fn new(context: &'c Context<'c, 'a>, ty: &FuncType, declared: u32, constants: Constants) -> Self {
        let link = link_slot(ty);
        let mut out = Writer::new(link.saturating_add(2), declared, &constants.kept);
        let label = out.label();
        let results = ty.results().len();
        Self {
            context,
            out,
            controls: vec![Control::body(label, results)],
            live: true,
            skipped: 0,
            params: u32::try_from(ty.params().len()).unwrap_or(u32::MAX),
            results: u32::try_from(results).unwrap_or(u32::MAX),
            link,
            declared,
            loops: constants.loops,
            zeroed: vec![false; declared as usize],
        }
    }

    fn body(
        &mut self,
        body: &FunctionBody<'_>,
        mut segments: Peekable<vec::IntoIter<Segment>>,
        room: usize,
    ) -> Result<(), Refusal> {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset()?;
            let segment = segments.next_if(|segment| segment.offset as u64 <= offset);
            if !self.live {
                self.skip(&operator);
                continue;
            }
            if let Some(segment) = segment {
                self.out.jump_on(0, segment.cost);
            }
            if let Some(constants) = self.loops.remove(&offset) {
                self.out.prepare(&constants);
            }
            let refuse = |why| Refusal { offset, operator: Some(zera_vm::profile::operator_name(&operator)), why };
            if self.out.len() > room {
                return Err(refuse("the module's functions, as rows, are too long"));
            }
            if !self.control(&operator) {
                self.operator(&operator).map_err(refuse)?;
            }
        }
        Ok(())
    }

    /// Slot of a local.
    pub(super) fn local(&self, index: u32) -> u32 {
        match index.checked_sub(self.params) {
            None => index,
            Some(declared) => self.link.saturating_add(2).saturating_add(declared),
        }
    }

    pub(super) fn local_get(&mut self, index: u32) {
        if let Some(declared) = index.checked_sub(self.params).map(|declared| declared as usize)
            && self.out.known.get(declared) == Some(&false)
            && let Some(zeroed) = self.zeroed.get_mut(declared)
        {
            *zeroed = true;
        }
        self.out.push(Entry::Local(self.local(index)));
    }

    pub(super) fn local_set(&mut self, index: u32) {
        self.out.set(self.local(index));
        let declared = index.checked_sub(self.params);
        if let Some(known) = declared.and_then(|declared| self.out.known.get_mut(declared as usize)) {
            *known = true;
        }
    }

    /// Puts the prologue before the rows and labels into numbers.
    fn finish(self, gas: u64, units: Option<u64>) -> Code {
        let mut prologue = Vec::new();
        if gas > 0 {
            prologue.push((Row { imm: gas, ..row(Kind::Jump) }, To::Next));
        }
        if let Some(units) = units {
            let budget = self.link.saturating_add(1);
            prologue.push((Row { a: budget, imm: units, ..row(Kind::Enter) }, To::Fixed));
        }
        for declared in (0..self.declared).filter(|declared| self.zeroed.get(*declared as usize) == Some(&true)) {
            let d = self.link.saturating_add(2).saturating_add(declared);
            prologue.push((Row { d, ..row(Kind::Const) }, To::Fixed));
        }
        let at = |position: usize| u32::try_from(position).unwrap_or(u32::MAX).saturating_add(space::ENTRY);
        let place = |label| at(self.out.place(label).saturating_add(prologue.len()));
        let rows = prologue.iter().chain(&self.out.rows).enumerate().map(|(position, (row, to))| Row {
            pc: at(position),
            target: match to {
                To::Fixed => row.target,
                To::Next => at(position.saturating_add(1)),
                To::Label(label) => place(*label),
            },
            ..*row
        });
        let cases = self.out.cases.iter().map(|(table, number, label)| Row {
            pc: at(table.saturating_add(prologue.len())),
            a: *number,
            target: place(*label),
            ..row(Kind::Case)
        });
        Code { rows: rows.collect(), cases: cases.collect() }
    }
}
