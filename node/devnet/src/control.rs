//! Words on standard input, one command a line, for scripts that need the network to do something now:
//! `kill 1`, `stop 1`, `start 1`, `freeze 1`, `thaw 1`, `cut 0,1|2,3`, `heal`, `delay 50`, `load 100 10 500` (accounts, transfers of each, a second),
//! `heads`, `audit`, `end`. Each is answered by one line of JSON.

use crate::{
    Failed, Result,
    fleet::Fleet,
    load::{Outcome, People},
    observer::Observer,
    summary::Transfers,
    weather::{Partition, Weather},
    wire::Wire,
};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a load may take to be final after its last transfer was sent.
pub const LOAD_PATIENCE: Duration = Duration::from_secs(60);

/// Does what a line says; `None` when it says to end.
pub async fn obey(line: &str, fleet: &mut Fleet, observer: &Observer) -> Option<Value> {
    match command(line, fleet, observer).await {
        Ok(answer) => answer,
        Err(error) => Some(json!({ "error": error.to_string() })),
    }
}

async fn command(line: &str, fleet: &mut Fleet, observer: &Observer) -> Result<Option<Value>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| -> Result<u64> {
        words.get(at).and_then(|word| word.parse().ok()).ok_or_else(|| Failed::from("a number is missing"))
    };
    let peer = || -> Result<usize> { Ok(usize::try_from(number(1)?)?) };
    let mut answer = json!({ "done": line });
    match words.first().copied() {
        Some("kill") => fleet.kill(peer()?).await?,
        Some("stop") => answer = json!({ "done": line, "well": fleet.stop(peer()?).await? }),
        Some("start") => {
            fleet.restart(peer()?)?;
            listens(&fleet.peers.get(peer()?).ok_or("no such peer")?.wire()).await?;
        }
        Some("freeze") => fleet.freeze(peer()?).await?,
        Some("thaw") => fleet.thaw(peer()?).await?,
        Some("cut") => {
            let cut: Partition = format!("0-1:{}", words.get(1).ok_or("groups are missing")?).parse()?;
            let groups = cut.groups(fleet.peers.len());
            fleet.weather.send_modify(|weather| weather.groups = groups);
        }
        Some("heal") => drop(fleet.weather.send_replace(Weather::default())),
        Some("delay") => {
            let delay = Duration::from_millis(number(1)?);
            fleet.weather.send_modify(|weather| weather.delay = delay);
        }
        Some("load") => {
            let load = load(fleet, usize::try_from(number(1)?)?, number(2)?, number(3)?)?.await?;
            answer = json!({ "done": line, "transfers": Transfers::from(&load) });
        }
        Some("heads") => {
            let heads: Vec<Option<u64>> =
                (0..fleet.peers.len()).map(|peer| observer.book().head(peer).map(|head| head.height)).collect();
            answer = json!({ "done": line, "heads": heads });
        }
        Some("audit") => {
            for (peer, _) in fleet.peers.iter().enumerate().filter(|(_, peer)| peer.up() && !peer.frozen) {
                observer.audit(peer).await?;
            }
            answer = json!({ "done": line, "violations": observer.book().violations() });
        }
        Some("end") => return Ok(None),
        _ => return Err("no such command".into()),
    }
    Ok(Some(answer))
}

/// Waits until a peer that was started answers.
async fn listens(url: &str) -> Result<()> {
    for _ in 0..300 {
        if Wire::connect(url).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("it does not answer within half a minute".into())
}

/// A load over all peers that are up, paid by the last development account; people use the first ones in the page.
///
/// # Errors
/// When no peer is up; the load itself fails when a peer cannot be reached at its start.
pub fn load(
    fleet: &Fleet,
    accounts: usize,
    each: u64,
    per_second: u64,
) -> Result<impl Future<Output = Result<Outcome>> + Send + use<>> {
    let up = fleet.peers.iter().filter(|peer| peer.up() && !peer.frozen);
    let urls: Vec<String> = up.map(crate::fleet::Peer::wire).collect();
    let faucet = fleet.accounts.last().ok_or("no funded account")?.key()?;
    let first = urls.first().ok_or("no peer is up")?.clone();
    Ok(async move {
        let people = People::paid(&first, &faucet, accounts).await?;
        people.run(&urls, each, per_second, LOAD_PATIENCE).await
    })
}
