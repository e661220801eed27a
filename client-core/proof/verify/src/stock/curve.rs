//! Keys and proofs on a curve: decoded, looked at, verified.

use super::{MAX_INPUTS, StockError, decimal::element, json::Value};
use crate::points;
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use ark_bn254::Bn254;
use ark_ec::{
    AffineRepr, CurveGroup, VariableBaseMSM,
    pairing::Pairing,
    short_weierstrass::{Affine, SWCurveConfig},
};
use ark_ff::{PrimeField, QuadExtConfig, QuadExtField, Zero};

/// Names of the files.
pub(super) struct Names;

impl Names {
    pub(super) const KEY: &'static str = "verification_key.json";
    pub(super) const PROOF: &'static str = "proof.json";
    pub(super) const PUBLIC: &'static str = "public.json";
}

/// A curve whose files this verifier reads.
pub trait Curve: Pairing {
    /// Its name for people.
    const NAME: &'static str;

    /// A number of the scalar field.
    ///
    /// # Errors
    /// A description.
    fn scalar(text: &str) -> Result<Self::ScalarField, &'static str>;
    /// A point of G1 from its affine coordinates, on the curve, in the group.
    ///
    /// # Errors
    /// A description.
    fn g1(x: &str, y: &str) -> Result<Self::G1Affine, &'static str>;
    /// A point of G2 from its affine coordinates, each of two numbers.
    ///
    /// # Errors
    /// A description.
    fn g2(x: [&str; 2], y: [&str; 2]) -> Result<Self::G2Affine, &'static str>;
}

/// A point with these coordinates, if it is one.
fn checked<C: SWCurveConfig>(x: C::BaseField, y: C::BaseField) -> Result<Affine<C>, &'static str> {
    let point = Affine::<C>::new_unchecked(x, y);
    // On some curves (0, 0) stands for the identity, and counts as a point of the curve.
    if point.is_zero() || !point.is_on_curve() {
        return Err("is not on the curve");
    }
    if point.is_in_correct_subgroup_assuming_on_curve() { Ok(point) } else { Err("is not in the group") }
}

fn pair<P: QuadExtConfig>(c0: P::BaseField, c1: P::BaseField) -> QuadExtField<P> {
    QuadExtField::new(c0, c1)
}

macro_rules! curve {
    ($crate_name:ident, $engine:ident, $name:literal) => {
        impl Curve for $crate_name::$engine {
            const NAME: &'static str = $name;

            fn scalar(text: &str) -> Result<Self::ScalarField, &'static str> {
                element(text)
            }

            fn g1(x: &str, y: &str) -> Result<Self::G1Affine, &'static str> {
                checked(element(x)?, element(y)?)
            }

            fn g2(x: [&str; 2], y: [&str; 2]) -> Result<Self::G2Affine, &'static str> {
                checked(pair(element(x[0])?, element(x[1])?), pair(element(y[0])?, element(y[1])?))
            }
        }
    };
}

curve!(ark_bn254, Bn254, "BN254");
#[cfg(feature = "bls")]
curve!(ark_bls12_381, Bls12_381, "BLS12-381");

/// A verification key that was looked at.
#[derive(Clone, Debug)]
pub struct Key<E: Pairing> {
    alpha: E::G1Affine,
    beta: E::G2Affine,
    gamma: E::G2Affine,
    delta: E::G2Affine,
    ic: Vec<E::G1Affine>,
}

/// A proof with its points.
#[derive(Clone, Debug)]
pub struct Proof<E: Pairing> {
    a: E::G1Affine,
    b: E::G2Affine,
    c: E::G1Affine,
}

impl<E: Pairing> Key<E> {
    /// Refuses keys with a ratio that anybody can read off them.
    fn checked(self) -> Result<Self, StockError> {
        let one = E::G2Affine::generator();
        let same = |a: &E::G2Affine, b: &E::G2Affine| a.x() == b.x();
        let refuse = |what| Err(StockError::Degenerate(what));
        if same(&self.gamma, &self.delta) {
            return refuse("gamma equals delta, so that anybody can prove anything (there was no contribution)");
        }
        if same(&self.delta, &one) {
            return refuse("delta is the generator: there was no contribution to the set-up");
        }
        if same(&self.beta, &one) || self.alpha.x() == E::G1Affine::generator().x() {
            return refuse("alpha or beta is the generator");
        }
        if same(&self.beta, &self.gamma) || same(&self.beta, &self.delta) {
            return refuse("beta equals gamma or delta");
        }
        Ok(self)
    }

