//! Operators that compute: each one's row.

use super::{
    function::Translator,
    integer,
    intrinsics::Intrinsic,
    stack::{Entry, row},
};
use crate::{
    row::{
        BYTES, BYTES_1, BYTES_2, BYTES_4, COMPARE, INVERT, Kind, OR, REMAINDER, ROTATE_LEFT, ROTATE_RIGHT, Row, SET,
        SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, SIGNED_8, SIGNED_16, SIGNED_32, SUB, WIDE, XOR, ZERO,
    },
    space,
};
use wasmparser::{MemArg, Operator as O};

/// Flags of "less, unsigned".
const LESS: u8 = SUB | COMPARE;
/// The operands stand the other way round in the row.
const SWAP: bool = true;
const KEEP: bool = false;

impl Translator<'_, '_> {
    /// Translates an operator that is not control flow.
    ///
    /// # Errors
    /// Why it cannot be proven.
    pub(super) fn operator(&mut self, operator: &O<'_>) -> Result<(), &'static str> {
        if let Some((kind, flags, swap)) = binary(operator) {
            self.binary(kind, flags, swap);
        } else if let Some((bytes, extension, memarg)) = load(operator) {
            self.load(bytes, extension, memarg);
        } else if let Some((flags, memarg)) = store(operator) {
            let b = self.out.operand();
            let a = self.out.operand();
            self.out.emit(Row { a, b, flags, imm: memarg.offset, ..row(Kind::Store) });
        } else if let Some((kind, flags)) = unary(operator) {
            let a = self.out.operand();
            let d = self.out.result();
            let b = if kind == Kind::Equal { a } else { 0 };
            self.out.emit(Row { d, a, b, flags, ..row(kind) });
        } else if let Some(flags) = division(operator) {
            self.divide(flags);
        } else if let Some(intrinsic) = Intrinsic::of(operator) {
            self.intrinsic(intrinsic);
        } else {
            return self.other(operator);
        }
        Ok(())
    }

    fn binary(&mut self, kind: Kind, flags: u8, swap: bool) {
        let second = self.out.operand();
        let first = self.out.operand();
        let (a, b) = if swap { (second, first) } else { (first, second) };
        let d = self.out.result();
        self.out.emit(Row { d, a, b, flags, ..row(kind) });
    }

    fn load(&mut self, bytes: u8, extension: Option<u8>, memarg: MemArg) {
        let a = self.out.operand();
        let d = self.out.result();
        self.out.emit(Row { d, a, flags: bytes, imm: memarg.offset, ..row(Kind::Load) });
        if let Some(flags) = extension {
            self.out.emit(Row { d, a: d, flags, ..row(Kind::Extend) });
        }
    }

    /// Unsigned division and remainder: looks for zero first.
    fn divide(&mut self, flags: u8) {
        let known = self.out.known_top().is_some_and(|divisor| divisor != 0);
        let b = self.out.operand();
        if !known {
            self.out.emit(Row { a: b, flags: INVERT, target: space::TRAP, ..row(Kind::BranchIf) });
        }
        let a = self.out.operand();
        let d = self.out.result();
        self.out.emit(Row { d, a, b, flags, ..row(Kind::Divide) });
    }

    fn select(&mut self) {
        let (condition, turned) = self.out.condition();
        let second = self.out.operand();
        let first = self.out.operand();
        let (a, b) = if turned { (second, first) } else { (first, second) };
        let d = self.out.result();
        self.out.emit(Row { d, a, b, imm: u64::from(condition), ..row(Kind::Select) });
    }

    /// A bulk operator: charges for the bytes on top of the stack first.
    fn intrinsic(&mut self, intrinsic: Intrinsic) {
        if intrinsic.bulk() {
            if self.few_bytes(intrinsic) {
                return;
            }
            self.out.settle(1);
            let a = self.out.slot(self.out.height().saturating_sub(1));
            self.out.emit(Row { a, flags: BYTES, ..row(Kind::Charge) });
        }
        self.call_intrinsic(intrinsic);
    }

    fn other(&mut self, operator: &O<'_>) -> Result<(), &'static str> {
        match *operator {
            O::Nop | O::DataDrop { .. } | O::ElemDrop { .. } => {}
            O::Drop => {
                self.out.pop();
            }
            O::LocalGet { local_index } => self.local_get(local_index),
            O::LocalSet { local_index } => self.local_set(local_index),
            O::LocalTee { local_index } => {
                self.local_set(local_index);
                self.local_get(local_index);
            }
            O::I32Const { value } => self.out.push(Entry::Const(u64::from(value.cast_unsigned()))),
            O::I64Const { value } => self.out.push(Entry::Const(value.cast_unsigned())),
            // Values of 32 bits are kept with their upper half zero.
            O::I64ExtendI32U => {}
            O::Select | O::TypedSelect { .. } => self.select(),
            O::GlobalGet { global_index } => {
                let a = self.global(global_index)?;
                let d = self.out.result();
                self.out.emit(Row { d, a, ..row(Kind::Global) });
            }
            O::GlobalSet { global_index } => {
                let d = self.global(global_index)?;
                let a = self.out.operand();
                self.out.emit(Row { d, a, flags: SET, ..row(Kind::Global) });
            }
            O::MemorySize { .. } => {
                let d = self.out.result();
                self.out.emit(Row { d, a: space::PAGES as u32, ..row(Kind::Global) });
            }
            O::MemoryGrow { .. } => {
                let a = self.out.operand();
                let d = self.out.result();
                if self.context.metered {
                    self.out.emit(Row { a, ..row(Kind::Charge) });
                }
                let imm = u64::from(self.context.sections.memory.1);
                self.out.emit(Row { d, a, imm, ..row(Kind::Grow) });
            }
            O::Call { function_index } => return self.call(function_index),
            O::CallIndirect { type_index, table_index } => return self.call_indirect(type_index, table_index),
            O::MemoryInit { .. } => return Err("memory from a passive segment is outside the provable profile"),
            _ => return Err("operations on tables and references are outside the provable profile"),
        }
        Ok(())
    }

    /// Number of a global's special cell.
    fn global(&self, index: u32) -> Result<u32, &'static str> {
        match self.context.sections.globals.get(index as usize) {
            Some((ty, _)) if integer(*ty) => Ok(index.saturating_add(space::GLOBALS as u32)),
            _ => Err("globals that hold references are outside the provable profile"),
        }
    }
}

/// True for operators that a constant just before them is an operand of.
pub(super) fn takes(operator: &O<'_>) -> bool {
    binary(operator).is_some() || division(operator).is_some() || store(operator).is_some()
}

/// Row of an operator with two operands that cannot trap, and whether they change places.
fn binary(operator: &O<'_>) -> Option<(Kind, u8, bool)> {
    use Kind::{Add, Bits, Equal, LessSigned, Multiply, Shift};
    Some(match operator {
        O::I32Add => (Add, 0, KEEP),
        O::I64Add => (Add, WIDE, KEEP),
        O::I32Sub => (Add, SUB, KEEP),
        O::I64Sub => (Add, SUB | WIDE, KEEP),
        O::I32Mul => (Multiply, 0, KEEP),
        O::I64Mul => (Multiply, WIDE, KEEP),
        O::I32And | O::I64And => (Bits, 0, KEEP),
        O::I32Or | O::I64Or => (Bits, OR, KEEP),
        O::I32Xor | O::I64Xor => (Bits, XOR, KEEP),
        O::I32Shl => (Shift, 0, KEEP),
        O::I64Shl => (Shift, WIDE, KEEP),
        O::I32ShrU => (Shift, SHIFT_RIGHT, KEEP),
        O::I64ShrU => (Shift, SHIFT_RIGHT | WIDE, KEEP),
        O::I32ShrS => (Shift, SHIFT_RIGHT_SIGNED, KEEP),
        O::I64ShrS => (Shift, SHIFT_RIGHT_SIGNED | WIDE, KEEP),
        O::I32Rotl => (Shift, ROTATE_LEFT, KEEP),
        O::I64Rotl => (Shift, ROTATE_LEFT | WIDE, KEEP),
        O::I32Rotr => (Shift, ROTATE_RIGHT, KEEP),
        O::I64Rotr => (Shift, ROTATE_RIGHT | WIDE, KEEP),
        O::I32Eq => (Equal, 0, KEEP),
        O::I64Eq => (Equal, WIDE, KEEP),
        O::I32Ne => (Equal, INVERT, KEEP),
        O::I64Ne => (Equal, INVERT | WIDE, KEEP),
        O::I32LtU => (Add, LESS, KEEP),
        O::I64LtU => (Add, LESS | WIDE, KEEP),
        O::I32GtU => (Add, LESS, SWAP),
        O::I64GtU => (Add, LESS | WIDE, SWAP),
        O::I32GeU => (Add, LESS | INVERT, KEEP),
        O::I64GeU => (Add, LESS | INVERT | WIDE, KEEP),
        O::I32LeU => (Add, LESS | INVERT, SWAP),
        O::I64LeU => (Add, LESS | INVERT | WIDE, SWAP),
        O::I32LtS => (LessSigned, 0, KEEP),
        O::I64LtS => (LessSigned, WIDE, KEEP),
        O::I32GtS => (LessSigned, 0, SWAP),
        O::I64GtS => (LessSigned, WIDE, SWAP),
        O::I32GeS => (LessSigned, INVERT, KEEP),
        O::I64GeS => (LessSigned, INVERT | WIDE, KEEP),
        O::I32LeS => (LessSigned, INVERT, SWAP),
        O::I64LeS => (LessSigned, INVERT | WIDE, SWAP),
        _ => return None,
    })
}

/// Row of an operator with one operand.
fn unary(operator: &O<'_>) -> Option<(Kind, u8)> {
    Some(match operator {
        O::I32Eqz => (Kind::Equal, ZERO),
        O::I64Eqz => (Kind::Equal, ZERO | WIDE),
        O::I32WrapI64 => (Kind::Extend, 0),
        O::I32Extend8S => (Kind::Extend, SIGNED_8),
        O::I32Extend16S => (Kind::Extend, SIGNED_16),
        O::I64Extend8S => (Kind::Extend, SIGNED_8 | WIDE),
        O::I64Extend16S => (Kind::Extend, SIGNED_16 | WIDE),
        O::I64Extend32S | O::I64ExtendI32S => (Kind::Extend, SIGNED_32 | WIDE),
        _ => return None,
    })
}

/// Flags of an unsigned division.
fn division(operator: &O<'_>) -> Option<u8> {
    Some(match operator {
        O::I32DivU => 0,
        O::I64DivU => WIDE,
        O::I32RemU => REMAINDER,
        O::I64RemU => REMAINDER | WIDE,
        _ => return None,
    })
}

/// Width flags of a load, the flags of the extension behind it, and where it reads.
fn load(operator: &O<'_>) -> Option<(u8, Option<u8>, MemArg)> {
    Some(match *operator {
        O::I32Load { memarg } | O::I64Load32U { memarg } => (BYTES_4, None, memarg),
        O::I64Load { memarg } => (0, None, memarg),
        O::I32Load8U { memarg } | O::I64Load8U { memarg } => (BYTES_1, None, memarg),
        O::I32Load16U { memarg } | O::I64Load16U { memarg } => (BYTES_2, None, memarg),
        O::I32Load8S { memarg } => (BYTES_1, Some(SIGNED_8), memarg),
        O::I32Load16S { memarg } => (BYTES_2, Some(SIGNED_16), memarg),
        O::I64Load8S { memarg } => (BYTES_1, Some(SIGNED_8 | WIDE), memarg),
        O::I64Load16S { memarg } => (BYTES_2, Some(SIGNED_16 | WIDE), memarg),
        O::I64Load32S { memarg } => (BYTES_4, Some(SIGNED_32 | WIDE), memarg),
        _ => return None,
    })
}

/// Width flags of a store, and where it writes.
fn store(operator: &O<'_>) -> Option<(u8, MemArg)> {
    Some(match *operator {
        O::I32Store { memarg } | O::I64Store32 { memarg } => (BYTES_4, memarg),
        O::I64Store { memarg } => (0, memarg),
        O::I32Store8 { memarg } | O::I64Store8 { memarg } => (BYTES_1, memarg),
        O::I32Store16 { memarg } | O::I64Store16 { memarg } => (BYTES_2, memarg),
        _ => return None,
    })
}
