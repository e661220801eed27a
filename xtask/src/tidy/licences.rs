//! Licences of every crate that ships in the page: only those that ask for no more than a notice.

use super::Finding;
use crate::Result;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What ships.
const ROOTS: &[&str] = &["zera-web", "zera-worker", "zera-client"];

/// Permissive licences, by SPDX identifier. Nothing copyleft, not even per file, may be added.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Looks at every crate that the shipped ones need, directly or not; what only tests and build scripts need is exempt.
///
/// # Errors
/// When cargo's answer is not what it documents.
pub fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata: no packages")?;
    let by_id: BTreeMap<&str, &Value> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let shipped = shipped(metadata, &by_id)?;
    let complain = |id: &&str| {
        let package = by_id.get(id)?;
        let (name, licence) = (package["name"].as_str()?, package["license"].as_str().unwrap_or_default());
        if allowed(licence) {
            return None;
        }
        let says = format!(
            "has licence `{licence}`, which is not on the list of xtask/src/tidy/licences.rs; use another crate"
        );
        Some(Finding::new(format!("crate {name}"), 0, says))
    };
    Ok(shipped.iter().filter_map(complain).collect())
}

/// The identifiers of all crates reachable from [`ROOTS`].
fn shipped<'a>(metadata: &'a Value, by_id: &BTreeMap<&'a str, &'a Value>) -> Result<BTreeSet<&'a str>> {
    let nodes = metadata["resolve"]["nodes"].as_array().ok_or("cargo metadata: no resolve.nodes")?;
    let nodes: BTreeMap<&str, &Value> = nodes.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let is_root = |package: &&Value| package["name"].as_str().is_some_and(|name| ROOTS.contains(&name));
    let roots = by_id.iter().filter(|(_, package)| is_root(package)).map(|(id, _)| *id);
    let mut open: Vec<&str> = roots.collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).and_then(|node| node["deps"].as_array());
        for dependency in dependencies.into_iter().flatten() {
            let kinds = dependency["dep_kinds"].as_array();
            let normal = kinds.into_iter().flatten().any(|kind| kind["kind"].is_null());
            open.extend(dependency["pkg"].as_str().filter(|_| normal));
        }
    }
    Ok(seen)
}

/// Whether an SPDX expression can be met with allowed licences alone. `/` is an old way to write OR.
fn allowed(expression: &str) -> bool {
    let spaced =
        expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "\u{1}WITH\u{1}");
    let words: Vec<String> =
        spaced.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('\u{1}', " ")).collect();
    let mut rest = words.as_slice();
    any(&mut rest) && rest.is_empty()
}

/// `a OR b`.
fn any(rest: &mut &[String]) -> bool {
    let mut met = all(rest);
    while take(rest, "OR") {
        // Both sides are read, whichever is met.
        met |= all(rest);
    }
    met
}

/// `a AND b`.
fn all(rest: &mut &[String]) -> bool {
    let mut met = one(rest);
    while take(rest, "AND") {
        met &= one(rest);
    }
    met
}

/// A name, or an expression in brackets.
fn one(rest: &mut &[String]) -> bool {
    if take(rest, "(") {
        let met = any(rest);
        return take(rest, ")") && met;
    }
    let Some((name, after)) = rest.split_first() else { return false };
    *rest = after;
    ALLOWED.contains(&name.as_str())
}

fn take(rest: &mut &[String], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn expressions_are_met_or_not() {
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "MIT OR GPL-3.0-only",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(allowed(fine), "{fine}");
        }
        for not in ["", "GPL-3.0-only", "MPL-2.0", "MIT AND MPL-2.0", "(MIT", "MIT Apache-2.0", "LGPL-2.1 OR AGPL-3.0"]
        {
            assert!(!allowed(not), "{not}");
        }
    }
}
