//! Rows of sums and comparisons. W is 2^32 or 2^64 by the bit `wide`; values read are below W, by induction over the run
//! (a module is typed, and every cell that is written gets a value below its type's W).

use super::builder::Cs;
use super::control::{not_zero, xor};
use super::num::{Num, two_to};
use super::row::{Head, Value, Witness, field};
use zera_proof_rows::row::{self, Kind};

/// W, from the bit `wide`; 2^32 in padding.
pub(super) fn modulus(cs: &Cs, wide: &Num) -> Num {
    cs.constant(1_u64 << 32) + wide * (two_to(64) - two_to(32))
}

/// W / 2.
pub(super) fn half(cs: &Cs, wide: &Num) -> Num {
    cs.constant(1_u64 << 31) + wide * (two_to(63) - two_to(31))
}

/// A row that reads reg[a] = x and reg[b] = y and writes reg[d].
pub(super) struct Binary {
    pub head: Head,
    pub x: Value,
    pub y: Value,
    d: Num,
}

impl Binary {
    /// The state, the program's row with `flags`, the two reads: 1 + 3 + 5 + 12 constraints.
    pub fn new(cs: &mut Cs, w: &Witness, kind: Kind, flags: &Num) -> Self {
        let (x, y) = (cs.commit(w.access(0).old), cs.commit(w.access(1).old));
        let head = Head::new(cs, w);
        Self::with(cs, w, head, kind, flags, [x, y])
    }

    /// The same, after the state, with given numbers as what is read.
    pub fn with(cs: &mut Cs, w: &Witness, mut head: Head, kind: Kind, flags: &Num, [x, y]: [Num; 2]) -> Self {
        let d = cs.commit(u64::from(w.row.d));
        let a = cs.commit(u64::from(w.row.a));
        let b = cs.commit(u64::from(w.row.b));
        let fields = [cs.product(field::D, &d), cs.product(field::A, &a), cs.product(field::B, &b)];
        head.look_up_with(cs, kind, flags, &fields);
        let x = head.read_as(cs, w, &head.slot(&a), x);
        let y = head.read_as(cs, w, &head.slot(&b), y);
        Self { head, x, y, d }
    }

    /// Writes the result and goes on: 7 + 1 constraints.
    pub fn finish(mut self, cs: &mut Cs, w: &Witness, result: &Num) {
        self.head.write(cs, w, &self.head.slot(&self.d), result);
        self.head.leave_next(cs);
    }
}

/// A bit for each flag of a kind, and their sum as it stands in `op`.
pub(super) fn flags<const N: usize>(cs: &mut Cs, w: &Witness, which: [u8; N]) -> ([Num; N], Num) {
    let bits = which.map(|flag| cs.boolean("flag", w.flag(flag)));
    let sum = bits.iter().zip(which).fold(cs.constant(0_u64), |sum, (bit, flag)| sum + bit * u64::from(flag));
    (bits, sum)
}

/// `Add`: r is eight bytes, the upper four zero unless wide; k is a bit.
/// x + y = r + k · W, or with sub r + y = x + k · W: both are (1 − 2 sub) · (x − r) = k · W − y.
/// Since x, y, r < W, k and r are the carry (or borrow) and the sum (or difference) mod W.
/// Result: r, or with compare k xor invert.
pub fn add(cs: &mut Cs, w: &Witness) {
    cs.part("Add");
    let ([sub, wide, compare, invert], sum) = flags(cs, w, [row::SUB, row::WIDE, row::COMPARE, row::INVERT]);
    let b = Binary::new(cs, w, Kind::Add, &sum);
    let (x, y) = (w.access(0).old, w.access(1).old);
    let (raw, k) = if w.flag(row::SUB) { (x.wrapping_sub(y), x < y) } else { add_mod(x, y, w.flag(row::WIDE)) };
    let raw = if w.flag(row::WIDE) { raw } else { raw & 0xFFFF_FFFF };
    let bytes = cs.bytes::<8>("sum bytes", raw);
    let r = cs.join(&bytes, 8);
    upper_zero(cs, &bytes, &wide);
    let k = cs.boolean("carry", k);
    let over = cs.times("carry weight", &modulus(cs, &wide), &k);
    cs.enforce("sum", &(&b.x.num - &r), &(-(sub * 2) + 1), &(over - &b.y.num));
    let less = xor(cs, "inverted", &k, &invert);
    let out = cs.choose("result", &compare, &less, &r);
    b.finish(cs, w, &out);
}

