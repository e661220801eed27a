//! `zera-prove verify`: whether a proof holds, and what it says.

use super::prove::MODULE_BYTES;
use crate::{
    failure::{Failure, read},
    options::{Options, to_hex},
    output::Output,
    store::verifying,
};
use std::time::Instant;
use zera_proof_verify::{Description, ProofFile, describe};

/// The command.
///
/// # Errors
/// [`Failure::No`] when it does not hold.
pub fn verify(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let options = Options::read(words.into_iter(), &["module", "vks", "json"])?;
    let [path] = options.words() else {
        return Err(Failure::Usage(String::from("verify takes one proof file.")));
    };
    let file = open(path)?;
    let keys = verifying(&options)?;
    let module = options.one("module")?.map(|path| read(path, MODULE_BYTES)).transpose()?;
    let began = Instant::now();
    let verdict = zera_proof_verify::verify(&file, &keys, module.as_deref())
        .map_err(|error| Failure::No(format!("The proof is not accepted: {error}.")))?;
    let microseconds = began.elapsed().as_micros() as u64;
    output.say("The proof holds.");
    output.field("holds", true);
    say(&describe(&file.statement, keys.keys()), output);
    output.both("statement", "Statement", to_hex(&verdict.statement.0));
    output.both("segments", "Segments", verdict.segments);
    output.both("microseconds", "Microseconds", microseconds);
    output.field("insecure", verdict.insecure);
    if verdict.insecure {
        output.say("It was made under INSECURE development keys: it convinces nobody.");
    }
    Ok(())
}

/// Reads a proof file.
///
/// # Errors
/// [`Failure::No`] when it is none.
pub fn open(path: &str) -> Result<ProofFile, Failure> {
    let bytes = read(path, zera_proof_verify::file::MAX_BYTES as u64)?;
    ProofFile::from_bytes(&bytes).map_err(|error| Failure::No(format!("{path} is refused: {error}.")))
}

/// A description for people and for scripts.
pub fn say(description: &Description, output: &mut Output) {
    let Description { says, hides, rests_on } = description;
    for (name, sentences) in [("says", says), ("hides", hides), ("rests_on", rests_on)] {
        for sentence in sentences {
            output.say(sentence.clone());
        }
        output.field(name, sentences.clone());
    }
}
