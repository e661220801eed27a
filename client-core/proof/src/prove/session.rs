//! The proof of one run, a segment at a time: commit to every segment, take the challenge, prove every segment, verify.
//!
//! Whoever has the same run, claim and seed makes the same segments and secrets, so segments can be committed and proven
//! by different workers in any order, nothing secret travels between them, and nothing but the published commitments is
//! kept between the phases. Whoever stops asking has cancelled.

use super::error::ProveError;
use crate::circuit::{
    Cs,
    blinds::Blind,
    builder::Tables,
    segments::{Claimed, Plan, segments},
};
use crate::groth16::{
    Commitment, Msm, Secrets, Shape,
    assemble::{Assembly, Points, Triple},
    commit,
    key::{CommitKey, VerifyingKey},
    matrices::Matrices,
    stock::StockKey,
};
use crate::setup::keyfile::Part;
use alloc::vec::Vec;
use ark_bn254::{Fr, G1Affine};
use zera_primitives::Hash;
use zera_proof_rows::{LogEntry, Program, Trace};
use zera_proof_verify::{
    Challenge, HostLog, Prepared, ProofFile, SegmentProof, Statement, challenge, points, rules, transcript, verify,
};

/// Class and commitment of every segment, in order.
pub type Commitments = [(u8, [u8; 32])];

/// A run that is being proven.
pub struct Session {
    statement: Statement,
    log: HostLog,
    program: Program,
    digest: Hash,
    trace: Trace,
    plan: Plan,
    secrets: Secrets,
}

impl Session {
    /// Cuts the run into segments. `arguments` are the entry's, the hidden ones too; `native` allows classes that are too
    /// large for a tab; `seed` must be fresh, uniform and secret.
    ///
    /// # Errors
    /// When statement, log, program and trace are not of one run, or it is too long for the classes.
    pub fn new(
        program: Program,
        trace: Trace,
        (statement, log): (Statement, HostLog),
        arguments: &[u64],
        native: bool,
        seed: [u8; 32],
    ) -> Result<Self, ProveError> {
        let secrets = Secrets::new(seed);
        let checked = rules::check(&statement, &log, &program)?;
        if checked.log.iter().map(|(entry, _)| without_value(entry)).ne(trace.log.iter().map(without_value)) {
            return Err(ProveError::Claim(super::ClaimError::OtherRun));
        }
        let hidden: Vec<bool> = checked.log.iter().map(|(_, hidden)| *hidden).collect();
        let claimed = Claimed { end: checked.end, arguments, hidden: &hidden };
        let mut blinds = secrets.stream("blinds", &statement.digest().0);
        let plan = segments(&program, &trace, &claimed, native, || Blind { r: blinds.scalar(), g: blinds.scalar() })?;
        let digest = transcript::program_digest(&program);
        Ok(Self { statement, log, program, digest, trace, plan, secrets })
    }

    /// What is being proven.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The class of each segment, in order.
    #[must_use]
    pub fn classes(&self) -> Vec<u8> {
        self.plan.classes().map(|class| class.id).collect()
    }

