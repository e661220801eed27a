//! `a · b / d` without losing the high half.

/// What to do with a remainder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Round {
    /// Drop it.
    Down,
    /// Count it as one more.
    Up,
}

/// `a · b / d`, exact in 256 bits; `None` if `d` is 0 or the result passes 2^128.
#[must_use]
pub fn mul_div(a: u128, b: u128, d: u128, round: Round) -> Option<u128> {
    let (quotient, rest) = match a.checked_mul(b) {
        Some(product) => (product.checked_div(d)?, product % d),
        None => divide(multiply(a, b), d)?,
    };
    if round == Round::Up && rest > 0 { quotient.checked_add(1) } else { Some(quotient) }
}

/// The product as (high, low), from four products of 64-bit halves.
fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    // Each of these fits: (2^64 − 1)^2 + 2·(2^64 − 1) = 2^128 − 1.
    let low = a0 * b0;
    let cross = a1 * b0 + (low >> 64);
    let middle = a0 * b1 + (cross & LOW);
    (a1 * b1 + (cross >> 64) + (middle >> 64), (middle << 64) | (low & LOW))
}

/// Quotient and remainder, bit by bit; `None` if the quotient passes 2^128.
fn divide((high, low): (u128, u128), d: u128) -> Option<(u128, u128)> {
    if high >= d {
        return None;
    }
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..128).rev() {
        // The bit that the shift pushes out means that the remainder is at least 2^128 > d.
        let over = rest >> 127 == 1;
        rest = rest << 1 | (low >> bit & 1);
        quotient <<= 1;
        if over || rest >= d {
            rest = rest.wrapping_sub(d);
            quotient |= 1;
        }
    }
    Some((quotient, rest))
}
