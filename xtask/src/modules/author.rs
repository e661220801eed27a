//! `cargo xtask module FOLDER`: builds one module of an author's own, outside this repository, the way the samples are
//! built: compiled, its manifest appended, checked by the chain's own rules. `--new` writes a skeleton first.

use super::build;
use crate::sh::{self, Step};
use crate::toolchain::{WASM, Wasm};
use crate::{Args, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The skeletons: the samples that docs/modules.md explains.
const RUST: &str = include_str!("../../../modules/samples/guide-v1/src/lib.rs");
const CPP: &str = include_str!("../../../modules/samples/guide-cpp-v1/jar.cpp");
const CPP_MANIFEST: &str = include_str!("../../../modules/samples/guide-cpp-v1/manifest.json");

/// Arguments of clang that the samples have as well (modules/build.toml).
const CLANG: [&str; 8] = [
    "-Oz",
    "-std=c++20",
    "-fno-rtti",
    "-Wall",
    "-Wextra",
    "-Wl,--max-memory=1048576",
    "-Wl,-zstack-size=65536",
    "-Wl,--strip-all",
];

/// Runs the verb; the path is relative to where the caller stands.
///
/// # Errors
/// When the folder holds no module, or it cannot be built, or the chain would refuse it.
pub fn run(args: &Args) -> Result<bool> {
    let folder =
        std::env::current_dir()?.join(args.word().ok_or("which folder? cargo xtask module FOLDER [--new] [--cpp]")?);
    if args.flag("--new") {
        skeleton(&folder, args.flag("--cpp"))?;
    }
    let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
    let out = folder.join("target");
    fs::create_dir_all(&out)?;
    let step = Step::start(format!("module: building {}", folder.display()));
    let built = if folder.join("Cargo.toml").exists() { rust(&folder, &out) } else { cpp(&folder, &out) };
    step.end(built.is_ok(), "");
    let built = built?;
    let finished = folder.join(format!("{}.wasm", built.name));
    let mut tool = sh::command("cargo", &["run", "--quiet", "--locked", "-p", "zera-module-tool", "--", "--one"]);
    tool.args([&built.compiled, &built.manifest, &finished]).current_dir(sh::root().join("modules"));
    tool.env("CARGO_TARGET_DIR", sh::root().join("modules/target"));
    let judged = tool.output().map_err(|error| format!("cannot start `{}`: {error}", sh::shown(&tool)))?;
    if !judged.status.success() {
        // Its words alone: what the chain says of the module is for its author.
        let said = String::from_utf8_lossy(&judged.stderr);
        return Err(said.trim().trim_start_matches("error: ").to_owned().into());
    }
    print!("{}", String::from_utf8_lossy(&judged.stdout));
    println!("  file      {}", finished.display());
    Ok(true)
}

/// What a compiler left.
struct Built {
    name: String,
    compiled: PathBuf,
    manifest: PathBuf,
}

fn rust(folder: &Path, out: &Path) -> Result<Built> {
    let text = fs::read_to_string(folder.join("Cargo.toml"))?;
    let table: toml::Table = text.parse()?;
    let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let name = name.ok_or("its Cargo.toml names no package")?.to_owned();
    let wasm = Wasm::required()?;
    let mut cargo = wasm.cargo(&["build", "--release", "--target", WASM, "--config"]);
    cargo.arg(sh::root().join("modules/.cargo/config.toml"));
    cargo.args(["--config", &format!("target.{WASM}.rustflags=[{}]", build::remaps(wasm)?)]);
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", out);
    sh::run(cargo)?;
    let manifest = out.join(format!("{name}.scale"));
    let mut describe = sh::command("cargo", &["run", "--quiet", "--example", "manifest"]);
    describe.current_dir(folder).env("CARGO_TARGET_DIR", out).stdout(File::create(&manifest)?);
    if !describe.status()?.success() {
        return Err("examples/manifest.rs did not say what the module is; docs/modules.md shows its one line".into());
    }
    let compiled = out.join(WASM).join("release").join(format!("{}.wasm", name.replace('-', "_")));
    Ok(Built { name, compiled, manifest })
}

fn cpp(folder: &Path, out: &Path) -> Result<Built> {
    let manifest = folder.join("manifest.json");
    let mut sources: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ["cpp", "cc", "c"].iter().any(|known| ending == *known)) {
            sources.push(path);
        }
    }
    sources.sort();
    if sources.is_empty() || !manifest.exists() {
        return Err(
            "no module here: neither Cargo.toml, nor a .cpp file with a manifest.json (--new writes either)".into()
        );
    }
    let clang = crate::setup::clang().ok_or("clang is needed, with lld: apt-get install clang-22 lld-22")?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let compiled = out.join(format!("{name}.wasm"));
    let mut command = sh::command(clang, &[]);
    command.args(build::clang_args(&CLANG.map(str::to_owned))).arg("-I").arg(sh::root().join("modules/include"));
    command.args(sources).arg("-o").arg(&compiled).current_dir(folder);
    sh::run(command)?;
    Ok(Built { name, compiled, manifest })
}

/// Writes the guide's first version into an empty or new folder.
fn skeleton(folder: &Path, cpp: bool) -> Result<()> {
    if folder.is_dir() && fs::read_dir(folder)?.next().is_some() {
        return Err(format!("{} is not empty; --new writes into an empty folder only", folder.display()).into());
    }
    fs::create_dir_all(folder)?;
    if cpp {
        fs::write(folder.join("jar.cpp"), CPP)?;
        fs::write(folder.join("manifest.json"), CPP_MANIFEST)?;
        return Ok(());
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let fits = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-' || one == '_');
    if !fits {
        return Err(
            format!("{name:?} cannot name a package: a small letter, then small letters, digits, - or _").into()
        );
    }
    for inner in ["src", "examples"] {
        fs::create_dir_all(folder.join(inner))?;
    }
    fs::write(folder.join("Cargo.toml"), cargo_toml(&name))?;
    fs::write(folder.join("src/lib.rs"), RUST)?;
    fs::write(folder.join("examples/manifest.rs"), manifest_rs(&name))?;
    fs::write(folder.join(".gitignore"), "/target\n")?;
    // The versions that the samples are built with.
    fs::copy(sh::root().join("modules/Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

fn cargo_toml(name: &str) -> String {
    let sdk = sh::root().join("modules/sdk");
    let sdk = sdk.to_string_lossy().replace('\\', "/");
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\", \
         \"rlib\"]\n\n[dependencies]\nzera = {{ path = \"{sdk}\" }}\n\n[profile.release]\nopt-level = \"s\"\n\
         codegen-units = 1\nlto = \"fat\"\npanic = \"abort\"\noverflow-checks = true\nstrip = true\n\n[workspace]\n"
    )
}

fn manifest_rs(name: &str) -> String {
    let name = name.replace('-', "_");
    format!("fn main() {{\n    zera::manifest::print(&{name}::jar::manifest());\n}}\n")
}
