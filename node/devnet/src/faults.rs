//! Faults on real processes, from a seed: killed, frozen, cut off, slow. After each the network must go on, and nothing that
//! was final may be gone or have a rival.

use crate::{
    Result,
    dice::Dice,
    fleet::{Account, Fleet},
    load,
    observer::Observer,
    weather::Weather,
};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// The network must be final beyond its old head within so long after a fault is over.
const RECOVERY: Duration = Duration::from_secs(90);
/// Blocks beyond the old head that count as going on.
const BEYOND: u64 = 3;

/// One fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Killed, and started again after the time.
    Kill(Vec<usize>, Duration),
    /// Frozen for the time.
    Freeze(usize, Duration),
    /// Apart for the time.
    Cut(Vec<usize>, Duration),
    /// Everything takes so much longer, for the time.
    Slow(Duration, Duration),
    /// Ended and started again, as by a supervisor.
    Bounce(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(peers, time) => write!(f, "peers {peers:?} killed for {time:?}"),
            Self::Freeze(peer, time) => write!(f, "peer {peer} frozen for {time:?}"),
            Self::Cut(groups, time) => write!(f, "groups {groups:?} apart for {time:?}"),
            Self::Slow(delay, time) => write!(f, "{delay:?} more each way for {time:?}"),
            Self::Bounce(peer) => write!(f, "peer {peer} ended and started"),
        }
    }
}

impl Fault {
    /// One for a network of `peers`.
    pub fn draw(dice: &mut Dice, peers: usize) -> Self {
        let time = Duration::from_millis(1_000 + dice.below(7_000));
        match dice.below(7) {
            0 | 1 => Self::Kill(vec![dice.place(peers)], time),
            // More than may be faulty at once, even all: finality stops and must go on after.
            2 => {
                let count = 1 + dice.place(peers);
                let first = dice.place(peers);
                Self::Kill((0..count).map(|next| (first + next) % peers).collect(), time)
            }
            3 => Self::Freeze(dice.place(peers), time),
            4 | 5 => {
                let mut groups: Vec<usize> = (0..peers).map(|_| dice.place(2)).collect();
                // Somebody is always apart.
                if let Some(one) = groups.get_mut(dice.place(peers)) {
                    *one = 2;
                }
                Self::Cut(groups, time)
            }
            _ if dice.below(2) == 0 => Self::Slow(Duration::from_millis(20 + dice.below(300)), time),
            _ => Self::Bounce(dice.place(peers)),
        }
    }

    /// Does it, undoes it.
    async fn happen(&self, fleet: &mut Fleet) -> Result<()> {
        match self {
            Self::Kill(peers, time) => {
                for peer in peers {
                    fleet.kill(*peer).await?;
                }
                tokio::time::sleep(*time).await;
                peers.iter().try_for_each(|peer| fleet.restart(*peer))
            }
            Self::Freeze(peer, time) => {
                fleet.freeze(*peer).await?;
                tokio::time::sleep(*time).await;
                fleet.thaw(*peer).await
            }
            Self::Cut(groups, time) => {
                let before = fleet.weather.borrow().clone();
                fleet.weather.send_replace(Weather { groups: groups.clone(), ..before.clone() });
                tokio::time::sleep(*time).await;
                fleet.weather.send_replace(before);
                Ok(())
            }
            Self::Slow(delay, time) => {
                let before = fleet.weather.borrow().clone();
                fleet.weather.send_replace(Weather { delay: before.delay + *delay, ..before.clone() });
                tokio::time::sleep(*time).await;
                fleet.weather.send_replace(before);
                Ok(())
            }
            Self::Bounce(peer) => {
                if !fleet.stop(*peer).await? {
                    return Err(format!("peer {peer} did not end well when asked to").into());
                }
                fleet.restart(*peer)
            }
        }
    }
}

/// Faults one after the other until the time is over; gives what happened. Violations go into the observer's book.
///
/// # Errors
/// When a peer cannot be started.
pub async fn run(fleet: &mut Fleet, observer: &Observer, seed: u64, time: Duration) -> Result<Vec<String>> {
    let mut dice = Dice::new(seed);
    let start = Instant::now();
    let all: Vec<usize> = (0..fleet.peers.len()).collect();
    let mut happened = Vec::new();
    let trickle = |(url, account): (String, &Account)| Ok(tokio::spawn(load::trickle(url, account.key()?)));
    let trickles = fleet.wires().into_iter().zip(&fleet.accounts).map(trickle).collect::<Result<Vec<_>>>()?;
    while start.elapsed() < time {
        let fault = Fault::draw(&mut dice, all.len());
        eprintln!("{:>5} s, block {}: {fault}", start.elapsed().as_secs(), observer.book().height());
        happened.push(fault.to_string());
        if let Err(error) = fault.happen(fleet).await {
            observer.book().violated(format!("{fault}: {error}"));
        }
        let goal = observer.book().height() + BEYOND;
        if let Err(error) = observer.beyond(&all, goal, RECOVERY).await {
            observer.book().violated(format!("after {fault}: {error}"));
        }
        for (peer, end) in fleet.fallen() {
            observer.book().violated(format!("peer {peer} ended by itself after {fault}: {end}"));
            fleet.restart(peer)?;
        }
        for peer in &all {
            if let Err(error) = observer.audit(*peer).await {
                observer.book().violated(format!("peer {peer} does not answer after {fault}: {error}"));
            }
        }
    }
    trickles.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(happened)
}
