//! `cargo xtask`: everything a contributor or CI runs, one file per verb.

mod bench;
mod codegen;
mod devnet;
mod keys;
mod modules;
mod page;
mod parts;
mod scenarios;
mod serve;
mod setup;
mod sh;
mod test;
mod tidy;
mod toolchain;
mod trials;
mod verify;

use std::process::ExitCode;

/// What a verb that failed says to the person who ran it; one message, no trace.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "\
usage: cargo xtask <verb>

  setup                          bring every tool this repository needs (a second run takes seconds)
  serve [--port N] [--host ADDR] [--no-build]
                                 build the release page and serve it; prints one URL
  devnet [--validators N] [--latency MS] [--partition 30-60:0,1|2,3] [--for SECONDS] [--json] [--fast]
         [--load PER_SECOND] [--faults [--seed N]] [--fresh] [--port N] [--no-page] [--no-build]
                                 a network of real peers on this machine, which serve the page; with --for it ends with a
                                 summary; --faults kills, freezes and parts them; docs/running-a-peer.md
  test [--long] [--only WORD]    everything CI checks; --long runs full counts and fuzz targets, --only runs the steps
                                 whose names contain a word, such as tidy, lints, native, scenarios, journeys
  bench [suite] [--json]         measure; writes docs/benchmarks.md, or one JSON object per case
  bench tab [--only A,B] [--quick]
                                 the suites of the page /bench, headless
  tidy                           invariants, sizes, links, licences
  modules [--check]              build the guest modules, or check the built ones against their hashes
  module FOLDER [--new] [--cpp]  build one module of your own and say what is in it; --new writes a skeleton first
  verify-build [NAME] [--json]   rebuild sample modules from source and compare the bytes; prints what a builder attests
  verify-journal FILE [--genesis HASH]
                                 check an exported upgrade journal offline
  keys                           make the development proving keys that are missing, into target/keys/
  codegen [--check]              regenerate what host_api.json generates, or check it is up to date
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one verb. `Ok(false)` means that it ran and has already said what failed.
fn run(args: &[String]) -> Result<bool> {
    let Some((verb, rest)) = args.split_first() else {
        print!("{USAGE}");
        return Ok(false);
    };
    match verb.as_str() {
        "setup" => done(Args::new(rest).finish(&[], &[]).and_then(|_| setup::run(setup::Scope::All))),
        "serve" => done(serve::run(&Args::new(rest).finish(&["--port", "--host"], &["--no-build"])?)),
        "devnet" => devnet::run(&Args::new(rest).finish(&devnet::PASSED, &devnet::FLAGS)?),
        "test" => test::run(&Args::new(rest).finish(&["--only"], &["--long"])?),
        "bench" => bench::run(&Args::new(rest).finish(&["--only"], &["--json", "--quick"])?),
        "tidy" => Args::new(rest).finish(&[], &[]).and_then(|args| tidy::run(&args)),
        "modules" => modules::run(&Args::new(rest).finish(&[], &["--check"])?),
        "module" => modules::author::run(&Args::new(rest).finish(&[], &["--new", "--cpp"])?),
        "verify-build" => modules::rebuild::run(&Args::new(rest).finish(&[], &["--json"])?),
        "verify-journal" => verify::journal(&Args::new(rest).finish(&["--genesis"], &[])?),
        "keys" => done(Args::new(rest).finish(&[], &[]).and_then(|_| keys::ensure())),
        "codegen" => codegen::run(&Args::new(rest).finish(&[], &["--check"])?),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(true)
        }
        other => Err(format!("unknown verb `{other}`\n\n{USAGE}").into()),
    }
}

fn done(result: Result<()>) -> Result<bool> {
    result.map(|()| true)
}

/// The arguments after the verb.
pub struct Args {
    words: Vec<String>,
}

impl Args {
    fn new(words: &[String]) -> Self {
        Self { words: words.to_vec() }
    }

    /// Refuses options that the verb does not know: `valued` take a value, `flags` do not.
    fn finish(self, valued: &[&str], flags: &[&str]) -> Result<Self> {
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            if valued.contains(&word.as_str()) {
                words.next().ok_or_else(|| format!("{word} needs a value"))?;
            } else if word.starts_with('-') && !flags.contains(&word.as_str()) {
                return Err(format!("unknown option `{word}`\n\n{USAGE}").into());
            }
        }
        Ok(self)
    }

    /// Whether `flag` was given.
    pub fn flag(&self, flag: &str) -> bool {
        self.words.iter().any(|word| word == flag)
    }

    /// The word after `option`.
    pub fn value(&self, option: &str) -> Option<&str> {
        let at = self.words.iter().position(|word| word == option)?;
        self.words.get(at + 1).map(String::as_str)
    }

    /// The words after every `option`.
    pub fn values<'a>(&'a self, option: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.words.iter().zip(self.words.iter().skip(1));
        pairs.filter(move |(word, _)| *word == option).map(|(_, value)| value.as_str())
    }

    /// The first word that is no option.
    pub fn word(&self) -> Option<&str> {
        self.words().next()
    }

    /// Words that are no options; values of options are among them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|word| !word.starts_with('-'))
    }
}
