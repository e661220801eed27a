//! `zera-liar`: stands before an honest peer and lies to the tabs that ask it. Prints where, as one line of JSON, and then a
//! line for every minute's lies.

use clap::Parser;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};
use zera_liar::{Liar, Lie, forge::Keys, server::Config};

/// Lies to tabs, for tests.
#[derive(Parser)]
struct Options {
    /// The honest peer, such as ws://127.0.0.1:7401/wire.
    #[arg(long)]
    upstream: String,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What to lie about where the address names no lie.
    #[arg(long)]
    lie: Option<Lie>,
    /// Files with the seeds of validators, 64 hexadecimal digits in each.
    #[arg(long)]
    key: Vec<PathBuf>,
    /// Certificates of blocks below this height stay as they are.
    #[arg(long, default_value_t = 0)]
    from: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let keys = if options.key.is_empty() { None } else { Some(keys(&options.key)?) };
    let config = Config { upstream: options.upstream, lie: options.lie, keys, from: options.from };
    let liar = Liar::start(options.listen, config).await?;
    println!("{{\"address\":\"{}\"}}", liar.url(None));
    let mut before = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        if liar.told() != before {
            before = liar.told();
            println!("{{\"told\":{before}}}");
        }
    }
}

fn keys(files: &[PathBuf]) -> Result<Keys, Box<dyn std::error::Error + Send + Sync>> {
    let mut seeds = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let seed = zera_primitives::hash::from_hex(text.trim()).and_then(|bytes| bytes.try_into().ok());
        seeds.push(seed.ok_or_else(|| format!("{}: not 64 hexadecimal digits", file.display()))?);
    }
    Ok(Keys::of_seeds(&seeds))
}
