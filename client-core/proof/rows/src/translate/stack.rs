//! The operand stack while a body is translated: where each value is, and rows being written.
//!
//! Heights are static, so the value at height h has a slot of its own in the frame. What only repeats a local or a
//! constant stays *pending* until something needs it there; a pending local is copied before the local changes.

use crate::row::{Kind, Row, SET};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

/// Where the value at some height is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// In its own slot.
    Slot,
    /// In this local's slot.
    Local(u32),
    /// Nowhere yet: it is this constant.
    Const(u64),
}

/// A place in the code, known by number before it is known where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(usize);

impl Label {
    /// No place.
    pub(super) const NONE: Self = Self(usize::MAX);
}

/// Where a row goes that says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum To {
    /// The number in its row.
    Fixed,
    /// The row behind it.
    Next,
    /// A place.
    Label(Label),
}

/// Rows of one body while they are written, and its operand stack.
pub(super) struct Writer {
    /// Rows, and where they go.
    pub rows: Vec<(Row, To)>,
    /// Cases of branch tables: position of the table's row, number, place.
    pub cases: Vec<(usize, u32, Label)>,
    /// Where each label is, once it is bound.
    places: Vec<Option<usize>>,
    /// The last position at which a label was bound: rows before it cannot be merged with rows behind it.
    fence: usize,
    /// The operand stack.
    stack: Vec<Entry>,
    /// Pending locals: slot of the local, height.
    pending: BTreeSet<(u32, usize)>,
    /// Kept constants: where each stands in `known`.
    kept: BTreeMap<u64, usize>,
    /// Which declared locals have been set, and which kept constants made, on every way to here.
    pub known: Vec<bool>,
    /// Slot of the first declared local; the others follow, then the kept constants.
    first: u32,
    /// Slot of height 0.
    base: u32,
}

/// The row of this kind with nothing in it.
pub(super) const fn row(kind: Kind) -> Row {
    Row { pc: 0, kind, flags: 0, d: 0, a: 0, b: 0, imm: 0, target: 0 }
}

impl Writer {
    /// Begins a body whose `declared` locals stand from slot `first` on, and keeps these constants behind them.
    pub(super) fn new(first: u32, declared: u32, kept: &[u64]) -> Self {
        let known = vec![false; (declared as usize).saturating_add(kept.len())];
        let base = first.saturating_add(u32::try_from(known.len()).unwrap_or(u32::MAX));
        Self {
            rows: Vec::new(),
            cases: Vec::new(),
            places: Vec::new(),
            fence: 0,
            stack: Vec::new(),
            pending: BTreeSet::new(),
            kept: kept.iter().copied().zip(declared as usize..).collect(),
            known,
            first,
            base,
        }
    }

    /// Rows so far, cases included.
    pub(super) fn len(&self) -> usize {
        self.rows.len().saturating_add(self.cases.len())
    }

    pub(super) fn emit(&mut self, row: Row) {
        self.rows.push((row, To::Fixed));
    }

    pub(super) fn emit_to(&mut self, row: Row, label: Label) {
        self.rows.push((row, To::Label(label)));
    }

    /// Takes gas, and gives `offset` slots back; merged with the row before where both always run.
    pub(super) fn jump_on(&mut self, offset: u32, gas: u64) {
        let merges = self.rows.len() > self.fence;
        if let (true, Some((last, To::Next))) = (merges, self.rows.last_mut()) {
            last.imm = last.imm.saturating_add(gas);
            last.a = last.a.saturating_add(offset);
        } else {
            self.rows.push((Row { a: offset, imm: gas, ..row(Kind::Jump) }, To::Next));
        }
    }

    pub(super) fn jump(&mut self, label: Label) {
        self.emit_to(row(Kind::Jump), label);
    }

    pub(super) fn label(&mut self) -> Label {
        self.places.push(None);
        Label(self.places.len().saturating_sub(1))
    }

    /// The label is here.
    pub(super) fn bind(&mut self, label: Label) {
        self.fence = self.rows.len();
        if let Some(place) = self.places.get_mut(label.0) {
            *place = Some(self.rows.len());
        }
    }

