//! One segment, from its trace to its proof in this worker alone: our sums and transforms, arkworks' own, ark-groth16's own
//! prover, and snarkjs with as many constraints.

use super::run::{Class, Run, text};
use crate::{
    case::{Aim, Case},
    rounds::{self, Effort, Running, Side, done},
    stats::estimate,
    tab::{Bench, glue, thrown},
};
use std::rc::Rc;
use wasm_bindgen::JsCast as _;
use zera_proof::{
    groth16::{ArkMsm, LimbMsm, Msm},
    prove::Session,
    setup::keyfile::Part,
};
use zera_proof_verify::SegmentProof;

/// Where a script may put snarkjs and what it proves with; nothing of it ships.
const SNARKJS: &str = "/bench/snarkjs/";

/// What all sides prove.
struct Work {
    session: Session,
    class: Class,
    commitments: Vec<(u8, [u8; 32])>,
}

impl Work {
    /// The commitment: the first phase.
    fn commit(&self, msm: &impl Msm) -> Result<[u8; 32], String> {
        let commit =
            self.class.parts.iter().find_map(|part| if let Part::Commit(key) = part { Some(key) } else { None });
        self.session.commit(0, msm, commit.ok_or("the key has no first phase")?).map_err(text)
    }

    /// Both phases with our assembly.
    fn parts(&self, msm: &impl Msm) -> Result<SegmentProof, String> {
        self.commit(msm)?;
        let Class { shape, matrices, parts, .. } = &self.class;
        let mut pending = self.session.begin(0, msm, *shape, matrices, &self.commitments).map_err(text)?;
        for part in parts {
            pending.part(msm, part).map_err(text)?;
        }
        pending.finish().map_err(text)
    }

    /// What every prover here does before any sum.
    fn fill(&self) -> Result<(), String> {
        self.session.wires(0, &self.commitments).map(|wires| drop(std::hint::black_box(wires))).map_err(text)
    }

    /// Both phases, the second by ark-groth16.
    fn stock(&self) -> Result<SegmentProof, String> {
        self.commit(&ArkMsm)?;
        self.session.prove(0, &self.class.stock, &self.commitments).map_err(text)
    }
}

/// Measures the first segment of a run that fills it.
///
/// # Errors
/// When a side fails or comes to another proof.
pub async fn measure(bench: &Bench, effort: &Effort, run: &Rc<Run>) -> Result<(), String> {
    let session = run.session()?;
    let class = Class::load(session.classes()[0]).await?;
    let constraints = class.shape.constraints;
    bench.cases(&[Case::exact("proving key of this class S, fetched once", class.bytes as f64, "bytes")]);
    let mut work = Work { session, class, commitments: Vec::new() };
    let d = work.commit(&LimbMsm)?;
    // Any commitment of the end segment will do: its proof is not made here.
    work.commitments = work.session.classes().into_iter().map(|class| (class, d)).collect();
    let work = Rc::new(work);
    if work.parts(&LimbMsm)? != work.stock()? || work.parts(&ArkMsm)? != work.stock()? {
        return Err("two provers come to different proofs of one segment".into());
    }
    let side = |name, run| Box::new(Ours { name, work: Rc::clone(&work), run }) as Box<dyn Side>;
    let mut sides: Vec<Box<dyn Side>> = vec![
        side("ours", |work| work.parts(&LimbMsm).map(drop)),
        side("arkworks' sums and transforms in our assembly", |work| work.parts(&ArkMsm).map(drop)),
        side("ark-groth16's own prover", |work| work.stock().map(drop)),
        side("of ours: values of all wires, which it makes twice", Work::fill),
    ];
    let snark = glue::Snark::begin(SNARKJS).await.map_err(thrown)?;
    let peer = !snark.is_undefined();
    if peer {
        for alone in [true, false] {
            sides.push(Box::new(Theirs { snark: snark.clone().unchecked_into(), alone }));
        }
    }
    let rounds = rounds::measure(&mut sides, effort, bench).await?;
    let name = format!("one segment S, {constraints} constraints, {} steps, one worker, trace to proof", run.steps());
    let case = |peer: &str, side: usize| {
        Case::exact(&name, rounds.time(0).value, "ms")
            .against(format!("{peer}: times as fast"), estimate(&rounds.ratios(side, 0)))
    };
    let mut cases = vec![
        case("plain arkworks in wasm (ark-groth16's own prover)", 2).aim(Aim::AtLeast(3.0)).noise(rounds.noise()),
        case("arkworks' sums and transforms in our assembly", 1),
    ];
    if peer {
        cases.push(case("snarkjs 0.7.6, one thread, a chain of 65,531 squarings", 4).aim(Aim::AtLeast(1.0)));
        cases.push(case("the same on all its threads (ours on one)", 5));
    }
    for (index, side) in rounds.names.iter().enumerate().skip(1) {
        cases.push(Case::figure(format!("the same: {side}"), rounds.time(index), "ms"));
    }
    bench.cases(&cases);
    Ok(())
}

struct Ours {
    name: &'static str,
    work: Rc<Work>,
    run: fn(&Work) -> Result<(), String>,
}

impl Side for Ours {
    fn name(&self) -> String {
        self.name.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done((0..times).try_for_each(|_| (self.run)(&self.work)))
    }
}

struct Theirs {
    snark: glue::Snark,
    alone: bool,
}

impl Side for Theirs {
    fn name(&self) -> String {
        if self.alone { "snarkjs, one thread" } else { "snarkjs, all threads" }.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move { self.snark.prove(self.alone, times).await.map_err(thrown) })
    }
}
