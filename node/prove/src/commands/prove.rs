//! `zera-prove prove`: runs a call and proves it.

use crate::{
    failure::{Failure, read, write},
    native,
    options::{Options, hex, to_hex},
    output::Output,
    run::{Call, Run, encode, program, run},
    store::Store,
};
use std::{
    io::{IsTerminal, Write},
    time::Instant,
};
use zera_primitives::{Hash, limits};
use zera_proof::prove::{Context, Hide, Session, claim};
use zera_proof_rows::host::arguments;
use zera_proof_verify::{Origin, describe};

/// Most bytes of a module.
pub const MODULE_BYTES: u64 = limits::CODE_BYTES as u64;

const KNOWN: &[&str] = &[
    "module",
    "export",
    "args",
    "hide-args",
    "hide-result",
    "hide-events",
    "gas",
    "nonce",
    "chain",
    "out",
    "keys",
    "vks",
    "without-module",
    "json",
];

/// The command.
///
/// # Errors
/// See [`Failure`].
pub fn prove(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let options = Options::read(words.into_iter(), KNOWN)?;
    let code = read(options.needed("module")?, MODULE_BYTES)?;
    let (entry, out) = (options.needed("export")?, options.needed("out")?);
    let args = encode(&program(&code, entry)?, options.all("args").unwrap_or_default())?;
    let gas = options.number("gas", limits::TRANSACTION_GAS)?;
    let stack = zera_vm::gas::STACK_UNITS;
    let began = Instant::now();
    let run = run(&Call { code: &code, entry, args: &args, gas, stack })?;
    let store = Store::open(&options)?;
    let hide = hide(&options, run.program.params.len())?;
    let session = session(run, &options, &store, hide)?;
    let traced = began.elapsed();
    let (steps, segments) = (session.steps(), session.classes());
    progress(output, &format!("{steps} steps in {} segments", segments.len()));
    let quiet = output.is_json();
    let proofs = native::prove(&session, &store, &|phase, done, of| tell(quiet, phase, done, of))?;
    let module = (!options.has("without-module")).then_some(code);
    let file = session.finish(proofs, store.prepared(), module).map_err(|error| native::failed(&error))?;
    let bytes = file.to_bytes();
    write(out, &bytes)?;
    let keys = store.prepared().keys();
    for sentence in describe(&file.statement, keys).says {
        output.say(sentence);
    }
    let seconds = began.elapsed();
    output.both("proof", "Proof", out);
    output.both("bytes", "Bytes", bytes.len());
    output.both("steps", "Steps", steps);
    output.both("segments", "Segments", segments.len());
    output.both("statement", "Statement", to_hex(&file.statement.digest().0));
    output.field("outcome", format!("{:?}", file.statement.outcome));
    output.field("gas", file.statement.gas);
    output.field("tracing_ms", traced.as_millis() as u64);
    output.both("ms", "Milliseconds", seconds.as_millis() as u64);
    output.field("insecure", keys.insecure);
    if keys.insecure {
        output.say("The keys are INSECURE development keys: this proof convinces nobody.");
    }
    Ok(())
}

/// The session of a run, with a fresh seed.
fn session(run: Run, options: &Options, store: &Store, hide: Hide) -> Result<Session, Failure> {
    let Run { program, record, trace } = run;
    let context = Context {
        chain: hash(options, "chain")?,
        runtime_version: 0,
        keys: store.prepared().digest(),
        origin: Origin::Local,
        nonce: hash(options, "nonce")?,
        hide,
    };
    let claimed = claim(&record, &program, &trace, context);
    let claimed = claimed.map_err(|error| Failure::Unprovable(format!("It cannot be proven: {error}.")))?;
    let arguments = arguments(&program, &record.args).unwrap_or_default();
    let session = Session::new(program, trace, claimed, &arguments, store.native(), seed()?);
    session.map_err(|error| native::failed(&error))
}

/// Fresh randomness of this machine.
///
/// # Errors
/// When the machine has none.
pub fn seed() -> Result<[u8; 32], Failure> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|error| Failure::Fault(format!("There is no randomness: {error}.")))?;
    Ok(seed)
}

/// `--hide-args` alone hides all; with places (from 0) those.
fn hide(options: &Options, params: usize) -> Result<Hide, Failure> {
    let count = params.max(1);
    let mut args = vec![false; count];
    match options.all("hide-args") {
        None => {}
        Some([]) => args.fill(true),
        Some(places) => {
            for place in places {
                let found = place.parse().ok().and_then(|place: usize| args.get_mut(place));
                let text = format!("--hide-args takes places of arguments, from 0 to {}.", count - 1);
                *found.ok_or(Failure::Usage(text))? = true;
            }
        }
    }
    Ok(Hide { args, result: options.has("hide-result"), events: options.has("hide-events") })
}

fn hash(options: &Options, name: &str) -> Result<Hash, Failure> {
    let Some(word) = options.one(name)? else { return Ok(Hash([0; 32])) };
    let bytes: Result<[u8; 32], _> = hex(word)?.try_into();
    bytes.map(Hash).map_err(|_| Failure::Usage(format!("--{name} takes 32 bytes in hexadecimal digits.")))
}

/// How far it is, on the terminal.
fn tell(quiet: bool, phase: &str, done: usize, of: usize) {
    let mut out = std::io::stderr();
    if !quiet && out.is_terminal() {
        // Progress that cannot be shown is not worth failing for.
        let _ = write!(out, "\r{phase}: {done} of {of}          ");
        let _ = if phase == "proving" && done == of { writeln!(out) } else { out.flush() };
    }
}

fn progress(output: &Output, line: &str) {
    if !output.is_json() {
        eprintln!("{line}");
    }
}
