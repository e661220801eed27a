//! One function's body to rows: its frame, its prologue, and control flow.
//!
//! A frame begins with the parameters, which become the results; then come the link, the stack budget, the declared
//! locals and the operand stack. Values that a label takes stand in their own slots wherever it is reached from.

use super::{
    constants::{self, Constants},
    integer,
    sections::Sections,
    stack::{Entry, Label, To, Writer, row},
};
use crate::{
    row::{INVERT, Kind, Row},
    space,
};
use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};
use codec::Encode;
use core::iter::Peekable;
use wasmparser::{BlockType, FuncType, FunctionBody, Operator};
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

/// A block that is open.
struct Control {
    /// Values below its parameters.
    height: usize,
    params: usize,
    results: usize,
    /// Where branches to it go.
    label: Label,
    is_loop: bool,
    /// Where an `if` goes on if its condition is zero.
    otherwise: Option<Label>,
    /// Its end can be reached by a branch.
    joined: bool,
    /// What is known (see [`Writer::known`]) on every way to its end so far.
    known: Option<Vec<bool>>,
    /// What was known where it began, for `else`.
    before: Vec<bool>,
}

/// One body on the way.
pub(super) struct Translator<'c, 'a> {
    pub(super) context: &'c Context<'c, 'a>,
    pub(super) out: Writer,
    controls: Vec<Control>,
    /// The code that follows can be reached.
    live: bool,
    /// Blocks open in unreachable code.
    skipped: usize,
    params: u32,
    results: u32,
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
            controls: vec![Control {
                height: 0,
                params: 0,
                results,
                label,
                is_loop: false,
                otherwise: None,
                joined: false,
                known: None,
                before: Vec::new(),
            }],
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

