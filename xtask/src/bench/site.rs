//! `dist/bench/`: the benches' worker, its guests and the stock peer, fetched only by the page `/bench`.

use crate::toolchain::{WASM, Wasm};
use crate::{Result, page, sh};
use std::path::{Path, PathBuf};

/// What is served as it stands.
const FILES: &str = "worker/bench/web";
/// Imported by the wasm itself, so wasm-bindgen brings it.
const SNIPPET: &str = "glue.js";
/// As the page's own worker is built.
const PROFILE: &str = "page";
/// What the guests need, as modules do: the profile wants a declared maximum, 1 MiB.
const GUEST_FLAGS: &str = "-Clink-arg=--max-memory=1048576 -Clink-arg=-zstack-size=65536 -Clink-arg=--strip-all";
/// The peer as anybody would build it: nothing of our flags, whatever they are.
const STOCK_FLAGS: &str = "-Cdebuginfo=0";
/// As for the page's own worker, see web-app/index.html.
const OPTIMISE: &[&str] = &[
    "-O3",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-tail-call",
];

/// Builds everything into `dist/bench`.
///
/// # Errors
/// When a compiler, wasm-bindgen or wasm-opt fails.
pub fn build(wasm: Wasm, dist: &Path) -> Result<()> {
    let folder = dist.join("bench");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    for (name, flags) in [("guest", GUEST_FLAGS), ("stock", STOCK_FLAGS)] {
        copy(&alone(wasm, name, flags)?, &folder.join(format!("{name}.wasm")))?;
    }
    bind(wasm, &folder)?;
    for entry in std::fs::read_dir(sh::root().join(FILES))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default();
        if name != SNIPPET {
            copy(&file, &folder.join(name))?;
        }
    }
    Ok(())
}

/// A wasm project of its own, `worker/bench/<name>`, with its own lock file and flags.
fn alone(wasm: Wasm, name: &str, flags: &str) -> Result<PathBuf> {
    let target = sh::root().join("target/wasm/bench").join(name);
    let mut cargo = wasm.cargo(&["build", "--quiet", "--locked", "--release", "--target", WASM]);
    cargo.current_dir(sh::root().join("worker/bench").join(name));
    cargo.env("CARGO_TARGET_DIR", &target).env("RUSTFLAGS", flags);
    sh::run(cargo)?;
    Ok(target.join(WASM).join("release").join(format!("{name}.wasm")))
}

/// The suites' own wasm, with the same profile and flags as the page's worker: what is measured is what ships.
fn bind(wasm: Wasm, folder: &Path) -> Result<()> {
    let mut cargo = wasm.cargo(&["build", "--locked", "--lib", "-p", "zera-bench", "--target", WASM]);
    cargo.args(["--profile", PROFILE]);
    page::flags(&mut cargo);
    sh::run(cargo)?;
    let built = sh::root().join("target/wasm").join(WASM).join(PROFILE).join("zera_bench.wasm");
    let mut bindgen = wasm.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(folder).arg(built);
    sh::run(bindgen)?;
    let bound = folder.join("bench_bg.wasm");
    let mut optimise = wasm.command("wasm-opt");
    optimise.args(OPTIMISE).arg(&bound).arg("-o").arg(&bound);
    sh::run(optimise)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
