//! Verifying a proof file: translation and equations, one proof or sixteen at once.

use super::run::{Run, keys, text};
use crate::{
    case::{Aim, Case},
    rounds::{self, Effort, Running, Side, done},
    stats::estimate,
    tab::Bench,
};
use std::rc::Rc;
use zera_proof_rows::Program;
use zera_proof_verify::{Prepared, ProofFile, program, verify, verify_batch, verify_program};

/// Proofs in a batch.
const BATCH: usize = 16;
/// Milliseconds that verifying may take.
const MOST_MS: f64 = 10.0;

struct Work {
    file: ProofFile,
    program: Program,
    keys: Prepared,
}

/// Measures verifying `file`, the proof of `run`.
///
/// # Errors
/// When it does not verify.
pub async fn measure(bench: &Bench, effort: &Effort, file: &[u8], run: &Rc<Run>) -> Result<(), String> {
    let file = ProofFile::from_bytes(file).map_err(text)?;
    let segments = file.segments.len();
    let work = Rc::new(Work { file, program: run.program.clone(), keys: keys()? });
    let side = |name, run| Box::new(Verify { name, work: Rc::clone(&work), run }) as Box<dyn Side>;
    let mut sides = vec![
        side("file to verdict", |work| verify(&work.file, &work.keys, None).map(drop).map_err(text)),
        side("equations and sums", one),
        side("translation", |work| {
            let module = work.file.module.as_deref().ok_or("the file has no module")?;
            program(&work.file.statement, module).map(|program| drop(std::hint::black_box(program))).map_err(text)
        }),
        side("a batch of 16", |work| {
            let files: Vec<_> = (0..BATCH).map(|_| (&work.file, &work.program)).collect();
            verify_batch(&files, &work.keys).map(drop).map_err(text)
        }),
    ];
    let rounds = rounds::measure(&mut sides, effort, bench).await?;
    let name = format!("verifying a proof of {segments} segments, {} rows of program", run.program.rows.len());
    let ms = |side: usize| rounds.time(side).value;
    let cheaper: Vec<f64> = rounds.ratios(1, 3).iter().map(|ratio| ratio * BATCH as f64).collect();
    bench.cases(&[
        Case::exact(format!("{name}, module in the file"), ms(0), "ms")
            .against("10 ms: share of it", rounds.time(0).times(1.0 / MOST_MS))
            .aim(Aim::AtMost(1.0))
            .noise(rounds.noise()),
        Case::figure(format!("{name}: translation"), rounds.time(2), "ms"),
        Case::figure(format!("{name}: sums and equations"), rounds.time(1), "ms"),
        Case::exact(format!("{name}: in a batch of 16 copies, each"), ms(3) / BATCH as f64, "ms")
            .against("alone, sums and equations: times as cheap", estimate(&cheaper))
            .aim(Aim::AtLeast(3.0)),
    ]);
    Ok(())
}

fn one(work: &Work) -> Result<(), String> {
    let ProofFile { statement, log, segments, .. } = &work.file;
    verify_program(statement, log, segments, &work.program, &work.keys).map(drop).map_err(text)
}

struct Verify {
    name: &'static str,
    work: Rc<Work>,
    run: fn(&Work) -> Result<(), String>,
}

impl Side for Verify {
    fn name(&self) -> String {
        self.name.into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        done((0..times).try_for_each(|_| (self.run)(&self.work)))
    }
}

/// Bytes of a proof file of `critical_business_logic`.
///
/// # Errors
/// When it is none.
pub fn sizes(bench: &Bench, file: &[u8]) -> Result<(), String> {
    let mut read = ProofFile::from_bytes(file).map_err(text)?;
    read.module = None;
    let name = format!("proof file of critical_business_logic, {} segments", read.segments.len());
    bench.cases(&[
        Case::exact(format!("{name}, without its module"), read.to_bytes().len() as f64, "bytes"),
        Case::exact(format!("{name}, with its module"), file.len() as f64, "bytes"),
    ]);
    Ok(())
}
