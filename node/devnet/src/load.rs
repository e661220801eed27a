//! Load: many accounts that pay each other, signed beforehand, submitted over the wire to all peers in turn.

use crate::{
    Result,
    wire::{Wire, unexpected},
};
use codec::Encode as _;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use zera_primitives::{
    AccountId, Amount, Gas, Hash, Slot, StateKey, Transaction, decode_bounded,
    keys::SecretKey,
    limits,
    tx::{AccessHint, Call},
};
use zera_state::accounts::Account;
use zera_wire::{Answer, News, Request, Topic};

/// What every account of the load is given.
const STAKE: Amount = Amount::zra(100);
/// How long a transfer may wait for a block.
const EXPIRY_SLOTS: u64 = 100_000;
/// Between two tries to reach a peer.
const RETRY: Duration = Duration::from_millis(500);
/// Keys of one question about accounts.
const ACCOUNTS_AT_ONCE: usize = 256;
/// Transfers on their way to one peer: sent and not answered.
const UNANSWERED: usize = 64;

/// Accounts with money.
pub struct People {
    keys: Vec<SecretKey>,
    chain: Hash,
}

/// What a run of load came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Transfers that a peer took.
    pub sent: u64,
    /// Transfers that no peer took.
    pub refused: u64,
    /// Transfers in final blocks.
    pub done: u64,
    /// How long it ran.
    pub time: Duration,
    /// Milliseconds from submission to finality, sorted; those that were heard of.
    pub finality_ms: Vec<u64>,
}

impl People {
    /// `count` accounts, paid by the account of `faucet` over `url`.
    ///
    /// # Errors
    /// When the peer does not answer, or the money does not arrive.
    pub async fn paid(url: &str, faucet: &SecretKey, count: usize) -> Result<Self> {
        let (wire, _news) = Wire::connect(url).await?;
        let chain = wire.greeting.chain;
        let key = |number: usize| {
            SecretKey::from_seed(&Hash::of(format!("zera devnet load {} {number}", chain.to_hex()).as_bytes()).0)
        };
        let people = Self { keys: (0..count).map(key).collect(), chain };
        let all: Vec<AccountId> = people.keys.iter().map(SecretKey::public).collect();
        let poor: Vec<AccountId> = accounts(&wire, &all)
            .await?
            .into_iter()
            .zip(&all)
            .filter(|(account, _)| account.free < STAKE)
            .map(|(_, id)| *id)
            .collect();
        let mut nonce = accounts(&wire, &[faucet.public()]).await?.first().map_or(0, |account| account.nonce);
        let slot = slot(&wire).await?;
        for some in poor.chunks(limits::TRANSACTION_CALLS) {
            let transaction = pay(faucet.public(), nonce, slot, some, STAKE);
            submit(&wire, transaction.sign(&chain, faucet).encode()).await?;
            nonce += 1;
        }
        for _ in 0..600 {
            let held = accounts(&wire, &all).await?;
            if held.iter().all(|account| account.free >= Amount::zra(1)) {
                return Ok(people);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the accounts of the load were not paid within a minute".into())
    }

    /// Signs `each` transfers per account and submits all, `per_second` of them at most, to the peers at `urls` by turns;
    /// ends when all are final, or `patience` after the last was sent. `stop` ends it early.
    ///
    /// # Errors
    /// When a peer cannot be reached at the start.
    pub async fn run(&self, urls: &[String], each: u64, per_second: u64, patience: Duration) -> Result<Outcome> {
        let (wire, _news) = Wire::connect(urls.first().ok_or("no peer")?).await?;
        let ids: Vec<AccountId> = self.keys.iter().map(SecretKey::public).collect();
        let before: Vec<u64> = accounts(&wire, &ids).await?.iter().map(|account| account.nonce).collect();
        let slot = slot(&wire).await?;
        let lanes = self.signed(&before, each, slot, urls.len());
        let count = Arc::new(Count::default());
        let start = Instant::now();
        let pace = Pace { start, per_second: (per_second / urls.len() as u64).max(1) };
        let senders = urls.iter().zip(lanes).map(|(url, lane)| {
            let (url, count) = (url.clone(), Arc::clone(&count));
            tokio::spawn(async move { send(&url, lane, pace, &count).await })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await??;
        }
        let sent = count.sent.load(Ordering::Relaxed);
        let goal: u64 = before.iter().sum::<u64>() + sent;
        let last = Instant::now();
        let (mut done, mut at) = (0, last);
        while done < sent && last.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let total: u64 = accounts(&wire, &ids).await?.iter().map(|account| account.nonce).sum();
            let now = sent.saturating_sub(goal.saturating_sub(total));
            if now > done {
                (done, at) = (now, Instant::now());
            }
        }
        let mut finality_ms = std::mem::take(&mut *count.finality.lock().unwrap_or_else(PoisonError::into_inner));
        finality_ms.sort_unstable();
        let refused = count.refused.load(Ordering::Relaxed);
        Ok(Outcome { sent, refused, done, time: at.duration_since(start), finality_ms })
    }

    /// Transfers in the order to send them, one list per peer: all of one account's go to the same peer.
    fn signed(&self, nonces: &[u64], each: u64, slot: Slot, lanes: usize) -> Vec<Vec<Vec<u8>>> {
        let mut all = vec![Vec::new(); lanes];
        for round in 0..each {
            for (number, (key, nonce)) in self.keys.iter().zip(nonces).enumerate() {
                let to = self.keys.get((number + 1) % self.keys.len()).map_or(key.public(), SecretKey::public);
                let transaction = pay(key.public(), nonce + round, slot, &[to], Amount(1));
                if let Some(lane) = all.get_mut(number % lanes) {
                    lane.push(transaction.sign(&self.chain, key).encode());
                }
            }
        }
        all
    }
}

#[derive(Default)]
struct Count {
    sent: AtomicU64,
    refused: AtomicU64,
    finality: Mutex<Vec<u64>>,
}

#[derive(Clone, Copy)]
struct Pace {
    start: Instant,
    per_second: u64,
}

/// One lane to one peer.
async fn send(url: &str, lane: Vec<Vec<u8>>, pace: Pace, count: &Arc<Count>) -> Result<()> {
    let (wire, mut news) = Wire::connect(url).await?;
    wire.ask(Request::Subscribe(Topic::Transactions)).await?;
    let wire = Arc::new(wire);
    let times: Arc<Mutex<BTreeMap<Hash, Instant>>> = Arc::default();
    let (heard, book) = (Arc::clone(count), Arc::clone(&times));
    let listener = tokio::spawn(async move {
        while let Some(said) = news.recv().await {
            let News::Included { transaction, .. } = said else { continue };
            let began = book.lock().unwrap_or_else(PoisonError::into_inner).remove(&transaction);
            if let Some(began) = began {
                let took = began.elapsed().as_millis() as u64;
                heard.finality.lock().unwrap_or_else(PoisonError::into_inner).push(took);
            }
        }
    });
    let room = Arc::new(tokio::sync::Semaphore::new(UNANSWERED));
    for (number, bytes) in (0u64..).zip(lane) {
        let due = pace.start + Duration::from_micros(number * 1_000_000 / pace.per_second);
        tokio::time::sleep_until(due.into()).await;
        let place = Arc::clone(&room).acquire_owned().await?;
        let (wire, count, times) = (Arc::clone(&wire), Arc::clone(count), Arc::clone(&times));
        // Questions leave in this order, since the first thing that each does is to take its place in the queue.
        let asked = Instant::now();
        tokio::spawn(async move {
            match submit(&wire, bytes).await {
                Ok(hash) => {
                    count.sent.fetch_add(1, Ordering::Relaxed);
                    times.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, asked);
                }
                Err(_) => drop(count.refused.fetch_add(1, Ordering::Relaxed)),
            }
            drop(place);
        });
    }
    room.acquire_many(UNANSWERED as u32).await?.forget();
    // News of the last blocks come for a while yet.
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        drop(wire);
        listener.abort();
    });
    Ok(())
}

