//! `cargo xtask verify-build`: builds samples again from their sources in a fresh folder and compares the bytes with the
//! recorded ones. What it prints is what a registered builder puts into a `Call::Attest`: the hash of the recorded code,
//! the hash of the rebuilt one, and the recipe, the hash of a description of everything that the bytes follow from.

use super::build::{self, Sample};
use crate::sh::{self, Step};
use crate::toolchain::{WASM, Wasm};
use crate::{Args, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Everything that this verb writes.
const FOLDER: &str = "target/verify-build";
/// The package that appends manifests to what the compilers made.
const TOOL: &str = "zera-module-tool";
/// What the tool describes modules with.
const PRIMITIVES: &str = "zera-primitives";
/// What every sample follows from besides its packages.
const SHARED: [&str; 4] = ["Cargo.toml", "modules/Cargo.toml", "modules/Cargo.lock", "modules/.cargo/config.toml"];

/// What came of one sample.
struct Rebuilt {
    name: String,
    code: String,
    rebuilt: String,
    recipe: String,
    description: String,
}

/// Runs the verb; false when bytes differ, which has been said.
///
/// # Errors
/// When there is no such sample, or it cannot be built.
pub fn run(args: &Args) -> Result<bool> {
    let modules = sh::root().join("modules");
    let samples = build::list(&modules)?;
    let wanted: Vec<&Sample> =
        samples.iter().filter(|sample| args.word().is_none_or(|name| sample.name == name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
        return Err(format!("there is no such sample; there are: {}", names.join(", ")).into());
    }
    let folder = sh::root().join(FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let step = Step::start(format!("rebuild: {} samples from their sources, in {FOLDER}", wanted.len()));
    let built = build::build(&modules, &folder.join("target"), &folder.join("modules"), &wanted);
    step.end(built.is_ok(), "");
    built?;
    let recorded = super::recorded()?;
    let packages = Packages::read(&modules)?;
    let mut ok = true;
    for sample in wanted {
        let name = &sample.name;
        let code = recorded.get(&format!("{name}.wasm")).cloned();
        let code = code.ok_or_else(|| format!("{name} has no recorded hash; run `cargo xtask modules`"))?;
        let bytes = std::fs::read(folder.join("modules").join(format!("{name}.wasm")))?;
        let description = describe(sample, &packages)?;
        let rebuilt = Rebuilt {
            name: name.clone(),
            code,
            rebuilt: blake3::hash(&bytes).to_hex().to_string(),
            recipe: blake3::hash(description.as_bytes()).to_hex().to_string(),
            description,
        };
        std::fs::write(folder.join(format!("{name}.recipe.txt")), &rebuilt.description)?;
        ok &= rebuilt.agrees();
        if args.flag("--json") {
            println!("{}", rebuilt.json())
        } else {
            print!("{}", rebuilt.text())
        }
        rebuilt.say();
    }
    Ok(ok)
}

impl Rebuilt {
    fn agrees(&self) -> bool {
        self.code == self.rebuilt
    }

    fn text(&self) -> String {
        let Self { name, code, rebuilt, recipe, .. } = self;
        let verdict = if self.agrees() { "the same bytes" } else { "OTHER BYTES" };
        format!(
            "{name}: {verdict}\n  code     {code}\n  rebuilt  {rebuilt}\n  recipe   {recipe}  \
             ({FOLDER}/{name}.recipe.txt)\n"
        )
    }

    fn json(&self) -> Value {
        let Self { name, code, rebuilt, recipe, description } = self;
        json!({
            "name": name, "agrees": self.agrees(), "code": code, "rebuilt": rebuilt, "recipe": recipe,
            "description": description,
        })
    }

    /// The verdict where people look, also when standard output goes to a file.
    fn say(&self) {
        if self.agrees() {
            sh::say("ok ", "32", &format!("{}: the sources give the recorded bytes", self.name));
        } else {
            let line = format!(
                "{}: THE SOURCES GIVE OTHER BYTES than modules/prebuilt/{0}.wasm. Either that file was not made from them, \
                 or by other compilers than modules/prebuilt/COMPILERS names",
                self.name
            );
            sh::say("MISMATCH", "31", &line);
        }
    }
}

/// Everything that a sample's bytes follow from, one line each, in an order that depends on nothing else.
fn describe(sample: &Sample, packages: &Packages) -> Result<String> {
    let mut text = format!("zera build description 1\nsample {}\n", sample.name);
    let mut folders = packages.closure(&[TOOL, PRIMITIVES], false);
    if let Some(package) = &sample.package {
        let _ = writeln!(text, "compiler {}", Wasm::required()?.describe());
        let _ = writeln!(text, "command cargo {}", build::cargo_args(package, &sample.features).join(" "));
        let _ = writeln!(
            text,
            "flags modules/.cargo/config.toml, and paths of this machine remapped to zera, cargo, /rustc"
        );
        folders.extend(packages.closure(&[package.as_str()], true));
    }
    if let Some(source) = &sample.cpp {
        let _ = writeln!(text, "compiler {}\ntarget {WASM}", build::clang_version()?);
        let _ = writeln!(text, "command clang {} {source}", build::clang_args(&sample.args).join(" "));
        let parent = Path::new("modules").join(source).parent().map(Path::to_path_buf).unwrap_or_default();
        folders.extend([parent, PathBuf::from("modules/include")]);
    }
    let within =
        |file: &str| SHARED.contains(&file) || folders.iter().any(|folder| Path::new(file).starts_with(folder));
    for file in sh::files()?.iter().filter(|file| within(file)) {
        // A file that git still lists but somebody has deleted is no source.
        if let Ok(bytes) = std::fs::read(sh::root().join(file)) {
            let _ = writeln!(text, "source {} {file}", blake3::hash(&bytes).to_hex());
        }
    }
    Ok(text)
}

/// The packages of this repository that guests are made of.
struct Packages(Value);

impl Packages {
    fn read(modules: &Path) -> Result<Self> {
        let mut cargo = sh::command("cargo", &["metadata", "--format-version", "1", "--locked", "--no-deps"]);
        cargo.current_dir(modules);
        let guests: Value = serde_json::from_str(&sh::output(cargo)?)?;
        let host = sh::command("cargo", &["metadata", "--format-version", "1", "--locked", "--no-deps"]);
        let host: Value = serde_json::from_str(&sh::output(host)?)?;
        let both = [&guests, &host].into_iter().filter_map(|all| all["packages"].as_array()).flatten().cloned();
        Ok(Self(both.collect()))
    }

    /// Folders of `roots` and, when `deep`, of all packages of ours that they are built from, relative to the root.
    /// Packages from a registry are pinned by modules/Cargo.lock.
    fn closure(&self, roots: &[&str], deep: bool) -> BTreeSet<PathBuf> {
        let mut open: Vec<String> = roots.iter().map(|name| (*name).to_owned()).collect();
        let (mut seen, mut folders) = (BTreeSet::new(), BTreeSet::new());
        while let Some(name) = open.pop() {
            let package = self.0.as_array().into_iter().flatten().find(|package| package["name"] == *name);
            let Some(package) = package.filter(|_| seen.insert(name)) else { continue };
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            let folder = manifest.parent().and_then(|folder| folder.strip_prefix(sh::root()).ok());
            folders.extend(folder.map(Path::to_path_buf));
            let needed = package["dependencies"].as_array().into_iter().flatten();
            let needed =
                needed.filter(|dependency| deep && dependency["path"].is_string() && dependency["kind"] != "dev");
            open.extend(needed.filter_map(|dependency| dependency["name"].as_str().map(str::to_owned)));
        }
        folders
    }
}
