//! Rows of products: multiplication, division, shifts. W as in [`super::arithmetic`]; a product of two numbers below 2^64
//! stays far below the field's order, so equations over the field are equations of whole numbers.

use super::arithmetic::{Binary, flags, half, modulus};
use super::builder::Cs;
use super::num::{Num, two_to};
use super::row::{Head, Witness};
use zera_proof_rows::row::{self, Kind};

/// A number in sixteen bytes: the four lowest, the four above, the eight highest. If it is less than 2^64, the highest
/// are zero, because bytes spell a number in one way only.
struct Spelled {
    low: Num,
    next: Num,
    high: Num,
}

impl Spelled {
    fn new(cs: &mut Cs, value: u128) -> Self {
        let low = cs.bytes::<8>("product bytes", value as u64);
        let high = cs.bytes::<8>("product bytes", (value >> 64) as u64);
        Self { low: cs.join(&low[..4], 8), next: cs.join(&low[4..], 8), high: cs.join(&high, 8) }
    }

    fn all(&self) -> Num {
        &self.low + &self.next * (1 << 32) + &self.high * two_to(64)
    }
}

/// `Multiply`: x · y spelled in sixteen bytes; result = lowest four + wide · the four above.
pub fn multiply(cs: &mut Cs, w: &Witness) {
    cs.part("Multiply");
    let ([wide], sum) = flags(cs, w, [row::WIDE]);
    let b = Binary::new(cs, w, Kind::Multiply, &sum);
    let product = u128::from(w.access(0).old) * u128::from(w.access(1).old);
    let spelled = Spelled::new(cs, product);
    cs.enforce("product", &b.x.num, &b.y.num, &spelled.all());
    let upper = cs.times("upper half", &spelled.next, &wide);
    b.finish(cs, w, &(&spelled.low + upper * (1 << 32)));
}

/// `Divide`: x = q · y + r and y = r + 1 + slack with q, r and slack of eight bytes each: r < y, and quotient and remainder are unique.
/// Where y is zero nothing fits (the program looks before). The bit for the width changes nothing: q ≤ x and r < y anyway.
/// Result: q, or r by the bit remainder.
pub fn divide(cs: &mut Cs, w: &Witness) {
    cs.part("Divide");
    let ([remainder, _], sum) = flags(cs, w, [row::REMAINDER, row::WIDE]);
    let (x, y) = (w.access(0).old, w.access(1).old);
    let (quotient, rest) = (x.checked_div(y).unwrap_or(0), x.checked_rem(y).unwrap_or(0));
    let q = cs.bytes::<8>("quotient bytes", quotient);
    let q = cs.join(&q, 8);
    let r = cs.bytes::<8>("remainder bytes", rest);
    let r = cs.join(&r, 8);
    let slack = cs.bytes::<8>("remainder below divisor", y.saturating_sub(rest).saturating_sub(1));
    let slack = cs.join(&slack, 8);
    let head = Head::new(cs, w);
    let (x, y) = (cs.commit(x), &r + slack + &head.on);
    let b = Binary::with(cs, w, head, Kind::Divide, &sum, [x, y]);
    cs.enforce("quotient", &q, &b.y.num, &(&b.x.num - &r));
    let out = cs.choose("result", &remainder, &r, &q);
    b.finish(cs, w, &out);
}

/// `Shift`, n = 32 or 64 bits. y = s + n · k with k in eight bytes and 0 ≤ s < n (s and n − 1 − s are bytes): s is y mod
/// n. e is s, or n − s for the right-hand shifts; the table of powers gives p = 2^e. x · p, below 2^128 (below 2^64 if
/// n = 32), is spelled in sixteen bytes as h · W + r with r, h < W:
/// left: r; right: h, since x · 2^(n − s) / 2^n = x >> s; rotations: h + r, whose bits do not overlap.
/// Signed: the bit sign is [x ≥ W / 2], shown by eight bytes that hold x − W/2 or W/2 − 1 − x; it is zero in other
/// shifts, by sign · (signed − sign) = 0. fill = sign · (W − p) are the s ones above h.
pub fn shift(cs: &mut Cs, w: &Witness) {
    cs.part("Shift");
    let which = [row::WIDE, row::SHIFT_RIGHT, row::SHIFT_RIGHT_SIGNED, row::ROTATE_LEFT, row::ROTATE_RIGHT];
    let ([wide, right, signed, rotate_left, rotate_right], sum) = flags(cs, w, which);
    let b = Binary::new(cs, w, Kind::Shift, &sum);
    let (x, y) = (w.access(0).old, w.access(1).old);
    let bits = if w.flag(row::WIDE) { 64 } else { 32 };
    let k = cs.bytes::<8>("whole turns", y / bits);
    let k = cs.join(&k, 8);
    let width = cs.constant(32_u64) + &wide * 32;
    let turns = cs.times("whole turns", &k, &width);
    let amount = &b.y.num - turns;
    cs.byte("amount", amount.clone());
    cs.byte("amount", &width - 1 - &amount);
    let backwards = &right + &signed + &rotate_right;
    let exponent = cs.choose("exponent", &backwards, &(&width - &amount), &amount);
    let left = y % bits;
    let e = if w.flag(row::SHIFT_RIGHT | row::SHIFT_RIGHT_SIGNED | row::ROTATE_RIGHT) { bits - left } else { left };
    let power = cs.commit_as("power table", if w.on { 1_u128 << e } else { 0 });
    cs.power_of_two(&b.head.on, &exponent, &power);
    let spelled = Spelled::new(cs, u128::from(x) << e);
    cs.enforce("product", &b.x.num, &power, &spelled.all());
    let upper = cs.times("halves", &spelled.next, &wide);
    let r = &spelled.low + &upper * (1 << 32);
    let h = spelled.next + spelled.high - upper;
    let sign = sign(cs, w, &b.x.num, &half(cs, &wide), &signed);
    let fill = cs.times("fill", &(modulus(cs, &wide) - &power), &sign);
    let dropped = cs.choose("dropped side", &(right + signed), &r, &h);
    let dropped = cs.times("dropped side", &dropped, &(-(rotate_left + rotate_right) + 1));
    b.finish(cs, w, &(r + h + fill - dropped));
}

/// The bit [x ≥ W / 2] where `signed`, else zero.
fn sign(cs: &mut Cs, w: &Witness, x: &Num, half: &Num, signed: &Num) -> Num {
    let (value, limit) = (w.access(0).old, if w.flag(row::WIDE) { 1 << 63 } else { 1_u64 << 31 });
    let is_signed = w.flag(row::SHIFT_RIGHT_SIGNED);
    let negative = is_signed && value >= limit;
    let distance = match (is_signed, negative) {
        (false, _) => 0,
        (true, true) => value - limit,
        (true, false) => limit - 1 - value,
    };
    let sign = cs.commit_as("sign bit", u64::from(negative));
    let zero = cs.constant(0_u64);
    cs.enforce("sign bit", &(signed - &sign), &sign, &zero);
    let bytes = cs.bytes::<8>("sign bytes", distance);
    let distance = cs.join(&bytes, 8);
    cs.enforce("sign", &(x - half), &(&sign * 2 - signed), &(distance + signed - &sign));
    sign
}
