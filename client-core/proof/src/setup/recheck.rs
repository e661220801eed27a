//! Everybody's check of a finished set-up: that every point of the key follows from powers, circuit and transcript.
//!
//! Each query is checked at once: a sum of its points with coefficients that follow from the key's own bytes is compared,
//! by a pairing where delta or delta_D divides it, with what the powers give for the same coefficients.

use super::{
    SetupError,
    keyfile::{Coordinates, Label, from_bytes, to_sections},
    pairing::same_ratio,
    phase2::Deltas,
    powers::Powers,
    transcript::Transcript,
};
use crate::groth16::{ArkMsm, Msm, ProvingKey, Query, Secrets, Shape, matrices::Matrices};
use alloc::{string::ToString, vec, vec::Vec};
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Zero;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

/// Checks a finished set-up as files: the transcript is closed by a beacon and is about this circuit and class, and the key
/// in `key_file` is what comes out. Gives the key's name.
///
/// # Errors
/// The first thing that does not follow.
pub fn recheck_files(
    matrices: &Matrices,
    class: u8,
    powers: &Powers,
    transcript: &[u8],
    key_file: &[u8],
) -> Result<[u8; 32], SetupError> {
    let transcript = Transcript::from_bytes(transcript)?;
    let (circuit, subject) = (matrices.digest(), &transcript.subject);
    if subject.class != class || subject.circuit != circuit {
        return Err(SetupError::Key("the transcript is about another circuit"));
    }
    if !transcript.closed() {
        return Err(SetupError::Key("no beacon closed the ceremony yet"));
    }
    let (head, key) = from_bytes(key_file, None).map_err(|error| SetupError::KeyFile(error.to_string()))?;
    if head.insecure || head.class != class || head.circuit != circuit {
        return Err(SetupError::Key("its head says something else"));
    }
    recheck(matrices, powers, &transcript, &key)?;
    Ok(head.sha256())
}

/// Checks `key` wholly. The powers themselves are [`Powers::check`]'s.
///
/// # Errors
/// The first thing that does not follow.
pub fn recheck(
    matrices: &Matrices,
    powers: &Powers,
    transcript: &Transcript,
    key: &ProvingKey,
) -> Result<(), SetupError> {
    let shape = Shape::of(matrices)?;
    key.check()?;
    if key.shape != shape {
        return Err(SetupError::Key("its counts"));
    }
    let powers = powers.cut(shape.domain().ilog2())?;
    if transcript.subject.powers != powers.digest() {
        return Err(SetupError::Key("the powers are other ones"));
    }
    let deltas = transcript.follow()?;
    if Deltas::of(key) != deltas {
        return Err(SetupError::Key("delta or delta_D"));
    }
    single_points(key, &powers)?;
    sound(key)?;
    Check::new(matrices, &powers, transcript, key)?.run(matrices, &deltas)
}

fn single_points(key: &ProvingKey, powers: &Powers) -> Result<(), SetupError> {
    let same = key.vk.alpha_g1 == powers.alpha_g1[0]
        && key.proof.beta_g1 == powers.beta_g1[0]
        && key.vk.beta_g2 == powers.beta_g2
        && key.vk.gamma_g2 == G2Affine::generator();
    if same { Ok(()) } else { Err(SetupError::Key("alpha, beta or gamma")) }
}

/// Every point is in its group, and none is the identity.
fn sound(key: &ProvingKey) -> Result<(), SetupError> {
    fn all<G: Coordinates>(points: &[G]) -> bool {
        points.iter().all(|point| !point.is_zero() && point.sound())
    }
    let (commit, proof) = (&key.commit, &key.proof);
    let first = [&commit.ck, &proof.a.points, &proof.b_g1.points, &proof.h, &proof.l, &key.vk.ic];
    if first.into_iter().all(|points| all(points)) && all(&proof.b_g2.points) {
        Ok(())
    } else {
        Err(SetupError::Key("a point is not in its group, or the identity"))
    }
}

struct Check<'k> {
    key: &'k ProvingKey,
    powers: &'k Powers,
    domain: Radix2EvaluationDomain<Fr>,
    /// One coefficient for each wire.
    rho: Vec<Fr>,
}

impl<'k> Check<'k> {
    fn new(
        matrices: &Matrices,
        powers: &'k Powers,
        transcript: &Transcript,
        key: &'k ProvingKey,
    ) -> Result<Self, SetupError> {
        let label = Label { class: 0, circuit: transcript.subject.circuit, insecure: false };
        let (head, _) = to_sections(key, label).map_err(|_| SetupError::Key("its counts"))?;
        let bound = [&head.sha256()[..], &transcript.chain()].concat();
        let mut stream = Secrets::new(*blake3::hash(&bound).as_bytes()).stream("check of a key", b"");
        let rho = (0..matrices.wires.max(key.shape.domain())).map(|_| stream.scalar()).collect();
        let domain = Radix2EvaluationDomain::new(key.shape.domain()).ok_or(SetupError::Key("its size"))?;
        Ok(Self { key, powers, domain, rho })
    }

