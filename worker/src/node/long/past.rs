//! Finding the newest past transactions that reached a module, from stored records: each record is checked against its
//! successor's hash of it before it is believed.

use crate::node::{Node, run::Ticket, world::World};
use zera_primitives::{Height, ModuleId, Receipt, SignedTransaction};
use zera_worker_protocol::Error;

/// Blocks that one request looks back through.
const BLOCKS: u64 = 16_384;
/// Summaries read at once.
const SUMMARIES: u32 = 64;

/// A transaction that reached one of the modules.
pub struct Found {
    /// The block it was in.
    pub height: Height,
    /// What was signed.
    pub signed: SignedTransaction,
    /// What came of it.
    pub receipt: Receipt,
    /// The first of the modules that it reached.
    pub module: ModuleId,
}

/// A search, from a block down.
pub struct Search {
    /// The next block to look at.
    next: Option<Height>,
    left: u64,
    wanted: usize,
    /// What was found, newest first.
    pub found: Vec<Found>,
}

impl Search {
    /// For at most `wanted` transactions at and below `from`.
    pub const fn new(from: Height, wanted: usize) -> Self {
        Self { next: Some(from), left: BLOCKS, wanted, found: Vec::new() }
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Looks through some more blocks; true when the search is over.
    pub(super) async fn search_step(&self, search: &mut Search, modules: &[ModuleId]) -> Result<bool, Error> {
        let Some(from) = search.next.filter(|_| search.left > 0 && search.found.len() < search.wanted) else {
            return Ok(true);
        };
        let since = self.world.micros();
        for summary in self.world.summaries(Some(from), SUMMARIES).await? {
            let height = summary.head.height;
            if !summary.transactions.is_empty() {
                // A damaged record is left out: the answer says how many were found.
                if let Ok((record, _)) = self.record(height).await {
                    let both = record.body.transactions.into_iter().zip(record.receipts).rev();
                    for (signed, receipt) in both {
                        let reached = receipt.calls.iter().find(|call| modules.contains(&call.module));
                        if let Some(module) = reached.map(|call| call.module)
                            && search.found.len() < search.wanted
                        {
                            search.found.push(Found { height, signed, receipt, module });
                        }
                    }
                }
            }
            search.left = search.left.saturating_sub(1);
            search.next = height.0.checked_sub(1).map(Height);
            if !self.has_time(since) {
                return Ok(false);
            }
        }
        // Nothing at or below means that no summary is left.
        if search.next == Some(from) {
            search.next = None;
        }
        Ok(false)
    }
}
