//! The pages in memory: a cache that a host fills. A read that misses notes the page it needs and gives up; the host
//! loads what is wanted and runs again whatever missed. All states of one chain share one cache, and reading needs no
//! exclusive borrow, so that a question can load pages while a block is being made.

use super::{
    page::{self, EntryPage, PageName},
    tree::Link,
};
use alloc::{collections::BTreeMap, collections::BTreeSet, rc::Rc, vec::Vec};
use core::cell::RefCell;

/// A page's bytes are not those that its name says. Recoverable: the host builds the state from its records again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the page {0:?} of the state is missing or was changed")]
pub struct DamagedPage(pub PageName);

/// The cache. Clones share it.
#[derive(Clone, Default)]
pub struct Pages(Rc<RefCell<Cache>>);

#[derive(Default)]
struct Cache {
    loaded: BTreeMap<PageName, Loaded>,
    wanted: BTreeSet<PageName>,
    bytes: usize,
    misses: u64,
    clock: u64,
}

struct Loaded {
    page: Page,
    bytes: usize,
    used: u64,
}

#[derive(Clone)]
enum Page {
    Entries(Rc<EntryPage>),
    Tree(Link),
}

impl Pages {
    /// Pages that reads have asked for in vain.
    #[must_use]
    pub fn wanted(&self) -> Vec<PageName> {
        self.0.borrow().wanted.iter().copied().collect()
    }

    /// How often reads have asked in vain since the beginning: an answer during which this grew is none.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.0.borrow().misses
    }

    /// Bytes of the pages in memory, as stored.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.borrow().bytes
    }

    /// Takes a page that the host has read. Nothing is dropped for it: see [`shrink`](Self::shrink).
    ///
    /// # Errors
    /// [`DamagedPage`]; it is wanted no longer.
    pub fn supply(&self, name: PageName, bytes: Option<&[u8]>) -> Result<(), DamagedPage> {
        self.0.borrow_mut().wanted.remove(&name);
        let bytes = bytes.ok_or(DamagedPage(name))?;
        let page = match &name {
            PageName::Entries(hash) => page::open_entries(hash, bytes).map(|page| Page::Entries(Rc::new(page))),
            PageName::Tree(hash) => page::open_tree(hash, bytes).map(Page::Tree),
        };
        self.keep(name, page.map_err(|_| DamagedPage(name))?, bytes.len());
        Ok(())
    }

    /// When the pages take more than `bytes`, drops those that were not used for longest until the others take an eighth
    /// less than that. Whatever runs at that moment may miss once more.
    pub fn shrink(&self, bytes: usize) {
        let mut cache = self.0.borrow_mut();
        if cache.bytes <= bytes {
            return;
        }
        let bytes = bytes.saturating_sub(bytes / 8);
        let mut by_use: Vec<(u64, PageName)> = cache.loaded.iter().map(|(name, page)| (page.used, *name)).collect();
        by_use.sort_unstable();
        for (_, name) in by_use {
            if cache.bytes <= bytes {
                return;
            }
            let dropped = cache.loaded.remove(&name).map_or(0, |page| page.bytes);
            cache.bytes = cache.bytes.saturating_sub(dropped);
        }
    }

    /// Counts a read that has asked in vain for something else than a page.
    pub(super) fn missed(&self) {
        let mut cache = self.0.borrow_mut();
        cache.misses = cache.misses.saturating_add(1);
    }

    /// Notes a page as wanted if it is not in memory.
    pub(super) fn want(&self, name: PageName) {
        let mut cache = self.0.borrow_mut();
        if !cache.loaded.contains_key(&name) {
            cache.wanted.insert(name);
        }
    }

    /// A page of entries; a miss is noted.
    pub(super) fn entries(&self, name: PageName) -> Option<Rc<EntryPage>> {
        match self.get(name)? {
            Page::Entries(page) => Some(page),
            Page::Tree(_) => None,
        }
    }

    /// A page of the tree; a miss is noted.
    pub(super) fn tree(&self, name: PageName) -> Option<Link> {
        match self.get(name)? {
            Page::Tree(link) => Some(link),
            Page::Entries(_) => None,
        }
    }

    /// Keeps a page that this client has made.
    pub(super) fn keep_entries(&self, name: PageName, page: EntryPage, bytes: usize) {
        self.keep(name, Page::Entries(Rc::new(page)), bytes);
    }

    /// Keeps a page that this client has made.
    pub(super) fn keep_tree(&self, name: PageName, link: Link, bytes: usize) {
        self.keep(name, Page::Tree(link), bytes);
    }

    fn keep(&self, name: PageName, page: Page, bytes: usize) {
        let mut cache = self.0.borrow_mut();
        let used = cache.tick();
        let replaced = cache.loaded.insert(name, Loaded { page, bytes, used }).map_or(0, |page| page.bytes);
        cache.bytes = cache.bytes.saturating_sub(replaced).saturating_add(bytes);
    }

    fn get(&self, name: PageName) -> Option<Page> {
        let mut cache = self.0.borrow_mut();
        let used = cache.tick();
        if let Some(loaded) = cache.loaded.get_mut(&name) {
            loaded.used = used;
            return Some(loaded.page.clone());
        }
        cache.misses = cache.misses.saturating_add(1);
        cache.wanted.insert(name);
        None
    }
}

impl Cache {
    fn tick(&mut self) -> u64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }
}