    /// Where the label is; every label that is used gets bound before its block ends.
    pub(super) fn place(&self, label: Label) -> usize {
        self.places.get(label.0).copied().flatten().unwrap_or(self.rows.len())
    }

    /// Slot of the value at this height.
    pub(super) fn slot(&self, height: usize) -> u32 {
        self.base.saturating_add(u32::try_from(height).unwrap_or(u32::MAX))
    }

    /// Slot of the next value to be pushed.
    pub(super) fn next_slot(&self) -> u32 {
        self.slot(self.stack.len())
    }

    /// Values on the stack.
    pub(super) fn height(&self) -> usize {
        self.stack.len()
    }

    pub(super) fn push(&mut self, entry: Entry) {
        if let Entry::Local(slot) = entry {
            self.pending.insert((slot, self.stack.len()));
        }
        self.stack.push(entry);
    }

    /// Pushes a value that is in its own slot, and tells which.
    pub(super) fn result(&mut self) -> u32 {
        let slot = self.next_slot();
        self.stack.push(Entry::Slot);
        slot
    }

    /// Drops the topmost value.
    pub(super) fn pop(&mut self) -> Entry {
        let entry = self.stack.pop().unwrap_or(Entry::Slot);
        if let Entry::Local(slot) = entry {
            self.pending.remove(&(slot, self.stack.len()));
        }
        entry
    }

    /// Makes the stack what it is behind a label: `values` in their own slots above `height`.
    pub(super) fn enter(&mut self, height: usize, values: usize) {
        while self.stack.len() > height {
            self.pop();
        }
        self.stack.resize(height.saturating_add(values), Entry::Slot);
    }

    /// Pops a value and tells a slot that holds it.
    pub(super) fn operand(&mut self) -> u32 {
        let entry = self.pop();
        let own = self.next_slot();
        match entry {
            Entry::Slot => own,
            Entry::Local(slot) => slot,
            Entry::Const(value) => self.constant(value, own),
        }
    }

    /// A slot that holds a constant: its own one if it is kept, otherwise `d`.
    pub(super) fn constant(&mut self, value: u64, d: u32) -> u32 {
        let Some(index) = self.kept.get(&value).copied() else {
            self.emit(Row { d, imm: value, ..row(Kind::Const) });
            return d;
        };
        let d = self.first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        if let Some(known) = self.known.get_mut(index).filter(|known| !**known) {
            *known = true;
            self.emit(Row { d, imm: value, ..row(Kind::Const) });
        }
        d
    }

    /// Makes kept constants that are needed often from here on.
    pub(super) fn prepare(&mut self, constants: &[u64]) {
        for value in constants {
            self.constant(*value, 0);
        }
    }

    /// A slot that holds the value at `height`, which stays on the stack.
    pub(super) fn read(&mut self, height: usize) -> u32 {
        let own = self.slot(height);
        match self.stack.get(height).copied() {
            Some(Entry::Local(slot)) => slot,
            Some(Entry::Const(value)) => self.constant(value, own),
            _ => own,
        }
    }

    /// What the topmost value is known to be.
    pub(super) fn known_top(&self) -> Option<u64> {
        match self.stack.last() {
            Some(Entry::Const(value)) => Some(*value),
            _ => None,
        }
    }

    /// Writes the value at `height` to slot `d`.
    pub(super) fn copy(&mut self, height: usize, d: u32) {
        let from = match self.stack.get(height).copied().unwrap_or(Entry::Slot) {
            Entry::Const(value) => return self.emit(Row { d, imm: value, ..row(Kind::Const) }),
            Entry::Slot => self.slot(height),
            Entry::Local(slot) => slot,
        };
        if from != d {
            self.emit(Row { d, a: from, ..row(Kind::Move) });
        }
    }

    /// Puts the value at `height` into its own slot.
    fn settle_one(&mut self, height: usize) {
        self.copy(height, self.slot(height));
        if let Some(entry) = self.stack.get_mut(height) {
            if let Entry::Local(slot) = *entry {
                self.pending.remove(&(slot, height));
            }
            *entry = Entry::Slot;
        }
    }

