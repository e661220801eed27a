//! `zera-prove bench`: what the commitment costs over plain ark-groth16 on the same circuit, round about, so that a machine
//! that slows down slows both; and what verifying costs, one proof or sixteen at once.

use super::prove::seed;
use crate::{
    failure::Failure,
    native,
    options::Options,
    output::Output,
    run::{Call, Run, run},
    store::Store,
};
use std::time::{Duration, Instant};
use zera_primitives::Hash;
use zera_proof::{
    groth16::{ArkMsm, stock::PlainKey},
    prove::{Context, Hide, Session, claim},
    setup::bundle::DEV_SEED,
};
use zera_proof_rows::host::arguments;
use zera_proof_verify::{Origin, ProofFile, verify_batch, verify_program};

/// How many proofs a batch has.
const BATCH: usize = 16;
/// `critical_business_logic` of document 001: what is proven unless a module is named.
const MODULE: &[u8] = include_bytes!("../../../../modules/prebuilt/counter.wasm");

/// The command.
///
/// # Errors
/// See [`Failure`].
pub fn bench(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let known = ["segment", "rounds", "module", "export", "args", "keys", "vks", "json"];
    let options = Options::read(words.into_iter(), &known)?;
    let store = Store::open(&options)?;
    let rounds = usize::try_from(options.number("rounds", 3)?.clamp(1, 100)).unwrap_or(3);
    let bench = Bench::new(&options, &store)?;
    bench.proving(&options, &store, rounds, output)?;
    bench.verifying(&store, rounds, output)
}

/// A call that is proven again and again.
struct Bench {
    run: Run,
}

impl Bench {
    fn new(options: &Options, _: &Store) -> Result<Self, Failure> {
        let named = options.one("module")?;
        let code =
            named.map_or_else(|| Ok(MODULE.to_vec()), |path| crate::failure::read(path, super::prove::MODULE_BYTES))?;
        let entry = options.one("export")?.unwrap_or("critical_business_logic");
        let words = options.all("args").map_or_else(|| vec![String::from("16")], <[String]>::to_vec);
        let args = crate::run::encode(&crate::run::program(&code, entry)?, &words)?;
        let (gas, stack) = (zera_primitives::limits::TRANSACTION_GAS, zera_vm::gas::STACK_UNITS);
        Ok(Self { run: run(&Call { code: &code, entry, args: &args, gas, stack })? })
    }

    fn session(&self, store: &Store) -> Result<Session, Failure> {
        let Run { program, record, trace } = &self.run;
        let context = Context {
            chain: Hash([0; 32]),
            runtime_version: 0,
            keys: store.prepared().digest(),
            origin: Origin::Local,
            nonce: Hash([0; 32]),
            hide: Hide::default(),
        };
        let fault = |error: &dyn std::fmt::Display| Failure::Fault(format!("{error}."));
        let claimed = claim(record, program, trace, context).map_err(|error| fault(&error))?;
        let values = arguments(program, &record.args).unwrap_or_default();
        let session = Session::new(program.clone(), trace.clone(), claimed, &values, store.native(), seed()?);
        session.map_err(|error| native::failed(&error))
    }

    /// One segment, ours and plain in turns; the best of each, and the ratio of the sums.
    fn proving(&self, options: &Options, store: &Store, rounds: usize, output: &mut Output) -> Result<(), Failure> {
        let session = self.session(store)?;
        let segment = u32::try_from(options.number("segment", 0)?).unwrap_or(u32::MAX);
        let classes = session.classes();
        let none = || Failure::Usage(format!("There are segments 0 to {}.", classes.len() - 1));
        let loaded = store.class(*classes.get(segment as usize).ok_or_else(none)?)?;
        let failed = |error: &dyn std::fmt::Display| Failure::Fault(format!("{error}."));
        let plain = PlainKey::dev(&loaded.matrices, DEV_SEED).map_err(|error| failed(&error))?;
        let mut commitments = Vec::new();
        for (index, id) in classes.iter().enumerate() {
            let key = store.class(*id)?;
            let d = session.commit(index as u32, &ArkMsm, &key.key.commit).map_err(|error| failed(&error))?;
            commitments.push((*id, d));
        }
        let wires = session.wires(segment, &commitments).map_err(|error| failed(&error))?;
        let (mut ours, mut theirs) = (Times::default(), Times::default());
        for _ in 0..rounds {
            ours.take(|| {
                let d = session.commit(segment, &ArkMsm, &loaded.key.commit).map_err(|error| failed(&error))?;
                let proof = session.prove(segment, &loaded.stock, &commitments).map_err(|error| failed(&error))?;
                std::hint::black_box((d, proof));
                Ok(())
            })?;
            theirs.take(|| {
                std::hint::black_box(plain.prove(&wires).map_err(|error| failed(&error))?);
                Ok(())
            })?;
        }
        output.both("steps", "Steps of the run", session.steps());
        output.both("class", "Class of the segment", commitments[segment as usize].0);
        output.both("constraints", "Constraints", loaded.key.shape.constraints);
        output.both("ours_ms", "Filled twice, committed and proven, best, ms", ours.best());
        output.both("plain_ms", "Plain ark-groth16 on the same circuit and values, best, ms", theirs.best());
        output.both("ratio_percent", "Ours to plain, percent of the sums", ours.percent(&theirs));
        output.both("threads", "Threads", rayon::current_num_threads());
        Ok(())
    }

    /// One proof, and sixteen in a batch.
    fn verifying(&self, store: &Store, rounds: usize, output: &mut Output) -> Result<(), Failure> {
        let session = self.session(store)?;
        let proofs = native::prove(&session, store, &|_, _, _| {})?;
        let file = session.finish(proofs, store.prepared(), None).map_err(|error| native::failed(&error))?;
        let refused = |error: &dyn std::fmt::Display| Failure::Fault(format!("The proof is not accepted: {error}."));
        let program = &self.run.program;
        let batch: Vec<(&ProofFile, _)> = (0..BATCH).map(|_| (&file, program)).collect();
        let (mut single, mut many) = (Times::default(), Times::default());
        for _ in 0..rounds {
            single.take(|| {
                let ProofFile { statement, log, segments, .. } = &file;
                verify_program(statement, log, segments, program, store.prepared()).map_err(|error| refused(&error))?;
                Ok(())
            })?;
            many.take(|| {
                verify_batch(&batch, store.prepared()).map_err(|error| refused(&error))?;
                Ok(())
            })?;
        }
        output.both("segments", "Segments", file.segments.len());
        output.both("verify_us", "Verifying one, best, microseconds", single.best_us());
        output.both(
            "batch_us",
            "Verifying sixteen in a batch, each, best, microseconds",
            many.best_us() / BATCH as u64,
        );
        Ok(())
    }
}

/// Times of rounds.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn take(&mut self, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        let began = Instant::now();
        work()?;
        self.0.push(began.elapsed());
        Ok(())
    }

    fn best_us(&self) -> u64 {
        self.0.iter().min().map_or(0, |best| best.as_micros() as u64)
    }

    fn best(&self) -> u64 {
        self.best_us() / 1_000
    }

    fn percent(&self, other: &Self) -> u64 {
        let sum = |times: &Self| times.0.iter().map(Duration::as_micros).sum::<u128>();
        u64::try_from(sum(self) * 100 / sum(other).max(1)).unwrap_or(u64::MAX)
    }
}
