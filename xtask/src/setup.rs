//! `cargo xtask setup`: looks at what is there, brings what is missing, and says what it does and how long it took.

mod debian;

use crate::sh::{self, Step};
use crate::toolchain::{self, WASM, Wasm};
use crate::{Result, page};
use std::path::PathBuf;

/// 0.22 needs a newer rustc than Debian's.
const TRUNK: &str = "0.21.14";

/// How much of the set-up a verb needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What building the page needs.
    Page,
    /// The page and the browser that tests it.
    All,
}

/// Something set-up looks for and can bring.
struct Need {
    name: &'static str,
    /// What is there, in a word for people, or `None`.
    look: fn() -> Option<String>,
    /// Brings it.
    bring: fn() -> Result<()>,
    scope: Scope,
}

const NEEDS: &[Need] = &[
    Need { name: "Node.js and npm", look: node, bring: bring_node, scope: Scope::Page },
    Need { name: "compiler for wasm32", look: wasm, bring: bring_wasm, scope: Scope::Page },
    Need { name: "crates in Cargo.lock", look: crates, bring: bring_crates, scope: Scope::Page },
    Need { name: "npm packages", look: npm, bring: bring_npm, scope: Scope::Page },
    Need { name: "wasm-bindgen", look: bindgen, bring: bring_bindgen, scope: Scope::Page },
    Need { name: "Trunk", look: trunk, bring: bring_trunk, scope: Scope::Page },
    Need { name: "rustfmt and clippy", look: lints, bring: bring_lints, scope: Scope::All },
    Need { name: "Chromium", look: chromium, bring: bring_chromium, scope: Scope::All },
];

/// Brings everything in `scope` that is missing.
///
/// # Errors
/// At the first thing that is missing and cannot be brought, with what a person can do.
pub fn run(scope: Scope) -> Result<()> {
    let needs: Vec<_> = NEEDS.iter().filter(|need| need.scope == Scope::Page || scope == Scope::All).collect();
    for (index, need) in needs.iter().enumerate() {
        let title = format!("[{}/{}] {}", index + 1, needs.len(), need.name);
        if let Some(found) = (need.look)() {
            sh::say("ok ", "32", &format!("{title}: {found}"));
            continue;
        }
        let step = Step::start(format!("{title}: not here yet"));
        let result = (need.bring)();
        let found = (need.look)();
        step.end(result.is_ok() && found.is_some(), found.as_deref().unwrap_or(""));
        result?;
        found.ok_or_else(|| format!("{} was installed but still cannot be found", need.name))?;
    }
    Ok(())
}

fn node() -> Option<String> {
    sh::which("npm")?;
    let version = sh::output(sh::command("node", &["--version"])).ok()?;
    let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().ok()?;
    (major >= 20).then_some(version)
}

fn bring_node() -> Result<()> {
    debian::install(&["nodejs", "npm"])?;
    node().map(|_| ()).ok_or_else(|| "Node.js 20 or newer is needed: see nodejs.org/en/download".into())
}

fn wasm() -> Option<String> {
    Wasm::find().map(Wasm::describe)
}

fn bring_wasm() -> Result<()> {
    if Wasm::Usual.wanted() && sh::which("rustup").is_some() {
        let added = sh::run(sh::command("rustup", &["target", "add", WASM]));
        if added.is_ok() && Wasm::Usual.compiles() {
            return Ok(());
        }
        sh::say(
            "   ",
            "33",
            "rustup has no such target to give here; taking Debian's compiler and its library sources",
        );
    }
    debian::build_std()
}

/// `cargo fetch` is silent and takes no time when nothing is missing, so it is its own check.
fn crates() -> Option<String> {
    let mut fetch = sh::command("cargo", &["fetch", "--locked", "--offline"]);
    fetch.stderr(std::process::Stdio::null());
    sh::output(fetch).ok().map(|_| "all downloaded".into())
}

fn bring_crates() -> Result<()> {
    sh::run(sh::command("cargo", &["fetch", "--locked"]))
}