    /// Unreachable code: only the nesting matters.
    fn skip(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                self.skipped = self.skipped.saturating_add(1);
            }
            Operator::Else if self.skipped == 0 => self.otherwise(),
            Operator::End if self.skipped == 0 => self.end(),
            Operator::End => self.skipped = self.skipped.saturating_sub(1),
            _ => {}
        }
    }

    /// Operators of control flow; false for any other.
    fn control(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Block { blockty } => self.open(*blockty, false, None),
            Operator::Loop { blockty } => self.open(*blockty, true, None),
            Operator::If { blockty } => {
                // Pending locals are copied behind the condition, which may be in a local's slot itself.
                let (a, turned) = self.out.condition();
                self.settle(*blockty);
                let otherwise = self.out.label();
                let flags = if turned { 0 } else { INVERT };
                self.out.emit_to(Row { a, flags, ..row(Kind::BranchIf) }, otherwise);
                self.open(*blockty, false, Some(otherwise));
            }
            Operator::Else => self.otherwise(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.live = false;
            }
            Operator::BrIf { relative_depth } => self.branch_if(*relative_depth),
            Operator::BrTable { targets } => {
                let depths: Vec<u32> = targets.targets().flatten().chain([targets.default()]).collect();
                self.branch_table(&depths);
                self.live = false;
            }
            Operator::Return => {
                self.leave();
                self.live = false;
            }
            Operator::Unreachable => {
                self.out.emit(Row { target: space::TRAP, ..row(Kind::Jump) });
                self.live = false;
            }
            _ => return false,
        }
        true
    }

    fn arity(&self, block: BlockType) -> (usize, usize) {
        match block {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = self.context.sections.types.get(index as usize);
                ty.map_or((0, 0), |ty| (ty.params().len(), ty.results().len()))
            }
        }
    }

    /// Puts what may differ between ways to a label into its own slot.
    fn settle(&mut self, block: BlockType) {
        self.out.settle_locals();
        self.out.settle(self.arity(block).0);
    }

    fn open(&mut self, block: BlockType, is_loop: bool, otherwise: Option<Label>) {
        self.settle(block);
        let (params, results) = self.arity(block);
        let label = self.out.label();
        if is_loop {
            self.out.bind(label);
        }
        self.controls.push(Control {
            height: self.out.height().saturating_sub(params),
            params,
            results,
            label,
            is_loop,
            otherwise,
            joined: false,
            known: None,
            before: if otherwise.is_some() { self.out.known.clone() } else { Vec::new() },
        });
    }

    /// A way reaches the end of the innermost block but `depth`.
    fn join(&mut self, depth: u32) {
        let here = &self.out.known;
        let index = self.controls.len().checked_sub(1).and_then(|last| last.checked_sub(depth as usize));
        let Some(control) = index.and_then(|index| self.controls.get_mut(index)) else { return };
        if control.is_loop {
            return;
        }
        control.joined = true;
        match &mut control.known {
            Some(known) => known.iter_mut().zip(here).for_each(|(known, here)| *known &= *here),
            None => control.known = Some(here.clone()),
        }
    }

    /// Falls to the end of the innermost block.
    fn fall(&mut self) {
        if self.live {
            let results = self.controls.last().map_or(0, |control| control.results);
            self.out.settle_locals();
            self.out.settle(results);
            self.join_end();
        }
    }

    /// As [`Self::join`] for the innermost block, loops included: their ends are only fallen through.
    fn join_end(&mut self) {
        let is_loop = self.controls.last_mut().is_some_and(|control| core::mem::replace(&mut control.is_loop, false));
        self.join(0);
        if let Some(control) = self.controls.last_mut() {
            control.is_loop = is_loop;
        }
    }

    fn otherwise(&mut self) {
        let reached = self.live;
        self.fall();
        let Some(control) = self.controls.last_mut() else { return };
        let (label, height, params) = (control.label, control.height, control.params);
        self.out.known.clone_from(&control.before);
        let otherwise = control.otherwise.take();
        if reached {
            self.out.jump(label);
        }
        self.out.enter(height, params);
        if let Some(otherwise) = otherwise {
            self.out.bind(otherwise);
        }
        self.live = true;
    }

    fn end(&mut self) {
        if self.controls.len() == 1 {
            return self.end_of_body();
        }
        self.fall();
        if let Some(otherwise) = self.controls.last_mut().and_then(|control| control.otherwise.take()) {
            // An `if` without `else`: what it took is what it gives.
            if let Some(control) = self.controls.last() {
                self.out.known.clone_from(&control.before);
            }
            self.out.bind(otherwise);
            self.join(0);
        }
        let Some(control) = self.controls.pop() else { return };
        if !control.is_loop {
            self.out.bind(control.label);
        }
        self.out.enter(control.height, control.results);
        self.live = control.joined;
        if let Some(known) = control.known {
            self.out.known = known;
        }
    }

    fn end_of_body(&mut self) {
        let Some(control) = self.controls.pop() else { return };
        let results = self.results as usize;
        if control.joined {
            if self.live {
                self.out.settle(results);
            }
            self.out.bind(control.label);
            self.out.enter(0, results);
        }
        if self.live || control.joined {
            self.leave();
        }
        self.live = false;
    }

    /// Returns: the results to the beginning of the frame.
    fn leave(&mut self) {
        self.out.transfer(self.results as usize, 0);
        self.out.emit(Row { a: self.link, ..row(Kind::Return) });
    }

    /// Label of the block at `depth`, how many values it takes, and the height that they go to; the height is none for
    /// the body itself, which is left by returning.
    fn target(&self, depth: u32) -> (Label, usize, Option<usize>) {
        let index = self.controls.len().saturating_sub(1).saturating_sub(depth as usize);
        let Some(control) = self.controls.get(index).or_else(|| self.controls.last()) else {
            return (Label::NONE, 0, None);
        };
        let takes = if control.is_loop { control.params } else { control.results };
        (control.label, takes, (index > 0).then_some(control.height))
    }

    fn branch(&mut self, depth: u32) {
        let (label, takes, height) = self.target(depth);
        let Some(height) = height else { return self.leave() };
        self.out.transfer(takes, self.out.slot(height));
        self.join(depth);
        self.out.jump(label);
    }

    /// True if the values that a label takes are where it wants them.
    fn in_place(&self, depth: u32) -> bool {
        let (_, takes, height) = self.target(depth);
        let height = height.unwrap_or(0);
        takes == 0 || (self.out.height() == height.saturating_add(takes) && self.out.settled(takes))
    }

    fn branch_if(&mut self, depth: u32) {
        let (a, turned) = self.out.condition();
        let (label, ..) = self.target(depth);
        if self.in_place(depth) {
            self.join(depth);
            let flags = if turned { INVERT } else { 0 };
            self.out.emit_to(Row { a, flags, ..row(Kind::BranchIf) }, label);
        } else {
            let past = self.out.label();
            let flags = if turned { 0 } else { INVERT };
            self.out.emit_to(Row { a, flags, ..row(Kind::BranchIf) }, past);
            self.branch(depth);
            self.out.bind(past);
        }
    }

    fn branch_table(&mut self, depths: &[u32]) {
        let a = self.out.operand();
        let last = u32::try_from(depths.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let table = self.out.rows.len();
        self.out.emit(Row { a, imm: u64::from(last), ..row(Kind::BranchTable) });
        let mut ways: BTreeMap<u32, Label> = BTreeMap::new();
        for (number, depth) in depths.iter().enumerate() {
            let way = match ways.get(depth) {
                Some(way) => *way,
                None => {
                    let way = self.way(*depth);
                    ways.insert(*depth, way);
                    way
                }
            };
            self.out.cases.push((table, u32::try_from(number).unwrap_or(u32::MAX), way));
        }
    }

    /// Where a case goes that branches to `depth`: its label, or rows that put the values in place first.
    fn way(&mut self, depth: u32) -> Label {
        if self.in_place(depth) {
            self.join(depth);
            return self.target(depth).0;
        }
        let way = self.out.label();
        self.out.bind(way);
        self.branch(depth);
        way
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
