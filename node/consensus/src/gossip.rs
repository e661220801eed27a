//! What peers tell each other beside votes and blocks: transactions that wait, and that they are alive.

use crate::{Ledger, committee::account};
use codec::{Decode, DecodeWithMemTracking, Encode};
use commonware_cryptography::ed25519::PublicKey;
use commonware_p2p::{Blocker, Receiver, Recipients, Sender};
use commonware_runtime::Clock;
use commonware_utils::{
    channel::mpsc::{self, error::TryRecvError},
    sync::Mutex,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use zera_primitives::{AccountId, Hash, decode_bounded, limits::TRANSACTION_BYTES};

/// Most bytes of one message of transactions.
pub const MESSAGE_BYTES: usize = 2 * TRANSACTION_BYTES;
/// Bytes of transactions that wait to be passed on; what does not fit is not passed on.
const WAITING_BYTES: usize = 16 << 20;
/// Transactions that wait to be passed on.
const WAITING: usize = 1 << 15;
/// Transactions that are remembered, so that none is passed on twice.
const SEEN: usize = 1 << 16;
/// How often a peer says that it is alive.
const PING_EVERY: Duration = Duration::from_secs(2);

/// Transactions that wait to be passed on. Clones share them.
#[derive(Clone)]
pub struct Outbox {
    queue: mpsc::Sender<Vec<u8>>,
    bytes: Arc<AtomicUsize>,
    seen: Arc<Mutex<Seen>>,
}

/// The other end of an [`Outbox`].
pub struct Waiting(mpsc::Receiver<Vec<u8>>);

#[derive(Default)]
struct Seen {
    order: VecDeque<Hash>,
    all: BTreeSet<Hash>,
}

impl Seen {
    /// Whether it is new, which it is not any more after this.
    fn first(&mut self, bytes: &[u8]) -> bool {
        let hash = Hash::of(bytes);
        if !self.all.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.all.remove(&oldest);
        }
        true
    }
}

impl Outbox {
    /// An empty one.
    pub fn new() -> (Self, Waiting) {
        let (queue, waiting) = mpsc::channel(WAITING);
        (Self { queue, bytes: Arc::default(), seen: Arc::default() }, Waiting(waiting))
    }

    /// Passes on what this peer has not seen yet.
    pub fn push(&self, transactions: Vec<Vec<u8>>) {
        let new: Vec<_> = transactions.into_iter().filter(|bytes| self.first(bytes)).collect();
        new.into_iter().for_each(|bytes| self.enqueue(bytes));
    }

    fn first(&self, bytes: &[u8]) -> bool {
        self.seen.lock().first(bytes)
    }

    fn enqueue(&self, bytes: Vec<u8>) {
        let size = bytes.len();
        if size > TRANSACTION_BYTES || self.bytes.fetch_add(size, Ordering::AcqRel) > WAITING_BYTES {
            self.bytes.fetch_sub(size.min(self.bytes.load(Ordering::Acquire)), Ordering::AcqRel);
            return;
        }
        if self.queue.try_send(bytes).is_err() {
            self.bytes.fetch_sub(size, Ordering::AcqRel);
        }
    }
}

