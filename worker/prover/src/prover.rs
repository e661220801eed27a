//! One prover: knows a job, holds one class's circuit and key at a time, and does what it is asked.

use crate::wire::{Hidden, Job, ToProver, Word};
use zera_proof::{
    circuit::segments::class,
    groth16::{LimbMsm, ProofError, Shape, matrices::Matrices},
    prove::{Context, Hide, Session, claim},
    setup::keyfile::{Head, Part, SectionKind, SectionReader},
};
use zera_proof_rows::{Replaying, host::arguments, translate};
use zera_proof_verify::{Keys, Prepared, SegmentProof};

/// Bytes read at once.
const PIECE: u64 = 4 << 20;
/// Rows that a run in a tab may have: each takes about 200 bytes in every prover.
const MOST_STEPS: usize = 1 << 20;

/// Where proving keys lie.
pub trait Shelf {
    /// Bytes `from..to` of the key of that name; fewer at its end.
    ///
    /// # Errors
    /// Why they cannot be read, in English.
    fn read(&self, name: &[u8; 32], from: u64, to: u64) -> Result<Vec<u8>, String>;
}

/// A prover.
#[derive(Default)]
pub struct Prover {
    work: Option<Work>,
    loaded: Option<Loaded>,
}

struct Work {
    code: Vec<u8>,
    session: Session,
    keys: Prepared,
}

/// A class that is held.
struct Loaded {
    class: u8,
    name: [u8; 32],
    head: Head,
    /// Made when the first segment is proven: committing does without.
    circuit: Option<(Shape, Matrices)>,
    parts: Vec<Part>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Prover {
    /// Does what is asked; fetching keys is not among it.
    ///
    /// # Errors
    /// Why it cannot be done, in English.
    pub fn answer(&mut self, request: ToProver, shelf: &impl Shelf) -> Result<Word, String> {
        match request {
            ToProver::Begin(job) => {
                let work = Work::new(*job)?;
                let word = Word::Planned { steps: work.session.steps() as u64, classes: work.session.classes() };
                self.work = Some(work);
                Ok(word)
            }
            ToProver::Fetch { class } => Err(format!("class {class} is fetched elsewhere")),
            ToProver::Commit { segment } => {
                let d = self.commit(segment, shelf)?;
                Ok(Word::Committed { segment, d })
            }
            ToProver::Prove { segment, commitments } => {
                let proof = self.prove(segment, &commitments, shelf)?;
                Ok(Word::Proved { segment, proof: Box::new(proof) })
            }
            ToProver::Finish { segments } => self.work()?.finish(segments).map(Word::Finished),
        }
    }

    fn work(&self) -> Result<&Work, String> {
        self.work.as_ref().ok_or_else(|| "there is no job yet".into())
    }

    /// The name of a class's key.
    ///
    /// # Errors
    /// When there is no job yet or its keys have no such class.
    pub fn key_of(&self, class: u8) -> Result<[u8; 32], String> {
        let pinned = self.work()?.keys.keys().class(class);
        pinned.map(|class| class.proving_key).ok_or_else(|| format!("the verifying keys have no class {class}"))
    }

    /// The class whose key a request takes, if any.
    #[must_use]
    pub fn class_for(&self, request: &ToProver) -> Option<u8> {
        match request {
            ToProver::Fetch { class } => Some(*class),
            ToProver::Commit { segment } | ToProver::Prove { segment, .. } => self.class_of(*segment).ok(),
            ToProver::Begin(_) | ToProver::Finish { .. } => None,
        }
    }

    fn class_of(&self, segment: u32) -> Result<u8, String> {
        let classes = self.work()?.session.classes();
        classes.get(segment as usize).copied().ok_or_else(|| format!("there is no segment {segment}"))
    }

    fn commit(&mut self, segment: u32, shelf: &impl Shelf) -> Result<[u8; 32], String> {
        let class = self.class_of(segment)?;
        self.hold(class, shelf)?;
        let (Some(work), Some(loaded)) = (&self.work, &mut self.loaded) else { return Err("there is no job".into()) };
        let Part::Commit(key) = loaded.part(SectionKind::Commit, shelf)? else { return Err("another section".into()) };
        work.session.commit(segment, &LimbMsm, key).map_err(text)
    }

    fn prove(
        &mut self,
        segment: u32,
        commitments: &[(u8, [u8; 32])],
        shelf: &impl Shelf,
    ) -> Result<SegmentProof, String> {
        let class = self.class_of(segment)?;
        self.hold(class, shelf)?;
        let (Some(work), Some(loaded)) = (&self.work, &mut self.loaded) else { return Err("there is no job".into()) };
        loaded.make_circuit()?;
        let Some((shape, matrices)) = &loaded.circuit else { return Err("there is no circuit".into()) };
        let pending = work.session.begin(segment, &LimbMsm, *shape, matrices, commitments);
        let mut pending = pending.map_err(text)?;
        for kind in SectionKind::ALL.into_iter().filter(|kind| *kind != SectionKind::Commit) {
            pending.part(&LimbMsm, loaded.part(kind, shelf)?).map_err(text)?;
        }
        pending.finish().map_err(text)
    }

    /// Holds a class, and lets go of the one before it.
    fn hold(&mut self, class: u8, shelf: &impl Shelf) -> Result<(), String> {
        if self.loaded.as_ref().is_some_and(|loaded| loaded.class == class) {
            return Ok(());
        }
        let name = self.key_of(class)?;
        self.loaded = None;
        let front = shelf.read(&name, 0, 8_192)?;
        let head = Head::read(&front, Some(&name)).map_err(text)?.ok_or("the proving key is cut")?;
        self.loaded = Some(Loaded { class, name, head, circuit: None, parts: Vec::new() });
        Ok(())
    }
}

impl Work {
    fn new(job: Job) -> Result<Self, String> {
        let Job { code, record, chain, runtime_version, origin, hidden, nonce, keys, seed } = job;
        let keys = Keys::from_bytes(&keys).and_then(Prepared::new).map_err(text)?;
        let program = translate(&code).and_then(|module| module.program(&record.entry)).map_err(text)?;
        let mut replaying = Replaying::new(&record, &program, MOST_STEPS).map_err(text)?;
        replaying.advance(usize::MAX).map_err(text)?;
        let trace = replaying.finish().map_err(text)?;
        let Hidden { args, result, events } = hidden;
        let hide = Hide { args: vec![args; program.params.len().max(1)], result, events };
        let context = Context { chain, runtime_version, keys: keys.digest(), origin, nonce, hide };
        let claimed = claim(&record, &program, &trace, context).map_err(text)?;
        let arguments = arguments(&program, &record.args).unwrap_or_default();
        let session = Session::new(program, trace, claimed, &arguments, false, seed).map_err(text)?;
        Ok(Self { code, session, keys })
    }

