//! Making blocks: when one is due, and when time is let pass. A block counts once it is stored.

use super::{
    Node,
    chain::{Chain, view_of},
    run::{Inbox, Ticket},
    world::World,
};
use codec::Decode as _;
use std::collections::BTreeSet;
use zera_client::{Record, Sealed};
use zera_primitives::{ProposalId, Slot, limits};
use zera_registry::events::{MIGRATION_PROGRESS, MigrationProgress};
use zera_runtime::events;
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response, TransactionStage};

/// Slots that one request may skip.
const MOST_SLOTS: u64 = 10_000;

/// Letting time pass, a block at a time.
pub struct Advance {
    left: u64,
    total: u64,
}

impl Advance {
    /// Over so many slots.
    pub const fn new(slots: u64) -> Self {
        Self { left: slots, total: slots }
    }

    /// That many slots may be skipped at once.
    pub fn check(&self) -> Result<(), Error> {
        if self.total <= MOST_SLOTS {
            return Ok(());
        }
        let detail = format!("{} slots; at most {MOST_SLOTS} can be skipped at once", self.total);
        Err(Error::request(ErrorKind::TransactionRefused, detail))
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// One block of letting time pass. While a proposal is live no block skips more than the heartbeat, nor a slot at
    /// which a proposal moves, so that governance sees every block that it would have seen (design §5).
    pub(super) async fn advance_step(
        &mut self,
        job: &mut Advance,
        inbox: &dyn Inbox<T>,
    ) -> Result<Option<Response>, Error> {
        if job.left == 0 {
            self.settle(inbox).await?;
            return self.look(Command::Status).await.map(Some);
        }
        let skip = self.step(job.left)?;
        match self.seal(skip, inbox).await {
            // It goes on when the engines' difference is dealt with.
            Err(_) if self.is_in_doubt() => return Ok(None),
            sealed => sealed?,
        }
        job.left = job.left.saturating_sub(skip);
        self.progress("advance", job.total.saturating_sub(job.left), job.total);
        Ok(None)
    }

    /// Slots that the next block may skip.
    fn step(&self, left: u64) -> Result<u64, Error> {
        let slot = self.slot()?;
        let chain = self.chain()?;
        if !is_live(chain) {
            return Ok(left);
        }
        let moment = chain.moment().map_or(u64::MAX, |moment| moment.since(slot).max(1));
        Ok(left.min(limits::SOLO_HEARTBEAT_SLOTS).min(moment))
    }

    /// Seals when a block is due. True when one was made.
    pub(super) async fn seal_if_due(&mut self, inbox: &dyn Inbox<T>) -> bool {
        let Ok(slot) = self.slot() else { return false };
        let Some(chain) = self.chain.as_ref().filter(|_| self.network.is_solo()) else { return false };
        let due = || chain.client.due(slot) || chain.moment().is_some_and(|moment| moment <= slot);
        if chain.rest.is_some_and(|rest| slot <= rest) || !due() {
            return false;
        }
        let made = self.seal(0, inbox).await;
        self.mind(made)
    }

    /// Makes one block; questions are answered while it is executed, and it is executed while the block before it is
    /// written. None when a part of the state was missing: what was missed is loaded at the next try.
    async fn make(&mut self, slot: Slot, skip: u64, inbox: &dyn Inbox<T>) -> Result<Option<Sealed>, Error> {
        self.check_doubt()?;
        let chain = self.chain()?;
        // What waiting transactions say that they touch; then whatever was missed, until nothing is.
        chain.client.touch_pending();
        self.load().await?;
        let chain = self.chain()?;
        let misses = self.misses();
        let drafted = self.beside(inbox, chain.client.draft(slot, skip)).await;
        self.pool.at(None);
        self.tell_incidents();
        self.check_doubt()?;
        // What was executed on a block that could not be stored is given up with it.
        self.settle(inbox).await?;
        if self.misses() != misses {
            return Ok(None);
        }
        let chain = self.chain_mut()?;
        let sealed = match drafted.and_then(|draft| chain.client.adopt(draft)) {
            Err(_) if chain.client.pages().misses() != misses => return Ok(None),
            Ok(sealed) => sealed,
            Err(error) => {
                chain.rest = Some(slot);
                return Err(Chain::error(error));
            }
        };
        Ok(Some(sealed))
    }

    /// Seals one block and begins to write it.
    pub(super) async fn seal(&mut self, skip: u64, inbox: &dyn Inbox<T>) -> Result<(), Error> {
        let slot = self.slot()?;
        let before = self.chain()?.height();
        self.network.note_begun(self.world.micros());
        let sealed = loop {
            if let Some(sealed) = self.make(slot, skip, inbox).await? {
                break sealed;
            }
        };
        let chain = self.chain_mut()?;
        let empty = sealed.decoded.body.transactions.is_empty() && sealed.dropped.is_empty();
        let waiting = chain.client.pending().next().is_some();
        chain.rest = (empty && waiting).then_some(slot);
        self.lanes.keep(&sealed, self.pool.count());
        let (events, filings) = (self.events(&sealed)?, self.filings(&sealed).await);
        self.write(sealed, before, events, filings)?;
        self.settle_ended().await
    }

    /// What is to be reported once `sealed`, on which the client stands, is stored.
    pub(super) fn events(&self, sealed: &Sealed) -> Result<Vec<Event>, Error> {
        let chain = self.chain()?;
        let ended = sealed.decoded.receipts.iter().map(|receipt| {
            let stage = TransactionStage::Final { height: sealed.height, outcome: receipt.outcome };
            Event::Transaction { hash: receipt.transaction, stage }
        });
        let dropped = sealed.dropped.iter();
        let dropped = dropped.map(|hash| Event::Transaction { hash: *hash, stage: TransactionStage::Dropped });
        let mut events: Vec<Event> = ended.chain(dropped).collect();
        let mut proposals = touched(&sealed.decoded);
        if delegations_moved(&sealed.decoded) {
            proposals.extend(zera_governance::queries::live(chain.client.state()).unwrap_or_default());
            proposals.sort();
            proposals.dedup();
        }
        if !proposals.is_empty() {
            events.push(Event::Proposals(proposals));
        }
        events.push(Event::Head(view_of(&sealed.decoded)));
        Ok(events)
    }
}

fn is_live(chain: &Chain) -> bool {
    zera_governance::queries::live(chain.client.state()).is_ok_and(|live| !live.is_empty())
}

/// Proposals whose state or stakes a block changed, by its events.
fn touched(record: &Record) -> Vec<ProposalId> {
    let topics = [
        events::PROPOSED,
        events::ALLOCATED,
        events::ALLOCATED_DELEGATED,
        events::MOVED,
        events::RAISED,
        events::CLOSED,
    ];
    let all = record.events.iter().chain(record.receipts.iter().flat_map(|receipt| &receipt.events));
    let own = all.filter(|event| event.module.is_none());
    let ids: BTreeSet<_> = own
        .filter_map(|event| match event.topic.as_str() {
            // The proposal stands first in each of them.
            topic if topics.contains(&topic) => ProposalId::decode(&mut &*event.data).ok(),
            MIGRATION_PROGRESS => MigrationProgress::decode(&mut &*event.data).ok().map(|progress| progress.proposal),
            _ => None,
        })
        .collect();
    ids.into_iter().collect()
}

/// True when a block changed a delegation: what a delegate had allocated of it may have left any live proposal.
fn delegations_moved(record: &Record) -> bool {
    let mut all = record.events.iter().chain(record.receipts.iter().flat_map(|receipt| &receipt.events));
    all.any(|event| event.module.is_none() && event.topic == events::DELEGATION_ENDED)
}
