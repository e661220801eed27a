//! `cargo xtask test`: every step that CI runs, in the order in which they fail fastest, and one line of sums.

use crate::setup::{self, Scope};
use crate::sh::{self, Step};
use crate::toolchain::{self, WASM, Wasm};
use crate::{Args, Result, codegen, devnet, keys, modules, page, scenarios, serve, tidy, trials};
use std::path::Path;
use std::process::Command;

/// What only makes sense in a browser; everything else is built and tested natively too.
const BROWSER_ONLY: &[&str] = &["zera-web"];
/// Linted for wasm32 beside it: what the tab is made of.
const ALSO_FOR_WASM: &[&str] = &[
    "zera-worker",
    "zera-prover-worker",
    "zera-verifier",
    "zera-browser-engine",
    "zera-trials",
    "zera-worker-protocol",
    "zera-client",
    "zera-bench",
];
/// At least so many fuzz targets there must be: transaction, block, manifest, wasm, worker message, snapshot, journal.
const FUZZ_TARGETS: u64 = 7;
/// How long real processes are killed, frozen and parted: for everybody, and in the long test, in seconds.
const FAULTS: [&str; 2] = ["45", "1800"];
/// How long a fuzz target runs in the long test, in milliseconds.
const FUZZ_MILLIS: &str = "60000";

/// How many checks held and how many did not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

/// The run so far.
struct Run {
    long: bool,
    /// Only steps whose names contain this.
    only: Option<String>,
    count: Count,
    failures: Vec<String>,
}

/// Runs every step even after one has failed; the last line on standard output is `N passed, N failed`.
///
/// # Errors
/// Never for a failed step: those are counted.
pub fn run(args: &Args) -> Result<bool> {
    let only = args.value("--only").map(str::to_owned);
    let mut run = Run { long: args.flag("--long"), only, count: Count::default(), failures: Vec::new() };
    let ready = run.check("set-up", || setup::ensure(Scope::All).map(|()| true));
    run.check("format", || succeeds(sh::command("cargo", &["fmt", "--all", "--check"])));
    run.check("lints, native", || succeeds(native("clippy", &["--all-targets", "--", "-D", "warnings"])));
    run.check("lints, wasm32", lints_for_wasm);
    run.check("tidy", tidy::check);
    run.check("codegen", || codegen::generate(true));
    run.check("modules", modules::check);
    run.tests("tests, guest modules", modules::tests);
    run.check("tests, npm package", || succeeds(sh::command("node", &["--test", "pkg/test/index.test.mjs"])));
    run.tests("tests, native", || native("test", &["--no-fail-fast"]));
    if run.long && run.wants("fuzz") {
        let before = run.count.passed;
        run.tests("fuzz targets, 60 s each", fuzz);
        let ran = run.count.passed - before;
        run.check("fuzz: none is missing", || Ok(ran >= FUZZ_TARGETS));
    }
    if run.check("devnet: built", || devnet::Programs::build(false).map(|_| true)) {
        run.faults();
    }
    if ready {
        run.scenarios();
        run.trials();
        if run.check("page for the journeys", || page::build().and_then(|()| keys::ensure()).map(|()| true)) {
            run.in_browser("journeys in Chromium", "playwright/run.mjs", &page::dist());
        }
    }
    run.finish()
}