fn add_mod(x: u64, y: u64, wide: bool) -> (u64, bool) {
    let (sum, carry) = x.overflowing_add(y);
    if wide { (sum, carry) } else { (sum & 0xFFFF_FFFF, sum >> 32 != 0) }
}

/// The upper four bytes are zero unless `wide`. They are bytes, so their sum is zero only if each is.
fn upper_zero(cs: &mut Cs, bytes: &[Num; 8], wide: &Num) {
    let (upper, zero) = (cs.join(&bytes[4..], 8), cs.constant(0_u64));
    cs.enforce("upper half", &upper, &(-wide + 1), &zero);
}

/// `Equal` (of both widths; the bit for it changes nothing): difference = x − y + zero · y, that is x − y, or x where the bit zero is set; ne = [difference ≠ 0] (see
/// [`not_zero`]); result = (1 − ne) xor invert.
pub fn equal(cs: &mut Cs, w: &Witness) {
    cs.part("Equal");
    let ([zero, invert, _], sum) = flags(cs, w, [row::ZERO, row::INVERT, row::WIDE]);
    let b = Binary::new(cs, w, Kind::Equal, &sum);
    let other = cs.times("zero", &b.y.num, &zero);
    let ne = not_zero(cs, "equal", &(&b.x.num - &b.y.num + other));
    let out = xor(cs, "inverted", &(-ne + 1), &invert);
    b.finish(cs, w, &out);
}

/// `LessSigned`, h = W / 2. A number is negative where it is at least h. less is a bit, low = y + less · (x − y) and
/// high = x + y − low: the row says that low comes first in the signed order (strictly, if less). Shown by two of three
/// facts, each a difference in eight bytes and so not negative: the bit positive says h − 1 − high ≥ 0 (high is not
/// negative), the bit negative says low − h ≥ 0 (low is negative), and where one of the bits is not set its eight bytes
/// show high − low − less ≥ 0 instead. One bit must be set. If both are, low is negative and high is not: strictly in
/// order. If only positive is, low ≤ high < h, both not negative and in order; if only negative, h ≤ low ≤ high. The
/// order of the two numbers makes exactly one value of less possible. Result: less xor invert.
pub fn less_signed(cs: &mut Cs, w: &Witness) {
    cs.part("LessSigned");
    let ([wide, invert], sum) = flags(cs, w, [row::WIDE, row::INVERT]);
    let b = Binary::new(cs, w, Kind::LessSigned, &sum);
    let claim = Order::of(w.access(0).old, w.access(1).old, w.flag(row::WIDE), w.on);
    let less = cs.boolean("less", claim.less);
    let low = cs.choose("low", &less, &b.x.num, &b.y.num);
    let high = &b.x.num + &b.y.num - &low;
    let positive = cs.boolean("sides", claim.positive);
    let negative = cs.boolean("sides", claim.negative);
    let zero = cs.constant(0_u64);
    cs.enforce("a side", &(&b.head.on - &positive), &(-&negative + 1), &zero);
    let half = half(cs, &wide);
    let apart = &high - &low - &less;
    for (bit, alone, value) in [(&positive, &half - 1 - &high, claim.above), (&negative, &low - &half, claim.below)] {
        let bytes = cs.bytes::<8>("order bytes", value);
        let shown = cs.join(&bytes, 8);
        cs.enforce("order shown", &(alone - &apart), bit, &(shown - &apart));
    }
    let out = xor(cs, "inverted", &less, &invert);
    b.finish(cs, w, &out);
}

/// What an honest prover claims in `LessSigned`.
struct Order {
    less: bool,
    positive: bool,
    negative: bool,
    above: u64,
    below: u64,
}

impl Order {
    const fn of(x: u64, y: u64, wide: bool, on: bool) -> Self {
        let half = if wide { 1_u64 << 63 } else { 1 << 31 };
        let less = (x ^ half) < (y ^ half);
        let (low, high) = if less { (x, y) } else { (y, x) };
        let (positive, negative) = (on && high < half, on && low >= half);
        let apart = high.wrapping_sub(low).wrapping_sub(less as u64);
        let above = if positive { half - 1 - high } else { apart };
        let below = if negative { low - half } else { apart };
        Self { less, positive, negative, above, below }
    }
}
