//! Writing a state to pages: what changed since the last directory becomes new pages, everything else stays where it is.
//! It works on a snapshot, a page at a time, while the chain goes on; [`MerkleState::settle`] then lets go of what the pages
//! hold.

use super::{
    MerkleState,
    entries::Entries,
    page::{Directory, EntryPage, PageName, PageRef, TreePage, seal_entries},
    pages::Pages,
    proof::Leaf,
    tree::{InnerNode, Link, PageNode},
};
use crate::view::StateError;
use alloc::{rc::Rc, vec::Vec};
use codec::Encode;
use core::mem;
use zera_primitives::{Hash, Height, StateKey};

/// Pages to store.
pub type NewPages = Vec<(PageName, Vec<u8>)>;

/// How large new pages are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageSizes {
    /// Bytes of entries that a page should hold.
    pub bytes: usize,
    /// Leaves that a page of the tree holds at most.
    pub leaves: usize,
}

impl Default for PageSizes {
    fn default() -> Self {
        Self { bytes: 16 << 10, leaves: 256 }
    }
}

/// A snapshot on its way to pages.
pub struct Compaction {
    sizes: PageSizes,
    height: Height,
    root: Hash,
    entries: Entries,
    tree: Link,
    pages: Pages,
    /// The next page of the old directory.
    place: usize,
    listed: Vec<PageRef>,
    /// The tree over pages, once it is made.
    paged: Option<Link>,
}

/// A snapshot whose pages have all been handed out.
pub struct Compacted {
    /// The block it is of.
    pub height: Height,
    /// Its root.
    pub root: Hash,
    /// What names its pages.
    pub directory: Directory,
    entries: Entries,
    tree: Link,
}

impl Compaction {
    /// Begins to write `state` to pages of these sizes.
    #[must_use]
    pub fn new(state: &MerkleState, sizes: PageSizes) -> Self {
        Self {
            sizes,
            height: state.height(),
            root: state.root(),
            entries: state.entries.clone(),
            tree: state.tree.clone(),
            pages: state.pages.clone(),
            place: 0,
            listed: Vec::new(),
            paged: None,
        }
    }

    /// The block whose state this is.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.height
    }

    /// Goes on by one page that changed; answers the pages to store, none when all are made.
    ///
    /// # Errors
    /// [`StateError::NotLoaded`]: load and call again.
    pub fn step(&mut self) -> Result<Option<NewPages>, StateError> {
        if self.paged.is_none() {
            let mut made = Vec::new();
            let most = self.sizes.leaves;
            let tree = Packed::of(&self.tree, 0, most, &mut made).close(&self.tree, 0, &mut made);
            for (link, name, bytes) in &made {
                self.pages.keep_tree(*name, link.clone(), bytes.len());
            }
            self.paged = Some(tree);
            return Ok(Some(made.into_iter().map(|(_, name, bytes)| (name, bytes)).collect()));
        }
        // A state without pages is one page of which all is new.
        while self.place < self.entries.base.len().max(1) {
            let mut changes = self.entries.changes_of(self.place).peekable();
            let old = self.entries.base.get(self.place);
            if changes.peek().is_none() {
                self.listed.extend(old.cloned());
                self.place = self.place.saturating_add(1);
                continue;
            }
            let before = match old {
                None => Rc::default(),
                Some(page) => self
                    .pages
                    .entries(PageName::Entries(page.hash))
                    .ok_or_else(|| StateError::NotLoaded(page.first.clone()))?,
            };
            let made: Vec<_> =
                split(merge(&before, changes), self.sizes.bytes).into_iter().map(|page| self.list(page)).collect();
            self.place = self.place.saturating_add(1);
            return Ok(Some(made));
        }
        Ok(None)
    }

    /// The directory of all pages, once [`step`](Self::step) has answered none.
    #[must_use]
    pub fn finish(self) -> Compacted {
        let tree = self.paged.unwrap_or_default();
        let mut top = Vec::new();
        tree.top(&mut top);
        let directory = Directory { entries: self.listed, tree: top };
        Compacted { height: self.height, root: self.root, directory, entries: self.entries, tree }
    }

    fn list(&mut self, page: EntryPage) -> (PageName, Vec<u8>) {
        let (hash, bytes) = seal_entries(&page);
        let first = page.first().map(|(key, _)| key.clone()).unwrap_or_default();
        self.listed.push(PageRef { first, hash, count: u32::try_from(page.len()).unwrap_or(u32::MAX) });
        self.pages.keep_entries(PageName::Entries(hash), page, bytes.len());
        (PageName::Entries(hash), bytes)
    }
}

