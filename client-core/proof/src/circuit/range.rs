//! Ranges of numbers that are no wires.

use super::{
    Cs,
    num::{Num, two_to},
};
use ark_ff::Field;

/// `number`, whose value is `value`, lies in 0..256^`N`. `N` constraints: the highest byte is what the others leave.
pub fn ranged<const N: usize>(cs: &mut Cs, family: &'static str, number: &Num, value: u64) {
    let mut rest = number.clone();
    for shift in (0..N as u64 - 1).map(|index| 8 * index) {
        let byte = cs.commit_as(family, value >> shift & 255);
        cs.byte(family, byte.clone());
        rest = rest - byte * two_to(shift);
    }
    cs.byte(family, rest * two_to(8 * (N as u64 - 1)).inverse().unwrap_or_default());
}
