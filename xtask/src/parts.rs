//! Parts of the page that few people need, built beside it and fetched when somebody does: `dist/prover/`, which proves,
//! and `dist/verifier/`, which verifies a proof file alone.

use crate::toolchain::{WASM, Wasm};
use crate::{Result, page, sh};
use std::path::Path;
use std::process::Command;

/// As for the page's own worker, see web-app/index.html.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-tail-call",
];

/// One part.
pub struct Part {
    /// Its crate.
    pub package: &'static str,
    /// What its files are called, and its folder.
    pub name: &'static str,
    /// The profile that it is built with.
    pub profile: &'static str,
    /// How wasm-opt treats it.
    pub optimise: &'static str,
    /// Its JavaScript, as it is.
    pub scripts: &'static [&'static str],
}

/// All of them.
pub const PARTS: [Part; 2] = [
    Part {
        package: "zera-prover-worker",
        name: "prover",
        profile: "page",
        optimise: "-O3",
        scripts: &["worker/prover/web/worker.js"],
    },
    Part {
        package: "zera-verifier",
        name: "verifier",
        profile: "small",
        optimise: "-Oz",
        scripts: &["worker/verifier/web/worker.js"],
    },
];

/// Builds all parts into `dist`.
///
/// # Errors
/// When a compiler, wasm-bindgen or wasm-opt fails.
pub fn build(wasm: Wasm, dist: &Path) -> Result<()> {
    PARTS.iter().try_for_each(|part| part.build(wasm, &dist.join(part.name)))
}

impl Part {
    /// Builds it into `folder`.
    ///
    /// # Errors
    /// When a compiler, wasm-bindgen or wasm-opt fails.
    pub fn build(&self, wasm: Wasm, folder: &Path) -> Result<()> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let mut cargo = wasm.cargo(&["build", "--locked", "--lib", "-p", self.package, "--target", WASM]);
        cargo.args(["--profile", self.profile, "--features", "web"]);
        page::flags(&mut cargo);
        sh::run(cargo)?;
        let file = format!("{}.wasm", self.package.replace('-', "_"));
        let built = sh::root().join("target/wasm").join(WASM).join(self.profile).join(file);
        let mut bindgen = wasm.command("wasm-bindgen");
        bindgen
            .args(["--target", "web", "--no-typescript", "--out-name", self.name, "--out-dir"])
            .arg(folder)
            .arg(built);
        sh::run(bindgen)?;
        sh::run(self.optimised(wasm, &folder.join(format!("{}_bg.wasm", self.name))))?;
        for script in self.scripts {
            let from = sh::root().join(script);
            let name = from.file_name().unwrap_or_default().to_owned();
            std::fs::copy(&from, folder.join(name)).map_err(|error| format!("{script}: {error}"))?;
        }
        Ok(())
    }

    fn optimised(&self, wasm: Wasm, file: &Path) -> Command {
        let mut optimise = wasm.command("wasm-opt");
        optimise.arg(self.optimise).args(FEATURES).arg(file).arg("-o").arg(file);
        optimise
    }
}
