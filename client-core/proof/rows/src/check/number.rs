//! Results of rows as arithmetic on large whole numbers.

use crate::{
    Kind, Row,
    row::{
        COMPARE, INVERT, OR, REMAINDER, ROTATE_LEFT, ROTATE_RIGHT, SHIFT_RIGHT, SHIFT_RIGHT_SIGNED, SIGNED_8,
        SIGNED_16, SIGNED_32, SUB, WIDE, XOR, ZERO,
    },
};
use alloc::{format, string::String};

/// Bits of the row's operands.
fn bits(row: &Row) -> u32 {
    if row.flags & WIDE == 0 { 32 } else { 64 }
}

/// The number that `x` stands for as a signed one of `bits`.
fn signed(x: u128, bits: u32) -> i128 {
    let x = x.cast_signed();
    if x >= 1 << (bits - 1) { x - (1 << bits) } else { x }
}

/// The result of a row with two operands.
pub(super) fn binary(row: &Row, x: u128, y: u128) -> Result<u128, String> {
    let (flag, bits) = (|flag: u8| row.flags & flag != 0, bits(row));
    let modulus = 1u128 << bits;
    if row.kind != Kind::Bits && (x >= modulus || y >= modulus) {
        return Err(format!("an operand of {bits} bits holds more: {x}, {y}"));
    }
    let said = |truth: bool| u128::from(truth ^ flag(INVERT));
    Ok(match row.kind {
        Kind::Add if flag(COMPARE) => said(x < y),
        Kind::Add if flag(SUB) => (x + modulus - y) % modulus,
        Kind::Add => (x + y) % modulus,
        Kind::Equal if flag(ZERO) => said(x == 0),
        Kind::Equal => said(x == y),
        Kind::LessSigned => said(signed(x, bits) < signed(y, bits)),
        Kind::Multiply => x * y % modulus,
        Kind::Divide if y == 0 => return Err(String::from("a division by zero")),
        Kind::Divide if flag(REMAINDER) => x % y,
        Kind::Divide => x / y,
        Kind::Shift => shift(row, x, y, bits),
        Kind::Bits => (0..64).map(|bit| bitwise(row, x >> bit & 1, y >> bit & 1) << bit).sum(),
        _ => return Err(format!("{:?} has no two operands", row.kind)),
    })
}

/// One bit of a bitwise operation.
fn bitwise(row: &Row, x: u128, y: u128) -> u128 {
    match row.flags & (OR | XOR) {
        OR => (x + y).min(1),
        XOR => (x + y) % 2,
        _ => x * y,
    }
}

/// Shifts and rotations as products and quotients of powers of two.
fn shift(row: &Row, x: u128, y: u128, bits: u32) -> u128 {
    let (modulus, by) = (1u128 << bits, y % u128::from(bits));
    match row.flags & (SHIFT_RIGHT | SHIFT_RIGHT_SIGNED | ROTATE_LEFT | ROTATE_RIGHT) {
        SHIFT_RIGHT => x / (1 << by),
        SHIFT_RIGHT_SIGNED => signed(x, bits).div_euclid(1 << by).rem_euclid(1 << bits).cast_unsigned(),
        ROTATE_LEFT => x * (1 << by) % modulus + x * (1 << by) / modulus,
        ROTATE_RIGHT => x / (1 << by) + x % (1 << by) * (modulus / (1 << by)) % modulus,
        _ => x * (1 << by) % modulus,
    }
}

/// The result of an extension.
pub(super) fn extend(row: &Row, x: u128) -> u128 {
    let from = match row.flags & (SIGNED_8 | SIGNED_16 | SIGNED_32) {
        SIGNED_8 => 8,
        SIGNED_16 => 16,
        SIGNED_32 => 32,
        _ => return x % (1 << 32),
    };
    signed(x % (1 << from), from).rem_euclid(1 << bits(row)).cast_unsigned()
}