    /// Puts the topmost `count` values into their own slots.
    pub(super) fn settle(&mut self, count: usize) {
        for height in self.stack.len().saturating_sub(count)..self.stack.len() {
            self.settle_one(height);
        }
    }

    /// Copies every pending local, since locals may change before it is used.
    pub(super) fn settle_locals(&mut self) {
        while let Some((_, height)) = self.pending.first().copied() {
            self.settle_one(height);
        }
    }

    /// True if the topmost `count` values are in their own slots.
    pub(super) fn settled(&self, count: usize) -> bool {
        self.stack.iter().rev().take(count).all(|entry| *entry == Entry::Slot)
    }

    /// Writes the topmost `count` values to the slots from `to` on. What is on the stack stays as it is.
    ///
    /// Where they go to slots of locals, those that are pending are copied first: one could be overwritten before it
    /// is read. Slots of the stack are only moved down, in order.
    /// A row that has just made a single value writes it there at once.
    pub(super) fn transfer(&mut self, count: usize, to: u32) {
        if let (1, Some(maker)) = (count, self.maker()) {
            maker.d = to;
            return;
        }
        let first = self.stack.len().saturating_sub(count);
        let mut moved = Vec::new();
        for height in first..self.stack.len() {
            let d = to.saturating_add(u32::try_from(height.saturating_sub(first)).unwrap_or(u32::MAX));
            let crossed = matches!(self.stack.get(height), Some(Entry::Local(slot)) if *slot >= to && *slot < d);
            if crossed {
                moved.push(height);
            }
        }
        moved.iter().for_each(|height| self.copy(*height, self.slot(*height)));
        for height in first..self.stack.len() {
            let d = to.saturating_add(u32::try_from(height.saturating_sub(first)).unwrap_or(u32::MAX));
            if moved.contains(&height) {
                self.emit(Row { d, a: self.slot(height), ..row(Kind::Move) });
            } else {
                self.copy(height, d);
            }
        }
    }

    /// The row that has just made the topmost value, if that is the last row.
    pub(super) fn maker(&mut self) -> Option<&mut Row> {
        let own = self.slot(self.stack.len().checked_sub(1)?);
        let fresh = self.rows.len() > self.fence && self.stack.last() == Some(&Entry::Slot);
        let (last, _) = self.rows.last_mut()?;
        (fresh && writes(last) && last.d == own).then_some(last)
    }

    /// Pops the topmost value into slot `d` of a local; the row that has just made it writes there at once.
    pub(super) fn set(&mut self, d: u32) {
        let height = self.stack.len().saturating_sub(1);
        while let Some((_, other)) = self.pending.range((d, 0)..(d, height)).next().copied() {
            self.settle_one(other);
        }
        // Rows just written for pending locals are no makers of this value: they wrote to other slots.
        match self.maker() {
            Some(maker) => maker.d = d,
            None => self.copy(height, d),
        }
        self.pop();
    }

    /// Pops a condition: a slot that holds it, and whether it is to be read the other way round, as the row that has
    /// just compared it with zero is taken away.
    pub(super) fn condition(&mut self) -> (u32, bool) {
        let zero = |maker: &&mut Row| maker.kind == Kind::Equal && maker.flags & crate::row::ZERO != 0;
        let Some((slot, turned)) = self.maker().filter(zero).map(|row| (row.a, row.flags & crate::row::INVERT == 0))
        else {
            return (self.operand(), false);
        };
        self.rows.pop();
        self.pop();
        (slot, turned)
    }
}

/// True for rows whose `d` is a slot that they write.
const fn writes(row: &Row) -> bool {
    match row.kind {
        Kind::Global => row.flags & SET == 0,
        Kind::Const
        | Kind::Move
        | Kind::Select
        | Kind::Add
        | Kind::Equal
        | Kind::LessSigned
        | Kind::Multiply
        | Kind::Divide
        | Kind::Shift
        | Kind::Bits
        | Kind::Extend
        | Kind::Load
        | Kind::Grow
        | Kind::HostCall => true,
        _ => false,
    }
}
