//! What rows compute from values.

use crate::{
    Kind,
    row::{
        BYTES_1, BYTES_2, BYTES_4, COMPARE, INVERT, OR, REMAINDER, ROTATE_LEFT, ROTATE_RIGHT, SHIFT_RIGHT,
        SHIFT_RIGHT_SIGNED, SIGNED_8, SIGNED_16, SIGNED_32, SUB, WIDE, XOR,
    },
};

const fn wide(flags: u8) -> bool {
    flags & WIDE != 0
}

/// `value` mod W.
const fn fit(flags: u8, value: u64) -> u64 {
    if wide(flags) { value } else { value as u32 as u64 }
}

/// `value` as a signed number of W.
const fn signed(flags: u8, value: u64) -> i64 {
    if wide(flags) { value.cast_signed() } else { (value as u32).cast_signed() as i64 }
}

/// Bytes of a load or store.
pub(super) const fn width(flags: u8) -> u64 {
    match flags & (BYTES_1 | BYTES_2 | BYTES_4) {
        BYTES_1 => 1,
        BYTES_2 => 2,
        BYTES_4 => 4,
        _ => 8,
    }
}

/// The low `bytes` bytes, at most eight, all ones.
pub(super) const fn low(bytes: u64) -> u128 {
    (1 << (8 * bytes)) - 1
}

/// The result of a row with two operands; none for a division by zero and for other kinds.
pub(super) fn binary(kind: Kind, flags: u8, x: u64, y: u64) -> Option<u64> {
    let turned = |value: bool| u64::from(value != (flags & INVERT != 0));
    Some(match kind {
        Kind::Add if flags & COMPARE != 0 => turned(x < y),
        Kind::Add if flags & SUB != 0 => fit(flags, x.wrapping_sub(y)),
        Kind::Add => fit(flags, x.wrapping_add(y)),
        Kind::Equal if flags & crate::row::ZERO != 0 => turned(x == 0),
        Kind::Equal => turned(x == y),
        Kind::LessSigned => turned(signed(flags, x) < signed(flags, y)),
        Kind::Multiply => fit(flags, x.wrapping_mul(y)),
        Kind::Divide if flags & REMAINDER != 0 => x.checked_rem(y)?,
        Kind::Divide => x.checked_div(y)?,
        Kind::Shift => shift(flags, x, y),
        Kind::Bits if flags & OR != 0 => x | y,
        Kind::Bits if flags & XOR != 0 => x ^ y,
        Kind::Bits => x & y,
        _ => return None,
    })
}

fn shift(flags: u8, x: u64, y: u64) -> u64 {
    // The amount counts modulo the width, which is what "wrapping" means here.
    let by = y as u32;
    let how = flags & (SHIFT_RIGHT | SHIFT_RIGHT_SIGNED | ROTATE_LEFT | ROTATE_RIGHT);
    if wide(flags) {
        return match how {
            SHIFT_RIGHT => x.wrapping_shr(by),
            SHIFT_RIGHT_SIGNED => x.cast_signed().wrapping_shr(by).cast_unsigned(),
            ROTATE_LEFT => x.rotate_left(by & 63),
            ROTATE_RIGHT => x.rotate_right(by & 63),
            _ => x.wrapping_shl(by),
        };
    }
    let x = x as u32;
    u64::from(match how {
        SHIFT_RIGHT => x.wrapping_shr(by),
        SHIFT_RIGHT_SIGNED => x.cast_signed().wrapping_shr(by).cast_unsigned(),
        ROTATE_LEFT => x.rotate_left(by & 31),
        ROTATE_RIGHT => x.rotate_right(by & 31),
        _ => x.wrapping_shl(by),
    })
}

/// The result of a [`Kind::Extend`] row.
pub(super) const fn extend(flags: u8, x: u64) -> u64 {
    let value = match flags & (SIGNED_8 | SIGNED_16 | SIGNED_32) {
        SIGNED_8 => x as u8 as i8 as i64,
        SIGNED_16 => x as u16 as i16 as i64,
        SIGNED_32 => x as u32 as i32 as i64,
        _ => return x as u32 as u64,
    };
    fit(flags, value.cast_unsigned())
}
