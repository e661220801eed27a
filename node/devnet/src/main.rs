//! `zera-devnet`: a network of real peers on this machine, until it is stopped or its time is over; ends with a summary.

use clap::{Args, Parser, Subcommand};
use serde_json::json;
use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, time::sleep_until};
use zera_devnet::{
    Result, control, faults,
    fleet::{Fleet, Plan},
    measure,
    observer::Observer,
    summary::{Summary, Transfers},
    weather::{Partition, Weather},
};

/// A network may take so long until its first blocks.
const START: Duration = Duration::from_secs(180);

/// A network of peers on this machine.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Runs the network, with load if asked for.
    Run(Run),
    /// Kills, freezes and cuts off its peers, from a seed; fails when something final is lost or has a rival.
    Faults(Faults),
    /// Measures finality and transfers a second; a JSON object per case.
    Bench(Common),
}

/// What all need.
#[derive(Args, Clone)]
struct Common {
    /// How many validators.
    #[arg(long, default_value_t = 4)]
    validators: usize,
    /// Milliseconds that a message takes from peer to peer.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Seconds after which it ends; until stopped without.
    #[arg(long = "for")]
    seconds: Option<u64>,
    /// The summary, and what is there to connect to, as lines of JSON.
    #[arg(long)]
    json: bool,
    /// Where everything lies; a network that is there already goes on.
    #[arg(long, default_value = "target/devnet")]
    dir: PathBuf,
    /// Begin anew: deletes the folder first.
    #[arg(long)]
    fresh: bool,
    /// The first peer's port for pages, the others' follow; 0 takes free ones.
    #[arg(long, default_value_t = 7401)]
    port: u16,
    /// Blocks of an epoch of a new network.
    #[arg(long)]
    epoch_blocks: Option<u64>,
    /// Slots of a new network's half-life, in which votes grow.
    #[arg(long)]
    half_life: Option<u64>,
    /// The built page, for every peer to serve.
    #[arg(long)]
    page: Option<PathBuf>,
    /// The peer's program.
    #[arg(long, default_value = "target/debug/zera-node")]
    node: PathBuf,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    common: Common,
    /// A partition, such as 30-60:0,1|2,3; may be given several times.
    #[arg(long)]
    partition: Vec<Partition>,
    /// Transfers a second to load it with, while it runs.
    #[arg(long, default_value_t = 0)]
    load: u64,
    /// Accounts that pay each other under load.
    #[arg(long, default_value_t = 500)]
    accounts: usize,
    /// Take commands from standard input.
    #[arg(long)]
    control: bool,
}

