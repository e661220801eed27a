//! `zera-prove inspect`: what a file is and what stands in it.

use super::verify::say;
use crate::{
    failure::{Failure, read},
    options::{Options, to_hex},
    output::Output,
    run::parameters,
    store::{KEY_BYTES, verifying},
};
use zera_proof::setup::{keyfile::Head, transcript::Transcript};
use zera_proof_rows::translate;
use zera_proof_verify::{Keys, ProofFile, describe};

/// The command.
///
/// # Errors
/// When it is a file of no kind that is known here, or cannot be read.
pub fn inspect(words: Vec<String>, output: &mut Output) -> Result<(), Failure> {
    let options = Options::read(words.into_iter(), &["vks", "json"])?;
    let [path] = options.words() else {
        return Err(Failure::Usage(String::from("inspect takes one file.")));
    };
    let bytes = read(path, KEY_BYTES)?;
    match bytes.get(..4) {
        Some(b"\0asm") => module(&bytes, output),
        _ if bytes.starts_with(b"ZERAPRF") => proof(&bytes, &options, output),
        _ if bytes.starts_with(b"ZERAPKF") => key(&bytes, output),
        _ if bytes.starts_with(b"ZERAVKS") => verifying_keys(&bytes, output),
        _ if bytes.starts_with(b"ZERAPH2") => transcript(&bytes, output),
        _ => Err(Failure::No(format!("{path} is neither a module, a proof, a key nor a transcript."))),
    }
}

fn module(bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    output.field("kind", "module");
    let module = translate(bytes).map_err(|error| {
        Failure::Unprovable(format!("The module is outside the provable profile: {}.", error.reason))
    })?;
    output.both("table_digest", "Module; table digest", to_hex(&module.digest().0));
    let mut exports = Vec::new();
    for (name, provable) in module.exports() {
        let program = provable.and_then(|()| module.program(&name));
        match program {
            Ok(program) => {
                let takes = parameters(&program);
                let rows = program.rows.len();
                output.say(format!("{name}: takes {takes}; provable, {rows} rows"));
                exports.push(serde_json::json!({ "name": name, "provable": true, "rows": rows, "takes": takes }));
            }
            Err(error) => {
                output.say(format!("{name}: not provable: {}", error.reason));
                exports.push(serde_json::json!({ "name": name, "provable": false, "why": error.reason }));
            }
        }
    }
    output.field("exports", exports);
    Ok(())
}

fn proof(bytes: &[u8], options: &Options, output: &mut Output) -> Result<(), Failure> {
    let file = ProofFile::from_bytes(bytes).map_err(|error| Failure::No(format!("The file is refused: {error}.")))?;
    output.field("kind", "proof");
    output.say("Proof; nothing of it is verified here:");
    say(&describe(&file.statement, verifying(options)?.keys()), output);
    output.both("statement", "Statement", to_hex(&file.statement.digest().0));
    output.both("keys", "Keys", to_hex(&file.statement.keys.0));
    let classes: Vec<u8> = file.segments.iter().map(|segment| segment.class).collect();
    output.both("segments", "Classes of the segments", classes);
    output.both("host_calls", "Host calls", file.log.calls.len());
    output.both("module_included", "Module in the file", file.module.is_some());
    Ok(())
}

fn key(bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    let head = Head::read(bytes, None).map_err(|error| Failure::No(format!("The key is refused: {error}.")))?;
    let head = head.ok_or_else(|| Failure::No(String::from("The key is cut.")))?;
    output.field("kind", "key");
    output.both("name", "Proving key", to_hex(&head.sha256()));
    output.both("class", "Class", head.class);
    output.both("insecure", "INSECURE development key", head.insecure);
    output.both("circuit", "Circuit", to_hex(&head.circuit.0));
    output.both("constraints", "Constraints", head.shape.constraints);
    output.both("committed", "Committed wires", head.shape.committed);
    output.both("wires", "Wires", head.shape.wires);
    for section in &head.sections {
        output.both(&format!("{:?}", section.kind), &format!("Bytes of {:?}", section.kind), section.bytes);
    }
    Ok(())
}

fn verifying_keys(bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    let keys = Keys::from_bytes(bytes).map_err(|error| Failure::No(format!("The keys are refused: {error}.")))?;
    output.field("kind", "verifying keys");
    output.both("digest", "Verifying keys", to_hex(&keys.digest().0));
    output.both("insecure", "INSECURE development keys", keys.insecure);
    for class in &keys.classes {
        let (id, log, name) = (class.info.id, class.info.log_domain, to_hex(&class.proving_key));
        output.both(&format!("class_{id}"), &format!("Class {id} (2^{log}), proving key"), name);
    }
    Ok(())
}

fn transcript(bytes: &[u8], output: &mut Output) -> Result<(), Failure> {
    let transcript = Transcript::from_bytes(bytes).map_err(|error| Failure::No(format!("It is refused: {error}.")))?;
    output.field("kind", "transcript");
    output.both("class", "Transcript for class", transcript.subject.class);
    output.both("circuit", "Circuit", to_hex(&transcript.subject.circuit.0));
    output.both("closed", "Closed by a beacon", transcript.closed());
    output.both("chain", "Chain", to_hex(&transcript.chain()));
    let names: Vec<String> = transcript.contributions.iter().map(|contribution| contribution.name.clone()).collect();
    output.both("contributions", "Contributions", names);
    match transcript.follow() {
        Ok(_) => output.say("Every contribution follows from the one before."),
        Err(error) => return Err(Failure::No(format!("It does not hold: {error}."))),
    }
    Ok(())
}
