//! `cargo xtask tidy`: the invariants of docs/architecture.md as code. Each finding names the place and the mend.

mod arrows;
mod files;
mod licences;
mod source;
mod words;

use crate::sh::{self, Step};
use crate::{Args, Result, codegen};

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the root, or what stands for one.
    place: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    /// What is wrong, and after a semicolon how to mend it.
    says: String,
}

impl Finding {
    fn new(place: impl Into<String>, line: usize, says: impl Into<String>) -> Self {
        Self { place: place.into(), line, says: says.into() }
    }
}

/// A file of the repository with its text.
pub struct File {
    /// Relative to the root, with slashes.
    pub name: String,
    /// UTF-8; other files are not looked into.
    pub text: String,
}

/// Runs the verb.
///
/// # Errors
/// When git or cargo cannot be asked.
pub fn run(_: &Args) -> Result<bool> {
    let tidy = check()?;
    Ok(codegen::generate(true)? && tidy)
}

/// All checks but the generated files, which need a compiler.
///
/// # Errors
/// When git or cargo cannot be asked.
pub fn check() -> Result<bool> {
    let step = Step::start("tidy: arrows, words, files, licences");
    let files = texts()?;
    let metadata = metadata()?;
    let mut findings = arrows::check(&metadata)?;
    findings.extend(licences::check(&metadata)?);
    findings.extend(words::check(&files));
    findings.extend(files::check(&files));
    findings.sort();
    for finding in &findings {
        let line = if finding.line == 0 { String::new() } else { format!(":{}", finding.line) };
        eprintln!("{}{line}: {}", finding.place, finding.says);
    }
    let note = format!("{} findings; {}", findings.len(), files::sizes(&files));
    step.end(findings.is_empty(), &note);
    Ok(findings.is_empty())
}

/// Everything that is, or may soon be, checked in and is text.
fn texts() -> Result<Vec<File>> {
    let read = |name: String| {
        // Binary files and files that git still lists but that are gone have no text to check.
        let text = std::fs::read_to_string(sh::root().join(&name)).ok()?;
        Some(File { name, text })
    };
    Ok(sh::files()?.into_iter().filter_map(read).collect())
}

/// What cargo knows of our crates and everything that they pull in for wasm32.
fn metadata() -> Result<serde_json::Value> {
    let target = format!("--filter-platform={}", crate::toolchain::WASM);
    let cargo = sh::command("cargo", &["metadata", "--format-version=1", "--locked", "--offline", &target]);
    Ok(serde_json::from_str(&sh::output(cargo)?)?)
}
