//! Parts of a large state that are not in memory: what a read missed is loaded, and whatever missed runs again.

use super::{Chain, ChainError};
use crate::store::Shelf;
use zera_state::merkle::Pages;

/// Reads what `pages` wants.
///
/// # Errors
/// [`ChainError::Store`]; [`ChainError::DamagedPage`], the first one.
pub fn fill(shelf: &Shelf, pages: &Pages) -> Result<(), ChainError> {
    let mut filled = Ok(());
    for name in pages.wanted() {
        let bytes = shelf.page(&name)?;
        // What is wrong with one is no reason to want the others any longer.
        filled = filled.and(pages.supply(name, bytes.as_deref()));
    }
    Ok(filled?)
}

impl Chain {
    /// Does something that changes nothing when it fails; where a part of the state was missing, loads it and does it again.
    ///
    /// # Errors
    /// As [`fill`]; inside, what `work` says.
    pub(super) fn retry<R, E>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<R, E>,
    ) -> Result<Result<R, E>, ChainError> {
        loop {
            let before = self.client.pages().misses();
            let done = work(self);
            if done.is_ok() || self.client.pages().misses() == before {
                return Ok(done);
            }
            self.load()?;
        }
    }

    fn load(&mut self) -> Result<(), ChainError> {
        let pages = self.client.pages().clone();
        fill(&self.shelf, &pages).inspect_err(|error| self.broken(error))
    }

    /// Notes what ends this chain's thread: the store, or a page that is damaged. Its bases are forgotten then, so that the next
    /// start builds the state from the records again.
    pub(super) fn broken(&mut self, error: &ChainError) {
        if matches!(error, ChainError::DamagedPage(_)) {
            let forgotten = self.shelf.forget_bases();
            tracing::error!(%error, ?forgotten, "started again, the peer builds the state from its blocks");
        }
        self.failure.get_or_insert_with(|| error.to_string());
    }
}
