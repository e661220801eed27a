//! To the state after a past block: one that the client still keeps, or the newest base below it and every record from
//! there on.

use crate::node::{Node, convert, run::Ticket, upkeep::SCRUB_RECORDS, world::World};
use zera_client::{Rebuild, StateAt, past::PastError};
use zera_primitives::Height;
use zera_worker_protocol::{Error, ErrorKind};

/// How far one is.
pub enum Way {
    /// There.
    There(StateAt),
    /// On the way, which began at this block.
    Records(Rebuild, Height),
}

/// Why the past cannot be shown, for a page.
pub fn past(error: PastError) -> Error {
    match error {
        PastError::OtherRules(_) | PastError::Module(_) => Error::request(ErrorKind::NotFound, error.to_string()),
        error => Error::browser(ErrorKind::StorageCorrupt, false, error.to_string()),
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// The shortest way to the state after `target`.
    pub(in crate::node) async fn way_to(&self, target: Height) -> Result<Way, Error> {
        if let Ok(state) = self.chain()?.client.state_at(target) {
            return Ok(Way::There(state));
        }
        let shelved = self.world.shelved().await?.unwrap_or_default();
        let base = shelved.bases.iter().find(|(base, _)| *base <= target);
        let rebuild = match base {
            Some((_, bytes)) => Rebuild::from_base(bytes, self.chain()?.client.pages().clone()),
            None => {
                let first = self.world.records(Height(0), 1).await?;
                let (_, bytes) = first.first().ok_or_else(|| convert::not_found("genesis block"))?;
                Rebuild::from_genesis(bytes)
            }
        };
        let rebuild = rebuild.map_err(past)?;
        let begun = rebuild.height();
        Ok(Way::Records(rebuild, begun))
    }

    /// Goes on for a step that began at `since`; `what` names the progress that is reported.
    pub(in crate::node) async fn go_on(&self, way: Way, target: Height, since: u64, what: &str) -> Result<Way, Error> {
        let Way::Records(mut rebuild, begun) = way else { return Ok(way) };
        while rebuild.height() < target && self.has_time(since) {
            let from = rebuild.height().plus(1);
            let limit = u32::try_from(target.since(rebuild.height())).unwrap_or(u32::MAX);
            let records = self.world.records(from, limit.min(SCRUB_RECORDS)).await?;
            if records.is_empty() {
                let detail = format!("the record of block {from} is missing");
                return Err(Error::browser(ErrorKind::StorageCorrupt, false, detail));
            }
            for (_, bytes) in &records {
                self.loading(|| rebuild.push(bytes), PastError::is_not_loaded).await?.map_err(past)?;
            }
        }
        self.progress(what, rebuild.height().since(begun), target.since(begun));
        if rebuild.height() < target {
            return Ok(Way::Records(rebuild, begun));
        }
        self.loading(|| rebuild.finish(), PastError::is_not_loaded).await?.map(Way::There).map_err(past)
    }
}
