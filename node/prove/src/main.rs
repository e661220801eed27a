//! `zera-prove`: proves executions of modules, verifies proofs, and makes the keys for both, without any chain.
//!
//! [`run`] runs a call; [`native`] proves it; [`store`] keys on this machine; [`local`] the host that there is without a
//! chain; one file for each command in `commands`.

mod commands;
mod failure;
mod local;
mod native;
mod options;
mod output;
mod run;
mod store;

use failure::Failure;
use output::Output;
use std::process::ExitCode;

/// What the program does, for people.
const HELP: &str = "\
zera-prove: proofs of executions of WebAssembly modules

  zera-prove prove --module FILE --export NAME [--args A B …] --out PROOF
      [--hide-args [PLACES…]] [--hide-result] [--hide-events] [--gas N] [--nonce HEX] [--chain HEX] [--without-module]
  zera-prove verify PROOF [--module FILE]
  zera-prove inspect FILE                 a module, a proof, a key, a transcript
  zera-prove setup --dev [--out FOLDER] [--classes 0 8 …] [--write-vks FILE]
  zera-prove setup powers --log N --out FILE.ptau
  zera-prove setup begin --class N --ptau FILE --key KEY --transcript FILE
  zera-prove setup contribute --name TEXT --key KEY --transcript FILE
  zera-prove setup beacon --source TEXT [--rounds LOG] --key KEY --transcript FILE
  zera-prove setup verify --class N --ptau FILE --key KEY --transcript FILE [--write-vks FILE]
  zera-prove bench [--class N] [--rounds N]

Everywhere: --json for scripts; --vks FILE other verifying keys than the development keys; --keys FOLDER where the
proving keys lie (target/keys).
Exit codes: 0 done, 1 the answer is no, 2 command line, 3 not provable, 4 files, 5 fault.";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next();
    let rest: Vec<String> = words.collect();
    let json = rest.iter().any(|word| word == "--json");
    match dispatch(command.as_deref(), rest, json) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            if json {
                let object = serde_json::json!({ "error": failure.to_string(), "kind": failure.word() });
                println!("{object}");
            } else {
                eprintln!("{failure}");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(command: Option<&str>, words: Vec<String>, json: bool) -> Result<String, Failure> {
    let mut output = Output::new(json);
    match command {
        None | Some("help" | "--help" | "-h") => return Ok(HELP.into()),
        Some("prove") => commands::prove::prove(words, &mut output)?,
        Some("verify") => commands::verify::verify(words, &mut output)?,
        Some("inspect") => commands::inspect::inspect(words, &mut output)?,
        Some("setup") => commands::setup::setup(words, &mut output)?,
        Some("bench") => commands::bench::bench(words, &mut output)?,
        Some(other) => return Err(Failure::Usage(format!("There is no command {other}."))),
    }
    Ok(output.text())
}
