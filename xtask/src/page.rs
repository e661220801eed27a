//! Building the release page with Trunk, and skipping that when nothing it reads has changed.

use crate::sh::{self, Step};
use crate::toolchain::Wasm;
use crate::{Result, bench, parts};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything the page is made of. `Cargo.toml` and `Cargo.lock` decide versions and profiles.
const INPUTS: &[&str] = &[
    "web-app",
    "worker",
    "client-core",
    "static",
    "pkg",
    "modules",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
];

/// Where the built page is.
pub fn dist() -> PathBuf {
    sh::root().join("dist")
}

/// The page must have been laid out before it can be built.
///
/// # Errors
/// When a file that Trunk starts from is missing.
pub fn check_inputs() -> Result<()> {
    for file in ["Trunk.toml", "web-app/index.html", "web-app/boot.js"] {
        if !sh::root().join(file).exists() {
            return Err(format!("{file} is missing; is this a complete checkout?").into());
        }
    }
    Ok(())
}

/// Builds `dist/`, unless it was built from exactly these sources.
///
/// # Errors
/// When the compiler or the bundler fails.
pub fn build() -> Result<()> {
    let wasm = Wasm::required()?;
    let stamp = dist().join(".built-from");
    let inputs = digest(wasm)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) {
        sh::say("ok ", "32", "page: already built from these sources");
        return Ok(());
    }
    let step = Step::start("page: release build of web-app/ and worker/ with Trunk");
    let built = bundle(wasm);
    step.end(built.is_ok(), &sizes());
    built?;
    std::fs::write(stamp, inputs)?;
    Ok(())
}

fn bundle(wasm: Wasm) -> Result<()> {
    // Snippets of earlier builds would be copied along.
    let snippets = sh::root().join("target/wasm/wasm-bindgen/release/snippets");
    if snippets.exists() {
        std::fs::remove_dir_all(snippets)?;
    }
    let mut trunk = wasm.command("trunk");
    trunk.args(["--skip-version-check", "build", "--release"]);
    flags(&mut trunk);
    // Trunk refuses the usual NO_COLOR=1.
    trunk.env_remove("NO_COLOR");
    sh::run(trunk)?;
    parts::build(wasm, &dist())?;
    bench::site::build(wasm, &dist())
}

/// The flags that everything in `dist/` is compiled with.
pub fn flags(command: &mut Command) {
    // Leptos then shares code between views of different types: about a fifth less page to download.
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg=erase_components");
}

/// A digest of every file that the build reads, and of the compiler.
fn digest(wasm: Wasm) -> Result<String> {
    Ok(blake3::hash(format!("{}{}", wasm.describe(), digest_of(INPUTS)?).as_bytes()).to_hex().to_string())
}

/// A digest of every file in these folders that is no test's.
///
/// # Errors
/// When the files cannot be listed.
pub fn digest_of(inputs: &[&str]) -> Result<String> {
    let listed = sh::files()?;
    let mut hasher = blake3::Hasher::new();
    for name in listed.iter().filter(|name| is_input(name, inputs)) {
        // A file that was listed and has gone since changes the digest too.
        let content = std::fs::read(sh::root().join(name)).unwrap_or_default();
        hasher.update(name.as_bytes()).update(&(content.len() as u64).to_le_bytes()).update(&content);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn is_input(name: &str, inputs: &[&str]) -> bool {
    let path = Path::new(name);
    let tests_only = name.contains("/tests/") || name.contains("/benches/");
    !tests_only && inputs.iter().any(|input| path.starts_with(input))
}

/// The files whose size matters, for the build's last line.
fn sizes() -> String {
    let part = |name: &str| {
        let bytes = std::fs::metadata(dist().join(name)).ok()?.len();
        Some(format!("{name} {} kB", bytes / 1_000))
    };
    let found: Vec<String> =
        ["zera-web_bg.wasm", "worker_bg.wasm", "prover/prover_bg.wasm", "verifier/verifier_bg.wasm"]
            .into_iter()
            .filter_map(part)
            .collect();
    found.join(", ")
}
