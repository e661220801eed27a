//! Which compiler builds for wasm32 on this machine, and where the other tools are.
//!
//! The usual way is rustup's target. Where rustup cannot download it, Debian's `rustc-web` with a std built from its
//! sources does (see `setup/debian.rs`); its programs live in `/usr/bin`, so that folder comes early in PATH then.

use crate::{Result, sh};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The only target besides the host.
pub const WASM: &str = "wasm32-unknown-unknown";
/// Debian's compiler, when there is one.
pub const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// The compiler for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasm {
    /// The `cargo` and `rustc` on PATH have the target (rustup, or a distribution that ships it).
    Usual,
    /// `/usr/bin/cargo` with a std built by set-up.
    Debian,
}

impl Wasm {
    /// Finds a compiler that really compiles for wasm32, or `None`. `ZERA_WASM=usual|debian` forces one.
    pub fn find() -> Option<Self> {
        [Self::Usual, Self::Debian].into_iter().find(|way| way.wanted() && way.compiles())
    }

    /// Whether `ZERA_WASM` allows this way.
    pub fn wanted(self) -> bool {
        let name = if self == Self::Usual { "usual" } else { "debian" };
        std::env::var("ZERA_WASM").map_or(true, |forced| forced == name)
    }

    /// [`Wasm::find`], or a message that names the mend.
    ///
    /// # Errors
    /// When there is none.
    pub fn required() -> Result<Self> {
        Self::find().ok_or_else(|| format!("no compiler for {WASM} here; run `cargo xtask setup` first").into())
    }

    /// Compiles an empty library: a std of another compiler version or a missing one both fail here, in 0.2 s.
    pub fn compiles(self) -> bool {
        let out = sh::root().join("target/xtask");
        if std::fs::create_dir_all(&out).is_err() {
            return false;
        }
        let mut rustc = self.command(if self == Self::Usual { "rustc" } else { DEBIAN_RUSTC });
        rustc.args(["--target", WASM, "--crate-type", "lib", "--crate-name", "probe", "--emit", "metadata", "-"]);
        rustc.arg("--out-dir").arg(out);
        rustc.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        rustc.status().is_ok_and(|status| status.success())
    }

    /// `cargo` for wasm32, with its own target folder so that it never waits for, or rebuilds, a native build.
    pub fn cargo(self, args: &[&str]) -> Command {
        let mut cargo = self.command(if self == Self::Usual { "cargo" } else { "/usr/bin/cargo" });
        cargo.args(args);
        cargo
    }

    /// Any program that calls `cargo`, `rustc`, `wasm-bindgen` or `wasm-opt` by name.
    pub fn command(self, program: &str) -> Command {
        let mut command = sh::command(program, &[]);
        command.env("PATH", self.path()).env("CARGO_TARGET_DIR", sh::root().join("target/wasm"));
        // What `cargo run` and rustup's proxies set for us must not reach another compiler.
        for name in ["LD_LIBRARY_PATH", "CARGO", "CARGO_MANIFEST_DIR", "RUSTC", "RUSTDOC"] {
            command.env_remove(name);
        }
        if self == Self::Debian {
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUST_RECURSION_COUNT");
        }
        command
    }

    /// npm's tools first (Debian's binaryen in /usr/bin is too old and breaks the page), then ours.
    fn path(self) -> OsString {
        let mut dirs = vec![npm_bin(), tools_bin()];
        if self == Self::Debian {
            dirs.push("/usr/bin".into());
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        dirs.extend(std::env::split_paths(&path));
        std::env::join_paths(dirs).unwrap_or(path)
    }

    /// One line for people.
    pub fn describe(self) -> String {
        let mut rustc = self.command(if self == Self::Usual { "rustc" } else { DEBIAN_RUSTC });
        rustc.arg("--version");
        let version = sh::output(rustc).unwrap_or_else(|_| "rustc".into());
        match self {
            Self::Usual => version,
            Self::Debian => format!("{version}, with a std built from Debian's sources"),
        }
    }
}

/// Where set-up installs cargo's tools.
pub fn tools() -> PathBuf {
    sh::root().join("target/tools")
}

fn tools_bin() -> PathBuf {
    tools().join("bin")
}

/// Where npm's programs are.
pub fn npm_bin() -> PathBuf {
    sh::root().join("playwright/node_modules/.bin")
}

/// A tool of exactly this version: ours if it is there (it comes first in PATH), or the one on PATH.
pub fn tool(name: &str, version: &str) -> Option<PathBuf> {
    let ours = Some(tools_bin().join(name)).filter(|program| program.exists());
    ours.or_else(|| sh::which(name)).filter(|program| {
        let mut command = Command::new(program);
        // Trunk refuses the usual NO_COLOR=1.
        command.arg("--version").env_remove("NO_COLOR");
        sh::output(command).is_ok_and(|said| said.split_whitespace().any(|word| word == version))
    })
}

/// The installed Chromium or Chrome; `ZERA_CHROMIUM` names another one.
pub fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("ZERA_CHROMIUM") {
        return Some(named.into());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(sh::which)
}