impl MerkleState {
    /// Takes over pages that are stored now, so that only what was written since they were made stays in memory. This state
    /// may have moved on, or back, since the snapshot.
    pub fn settle(&mut self, compacted: &Compacted) {
        let written = Rc::make_mut(&mut self.entries.written);
        for (key, stored) in compacted.entries.written.iter() {
            match written.get(key) {
                Some(now) if now == stored => {
                    written.remove(key);
                }
                Some(_) => {}
                // Written at the snapshot and gone without a trace since: the pages must not bring it back.
                None => {
                    written.insert(key.clone(), None);
                }
            }
        }
        self.entries.base = Rc::new(compacted.directory.entries.clone());
        self.tree = settled(&self.tree, &compacted.tree);
        if let Some(mut kept) = self.kept.last_entry() {
            kept.get_mut().tree = self.tree.clone();
        }
    }
}

/// `now` with the pages of `stored` wherever both are the same.
fn settled(now: &Link, stored: &Link) -> Link {
    match (now, stored) {
        (Link::Inner(node), Link::Page(page)) if node.hash == page.hash => stored.clone(),
        (Link::Inner(node), Link::Inner(other)) => Link::Inner(Rc::new(InnerNode {
            hash: node.hash,
            left: settled(&node.left, &other.left),
            right: settled(&node.right, &other.right),
        })),
        _ => now.clone(),
    }
}

/// A subtree on the way to pages.
enum Packed {
    /// Few enough leaves for a page, perhaps together with the other half.
    Few(Vec<Leaf>),
    /// More, or some that are on pages already.
    Many(Link),
}

/// New pages with what they hold.
type MadePages = Vec<(Link, PageName, Vec<u8>)>;

impl Packed {
    fn of(link: &Link, depth: u16, most: usize, made: &mut MadePages) -> Self {
        match link {
            Link::Empty => Self::Few(Vec::new()),
            Link::Leaf(node) => Self::Few(Vec::from([node.leaf])),
            Link::Page(_) => Self::Many(link.clone()),
            Link::Inner(node) => {
                let below = depth.saturating_add(1);
                match (Self::of(&node.left, below, most, made), Self::of(&node.right, below, most, made)) {
                    (Self::Few(mut left), Self::Few(right)) if left.len().saturating_add(right.len()) <= most => {
                        left.extend(right);
                        Self::Few(left)
                    }
                    (left, right) => Self::Many(Link::Inner(Rc::new(InnerNode {
                        hash: node.hash,
                        left: left.close(&node.left, below, made),
                        right: right.close(&node.right, below, made),
                    }))),
                }
            }
        }
    }

    /// Makes a page of few leaves, which `link` holds.
    fn close(self, link: &Link, depth: u16, made: &mut MadePages) -> Link {
        match self {
            Self::Many(link) => link,
            Self::Few(leaves) if leaves.len() < 2 => link.clone(),
            Self::Few(leaves) => {
                let hash = link.hash();
                let count = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
                made.push((link.clone(), PageName::Tree(hash), TreePage { depth, leaves }.encode()));
                Link::Page(Rc::new(PageNode { hash, leaves: count }))
            }
        }
    }
}

/// A page's entries with its changes.
fn merge<'a>(before: &EntryPage, changes: impl Iterator<Item = (&'a StateKey, &'a Option<Vec<u8>>)>) -> EntryPage {
    let mut old = before.iter().peekable();
    let mut merged = EntryPage::new();
    for (key, change) in changes {
        while let Some(entry) = old.next_if(|(other, _)| other < key) {
            merged.push(entry.clone());
        }
        let _replaced = old.next_if(|(other, _)| other == key);
        merged.extend(change.as_ref().map(|value| (key.clone(), value.clone())));
    }
    merged.extend(old.cloned());
    merged
}

/// Pages of about so many bytes: one that has grown by less than half stays one.
fn split(entries: EntryPage, wished: usize) -> Vec<EntryPage> {
    let size = |(key, value): &(StateKey, Vec<u8>)| key.as_bytes().len().saturating_add(value.len()).saturating_add(8);
    let total: usize = entries.iter().map(size).sum();
    if total <= wished.saturating_mul(3) / 2 {
        return if entries.is_empty() { Vec::new() } else { Vec::from([entries]) };
    }
    let (mut pages, mut page, mut bytes) = (Vec::new(), EntryPage::new(), 0usize);
    for entry in entries {
        bytes = bytes.saturating_add(size(&entry));
        if bytes > wished && !page.is_empty() {
            bytes = size(&entry);
            pages.push(mem::take(&mut page));
        }
        page.push(entry);
    }
    pages.push(page);
    pages
}
