//! What every file owes its reader: a size that can be read, a first line that says what it is, links that lead
//! somewhere, and nothing that only exists on one machine.

use super::{File, Finding};
use crate::sh;
use std::path::{Component, Path, PathBuf};

/// No source file is longer, in lines.
const MAX_LINES: usize = 1_000;
/// Written by programs; nobody reads them from top to bottom.
const GENERATED: &[&str] =
    &["Cargo.lock", "package-lock.json", ".json", ".svg", ".txt", ".toml", ".md", ".d.ts", "LICENSE-APACHE"];

/// Paths of somebody's machine. Put together here, so that this file does not hold them itself.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/t", "mp/"),
];
/// Addresses of package registries and mirrors.
const REGISTRY: &[&str] = &[
    concat!("arti", "factory"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("registry.npm", "js.org"),
    concat!("\"resol", "ved\":"),
];

/// All these checks.
pub fn check(files: &[File]) -> Vec<Finding> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    files
        .iter()
        .flat_map(|file| [size(file), head(file), foreign(file), links(file, &names), bundle(file)].concat())
        .collect()
}

/// Median, 90th percentile and longest of the Rust files, in lines.
pub fn sizes(files: &[File]) -> String {
    let mut lines: Vec<usize> =
        files.iter().filter(|file| file.name.ends_with(".rs")).map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    let at = |percent: usize| {
        lines.get((lines.len() * percent / 100).min(lines.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    format!("{} Rust files, lines median {}, p90 {}, longest {}", lines.len(), at(50), at(90), at(100))
}

fn size(file: &File) -> Vec<Finding> {
    let lines = file.text.lines().count();
    let generated = GENERATED.iter().any(|ending| file.name.ends_with(ending));
    if generated || lines <= MAX_LINES {
        return Vec::new();
    }
    vec![Finding::new(&file.name, 0, format!("has {lines} lines, more than {MAX_LINES}; split it"))]
}

fn head(file: &File) -> Vec<Finding> {
    let built_from = file.name.starts_with("modules/target/");
    if !file.name.ends_with(".rs") || built_from || file.text.trim_start().starts_with("//!") {
        return Vec::new();
    }
    vec![Finding::new(&file.name, 1, "does not say what lives here; begin it with `//!`")]
}

fn foreign(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Cargo.lock names the public registry in cargo's own way.
    let registries = if file.name.ends_with("Cargo.lock") { &[] } else { REGISTRY };
    for (index, line) in file.text.lines().enumerate() {
        if MACHINE.iter().any(|path| names_path(line, path)) {
            findings.push(Finding::new(&file.name, index + 1, "holds a path of somebody's machine; make it relative"));
        }
        if registries.iter().any(|host| line.contains(host)) {
            findings.push(Finding::new(
                &file.name,
                index + 1,
                "holds a registry's address; npm: omit-lockfile-registry-resolved=true",
            ));
        }
    }
    findings
}

/// Whether `path` stands at the start of a path, not inside one (`framework/` is fine, and so is `../work/`).
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before
            .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '*' | '}' | ')'))
    })
}

/// What is built is never checked in.
fn bundle(file: &File) -> Vec<Finding> {
    let built = ["dist/", "pkg/dist/"].iter().any(|folder| file.name.starts_with(folder));
    if built { vec![Finding::new(&file.name, 0, "is a build's result; git rm --cached it")] } else { Vec::new() }
}

/// Relative links of Markdown files lead to files that are checked in.
fn links(file: &File, names: &[&str]) -> Vec<Finding> {
    if !file.name.ends_with(".md") {
        return Vec::new();
    }
    let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for target in targets(line) {
            if !leads_somewhere(&normal(&folder.join(target)), names) {
                findings.push(Finding::new(
                    &file.name,
                    index + 1,
                    format!("links to `{target}`, which is not there; mend the link"),
                ));
            }
        }
    }
    findings
}

/// `target` of each `](target)` that is a path, without its anchor.
fn targets(line: &str) -> Vec<&str> {
    let parts = line.split("](").skip(1);
    let targets =
        parts.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.split('#').next().unwrap_or_default());
    targets
        .map(str::trim)
        .filter(|target| !target.is_empty() && !target.contains(':') && !target.contains(' '))
        .collect()
}

fn leads_somewhere(path: &Path, names: &[&str]) -> bool {
    names.iter().any(|name| Path::new(name).starts_with(path)) || sh::root().join(path).exists()
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::Normal(name) => out.push(name),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{File, check, names_path, normal, targets};
    use std::path::Path;

    fn says(name: &str, text: &str) -> Vec<String> {
        check(&[File { name: name.into(), text: text.into() }]).into_iter().map(|finding| finding.says).collect()
    }

    #[test]
    fn each_rule_finds_its_fault() {
        assert!(says("a.rs", "fn f() {}")[0].contains("begin it with"));
        assert!(says("a.rs", "//! Fine.\n").is_empty());
        assert!(says("a.rs", &format!("//! Long.\n{}", "\n".repeat(1_000)))[0].contains("split it"));
        assert!(says("a.md", "[x](no-such-file.md)")[0].contains("mend the link"));
        assert!(says("a.md", "```\n[x](no-such-file.md)\n```\n[y](https://x) [z](#here)").is_empty());
        assert!(says("dist/a.js", "")[0].contains("build's result"));
        assert!(says("a.sh", concat!("cd /wo", "rk/x"))[0].contains("relative"));
        assert!(says("package-lock.json", concat!("\"resol", "ved\": \"x\""))[0].contains("registry"));
    }

    #[test]
    fn a_machine_path_starts_a_path() {
        let work = concat!("/wo", "rk/");
        assert!(names_path(concat!("x=/wo", "rk/y"), work));
        assert!(!names_path(concat!("../wo", "rk/y and net/wo", "rk/y"), work));
    }

    #[test]
    fn links_are_taken_apart() {
        assert_eq!(targets("see [a](b.md#c), [d](../e/f.md) and [g](https://h.i)"), ["b.md", "../e/f.md"]);
        assert_eq!(normal(Path::new("docs/decisions/../../README.md")), Path::new("README.md"));
    }
}
