//! `cargo xtask bench`: runs measuring programs that print one JSON object per case, and writes docs/benchmarks.md.

mod render;
pub mod site;
mod size;

use crate::sh::{self, Step};
use crate::toolchain::{self, Wasm};
use crate::{Args, Result, devnet, keys, page, serve};
use serde_json::Value;
use std::process::Command;

/// Native suites: examples named `bench_<suite>` of these folders' crates.
const NATIVE: [(&str, &str); 6] = [
    ("zera-client", "client-core/examples"),
    ("zera-governance", "client-core/governance/examples"),
    ("zera-pipelines", "node/pipelines/examples"),
    ("zera-inspect", "client-core/inspect/examples"),
    ("zera-state", "client-core/state/examples"),
    ("zera-vm", "client-core/vm/examples"),
];
/// What only a whole page can tell: one script.
const BROWSER: &str = "playwright/bench.mjs";
/// The suites of the page `/bench`, headless: one script.
const TAB: &str = "playwright/tab.mjs";

/// One measured case, as in the issue: `{suite, case, value, unit, peer, ratio, ci}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Which group of figures it belongs to.
    pub suite: String,
    /// The argument of `cargo xtask bench` that measured it.
    pub command: String,
    /// What was measured.
    pub case: String,
    /// The figure, as printed.
    pub value: Value,
    /// Its unit.
    pub unit: String,
    /// What it is compared with, if anything.
    pub peer: String,
    /// Ours against the peer.
    pub ratio: Value,
    /// Confidence interval.
    pub ci: Value,
    /// What the ratio should be, in words.
    pub aim: Option<String>,
    /// The first side of its measurement against itself.
    pub noise: Option<f64>,
}

/// Runs the verb: one suite, or all.
///
/// # Errors
/// When the asked suite does not exist or docs/benchmarks.md cannot be written.
pub fn run(args: &Args) -> Result<bool> {
    let suites = suites()?;
    let wanted: Vec<&str> = match args.word() {
        Some(name) => vec![
            suites
                .iter()
                .find(|suite| *suite == name)
                .map(String::as_str)
                .ok_or_else(|| format!("there is no suite `{name}`; there are: {}", suites.join(", ")))?,
        ],
        None => suites.iter().map(String::as_str).collect(),
    };
    let json = args.flag("--json");
    let mut cases = Vec::new();
    let mut ok = true;
    for suite in wanted {
        let step = Step::start(format!("bench: {suite}"));
        let mut measured = Vec::new();
        let ended = measure(suite, args, &mut measured);
        let count = format!("{} cases", measured.len());
        step.end(ended.is_ok(), &ended.as_ref().map_or_else(|error| format!("{error}; {count}"), |()| count.clone()));
        ok &= ended.is_ok();
        cases.extend(measured.into_iter().map(|case| Case { command: suite.to_owned(), ..case }));
    }
    if json {
        cases.iter().for_each(|case| println!("{}", case.json()));
    } else {
        render::write(&cases)?;
    }
    Ok(ok)
}

/// Every suite that there is: `size`, the native ones, `devnet`, `browser`, `tab`.
fn suites() -> Result<Vec<String>> {
    let mut suites = vec!["size".to_owned()];
    suites.extend(native().into_iter().map(|(suite, _)| suite));
    suites.extend(["devnet".into(), "browser".into(), "tab".into()]);
    Ok(suites)
}

/// Native suites with the crate each belongs to, by name.
fn native() -> Vec<(String, &'static str)> {
    let mut suites = Vec::new();
    for (package, folder) in NATIVE {
        let files = std::fs::read_dir(sh::root().join(folder)).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        suites.extend(
            names.filter_map(|name| Some((name.trim_end_matches(".rs").strip_prefix("bench_")?.to_owned(), package))),
        );
    }
    suites.sort();
    suites
}

/// Runs a suite; what it measured is in `cases` even when a part of it failed.
fn measure(suite: &str, args: &Args, cases: &mut Vec<Case>) -> Result<()> {
    let command = match suite {
        "size" => {
            page::build()?;
            cases.extend(size::measure()?);
            return Ok(());
        }
        "devnet" => {
            let mut network = devnet::Programs::build(true)?.devnet("bench");
            network.args(["--dir", "target/devnet-bench", "--port", "0"]);
            network
        }
        "browser" => in_browser(BROWSER)?,
        "tab" => {
            let only = args.value("--only").unwrap_or_default();
            if only.split(',').any(|suite| suite == "proofs") {
                keys::ensure()?;
            }
            let mut node = in_browser(TAB)?;
            node.env("ZERA_SUITES", only);
            node.env("ZERA_QUICK", if args.flag("--quick") { "1" } else { "0" });
            node
        }
        name => {
            let package = native().into_iter().find_map(|(suite, package)| (suite == name).then_some(package));
            let package = package.ok_or_else(|| format!("there is no suite `{name}`"))?;
            let example = format!("bench_{name}");
            sh::command("cargo", &["run", "--quiet", "--profile", "bench-fast", "-p", package, "--example", &example])
        }
    };
    let mut malformed = None;
    let ended = sh::lines(command, |line| match Case::parse(line) {
        Some(case) => cases.push(case),
        // A line that is no JSON is for people.
        None if !line.trim_start().starts_with('{') => eprintln!("{line}"),
        None => malformed = Some(line.to_owned()),
    })?;
    match (ended, malformed) {
        (false, _) => Err(format!("the programme of suite `{suite}` failed").into()),
        (true, Some(line)) => Err(format!("suite `{suite}` printed no case: {line}").into()),
        (true, None) => Ok(()),
    }
}

/// Node with a script that drives Chromium against the built page.
fn in_browser(script: &str) -> Result<Command> {
    page::build()?;
    let mut node = sh::command("node", &[script]);
    node.env("ZERA_URL", serve::in_background(&page::dist(), true)?);
    if let Some(chromium) = toolchain::chromium() {
        node.env("ZERA_CHROMIUM", chromium);
    }
    Ok(node)
}

impl Case {
    fn parse(line: &str) -> Option<Self> {
        let object: Value = serde_json::from_str(line.trim()).ok()?;
        let text = |key: &str| object[key].as_str().map(str::to_owned);
        Some(Self {
            suite: text("suite")?,
            command: String::new(),
            case: text("case")?,
            value: object.get("value").filter(|value| value.is_number())?.clone(),
            unit: text("unit")?,
            peer: text("peer").unwrap_or_default(),
            ratio: object["ratio"].clone(),
            ci: object["ci"].clone(),
            aim: text("aim"),
            noise: object["noise"].as_f64(),
        })
    }

    fn json(&self) -> Value {
        serde_json::json!({
            "suite": self.suite, "case": self.case, "value": self.value, "unit": self.unit,
            "peer": self.peer, "ratio": self.ratio, "ci": self.ci, "aim": self.aim, "noise": self.noise,
        })
    }
}

/// The machine, for the document's head: figures without it cannot be compared.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |(_, name)| name);
    let rustc = sh::output(sh::command("rustc", &["--version"])).unwrap_or_default();
    let wasm = Wasm::find().map_or_else(String::new, Wasm::describe);
    let chromium = toolchain::chromium().and_then(|program| sh::output(sh::command(program, &["--version"])).ok());
    format!("{cores} cores, {model}; native {rustc}; wasm32 {wasm}; {}", chromium.unwrap_or_default())
}