    /// Whether the proof holds: e(A, B) = e(α, β) · e(IC(x), γ) · e(C, δ).
    ///
    /// # Errors
    /// [`StockError::Count`].
    pub fn holds(&self, proof: &Proof<E>, inputs: &[E::ScalarField]) -> Result<bool, StockError> {
        let wanted = self.ic.len().saturating_sub(1);
        let Some((constant, rest)) = self.ic.split_first().filter(|_| wanted == inputs.len()) else {
            return Err(StockError::Count { wanted, given: inputs.len() });
        };
        let scalars: Vec<_> = inputs.iter().map(|input| input.into_bigint()).collect();
        let sum = (E::G1::msm_bigint(rest, &scalars) + constant).into_affine();
        let negative = (-proof.a.into_group()).into_affine();
        let product =
            E::multi_pairing([negative, self.alpha, sum, proof.c], [proof.b, self.beta, self.gamma, self.delta]);
        Ok(product.is_zero())
    }
}

/// Takes the next `N` bytes of `rest`.
fn next<const N: usize>(rest: &mut &[u8], field: &'static str) -> Result<[u8; N], StockError> {
    let (head, tail) = rest.split_first_chunk().ok_or(StockError::Value { field, what: "has another length" })?;
    *rest = tail;
    Ok(*head)
}

/// A point from bytes, with the name of its field.
fn named<T>(field: &'static str, point: Result<T, &'static str>) -> Result<T, StockError> {
    point.map_err(|what| StockError::Value { field, what })
}

impl Key<Bn254> {
    /// α, β, γ, δ, IC, compressed.
    ///
    /// # Errors
    /// [`StockError::Value`], [`StockError::Degenerate`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StockError> {
        let rest = &mut { bytes };
        let alpha = named("alpha", points::g1(&next(rest, "key")?))?;
        let [beta, gamma, delta] = [next(rest, "key")?, next(rest, "key")?, next(rest, "key")?];
        let (ic, tail) = rest.as_chunks::<32>();
        if !tail.is_empty() || ic.is_empty() || ic.len() > MAX_INPUTS {
            return Err(StockError::Value { field: "key", what: "has another length" });
        }
        let key = Self {
            alpha,
            beta: named("beta", points::g2(&beta))?,
            gamma: named("gamma", points::g2(&gamma))?,
            delta: named("delta", points::g2(&delta))?,
            ic: ic.iter().map(|bytes| named("IC", points::g1(bytes))).collect::<Result<_, _>>()?,
        };
        key.checked()
    }

    /// The same bytes.
    ///
    /// # Errors
    /// [`StockError::Value`], never for a key that was read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StockError> {
        let mut out = named("alpha", points::to_bytes::<_, 32>(&self.alpha))?.to_vec();
        for point in [&self.beta, &self.gamma, &self.delta] {
            out.extend(named("key", points::to_bytes::<_, 64>(point))?);
        }
        for point in &self.ic {
            out.extend(named("IC", points::to_bytes::<_, 32>(point))?);
        }
        Ok(out)
    }
}

impl Proof<Bn254> {
    /// A, B, C, compressed.
    ///
    /// # Errors
    /// [`StockError::Value`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StockError> {
        let rest = &mut { bytes };
        let a = named("A", points::g1(&next(rest, "proof")?))?;
        let b = named("B", points::g2(&next(rest, "proof")?))?;
        let c = named("C", points::g1(&next(rest, "proof")?))?;
        if rest.is_empty() { Ok(Self { a, b, c }) } else { named("proof", Err("has another length")) }
    }

    /// The same bytes.
    ///
    /// # Errors
    /// [`StockError::Value`], never for a proof that was read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StockError> {
        let a: [u8; 32] = named("A", points::to_bytes(&self.a))?;
        let b: [u8; 64] = named("B", points::to_bytes(&self.b))?;
        let c: [u8; 32] = named("C", points::to_bytes(&self.c))?;
        Ok([a.as_slice(), &b, &c].concat())
    }
}