    fn run(&self, matrices: &Matrices, deltas: &Deltas) -> Result<(), SetupError> {
        let proof = &self.key.proof;
        let (mut left, right) =
            (self.weigh(&matrices.a, 0..matrices.wires), self.weigh(&matrices.b, 0..matrices.wires));
        self.bind_inputs(&mut left, matrices, 0..matrices.inputs);
        let powers = self.powers;
        let expected = self.at_tau(left, &powers.tau_g1);
        if self.query(&proof.a) != expected {
            return Err(SetupError::Key("the points of A"));
        }
        let right = self.coefficients(right);
        let (first, second) = (ArkMsm.g1(&powers.tau_g1, &right), ArkMsm.g2(&powers.tau_g2, &right));
        let wires: Vec<Fr> = proof.b_g2.wires.iter().map(|wire| self.rho[*wire as usize]).collect();
        if self.query(&proof.b_g1) != first.into_affine() || ArkMsm.g2(&proof.b_g2.points, &wires) != second {
            return Err(SetupError::Key("the points of B"));
        }
        let inputs = matrices.inputs;
        let late = inputs + matrices.committed;
        let two = G2Affine::generator();
        let parts = [
            (0..inputs, &self.key.vk.ic, two, "the points of the inputs"),
            (inputs..late, &self.key.commit.ck, deltas.delta_d.1, "the points of the committed wires"),
            (late..matrices.wires, &proof.l, deltas.delta.1, "the points of the late wires"),
        ];
        for (wires, points, divisor, what) in parts {
            let sum = ArkMsm.g1(points, &self.rho[wires.clone()]).into_affine();
            if !self.divides(sum, self.k(matrices, wires), divisor) {
                return Err(SetupError::Key(what));
            }
        }
        let size = self.key.shape.domain();
        let high = ArkMsm.g1(&powers.tau_g1[size..], &self.rho[..size - 1]);
        let low = ArkMsm.g1(&powers.tau_g1[..size - 1], &self.rho[..size - 1]);
        let sum = ArkMsm.g1(&proof.h, &self.rho[..size - 1]).into_affine();
        if !self.divides(sum, (high - low).into_affine(), deltas.delta.1) {
            return Err(SetupError::Key("the points of the quotient"));
        }
        Ok(())
    }

    /// Whether `divisor` times `sum` is `whole`. Both are the identity where there are no wires.
    fn divides(&self, sum: G1Affine, whole: G1Affine, divisor: G2Affine) -> bool {
        (sum.is_zero() && whole.is_zero()) || same_ratio((sum, whole), (G2Affine::generator(), divisor))
    }

    fn query(&self, query: &Query<G1Affine>) -> G1Affine {
        let rho: Vec<Fr> = query.wires.iter().map(|wire| self.rho[*wire as usize]).collect();
        ArkMsm.g1(&query.points, &rho).into_affine()
    }

    /// The sum of rho_i K_i over `wires`.
    fn k(&self, matrices: &Matrices, wires: core::ops::Range<usize>) -> G1Affine {
        let mut left = self.weigh(&matrices.a, wires.clone());
        self.bind_inputs(&mut left, matrices, wires.clone());
        let parts = [
            (left, &self.powers.beta_g1),
            (self.weigh(&matrices.b, wires.clone()), &self.powers.alpha_g1),
            (self.weigh(&matrices.c, wires), &self.powers.tau_g1),
        ];
        let sums = parts.map(|(rows, powers)| self.at_tau(rows, powers).into_group());
        (sums[0] + sums[1] + sums[2]).into_affine()
    }

    /// Row by row, the sum of rho_i times the coefficient of wire i, over `wires`.
    fn weigh(&self, matrix: &[Vec<(Fr, u32)>], wires: core::ops::Range<usize>) -> Vec<Fr> {
        let mut rows = vec![Fr::zero(); self.domain.size()];
        for (sum, row) in rows.iter_mut().zip(matrix) {
            let inside = row.iter().filter(|(_, wire)| wires.contains(&(*wire as usize)));
            *sum = inside.map(|(coefficient, wire)| self.rho[*wire as usize] * coefficient).sum();
        }
        rows
    }

    /// Adds the rows that bind inputs.
    fn bind_inputs(&self, rows: &mut [Fr], matrices: &Matrices, wires: core::ops::Range<usize>) {
        for wire in (0..matrices.inputs).filter(|wire| wires.contains(wire)) {
            rows[matrices.a.len() + wire] += self.rho[wire];
        }
    }

    fn coefficients(&self, mut rows: Vec<Fr>) -> Vec<Fr> {
        self.domain.ifft_in_place(&mut rows);
        rows
    }

    /// The polynomial with these values on the domain, at tau.
    fn at_tau(&self, rows: Vec<Fr>, powers: &[G1Affine]) -> G1Affine {
        ArkMsm.g1(powers, &self.coefficients(rows)).into_affine()
    }
}
