//! The scenario files for a browser: `zera-scenarios` built for wasm32, with its cases and the modules that they use,
//! laid out as a folder that our server can serve. `playwright/scenarios.mjs` runs them there.

use crate::toolchain::{WASM, Wasm};
use crate::{Result, modules, sh};
use std::path::{Path, PathBuf};

const CASES: &str = "client-core/scenarios/cases";
const VECTORS: &str = "docs/vectors";
/// Optimised as the worker is, but linked in a fraction of the time.
const PROFILE: &str = "bench-fast";
const PAGE: &str =
    "<!doctype html>\n<html lang=\"en\">\n<title>scenarios</title>\n<link rel=\"icon\" href=\"data:,\">\n";

/// Where the folder is.
pub fn site() -> PathBuf {
    sh::root().join("target/scenarios")
}

/// Builds and lays out everything, and lists it in `list.json`: `{cases: [name], modules: [path]}`.
///
/// # Errors
/// When the compiler or wasm-bindgen fails or a file cannot be read.
pub fn build() -> Result<()> {
    let wasm = Wasm::required()?;
    sh::run(wasm.cargo(&[
        "build",
        "--locked",
        "--lib",
        "-p",
        "zera-scenarios",
        "--target",
        WASM,
        "--profile",
        PROFILE,
    ]))?;
    let site = site();
    if site.exists() {
        std::fs::remove_dir_all(&site)?;
    }
    std::fs::create_dir_all(&site)?;
    let built = sh::root().join("target/wasm").join(WASM).join(PROFILE).join("zera_scenarios.wasm");
    let mut bindgen = wasm.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "scenarios", "--out-dir"]).arg(&site).arg(built);
    sh::run(bindgen)?;
    lay_out(&site)?;
    std::fs::write(site.join("index.html"), PAGE)?;
    Ok(())
}

/// Copies the cases and the modules that they use to `site`, and lists them there; and the light verifier's vectors.
///
/// # Errors
/// When a file cannot be read or written.
pub fn lay_out(site: &Path) -> Result<()> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(sh::root().join(CASES))? {
        let case = entry?.path();
        if case.is_dir() {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for file in ["scenario.json", "expected.txt"] {
                copy(&case.join(file), &site.join("cases").join(&name).join(file))?;
            }
            cases.push(name);
        }
    }
    cases.sort();
    for name in ["light.json", "light-engine.json"] {
        copy(&sh::root().join(VECTORS).join(name), &site.join("vectors").join(name))?;
    }
    let modules = modules::names()?;
    for name in &modules {
        copy(&modules::folder().join(name), &site.join("modules").join(name))?;
    }
    std::fs::write(site.join("list.json"), serde_json::json!({ "cases": cases, "modules": modules }).to_string())?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
