//! `cargo xtask codegen`: what `client-core/vm`'s host API data file generates (guest bindings, C header, docs).

use crate::sh::{self, Step};
use crate::{Args, Result};

/// The generator, a program beside the data that it reads.
const GENERATOR: &str = "client-core/vm/examples/host_api_codegen.rs";

/// Runs the verb.
///
/// # Errors
/// When the generator is missing or cannot be run.
pub fn run(args: &Args) -> Result<bool> {
    generate(args.flag("--check"))
}

/// Regenerates, or with `check` only says whether the checked-in files are what the generator would write.
///
/// # Errors
/// When the generator is missing or cannot be run.
pub fn generate(check: bool) -> Result<bool> {
    if !sh::root().join(GENERATOR).exists() {
        return Err(format!("{GENERATOR} is missing").into());
    }
    let step = Step::start(if check { "codegen: is the host API's output up to date?" } else { "codegen: host API" });
    let arguments = ["-p", "zera-vm", "--example", "host_api_codegen"];
    // Built apart, so that a compiler's error is not taken for a stale file.
    let built = sh::run(sh::command("cargo", &[&["build", "--quiet"], arguments.as_slice()].concat()));
    if let Err(error) = built {
        step.end(false, "the generator does not compile");
        return Err(error);
    }
    let mut cargo = sh::command("cargo", &[&["run", "--quiet"], arguments.as_slice()].concat());
    if check {
        cargo.args(["--", "--check"]);
    }
    let ok = cargo.status()?.success();
    step.end(ok, if ok { "" } else { "mend: cargo xtask codegen" });
    Ok(ok)
}
