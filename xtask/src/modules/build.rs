//! Compiling the samples that `modules/build.toml` lists, and finishing them with `modules/tool`, which appends their
//! manifests and writes the modules that tests expect to be refused.

use crate::Result;
use crate::sh;
use crate::toolchain::{DEBIAN_RUSTC, WASM, Wasm};
use std::path::Path;
use std::process::Command;

/// One `[[sample]]` of modules/build.toml.
struct Sample {
    /// The compiled file's name without `.wasm`.
    name: String,
    /// A package of the workspace in modules/, for Rust.
    package: Option<String>,
    /// Its features.
    features: Vec<String>,
    /// A C++ file in modules/ instead.
    cpp: Option<String>,
    /// Further arguments for clang.
    args: Vec<String>,
}

/// Compiles every sample of `modules` and writes the finished ones to `out`.
///
/// # Errors
/// When the list is missing or malformed, or a compiler is missing or fails.
pub fn build(modules: &Path, out: &Path) -> Result<()> {
    let list = modules.join("build.toml");
    if !list.exists() {
        return Err("modules/build.toml is not here yet: there is nothing to build".into());
    }
    let compiled = modules.join("target/compiled");
    std::fs::create_dir_all(&compiled)?;
    for sample in samples(&std::fs::read_to_string(list)?)? {
        let file = compiled.join(format!("{}.wasm", sample.name));
        sh::say("   ", "36", &sample.name);
        match (&sample.package, &sample.cpp) {
            (Some(package), None) => rust(modules, package, &sample.features, &file)?,
            (None, Some(source)) => cpp(modules, source, &sample.args, &file)?,
            _ => return Err(format!("modules/build.toml: {} needs either `package` or `cpp`", sample.name).into()),
        }
    }
    finish(modules, &compiled, out)
}

fn rust(modules: &Path, package: &str, features: &[String], file: &Path) -> Result<()> {
    let wasm = Wasm::required()?;
    let target = modules.join("target");
    let mut cargo = wasm.cargo(&["build", "--release", "--locked", "--target", WASM, "-p", package]);
    if !features.is_empty() {
        cargo.arg("--features").arg(features.join(","));
    }
    cargo.args(["--config", &format!("target.{WASM}.rustflags=[{}]", remaps(wasm)?)]);
    cargo.current_dir(modules).env("CARGO_TARGET_DIR", &target);
    sh::run(cargo)?;
    let built = target.join(WASM).join("release").join(format!("{}.wasm", package.replace('-', "_")));
    std::fs::copy(&built, file).map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(())
}

fn rustc(wasm: Wasm) -> Command {
    wasm.command(if wasm == Wasm::Usual { "rustc" } else { DEBIAN_RUSTC })
}

/// The compilers in words: only the same ones make the same bytes.
///
/// # Errors
/// When there is none for wasm32.
pub fn compilers() -> Result<String> {
    let mut rust = rustc(Wasm::required()?);
    rust.arg("--version");
    let clang = crate::setup::clang()
        .map_or_else(|| Ok("no clang".to_owned()), |clang| sh::output(sh::command(clang, &["--version"])))?;
    Ok(format!("{}\n{}\n", sh::output(rust)?, clang.lines().next().unwrap_or_default()))
}

/// No path of this machine may end up in a module's bytes, or nobody else could rebuild the same ones. Given by
/// `--config` the flags are added to those of modules/.cargo/config.toml, where RUSTFLAGS would replace them.
fn remaps(wasm: Wasm) -> Result<String> {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")))?;
    let say = |args: &[&str]| {
        let mut command = rustc(wasm);
        command.args(args);
        sh::output(command)
    };
    // The sources of std, where they are installed, get the name that they have where they are not.
    let sources = format!("{}/lib/rustlib/src/rust", say(&["--print", "sysroot"])?);
    let version = say(&["-vV"])?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("std");
    let remap = |from: &str, to: &str| format!("\"--remap-path-prefix={from}={to}\"");
    let root = sh::root();
    let flags =
        [remap(&root.to_string_lossy(), "zera"), remap(&home, "cargo"), remap(&sources, &format!("/rustc/{commit}"))];
    Ok(flags.join(","))
}

fn finish(modules: &Path, compiled: &Path, out: &Path) -> Result<()> {
    std::fs::create_dir_all(out)?;
    let mut cargo = sh::command("cargo", &["run", "--quiet", "--locked", "-p", "zera-module-tool", "--"]);
    cargo.arg(compiled).arg(out).current_dir(modules);
    sh::run(cargo)
}

fn cpp(modules: &Path, source: &str, args: &[String], file: &Path) -> Result<()> {
    let clang = crate::setup::clang()
        .ok_or("clang is needed for the C++ sample: apt-get install --no-install-recommends clang-22 lld-22")?;
    let mut command = sh::command(clang, &["--target=wasm32", "-O2", "-nostdlib", "-fno-exceptions", "-Wl,--no-entry"]);
    command.current_dir(modules).args(args).arg(source).arg("-o").arg(file);
    sh::run(command)
}

fn samples(list: &str) -> Result<Vec<Sample>> {
    let table: toml::Table = list.parse()?;
    let entries =
        table.get("sample").and_then(toml::Value::as_array).ok_or("modules/build.toml lists no [[sample]]")?;
    entries.iter().map(sample).collect()
}

fn sample(entry: &toml::Value) -> Result<Sample> {
    let text = |key: &str| entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let list = |key: &str| -> Vec<String> {
        let values = entry.get(key).and_then(toml::Value::as_array);
        values.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect()
    };
    let name = text("name").ok_or("modules/build.toml: a [[sample]] has no `name`")?;
    Ok(Sample { name, package: text("package"), features: list("features"), cpp: text("cpp"), args: list("args") })
}
