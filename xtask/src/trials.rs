//! The trials of the browser's engine: a corpus written natively, `zera-trials` built for wasm32, the scenario files and
//! the modules, laid out as a folder that our server can serve. `playwright/trials.mjs` runs them there.

use crate::toolchain::{WASM, Wasm};
use crate::{Result, modules, scenarios, sh};
use std::path::PathBuf;

/// Optimised as the worker is, but linked in a fraction of the time.
const PROFILE: &str = "bench-fast";
/// Random modules in every run, and in the long one.
const RANDOM: [&str; 2] = ["300", "10000"];
const PAGE: &str = "<!doctype html>\n<html lang=\"en\">\n<title>trials</title>\n<link rel=\"icon\" href=\"data:,\">\n";

/// Where the folder is.
pub fn site() -> PathBuf {
    sh::root().join("target/trials")
}

/// Builds and lays out everything.
///
/// # Errors
/// When the compiler or wasm-bindgen fails or a file cannot be read.
pub fn build(long: bool) -> Result<()> {
    let wasm = Wasm::required()?;
    let crate_for_wasm = ["build", "--locked", "--lib", "-p", "zera-trials", "--target", WASM, "--profile", PROFILE];
    sh::run(wasm.cargo(&crate_for_wasm))?;
    let site = site();
    if site.exists() {
        std::fs::remove_dir_all(&site)?;
    }
    std::fs::create_dir_all(&site)?;
    let built = sh::root().join("target/wasm").join(WASM).join(PROFILE).join("zera_trials.wasm");
    let mut bindgen = wasm.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "trials", "--out-dir"]).arg(&site).arg(built);
    sh::run(bindgen)?;
    let mut corpus = sh::command("cargo", &["run", "--locked", "-q", "-p", "zera-trials", "--bin", "corpus", "--"]);
    corpus.arg(site.join("corpus.bin")).arg(modules::folder()).arg(RANDOM[usize::from(long)]);
    sh::run(corpus)?;
    for script in ["worker.js", "pipeline.js"] {
        std::fs::copy(sh::root().join("worker/trials").join(script), site.join(script))?;
    }
    scenarios::lay_out(&site)?;
    std::fs::write(site.join("index.html"), PAGE)?;
    Ok(())
}
