//! Making blocks: when one is due, and when time is let pass. A block counts once it is stored.

use super::{
    Node, Work,
    chain::{Chain, commit},
    world::World,
};
use codec::{Decode as _, Encode as _};
use std::collections::BTreeSet;
use zera_client::Record;
use zera_primitives::{ProposalId, limits};
use zera_runtime::events;
use zera_worker_protocol::{Error, ErrorKind, Event, TransactionStage};

/// Slots that one request may skip.
const MOST_SLOTS: u64 = 10_000;

/// Letting time pass, a block at a time.
pub struct Advance<T> {
    ticket: T,
    left: u64,
    total: u64,
}

impl<W: World, T: Copy> Node<W, T> {
    /// Begins to let time pass; [`Node::work`] does it.
    pub(super) fn begin_advance(&mut self, ticket: T, slots: u64) -> Result<(), Error> {
        self.chain()?;
        if slots > MOST_SLOTS {
            let detail = format!("{slots} slots; at most {MOST_SLOTS} can be skipped at once");
            return Err(Error::request(ErrorKind::TransactionRefused, detail));
        }
        if self.advance.is_some() {
            return Err(Error::request(ErrorKind::TransactionRefused, "time is being let pass already"));
        }
        self.advance = Some(Advance { ticket, left: slots, total: slots });
        Ok(())
    }

    /// One block of letting time pass. While a proposal is live no block skips more than the heartbeat, nor a slot at
    /// which a proposal moves, so that governance sees every block that it would have seen (design §5).
    pub(super) async fn advance_step(&mut self) -> Work<T> {
        let Some(Advance { ticket, left, total }) = self.advance.take() else { return Work::Nothing };
        if left == 0 {
            return Work::Done(ticket, self.status());
        }
        let skip = match self.step(left) {
            Ok(skip) => skip,
            Err(error) => return Work::Done(ticket, Err(error)),
        };
        if let Err(error) = self.seal(skip).await {
            return Work::Done(ticket, Err(error));
        }
        let left = left.saturating_sub(skip);
        let done = total.saturating_sub(left);
        self.world.emit(Event::Progress { what: "advance".into(), done, total });
        self.advance = Some(Advance { ticket, left, total });
        Work::Step
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
        let proposals = touched(&sealed.decoded);
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
    let topics = [events::PROPOSED, events::ALLOCATED, events::MOVED, events::CLOSED];
    let all = record.events.iter().chain(record.receipts.iter().flat_map(|receipt| &receipt.events));
    let governance = all.filter(|event| event.module.is_none() && topics.contains(&event.topic.as_str()));
    // The proposal stands first in each of them.
    let ids: BTreeSet<_> = governance.filter_map(|event| ProposalId::decode(&mut &*event.data).ok()).collect();
    ids.into_iter().collect()
}
