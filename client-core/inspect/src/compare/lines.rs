//! Line-by-line differences of two listings.

use crate::{
    disassembly::{Line, Listing},
    module::small,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use similar::{Algorithm, DiffOp};
use std::collections::BTreeMap;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// On which side a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum LineKind {
    /// On both.
    Same,
    /// Only in the new code.
    Add,
    /// Only in the old code.
    Remove,
}

/// One line of a difference.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct DiffLine {
    /// On which side it stands.
    pub kind: LineKind,
    /// Offset in the new module, or in the old one for a line that is only there.
    pub offset: u32,
    /// Levels of indentation.
    pub depth: u8,
    /// The text without its indentation.
    pub text: String,
}

/// Lines that belong together: changes and [`CONTEXT`] unchanged lines around them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Hunk {
    /// In order.
    pub lines: Vec<DiffLine>,
}

/// The hunks of two listings, and how many lines were added and removed.
pub(super) fn hunks(old: &Listing, new: &Listing) -> (Vec<Hunk>, u32, u32) {
    // Numbers instead of texts: equal exactly when the texts are, cheap to compare, and as wide on every machine.
    let mut numbers = BTreeMap::new();
    let mut number = |line| {
        let next = small(numbers.len());
        *numbers.entry(essence(line)).or_insert(next)
    };
    let ours: Vec<u32> = old.lines.iter().map(|line| number(&line.text)).collect();
    let theirs: Vec<u32> = new.lines.iter().map(|line| number(&line.text)).collect();
    let ops = similar::capture_diff_slices(Algorithm::Myers, &ours, &theirs);
    let (mut added, mut removed) = (0u32, 0u32);
    let groups = similar::group_diff_ops(ops, CONTEXT);
    let hunks = groups.into_iter().map(|group| {
        let mut hunk = Hunk::default();
        for op in group {
            let (from, to) = (op.old_range(), op.new_range());
            if matches!(op, DiffOp::Equal { .. }) {
                hunk.extend(LineKind::Same, new.lines.get(to));
                continue;
            }
            removed = removed.saturating_add(small(from.len()));
            added = added.saturating_add(small(to.len()));
            hunk.extend(LineKind::Remove, old.lines.get(from));
            hunk.extend(LineKind::Add, new.lines.get(to));
        }
        hunk
    });
    (hunks.collect(), added, removed)
}

impl Hunk {
    fn extend(&mut self, kind: LineKind, lines: Option<&[Line]>) {
        let lines = lines.into_iter().flatten();
        self.lines.extend(lines.map(|line| {
            let Line { offset, depth, text } = line.clone();
            DiffLine { kind, offset, depth, text }
        }));
    }
}

/// A line without the printer's remarks on labels: they number blocks from the outside and would all change with one
/// block more.
fn essence(text: &str) -> &str {
    let end = text.find(" (;@").or_else(|| text.find(" ;; label = @")).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}
