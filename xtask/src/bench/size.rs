//! The suite `size`: what a first visit downloads, and what is fetched when somebody proves or verifies, raw, with gzip and
//! with Brotli.

use super::Case;
use crate::serve::{brotli, gzip};
use crate::{Result, page};
use serde_json::Value;
use std::path::Path;

/// What a part of the page consists of, and its aim in bytes of Brotli.
const PARTS: &[(&str, &[&str], Option<u64>)] = &[
    ("page wasm", &["zera-web_bg.wasm"], Some(150_000)),
    ("page js", &["zera-web.js", "boot.js"], None),
    ("worker wasm", &["worker_bg.wasm"], Some(600_000)),
    ("worker js", &["worker.js", "worker_loader.js"], None),
    ("verifier alone, wasm", &["verifier/verifier_bg.wasm"], Some(150_000)),
    ("verifier alone, js", &["verifier/verifier.js", "verifier/worker.js"], None),
    ("prover wasm", &["prover/prover_bg.wasm"], None),
    ("prover js", &["prover/prover.js", "prover/worker.js"], None),
];

/// Measures the built page.
///
/// # Errors
/// When it is not built.
pub fn measure() -> Result<Vec<Case>> {
    let dist = page::dist();
    let mut cases = Vec::new();
    for (part, names, aim) in PARTS {
        let files: Vec<Vec<u8>> = names.iter().map(|name| read(&dist, name)).collect::<Result<_>>()?;
        let sum = |encode: fn(&[u8]) -> Result<Vec<u8>>| -> Result<u64> {
            files.iter().map(|file| Ok(encode(file)?.len() as u64)).sum()
        };
        cases.push(case(part, "raw", sum(|bytes| Ok(bytes.to_vec()))?, None));
        cases.push(case(part, "gzip", sum(gzip)?, None));
        cases.push(case(part, "brotli", sum(brotli)?, *aim));
    }
    Ok(cases)
}

fn read(dist: &Path, name: &str) -> Result<Vec<u8>> {
    std::fs::read(dist.join(name)).map_err(|error| format!("dist/{name}: {error}; build the page first").into())
}

fn case(part: &str, encoding: &str, bytes: u64, aim: Option<u64>) -> Case {
    Case {
        suite: "size".into(),
        command: String::new(),
        case: format!("{part}, {encoding}"),
        value: bytes.into(),
        unit: "bytes".into(),
        peer: aim.map_or_else(String::new, |aim| format!("aim: {aim} bytes")),
        ratio: aim.map_or(Value::Null, |aim| ratio(bytes, aim)),
        // A size is exact.
        ci: Value::Null,
        aim: None,
        noise: None,
    }
}

/// Two decimals are enough for a ratio that people read.
fn ratio(bytes: u64, aim: u64) -> Value {
    let hundredths = bytes.saturating_mul(100) / aim.max(1);
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
