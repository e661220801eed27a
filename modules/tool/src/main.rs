//! `zera-module-tool <compiled> <finished> [name…]`: takes what the compilers left in the folder `compiled`, and writes
//! every named module of this repository, or all, to the folder `finished`, with its manifest. `cargo xtask modules` and
//! `cargo xtask verify-build` call it. With `--one <compiled> <manifest> <finished>` it does the same for one file of
//! anybody's, and says what is in it: `cargo xtask module`.

mod author;
mod json;
mod wasm;

use std::path::Path;
use std::process::ExitCode;
use zera_primitives::Manifest;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A sample's name in build.toml, and what describes it.
type Described = (&'static str, fn() -> Manifest);

/// Rust samples.
const RUST: &[Described] = &[
    ("counter", counter::counter::manifest),
    ("deputy", deputy::deputy::manifest),
    ("enactor", enactor::enactor::manifest),
    ("enactor-greedy", enactor_greedy::enactor::manifest),
    ("enactor-release", enactor_release::enactor::manifest),
    ("guide-v1", guide_v1::jar::manifest),
    ("guide-v2", guide_v2::jar::manifest),
    ("integrity", integrity::integrity::manifest),
    ("lending-v1", lending_v1::lending::manifest),
    ("lending-v1-back", lending_v1_back::lending::manifest),
    ("lending-v2", lending_v2::lending::manifest),
    ("lending-v2b", lending_v2b::lending::manifest),
    ("lending-v3", lending_v3::lending::manifest),
    ("manager", manager::manager::manifest),
    ("tally", tally::tally::manifest),
    ("token", token::token::manifest),
    ("treasury", treasury::treasury::manifest),
    ("vault-v1", vault_v1::vault::manifest),
    ("vault-v2", vault_v2::vault::manifest),
    ("vault-v3", vault_v3::vault::manifest),
];

/// C++ samples: name in build.toml and folder under `samples/`, which holds `manifest.json`.
const CPP: &[&str] = &["cpp-readings", "guide-cpp-v1", "guide-cpp-v2"];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--one", compiled, manifest, finished] => {
            author::finish(Path::new(compiled), Path::new(manifest), Path::new(finished))
        }
        [compiled, finished, names @ ..] => run(Path::new(compiled), Path::new(finished), names),
        _ => Err("usage: zera-module-tool <folder of compiled .wasm> <folder to write to> [name…]".into()),
    };
    match done {
        Ok(words) => {
            print!("{words}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(compiled: &Path, finished: &Path, names: &[&str]) -> Result<String> {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::create_dir_all(finished.join("bad"))?;
    let wanted = |name: &str| names.is_empty() || names.contains(&name);
    for (name, manifest) in RUST.iter().filter(|(name, _)| wanted(name)) {
        let code = read(&compiled.join(format!("{name}.wasm")))?;
        write(&finished.join(format!("{name}.wasm")), &wasm::finish(&code, Some(&manifest()))?)?;
    }
    for name in CPP.iter().filter(|name| wanted(name)) {
        let code = read(&compiled.join(format!("{name}.wasm")))?;
        let manifest = json::manifest(&read(&modules.join(format!("samples/{name}/manifest.json")))?)?;
        write(&finished.join(format!("{name}.wasm")), &wasm::finish(&code, Some(&manifest))?)?;
    }
    bad(&modules.join("bad"), &finished.join("bad")).map(|()| String::new())
}

/// Modules that must be refused or must fail: text, and a manifest where the fault lies elsewhere.
fn bad(sources: &Path, finished: &Path) -> Result<()> {
    for entry in std::fs::read_dir(sources)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "wat") {
            continue;
        }
        let code = wat::parse_file(&path)?;
        let described = path.with_extension("json");
        let manifest = if described.exists() { Some(json::manifest(&read(&described)?)?) } else { None };
        let name = path.with_extension("wasm");
        let name = name.file_name().ok_or("a file without a name")?;
        write(&finished.join(name), &wasm::finish(&code, manifest.as_ref())?)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}
