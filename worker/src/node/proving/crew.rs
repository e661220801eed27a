//! One proof from its job to its file, by provers in other threads: segments are committed to side by side, then the
//! challenge is known, then they are proven side by side. Knows no browser and no chain.
//!
//! Any prover can do any segment; one that has read a class's key takes segments of that class first.

use crate::pool::workers::{Report, Said, Workers};
use codec::Encode as _;
use std::collections::BTreeMap;
use zera_proof_verify::SegmentProof;
use zera_prover_worker::wire::{FromProver, Job, ToProver, Word, read};
use zera_worker_protocol::{Error, ErrorKind, ProofPhase};

/// Longest silence of a prover that has work, microseconds: a segment of the largest class takes a fraction of it on the
/// slowest machine there is.
const SILENCE: u64 = 600_000_000;
/// How often it is looked whether somebody gave the proof up, microseconds.
const LOOK: u64 = 100_000;
/// Provers that work side by side at most: each holds one class's key and circuit.
pub const MOST: u32 = 4;
/// Proving a segment takes about so many times as long as committing to it.
const WEIGHT: u64 = 8;

/// How far a proof is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// What is being done.
    pub phase: ProofPhase,
    /// Segments that the phase is done with.
    pub segment: u32,
    /// Segments in all; 0 before they are known.
    pub of: u32,
    /// Milliseconds that are probably left.
    pub millis_left: Option<u64>,
    /// Bytes of keys fetched and to be fetched.
    pub key_bytes: (u64, u64),
    /// Memory of all provers, bytes.
    pub memory_bytes: u64,
}

/// What a proof came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Done {
    /// The file.
    pub file: Vec<u8>,
    /// Rows of the run.
    pub steps: u64,
    /// The most memory that all provers held, bytes.
    pub peak_bytes: u64,
}

/// Provers at work on one proof.
pub struct Crew<'a, W> {
    workers: &'a W,
    job: Box<Job>,
    /// How many may work side by side.
    most: u32,
    /// Says how far it is; false when the proof is given up.
    tell: &'a dyn Fn(Progress) -> bool,
    provers: BTreeMap<u64, Prover>,
    next: u64,
    progress: Progress,
    peak: u64,
    steps: u64,
    classes: Vec<u8>,
    commitments: Vec<Option<[u8; 32]>>,
    proofs: Vec<Option<SegmentProof>>,
    /// When committing began, and what has been done since, in commitments.
    since: Option<u64>,
    units: u64,
}

/// One prover.
#[derive(Default)]
struct Prover {
    busy: bool,
    /// It has the job.
    begun: bool,
    /// Class of the segment it had last.
    class: Option<u8>,
    memory: u64,
}

fn failed(detail: impl Into<String>) -> Error {
    Error::browser(ErrorKind::NotProvable, false, detail)
}

impl<'a, W: Workers> Crew<'a, W> {
    /// Nobody works yet. `most` provers may work side by side.
    pub fn new(workers: &'a W, job: Box<Job>, most: u32, tell: &'a dyn Fn(Progress) -> bool) -> Self {
        let progress = Progress {
            phase: ProofPhase::Tracing,
            segment: 0,
            of: 0,
            millis_left: None,
            key_bytes: (0, 0),
            memory_bytes: 0,
        };
        Self {
            workers,
            job,
            most: most.clamp(1, MOST),
            tell,
            provers: BTreeMap::new(),
            next: 1,
            progress,
            peak: 0,
            steps: 0,
            classes: Vec::new(),
            commitments: Vec::new(),
            proofs: Vec::new(),
            since: None,
            units: 0,
        }
    }

    /// Proves. However it ends, no prover is left.
    ///
    /// # Errors
    /// Why there is no proof: `NotProvable`, `Cancelled`, `Unavailable` where no prover can be started.
    pub async fn run(mut self) -> Result<Done, Error> {
        let done = self.all().await;
        self.provers.keys().for_each(|serial| self.workers.kill(*serial));
        done.map(|file| Done { file, steps: self.steps, peak_bytes: self.peak })
    }

