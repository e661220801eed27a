//! The fallback where rustup has no wasm32 target to give: Debian's `rustc-web`, and a std built from its sources.

use crate::Result;
use crate::sh;
use crate::toolchain::{DEBIAN_RUSTC, WASM, Wasm};
use std::path::{Path, PathBuf};

/// The compiler, its library's sources, its lints and a linker for wasm.
const COMPILER: &[&str] =
    &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "rustfmt-web", "lld-22"];

/// Installs the Debian packages that are missing.
///
/// # Errors
/// Without apt-get, without the right to install, or when apt-get fails; the message names the packages.
pub fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if sh::which("apt-get").is_none() {
        return Err(format!("this machine has no apt-get; install the equivalent of: {list}").into());
    }
    let (program, before): (&str, &[&str]) = if is_root() { ("apt-get", &[]) } else { ("sudo", &["-n", "apt-get"]) };
    if program == "sudo" && sh::which("sudo").is_none() {
        return Err(format!("not allowed to install packages; ask an administrator for: apt-get install {list}").into());
    }
    let apt = |arguments: &[&str]| {
        let mut command = sh::command(program, before);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        sh::run(command)
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat())
        .map_err(|error| format!("{error}\nTry it yourself: apt-get install --no-install-recommends {list}").into())
}

fn installed(package: &str) -> bool {
    let query = sh::command("dpkg-query", &["-W", "-f=${Status}", package]);
    sh::output(query).is_ok_and(|status| status == "install ok installed")
}

fn is_root() -> bool {
    sh::output(sh::command("id", &["-u"])).is_ok_and(|id| id == "0")
}

/// Installs Debian's compiler and builds wasm32's std from its library sources, once per compiler version.
///
/// # Errors
/// When the packages cannot be installed, the build fails, or the compiler's folder cannot be written.
pub fn build_std() -> Result<()> {
    install(COMPILER)?;
    if Wasm::Debian.compiles() {
        return Ok(());
    }
    let folder = sh::root().join("target/xtask/std");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    std::fs::write(folder.join("Cargo.toml"), "[package]\nname = \"seed\"\nedition = \"2021\"\n\n[workspace]\n")?;
    let target = folder.join("target");
    let parts = "-Zbuild-std=std,panic_abort,test,proc_macro";
    let mut cargo = Wasm::Debian.cargo(&["build", "--release", parts, "--target", WASM]);
    cargo.current_dir(&folder).env("CARGO_TARGET_DIR", &target).env("RUSTC", DEBIAN_RUSTC);
    // Unstable flags on a stable compiler; without the bitcode a fat LTO fails with "no .llvmbc section".
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    sh::run(cargo)?;
    place(&target.join(WASM).join("release/deps"), &library_folder()?)?;
    // What an earlier std built is stale now, and cargo cannot know it.
    remove(&sh::root().join("target/wasm"))?;
    remove(&folder)
}

fn library_folder() -> Result<PathBuf> {
    let sysroot = sh::output(sh::command(DEBIAN_RUSTC, &["--print", "sysroot"]))?;
    Ok(Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib"))
}

/// Puts the built libraries where the compiler looks for them, without the empty one that made cargo build them.
fn place(from: &Path, to: &Path) -> Result<()> {
    let hint = |error| format!("cannot write {}: {error}; run `cargo xtask setup` as root", to.display());
    std::fs::create_dir_all(to).map_err(hint)?;
    for file in std::fs::read_dir(to)?.flatten() {
        if file.path().extension().is_some_and(|extension| extension == "rlib") {
            std::fs::remove_file(file.path()).map_err(hint)?;
        }
    }
    for file in std::fs::read_dir(from)?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") {
            std::fs::copy(file.path(), to.join(&name)).map_err(hint)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}
