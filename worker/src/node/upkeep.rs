//! What the node does in quiet moments: the scrub, which checks every older record by hash from the newest down, and
//! compaction, which stores what changed of the state, so that opening does not replay the chain from its beginning.

use super::{Node, convert, run::Ticket, world::World};
use codec::Decode as _;
use zera_client::{Compacting, NewBase, compact, record_hash};
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{Error, Event, event::Notice};

/// Blocks between two compactions.
pub const BASE_EVERY: u64 = 256;
/// Entries in memory beside the pages, from which on a compaction comes sooner: they count against the tab's memory.
const MANY: usize = 65_536;
/// Blocks between two compactions then.
const SOONER: u64 = 16;
/// Bases kept: the older one serves while the newer is younger than the versions kept for stepping back.
pub const BASES: u32 = 2;
/// Records read in one step.
pub const SCRUB_RECORDS: u32 = 64;
/// A step of the compaction writes at least so many bytes: a page each time would take a write each time.
const WRITE_BYTES: usize = 1 << 20;
/// Pages written at once.
const PAGES_AT_ONCE: usize = 256;

/// Where the scrub and the compaction stand.
pub struct Upkeep {
    /// The next record to check, going down, and the hash it must have; none when all are checked.
    scrub: Option<(Height, Option<Hash>)>,
    /// Records checked since the start.
    checked: u64,
    /// The newest base.
    base: Height,
    /// The next one, as far as its pages are written.
    pub compacting: Option<Box<Compacting>>,
}

impl Upkeep {
    /// A chain that this node has made or executed itself: nothing to check.
    pub const fn fresh() -> Self {
        Self { scrub: None, checked: 1, base: Height(0), compacting: None }
    }

    /// After opening from `base`: the records above it are checked; `record` is the hash of the base's own.
    pub const fn opened(base: Option<Height>, record: Hash, checked: u64) -> Self {
        match base {
            Some(base) => Self { scrub: Some((base, Some(record))), checked, base, compacting: None },
            None => Self { scrub: None, checked, base: Height(0), compacting: None },
        }
    }

    /// A chain that begins here with a snapshot of that block.
    pub fn from_snapshot(base: Height) -> Self {
        Self { base, ..Self::fresh() }
    }

    /// Records checked, of how many.
    pub const fn progress(&self, head: Height) -> (u64, u64) {
        let total = head.0.saturating_add(1);
        let done = match self.scrub {
            Some(_) => self.checked,
            None => total,
        };
        (done, total)
    }

    /// Checks one record that should be the next one down; true when it is intact.
    fn check(&mut self, bytes: &[u8]) -> bool {
        let Some((height, expected)) = self.scrub else { return false };
        let intact = expected.is_none_or(|expected| record_hash(bytes) == expected);
        // A record begins with its format and the hash of the one before it.
        let previous = <(u16, Hash)>::decode(&mut &*bytes).ok().map(|(_, previous)| previous).filter(|_| intact);
        self.checked = self.checked.saturating_add(1);
        self.scrub = height.0.checked_sub(1).map(|below| (Height(below), previous));
        intact
    }