    fn finish(&self, segments: Vec<SegmentProof>) -> Result<Vec<u8>, String> {
        let file = self.session.finish(segments, &self.keys, Some(self.code.clone())).map_err(text)?;
        Ok(file.to_bytes())
    }
}

impl Loaded {
    /// Makes the circuit, and looks whether the key is its.
    fn make_circuit(&mut self) -> Result<(), String> {
        if self.circuit.is_some() {
            return Ok(());
        }
        let circuit = class(self.class).ok_or_else(|| format!("this program has no class {}", self.class))?;
        let matrices = circuit.shape().matrices();
        if self.head.circuit != matrices.digest() {
            return Err("this program has another circuit for this class than the proving key".into());
        }
        let shape = Shape::of(&matrices).map_err(|error: ProofError| error.to_string())?;
        self.circuit = Some((shape, matrices));
        Ok(())
    }

    /// A section of the key, read once and held.
    fn part(&mut self, kind: SectionKind, shelf: &impl Shelf) -> Result<&Part, String> {
        let place = self.parts.iter().position(|part| kind_of(part) == kind);
        let place = match place {
            Some(place) => place,
            None => {
                let part = self.read(kind, shelf)?;
                self.parts.push(part);
                self.parts.len().saturating_sub(1)
            }
        };
        self.parts.get(place).ok_or_else(|| "a section went missing".into())
    }

    fn read(&self, kind: SectionKind, shelf: &impl Shelf) -> Result<Part, String> {
        let mut reader = SectionReader::new(&self.head, kind).map_err(text)?;
        let range = self.head.range(kind);
        let mut from = range.start;
        while from < range.end {
            let to = from.saturating_add(PIECE).min(range.end);
            let bytes = shelf.read(&self.name, from, to)?;
            if bytes.len() as u64 != to.saturating_sub(from) {
                return Err("the proving key is cut".into());
            }
            reader.push(&bytes).map_err(text)?;
            from = to;
        }
        reader.finish().map_err(text)
    }
}

const fn kind_of(part: &Part) -> SectionKind {
    match part {
        Part::Single(..) => SectionKind::Single,
        Part::Commit(_) => SectionKind::Commit,
        Part::A(_) => SectionKind::A,
        Part::BG1(_) => SectionKind::BG1,
        Part::BG2(_) => SectionKind::BG2,
        Part::L(_) => SectionKind::L,
        Part::H(_) => SectionKind::H,
    }
}
