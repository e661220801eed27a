//! Compaction: the state at the head goes to pages that a host stores, step by step while the chain goes on, and one base
//! names them, so that opening need not replay the chain from its beginning nor have all of the state in memory.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    record::{BASE_FORMAT, Base},
};
use std::collections::BTreeSet;
use zera_primitives::{Hash, Height, StateKey};
use zera_state::merkle::{Compacted, Compaction, NewPages, PageName, PageSizes, Pages};

/// Waiting transactions whose pages are asked for ahead of a block: more than most blocks hold.
const TOUCHED: usize = 4_096;

/// The state of one block on its way to pages.
pub struct Compacting {
    tip: Tip,
    work: Compaction,
}

/// A base whose pages have all been handed out.
pub struct NewBase {
    /// The block it is of.
    pub height: Height,
    /// The bytes to store under that height, once the pages are.
    pub bytes: Vec<u8>,
    header: Hash,
    compacted: Compacted,
}

impl Client {
    /// The pages of the state that are in memory, and those that are wanted.
    #[must_use]
    pub const fn pages(&self) -> &Pages {
        self.state.pages()
    }

    /// Notes as wanted what the waiting transactions say that they touch, so that a block seldom stops for a page.
    pub fn touch_pending(&self) {
        for signed in self.mempool.iter().take(TOUCHED) {
            let (sender, hint) = (StateKey::account(&signed.transaction.sender), &signed.transaction.hint);
            self.state.touch(hint.reads.iter().chain(&hint.writes).chain([&sender]));
        }
    }

    /// Entries and removals that no page holds yet.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.state.unwritten()
    }

    /// Begins to write the final head's state to pages.
    #[must_use]
    pub fn compaction(&self) -> Compacting {
        let (tip, mut state) = (self.head.clone(), self.state.clone());
        // Cannot fail, because the state holds what the head is of; a base that did not fit its header would not open.
        let _ = state.revert_to(tip.header.height);
        Compacting { tip, work: Compaction::new(&state, PageSizes::default()) }
    }

    /// True when the block of `base` is one of the last 64: otherwise the chain has gone back behind it, and it is of no use.
    #[must_use]
    pub fn stands_on(&self, base: &NewBase) -> bool {
        self.tips.iter().any(|tip| tip.header.hash() == base.header)
    }

    /// Lets go of what a stored base holds.
    pub fn rest_on(&mut self, base: &NewBase) {
        self.state.settle(&base.compacted);
    }

    /// Notes all pages as wanted that are not in memory, if together they take about `bytes` or less; true when it did.
    pub fn touch_small(&self, bytes: usize) -> bool {
        self.state.touch_small(bytes)
    }
}

impl Compacting {
    /// The block whose state it writes.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.work.height()
    }

    /// Goes on by a page or a few; answers those to store, none when all are made.
    ///
    /// # Errors
    /// [`ClientError::State`] when a page is not loaded: load it and call again.
    pub fn step(&mut self) -> Result<Option<NewPages>, ClientError> {
        Ok(self.work.step()?)
    }

    /// All of it at once, for a host that has the whole state in memory.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn run(mut self) -> Result<(NewBase, NewPages), ClientError> {
        let mut pages = NewPages::new();
        while let Some(more) = self.step()? {
            pages.extend(more);
        }
        Ok((self.finish(), pages))
    }

    /// The base, once [`step`](Self::step) has answered none.
    #[must_use]
    pub fn finish(self) -> NewBase {
        let compacted = self.work.finish();
        let base = Base {
            format: BASE_FORMAT,
            header: self.tip.header,
            certificate: self.tip.certificate.map(|certificate| certificate.to_bytes()).unwrap_or_default(),
            record: self.tip.record,
            directory: compacted.directory.clone(),
        };
        NewBase { height: base.header.height, bytes: base.to_bytes(), header: base.header.hash(), compacted }
    }
}

/// The pages that stored bases name; bytes that are no base name none. All other stored pages can go.
#[must_use]
pub fn named<'a>(bases: impl IntoIterator<Item = &'a [u8]>) -> BTreeSet<PageName> {
    let bases = bases.into_iter().filter_map(|bytes| Base::from_bytes(bytes).ok());
    bases.flat_map(|base| base.directory.pages().collect::<Vec<_>>()).collect()
}