    fn skip(&mut self) {
        self.scrub = self.scrub.and_then(|(height, _)| height.0.checked_sub(1)).map(|below| (Height(below), None));
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// One step; false when there is nothing to do.
    pub(super) async fn upkeep_step(&mut self) -> bool {
        self.compact_step().await || self.scrub_step().await
    }

    /// Brings what a long sync leaves behind to pages, so that neither memory nor the next start grows with it.
    pub(super) async fn compact_behind(&mut self) {
        let much = |chain: &super::chain::Chain| {
            let since = chain.height().since(chain.upkeep.base);
            since >= BASE_EVERY && (chain.client.unwritten() >= MANY || since >= BASE_EVERY.saturating_mul(8))
        };
        if !self.chain.as_ref().is_some_and(much) {
            return;
        }
        while self.compact_step().await && self.chain.as_ref().is_some_and(|chain| chain.upkeep.compacting.is_some()) {}
    }

    /// Begins a compaction when one is due, or writes its next pages.
    async fn compact_step(&mut self) -> bool {
        let Some(chain) = &mut self.chain else { return false };
        let height = chain.height();
        let Some(mut compacting) = chain.upkeep.compacting.take() else {
            let every = if chain.client.unwritten() < MANY { BASE_EVERY } else { SOONER };
            if height.since(chain.upkeep.base) < every {
                return false;
            }
            chain.upkeep.compacting = Some(Box::new(chain.client.compaction()));
            return true;
        };
        // A base that could not be stored is only a slower start; the next multiple tries again.
        match self.write_pages(&mut compacting).await {
            Ok(true) => drop(self.write_base(compacting.finish()).await),
            Ok(false) => {
                if let Some(chain) = &mut self.chain {
                    chain.upkeep.compacting = Some(compacting);
                }
                return true;
            }
            Err(_) => {}
        }
        if let Some(chain) = &mut self.chain {
            chain.upkeep.base = height;
        }
        true
    }

    /// Writes the next pages; true when all are written.
    async fn write_pages(&self, compacting: &mut Compacting) -> Result<bool, Error> {
        let (mut pages, mut bytes) = (Vec::new(), 0usize);
        let mut done = false;
        while !done && bytes < WRITE_BYTES {
            match compacting.step() {
                Ok(Some(more)) => {
                    bytes = more.iter().fold(bytes, |sum, (_, page)| sum.saturating_add(page.len()));
                    pages.extend(more);
                }
                Ok(None) => done = true,
                Err(error) if error.is_not_loaded() => self.load().await?,
                Err(error) => return Err(convert::client(error)),
            }
        }
        for pages in pages.chunks(PAGES_AT_ONCE) {
            self.world.put_pages(pages).await?;
        }
        Ok(done)
    }

    /// Writes what names the pages, lets go of what it holds, and forgets the pages of the base before the last.
    async fn write_base(&mut self, base: NewBase) -> Result<(), Error> {
        if !self.chain()?.client.stands_on(&base) {
            return Ok(());
        }
        self.world.put_base(base.height, &base.bytes, BASES).await?;
        self.chain_mut()?.client.rest_on(&base);
        let bases = self.world.shelved().await?.unwrap_or_default().bases;
        self.world.keep_pages(&compact::named(bases.iter().map(|(_, bytes)| bytes.as_slice()))).await?;
        self.shrink();
        Ok(())
    }

    async fn scrub_step(&mut self) -> bool {
        let Some((top, _)) = self.chain.as_ref().and_then(|chain| chain.upkeep.scrub) else { return false };
        // What was given up for room, or lies before a snapshot, is not damaged.
        let Ok(oldest) = self.world.records(Height(0), 1).await else { return false };
        let oldest = oldest.first().map_or(top.plus(1), |(height, _)| *height);
        if top < oldest {
            if let Some(chain) = &mut self.chain {
                chain.upkeep.scrub = None;
            }
            return true;
        }
        let from = Height(top.0.saturating_add(1).saturating_sub(SCRUB_RECORDS.into())).max(oldest);
        let limit = u32::try_from(top.since(from).saturating_add(1)).unwrap_or(SCRUB_RECORDS);
        let Ok(records) = self.world.records(from, limit).await else { return false };
        let Some(chain) = &mut self.chain else { return false };
        for height in (from.0..=top.0).rev().map(Height) {
            let found = records.iter().find(|(stored, _)| *stored == height);
            let intact = found.is_some_and(|(_, bytes)| chain.upkeep.check(bytes));
            if found.is_none() {
                chain.upkeep.skip();
            }
            if !intact {
                self.world.emit(Event::Notice(Notice::Damaged { height }));
            }
        }
        true
    }
}