/// Texts of an array of `N`, or of `N` and a last one that makes the coordinates affine.
fn coordinates<'v, 't, T: PartialEq, const N: usize>(
    value: &'v Value<'t>,
    read: impl Fn(&'v Value<'t>) -> Option<T>,
    last: &T,
) -> Option<[T; N]> {
    let mut items = value.array()?.iter().map(read).collect::<Option<Vec<T>>>()?;
    if items.len() == N + 1 && items.pop().as_ref() != Some(last) {
        return None;
    }
    items.try_into().ok()
}

/// Two numbers of an extension.
fn two<'v>(value: &'v Value<'_>) -> Option<[&'v str; 2]> {
    match value.array()? {
        [first, second] => Some([first.text()?, second.text()?]),
        _ => None,
    }
}

fn g1<E: Curve>(file: &'static str, field: &'static str, value: Option<&Value<'_>>) -> Result<E::G1Affine, StockError> {
    let shape = StockError::Shape { file, field };
    let [x, y] = value.and_then(|value| coordinates(value, Value::text, &"1")).ok_or(shape)?;
    named(field, E::g1(x, y))
}

fn g2<E: Curve>(file: &'static str, field: &'static str, value: Option<&Value<'_>>) -> Result<E::G2Affine, StockError> {
    let shape = StockError::Shape { file, field };
    let [x, y] = value.and_then(|value| coordinates(value, two, &["1", "0"])).ok_or(shape)?;
    named(field, E::g2(x, y))
}

/// The key of a file.
pub(super) fn key<E: Curve>(file: &Value<'_>) -> Result<Key<E>, StockError> {
    const FILE: &str = Names::KEY;
    let shape = |field| StockError::Shape { file: FILE, field };
    let ic = file.get("IC").and_then(Value::array).ok_or(shape("IC"))?;
    if ic.is_empty() || ic.len() > MAX_INPUTS {
        return Err(shape("IC"));
    }
    let count = ic.len().saturating_sub(1);
    match file.get("nPublic") {
        Some(Value::Number(number)) if *number == count.to_string() => {}
        _ => return Err(shape("nPublic")),
    }
    let twist = |field| g2::<E>(FILE, field, file.get(field));
    let key = Key {
        alpha: g1::<E>(FILE, "vk_alpha_1", file.get("vk_alpha_1"))?,
        beta: twist("vk_beta_2")?,
        gamma: twist("vk_gamma_2")?,
        delta: twist("vk_delta_2")?,
        ic: ic.iter().map(|value| g1::<E>(FILE, "IC", Some(value))).collect::<Result<_, _>>()?,
    };
    key.checked()
}

/// The proof of a file.
pub(super) fn proof<E: Curve>(file: &Value<'_>) -> Result<Proof<E>, StockError> {
    const FILE: &str = Names::PROOF;
    Ok(Proof {
        a: g1::<E>(FILE, "pi_a", file.get("pi_a"))?,
        b: g2::<E>(FILE, "pi_b", file.get("pi_b"))?,
        c: g1::<E>(FILE, "pi_c", file.get("pi_c"))?,
    })
}

/// The public inputs of a file, and how they are written.
pub(super) fn values<E: Curve>(file: &Value<'_>) -> Result<(Vec<E::ScalarField>, Vec<String>), StockError> {
    const SHAPE: StockError = StockError::Shape { file: Names::PUBLIC, field: "the list" };
    let list = file.array().filter(|list| list.len() < MAX_INPUTS).ok_or(SHAPE)?;
    let texts = list.iter().map(Value::text).collect::<Option<Vec<_>>>().ok_or(SHAPE)?;
    let values = texts.iter().map(|text| named("public input", E::scalar(text))).collect::<Result<_, _>>()?;
    Ok((values, texts.into_iter().map(String::from).collect()))
}
