//! Executing a past transaction again, on the state of its time.

use super::way::{Way, past};
use crate::node::{Node, convert, run::Ticket, world::World};
use zera_client::{
    StateAt,
    past::{PastError, Reexecution},
};
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{Error, ReexecutionView, Response};

/// A re-execution under way.
pub struct Reexecute {
    transaction: Hash,
    /// Its block and place there, and how far the way to the state before it is.
    work: Option<(Height, usize, Box<Way>)>,
    micros: u64,
}

impl Reexecute {
    /// Of a transaction in a block.
    pub const fn new(transaction: Hash) -> Self {
        Self { transaction, work: None, micros: 0 }
    }

    /// Microseconds that it has taken.
    pub const fn micros(&self) -> u64 {
        self.micros
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// One step; what came of it when it is done.
    pub(in crate::node) async fn reexecuted(&self, job: &mut Reexecute) -> Result<Option<Reexecution>, Error> {
        let since = self.world.micros();
        let done = self.reexecute_some(job, since).await;
        job.micros = job.micros.saturating_add(self.world.micros().saturating_sub(since));
        done
    }

    pub(super) async fn reexecute_step(&self, job: &mut Reexecute) -> Result<Option<Response>, Error> {
        let Some(done) = self.reexecuted(job).await? else { return Ok(None) };
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
            job.work = Some(self.way_to_transaction(&job.transaction).await?);
            return Ok(None);
        };
        if let Way::There(state) = &*way {
            return self.run_again(state, height, place).await.map(Some);
        }
        let way = self.go_on(*way, Height(height.0.saturating_sub(1)), since, "reexecute").await?;
        job.work = Some((height, place, Box::new(way)));
        Ok(None)
    }

    async fn run_again(&self, state: &StateAt, height: Height, place: usize) -> Result<Reexecution, Error> {
        // Checked against its successor's hash of it; `again` checks that it follows the state.
        self.record(height).await?;
        let records = self.world.records(height, 1).await?;
        let (_, bytes) = records.first().ok_or_else(|| convert::not_found("block"))?;
        self.loading(|| state.reexecute(bytes, place), PastError::is_not_loaded).await?.map_err(past)
    }

    /// Where a transaction stands, and the way to the state before its block.
    async fn way_to_transaction(&self, transaction: &Hash) -> Result<(Height, usize, Box<Way>), Error> {
        let missing = || convert::not_found("transaction in a block");
        let height = self.world.find(transaction).await?.ok_or_else(missing)?;
        let (record, _) = self.record(height).await?;
        let place = record.receipts.iter().position(|receipt| receipt.transaction == *transaction);
        let place = place.ok_or_else(missing)?;
        let target = Height(height.0.checked_sub(1).ok_or_else(missing)?);
        Ok((height, place, Box::new(self.way_to(target).await?)))
    }
}
