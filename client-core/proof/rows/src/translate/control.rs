//! Control flow: blocks, branches and the ways that meet behind them.
//!
//! Values that a label takes stand in their own slots wherever it is reached from. Where a branch finds them elsewhere it
//! moves them first; a conditional one does so on its own way only.

use super::{
    function::Translator,
    stack::{Label, row},
};
use crate::{
    row::{INVERT, Kind, Row},
    space,
};
use alloc::{collections::BTreeMap, vec::Vec};
use wasmparser::{BlockType, Operator};

/// A block that is open.
#[derive(Debug)]
pub(super) struct Control {
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

impl Control {
    /// The body itself, whose end returns.
    pub(super) fn body(label: Label, results: usize) -> Self {
        Self {
            height: 0,
            params: 0,
            results,
            label,
            is_loop: false,
            otherwise: None,
            joined: false,
            known: None,
            before: Vec::new(),
        }
    }
}

impl Translator<'_, '_> {
    /// Unreachable code: only the nesting matters.
    pub(super) fn skip(&mut self, operator: &Operator<'_>) {
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
    pub(super) fn control(&mut self, operator: &Operator<'_>) -> bool {
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
}
