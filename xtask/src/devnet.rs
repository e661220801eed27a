//! `cargo xtask devnet`: builds the peer and starts a network of them on this machine; all else is node/devnet's.

use crate::setup::{self, Scope};
use crate::sh::{self, Step};
use crate::{Args, Result, keys, page};
use std::path::PathBuf;
use std::process::Command;

/// Programs of the network.
const PACKAGES: [&str; 3] = ["zera-node", "zera-devnet", "zera-liar"];
/// Options that are passed on as they are.
pub const PASSED: [&str; 11] = [
    "--validators",
    "--latency",
    "--partition",
    "--for",
    "--dir",
    "--port",
    "--load",
    "--accounts",
    "--epoch-blocks",
    "--half-life",
    "--seed",
];
/// Without a value.
pub const FLAGS: [&str; 6] = ["--json", "--fresh", "--faults", "--fast", "--no-page", "--no-build"];

/// Where the programs lie.
pub struct Programs(PathBuf);

impl Programs {
    /// Builds them; `fast` with optimisations, for figures.
    ///
    /// # Errors
    /// When cargo fails.
    pub fn build(fast: bool) -> Result<Self> {
        let profile = if fast { "bench-fast" } else { "dev" };
        let mut cargo = sh::command("cargo", &["build", "--locked", "--bins", "--profile", profile]);
        PACKAGES.iter().for_each(|package| {
            cargo.args(["-p", package]);
        });
        let step = Step::start("devnet: building the peer");
        let built = sh::run(cargo);
        step.end(built.is_ok(), "");
        built.map(|()| Self::at(fast))
    }

    /// Where they are when they were built before.
    #[must_use]
    pub fn at(fast: bool) -> Self {
        let folder = sh::root().join("target").join(if fast { "bench-fast" } else { "debug" });
        Self(folder)
    }

    /// The network's program with its peers', ready for more arguments.
    #[must_use]
    pub fn devnet(&self, verb: &str) -> Command {
        let mut command = sh::command(self.0.join("zera-devnet"), &[verb]);
        command.arg("--node").arg(self.0.join("zera-node"));
        command
    }

    /// Where they are, for scripts.
    #[must_use]
    pub fn folder(&self) -> &PathBuf {
        &self.0
    }
}

/// Runs the network until it is stopped or its time is over.
///
/// # Errors
/// When something cannot be built, or the network does not start.
pub fn run(args: &Args) -> Result<bool> {
    let fast = args.flag("--fast");
    let serves = !args.flag("--no-page") && !args.flag("--faults");
    let programs = if args.flag("--no-build") { Programs::at(fast) } else { Programs::build(fast)? };
    if serves && !args.flag("--no-build") {
        setup::ensure(Scope::Page)?;
        page::build()?;
        keys::ensure()?;
    }
    let mut devnet = programs.devnet(if args.flag("--faults") { "faults" } else { "run" });
    for option in PASSED {
        for value in args.values(option) {
            devnet.args([option, value]);
        }
    }
    for flag in ["--json", "--fresh"].into_iter().filter(|flag| args.flag(flag)) {
        devnet.arg(flag);
    }
    if serves && page::dist().exists() {
        devnet.arg("--page").arg(page::dist());
    }
    let status = devnet.status().map_err(|error| format!("cannot start `{}`: {error}", sh::shown(&devnet)))?;
    Ok(status.success())
}