#[derive(Args)]
struct Faults {
    #[command(flatten)]
    common: Common,
    /// Where the sequence of faults begins.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Options::parse().verb {
        Verb::Run(options) => run(options).await,
        Verb::Faults(options) => break_it(options).await,
        Verb::Bench(common) => bench(&common).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start(common: &Common, proxies: bool) -> Result<(Fleet, Observer)> {
    if common.fresh && common.dir.exists() {
        std::fs::remove_dir_all(&common.dir)?;
    }
    let mut fleet = Fleet::start(&plan(common, proxies)?).await?;
    fleet.weather.send_modify(|weather| weather.delay = Duration::from_millis(common.latency));
    let observer = Observer::start(fleet.wires());
    let all: Vec<usize> = (0..fleet.peers.len()).collect();
    if let Err(error) = observer.beyond(&all, 0, START).await {
        let ends = fleet.fallen().into_iter().map(|(peer, end)| format!("\npeer {peer}: {end}"));
        return Err(format!("{error}{}", ends.collect::<String>()).into());
    }
    say(common, &fleet);
    Ok((fleet, observer))
}

fn plan(common: &Common, proxies: bool) -> Result<Plan> {
    Ok(Plan {
        program: common.node.clone(),
        folder: common.dir.clone(),
        validators: common.validators,
        port: common.port,
        page: common.page.as_ref().map(std::fs::canonicalize).transpose()?,
        proxies,
        epoch_blocks: common.epoch_blocks,
        half_life: common.half_life,
    })
}

async fn bench(common: &Common) -> Result<bool> {
    measure::run(&plan(common, false)?, |case| println!("{case}")).await?;
    Ok(true)
}

/// Says what there is to connect to.
fn say(common: &Common, fleet: &Fleet) {
    if common.json {
        let peers = fleet.peers.iter().map(|peer| {
            json!({ "page": format!("http://{}/", peer.serve), "wire": peer.wire(), "key": peer.folder.join("key") })
        });
        println!("{}", json!({ "peers": peers.collect::<Vec<_>>(), "accounts": fleet.accounts }));
        return;
    }
    for (number, peer) in fleet.peers.iter().enumerate() {
        let what = if common.page.is_some() { format!("page http://{}/", peer.serve) } else { peer.wire() };
        println!("peer {number}: {what}, log {}", peer.folder.join("log").display());
    }
    if let Some(account) = fleet.accounts.first() {
        println!("funded account, as the page imports it: {}", account.phrase);
    }
    println!("Stop with ctrl-c.");
}

async fn run(options: Run) -> Result<bool> {
    let proxies = options.common.latency > 0 || !options.partition.is_empty() || options.control;
    let (mut fleet, observer) = start(&options.common, proxies).await?;
    let began = Instant::now();
    let load = if options.load > 0 {
        let seconds = options.common.seconds.unwrap_or(60);
        let each = (options.load * seconds).div_ceil(options.accounts.max(1) as u64);
        Some(tokio::spawn(control::load(&fleet, options.accounts, each, options.load)?))
    } else {
        None
    };
    let end = options.common.seconds.map(|seconds| began + Duration::from_secs(seconds));
    let mut lines = options.control.then(lines);
    let mut stopped = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        weather(&options, &fleet, began);
        tokio::select! {
            _ = &mut stopped => break,
            line = next(&mut lines) => match control::obey(&line, &mut fleet, &observer).await {
                Some(answer) => println!("{answer}"),
                None => break,
            },
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
            () = sleep_until(end.unwrap_or(began).into()), if end.is_some() => break,
        }
        for (peer, end) in fleet.fallen() {
            observer.book().violated(format!("peer {peer} ended by itself: {end}"));
        }
    }
    // What was sent in time is waited for.
    let load = match load {
        Some(load) => Some(load.await??),
        None => None,
    };
    finish(&options.common, fleet, observer, began, |summary| {
        summary.transfers = load.as_ref().map(Transfers::from);
    })
    .await
}

/// The weather that partitions give at this moment.
fn weather(options: &Run, fleet: &Fleet, began: Instant) {
    if options.partition.is_empty() {
        return;
    }
    let now = began.elapsed();
    let holds = options.partition.iter().find(|partition| partition.from <= now && now < partition.until);
    let groups = holds.map_or_else(Vec::new, |partition| partition.groups(fleet.peers.len()));
    let delay = Duration::from_millis(options.common.latency);
    let new = Weather { delay, groups };
    fleet.weather.send_if_modified(|weather| {
        let changed = *weather != new;
        *weather = new;
        changed
    });
}

/// Lines of standard input. They are read by a thread, which ends with the process: a pending read would hold a runtime up.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (send, receive) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(std::io::Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

/// The next line; never when none are read.
async fn next(lines: &mut Option<mpsc::UnboundedReceiver<String>>) -> String {
    match lines {
        // A script that is gone has closed the input.
        Some(lines) => lines.recv().await.unwrap_or_else(|| "end".into()),
        None => std::future::pending().await,
    }
}

async fn break_it(options: Faults) -> Result<bool> {
    let (mut fleet, observer) = start(&options.common, true).await?;
    let began = Instant::now();
    let time = Duration::from_secs(options.common.seconds.unwrap_or(60));
    let happened = faults::run(&mut fleet, &observer, options.seed, time).await?;
    finish(&options.common, fleet, observer, began, |summary| summary.faults = happened).await
}

async fn finish(
    common: &Common,
    fleet: Fleet,
    observer: Observer,
    began: Instant,
    add: impl FnOnce(&mut Summary),
) -> Result<bool> {
    let mut evidence = 0;
    for (number, _) in fleet.peers.iter().enumerate().filter(|(_, peer)| peer.up() && !peer.frozen) {
        if let Err(error) = observer.audit(number).await {
            observer.book().violated(format!("peer {number} does not answer at the end: {error}"));
        }
        evidence = evidence.max(observer.faults(number).await.unwrap_or(0));
    }
    let mut summary = Summary::of(&observer.book(), fleet.peers.len(), began.elapsed());
    summary.restarts = fleet.peers.iter().map(|peer| peer.restarts).sum();
    summary.evidence = evidence;
    add(&mut summary);
    drop(observer);
    fleet.end().await;
    println!("{}", if common.json { serde_json::to_string(&summary)? } else { summary.text() });
    Ok(summary.violations.is_empty())
}
