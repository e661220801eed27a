//! The steps of a ceremony: powers, the first key, contributions, the beacon, and everybody's check.
//!
//! Between the steps a key and its transcript are handed from one person to the next. A contributor should check both
//! before and publish the transcript's chain after.

use super::prove::seed;
use crate::{
    failure::{Failure, read, write},
    options::{Options, to_hex},
    output::Output,
    store::KEY_BYTES,
};
use zera_proof::{
    circuit::{classes::Class, segments::class},
    groth16::{ProvingKey, Shape, matrices::Matrices},
    setup::{
        SetupError,
        bundle::{entry, insert},
        keyfile::{Label, from_bytes, to_bytes},
        phase2,
        powers::Powers,
        ptau,
        recheck::recheck_files,
        transcript::{MAX_BYTES, Subject, Transcript},
    },
};
use zera_proof_verify::Keys;

/// Most bytes of a file of powers.
const PTAU_BYTES: u64 = 16 << 30;
/// Rounds of a beacon's hash, as a logarithm, unless others are asked for.
const ROUNDS: u64 = 20;

/// One step.
///
/// # Errors
/// See [`Failure`].
pub fn step(word: &str, options: &Options, output: &mut Output) -> Result<(), Failure> {
    match word {
        "powers" => powers(options, output),
        "begin" => begin(options, output),
        "contribute" => contribute(options, output),
        "beacon" => beacon(options, output),
        "verify" => verify(options, output),
        other => Err(Failure::Usage(format!("A ceremony has no step {other}."))),
    }
}

fn no(error: &SetupError) -> Failure {
    Failure::No(format!("The set-up is not accepted: {error}."))
}

fn fault(error: &dyn std::fmt::Display) -> Failure {
    Failure::Fault(format!("{error}."))
}

/// Local powers: as trustworthy as this machine and whoever runs it.
fn powers(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let log = u32::try_from(options.number("log", 0)?).unwrap_or(u32::MAX);
    let powers = Powers::local(seed()?, log).map_err(|error| no(&error))?;
    let out = options.needed("out")?;
    write(out, &ptau::write(&powers))?;
    output.both("powers", "Powers", to_hex(&powers.digest().0));
    output.say("One machine made them: use those of a public ceremony for anything that matters.");
    Ok(())
}

fn circuit(options: &Options) -> Result<(&'static Class, Matrices), Failure> {
    let id = u8::try_from(options.number("class", 256)?).ok();
    let class =
        id.and_then(class).ok_or_else(|| Failure::Usage(String::from("--class takes the number of a class.")))?;
    Ok((class, class.shape().matrices()))
}

/// The powers that the circuit needs, checked.
fn checked_powers(options: &Options, matrices: &Matrices) -> Result<Powers, Failure> {
    let shape = Shape::of(matrices).map_err(|error| fault(&error))?;
    let bytes = read(options.needed("ptau")?, PTAU_BYTES)?;
    let powers = ptau::read(&bytes, shape.domain().ilog2()).map_err(|error| no(&error))?;
    powers.check().map_err(|error| no(&error))?;
    Ok(powers)
}

fn begin(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let (class, matrices) = circuit(options)?;
    let powers = checked_powers(options, &matrices)?;
    let key = phase2::initial(&matrices, &powers).map_err(|error| no(&error))?;
    let subject = Subject { class: class.id, circuit: matrices.digest(), powers: powers.digest() };
    save(&key, &Transcript::new(subject), options, output)
}

fn contribute(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let (mut key, mut transcript) = load(options)?;
    if transcript.closed() {
        return Err(Failure::No(String::from("A beacon has closed this ceremony.")));
    }
    let name = options.needed("name")?;
    let link = phase2::contribute(&mut key, &transcript.chain(), name, seed()?).map_err(|error| no(&error))?;
    transcript.contributions.push(link);
    save(&key, &transcript, options, output)
}

fn beacon(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let (mut key, mut transcript) = load(options)?;
    if transcript.closed() || transcript.contributions.is_empty() {
        return Err(Failure::No(String::from("A beacon comes once, after the contributions.")));
    }
    let source = options.needed("source")?.as_bytes();
    let rounds = u8::try_from(options.number("rounds", ROUNDS)?).unwrap_or(u8::MAX);
    let last = phase2::beacon(&mut key, &transcript.chain(), source, rounds).map_err(|error| no(&error))?;
    transcript.contributions.push(last);
    save(&key, &transcript, options, output)
}

fn verify(options: &Options, output: &mut Output) -> Result<(), Failure> {
    let (class, matrices) = circuit(options)?;
    let powers = checked_powers(options, &matrices)?;
    let transcript = read(options.needed("transcript")?, MAX_BYTES as u64)?;
    let bytes = read(options.needed("key")?, KEY_BYTES)?;
    let name = recheck_files(&matrices, class.id, &powers, &transcript, &bytes).map_err(|error| no(&error))?;
    output.say("The set-up holds: every point of the key follows from powers, circuit and transcript.");
    output.both("key", "Proving key", to_hex(&name));
    let contributions = Transcript::from_bytes(&transcript).map_err(|error| no(&error))?.contributions;
    output.both("contributions", "Contributions, the beacon included", contributions.len());
    if let Some(path) = options.one("write-vks")? {
        let known = std::fs::read(path).ok().and_then(|bytes| Keys::from_bytes(&bytes).ok());
        let mut keys = known.unwrap_or(Keys { insecure: false, classes: Vec::new() });
        if keys.insecure {
            return Err(Failure::No(format!("{path} holds development keys; keys of a ceremony do not go with them.")));
        }
        let (head, key) = from_bytes(&bytes, Some(&name)).map_err(|error| fault(&error))?;
        insert(&mut keys, entry(class.info(), &head, &key.vk).map_err(|error| fault(&error))?);
        write(path, &keys.to_bytes())?;
        output.both("digest", "Verifying keys", to_hex(&keys.digest().0));
    }
    Ok(())
}

fn load(options: &Options) -> Result<(ProvingKey, Transcript), Failure> {
    let transcript = read(options.needed("transcript")?, MAX_BYTES as u64)?;
    let transcript = Transcript::from_bytes(&transcript).map_err(|error| no(&error))?;
    let bytes = read(options.needed("key")?, KEY_BYTES)?;
    let (head, key) = from_bytes(&bytes, None).map_err(|error| Failure::No(format!("The key is refused: {error}.")))?;
    if head.circuit != transcript.subject.circuit || head.class != transcript.subject.class {
        return Err(Failure::No(String::from("Key and transcript are of different ceremonies.")));
    }
    if !transcript.contributions.is_empty() {
        let deltas = transcript.follow().map_err(|error| no(&error))?;
        if deltas != phase2::Deltas::of(&key) {
            return Err(Failure::No(String::from("The key does not stand where the transcript does.")));
        }
    }
    Ok((key, transcript))
}

fn save(key: &ProvingKey, transcript: &Transcript, options: &Options, output: &mut Output) -> Result<(), Failure> {
    let Subject { class, circuit, .. } = transcript.subject;
    let bytes = to_bytes(key, Label { class, circuit, insecure: false }).map_err(|error| fault(&error))?;
    write(options.needed("key")?, &bytes)?;
    write(options.needed("transcript")?, &transcript.to_bytes())?;
    output.both("contributions", "Contributions", transcript.contributions.len());
    output.both("chain", "Chain, to be published by whoever contributed", to_hex(&transcript.chain()));
    Ok(())
}