impl Run {
    /// Whether a step was asked for.
    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| name.contains(only))
    }

    /// One step that holds or does not.
    fn check(&mut self, name: &str, step: impl FnOnce() -> Result<bool>) -> bool {
        if !self.wants(name) {
            return true;
        }
        let shown = Step::start(format!("test: {name}"));
        let (ok, note) = match step() {
            Ok(ok) => (ok, String::new()),
            Err(error) => (false, error.to_string()),
        };
        shown.end(ok, &note);
        self.add(name, if ok { Count { passed: 1, failed: 0 } } else { Count { passed: 0, failed: 1 } });
        ok
    }

    /// One step whose program runs many tests and prints their sums.
    fn tests(&mut self, name: &str, command: impl FnOnce() -> Command) {
        if !self.wants(name) {
            return;
        }
        let shown = Step::start(format!("test: {name}"));
        let mut command = command();
        if self.long {
            command.env("ZERA_LONG", "1");
        }
        // The test harness prints sums per binary, which add up; our own runners print theirs last.
        let (mut count, mut own) = (Count::default(), Count::default());
        let result = sh::lines(command, |line| {
            println!("{line}");
            match (harness_sums(line), own_sums(line)) {
                (Some(more), _) => count.add(more),
                (None, Some(last)) => own = last,
                (None, None) => {}
            }
        });
        count.add(own);
        let ok = matches!(result, Ok(true)) && count.failed == 0;
        if !ok && count.failed == 0 {
            // It failed without a failed test: it did not compile, start or end as it should.
            count.failed = 1;
        }
        let note = result.err().map_or_else(String::new, |error| format!("{error}; "));
        shown.end(ok, &format!("{note}{} passed, {} failed", count.passed, count.failed));
        self.add(name, count);
    }

    /// Four validators as real processes, killed, frozen and cut off from each other: nothing final may be lost or have a
    /// rival, and after each fault the network goes on.
    fn faults(&mut self) {
        let time = FAULTS[usize::from(self.long)];
        self.check("devnet: faults on real processes", || {
            let mut devnet = devnet::Programs::at(false).devnet("faults");
            devnet.args(["--fresh", "--dir", "target/devnet-faults", "--port", "0", "--for", time]);
            succeeds(devnet)
        });
    }

    /// The scenario files in a real browser: the same reports as natively.
    fn scenarios(&mut self) {
        if self.check("scenarios for wasm32", || scenarios::build().map(|()| true)) {
            self.in_browser("scenarios in Chromium", "playwright/scenarios.mjs", &scenarios::site());
        }
    }

    /// The browser's engine against wasmi in a real browser.
    fn trials(&mut self) {
        let long = self.long;
        if self.check("trials for wasm32", || trials::build(long).map(|()| true)) {
            self.in_browser("trials in Chromium", "playwright/trials.mjs", &trials::site());
        }
    }

    /// A script that drives a real browser against the page in `folder`.
    fn in_browser(&mut self, name: &str, script: &str, folder: &Path) {
        if !self.wants(name) {
            return;
        }
        if !sh::root().join(script).exists() {
            self.check(name, || Err(format!("{script} is missing").into()));
            return;
        }
        let url = match serve::in_background(folder, false) {
            Ok(url) => url,
            Err(error) => {
                self.check(name, || Err(error));
                return;
            }
        };
        self.tests(name, || {
            let mut node = sh::command("node", &[script]);
            node.env("ZERA_URL", url).env("ZERA_PROGRAMS", devnet::Programs::at(false).folder());
            for (name, path) in [("ZERA_XTASK", std::env::current_exe().ok()), ("ZERA_CHROMIUM", toolchain::chromium())]
            {
                if let Some(path) = path {
                    node.env(name, path);
                }
            }
            node
        });
    }

    fn add(&mut self, name: &str, count: Count) {
        self.count.add(count);
        if count.failed > 0 {
            self.failures.push(name.to_owned());
        }
    }

    fn finish(self) -> Result<bool> {
        if !self.failures.is_empty() {
            eprintln!("\nfailed: {}", self.failures.join("; "));
        }
        println!("{} passed, {} failed", self.count.passed, self.count.failed);
        Ok(self.count.failed == 0)
    }
}

/// `cargo <verb>` over everything that runs natively.
fn native(verb: &str, args: &[&str]) -> Command {
    let mut cargo = sh::command("cargo", &[verb, "--workspace", "--locked"]);
    for package in BROWSER_ONLY {
        cargo.args(["--exclude", package]);
    }
    cargo.args(args);
    cargo
}

fn lints_for_wasm() -> Result<bool> {
    let mut cargo = Wasm::required()?.cargo(&["clippy", "--locked", "--target", WASM]);
    for package in BROWSER_ONLY.iter().chain(ALSO_FOR_WASM) {
        cargo.args(["-p", package]);
    }
    cargo.args(["--features", "zera-prover-worker/web,zera-verifier/web", "--", "-D", "warnings"]);
    succeeds(cargo)
}

/// Fuzz targets are tests whose name starts with `fuzz_`; bolero takes its time limit from the environment.
fn fuzz() -> Command {
    let mut cargo = native("test", &["--profile", "bench-fast", "fuzz_", "--", "--test-threads", "2"]);
    cargo.env("BOLERO_RANDOM_TEST_TIME_MS", FUZZ_MILLIS).env("BOLERO_RANDOM_ITERATIONS", "1000000000");
    cargo
}

fn succeeds(mut command: Command) -> Result<bool> {
    Ok(command.status().map_err(|error| format!("cannot start `{}`: {error}", sh::shown(&command)))?.success())
}

/// The sums in a line of cargo's test harness: `test result: ok. 3 passed; 0 failed; …`.
fn harness_sums(line: &str) -> Option<Count> {
    let (_, sums) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut parts = sums.split(';');
    Some(Count { passed: number(parts.next()?, "passed")?, failed: number(parts.next()?, "failed")? })
}

/// The sums in a line of our own runners: `3 passed, 0 failed`.
fn own_sums(line: &str) -> Option<Count> {
    let (passed, failed) = line.split_once(',')?;
    Some(Count { passed: number(passed, "passed")?, failed: number(failed, "failed")? })
}

fn number(part: &str, unit: &str) -> Option<u64> {
    part.trim().strip_suffix(unit)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Count, harness_sums, own_sums};

    #[test]
    fn reads_both_kinds_of_sums_and_nothing_else() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(harness_sums(line), Some(Count { passed: 12, failed: 3 }));
        assert_eq!(own_sums("7 passed, 0 failed"), Some(Count { passed: 7, failed: 0 }));
        for other in ["test a::b ... ok", "3 passed and 1 failed, so what", "passed, failed", ""] {
            assert_eq!((harness_sums(other), own_sums(other)), (None, None), "{other}");
        }
    }
}
