//! What the chain's thread does when nobody asks anything: it writes what changed of the state to pages, so that opening does
//! not replay the chain and others can take a snapshot, and forgets blocks that need not be kept whole.

use super::{Chain, ChainError, UPKEEP_EVERY};
use zera_client::Compacting;
use zera_primitives::Height;

/// Entries in memory beside the pages, from which on a compaction comes sooner.
const MANY: usize = 262_144;
/// Blocks between two compactions then.
const SOONER: u64 = 64;
/// Bases kept: the older one serves while the newer is younger than the versions kept for stepping back, and while a tab
/// fetches its pages.
const BASES: usize = 2;
/// A step writes at least so many bytes, since each takes a transaction of the store.
const STEP_BYTES: usize = 1 << 20;
/// Blocks forgotten in one step.
const PRUNE_AT_ONCE: u64 = 256;

/// Where the upkeep stands.
pub(super) struct Upkeep {
    /// The newest base.
    base: Height,
    /// The next one, as far as its pages are written.
    compacting: Option<Box<Compacting>>,
    /// The lowest block that is kept whole, the genesis block aside.
    oldest: Height,
}

impl Upkeep {
    pub const fn new(base: Height, oldest: Height) -> Self {
        Self { base, compacting: None, oldest }
    }
}

impl Chain {
    /// True when there is something to do.
    pub(crate) fn has_upkeep(&self) -> bool {
        self.upkeep.compacting.is_some() || self.base_is_due() || self.prunes_to() > self.upkeep.oldest
    }

    /// Counts a job; true when the upkeep has waited for its turn long enough.
    pub(crate) fn waited_long(&mut self) -> bool {
        self.jobs = self.jobs.saturating_add(1);
        self.jobs >= UPKEEP_EVERY
    }

    /// One step.
    pub(crate) fn upkeep(&mut self) {
        self.jobs = 0;
        let done = if self.upkeep.compacting.is_some() {
            self.compact()
        } else if self.base_is_due() {
            self.upkeep.compacting = Some(Box::new(self.client.compaction()));
            Ok(())
        } else if self.prunes_to() > self.upkeep.oldest {
            self.prune()
        } else {
            Ok(())
        };
        if let Err(error) = done {
            self.failure.get_or_insert_with(|| error.to_string());
        }
    }

    /// True when a base is due and the head is a block that one can be made of: certified.
    fn base_is_due(&self) -> bool {
        let head = self.client.head();
        let every = if self.client.unwritten() < MANY { self.options.base_every } else { SOONER };
        head.height.since(self.upkeep.base) >= every.max(1) && self.client.head_certificate().is_some()
    }

    fn compact(&mut self) -> Result<(), ChainError> {
        let Some(mut work) = self.upkeep.compacting.take() else { return Ok(()) };
        let (mut pages, mut bytes, mut done) = (Vec::new(), 0usize, false);
        while !done && bytes < STEP_BYTES {
            match self.retry(|_| work.step())?? {
                Some(more) => {
                    bytes = more.iter().fold(bytes, |sum, (_, page)| sum.saturating_add(page.len()));
                    pages.extend(more);
                }
                None => done = true,
            }
        }
        self.shelf.put_pages(&pages)?;
        if !done {
            self.upkeep.compacting = Some(work);
            return Ok(());
        }
        let base = work.finish();
        self.upkeep.base = base.height;
        if self.client.stands_on(&base) {
            self.shelf.put_base(base.height, &base.bytes, BASES)?;
            self.client.rest_on(&base);
            self.client.pages().shrink(self.options.memory);
            tracing::debug!(height = base.height.0, "base written");
        }
        Ok(())
    }

    /// Blocks below this one need not be kept whole. Opening needs those above the older base.
    fn prunes_to(&self) -> Height {
        let keep = self.options.keep_blocks.unwrap_or(u64::MAX);
        let older = self.upkeep.base.0.saturating_sub(self.options.base_every.saturating_mul(BASES as u64));
        Height(self.client.head().height.0.saturating_sub(keep).min(older))
    }

    fn prune(&mut self) -> Result<(), ChainError> {
        let from = self.upkeep.oldest;
        let to = Height(self.prunes_to().0.min(from.0.saturating_add(PRUNE_AT_ONCE)));
        self.shelf.prune(from, to)?;
        self.upkeep.oldest = to;
        Ok(())
    }
}
