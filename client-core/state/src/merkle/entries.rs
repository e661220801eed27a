//! The entries in key order: pages of some earlier state, found by their first keys, and what was written since.

use super::{
    page::{EntryPage, PageName, PageRef},
    pages::Pages,
    remote::Remote,
};
use crate::view::{ChangeSet, StateError, scan_start};
use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};
use core::ops::Bound;
use zera_primitives::StateKey;

/// Pages after a missed one that a scan wants with it.
const READ_AHEAD: usize = 8;

/// All entries of a state. Clones share pages, and writes until one of them writes again.
#[derive(Clone, Default)]
pub(super) struct Entries {
    pub base: Rc<Vec<PageRef>>,
    pub written: Rc<ChangeSet>,
    count: u64,
    /// Entries that others keep; then there are none here.
    pub remote: Option<Remote>,
}

impl Entries {
    /// Entries that are all in memory.
    pub(super) fn in_memory(entries: BTreeMap<StateKey, Vec<u8>>) -> Self {
        let count = entries.len() as u64;
        let written = entries.into_iter().map(|(key, value)| (key, Some(value))).collect();
        Self { written: Rc::new(written), count, ..Self::default() }
    }

    /// Entries that are all on pages.
    pub(super) fn on_pages(pages: Vec<PageRef>) -> Self {
        let count = pages.iter().fold(0u64, |sum, page| sum.saturating_add(page.count.into()));
        Self { base: Rc::new(pages), count, ..Self::default() }
    }

    /// Entries that others keep.
    pub(super) fn remote(remote: Remote) -> Self {
        Self { remote: Some(remote), ..Self::default() }
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The entry of `key`, handed to `read` where it lies.
    pub(super) fn with<T>(
        &self,
        pages: &Pages,
        key: &StateKey,
        read: impl FnOnce(Option<&Vec<u8>>) -> T,
    ) -> Result<T, StateError> {
        if let Some(remote) = &self.remote {
            return remote.with(key, read);
        }
        if let Some(change) = self.written.get(key) {
            return Ok(read(change.as_ref()));
        }
        let Some((_, page)) = self.page_of(key) else { return Ok(read(None)) };
        let page = self.load(pages, page, || StateError::NotLoaded(key.clone()))?;
        let place = page.binary_search_by(|(other, _)| other.cmp(key)).ok();
        Ok(read(place.and_then(|place| page.get(place)).map(|(_, value)| value)))
    }

    /// See [`StateView::next_key`](crate::StateView::next_key).
    pub(super) fn next_key(&self, pages: &Pages, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        match &self.remote {
            Some(remote) => remote.next_key(prefix, after),
            None => self.first_from(pages, prefix, scan_start(prefix, after)),
        }
    }

    /// The first key from `start` on that begins with `prefix`.
    fn first_from(&self, pages: &Pages, prefix: &[u8], mut start: StateKey) -> Result<Option<StateKey>, StateError> {
        loop {
            let written = self.written.range::<StateKey, _>(&start..).next();
            let written = written.filter(|(key, _)| key.as_bytes().starts_with(prefix));
            let below = self.base_from(pages, prefix, &start)?;
            let (key, present) = match (written, below) {
                (Some((key, change)), below) if below.as_ref().is_none_or(|below| key <= below) => {
                    (key.clone(), change.is_some())
                }
                (_, Some(below)) => (below, true),
                (_, None) => return Ok(None),
            };
            if present {
                return Ok(Some(key));
            }
            start = key;
            start.0.push(0);
        }
    }

    /// The first key on the pages from `start` on that begins with `prefix`.
    fn base_from(&self, pages: &Pages, prefix: &[u8], start: &StateKey) -> Result<Option<StateKey>, StateError> {
        let mut next = 0;
        if let Some((place, page)) = self.page_of(start) {
            next = place.saturating_add(1);
            let missed = || {
                let ahead = self.base.iter().skip(next).take(READ_AHEAD);
                ahead
                    .take_while(|page| page.first.as_bytes().starts_with(prefix))
                    .for_each(|page| pages.want(PageName::Entries(page.hash)));
                StateError::NotLoaded(start.clone())
            };
            let page = self.load(pages, page, missed)?;
            let place = page.partition_point(|(key, _)| key < start);
            if let Some((key, _)) = page.get(place) {
                return Ok(Some(key.clone()).filter(|key| key.as_bytes().starts_with(prefix)));
            }
        }
        // A page begins with its first key, so that the next page need not be loaded to know it.
        let first = self.base.get(next).map(|page| &page.first);
        Ok(first.filter(|key| key.as_bytes().starts_with(prefix)).cloned())
    }

    /// Notes the page of `key` as wanted.
    pub(super) fn touch(&self, pages: &Pages, key: &StateKey) {
        if let Some(remote) = &self.remote {
            remote.want(key);
        } else if !self.written.contains_key(key)
            && let Some((_, page)) = self.page_of(key)
        {
            pages.want(PageName::Entries(page.hash));
        }
    }

    /// Writes `changes`; the caller knows how many entries there are then.
    pub(super) fn write(&mut self, changes: impl Iterator<Item = (StateKey, Option<Vec<u8>>)>) {
        let paged = !self.base.is_empty();
        let written = Rc::make_mut(&mut self.written);
        for (key, value) in changes {
            if value.is_some() || paged {
                written.insert(key, value);
            } else {
                written.remove(&key);
            }
        }
    }

    pub(super) const fn set_count(&mut self, count: u64) {
        self.count = count;
    }

    /// Entries after `after`, in order, as long as `take` wants more.
    pub(super) fn walk(
        &self,
        pages: &Pages,
        after: Option<&StateKey>,
        mut take: impl FnMut(&StateKey, &Vec<u8>) -> bool,
    ) -> Result<(), StateError> {
        let mut from = after.map_or_else(StateKey::default, |after| {
            let mut from = after.clone();
            from.0.push(0);
            from
        });
        if self.remote.is_some() {
            return Err(StateError::NotLoaded(from));
        }
        while let Some(key) = self.first_from(pages, &[], from)? {
            let more = self.with(pages, &key, |value| value.is_some_and(|value| take(&key, value)))?;
            if !more {
                return Ok(());
            }
            from = key;
            from.0.push(0);
        }
        Ok(())
    }

    /// The changes that lie on page `place` or, for the first page, before it.
    pub(super) fn changes_of(&self, place: usize) -> impl Iterator<Item = (&StateKey, &Option<Vec<u8>>)> {
        let first = |place: usize| self.base.get(place).map(|page| &page.first);
        let from = if place == 0 { None } else { first(place) };
        let to = first(place.saturating_add(1));
        let bounds = (from.map_or(Bound::Unbounded, Bound::Included), to.map_or(Bound::Unbounded, Bound::Excluded));
        // A directory that does not ascend, which only a forger makes, has no range.
        let sound = from.zip(to).is_none_or(|(from, to)| from < to);
        sound.then(|| self.written.range::<StateKey, _>(bounds)).into_iter().flatten()
    }

    /// The page that holds `key` if any does, and its place.
    fn page_of(&self, key: &StateKey) -> Option<(usize, &PageRef)> {
        let place = self.base.partition_point(|page| page.first <= *key).checked_sub(1)?;
        Some((place, self.base.get(place)?))
    }

    fn load(
        &self,
        pages: &Pages,
        page: &PageRef,
        missed: impl FnOnce() -> StateError,
    ) -> Result<Rc<EntryPage>, StateError> {
        pages.entries(PageName::Entries(page.hash)).ok_or_else(missed)
    }
}
