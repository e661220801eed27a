//! What two codes do differently: functions, lines, gas. Mirrors `zera-inspect`, which computes it.

use super::DifferenceRow;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::Hash;

/// What became of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LineKind {
    /// In both.
    Same,
    /// In the old code only.
    Removed,
    /// In the new code only.
    Added,
}

/// One line of text of a function.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CodeLine {
    /// What became of it; always `Same` in a listing.
    pub kind: LineKind,
    /// Offset in its code, bytes.
    pub offset: u32,
    /// Nesting.
    pub depth: u8,
    /// The operator with its operands, names instead of indices.
    pub text: String,
}

/// A function of a code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FunctionView {
    /// Its index.
    pub index: u32,
    /// Its name, or `func N`.
    pub label: String,
    /// Its signature.
    pub signature: String,
    /// Offset of its body, bytes.
    pub offset: u32,
    /// Bytes of its body.
    pub bytes: u32,
    /// Names under which it is exported.
    pub exports: Vec<String>,
}

/// A function that differs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ChangedFunction {
    /// In the old code.
    pub old: FunctionView,
    /// In the new code.
    pub new: FunctionView,
    /// True when only values of constants differ.
    pub constants_only: bool,
    /// Lines added and removed.
    pub lines: (u32, u32),
    /// What changed, in hunks with three lines of context.
    pub hunks: Vec<Vec<CodeLine>>,
    /// True when lines are left out.
    pub cut: bool,
}

/// One loop, recursion or call whose cost depends on data.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GasSite {
    /// The function it is in.
    pub function: String,
    /// Offset, bytes; none for a recursion.
    pub offset: Option<u32>,
    /// What it is, and its cost where that is known.
    pub what: String,
}

/// Static gas of one export of one code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GasView {
    /// Gas of the dearest way through it that takes no loop twice, host calls' base gas included.
    pub straight: u64,
    /// Loops, with the gas of one turn.
    pub loops: Vec<GasSite>,
    /// Recursions.
    pub recursions: Vec<GasSite>,
    /// Calls through a table, with what they can reach.
    pub indirect: Vec<GasSite>,
    /// Host functions it can reach: name, call sites, base gas, gas per byte.
    pub hosts: Vec<(String, u32, u64, u64)>,
    /// Operators that cost by an operand.
    pub operands: Vec<GasSite>,
    /// Entries of these lists that are left out.
    pub left_out: u32,
}

/// Static gas of one export, old beside new.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GasRow {
    /// The export.
    pub export: String,
    /// In the old code.
    pub old: Option<GasView>,
    /// In the new code.
    pub new: Option<GasView>,
}

/// Everything that two codes do differently.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ComparisonView {
    /// The old code.
    pub old: Hash,
    /// The new code.
    pub new: Hash,
    /// What they offer, reach and take: rows that differ.
    pub rows: Vec<DifferenceRow>,
    /// Rows that are the same.
    pub same_rows: u32,
    /// Functions that are the same.
    pub same: u32,
    /// Functions only the new code has.
    pub added: Vec<FunctionView>,
    /// Functions only the old code has.
    pub removed: Vec<FunctionView>,
    /// Functions that changed.
    pub changed: Vec<ChangedFunction>,
    /// Static gas per export.
    pub gas: Vec<GasRow>,
    /// Microseconds it took here.
    pub micros: u64,
}

/// A code, or one function of it, as text.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ListingView {
    /// The code.
    pub code: Hash,
    /// Its functions.
    pub functions: Vec<FunctionView>,
    /// The lines.
    pub lines: Vec<CodeLine>,
    /// True when lines are left out.
    pub cut: bool,
}
