//! Proving keys for development: made once per circuit by `zera-prove setup --dev`, kept in `target/keys/`, served under
//! `/keys/`, never committed. Each is named by the SHA-256 of its head, which the committed verifying keys name too.

use crate::sh::{self, Step};
use crate::{Result, page};
use std::path::PathBuf;

/// What `zera-prove setup --dev` is run from.
const PACKAGE: &str = "zera-prove";
/// Numbers of the classes that a tab proves with (client-core/proof/src/circuit/classes.rs): the others are large, slow to
/// make, and made by those who prove natively.
const CLASSES: [&str; 8] = ["0", "1", "2", "3", "8", "9", "10", "11"];

/// Where keys lie.
#[must_use]
pub fn folder() -> PathBuf {
    sh::root().join("target/keys")
}

/// Whether a file's name is that of a key: 64 hexadecimal digits and `.key`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let digits = name.strip_suffix(".key").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
}

/// Makes the keys that are missing; `zera-prove` checks those that are there by their heads.
///
/// # Errors
/// When they cannot be made or written.
pub fn ensure() -> Result<()> {
    let stamp = folder().join(".made-from");
    let inputs = page::digest_of(&["client-core/proof", "node/prove", "Cargo.lock"])?;
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == inputs) {
        sh::say("ok ", "32", "keys: already made for these circuits");
        return Ok(());
    }
    std::fs::create_dir_all(folder())?;
    let step = Step::start("keys: development proving keys");
    let mut cargo = sh::command("cargo", &["run", "--quiet", "--locked", "--profile", "bench-fast", "-p", PACKAGE]);
    cargo.args(["--", "setup", "--dev", "--out"]).arg(folder()).arg("--classes").args(CLASSES);
    let made = sh::run(cargo);
    step.end(made.is_ok(), "");
    made?;
    std::fs::write(stamp, inputs)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn only_hashes_are_names_of_keys() {
        assert!(is_name(&format!("{}.key", "0a".repeat(32))));
        for other in ["", ".key", "../../etc/passwd", "0a.key", &"0a".repeat(32), &format!("{}.key", "0A".repeat(32))] {
            assert!(!is_name(other), "{other}");
        }
    }
}
