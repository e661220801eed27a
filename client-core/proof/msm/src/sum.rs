//! Sums of multiples: Pippenger's buckets with signed windows. The points of one window are sorted by bucket and added
//! pairwise in rounds; all additions of a round are affine and share one inversion, about six products each.

use crate::{
    curve::{Affine, Coordinate, Group, Projective},
    endomorphism::{self, Part},
};
use alloc::{vec, vec::Vec};
use ark_bn254::Fr;
use ark_ff::PrimeField as _;

/// Words of a scalar with its windows biased.
const WORDS: usize = 5;
/// Scalars with more bits are split by the endomorphism, where there is one.
const LONG: u32 = 128;
/// What an addition into a bucket costs, differences and moves included, and the two that each bucket costs at the end,
/// in products.
const ADDITION: u64 = 8;
const BUCKET: u64 = 24;

/// `sum of scalars[i] * bases[i]` over the shorter of both lists. A zero scalar costs nothing, a short one only its windows.
#[must_use]
pub fn msm<G: Group<ScalarField = Fr>>(bases: &[G::Affine], scalars: &[Fr]) -> G {
    let mut terms = Terms::<G>::new(scalars.len());
    for (base, scalar) in bases.iter().zip(scalars) {
        terms.push(base, &scalar.into_bigint().0);
    }
    terms.sum()
}

/// One multiple: which point, how often.
struct Term {
    point: u32,
    negative: bool,
    magnitude: [u64; WORDS],
}

struct Terms<G: Group> {
    points: Vec<Affine<G::C>>,
    terms: Vec<Term>,
    /// Sum of all magnitudes' bits, and the most.
    bits: u64,
    longest: u32,
}

impl<G: Group> Terms<G> {
    fn new(capacity: usize) -> Self {
        Self { points: Vec::with_capacity(capacity), terms: Vec::with_capacity(capacity), bits: 0, longest: 0 }
    }

    fn push(&mut self, base: &G::Affine, scalar: &[u64; 4]) {
        if *scalar == [0; 4] {
            return;
        }
        let point = G::take(base);
        if point.is_identity() {
            return;
        }
        if length(scalar) > LONG
            && let Some(x) = G::endomorphism(&point.x)
        {
            let (one, two) = endomorphism::split(scalar);
            self.part(point, &one);
            self.part(Affine { x, y: point.y }, &two);
        } else {
            self.term(point, scalar, false);
        }
    }

    fn part(&mut self, point: Affine<G::C>, part: &Part) {
        let [low, high] = part.words;
        if (low, high) != (0, 0) {
            self.term(point, &[low, high, 0, 0], part.negative);
        }
    }

    fn term(&mut self, point: Affine<G::C>, words: &[u64; 4], negative: bool) {
        let bits = length(words);
        self.bits += u64::from(bits);
        self.longest = self.longest.max(bits);
        let [a, b, c, d] = *words;
        self.terms.push(Term { point: self.points.len() as u32, negative, magnitude: [a, b, c, d, 0] });
        self.points.push(point);
    }

    /// The window width with the fewest products.
    fn width(&self) -> u32 {
        let cost = |width: u32| {
            let windows = u64::from(self.longest / width + 1);
            (self.bits / u64::from(width)) * ADDITION + windows * ((BUCKET << (width - 1)) + 256)
        };
        (2..=16).min_by_key(|width| cost(*width)).unwrap_or(8)
    }

    fn sum(mut self) -> G {
        if self.terms.is_empty() {
            return G::zero();
        }
        let width = self.width();
        // A magnitude of `longest` bits carries into one more.
        let windows = self.longest / width + 1;
        let bias = bias(width, windows);
        for term in &mut self.terms {
            add(&mut term.magnitude, &bias);
        }
        let mut work = Work::new(width);
        let mut total = Projective::IDENTITY;
        for window in (0..windows).rev() {
            for _ in 0..width {
                total = total.doubled();
            }
            total = total.plus(&work.window(&self.points, &self.terms, window));
        }
        G::give(&total)
    }
}

fn length(words: &[u64; 4]) -> u32 {
    words
        .iter()
        .enumerate()
        .rev()
        .find(|(_, word)| **word != 0)
        .map_or(0, |(index, word)| u32::try_from(index).unwrap_or(0) * 64 + 64 - word.leading_zeros())
}

