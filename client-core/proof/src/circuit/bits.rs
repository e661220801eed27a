//! Rows of bits and bytes: and, or, xor; extension by a sign.

use super::arithmetic::{Binary, flags};
use super::builder::Cs;
use super::num::{Num, two_to};
use super::row::{Head, Witness, field};
use zera_proof_rows::row::{self, Kind};

/// `Bits`: x and y are spelled in sixteen digits of four bits each, the digits' ands come from the table (which shows that
/// all three are digits). With `and` the number of those: and; x + y − and; x + y − 2 and, as and + u · (x + y − 2 and)
/// − xor · and with u = or + xor.
pub fn bits(cs: &mut Cs, w: &Witness) {
    cs.part("Bits");
    let ([or, xor], sum) = flags(cs, w, [row::OR, row::XOR]);
    let x = digits(cs, w.access(0).old);
    let y = digits(cs, w.access(1).old);
    let and = digits(cs, w.access(0).old & w.access(1).old);
    let (x_sum, y_sum, and_sum) = (cs.join(&x, 4), cs.join(&y, 4), cs.join(&and, 4));
    let head = Head::new(cs, w);
    let b = Binary::with(cs, w, head, Kind::Bits, &sum, [x_sum, y_sum]);
    for ((x, y), and) in x.iter().zip(&y).zip(&and) {
        cs.and4(&b.head.on, x, y, and);
    }
    let either = &b.x.num + &b.y.num - &and_sum * 2;
    let either = cs.times("result", &either, &(or + &xor));
    let less = cs.times("result", &and_sum, &xor);
    b.finish(cs, w, &(and_sum + either - less));
}

/// Sixteen committed digits, lowest first.
fn digits(cs: &mut Cs, value: u64) -> [Num; 16] {
    core::array::from_fn(|index| cs.commit_as("and table", value >> (4 * index) & 15))
}

/// `Extend`: x is spelled in eight bytes x0, x1, ...; top is the byte that holds the sign (x0, x1, or x3) and low the
/// bytes up to it. sign is a bit and 2 · top − 256 · sign a byte: sign = [top ≥ 128]. Result: low + sign · fill, where
/// fill = W − 2^8, W − 2^16, W − 2^32, or zero for a row that only takes the low half (which the program never marks as
/// 64 bits wide).
pub fn extend(cs: &mut Cs, w: &Witness) {
    cs.part("Extend");
    let which = [row::WIDE, row::SIGNED_8, row::SIGNED_16, row::SIGNED_32];
    let ([wide, one, two, _], sum) = flags(cs, w, which);
    let value = w.access(0).old;
    let bytes = cs.bytes::<8>("operand bytes", value);
    let mut head = Head::new(cs, w);
    let d = cs.commit(u64::from(w.row.d));
    let a = cs.commit(u64::from(w.row.a));
    let fields = [cs.product(field::D, &d), cs.product(field::A, &a)];
    head.look_up_with(cs, Kind::Extend, &sum, &fields);
    let x = cs.join(&bytes, 8);
    head.read_as(cs, w, &head.slot(&a), x);
    let [x0, x1, _, x3, ..] = &bytes;
    let top = cs.choose("top byte", &one, x0, x3);
    let top = cs.choose("top byte", &two, x1, &top);
    let half = cs.join(&bytes[..4], 8);
    let low = cs.choose("low bytes", &one, x0, &half);
    let low = cs.choose("low bytes", &two, &(x0 + x1 * 256), &low);
    let position = if w.flag(row::SIGNED_8) { 0 } else { 1 + 2 * u64::from(!w.flag(row::SIGNED_16)) };
    let sign = cs.boolean("sign bit", value >> (8 * position + 7) & 1 != 0);
    cs.byte("sign", top * 2 - &sign * 256);
    let fill = (&one + &two) * (1 << 32) - one * (1 << 8) - two * (1 << 16) + wide * (two_to(64) - two_to(32));
    let fill = cs.times("fill", &fill, &sign);
    head.write(cs, w, &head.slot(&d), &(low + fill));
    head.leave_next(cs);
}
