//! Prime fields of 254 bits in nine limbs of 29 bits, Montgomery form with R = 2^261.
//!
//! A 32-bit machine multiplies 32 by 32 bits into 64. With 29-bit limbs the 18 products that meet in one column of a
//! Montgomery multiplication stay below 2^63, so nothing is carried inside it (Mitschabaude, "montgomery", ZPrize 2022).
//! Values are kept below 2p ([`Fe::normal`] gives the one below p); factors of a product may be below 4p ([`Fe::factor`]).
//! Nothing branches on values: half of such branches would be guessed wrongly.

use core::marker::PhantomData;

/// Limbs.
pub const LIMBS: usize = 9;
/// Bits of a limb.
const BITS: u32 = 29;
const MASK: u32 = (1 << BITS) - 1;

/// Limbs of a number below 2^261.
pub type Limbs = [u32; LIMBS];

/// A prime of 254 bits.
pub trait Prime: Copy + Send + Sync + 'static {
    /// The prime, in 64-bit words, least first.
    const WORDS: [u64; 4];
    /// The prime in limbs.
    const P: Limbs = limbs(Self::WORDS);
    /// Twice the prime in limbs.
    const P2: Limbs = twice(Self::P);
    /// -P^-1 mod 2^29.
    const N0: u32 = inverse(Self::P[0]);
    /// 2^261 mod P.
    const ONE: Limbs = power(Self::P, 261);
    /// 2^266 mod P: what takes a Montgomery form with 2^256 to ours by one multiplication.
    const FROM_256: Limbs = power(Self::P, 266);
    /// 2^256 mod P: and back.
    const TO_256: Limbs = power(Self::P, 256);
}

/// An element: Montgomery form, below 2p.
#[derive(Clone, Copy, Debug)]
pub struct Fe<P>(pub(crate) Limbs, PhantomData<P>);

/// Words to limbs.
#[must_use]
pub const fn limbs(words: [u64; 4]) -> Limbs {
    let mut out = [0; LIMBS];
    let mut index = 0;
    while index < LIMBS {
        let bit = index * BITS as usize;
        let (word, shift) = (bit / 64, bit % 64);
        let mut value = words[word] >> shift;
        if shift + BITS as usize > 64 && word + 1 < 4 {
            value |= words[word + 1] << (64 - shift);
        }
        out[index] = (value as u32) & MASK;
        index += 1;
    }
    out
}

/// Limbs of a number below 2^256 to words.
#[must_use]
pub const fn words(limbs: Limbs) -> [u64; 4] {
    let mut out = [0u64; 4];
    let mut index = 0;
    while index < LIMBS {
        let bit = index * BITS as usize;
        let (word, shift) = (bit / 64, bit % 64);
        out[word] |= (limbs[index] as u64) << shift;
        if shift + BITS as usize > 64 && word + 1 < 4 {
            out[word + 1] |= (limbs[index] as u64) >> (64 - shift);
        }
        index += 1;
    }
    out
}

const fn twice(a: Limbs) -> Limbs {
    let mut out = [0; LIMBS];
    let mut carry = 0;
    let mut index = 0;
    while index < LIMBS {
        let sum = (a[index] << 1) + carry;
        out[index] = sum & MASK;
        carry = sum >> BITS;
        index += 1;
    }
    out
}

/// a - b, and whether a < b.
const fn minus(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let mut out = [0; LIMBS];
    let mut borrow = 0i32;
    let mut index = 0;
    while index < LIMBS {
        let difference = a[index] as i32 - b[index] as i32 + borrow;
        out[index] = (difference as u32) & MASK;
        borrow = difference >> BITS;
        index += 1;
    }
    (out, borrow < 0)
}

/// -n^-1 mod 2^29 of an odd number, by Newton's iteration.
const fn inverse(n: u32) -> u32 {
    let mut x = 1u32;
    let mut round = 0;
    while round < 5 {
        x = x.wrapping_mul(2u32.wrapping_sub(n.wrapping_mul(x)));
        round += 1;
    }
    x.wrapping_neg() & MASK
}

/// 2^exponent mod p.
const fn power(p: Limbs, exponent: usize) -> Limbs {
    let mut out = [0; LIMBS];
    out[0] = 1;
    let mut index = 0;
    while index < exponent {
        out = twice(out);
        let (less, below) = minus(&out, &p);
        if !below {
            out = less;
        }
        index += 1;
    }
    out
}

impl<P: Prime> Fe<P> {
    /// 0.
    pub const ZERO: Self = Self([0; LIMBS], PhantomData);
    /// 1.
    pub const ONE: Self = Self(P::ONE, PhantomData);

