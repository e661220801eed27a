//! Making blocks: when one is due, and when time is let pass. A block counts once it is stored.

use super::{
    Node,
    chain::{Chain, commit},
    run::Ticket,
    world::World,
};
use codec::{Decode as _, Encode as _};
use std::collections::BTreeSet;
use zera_client::Record;
use zera_primitives::{ProposalId, limits};
use zera_registry::events::{MIGRATION_PROGRESS, MigrationProgress};
use zera_runtime::events;
use zera_worker_protocol::{Error, ErrorKind, Event, Response, TransactionStage};

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
    pub(super) async fn advance_step(&mut self, job: &mut Advance) -> Result<Option<Response>, Error> {
        if job.left == 0 {
            return self.status().map(Some);
        }
        let skip = self.step(job.left)?;
        self.seal(skip).await?;
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
    pub(super) async fn seal_if_due(&mut self) -> bool {
        let Ok(slot) = self.slot() else { return false };
        let Some(chain) = &self.chain else { return false };
        let due = || chain.client.due(slot) || chain.moment().is_some_and(|moment| moment <= slot);
        if chain.rest.is_some_and(|rest| slot <= rest) || !due() {
            return false;
        }
        // A block that could not be made or stored is tried again at a later tick; who waits for it sees it pending.
        let made = self.seal(0).await;
        if let Err(error) = &made
            && error.fatal
        {
            self.world.emit(Event::Stopped(error.clone()));
            self.chain = None;
        }
        made.is_ok()
    }

    /// Seals one block, stores it, and reports it.
    pub(super) async fn seal(&mut self, skip: u64) -> Result<(), Error> {
        let slot = self.slot()?;
        let chain = self.chain_mut()?;
        let before = chain.height();
        let sealed = match chain.client.seal(slot, skip) {
            Ok(sealed) => sealed,
            Err(error) => {
                chain.rest = Some(slot);
                return Err(Chain::error(error));
            }
        };
        let stored = self.world.commit(&commit(&sealed)).await;
        let chain = self.chain_mut()?;
        if let Err(error) = stored {
            chain.client.step_back(before).map_err(Chain::error)?;
            for signed in &sealed.decoded.body.transactions {
                // They were admissible a moment ago on this very state; if one is not now, it is dropped.
                let _ = chain.client.submit(&signed.encode(), slot);
            }
            chain.rest = Some(slot);
            return Err(error);
        }
        chain.advanced(&sealed);
        let empty = sealed.decoded.body.transactions.is_empty() && sealed.dropped.is_empty();
        let waiting = chain.client.pending().next().is_some();
        chain.rest = (empty && waiting).then_some(slot);
        self.report(&sealed);
        self.settle_newcomer().await
    }

    fn report(&self, sealed: &zera_client::Sealed) {
        let Some(chain) = &self.chain else { return };
        let emit = |event| self.world.emit(event);
        for receipt in &sealed.decoded.receipts {
            let stage = TransactionStage::Final { height: sealed.height, outcome: receipt.outcome };
            emit(Event::Transaction { hash: receipt.transaction, stage });
        }
        for hash in &sealed.dropped {
            emit(Event::Transaction { hash: *hash, stage: TransactionStage::Dropped });
        }
        let mut proposals = touched(&sealed.decoded);
        if delegations_moved(&sealed.decoded) {
            proposals.extend(zera_governance::queries::live(chain.client.state()).unwrap_or_default());
            proposals.sort();
            proposals.dedup();
        }
        if !proposals.is_empty() {
            emit(Event::Proposals(proposals));
        }
        emit(Event::Head(chain.head.clone()));
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
