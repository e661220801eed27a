//! Figures of a network of four on this machine, a JSON object per case as `cargo xtask bench` collects them.

use crate::{
    Result, control,
    fleet::{Fleet, Plan},
    observer::Observer,
    summary::{Quantiles, Transfers},
};
use serde_json::{Value, json};
use std::time::Duration;

/// How long each network is looked at.
const TIME: Duration = Duration::from_secs(30);
/// A network may take so long until its first blocks.
const START: Duration = Duration::from_secs(180);
/// One way between peers, for the case with distance: a continent.
const FAR: Duration = Duration::from_millis(25);
/// Transfers a second that are sent at most; more than the machine does.
const LOAD: u64 = 6_000;
/// Transfers of one load.
const TRANSFERS: u64 = 100_000;
/// Accounts that pay each other.
const ACCOUNTS: usize = 500;

/// Measures; each case goes to `print`.
///
/// # Errors
/// When a network does not start, or something final was lost.
pub async fn run(plan: &Plan, mut print: impl FnMut(Value)) -> Result<()> {
    for (name, delay) in [("near", Duration::ZERO), ("25 ms from each other", FAR)] {
        let (fleet, observer) = start(plan, delay).await?;
        tokio::time::sleep(TIME).await;
        let finality = end(fleet, observer).await?;
        print(finality_case(&format!("finality, four validators, {name}, idle"), finality));
    }
    let (fleet, observer) = start(plan, Duration::ZERO).await?;
    let load = control::load(&fleet, ACCOUNTS, TRANSFERS / ACCOUNTS as u64, LOAD)?.await?;
    let transfers = Transfers::from(&load);
    let finality = end(fleet, observer).await?;
    print(json!({
        "suite": "devnet", "case": format!("transfers final a second, of {} sent", transfers.sent),
        "value": transfers.per_second, "unit": "tx/s", "aim": "2,000 or more",
    }));
    print(finality_case("finality, four validators, near, under that load", finality));
    print(finality_case("submission to finality under that load", transfers.finality_ms));
    Ok(())
}

async fn start(plan: &Plan, delay: Duration) -> Result<(Fleet, Observer)> {
    if plan.folder.exists() {
        std::fs::remove_dir_all(&plan.folder)?;
    }
    let fleet = Fleet::start(&Plan { proxies: !delay.is_zero(), ..plan.clone() }).await?;
    fleet.weather.send_modify(|weather| weather.delay = delay);
    let all: Vec<usize> = (0..fleet.peers.len()).collect();
    // What happens before everybody knows everybody is no measurement: the book begins after that.
    Observer::start(fleet.wires()).beyond(&all, 10, START).await?;
    let observer = Observer::start(fleet.wires());
    observer.beyond(&all, 10, START).await?;
    Ok((fleet, observer))
}

async fn end(fleet: Fleet, observer: Observer) -> Result<Quantiles> {
    for peer in 0..fleet.peers.len() {
        observer.audit(peer).await?;
    }
    let (finality, violations) = {
        let book = observer.book();
        (Quantiles::of(&book.finality_ms()), book.violations().join("; "))
    };
    drop(observer);
    fleet.end().await;
    if violations.is_empty() { Ok(finality) } else { Err(violations.into()) }
}

fn finality_case(name: &str, times: Quantiles) -> Value {
    json!({
        "suite": "devnet", "case": format!("{name} (99 % within {} ms, {} of them)", times.p99, times.count),
        "value": times.p50, "unit": "ms", "aim": "500 or less",
    })
}