    /// From the words of a Montgomery form with R = 2^256, below p.
    #[must_use]
    pub fn from_montgomery_256(form: [u64; 4]) -> Self {
        Self(limbs(form), PhantomData).times(&Self(P::FROM_256, PhantomData))
    }

    /// To the words of the Montgomery form with R = 2^256, below p.
    #[must_use]
    pub fn to_montgomery_256(&self) -> [u64; 4] {
        words(self.times(&Self(P::TO_256, PhantomData)).normal())
    }

    /// The limbs below p.
    #[must_use]
    pub fn normal(&self) -> Limbs {
        let (less, below) = minus(&self.0, &P::P);
        if below { self.0 } else { less }
    }

    /// True for 0.
    #[must_use]
    #[inline]
    pub fn is_zero(&self) -> bool {
        // The first limbs tell apart what is not zero almost always.
        (self.0[0] == 0 || self.0[0] == P::P[0]) && (self.0 == [0; LIMBS] || self.0 == P::P)
    }

    /// The product.
    #[must_use]
    #[inline(never)]
    pub fn times(&self, other: &Self) -> Self {
        let (a, b, p) = (&self.0, &other.0, &P::P);
        let mut t = [0u64; LIMBS];
        for ai in a {
            let ai = u64::from(*ai);
            let low = t[0] + ai * u64::from(b[0]);
            let q = u64::from((low as u32).wrapping_mul(P::N0) & MASK);
            let carry = (low + q * u64::from(p[0])) >> BITS;
            t[0] = t[1] + ai * u64::from(b[1]) + q * u64::from(p[1]) + carry;
            t[1] = t[2] + ai * u64::from(b[2]) + q * u64::from(p[2]);
            t[2] = t[3] + ai * u64::from(b[3]) + q * u64::from(p[3]);
            t[3] = t[4] + ai * u64::from(b[4]) + q * u64::from(p[4]);
            t[4] = t[5] + ai * u64::from(b[5]) + q * u64::from(p[5]);
            t[5] = t[6] + ai * u64::from(b[6]) + q * u64::from(p[6]);
            t[6] = t[7] + ai * u64::from(b[7]) + q * u64::from(p[7]);
            t[7] = ai * u64::from(b[8]) + q * u64::from(p[8]);
        }
        let mut out = [0; LIMBS];
        let mut carry = 0;
        for (limb, column) in out.iter_mut().zip(&t) {
            let sum = column + carry;
            *limb = (sum as u32) & MASK;
            carry = sum >> BITS;
        }
        // Both factors are below 4p, so the product over R is below (16p / 2^261) p < 0.1 p, and with the multiple of p
        // that was added below 1.1 p.
        Self(out, PhantomData)
    }

    /// The square: 45 products and the reduction's 81.
    #[must_use]
    #[inline(never)]
    pub fn square(&self) -> Self {
        let a = &self.0;
        let mut t = [0u64; 2 * LIMBS];
        let mut i = 0;
        while i < LIMBS {
            let (own, twice) = (u64::from(a[i]), u64::from(a[i]) << 1);
            t[2 * i] += own * own;
            let mut j = i + 1;
            while j < LIMBS {
                t[i + j] += twice * u64::from(a[j]);
                j += 1;
            }
            i += 1;
        }
        let mut i = 0;
        while i < LIMBS {
            let q = u64::from((t[i] as u32).wrapping_mul(P::N0) & MASK);
            let mut j = 0;
            while j < LIMBS {
                t[i + j] += q * u64::from(P::P[j]);
                j += 1;
            }
            t[i + 1] += t[i] >> BITS;
            i += 1;
        }
        let mut out = [0; LIMBS];
        let mut carry = 0;
        let mut i = 0;
        while i < LIMBS {
            let sum = t[LIMBS + i] + carry;
            out[i] = (sum as u32) & MASK;
            carry = sum >> BITS;
            i += 1;
        }
        Self(out, PhantomData)
    }

    /// The sum.
    #[must_use]
    #[inline(always)]
    pub fn plus(&self, other: &Self) -> Self {
        let mut out = [0; LIMBS];
        let mut borrow = 0i32;
        for (((limb, a), b), p) in out.iter_mut().zip(&self.0).zip(&other.0).zip(&P::P2) {
            let sum = (a + b) as i32 - *p as i32 + borrow;
            *limb = (sum as u32) & MASK;
            borrow = sum >> BITS;
        }
        Self(back(&out, &P::P2, borrow), PhantomData)
    }

