//! A call that ran and is going to be proven, and the proving key of a class.

use crate::tab::{
    sides::{Call, recorded},
    tape::fetched,
};
use zera_primitives::{Hash, hash::to_hex};
use zera_proof::{
    circuit::segments::class,
    groth16::{ProvingKey, Shape, matrices::Matrices, stock::StockKey},
    prove::{Context, Hide, Session, claim},
    setup::keyfile::{Head, Part, SectionKind, SectionReader, from_bytes},
};
use zera_proof_rows::{Program, Replaying, Trace, host::arguments, translate};
use zera_proof_verify::{Keys, Origin, Prepared, keys::PINNED};
use zera_prover_worker::wire::{Hidden, Job};
use zera_vm::TraceRecord;

/// More steps than any measured call has.
const MOST_STEPS: usize = 1 << 20;
/// All secrets of a measured proof come out of it; the proofs convince nobody anyway.
const SEED: [u8; 32] = [42; 32];

/// A call that ran.
pub struct Run {
    /// The module's bytes.
    pub code: Vec<u8>,
    /// What the engine kept of it.
    pub record: TraceRecord,
    /// Its rows.
    pub program: Program,
    trace: Trace,
}

/// What an error says.
pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The keys that this build pins, ready for pairings.
///
/// # Errors
/// When they are none.
pub fn keys() -> Result<Prepared, String> {
    Keys::from_bytes(PINNED).and_then(Prepared::new).map_err(text)
}

impl Run {
    /// Runs a call, and again on the rows.
    ///
    /// # Errors
    /// When it fails or is outside the profile.
    pub fn new(call: &Call) -> Result<Self, String> {
        let record = recorded(call)?;
        let program = translate(&call.code).and_then(|module| module.program(call.entry)).map_err(text)?;
        let mut replaying = Replaying::new(&record, &program, MOST_STEPS).map_err(text)?;
        replaying.advance(usize::MAX).map_err(text)?;
        let trace = replaying.finish().map_err(text)?;
        Ok(Self { code: call.code.clone(), record, program, trace })
    }

    /// Rows of the run.
    pub fn steps(&self) -> f64 {
        self.trace.steps.len() as f64
    }

    /// A proof of it, about to begin.
    ///
    /// # Errors
    /// When no segments take it.
    pub fn session(&self) -> Result<Session, String> {
        let context = Context {
            chain: Hash([0; 32]),
            runtime_version: 0,
            keys: keys()?.digest(),
            origin: Origin::Local,
            nonce: Hash([0; 32]),
            hide: Hide::default(),
        };
        let claimed = claim(&self.record, &self.program, &self.trace, context).map_err(text)?;
        let arguments = arguments(&self.program, &self.record.args).unwrap_or_default();
        Session::new(self.program.clone(), self.trace.clone(), claimed, &arguments, false, SEED).map_err(text)
    }

    /// The same for the page's provers.
    pub fn job(&self) -> Job {
        Job {
            code: self.code.clone(),
            record: self.record.clone(),
            chain: Hash([0; 32]),
            runtime_version: 0,
            origin: Origin::Local,
            hidden: Hidden::default(),
            nonce: Hash([0; 32]),
            keys: PINNED.to_vec(),
            seed: SEED,
        }
    }
}

/// A class's circuit and proving key, as our prover and as ark-groth16's holds it.
pub struct Class {
    /// Counts of the circuit.
    pub shape: Shape,
    /// The circuit.
    pub matrices: Matrices,
    /// Bytes of the key's file.
    pub bytes: usize,
    /// The key, section by section.
    pub parts: Vec<Part>,
    /// The same for ark-groth16's own prover.
    pub stock: StockKey,
}

impl Class {
    /// Fetches the key that the pinned verifying keys name.
    ///
    /// # Errors
    /// When it is not served, or another circuit's.
    pub async fn load(id: u8) -> Result<Self, String> {
        let keys = Keys::from_bytes(PINNED).map_err(text)?;
        let name = keys.class(id).ok_or("the verifying keys have no such class")?.proving_key;
        let bytes = fetched(&format!("/keys/{}.key", to_hex(&name))).await?;
        let (head, key): (Head, ProvingKey) = from_bytes(&bytes, Some(&name)).map_err(text)?;
        let part = |kind: SectionKind| -> Result<Part, String> {
            let range = head.range(kind);
            let section = bytes.get(range.start as usize..range.end as usize).ok_or("the key is cut")?;
            let mut reader = SectionReader::new(&head, kind).map_err(text)?;
            reader.push(section).map_err(text)?;
            reader.finish().map_err(text)
        };
        let parts = SectionKind::ALL.into_iter().map(part).collect::<Result<_, _>>()?;
        let matrices = class(id).ok_or("there is no such class")?.shape().matrices();
        if head.circuit != matrices.digest() {
            return Err("the proving key is another circuit's: cargo xtask serve makes new ones".into());
        }
        let stock = StockKey::new(&key, &matrices).map_err(text)?;
        Ok(Self { bytes: bytes.len(), shape: Shape::of(&matrices).map_err(text)?, matrices, parts, stock })
    }
}
