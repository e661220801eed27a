//! The command line. Exit codes: 0 done, 1 it ran and failed, 2 the command line is wrong (clap's own).

mod file;
mod init;
mod run;
mod status;
mod sync;

use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// What a command that failed says to the person who ran it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The ZERA peer: validator, full node or archive; serves the page and the WebSocket of tabs.
#[derive(Parser, Debug)]
#[command(name = "zera-node", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make a peer's folder: configuration, key and genesis.
    Init(init::Init),
    /// Run the peer of a folder until it is told to stop.
    Run(run::Run),
    /// Make or show a peer's key.
    Keys(init::Keys),
    /// Ask a running peer where it stands.
    Status(status::Status),
    /// Take over the state of a network from a peer's snapshot, checked against a checkpoint, before the first run.
    Sync(sync::Sync),
    /// Write the chain of a folder, blocks and certificates, to one file. The peer must not run.
    Export(file::Export),
    /// Take in a chain's file: every block is executed and every certificate checked.
    Import(file::Import),
    /// Execute every stored block again and compare every header, receipt and root.
    Replay(file::Replay),
}

/// Which peer.
#[derive(Args, Debug)]
struct Dir {
    /// The peer's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Init(init) => init::init(&init),
        Command::Run(run) => run::run(&run),
        Command::Keys(keys) => init::keys(&keys),
        Command::Status(status) => status::status(&status),
        Command::Sync(sync) => sync::sync(&sync),
        Command::Export(export) => file::export(&export),
        Command::Import(import) => file::import(&import),
        Command::Replay(replay) => file::replay(&replay),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
