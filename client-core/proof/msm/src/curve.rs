//! Points of BN254's two groups over our fields: affine ones for sums in batches, projective ones for the few others.

use crate::field::{Base, Fe};
use ark_bn254::{Fq, Fq2, G1Affine, G2Affine, g1, g2};
use ark_ec::{AffineRepr as _, CurveGroup, short_weierstrass};
use ark_ff::{BigInt, Field as _};

/// A field of coordinates.
pub trait Coordinate: Copy + Send + Sync {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Product.
    #[must_use]
    fn times(&self, other: &Self) -> Self;
    /// Square.
    #[must_use]
    fn square(&self) -> Self;
    /// Sum.
    #[must_use]
    fn plus(&self, other: &Self) -> Self;
    /// Difference.
    #[must_use]
    fn minus(&self, other: &Self) -> Self;
    /// Difference as a factor: only for products and [`Coordinate::factor_is_zero`].
    #[must_use]
    fn factor(&self, other: &Self) -> Self;
    /// True if a difference as a factor is 0.
    fn factor_is_zero(&self) -> bool;
    /// True for 0.
    fn is_zero(&self) -> bool;
    /// 1 / self; 0 of 0. Slow: once for a whole batch.
    #[must_use]
    fn inverse(&self) -> Self;
}

type F = Fe<Base>;

impl Coordinate for F {
    const ZERO: Self = Self::ZERO;
    const ONE: Self = Self::ONE;
    #[inline(always)]
    fn times(&self, other: &Self) -> Self {
        Self::times(self, other)
    }
    #[inline(always)]
    fn square(&self) -> Self {
        Self::square(self)
    }
    #[inline(always)]
    fn plus(&self, other: &Self) -> Self {
        Self::plus(self, other)
    }
    #[inline(always)]
    fn minus(&self, other: &Self) -> Self {
        Self::minus(self, other)
    }
    #[inline(always)]
    fn factor(&self, other: &Self) -> Self {
        Self::factor(self, other)
    }
    #[inline(always)]
    fn factor_is_zero(&self) -> bool {
        Self::factor_is_zero(self)
    }
    #[inline(always)]
    fn is_zero(&self) -> bool {
        Self::is_zero(self)
    }
    fn inverse(&self) -> Self {
        to_ark(self).inverse().map_or(Self::ZERO, |inverse| from_ark(&inverse))
    }
}

/// a + b u with u^2 = -1.
#[derive(Clone, Copy, Debug)]
pub struct Quadratic(F, F);

impl Coordinate for Quadratic {
    const ZERO: Self = Self(F::ZERO, F::ZERO);
    const ONE: Self = Self(F::ONE, F::ZERO);
    fn times(&self, other: &Self) -> Self {
        // Karatsuba: three products.
        let (low, high) = (self.0.times(&other.0), self.1.times(&other.1));
        let mixed = self.0.plus(&self.1).times(&other.0.plus(&other.1));
        Self(low.minus(&high), mixed.minus(&low).minus(&high))
    }
    fn square(&self) -> Self {
        let product = self.0.times(&self.1);
        Self(self.0.plus(&self.1).times(&self.0.minus(&self.1)), product.plus(&product))
    }
    fn plus(&self, other: &Self) -> Self {
        Self(self.0.plus(&other.0), self.1.plus(&other.1))
    }
    fn minus(&self, other: &Self) -> Self {
        Self(self.0.minus(&other.0), self.1.minus(&other.1))
    }
    // Karatsuba adds its factors, so they stay below 2p here.
    fn factor(&self, other: &Self) -> Self {
        self.minus(other)
    }
    fn factor_is_zero(&self) -> bool {
        self.is_zero()
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero() && self.1.is_zero()
    }
    fn inverse(&self) -> Self {
        let norm = self.0.square().plus(&self.1.square()).inverse();
        Self(self.0.times(&norm), F::ZERO.minus(&self.1.times(&norm)))
    }
}

fn from_ark(value: &Fq) -> F {
    F::from_montgomery_256((value.0).0)
}

fn to_ark(value: &F) -> Fq {
    // The words are below the modulus, so this is the element with that Montgomery form.
    Fq::new_unchecked(BigInt(value.to_montgomery_256()))
}

/// A point that is not the identity, or the identity where `y` is all zero (no point of either group has y = 0).
#[derive(Clone, Copy, Debug)]
pub struct Affine<C> {
    /// x.
    pub x: C,
    /// y.
    pub y: C,
}

impl<C: Coordinate> Affine<C> {
    /// The identity.
    pub const IDENTITY: Self = Self { x: C::ZERO, y: C::ZERO };

    /// True for the identity.
    #[inline(always)]
    pub fn is_identity(&self) -> bool {
        self.y.is_zero()
    }

    /// The point on the other side.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { x: self.x, y: C::ZERO.minus(&self.y) }
    }
}

/// XYZZ coordinates: x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2 (EFD "shortw xyzz"). The identity has ZZ = 0.
#[derive(Clone, Copy, Debug)]
pub struct Projective<C> {
    x: C,
    y: C,
    zz: C,
    zzz: C,
}

