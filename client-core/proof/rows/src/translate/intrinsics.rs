//! Operators without a row of their own: small functions in WebAssembly (`intrinsics.wat`), translated like any other and
//! linked behind the module's. They cost what their operator costs: there is no gas inside.

use super::{
    function::{self, Code, Context},
    sections,
};
use crate::Unprovable;
use alloc::{format, vec::Vec};
use wasmparser::Operator;

/// `intrinsics.wat` in binary form (a test compares).
const CODE: &[u8] = include_bytes!("intrinsics.wasm");
/// Targets of calls from this number on are intrinsics; modules have far fewer functions.
const FIRST: u32 = 1 << 31;

/// An intrinsic, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(super) enum Intrinsic {
    Clz32 = 0,
    Ctz32 = 1,
    Popcnt32 = 2,
    Clz64 = 3,
    Ctz64 = 4,
    Popcnt64 = 5,
    DivS32 = 6,
    RemS32 = 7,
    DivS64 = 8,
    RemS64 = 9,
    MemoryCopy = 10,
    MemoryFill = 11,
}

impl Intrinsic {
    /// The intrinsic that does this operator's work.
    pub(super) fn of(operator: &Operator<'_>) -> Option<Self> {
        Some(match operator {
            Operator::I32Clz => Self::Clz32,
            Operator::I32Ctz => Self::Ctz32,
            Operator::I32Popcnt => Self::Popcnt32,
            Operator::I64Clz => Self::Clz64,
            Operator::I64Ctz => Self::Ctz64,
            Operator::I64Popcnt => Self::Popcnt64,
            Operator::I32DivS => Self::DivS32,
            Operator::I32RemS => Self::RemS32,
            Operator::I64DivS => Self::DivS64,
            Operator::I64RemS => Self::RemS64,
            Operator::MemoryCopy { .. } => Self::MemoryCopy,
            Operator::MemoryFill { .. } => Self::MemoryFill,
            _ => return None,
        })
    }

    /// Parameters and results.
    pub(super) const fn arity(self) -> (usize, usize) {
        match self {
            Self::Clz32 | Self::Ctz32 | Self::Popcnt32 | Self::Clz64 | Self::Ctz64 | Self::Popcnt64 => (1, 1),
            Self::DivS32 | Self::RemS32 | Self::DivS64 | Self::RemS64 => (2, 1),
            Self::MemoryCopy | Self::MemoryFill => (3, 0),
        }
    }

    /// True if it costs gas by the bytes that its last operand counts.
    pub(super) const fn bulk(self) -> bool {
        matches!(self, Self::MemoryCopy | Self::MemoryFill)
    }

    /// How calls name it.
    pub(super) const fn target(self) -> u32 {
        FIRST + self as u32
    }
}

/// Which intrinsic a call's target names; none for a function of the module.
pub(super) fn number(target: u32) -> Option<usize> {
    target.checked_sub(FIRST).map(|number| number as usize)
}

/// All intrinsics, translated.
///
/// # Errors
/// Never: a test translates them.
pub(super) fn translate() -> Result<Vec<Code>, Unprovable> {
    let sections = sections::read(CODE)?;
    let context = Context { sections: &sections, units: &[], metered: false };
    let each = sections.bodies.iter().enumerate().map(|(index, body)| {
        function::translate(&context, index, body, usize::MAX)
            .map_err(|refusal| Unprovable { reason: format!("intrinsic {index}: {}", refusal.why) })
    });
    each.collect()
}
