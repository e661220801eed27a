//! `zera-node run`: the peer, until it is told to stop.

use super::{Dir, Failure};
use crate::{
    config::{Config, Log},
    peer::Running,
};
use clap::Args;
use std::{io::IsTerminal as _, net::SocketAddr, path::PathBuf};
use tracing_subscriber::EnvFilter;

/// Rules added to a plain level.
const QUIET: &str = ",commonware_consensus=warn,commonware_p2p=warn,commonware_runtime=warn,commonware_storage=warn,\
                     commonware_resolver=warn,commonware_broadcast=warn";

/// Which peer, and what is different this time.
#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    dir: Dir,
    /// Where to serve page and WebSocket.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// The folder of the built page.
    #[arg(long)]
    page: Option<PathBuf>,
    /// Which logs: `info`, `debug`, or rules such as `info,zera_node=debug`.
    #[arg(long)]
    log: Option<String>,
    /// One JSON object per line of the log.
    #[arg(long)]
    log_json: bool,
}

/// The command.
///
/// # Errors
/// When the peer does not start, or cannot go on.
pub fn run(run: &Run) -> Result<(), Failure> {
    let mut config = Config::read(&run.dir.dir)?;
    config.serve.listen = run.listen.unwrap_or(config.serve.listen);
    config.serve.page = run.page.clone().or(config.serve.page);
    config.log.level = run.log.clone().unwrap_or(config.log.level);
    config.log.json |= run.log_json;
    logs(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("server").build()?;
    let ended = runtime.block_on(until_told(&config));
    // What still waits for a slow tab does not keep the process.
    runtime.shutdown_background();
    ended
}

async fn until_told(config: &Config) -> Result<(), Failure> {
    let running = Running::start(config).await?;
    let (chain, address) = (&running.peer.chain, running.address);
    tracing::info!(chain = chain.genesis.hash.to_hex(), role = config.role.name(), %address, "running");
    println!("http://{address}/");
    let failure = tokio::select! {
        failure = running.failed() => Some(failure),
        told = told() => { tracing::info!(told, "stopping"); None }
    };
    running.stop().await;
    tracing::info!("stopped");
    failure.map_or(Ok(()), |failure| Err(failure.into()))
}

/// Waits for ctrl-c or SIGTERM.
async fn told() -> &'static str {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => "interrupt",
                _ = terminate.recv() => "SIGTERM",
            };
        }
    }
    drop(tokio::signal::ctrl_c().await);
    "interrupt"
}

fn logs(log: &Log) -> Result<(), Failure> {
    // The engine says much of itself; whoever wants to hear it names it.
    let quiet = if log.level.contains(['=', ',']) { "" } else { QUIET };
    let filter = EnvFilter::try_new(format!("{}{quiet}", log.level))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if log.json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    }
}