impl<C: Coordinate> Projective<C> {
    /// The identity.
    pub const IDENTITY: Self = Self { x: C::ONE, y: C::ONE, zz: C::ZERO, zzz: C::ZERO };

    fn of(point: &Affine<C>) -> Self {
        if point.is_identity() { Self::IDENTITY } else { Self { x: point.x, y: point.y, zz: C::ONE, zzz: C::ONE } }
    }

    /// Twice this point.
    #[must_use]
    pub fn doubled(&self) -> Self {
        if self.zz.is_zero() {
            return *self;
        }
        let u = self.y.plus(&self.y);
        let v = u.square();
        let w = u.times(&v);
        let s = self.x.times(&v);
        let squared = self.x.square();
        let m = squared.plus(&squared).plus(&squared);
        let x = m.square().minus(&s).minus(&s);
        let y = m.times(&s.minus(&x)).minus(&w.times(&self.y));
        Self { x, y, zz: v.times(&self.zz), zzz: w.times(&self.zzz) }
    }

    /// Sum with an affine point.
    #[must_use]
    pub fn plus_affine(&self, other: &Affine<C>) -> Self {
        if other.is_identity() {
            return *self;
        }
        if self.zz.is_zero() {
            return Self::of(other);
        }
        let p = other.x.times(&self.zz).minus(&self.x);
        let r = other.y.times(&self.zzz).minus(&self.y);
        self.plus_by(p, r, &self.x, &self.y, None)
    }

    /// Sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        if other.zz.is_zero() {
            return *self;
        }
        if self.zz.is_zero() {
            return *other;
        }
        let (u1, s1) = (self.x.times(&other.zz), self.y.times(&other.zzz));
        let p = other.x.times(&self.zz).minus(&u1);
        let r = other.y.times(&self.zzz).minus(&s1);
        self.plus_by(p, r, &u1, &s1, Some(other))
    }

    /// The common end of both sums: `p` and `r` are the differences of the scaled x and y, `u` and `s` the first's.
    fn plus_by(&self, p: C, r: C, u: &C, s: &C, other: Option<&Self>) -> Self {
        if p.is_zero() {
            return if r.is_zero() { self.doubled() } else { Self::IDENTITY };
        }
        let pp = p.square();
        let ppp = p.times(&pp);
        let q = u.times(&pp);
        let x = r.square().minus(&ppp).minus(&q).minus(&q);
        let y = r.times(&q.minus(&x)).minus(&s.times(&ppp));
        let (zz, zzz) = (self.zz.times(&pp), self.zzz.times(&ppp));
        match other {
            None => Self { x, y, zz, zzz },
            Some(other) => Self { x, y, zz: zz.times(&other.zz), zzz: zzz.times(&other.zzz) },
        }
    }
}

/// A group of arkworks that sums can be taken in.
pub trait Group: CurveGroup {
    /// The field of its coordinates here.
    type C: Coordinate;
    /// From arkworks' form.
    fn take(point: &Self::Affine) -> Affine<Self::C>;
    /// To arkworks' form.
    fn give(point: &Projective<Self::C>) -> Self;
    /// The coordinate map of the endomorphism x -> beta x, if it is used.
    fn endomorphism(_: &Self::C) -> Option<Self::C> {
        None
    }
}

impl Group for short_weierstrass::Projective<g1::Config> {
    type C = F;

    fn take(point: &G1Affine) -> Affine<F> {
        if point.is_zero() { Affine::IDENTITY } else { Affine { x: from_ark(&point.x), y: from_ark(&point.y) } }
    }

    fn give(point: &Projective<F>) -> Self {
        match affine(point) {
            None => Self::default(),
            Some((x, y)) => G1Affine::new_unchecked(to_ark(&x), to_ark(&y)).into(),
        }
    }

    fn endomorphism(x: &F) -> Option<F> {
        Some(x.times(&from_ark(&crate::endomorphism::BETA)))
    }
}

impl Group for short_weierstrass::Projective<g2::Config> {
    type C = Quadratic;

    fn take(point: &G2Affine) -> Affine<Quadratic> {
        let take = |value: &Fq2| Quadratic(from_ark(&value.c0), from_ark(&value.c1));
        if point.is_zero() { Affine::IDENTITY } else { Affine { x: take(&point.x), y: take(&point.y) } }
    }

    fn give(point: &Projective<Quadratic>) -> Self {
        let give = |value: &Quadratic| Fq2::new(to_ark(&value.0), to_ark(&value.1));
        match affine(point) {
            None => Self::default(),
            Some((x, y)) => G2Affine::new_unchecked(give(&x), give(&y)).into(),
        }
    }
}

/// Affine coordinates; none for the identity.
fn affine<C: Coordinate>(point: &Projective<C>) -> Option<(C, C)> {
    if point.zz.is_zero() {
        return None;
    }
    let inverse = point.zzz.inverse();
    // 1 / ZZ = ZZ^2 / ZZZ^2.
    let zz = point.zz.times(&inverse).square();
    Some((point.x.times(&zz), point.y.times(&inverse)))
}
