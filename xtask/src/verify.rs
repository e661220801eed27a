//! `cargo xtask verify-journal`: checks a journal file with the chain's own code, natively and offline.

use crate::{Args, Result, sh};
use std::path::Path;

/// Runs the verb; false when the file is wrong, which has been said.
///
/// # Errors
/// When no file is named or there is none.
pub fn journal(args: &Args) -> Result<bool> {
    let usage = "usage: cargo xtask verify-journal FILE [--genesis HASH]";
    let genesis = args.value("--genesis");
    let file = args.words().find(|word| Some(*word) != genesis).ok_or(usage)?;
    // Paths are the caller's, who may stand in another folder than the repository's root.
    let file = Path::new(file).canonicalize().map_err(|error| format!("{file}: {error}"))?;
    let mut cargo = sh::command("cargo", &["run", "--quiet", "-p", "zera-client", "--example", "verify_journal", "--"]);
    cargo.arg(file).args(genesis);
    let status = cargo.status().map_err(|error| format!("cannot start `{}`: {error}", sh::shown(&cargo)))?;
    Ok(status.success())
}
