//! Conformance: one line per type that is hashed, stored or sent, with a digest over the encodings of sample values, in
//! a checked-in file (design §4). A changed format is then a changed line that somebody reviews. Every crate with such
//! types keeps a `conformance.txt` beside its Cargo.toml and one test:
//!
//! ```ignore
//! #[test]
//! fn formats_are_those_on_file() {
//!     zera_primitives::check_conformance!(&[line("Amount", &[Amount(0), Amount(u128::MAX)])]);
//! }
//! ```
//!
//! `ZERA_BLESS=1 cargo test -p <crate> formats_are_those_on_file` writes the file anew.

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use crate::hash::Hash;
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use codec::{DecodeAll, Encode};

/// A type's name and the digest of its samples.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    name: &'static str,
    /// None when a sample does not decode to itself.
    digest: Option<Hash>,
}

/// The line of a type. The samples should take every variant, and values whose bytes differ from one another.
#[must_use]
pub fn line<T: Encode + DecodeAll + PartialEq>(name: &'static str, samples: &[T]) -> Line {
    let encoded: Vec<Vec<u8>> = samples.iter().map(Encode::encode).collect();
    let returns =
        |(sample, bytes): (&T, &Vec<u8>)| T::decode_all(&mut bytes.as_slice()).is_ok_and(|back| back == *sample);
    let whole = samples.iter().zip(&encoded).all(returns);
    Line { name, digest: whole.then(|| digest(encoded.iter().map(Vec::as_slice))) }
}

/// The line of bytes that no type stands for: what is signed, an address.
#[must_use]
pub fn bytes_line(name: &'static str, samples: &[&[u8]]) -> Line {
    Line { name, digest: Some(digest(samples.iter().copied())) }
}

fn digest<'a>(samples: impl Iterator<Item = &'a [u8]>) -> Hash {
    Hash::of_parts("zera/conformance/v1", &samples.collect::<Vec<_>>())
}

/// The file's text for `lines`, sorted by name.
#[must_use]
pub fn render(lines: &[Line]) -> String {
    let mut text = String::from(
        "# BLAKE3 over sample encodings. A changed line is a changed format: see src/conformance of zera-primitives.\n",
    );
    for (name, digest) in digests(lines) {
        text.push_str(&format!("{name} = {digest}\n"));
    }
    text
}

/// Compares the file's text with `lines`.
///
/// # Errors
/// A message that names every type whose format differs, is missing, or is on file only.
pub fn compare(text: &str, lines: &[Line]) -> Result<(), String> {
    let on_file: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(" = ")).collect();
    let now = digests(lines);
    let mut differences: Vec<String> = Vec::new();
    for line in lines.iter().filter(|line| line.digest.is_none()) {
        differences.push(format!("{}: a sample does not decode to itself", line.name));
    }
    for (name, digest) in &now {
        match on_file.get(name) {
            Some(old) if old == digest => {}
            Some(old) => differences.push(format!("{name}: {old} is on file, {digest} is what the code writes")),
            None => differences.push(format!("{name}: not on file")),
        }
    }
    for name in on_file.keys().filter(|name| !now.contains_key(*name)) {
        differences.push(format!("{name}: on file, but no longer in the code"));
    }
    if now.len() != lines.len() {
        differences.push("two lines have one name".to_string());
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "formats differ from conformance.txt:\n  {}\nIf that is meant, run again with ZERA_BLESS=1 and let the changed lines be reviewed.",
        differences.join("\n  ")
    ))
}

fn digests(lines: &[Line]) -> BTreeMap<&'static str, String> {
    lines.iter().map(|line| (line.name, line.digest.map_or_else(String::new, |digest| digest.to_hex()))).collect()
}

/// Checks lines against the `conformance.txt` of the crate whose test calls this, or writes it when `ZERA_BLESS` is set.
/// For tests: it panics with what differs.
#[macro_export]
macro_rules! check_conformance {
    ($lines:expr) => {{
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance.txt");
        let lines: &[$crate::conformance::Line] = $lines;
        // tidy: allow(std::env), because only tests expand this macro
        if std::env::var_os("ZERA_BLESS").is_some() {
            // tidy: allow(std::fs), because only tests expand this macro
            std::fs::write(path, $crate::conformance::render(lines)).expect("conformance.txt can be written");
        }
        // tidy: allow(std::fs), because only tests expand this macro
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if let Err(message) = $crate::conformance::compare(&text, lines) {
            panic!("{message}");
        }
    }};
}