    /// The difference.
    #[must_use]
    #[inline(always)]
    pub fn minus(&self, other: &Self) -> Self {
        let mut out = [0; LIMBS];
        let mut borrow = 0i32;
        for ((limb, a), b) in out.iter_mut().zip(&self.0).zip(&other.0) {
            let difference = *a as i32 - *b as i32 + borrow;
            *limb = (difference as u32) & MASK;
            borrow = difference >> BITS;
        }
        Self(back(&out, &P::P2, borrow), PhantomData)
    }

    /// The difference as a factor: below 4p, so only for products and [`Fe::factor_is_zero`].
    #[must_use]
    #[inline(always)]
    pub fn factor(&self, other: &Self) -> Self {
        let mut out = [0; LIMBS];
        let mut carry = 0i32;
        for (((limb, a), b), p) in out.iter_mut().zip(&self.0).zip(&other.0).zip(&P::P2) {
            let sum = (*a + *p) as i32 - *b as i32 + carry;
            *limb = (sum as u32) & MASK;
            carry = sum >> BITS;
        }
        Self(out, PhantomData)
    }

    /// True if a number below 4p is 0 mod p.
    #[must_use]
    #[inline(always)]
    pub fn factor_is_zero(&self) -> bool {
        // The first limb tells almost always.
        let low = self.0[0];
        let first = low == 0 || low == P::P[0] || low == P::P2[0] || low == (P::P[0] + P::P2[0]) & MASK;
        first && [[0; LIMBS], P::P, P::P2].iter().any(|zero| *zero == self.0 || minus(&self.0, zero).0 == P::P)
    }
}

/// Adds `p` to what has been borrowed from.
#[inline(always)]
fn back(value: &Limbs, p: &Limbs, borrow: i32) -> Limbs {
    let mask = borrow as u32;
    let mut out = [0; LIMBS];
    let mut carry = 0;
    for ((limb, a), p) in out.iter_mut().zip(value).zip(p) {
        let sum = a + (p & mask) + carry;
        *limb = sum & MASK;
        carry = sum >> BITS;
    }
    out
}

impl<P: Prime> PartialEq for Fe<P> {
    fn eq(&self, other: &Self) -> bool {
        self.minus(other).is_zero()
    }
}

/// The field of the curve's coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Base;
/// The field of scalars.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

impl Prime for Base {
    const WORDS: [u64; 4] =
        [0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029];
}

impl Prime for Scalar {
    const WORDS: [u64; 4] =
        [0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029];
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Fq, Fr};
    use ark_ff::{Field as _, PrimeField as _, UniformRand as _};

    #[test]
    fn agrees_with_arkworks() {
        let mut rng = ark_std::test_rng();
        let edge = [Fq::from(0u8), Fq::from(1u8), -Fq::from(1u8), Fq::from(2u8).inverse().unwrap()];
        let mut values: alloc::vec::Vec<Fq> = edge.into();
        values.extend((0..60).map(|_| Fq::rand(&mut rng)));
        for a in &values {
            for b in &values {
                let (x, y) = (Fe::<Base>::from_montgomery_256((a.0).0), Fe::<Base>::from_montgomery_256((b.0).0));
                assert_eq!(x.times(&y).to_montgomery_256(), ((a * b).0).0);
                assert_eq!(x.plus(&y).to_montgomery_256(), ((a + b).0).0);
                assert_eq!(x.minus(&y).to_montgomery_256(), ((a - b).0).0);
                assert_eq!(x == y, a == b);
                assert_eq!(x.square().to_montgomery_256(), (a.square().0).0);
                assert_eq!(x.factor(&y).times(&y.factor(&x)).to_montgomery_256(), (((*a - b) * (*b - a)).0).0);
                assert_eq!(x.factor(&y).square().to_montgomery_256(), ((*a - b).square().0).0);
                assert_eq!(x.factor(&y).factor_is_zero(), a == b);
                // Chains of sums stay below 2p.
                assert_eq!(
                    x.plus(&y).plus(&x).minus(&y).minus(&y).square().to_montgomery_256(),
                    ((*a + a - b).square().0).0
                );
            }
        }
        for _ in 0..100 {
            let (a, b) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
            let (x, y) = (Fe::<Scalar>::from_montgomery_256((a.0).0), Fe::<Scalar>::from_montgomery_256((b.0).0));
            assert_eq!(x.times(&y).to_montgomery_256(), ((a * b).0).0);
        }
        assert_eq!(Base::WORDS, Fq::MODULUS.0);
        assert_eq!(Scalar::WORDS, Fr::MODULUS.0);
    }
}
