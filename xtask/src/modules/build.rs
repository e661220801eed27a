//! Compiling the samples that `modules/build.toml` lists, and finishing them with `modules/tool`, which appends their
//! manifests and writes the modules that tests expect to be refused.

use crate::Result;
use crate::sh;
use crate::toolchain::{DEBIAN_RUSTC, WASM, Wasm};
use std::path::Path;
use std::process::Command;

/// One `[[sample]]` of modules/build.toml.
pub(super) struct Sample {
    /// The compiled file's name without `.wasm`.
    pub name: String,
    /// A package of the workspace in modules/, for Rust.
    pub package: Option<String>,
    /// Its features.
    pub features: Vec<String>,
    /// A C++ file in modules/ instead.
    pub cpp: Option<String>,
    /// Further arguments for clang.
    pub args: Vec<String>,
}

/// Compiles `samples` of `modules` in the folder `target` and writes the finished ones to `out`.
///
/// # Errors
/// When a compiler is missing or fails.
pub(super) fn build(modules: &Path, target: &Path, out: &Path, samples: &[&Sample]) -> Result<()> {
    let compiled = target.join("compiled");
    std::fs::create_dir_all(&compiled)?;
    for sample in samples {
        let file = compiled.join(format!("{}.wasm", sample.name));
        sh::say("   ", "36", &sample.name);
        match (&sample.package, &sample.cpp) {
            (Some(package), None) => rust(modules, target, package, &sample.features, &file)?,
            (None, Some(source)) => cpp(modules, source, &sample.args, &file)?,
            _ => return Err(format!("modules/build.toml: {} needs either `package` or `cpp`", sample.name).into()),
        }
    }
    finish(modules, &compiled, out, samples)
}

/// What `cargo` is told for a Rust sample, paths of this machine left out.
pub(super) fn cargo_args(package: &str, features: &[String]) -> Vec<String> {
    let mut args = ["build", "--release", "--locked", "--target", WASM, "-p", package].map(str::to_owned).to_vec();
    if !features.is_empty() {
        args.extend(["--features".to_owned(), features.join(",")]);
    }
    args
}

/// What `clang` is told for a C++ sample, its file left out.
pub(super) fn clang_args(args: &[String]) -> Vec<String> {
    let fixed = ["--target=wasm32", "-O2", "-nostdlib", "-fno-exceptions", "-Wl,--no-entry"];
    fixed.iter().map(|arg| (*arg).to_owned()).chain(args.iter().cloned()).collect()
}

fn rust(modules: &Path, target: &Path, package: &str, features: &[String], file: &Path) -> Result<()> {
    let wasm = Wasm::required()?;
    let mut cargo = wasm.cargo(&[]);
    cargo.args(cargo_args(package, features));
    cargo.args(["--config", &format!("target.{WASM}.rustflags=[{}]", remaps(wasm)?)]);
    cargo.current_dir(modules).env("CARGO_TARGET_DIR", target);
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
    Ok(format!("{}\n{}\n", rustc_version()?, clang_version()?))
}

/// The compiler of Rust samples.
///
/// # Errors
/// When there is none for wasm32.
pub(super) fn rustc_version() -> Result<String> {
    let mut rust = rustc(Wasm::required()?);
    rust.arg("--version");
    sh::output(rust)
}

/// The compiler of C++ samples, or that there is none.
///
/// # Errors
/// When it is there and does not answer.
pub(super) fn clang_version() -> Result<String> {
    let clang = crate::setup::clang()
        .map_or_else(|| Ok("no clang".to_owned()), |clang| sh::output(sh::command(clang, &["--version"])))?;
    Ok(clang.lines().next().unwrap_or_default().to_owned())
}

/// No path of this machine may end up in a module's bytes, or nobody else could rebuild the same ones. Given by
/// `--config` the flags are added to those of modules/.cargo/config.toml, where RUSTFLAGS would replace them.
pub(super) fn remaps(wasm: Wasm) -> Result<String> {
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

fn finish(modules: &Path, compiled: &Path, out: &Path, samples: &[&Sample]) -> Result<()> {
    std::fs::create_dir_all(out)?;
    let mut cargo = sh::command("cargo", &["run", "--quiet", "--locked", "-p", "zera-module-tool", "--"]);
    cargo.arg(compiled).arg(out).args(samples.iter().map(|sample| &sample.name)).current_dir(modules);
    sh::run(cargo)
}

fn cpp(modules: &Path, source: &str, args: &[String], file: &Path) -> Result<()> {
    let clang = crate::setup::clang()
        .ok_or("clang is needed for the C++ sample: apt-get install --no-install-recommends clang-22 lld-22")?;
    let mut command = sh::command(clang, &[]);
    command.current_dir(modules).args(clang_args(args)).arg(source).arg("-o").arg(file);
    sh::run(command)
}

/// What `modules/build.toml` lists.
///
/// # Errors
/// When the list is missing or malformed.
pub(super) fn list(modules: &Path) -> Result<Vec<Sample>> {
    let list = modules.join("build.toml");
    let text = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let table: toml::Table = text.parse()?;
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
