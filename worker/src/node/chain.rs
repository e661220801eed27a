//! The chain as this node holds it: the client, and what the node remembers beside it.

use super::{convert, upkeep::Upkeep, writing::Writing};
use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
};
use zera_client::{Client, HeadPointer, Record, Sealed, light::SealKey, record_hash};
use zera_governance::{Outlook, queries};
use zera_primitives::{AccountId, Hash, Header, Height, ProposalState, Slot};
use zera_worker_protocol::{Error, HeadView};

use super::world::{Commit, Seed, Summary};

/// A running chain.
pub struct Chain {
    /// The state machine.
    pub client: Client,
    /// The block that the client stands on, as lists show it.
    head: HeadView,
    /// That block, while it is being written.
    pub writing: Option<Writing>,
    /// Hash of the newest block's record.
    pub head_record: Hash,
    /// The active key's account.
    pub account: Option<AccountId>,
    /// The account and seed of the newcomer's share while it is unclaimed.
    pub newcomer: Option<(AccountId, Seed)>,
    /// Seed of the sealing key, where the chain is the node's own: a snapshot carries it, so that the chain can go on elsewhere.
    pub sealer: Option<Seed>,
    /// What to check and compact in quiet moments.
    pub upkeep: Upkeep,
    /// After a block that could take nothing in, or that could not be stored: try again after this slot only.
    pub rest: Option<Slot>,
    /// The next slot at which a live proposal will move, once somebody has asked for it on this head.
    moment: OnceCell<Option<Slot>>,
    /// Sizes of instrumented codes, which take a moment to compute.
    pub instrumented: RefCell<BTreeMap<Hash, u32>>,
}

impl Chain {
    /// Takes over a client that stands on `record`.
    pub fn new(client: Client, record: &Record, bytes: &[u8], sealer: Option<Seed>, upkeep: Upkeep) -> Self {
        Self {
            head: view_of(record),
            head_record: record_hash(bytes),
            sealer,
            upkeep,
            ..Self::follower(client, head_view(&record.header))
        }
    }

    /// Takes over a client that executes nothing and stands on a verified header.
    pub fn follower(client: Client, head: HeadView) -> Self {
        Self {
            client,
            head,
            writing: None,
            head_record: Hash::ZERO,
            account: None,
            newcomer: None,
            sealer: None,
            upkeep: Upkeep::fresh(),
            rest: None,
            moment: OnceCell::new(),
            instrumented: RefCell::default(),
        }
    }

    /// The head pointer for where the client stands.
    pub fn pointer(&self) -> HeadPointer {
        let header = self.client.head();
        HeadPointer {
            format: zera_client::record::STORAGE_FORMAT,
            height: header.height,
            header: header.hash(),
            record: self.head_record,
        }
    }

    /// Number of the newest block.
    pub fn height(&self) -> Height {
        self.client.head().height
    }

    /// The newest stored block, as lists show it.
    pub fn head(&self) -> &HeadView {
        match &self.writing {
            Some(writing) if !writing.is_stored() => &writing.shown,
            _ => &self.head,
        }
    }

    /// Number of the newest stored block.
    pub fn stored(&self) -> Height {
        match &self.writing {
            Some(writing) if !writing.is_stored() => writing.before(),
            _ => self.height(),
        }
    }

    /// Notes that the client stands on an earlier block again, whose record has this hash.
    pub fn stepped_back(&mut self, head: HeadView, record: Hash) {
        self.head = head;
        self.head_record = record;
        self.moment = OnceCell::new();
    }

    /// Notes that a client which executes nothing stands on another header.
    pub fn stands_on_header(&mut self, head: HeadView) {
        self.head = head;
        self.moment = OnceCell::new();
    }

    /// Notes that the client stands on `sealed`.
    pub fn advanced(&mut self, sealed: &Sealed) {
        self.head = view_of(&sealed.decoded);
        self.head_record = record_hash(&sealed.record);
        self.moment = OnceCell::new();
    }

    /// The next slot at which some live proposal moves if nobody changes anything, by the chain's own forecast. A block
    /// at exactly that slot makes the dates that voters were shown come true to the second; without one they would wait
    /// for the heartbeat.
    pub fn moment(&self) -> Option<Slot> {
        if let Some(moment) = self.moment.get() {
            return *moment;
        }
        let misses = self.client.pages().misses();
        let moment = self.next_moment();
        if self.client.pages().misses() == misses {
            // It is set once per head, here alone.
            let _ = self.moment.set(moment);
        }
        moment
    }

    fn next_moment(&self) -> Option<Slot> {
        let state = self.client.state();
        let head = self.client.head().slot;
        let ctx = self.client.context(head).ok()?.governance();
        let next = |id| {
            let situation = queries::situation(state, &ctx, id, 1).ok()?;
            let forecast = situation.forecast().ok()?;
            let paused = forecast.outlook == Outlook::Paused;
            match situation.state {
                // What the next block does with these is known: evaluate, migrate on, enact or send back.
                ProposalState::Submitted | ProposalState::Migrating { .. } => return Some(head.plus(1)),
                ProposalState::LockedIn { .. } if !paused => return Some(head.plus(1)),
                _ => {}
            }
            [forecast.crosses, forecast.approved, forecast.locks, forecast.enacts].into_iter().flatten().min()
        };
        queries::live(state).ok()?.into_iter().filter_map(next).min()
    }

    /// What the client found, as a protocol error.
    pub fn error(error: zera_client::ClientError) -> Error {
        convert::client(error)
    }
}

/// The sealing key of a seed.
///
/// # Errors
/// When the seed is none, which is a defect or a damaged key store.
pub fn seal_key(seed: &Seed) -> Result<SealKey, Error> {
    SealKey::from_seed(seed).map_err(convert::defect)
}

/// A block as lists show it.
pub fn view_of(record: &Record) -> HeadView {
    let events = record.receipts.iter().map(|receipt| receipt.events.len()).sum::<usize>();
    let gas = record.receipts.iter().fold(0u64, |sum, receipt| sum.saturating_add(receipt.gas.0));
    HeadView {
        transactions: count(record.body.transactions.len()),
        events: count(events.saturating_add(record.events.len())),
        gas: zera_primitives::Gas(gas),
        ..head_view(&record.header)
    }
}

/// A block of which only the header is known, as lists show it.
pub fn head_view(header: &Header) -> HeadView {
    HeadView {
        height: header.height,
        slot: header.slot,
        hash: header.hash(),
        root: header.state_root,
        transactions: 0,
        events: 0,
        gas: zera_primitives::Gas(0),
    }
}

/// What the shelf is to store for a sealed block.
pub fn commit(sealed: &Sealed) -> Commit {
    let record = &sealed.decoded;
    let transactions = record.body.transactions.iter().zip(&record.receipts);
    let transactions =
        transactions.map(|(signed, receipt)| (receipt.transaction, signed.transaction.sender, receipt.outcome));
    let summary = Summary { head: view_of(record), transactions: transactions.collect() };
    Commit { record: sealed.record.clone(), summary, head: sealed.head.clone() }
}

/// A length as the protocol counts; every list here is far below 2^32.
pub fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