/// Pays itself over and over through the peer at `url`, a transfer at a time, through everything that happens to it. Runs
/// until its task is aborted.
pub async fn trickle(url: String, key: SecretKey) {
    loop {
        // A peer that is down or frozen is tried again.
        pay_on(&url, &key).await.ok();
        tokio::time::sleep(RETRY).await;
    }
}

async fn pay_on(url: &str, key: &SecretKey) -> Result<()> {
    let (wire, _news) = Wire::connect(url).await?;
    let (chain, own) = (wire.greeting.chain, key.public());
    loop {
        let nonce = accounts(&wire, &[own]).await?.first().map_or(0, |account| account.nonce);
        let transfer = pay(own, nonce, slot(&wire).await?, &[own], Amount(1)).sign(&chain, key);
        submit(&wire, transfer.encode()).await?;
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if accounts(&wire, &[own]).await?.first().is_some_and(|account| account.nonce > nonce) {
                break;
            }
        }
    }
}

/// A transaction that pays `amount` to each of `to`.
fn pay(sender: AccountId, nonce: u64, slot: Slot, to: &[AccountId], amount: Amount) -> Transaction {
    let mut writes: Vec<StateKey> = to.iter().chain([&sender]).map(StateKey::account).collect();
    writes.sort_unstable();
    writes.dedup();
    let gas = 3_000 + 4_000 * to.len() as u64;
    Transaction {
        sender,
        nonce,
        expiry: slot.plus(EXPIRY_SLOTS),
        gas_limit: Gas(gas),
        fee_limit: Amount::zra(1),
        calls: to.iter().map(|to| Call::Transfer { to: *to, amount }).collect(),
        hint: AccessHint { reads: Vec::new(), writes },
    }
}

async fn submit(wire: &Wire, bytes: Vec<u8>) -> Result<Hash> {
    match wire.ask(Request::Submit(bytes)).await? {
        Answer::Submitted(hash) => Ok(hash),
        other => unexpected(&other),
    }
}

async fn slot(wire: &Wire) -> Result<Slot> {
    match wire.ask(Request::Status).await? {
        Answer::Status(status) => Ok(status.slot),
        other => unexpected(&other),
    }
}

/// Accounts as the peer has them at its head. This tool trusts its own peers; a tab would ask for the proof.
async fn accounts(wire: &Wire, ids: &[AccountId]) -> Result<Vec<Account>> {
    let mut found: BTreeMap<AccountId, Account> = BTreeMap::new();
    let mut sorted: Vec<(StateKey, AccountId)> = ids.iter().map(|id| (StateKey::account(id), *id)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    for some in sorted.chunks(ACCOUNTS_AT_ONCE) {
        let Answer::Status(status) = wire.ask(Request::Status).await? else { return Err("no status".into()) };
        let keys = some.iter().map(|(key, _)| key.clone()).collect();
        let entries = match wire.ask(Request::Entries { height: status.head, keys }).await? {
            Answer::Entries(entries) => entries,
            other => return unexpected(&other),
        };
        for ((_, id), value) in some.iter().zip(entries.values) {
            let account = value.map(|value| decode_bounded::<Account>(&value, 1 << 10)).transpose()?;
            found.insert(*id, account.unwrap_or_default());
        }
    }
    Ok(ids.iter().map(|id| found.get(id).cloned().unwrap_or_default()).collect())
}