    async fn all(&mut self) -> Result<Vec<u8>, Error> {
        self.plan().await?;
        self.fetch().await?;
        let provers = self.most.min(self.progress.of);
        for _ in 1..provers {
            // Fewer work more slowly; one is there.
            if self.spawn().is_err() {
                break;
            }
        }
        self.since = Some(self.workers.micros());
        self.each(ProofPhase::Committing).await?;
        self.each(ProofPhase::Proving).await?;
        self.finish().await
    }

    fn spawn(&mut self) -> Result<u64, Error> {
        let serial = self.next;
        self.next = self.next.saturating_add(1);
        let refused =
            |detail| Error::browser(ErrorKind::Unavailable, false, format!("no prover can be started: {detail}"));
        self.workers.spawn(serial).map_err(refused)?;
        // It is busy until it says that it listens.
        self.provers.insert(serial, Prover { busy: true, ..Prover::default() });
        Ok(serial)
    }

    /// The first prover traces the run and cuts it.
    async fn plan(&mut self) -> Result<(), Error> {
        self.say(ProofPhase::Tracing, 0)?;
        self.spawn()?;
        while self.classes.is_empty() {
            self.hear().await?;
        }
        self.progress.of = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        self.commitments = vec![None; self.classes.len()];
        self.proofs = vec![None; self.classes.len()];
        Ok(())
    }

    /// The first prover fetches keys; the others find them in the cache.
    async fn fetch(&mut self) -> Result<(), Error> {
        let mut classes = self.classes.clone();
        classes.sort_unstable();
        classes.dedup();
        self.say(ProofPhase::Keys, 0)?;
        let first = self.provers.keys().next().copied().ok_or_else(|| failed("there is no prover"))?;
        for class in classes {
            self.ask(first, &ToProver::Fetch { class })?;
            while self.provers.get(&first).is_some_and(|prover| prover.busy) {
                self.hear().await?;
            }
        }
        self.progress.key_bytes = (0, 0);
        Ok(())
    }

    /// Every segment once, the one that closes the sums last.
    async fn each(&mut self, phase: ProofPhase) -> Result<(), Error> {
        let mut left: Vec<u32> = (0..self.progress.of).collect();
        // The end segment's commitment needs what all others look up.
        let last = if phase == ProofPhase::Committing { left.pop() } else { None };
        self.say(phase, 0)?;
        self.spread(phase, left).await?;
        match last {
            Some(last) => self.spread(phase, vec![last]).await,
            None => Ok(()),
        }
    }

    async fn spread(&mut self, phase: ProofPhase, mut left: Vec<u32>) -> Result<(), Error> {
        let commitments = self.commitments();
        loop {
            let idle: Vec<u64> = self.provers.iter().filter(|(_, prover)| !prover.busy).map(|(at, _)| *at).collect();
            for serial in idle {
                let Some(segment) = self.pick(serial, &mut left) else { break };
                let request = match phase {
                    ProofPhase::Committing => ToProver::Commit { segment },
                    _ => ToProver::Prove { segment, commitments: commitments.clone() },
                };
                self.ask(serial, &request)?;
            }
            // Provers that are still starting do not hold up a phase that is done.
            let working = self.provers.values().any(|prover| prover.busy && prover.begun);
            if left.is_empty() && !working {
                return Ok(());
            }
            self.hear().await?;
        }
    }

    /// The next segment for a prover: of the class it had last, if there is one.
    fn pick(&mut self, serial: u64, left: &mut Vec<u32>) -> Option<u32> {
        let class = |segment: &u32| self.classes.get(*segment as usize).copied();
        let prover = self.provers.get(&serial)?;
        let same = left.iter().position(|segment| prover.class.is_some() && class(segment) == prover.class);
        let place = same.or_else(|| left.len().checked_sub(1))?;
        let segment = left.remove(place);
        let class = class(&segment);
        self.provers.get_mut(&serial)?.class = class;
        Some(segment)
    }

    fn commitments(&self) -> Vec<(u8, [u8; 32])> {
        self.classes.iter().zip(&self.commitments).filter_map(|(class, d)| Some((*class, (*d)?))).collect()
    }