/// npm's own record of what it installed must be newer than our lock file's content: we keep the lock's hash beside it.
fn npm() -> Option<String> {
    let stamp = std::fs::read_to_string(npm_stamp()).ok()?;
    let tools = toolchain::npm_bin().join("wasm-opt").exists();
    (tools && stamp == npm_lock_hash()?).then(|| "as in package-lock.json".into())
}

fn bring_npm() -> Result<()> {
    let mut npm = sh::command("npm", &["ci", "--no-audit", "--no-fund"]);
    npm.current_dir(sh::root().join("playwright"));
    sh::run(npm)?;
    let hash = npm_lock_hash().ok_or("playwright/package-lock.json cannot be read")?;
    std::fs::write(npm_stamp(), hash)?;
    Ok(())
}

fn npm_stamp() -> PathBuf {
    sh::root().join("playwright/node_modules/.zera-lock-hash")
}

fn npm_lock_hash() -> Option<String> {
    let lock = std::fs::read(sh::root().join("playwright/package-lock.json")).ok()?;
    Some(blake3::hash(&lock).to_hex().to_string())
}

fn bindgen() -> Option<String> {
    let version = locked_version("wasm-bindgen").ok()?;
    toolchain::tool("wasm-bindgen", &version).map(|_| version)
}

fn bring_bindgen() -> Result<()> {
    // Without --locked: its own lock file names a yanked crate.
    install("wasm-bindgen-cli", &locked_version("wasm-bindgen")?, &[])
}

fn trunk() -> Option<String> {
    toolchain::tool("trunk", TRUNK).map(|_| TRUNK.into())
}

fn bring_trunk() -> Result<()> {
    // No TLS and no update check, which nothing here uses; a debug build is fast enough for a bundler.
    install("trunk", TRUNK, &["--locked", "--no-default-features", "--debug"])
}

/// `cargo install` into target/tools.
fn install(name: &str, version: &str, more: &[&str]) -> Result<()> {
    let root = toolchain::tools();
    let build = sh::root().join("target/tools-build");
    let mut cargo = sh::command("cargo", &["install", name, "--version", version]);
    cargo.args(more).arg("--root").arg(root).arg("--force");
    cargo.env("CARGO_TARGET_DIR", &build).env("CARGO_PROFILE_DEV_DEBUG", "0");
    sh::run(cargo)?;
    // The tools are installed; their build folder is only weight.
    std::fs::remove_dir_all(build).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error.into()),
    })
}

/// The version of a crate in Cargo.lock.
fn locked_version(name: &str) -> Result<String> {
    let lock: toml::Table = std::fs::read_to_string(sh::root().join("Cargo.lock"))?.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array).ok_or("Cargo.lock has no packages")?;
    let package = packages.iter().find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name));
    let version = package.and_then(|package| package.get("version")).and_then(toml::Value::as_str);
    version.map(str::to_owned).ok_or_else(|| format!("Cargo.lock names no {name}").into())
}

fn lints() -> Option<String> {
    let version = |verb: &str| sh::output(sh::command("cargo", &[verb, "--version"])).ok();
    Some(format!("{}, {}", version("fmt")?, version("clippy")?))
}

fn bring_lints() -> Result<()> {
    sh::run(sh::command("rustup", &["component", "add", "rustfmt", "clippy"]))
}

fn chromium() -> Option<String> {
    let program = toolchain::chromium()?;
    sh::output(sh::command(program, &["--version"])).ok()
}

fn bring_chromium() -> Result<()> {
    debian::install(&["chromium"])
        .map_err(|error| format!("{error}\nInstall Chromium or Chrome, or name one in ZERA_CHROMIUM.").into())
}

/// One line about the optional compiler for the C++ sample module.
pub fn clang() -> Option<PathBuf> {
    ["clang-22", "clang"].into_iter().find_map(sh::which)
}

/// Set-up of the page's tools, for verbs that build it.
///
/// # Errors
/// As [`run`].
pub fn ensure(scope: Scope) -> Result<()> {
    run(scope)?;
    page::check_inputs()
}