/// 2^(width - 1) in every window: with it added, a window's bits less 2^(width - 1) are its signed digit.
fn bias(width: u32, windows: u32) -> [u64; WORDS] {
    let mut bias = [0u64; WORDS];
    for window in 0..windows {
        let bit = window * width + width - 1;
        if let Some(word) = bias.get_mut((bit / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
    }
    bias
}

fn add(words: &mut [u64; WORDS], other: &[u64; WORDS]) {
    let mut carry = false;
    for (word, other) in words.iter_mut().zip(other) {
        let (sum, first) = word.overflowing_add(*other);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        (*word, carry) = (sum, first || second);
    }
}

/// Room for one window, kept from one to the next.
struct Work<C> {
    width: u32,
    /// Where each bucket's points begin.
    begins: Vec<u32>,
    points: Vec<Affine<C>>,
    buckets: Vec<u32>,
    inverses: Vec<C>,
}

impl<C: Coordinate> Work<C> {
    fn new(width: u32) -> Self {
        Self { width, begins: Vec::new(), points: Vec::new(), buckets: Vec::new(), inverses: Vec::new() }
    }

    /// The signed digit of a biased magnitude.
    fn digit(&self, term: &Term, window: u32) -> i32 {
        let bit = window * self.width;
        let (word, shift) = ((bit / 64) as usize, bit % 64);
        let get = |index: usize| term.magnitude.get(index).copied().unwrap_or(0);
        let mut bits = get(word) >> shift;
        if shift + self.width > 64 {
            bits |= get(word + 1) << (64 - shift);
        }
        let digit = (bits & ((1 << self.width) - 1)) as i32 - (1 << (self.width - 1));
        if term.negative { -digit } else { digit }
    }

    /// `sum of digit * point` of one window.
    fn window(&mut self, points: &[Affine<C>], terms: &[Term], window: u32) -> Projective<C> {
        self.sort(points, terms, window);
        while self.round() {}
        let mut running = Projective::IDENTITY;
        let mut total = Projective::IDENTITY;
        let mut left = self.buckets.len();
        for bucket in (1..=1u32 << (self.width - 1)).rev() {
            if left > 0 && self.buckets.get(left - 1) == Some(&bucket) {
                left -= 1;
                running = self.points.get(left).map_or(running, |point| running.plus_affine(point));
            }
            total = total.plus(&running);
        }
        total
    }

    /// Puts the points with a digit that is not zero in order of their buckets.
    fn sort(&mut self, points: &[Affine<C>], terms: &[Term], window: u32) {
        self.begins.clear();
        self.begins.resize((1 << (self.width - 1)) + 2, 0);
        let mut count = 0usize;
        for term in terms {
            let bucket = self.digit(term, window).unsigned_abs();
            if bucket != 0 {
                count += 1;
                if let Some(begin) = self.begins.get_mut(bucket as usize + 1) {
                    *begin += 1;
                }
            }
        }
        let mut sum = 0;
        for begin in &mut self.begins {
            sum += *begin;
            *begin = sum;
        }
        self.points.clear();
        self.points.resize(count, Affine::IDENTITY);
        self.buckets.clear();
        self.buckets.resize(count, 0);
        for term in terms {
            let digit = self.digit(term, window);
            let bucket = digit.unsigned_abs();
            let (Some(place), Some(point)) = (self.begins.get_mut(bucket as usize), points.get(term.point as usize))
            else {
                continue;
            };
            if bucket == 0 {
                continue;
            }
            let index = *place as usize;
            *place += 1;
            if let (Some(to), Some(id)) = (self.points.get_mut(index), self.buckets.get_mut(index)) {
                *to = if digit < 0 { point.negated() } else { *point };
                *id = bucket;
            }
        }
    }

    /// Adds neighbours of the same bucket in pairs. False when there were none.
    fn round(&mut self) -> bool {
        let pairs = self.denominators();
        if pairs == 0 {
            return false;
        }
        invert(&mut self.inverses);
        let (mut from, mut to, mut pair) = (0, 0, 0);
        while let (Some(one), Some(bucket)) = (self.points.get(from).copied(), self.buckets.get(from).copied()) {
            let other =
                if self.buckets.get(from + 1) == Some(&bucket) { self.points.get(from + 1).copied() } else { None };
            let sum = match (other, self.inverses.get(pair)) {
                (Some(other), Some(inverse)) => {
                    pair += 1;
                    from += 1;
                    sum(&one, &other, inverse)
                }
                _ => one,
            };
            from += 1;
            if let (Some(place), Some(id)) = (self.points.get_mut(to), self.buckets.get_mut(to)) {
                (*place, *id) = (sum, bucket);
            }
            to += 1;
        }
        self.points.truncate(to);
        self.buckets.truncate(to);
        true
    }

    /// What each pair's slope is divided by; 1 where nothing is.
    fn denominators(&mut self) -> usize {
        self.inverses.clear();
        let mut index = 0;
        while let (Some(bucket), Some(next)) = (self.buckets.get(index), self.buckets.get(index + 1)) {
            if bucket != next {
                index += 1;
                continue;
            }
            if let (Some(one), Some(other)) = (self.points.get(index), self.points.get(index + 1)) {
                self.inverses.push(denominator(one, other));
            }
            index += 2;
        }
        self.inverses.len()
    }
}

/// x2 - x1; 2y for a doubling; 1 where the sum needs no slope.
#[inline(always)]
fn denominator<C: Coordinate>(one: &Affine<C>, other: &Affine<C>) -> C {
    if one.is_identity() || other.is_identity() {
        return C::ONE;
    }
    let difference = other.x.factor(&one.x);
    if !difference.factor_is_zero() {
        return difference;
    }
    let twice = one.y.plus(&other.y);
    if twice.is_zero() { C::ONE } else { twice }
}

/// The affine sum, given the inverse of [`denominator`].
#[inline(always)]
fn sum<C: Coordinate>(one: &Affine<C>, other: &Affine<C>, inverse: &C) -> Affine<C> {
    if one.is_identity() {
        return *other;
    }
    if other.is_identity() {
        return *one;
    }
    let rise = if other.x.factor(&one.x).factor_is_zero() {
        if one.y.plus(&other.y).is_zero() {
            return Affine::IDENTITY;
        }
        let squared = one.x.square();
        squared.plus(&squared).plus(&squared)
    } else {
        other.y.factor(&one.y)
    };
    let slope = rise.times(inverse);
    let x = slope.square().minus(&one.x).minus(&other.x);
    let y = slope.times(&one.x.factor(&x)).minus(&one.y);
    Affine { x, y }
}

/// Inverts all of them with one inversion; none is zero.
fn invert<C: Coordinate>(values: &mut [C]) {
    let mut products = vec![C::ONE; values.len()];
    let mut product = C::ONE;
    for (value, before) in values.iter().zip(&mut products) {
        *before = product;
        product = product.times(value);
    }
    let mut inverse = product.inverse();
    for (value, before) in values.iter_mut().zip(&products).rev() {
        let own = inverse.times(before);
        inverse = inverse.times(value);
        *value = own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{G1Projective, G2Projective};
    use ark_ec::{CurveGroup as _, VariableBaseMSM};
    use ark_ff::UniformRand as _;
    use ark_std::{rand::RngCore as _, test_rng};

    /// Full-size, small, zero, one, minus one and repeated scalars over repeated, opposite and identity points.
    fn agrees<G>(counts: &[usize])
    where
        G: Group<ScalarField = Fr> + VariableBaseMSM,
    {
        let mut rng = test_rng();
        for count in counts {
            let mut bases: Vec<G> = Vec::new();
            let mut scalars = Vec::new();
            for index in 0..*count {
                let repeated = bases.last().copied().unwrap_or(G::zero());
                bases.push(match rng.next_u32() % 8 {
                    0 => repeated,
                    1 => -repeated,
                    2 => G::zero(),
                    3 => G::generator(),
                    _ => G::rand(&mut rng),
                });
                scalars.push(match rng.next_u32() % 6 {
                    0 => Fr::from(rng.next_u32() % 3),
                    1 => -Fr::from(1u8),
                    2 => Fr::from(rng.next_u32() as u8),
                    3 => Fr::from(rng.next_u64()),
                    4 => scalars.get(index / 2).copied().unwrap_or(Fr::from(7u8)),
                    _ => Fr::rand(&mut rng),
                });
            }
            let bases = G::normalize_batch(&bases);
            let expected = G::msm(&bases, &scalars).unwrap();
            assert_eq!(msm::<G>(&bases, &scalars).into_affine(), expected.into_affine(), "{count} points");
        }
    }

    #[test]
    fn agrees_with_arkworks_in_both_groups() {
        agrees::<G1Projective>(&[0, 1, 2, 3, 17, 100, 1_000, 5_000]);
        agrees::<G2Projective>(&[0, 1, 2, 3, 17, 100, 1_000]);
    }

    #[test]
    fn cancels_to_the_identity() {
        let mut rng = test_rng();
        let point = G1Projective::rand(&mut rng).into_affine();
        let scalar = Fr::rand(&mut rng);
        assert_eq!(msm::<G1Projective>(&[point, point], &[scalar, -scalar]), G1Projective::default());
        assert_eq!(msm::<G1Projective>(&[point; 9], &[Fr::from(0u8); 9]), G1Projective::default());
    }
}