    /// Puts the file together and has it verified.
    async fn finish(&mut self) -> Result<Vec<u8>, Error> {
        self.say(ProofPhase::Verifying, 0)?;
        let segments: Vec<SegmentProof> = self.proofs.iter().flatten().cloned().collect();
        let begun = |prover: &&u64| self.provers.get(*prover).is_some_and(|prover| prover.begun && !prover.busy);
        let serial = self.provers.keys().find(begun).copied().ok_or_else(|| failed("no prover is left"))?;
        self.ask(serial, &ToProver::Finish { segments })?;
        loop {
            if let Some(file) = self.hear().await? {
                return Ok(file);
            }
        }
    }

    fn ask(&mut self, serial: u64, request: &ToProver) -> Result<(), Error> {
        self.workers.post(serial, request.encode()).map_err(failed)?;
        if let Some(prover) = self.provers.get_mut(&serial) {
            prover.busy = true;
        }
        Ok(())
    }

    /// Says how far it is.
    fn say(&mut self, phase: ProofPhase, segment: u32) -> Result<(), Error> {
        self.progress = Progress { phase, segment, millis_left: self.left(), ..self.progress };
        self.progress.memory_bytes = self.provers.values().map(|prover| prover.memory).sum();
        self.peak = self.peak.max(self.progress.memory_bytes);
        if (self.tell)(self.progress) {
            return Ok(());
        }
        Err(Error::request(ErrorKind::Cancelled, "the proof was given up"))
    }

    /// Milliseconds left, if all goes on as it did.
    fn left(&self) -> Option<u64> {
        let all = u64::from(self.progress.of).saturating_mul(WEIGHT.saturating_add(1));
        let taken = self.workers.micros().saturating_sub(self.since?);
        let left = all.saturating_sub(self.units);
        taken.saturating_mul(left).checked_div(self.units.saturating_mul(1_000))
    }

    /// The next word of any prover; the file when it is that.
    async fn hear(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let from = self.workers.micros();
        loop {
            let until = self.workers.micros().saturating_add(LOOK);
            if let Some(report) = self.workers.next(until).await {
                return self.take(report);
            }
            self.say(self.progress.phase, self.progress.segment)?;
            if self.workers.micros().saturating_sub(from) > SILENCE {
                return Err(failed("a prover did not answer within ten minutes"));
            }
        }
    }

    fn take(&mut self, Report { serial, said }: Report) -> Result<Option<Vec<u8>>, Error> {
        let bytes = match said {
            Said::Message(bytes) => bytes,
            Said::Died(detail) => return Err(failed(format!("a prover ended: {detail}"))),
        };
        let FromProver { memory, word } = read(&bytes).map_err(failed)?;
        let Some(prover) = self.provers.get_mut(&serial) else { return Ok(None) };
        (prover.busy, prover.memory) = (false, memory);
        match word {
            Word::Ready => self.ask(serial, &ToProver::Begin(self.job.clone()))?,
            Word::Panicked(detail) => return Err(failed(format!("a prover ended: {detail}"))),
            Word::Refused(detail) => return Err(failed(detail)),
            Word::Planned { classes, .. } if classes.is_empty() => return Err(failed("the run has no segments")),
            Word::Planned { steps, classes } => {
                prover.begun = true;
                if self.classes.is_empty() {
                    (self.steps, self.classes) = (steps, classes);
                }
            }
            Word::Fetched { got, of, .. } => {
                prover.busy = got < of;
                self.progress.key_bytes = (got, of);
                self.say(ProofPhase::Keys, 0)?;
            }
            Word::Committed { segment, d } => {
                put(&mut self.commitments, segment, d)?;
                self.units = self.units.saturating_add(1);
                let done = self.commitments.iter().flatten().count();
                self.say(ProofPhase::Committing, u32::try_from(done).unwrap_or(u32::MAX))?;
            }
            Word::Proved { segment, proof } => {
                put(&mut self.proofs, segment, *proof)?;
                self.units = self.units.saturating_add(WEIGHT);
                let done = self.proofs.iter().flatten().count();
                self.say(ProofPhase::Proving, u32::try_from(done).unwrap_or(u32::MAX))?;
            }
            Word::Finished(file) => return Ok(Some(file)),
        }
        Ok(None)
    }
}

fn put<T>(list: &mut [Option<T>], place: u32, value: T) -> Result<(), Error> {
    *list.get_mut(place as usize).ok_or_else(|| failed("a prover named a segment that is not there"))? = Some(value);
    Ok(())
}
