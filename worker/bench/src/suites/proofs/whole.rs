//! Whole proofs by the page's own provers (`/prover/worker.js`), in two workers or one, as the node's crew asks them: from
//! the record to a file that verifies. Keys are in the browser's cache and, after the first proof, in the provers' memory.

use super::run::{Run, text};
use crate::{
    case::{Aim, Case},
    rounds::{self, Effort, Running, Side},
    stats::estimate,
    tab::{Bench, glue, thrown},
};
use codec::Encode as _;
use js_sys::{Array, Uint8Array};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast as _;
use zera_prover_worker::wire::{FromProver, ToProver, Word, read};

const PROVER: &str = "/prover/worker.js";
/// Cores that the aims speak of.
const WORKERS: u32 = 2;
/// Milliseconds that a proof of one S may take.
const MOST_MS: f64 = 2_500.0;
/// Steps that shall be proven in a second.
const LEAST_STEPS: f64 = 400.0;

/// Measures proofs of a run on two workers, for a short one against one worker too; the file comes back.
///
/// # Errors
/// When a prover refuses.
pub async fn measure(
    bench: &Bench,
    effort: &Effort,
    name: &str,
    run: &Rc<Run>,
    short: bool,
) -> Result<Vec<u8>, String> {
    let file = Rc::new(RefCell::new(Vec::new()));
    let side = |workers| side(workers, run, &file);
    let mut sides = vec![side(WORKERS).await?];
    if short {
        sides.push(side(1).await?);
    }
    let began = rounds::Watch::now(bench);
    sides[0].run(1).await?;
    let first = rounds::Watch::now(bench) - began;
    let rounds = rounds::measure(&mut sides, effort, bench).await?;
    let (time, steps, classes) = (rounds.time(0), run.steps(), run.session()?.classes());
    let name = format!("{name}: {steps} steps, {} segments (classes {classes:?}), {WORKERS} workers", classes.len());
    let share = |of: f64| estimate(&[of]);
    if short {
        bench.cases(&[
            Case::exact(format!("{name}, record to verified file"), time.value, "ms")
                .against("one worker: times as fast", estimate(&rounds.ratios(1, 0)))
                .noise(rounds.noise()),
            Case::exact(format!("{name}, record to verified file"), time.value, "ms")
                .against("2.5 s: share of it", share(time.value / MOST_MS))
                .aim(Aim::AtMost(1.0)),
        ]);
    } else {
        let pace = steps * 1e3 / time.value;
        bench.cases(&[
            Case::exact(format!("{name}, record to verified file"), pace, "steps/s")
                .against("400 steps/s: times as many", share(pace / LEAST_STEPS))
                .aim(Aim::AtLeast(1.0))
                .noise(rounds.noise()),
            Case::figure(format!("{name}, the same"), time, "ms"),
        ]);
    }
    bench.cases(&[Case::exact(format!("{name}, the first one: keys fetched or read from the cache"), first, "ms")]);
    Ok(file.take())
}

async fn side<'r>(workers: u32, run: &'r Rc<Run>, file: &Rc<RefCell<Vec<u8>>>) -> Result<Box<dyn Side + 'r>, String> {
    let provers = glue::Provers::start(PROVER, workers).await.map_err(thrown)?;
    Ok(Box::new(Whole { workers, run, provers: provers.unchecked_into(), file: Rc::clone(file) }))
}

/// One proof, once.
///
/// # Errors
/// When a prover refuses.
pub async fn prove(run: &Run) -> Result<Vec<u8>, String> {
    let provers = glue::Provers::start(PROVER, 1).await.map_err(thrown)?.unchecked_into();
    let file = file(run, &provers).await;
    provers.stop();
    file
}

struct Whole<'r> {
    workers: u32,
    run: &'r Run,
    provers: glue::Provers,
    file: Rc<RefCell<Vec<u8>>>,
}

impl Side for Whole<'_> {
    fn name(&self) -> String {
        format!("{} workers", self.workers)
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move {
            for _ in 0..times {
                let file = file(self.run, &self.provers).await?;
                self.file.replace(file);
            }
            Ok(())
        })
    }
}

impl Drop for Whole<'_> {
    fn drop(&mut self) {
        self.provers.stop();
    }
}

/// The phases in the order of the node's crew.
async fn file(run: &Run, provers: &glue::Provers) -> Result<Vec<u8>, String> {
    let begin = message(&ToProver::Begin(Box::new(run.job())));
    let mut classes = Vec::new();
    for word in words(provers.everyone(&begin).await.map_err(thrown)?)? {
        let Word::Planned { classes: planned, .. } = word else { return Err(format!("{word:?}")) };
        classes = planned;
    }
    let last = classes.len().checked_sub(1).ok_or("there are no segments")?;
    let mut commitments = Vec::new();
    // The end segment's commitment needs what all others look up.
    for range in [0..last, last..classes.len()] {
        let requests: Vec<ToProver> =
            range.clone().map(|segment| ToProver::Commit { segment: segment as u32 }).collect();
        for (word, class) in spread(provers, &requests, &classes[range.clone()]).await?.into_iter().zip(&classes[range])
        {
            let Word::Committed { d, .. } = word else { return Err(format!("{word:?}")) };
            commitments.push((*class, d));
        }
    }
    let prove = |segment| ToProver::Prove { segment: segment as u32, commitments: commitments.clone() };
    let requests: Vec<ToProver> = (0..classes.len()).map(prove).collect();
    let mut segments = Vec::new();
    for word in spread(provers, &requests, &classes).await? {
        let Word::Proved { proof, .. } = word else { return Err(format!("{word:?}")) };
        segments.push(*proof);
    }
    match spread(provers, &[ToProver::Finish { segments }], &[]).await?.pop() {
        Some(Word::Finished(file)) => Ok(file),
        other => Err(format!("{other:?}")),
    }
}

async fn spread(provers: &glue::Provers, requests: &[ToProver], classes: &[u8]) -> Result<Vec<Word>, String> {
    let requests: Array = requests.iter().map(message).collect();
    words(provers.spread(&requests, classes).await.map_err(thrown)?)
}

fn message(request: &ToProver) -> Uint8Array {
    Uint8Array::from(request.encode().as_slice())
}

fn words(answers: wasm_bindgen::JsValue) -> Result<Vec<Word>, String> {
    let word = |bytes: wasm_bindgen::JsValue| match read::<FromProver>(&Uint8Array::new(&bytes).to_vec())?.word {
        Word::Refused(why) | Word::Panicked(why) => Err(why),
        word => Ok(word),
    };
    answers.unchecked_into::<Array>().iter().map(word).collect::<Result<_, _>>().map_err(text)
}
