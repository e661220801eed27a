//! Rows of a program and what each kind does. `reg[s]` is the cell `fp + s`; `W` is 2^32 or 2^64 by [`WIDE`].
//!
//! A row takes the state (pc, fp, ts) and leaves (pc', fp', ts + 4); unless said otherwise pc' = pc + 1, fp' = fp.
//! Values of `i32` are kept with their upper half zero. Accesses happen in the order in which they are listed.

use codec::{Decode, Encode};

/// The kind of a row. The number is part of the format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[repr(u8)]
pub enum Kind {
    /// Nothing: the padding row 0 and the rows at the reserved counters.
    #[codec(index = 0)]
    None = 0,
    /// `gas += imm; fp' = fp - a; pc' = target`. Block heads, branches, resumption after a call.
    #[codec(index = 1)]
    Jump = 1,
    /// Reads `reg[a]`; `pc' = target` if it is not zero (with [`INVERT`]: if it is zero).
    #[codec(index = 2)]
    BranchIf = 2,
    /// Reads `reg[a]` = x; looks up the auxiliary row [`Kind::Case`] with this pc and `a = min(x, imm)`; `pc'` is its target.
    #[codec(index = 3)]
    BranchTable = 3,
    /// Writes `pc + 1` to `reg[a + b]`; `fp' = fp + a; pc' = target`.
    #[codec(index = 4)]
    Call = 4,
    /// Reads `reg[a]`; `pc'` is what it read.
    #[codec(index = 5)]
    Return = 5,
    /// Reads `reg[a]` = x; looks up the auxiliary row [`Kind::Element`] with `pc = 0` and `a = min(x, target)` (`target` is
    /// the table's size); writes `pc + 1` to `reg[d + b]`. If its `imm` equals this `imm` (the type, never 0):
    /// `fp' = fp + d; pc'` = its target; else `pc' = TRAP`.
    #[codec(index = 6)]
    CallIndirect = 6,
    /// `reg[a] -= imm`; if that would be below zero: the cell becomes `reg[a] - imm + 2^24` and `pc' = STACK`.
    #[codec(index = 7)]
    Enter = 7,
    /// `reg[d] = imm`.
    #[codec(index = 8)]
    Const = 8,
    /// `reg[d] = reg[a]`.
    #[codec(index = 9)]
    Move = 9,
    /// `reg[d] = special[a]`; with [`SET`]: `special[d] = reg[a]`.
    #[codec(index = 10)]
    Global = 10,
    /// Reads `reg[imm]` = c, `reg[a]`, `reg[b]`; `reg[d]` = the first if c is not zero, else the second.
    #[codec(index = 11)]
    Select = 11,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = sum mod W; with [`SUB`] the difference mod W; with [`COMPARE`] (and [`SUB`])
    /// 1 if `reg[a] < reg[b]` unsigned, else 0, turned round by [`INVERT`].
    #[codec(index = 12)]
    Add = 12,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = 1 if they are equal, else 0, turned round by [`INVERT`]. With [`ZERO`] (then
    /// `b = a`): whether `reg[a]` is zero.
    #[codec(index = 13)]
    Equal = 13,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = 1 if the first is less, both as signed numbers of W, turned round by [`INVERT`].
    #[codec(index = 14)]
    LessSigned = 14,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = product mod W.
    #[codec(index = 15)]
    Multiply = 15,
    /// Reads `reg[a]`, `reg[b]` (not zero: the translation looks first); `reg[d]` = quotient, with [`REMAINDER`] the remainder.
    #[codec(index = 16)]
    Divide = 16,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = `reg[a]` shifted by `reg[b]` mod the width: left, or by one of
    /// [`SHIFT_RIGHT`], [`SHIFT_RIGHT_SIGNED`], [`ROTATE_LEFT`], [`ROTATE_RIGHT`].
    #[codec(index = 17)]
    Shift = 17,
    /// Reads `reg[a]`, `reg[b]`; `reg[d]` = bitwise and, or by [`OR`], [`XOR`] (all 64 bits).
    #[codec(index = 18)]
    Bits = 18,
    /// Reads `reg[a]`; `reg[d]` = its low 32 bits, or by [`SIGNED_8`], [`SIGNED_16`], [`SIGNED_32`] its low 8, 16, 32 bits
    /// extended by their sign to W.
    #[codec(index = 19)]
    Extend = 19,
    /// Reads `reg[a]`, then the memory word(s) at `reg[a] + imm`; `reg[d]` = 8 bytes, or by [`BYTES_1`], [`BYTES_2`],
    /// [`BYTES_4`] fewer, the upper ones zero.
    #[codec(index = 20)]
    Load = 20,
    /// Reads `reg[a]`, `reg[b]`; writes the low bytes of `reg[b]` to memory at `reg[a] + imm`, widths as for loads.
    #[codec(index = 21)]
    Store = 21,
    /// Reads `reg[a]` = n; `gas += 1024 n`, or with [`BYTES`] `gas += n >> 3`.
    #[codec(index = 22)]
    Charge = 22,
    /// Reads `reg[a]` = n and writes `special[PAGES]`; `reg[d]` = the pages before, or 2^32 - 1 and nothing changed where they
    /// would pass `imm`.
    #[codec(index = 23)]
    Grow = 23,
    /// Reads `reg[a]`, counts up `special[SEQUENCE]`: logs argument `b` of host function `imm`.
    #[codec(index = 24)]
    HostArgument = 24,
    /// Counts up `special[SEQUENCE]`; `reg[d]` = the host's answer (`d` is a spare slot without one); `gas +=` what it took;
    /// host function `imm`. Before it, at the same pc, the memory that the host reads and writes is logged word by word.
    #[codec(index = 25)]
    HostCall = 25,
    /// Auxiliary: a case of the branch table at this pc: `a` the number, `target`.
    #[codec(index = 26)]
    Case = 26,
    /// Auxiliary, pc 0: an entry of the function table: `a` the index, `imm` the type (0 for none), `target`.
    #[codec(index = 27)]
    Element = 27,
}

/// [`Kind::BranchIf`], [`Kind::Add`], [`Kind::Equal`], [`Kind::LessSigned`]: the other way round.
pub const INVERT: u8 = 8;
/// 64 bits; without it 32.
pub const WIDE: u8 = 2;
/// [`Kind::Add`].
pub const SUB: u8 = 1;
/// [`Kind::Add`].
pub const COMPARE: u8 = 4;
/// [`Kind::Equal`].
pub const ZERO: u8 = 1;
/// [`Kind::Divide`].
pub const REMAINDER: u8 = 1;
/// [`Kind::Global`].
pub const SET: u8 = 1;
/// [`Kind::Charge`].
pub const BYTES: u8 = 1;
/// [`Kind::Shift`].
pub const SHIFT_RIGHT: u8 = 4;
/// [`Kind::Shift`].
pub const SHIFT_RIGHT_SIGNED: u8 = 8;
/// [`Kind::Shift`].
pub const ROTATE_LEFT: u8 = 16;
/// [`Kind::Shift`].
pub const ROTATE_RIGHT: u8 = 32;
/// [`Kind::Bits`].
pub const OR: u8 = 4;
/// [`Kind::Bits`].
pub const XOR: u8 = 8;
/// [`Kind::Extend`].
pub const SIGNED_8: u8 = 4;
/// [`Kind::Extend`].
pub const SIGNED_16: u8 = 8;
/// [`Kind::Extend`].
pub const SIGNED_32: u8 = 16;
/// [`Kind::Load`], [`Kind::Store`].
pub const BYTES_1: u8 = 4;
/// [`Kind::Load`], [`Kind::Store`].
pub const BYTES_2: u8 = 8;
/// [`Kind::Load`], [`Kind::Store`].
pub const BYTES_4: u8 = 16;

/// One row. Fields that a kind does not use are zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Row {
    /// Its counter; its index in [`crate::Program::rows`] unless it is auxiliary.
    pub pc: u32,
    /// What it does.
    pub kind: Kind,
    /// How, by the constants of this file.
    pub flags: u8,
    /// Slot.
    pub d: u32,
    /// Slot.
    pub a: u32,
    /// Slot.
    pub b: u32,
    /// Immediate.
    pub imm: u64,
    /// Program counter.
    pub target: u32,
}

impl Row {
    /// Kind and flags as one number.
    #[must_use]
    pub const fn op(&self) -> u64 {
        (self.kind as u64) * 64 + self.flags as u64
    }
}