/// Sends what waits to every peer, as many at once as fit a message.
pub async fn spread(outbox: Outbox, mut waiting: Waiting, mut sender: impl Sender<PublicKey = PublicKey>) {
    while let Some(first) = waiting.0.recv().await {
        let mut size = first.len();
        let mut batch = vec![first];
        while size < TRANSACTION_BYTES {
            match waiting.0.try_recv() {
                Ok(next) => {
                    size = size.saturating_add(next.len());
                    batch.push(next);
                }
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        outbox.bytes.fetch_sub(size, Ordering::AcqRel);
        let _ = sender.send(Recipients::All, batch.encode(), false);
    }
}

/// Takes transactions of other peers. What comes from a voter reached all voters already; what comes from others goes on.
pub async fn listen<L: Ledger>(
    ledger: L,
    outbox: Outbox,
    mut receiver: impl Receiver<PublicKey = PublicKey>,
    mut blocker: impl Blocker<PublicKey = PublicKey>,
) {
    while let Ok((from, message)) = receiver.recv().await {
        let decoded = decode_bounded::<Vec<Vec<u8>>>(message.as_ref(), MESSAGE_BYTES);
        let Ok(transactions) = decoded else {
            tracing::warn!(peer = ?from, "a peer sent what are no transactions");
            let _ = blocker.block(from);
            continue;
        };
        let new: Vec<_> = transactions.into_iter().filter(|bytes| outbox.first(bytes)).collect();
        if new.is_empty() {
            continue;
        }
        let epoch = ledger.final_height().0.saturating_add(1) / ledger.epoch_blocks();
        let voter = ledger.committee(epoch).is_some_and(|set| set.keys().contains(&account(&from)));
        let further = if voter { Vec::new() } else { new.clone() };
        let admitted = ledger.admit(new).await;
        further.into_iter().zip(admitted).filter(|(_, ok)| *ok).for_each(|(bytes, _)| outbox.enqueue(bytes));
    }
}

/// What was last heard of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its final height.
    pub height: u64,
    /// Round trip in milliseconds.
    pub latency: Option<u32>,
    /// When.
    pub at: SystemTime,
}

/// Who was heard of.
pub type Table = Arc<Mutex<BTreeMap<AccountId, Heard>>>;

/// What a running peer and its consensus share of this.
pub struct Desk {
    /// Where transactions are passed on.
    pub outbox: Outbox,
    /// Its other end.
    pub waiting: Waiting,
    /// Who was heard of.
    pub peers: Table,
}

impl Desk {
    /// An empty one, and what stays outside.
    #[must_use]
    pub fn new() -> (Self, Outbox, Table) {
        let ((outbox, waiting), peers) = (Outbox::new(), Table::default());
        (Self { outbox: outbox.clone(), waiting, peers: Arc::clone(&peers) }, outbox, peers)
    }
}

/// A sign of life, or the answer to one.
#[derive(Encode, Decode, DecodeWithMemTracking, Debug, PartialEq, Eq, Clone, Copy)]
struct Ping {
    /// Whether it answers.
    answer: bool,
    /// The asker's clock in milliseconds; comes back unchanged.
    sent: u64,
    /// Final height of who sends this.
    height: u64,
}

/// Bytes of a [`Ping`].
pub const PING_BYTES: usize = 17;

/// Says from time to time that this peer is alive.
pub async fn ping<L: Ledger>(clock: impl Clock, ledger: L, mut sender: impl Sender<PublicKey = PublicKey>) {
    loop {
        let ping = Ping { answer: false, sent: millis(clock.current()), height: ledger.final_height().0 };
        let _ = sender.send(Recipients::All, ping.encode(), true);
        clock.sleep(PING_EVERY).await;
    }
}

/// Answers signs of life and notes them.
pub async fn pong<L: Ledger>(
    clock: impl Clock,
    ledger: L,
    table: Table,
    mut sender: impl Sender<PublicKey = PublicKey>,
    mut receiver: impl Receiver<PublicKey = PublicKey>,
) {
    while let Ok((from, message)) = receiver.recv().await {
        let Ok(ping) = decode_bounded::<Ping>(message.as_ref(), PING_BYTES) else { continue };
        let now = clock.current();
        {
            let mut table = table.lock();
            let heard = table.entry(account(&from)).or_insert(Heard { height: 0, latency: None, at: now });
            heard.height = ping.height;
            heard.at = now;
            if ping.answer {
                heard.latency = u32::try_from(millis(now).saturating_sub(ping.sent)).ok();
            }
        }
        if !ping.answer {
            let answer = Ping { answer: true, sent: ping.sent, height: ledger.final_height().0 };
            let _ = sender.send(Recipients::One(from), answer.encode(), true);
        }
    }
}

fn millis(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