    /// Rows of the run.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.trace.steps.len()
    }

    /// The first phase of a segment, filled. The end segment counts the look-ups of all others, so it fills them too.
    fn fill(&self, segment: u32) -> Result<Cs, ProveError> {
        let (plan, index) = (&self.plan, segment as usize);
        let chosen = plan.segments.get(index).ok_or(ProveError::Segments)?;
        let mut used = Tables::default();
        if chosen.steps.is_none() {
            for other in plan.segments.iter().filter(|other| other.steps.is_some()) {
                used.add(&plan.fill(other, &self.program, &self.trace, &used).tables);
            }
        }
        Ok(plan.fill(chosen, &self.program, &self.trace, &used))
    }

    /// The first phase of segment `segment`: its commitment, compressed.
    ///
    /// # Errors
    /// When the run is none of the machine's or the key is another circuit's.
    pub fn commit(&self, segment: u32, msm: &impl Msm, key: &CommitKey) -> Result<[u8; 32], ProveError> {
        let filled = self.fill(segment)?;
        let values = filled.committed();
        let commitment = commit(msm, key, values, self.secrets.kappa(segment, values))?;
        points::to_bytes(&commitment.d).map_err(ProveError::Encoding)
    }

    /// The challenge, once every segment has a commitment.
    #[must_use]
    pub fn challenge(&self, commitments: &Commitments) -> Challenge {
        challenge(&self.statement, &self.log, &self.digest, commitments)
    }

    /// Begins the second phase of segment `segment`: fills it and makes its quotient.
    ///
    /// # Errors
    /// As [`Session::commit`].
    pub fn begin(
        &self,
        segment: u32,
        msm: &impl Msm,
        shape: Shape,
        matrices: &Matrices,
        commitments: &Commitments,
    ) -> Result<Pending, ProveError> {
        let (published, wires) = self.late(segment, commitments)?;
        let assembly = Assembly::new(msm, shape, matrices, wires)?;
        Ok(Pending { published, assembly, single: None, done: 0 })
    }

    /// The whole second phase of segment `segment` with ark-groth16's own prover.
    ///
    /// # Errors
    /// As [`Session::commit`].
    pub fn prove(&self, segment: u32, key: &StockKey, commitments: &Commitments) -> Result<SegmentProof, ProveError> {
        let (published, wires) = self.late(segment, commitments)?;
        let triple = key.prove(&wires, &published.commitment, published.blinds)?;
        published.proof(&triple)
    }

    /// The values of all wires of segment `segment`: secret, for benches.
    ///
    /// # Errors
    /// As [`Session::commit`].
    pub fn wires(&self, segment: u32, commitments: &Commitments) -> Result<Vec<Fr>, ProveError> {
        Ok(self.late(segment, commitments)?.1)
    }

    /// The second phase up to the values of all wires.
    fn late(&self, segment: u32, commitments: &Commitments) -> Result<(Published, Vec<Fr>), ProveError> {
        let (class, d) = *commitments.get(segment as usize).ok_or(ProveError::Segments)?;
        if commitments.iter().map(|(class, _)| *class).ne(self.plan.classes().map(|class| class.id)) {
            return Err(ProveError::Segments);
        }
        let filled = self.fill(segment)?;
        let kappa = self.secrets.kappa(segment, filled.committed());
        let d: G1Affine = points::g1(&d).map_err(ProveError::Encoding)?;
        let challenge = self.challenge(commitments);
        let assignment = filled.finish(&challenge)?;
        let bound: [u8; 32] = points::to_bytes(&challenge.gamma).map_err(ProveError::Encoding)?;
        let published = Published {
            class,
            commitment: Commitment { d, kappa },
            blinds: self.secrets.blinds(segment, &bound),
            sum: assignment.bus_sum(),
            gas: assignment.gas_sum(),
        };
        Ok((published, assignment.wires))
    }

    /// The file, if all of it verifies under `keys`. `module` goes into the file, so that it can be verified by itself.
    ///
    /// # Errors
    /// When it does not verify: then it does not leave.
    pub fn finish(
        &self,
        segments: Vec<SegmentProof>,
        keys: &Prepared,
        module: Option<Vec<u8>>,
    ) -> Result<ProofFile, ProveError> {
        let (statement, log) = (self.statement.clone(), self.log.clone());
        let file = ProofFile { statement, log, segments, module };
        verify::verify_program(&file.statement, &file.log, &file.segments, &self.program, keys)?;
        Ok(file)
    }
}

/// An entry without what may be hidden.
const fn without_value(entry: &LogEntry) -> LogEntry {
    match *entry {
        LogEntry::Memory { function, word, mask, write, .. } => {
            LogEntry::Memory { function, word, mask, write, value: 0 }
        }
        other => other,
    }
}

/// How many parts of a key a proof takes: all but that of the first phase.
pub const PARTS: u32 = 6;

/// What stands beside A, B and C, and what hides them.
struct Published {
    class: u8,
    commitment: Commitment,
    blinds: (Fr, Fr),
    sum: Fr,
    gas: Fr,
}

impl Published {
    fn proof(&self, triple: &Triple) -> Result<SegmentProof, ProveError> {
        let bytes = || -> Result<SegmentProof, &'static str> {
            Ok(SegmentProof {
                class: self.class,
                a: points::to_bytes(&triple.a)?,
                b: points::to_bytes(&triple.b)?,
                c: points::to_bytes(&triple.c)?,
                d: points::to_bytes(&self.commitment.d)?,
                sum: points::to_bytes(&self.sum)?,
                gas: points::to_bytes(&self.gas)?,
            })
        };
        bytes().map_err(ProveError::Encoding)
    }
}

/// A segment whose proof is being put together, part by part of its key.
pub struct Pending {
    published: Published,
    assembly: Assembly,
    single: Option<(VerifyingKey, Points)>,
    done: u32,
}

impl Pending {
    /// Takes a part of the key, each once, in any order; parts of the first phase are passed over.
    ///
    /// # Errors
    /// When it is another circuit's.
    pub fn part(&mut self, msm: &impl Msm, part: &Part) -> Result<(), ProveError> {
        match part {
            Part::Commit(_) => return Ok(()),
            Part::Single(single) => self.single = Some((**single).clone()),
            Part::A(query) => self.assembly.a(msm, query),
            Part::BG1(query) => self.assembly.b_g1(msm, query),
            Part::BG2(query) => self.assembly.b_g2(msm, query),
            Part::L(points) => self.assembly.l(msm, points)?,
            Part::H(points) => self.assembly.h(msm, points)?,
        }
        self.done += 1;
        Ok(())
    }

    /// Parts taken, of [`PARTS`].
    #[must_use]
    pub const fn done(&self) -> u32 {
        self.done
    }

    /// The proof.
    ///
    /// # Errors
    /// When a part is missing.
    pub fn finish(self) -> Result<SegmentProof, ProveError> {
        let (Some((vk, single)), PARTS) = (self.single, self.done) else { return Err(ProveError::Segments) };
        let Published { commitment, blinds, .. } = &self.published;
        let triple = self.assembly.finish(&vk, &single, commitment, *blinds)?;
        self.published.proof(&triple)
    }
}
