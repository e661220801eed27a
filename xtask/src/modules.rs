//! `cargo xtask modules`: builds the sample guest modules of `modules/build.toml`; `--check` compares the checked-in
//! `.wasm` files with their recorded hashes, so that nobody needs a guest compiler until a module changes.

pub mod author;
mod build;
pub mod rebuild;

use crate::sh::{self, Step};
use crate::{Args, Result};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// The built modules.
const BUILT: &str = "modules/prebuilt";
/// `<blake3 in hex>  <file name>` a line, as `b3sum` writes and checks it.
const HASHES: &str = "modules/prebuilt/B3SUMS";

/// Versions of the compilers that made them.
const COMPILERS: &str = "modules/prebuilt/COMPILERS";

/// Runs the verb.
///
/// # Errors
/// When a module cannot be built or the built ones cannot be read.
pub fn run(args: &Args) -> Result<bool> {
    if args.flag("--check") {
        return check();
    }
    let compilers = build::compilers()?;
    let before = std::fs::read_to_string(sh::root().join(COMPILERS)).unwrap_or_default();
    if before != compilers {
        let note =
            format!("other compilers than last time, so other bytes are to be expected:\n{before}now\n{compilers}");
        sh::say("   ", "33", &note);
    }
    let step = Step::start("modules: building the samples of modules/build.toml");
    let modules = sh::root().join("modules");
    let samples = build::list(&modules)?;
    let built = build::build(&modules, &modules.join("target"), &folder(), &samples.iter().collect::<Vec<_>>());
    step.end(built.is_ok(), "");
    built?;
    let lines: Vec<String> = hashes()?.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
    std::fs::write(sh::root().join(HASHES), lines.concat())?;
    std::fs::write(sh::root().join(COMPILERS), compilers)?;
    check()
}

/// Whether every built module is there with its recorded hash, and no other.
///
/// # Errors
/// When the folder cannot be read.
pub fn check() -> Result<bool> {
    if !folder().is_dir() {
        return Err(format!("{BUILT} is not here; run `cargo xtask modules`").into());
    }
    let recorded = recorded()?;
    let found = hashes()?;
    let mut ok = true;
    for name in recorded.keys().chain(found.keys()).collect::<std::collections::BTreeSet<_>>() {
        let complaint = match (recorded.get(name), found.get(name)) {
            (Some(recorded), Some(found)) if recorded == found => continue,
            (Some(_), Some(_)) => "is not what its recorded hash says",
            (Some(_), None) => "is recorded but not there",
            (None, _) => "is there but not recorded",
        };
        eprintln!("{BUILT}/{name}: {complaint}; mend: cargo xtask modules, and commit both");
        ok = false;
    }
    sh::say(
        if ok { "ok " } else { "FAILED" },
        if ok { "32" } else { "31" },
        &format!("modules: {} built", found.len()),
    );
    Ok(ok)
}

/// The tests of the guest workspace: natively on the SDK's test chain, and the finished modules on the real engine.
pub fn tests() -> Command {
    let mut cargo = sh::command("cargo", &["test", "--locked", "--no-fail-fast"]);
    let modules = sh::root().join("modules");
    cargo.env("CARGO_TARGET_DIR", modules.join("target")).current_dir(modules);
    cargo
}

/// Every built module by its path in [`folder`].
///
/// # Errors
/// When the folder cannot be read.
pub fn names() -> Result<Vec<String>> {
    Ok(hashes()?.into_keys().collect())
}

/// Where the built modules are.
pub fn folder() -> PathBuf {
    sh::root().join(BUILT)
}

fn recorded() -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(sh::root().join(HASHES)).unwrap_or_default();
    let mut recorded = BTreeMap::new();
    for line in text.lines() {
        let (hash, name) = line.split_once("  ").ok_or_else(|| format!("{HASHES}: `{line}` is no `hash  name`"))?;
        recorded.insert(name.to_owned(), hash.to_owned());
    }
    Ok(recorded)
}

/// The hash of every `.wasm` in the folder, by its path there.
fn hashes() -> Result<BTreeMap<String, String>> {
    let mut hashes = BTreeMap::new();
    let mut open = vec![folder()];
    while let Some(folder_here) = open.pop() {
        for entry in std::fs::read_dir(folder_here)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wasm") {
                let name = path.strip_prefix(folder())?.to_string_lossy().replace('\\', "/");
                hashes.insert(name, blake3::hash(&std::fs::read(path)?).to_hex().to_string());
            }
        }
    }
    Ok(hashes)
}
