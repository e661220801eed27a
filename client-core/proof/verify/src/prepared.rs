//! Keys with their points decoded, looked at, and prepared for pairings.

use crate::{
    ClassInfo, ClassKeys, ClassKind, Keys, VerifyError,
    inputs::{END, EXEC},
    points,
};
use alloc::vec::Vec;
use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::{AffineRepr, pairing::Pairing};
use zera_primitives::Hash;

/// A point of G2, ready for Miller loops.
pub type G2Prepared = <Bn254 as Pairing>::G2Prepared;

/// Keys that can be verified under.
#[derive(Debug)]
pub struct Prepared {
    keys: Keys,
    digest: Hash,
    classes: Vec<PreparedClass>,
    /// Every point of G2 that occurs in the keys, once: classes of one ceremony share β and γ.
    lines: Vec<(G2Affine, G2Prepared)>,
}

/// One class of [`Prepared`]; points of G2 by their place in [`Prepared::lines`].
#[derive(Debug)]
pub(crate) struct PreparedClass {
    pub(crate) info: ClassInfo,
    pub(crate) alpha: G1Affine,
    pub(crate) beta: usize,
    pub(crate) gamma: usize,
    pub(crate) delta: usize,
    pub(crate) delta_d: usize,
    pub(crate) ic: Vec<G1Affine>,
}

impl Prepared {
    /// Decodes every point and refuses degenerate keys.
    ///
    /// # Errors
    /// [`VerifyError::Keys`].
    pub fn new(keys: Keys) -> Result<Self, VerifyError> {
        let digest = keys.digest();
        check_classes(&keys.classes)?;
        let mut lines: Vec<(G2Affine, G2Prepared)> = Vec::new();
        let mut classes = Vec::with_capacity(keys.classes.len());
        // Logarithms that nobody may know: each δ and δ_D once, over all classes.
        let mut deltas: Vec<G2Affine> = Vec::new();
        for class in &keys.classes {
            let decoded = Decoded::new(class).map_err(VerifyError::Keys)?;
            decoded.check(&mut deltas).map_err(VerifyError::Keys)?;
            let mut place = |point: G2Affine| {
                let known = lines.iter().position(|(other, _)| *other == point);
                known.unwrap_or_else(|| {
                    lines.push((point, point.into()));
                    lines.len() - 1
                })
            };
            let [beta, gamma, delta, delta_d] =
                [decoded.beta, decoded.gamma, decoded.delta, decoded.delta_d].map(&mut place);
            let (info, alpha, ic) = (class.info.clone(), decoded.alpha, decoded.ic);
            classes.push(PreparedClass { info, alpha, beta, gamma, delta, delta_d, ic });
        }
        Ok(Self { keys, digest, classes, lines })
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Their digest.
    #[must_use]
    pub const fn digest(&self) -> Hash {
        self.digest
    }

    /// Place and content of a class.
    pub(crate) fn class(&self, id: u8) -> Option<(usize, &PreparedClass)> {
        self.classes.iter().enumerate().find(|(_, class)| class.info.id == id)
    }

    pub(crate) fn classes(&self) -> &[PreparedClass] {
        &self.classes
    }

    pub(crate) fn lines(&self) -> &[(G2Affine, G2Prepared)] {
        &self.lines
    }
}

/// What can be seen without points: numbers, kinds, counts.
fn check_classes(classes: &[ClassKeys]) -> Result<(), VerifyError> {
    let ascending = classes.iter().zip(classes.iter().skip(1)).all(|(one, next)| one.info.id < next.info.id);
    if !ascending {
        return Err(VerifyError::Keys("classes are not in order, or one stands twice"));
    }
    for kind in [ClassKind::Exec, ClassKind::End] {
        if !classes.iter().any(|class| class.info.kind == kind) {
            return Err(VerifyError::Keys("a kind of class is missing"));
        }
    }
    for ClassKeys { info, ic, .. } in classes {
        let wanted = match info.kind {
            ClassKind::Exec => EXEC,
            ClassKind::End => END,
        };
        if info.inputs as usize != wanted || ic.len() != wanted + 1 {
            return Err(VerifyError::Keys("a key takes another number of public inputs"));
        }
        let plain = info.rows == 0 && info.registers == 0 && info.hidden_log == 0;
        if plain != (info.kind == ClassKind::Exec) {
            return Err(VerifyError::Keys("capacities that do not go with the kind of class"));
        }
    }
    Ok(())
}

/// The points of one class.
struct Decoded {
    alpha: G1Affine,
    beta: G2Affine,
    gamma: G2Affine,
    delta: G2Affine,
    delta_d: G2Affine,
    ic: Vec<G1Affine>,
}

impl Decoded {
    fn new(class: &ClassKeys) -> Result<Self, &'static str> {
        Ok(Self {
            alpha: points::g1(&class.alpha_g1)?,
            beta: points::g2(&class.beta_g2)?,
            gamma: points::g2(&class.gamma_g2)?,
            delta: points::g2(&class.delta_g2)?,
            delta_d: points::g2(&class.delta_d_g2)?,
            // An identity here would be a public input that stands in no constraint: it would bind nothing.
            ic: class.ic.iter().map(points::g1).collect::<Result<_, _>>()?,
        })
    }

    /// Refuses keys with a ratio that anybody can read off them. γ may be the generator, as it is after a ceremony.
    fn check(&self, deltas: &mut Vec<G2Affine>) -> Result<(), &'static str> {
        let one = G2Affine::generator();
        // Equal up to the sign: the ratio is known either way.
        let same = |a: &G2Affine, b: &G2Affine| a.x() == b.x();
        if same(&self.beta, &one) || self.alpha.x() == G1Affine::generator().x() {
            return Err("alpha or beta is the generator");
        }
        for delta in [self.delta, self.delta_d] {
            if same(&delta, &one) {
                return Err("a delta is the generator: its key had no contribution");
            }
            if same(&delta, &self.gamma) {
                return Err("a delta equals gamma");
            }
            if same(&delta, &self.beta) {
                return Err("a delta equals beta");
            }
            if deltas.iter().any(|other| same(other, &delta)) {
                return Err("two deltas are equal");
            }
            deltas.push(delta);
        }
        if same(&self.beta, &self.gamma) { Err("beta equals gamma") } else { Ok(()) }
    }
}
