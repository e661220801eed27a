//! Proving keys: the part that commits, and the part that proves.

use super::{ProofError, matrices::Matrices};
use alloc::vec::Vec;
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use codec::{Decode, Encode};

/// Counts of a circuit that a key is made for. They come from set-up and are checked against the matrices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Shape {
    /// Constraints.
    pub constraints: u32,
    /// Public wires, the constant one included.
    pub inputs: u32,
    /// Committed wires.
    pub committed: u32,
    /// All wires.
    pub wires: u32,
}

impl Shape {
    /// The shape of `matrices`.
    ///
    /// # Errors
    /// When the counts do not belong together or a wire is out of range.
    pub fn of(matrices: &Matrices) -> Result<Self, ProofError> {
        let constraints = matrices.a.len();
        if matrices.b.len() != constraints || matrices.c.len() != constraints {
            return Err(ProofError::Circuit("its matrices differ in length"));
        }
        if matrices.inputs == 0 || matrices.inputs.saturating_add(matrices.committed) > matrices.wires {
            return Err(ProofError::Circuit("it has fewer wires than inputs and committed wires"));
        }
        let rows = matrices.a.iter().chain(&matrices.b).chain(&matrices.c);
        if rows.flatten().any(|&(_, wire)| wire as usize >= matrices.wires) {
            return Err(ProofError::Circuit("a constraint names a wire that is not there"));
        }
        let small = |count: usize| u32::try_from(count).map_err(|_| ProofError::Circuit("it is too large"));
        let shape = Self {
            constraints: small(constraints)?,
            inputs: small(matrices.inputs)?,
            committed: small(matrices.committed)?,
            wires: small(matrices.wires)?,
        };
        if shape.rows() > 1 << 24 {
            return Err(ProofError::Circuit("it is too large"));
        }
        Ok(shape)
    }

    /// Rows of the quotient's domain that are used: constraints, and one for each input.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.constraints as usize + self.inputs as usize
    }

    /// Size of the quotient's domain.
    #[must_use]
    pub const fn domain(&self) -> usize {
        self.rows().next_power_of_two()
    }

    /// Late wires.
    #[must_use]
    pub const fn late(&self) -> usize {
        (self.wires - self.inputs - self.committed) as usize
    }

    /// Whether `matrices` have this shape.
    ///
    /// # Errors
    /// The first count that differs.
    pub fn check(&self, matrices: &Matrices) -> Result<(), ProofError> {
        same("constraints", self.constraints as usize, matrices.a.len())?;
        same("inputs", self.inputs as usize, matrices.inputs)?;
        same("committed wires", self.committed as usize, matrices.committed)?;
        same("wires", self.wires as usize, matrices.wires)
    }
}

/// Refuses two counts that differ.
pub(crate) const fn same(what: &'static str, key: usize, circuit: usize) -> Result<(), ProofError> {
    if key == circuit { Ok(()) } else { Err(ProofError::OtherCircuit { what, key, circuit }) }
}

/// What a verifier needs of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyingKey {
    /// alpha.
    pub alpha_g1: G1Affine,
    /// beta.
    pub beta_g2: G2Affine,
    /// gamma.
    pub gamma_g2: G2Affine,
    /// delta.
    pub delta_g2: G2Affine,
    /// delta_D.
    pub delta_d_g2: G2Affine,
    /// K_i / gamma of the public wires, the constant one first.
    pub ic: Vec<G1Affine>,
}

/// All that the first phase needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitKey {
    /// delta.
    pub delta_g1: G1Affine,
    /// K_i / delta_D of the committed wires; none is the identity.
    pub ck: Vec<G1Affine>,
}

/// Points of those wires that have one; the others' would be the identity.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Query<G> {
    /// Wires, growing.
    pub wires: Vec<u32>,
    /// Their points.
    pub points: Vec<G>,
}

impl<G: AffineRepr> Query<G> {
    /// Leaves the identities out.
    #[must_use]
    pub fn sparse(dense: &[G]) -> Self {
        let present = (0_u32..).zip(dense).filter(|(_, point)| !point.is_zero());
        let (wires, points) = present.map(|(wire, point)| (wire, *point)).unzip();
        Self { wires, points }
    }

    /// One point for each of `wires` wires.
    #[must_use]
    pub fn dense(&self, wires: usize) -> Vec<G> {
        let mut dense = alloc::vec![G::zero(); wires];
        for (wire, point) in self.wires.iter().zip(&self.points) {
            if let Some(place) = dense.get_mut(*wire as usize) {
                *place = *point;
            }
        }
        dense
    }
}

/// All that the second phase needs beside the first's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofKey {
    /// beta.
    pub beta_g1: G1Affine,
    /// delta_D.
    pub delta_d_g1: G1Affine,
    /// u_i of all wires.
    pub a: Query<G1Affine>,
    /// v_i of all wires.
    pub b_g1: Query<G1Affine>,
    /// v_i of all wires.
    pub b_g2: Query<G2Affine>,
    /// tau^i Z(tau) / delta, one fewer than the domain.
    pub h: Vec<G1Affine>,
    /// K_i / delta of the late wires.
    pub l: Vec<G1Affine>,
}

/// A whole key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvingKey {
    /// Counts of its circuit.
    pub shape: Shape,
    /// For the verifier.
    pub vk: VerifyingKey,
    /// For the first phase.
    pub commit: CommitKey,
    /// For the second phase.
    pub proof: ProofKey,
}

impl ProvingKey {
    /// Checks all counts, and that no committed wire is loose.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub fn check(&self) -> Result<(), ProofError> {
        let Shape { inputs, committed, .. } = self.shape;
        same("inputs", self.vk.ic.len(), inputs as usize)?;
        same("committed wires", self.commit.ck.len(), committed as usize)?;
        same("late wires", self.proof.l.len(), self.shape.late())?;
        same("domain", self.proof.h.len() + 1, self.shape.domain())?;
        match (0_u32..).zip(&self.commit.ck).find(|(_, point)| point.is_zero()) {
            Some((wire, _)) => Err(ProofError::LooseWire(wire)),
            None => Ok(()),
        }
    }
}
