//! Executing a past transaction again, on the state of its time: the newest base below it, and every record from there on.

use crate::node::{Node, convert, run::Ticket, upkeep::SCRUB_RECORDS, world::World};
use zera_client::{
    Rebuild, StateAt,
    past::{PastError, Reexecution},
};
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{Error, ErrorKind, ReexecutionView, Response};

/// A re-execution under way.
pub struct Reexecute {
    transaction: Hash,
    /// Its block and place there, the records on the way, the block that the way began at.
    work: Option<(Height, usize, Box<Way>)>,
    micros: u64,
}

/// From an earlier state to the one before the block.
enum Way {
    Kept(StateAt),
    Records(Rebuild, Height),
}

impl Reexecute {
    /// Of a transaction in a block.
    pub const fn new(transaction: Hash) -> Self {
        Self { transaction, work: None, micros: 0 }
    }
}

fn past(error: PastError) -> Error {
    match error {
        PastError::OtherRules(_) | PastError::Module(_) => Error::request(ErrorKind::NotFound, error.to_string()),
        error => Error::browser(ErrorKind::StorageCorrupt, false, error.to_string()),
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    pub(super) async fn reexecute_step(&self, job: &mut Reexecute) -> Result<Option<Response>, Error> {
        let since = self.world.micros();
        let done = self.reexecute_some(job, since).await?;
        job.micros = job.micros.saturating_add(self.world.micros().saturating_sub(since));
        let Some(done) = done else { return Ok(None) };
        let codes = done.receipt.calls.iter().map(|call| (call.module, call.code)).collect();
        Ok(Some(Response::Reexecution(ReexecutionView {
            height: done.height,
            transaction: done.transaction,
            agrees: done.agrees,
            codes,
            gas: done.receipt.gas,
            micros: job.micros,
        })))
    }

    async fn reexecute_some(&self, job: &mut Reexecute, since: u64) -> Result<Option<Reexecution>, Error> {
        let Some((height, place, way)) = job.work.take() else {
            job.work = Some(self.way_to(&job.transaction).await?);
            return Ok(None);
        };
        match *way {
            Way::Kept(state) => self.again(&state, height, place).await.map(Some),
            Way::Records(mut rebuild, begun) => {
                let target = height.0.saturating_sub(1);
                while rebuild.height().0 < target && self.has_time(since) {
                    let from = rebuild.height().plus(1);
                    let limit = u32::try_from(target.saturating_sub(rebuild.height().0)).unwrap_or(u32::MAX);
                    let records = self.world.records(from, limit.min(SCRUB_RECORDS)).await?;
                    if records.is_empty() {
                        let detail = format!("the record of block {from} is missing");
                        return Err(Error::browser(ErrorKind::StorageCorrupt, false, detail));
                    }
                    records.iter().try_for_each(|(_, bytes)| rebuild.push(bytes)).map_err(past)?;
                }
                let (at, first) = (rebuild.height().0, begun.0);
                self.progress("reexecute", at.saturating_sub(first), target.saturating_sub(first));
                let way = if at >= target {
                    Way::Kept(rebuild.finish().map_err(past)?)
                } else {
                    Way::Records(rebuild, begun)
                };
                job.work = Some((height, place, Box::new(way)));
                Ok(None)
            }
        }
    }

    async fn again(&self, state: &StateAt, height: Height, place: usize) -> Result<Reexecution, Error> {
        // Checked against its successor's hash of it; `again` checks that it follows the state.
        self.record(height).await?;
        let records = self.world.records(height, 1).await?;
        let (_, bytes) = records.first().ok_or_else(|| convert::not_found("block"))?;
        state.reexecute(bytes, place).map_err(past)
    }

    /// Where a transaction stands, and the shortest way to the state before its block.
    async fn way_to(&self, transaction: &Hash) -> Result<(Height, usize, Box<Way>), Error> {
        let chain = self.chain()?;
        let missing = || convert::not_found("transaction in a block");
        let height = self.world.find(transaction).await?.ok_or_else(missing)?;
        let (record, _) = self.record(height).await?;
        let place = record.receipts.iter().position(|receipt| receipt.transaction == *transaction);
        let place = place.ok_or_else(missing)?;
        let target = Height(height.0.checked_sub(1).ok_or_else(missing)?);
        if let Ok(state) = chain.client.state_at(target) {
            return Ok((height, place, Box::new(Way::Kept(state))));
        }
        let shelved = self.world.shelved().await?.unwrap_or_default();
        let base = shelved.bases.iter().find(|(base, _)| *base <= target);
        let rebuild = match base {
            Some((_, bytes)) => Rebuild::from_base(bytes),
            None => {
                let first = self.world.records(Height(0), 1).await?;
                let (_, bytes) = first.first().ok_or_else(|| convert::not_found("genesis block"))?;
                Rebuild::from_genesis(bytes)
            }
        };
        let rebuild = rebuild.map_err(past)?;
        let begun = rebuild.height();
        Ok((height, place, Box::new(Way::Records(rebuild, begun))))
    }
}
