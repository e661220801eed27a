//! Whether rows are written as [`crate::row`] says: flags that belong to the kind, one of each choice, no field in use that
//! the kind does not have.

use crate::{
    Kind, Program, Row,
    row::{
        BYTES, BYTES_1, BYTES_2, BYTES_4, COMPARE, INVERT, OR, REMAINDER, ROTATE_LEFT, ROTATE_RIGHT, SET, SHIFT_RIGHT,
        SHIFT_RIGHT_SIGNED, SIGNED_8, SIGNED_16, SIGNED_32, SUB, WIDE, XOR, ZERO,
    },
    space,
};
use alloc::{format, string::String};

/// Checks every row and what instances begin with.
pub(super) fn program(program: &Program) -> Result<(), String> {
    for (index, row) in program.rows.iter().enumerate() {
        let aside = index >= program.counters as usize;
        if aside != matches!(row.kind, Kind::Case | Kind::Element) || (!aside && row.pc as usize != index) {
            return Err(format!("row {index} stands in the wrong place: {row:?}"));
        }
        if !flags(row) || !fields(row) {
            return Err(format!("row {index} is not well formed: {row:?}"));
        }
        let reserved = index <= space::HOST_STOP as usize;
        if reserved != (row.kind == Kind::None) {
            return Err(format!("row {index} is {row:?}"));
        }
    }
    let last = u64::from(program.pages) * space::WORDS_PER_PAGE;
    let sorted = program.data.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !sorted || program.data.iter().any(|(word, value)| u64::from(*word) >= last || *value == 0) {
        return Err(String::from("the data is not sorted, has zeros, or leaves the memory"));
    }
    Ok(())
}

fn flags(row: &Row) -> bool {
    // What may stand alone, and what excludes each other.
    let (free, choice): (u8, &[u8]) = match row.kind {
        Kind::BranchIf => (INVERT, &[]),
        Kind::Add if row.flags & COMPARE != 0 => (WIDE | INVERT | SUB | COMPARE, &[]),
        Kind::Add => (WIDE | SUB, &[]),
        Kind::Equal => (WIDE | INVERT | ZERO, &[]),
        Kind::LessSigned => (WIDE | INVERT, &[]),
        Kind::Multiply => (WIDE, &[]),
        Kind::Divide => (WIDE | REMAINDER, &[]),
        Kind::Shift => (WIDE, &[SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, ROTATE_LEFT, ROTATE_RIGHT]),
        Kind::Bits => (WIDE, &[OR, XOR]),
        Kind::Extend => (WIDE, &[SIGNED_8, SIGNED_16, SIGNED_32]),
        Kind::Load | Kind::Store => (WIDE, &[BYTES_1, BYTES_2, BYTES_4]),
        Kind::Charge => (BYTES, &[]),
        Kind::Global => (SET, &[]),
        _ => (0, &[]),
    };
    let chosen = row.flags & !free;
    let subtracts = row.kind != Kind::Add || row.flags & COMPARE == 0 || row.flags & SUB != 0;
    (chosen == 0 || choice.contains(&chosen)) && subtracts
}

/// Fields that the kind does not use are zero.
fn fields(row: &Row) -> bool {
    let Row { d, a, b, imm, target, .. } = *row;
    let (d, a, b, imm, target) = (d == 0, a == 0, b == 0, imm == 0, target == 0);
    match row.kind {
        Kind::None => d && a && b && imm && target,
        Kind::Jump => d && b,
        Kind::BranchIf => d && b && imm,
        Kind::BranchTable => d && b && target,
        Kind::Call => d && imm,
        Kind::Return => d && b && imm && target,
        Kind::CallIndirect => !imm,
        Kind::Enter => d && b && target,
        Kind::Const => a && b && target,
        Kind::Move | Kind::Global | Kind::Extend => b && imm && target,
        Kind::Select => target,
        Kind::Equal if row.flags & ZERO != 0 => row.a == row.b && imm && target,
        Kind::Add | Kind::Equal | Kind::LessSigned | Kind::Multiply | Kind::Divide | Kind::Shift | Kind::Bits => {
            imm && target
        }
        Kind::Load => b && target,
        Kind::Store => d && target,
        Kind::Charge => d && b && imm && target,
        Kind::Grow => b && target,
        Kind::HostArgument => d && target,
        Kind::HostCall => a && b && target,
        Kind::Case => d && b && imm,
        Kind::Element => row.pc == 0 && d && b,
    }
}
