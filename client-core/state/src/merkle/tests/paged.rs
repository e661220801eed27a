//! A state on pages against the same state in memory: roots, reads, scans, proofs and steps back are the same whatever
//! is dropped from memory and whenever, while it is written to pages, and after it is opened from them.

use super::*;
use crate::merkle::page::Directory;

/// A host's store.
#[derive(Default)]
struct Host {
    stored: BTreeMap<PageName, Vec<u8>>,
    loaded: usize,
}

impl Host {
    fn load(&mut self, pages: &Pages) {
        let wanted = pages.wanted();
        assert!(!wanted.is_empty(), "something missed, so something is wanted");
        for name in wanted {
            self.loaded += 1;
            pages.supply(name, self.stored.get(&name).map(Vec::as_slice)).unwrap();
        }
    }

    /// Runs until nothing is missing.
    fn run<T, E: core::fmt::Debug>(&mut self, pages: &Pages, mut work: impl FnMut() -> Result<T, E>) -> T {
        loop {
            let before = pages.misses();
            let result = work();
            if pages.misses() == before {
                return result.unwrap();
            }
            assert!(result.is_err(), "what missed has no result");
            self.load(pages);
        }
    }
}

const SIZES: PageSizes = PageSizes { bytes: 120, leaves: 4 };

/// Random numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Keys of different lengths with common prefixes, the empty one among them.
    fn key(&mut self) -> StateKey {
        let length = self.roll(4) as usize;
        StateKey((0..length).map(|_| [0, 1, 7, 255][self.roll(4) as usize]).collect())
    }

    fn block(&mut self) -> ChangeSet {
        let removals = [10, 50, 90][self.roll(3) as usize];
        (0..self.roll(30))
            .map(|_| {
                let key = self.key();
                let value = (self.roll(100) >= removals).then(|| vec![self.roll(256) as u8; self.roll(60) as usize]);
                (key, value)
            })
            .collect()
    }
}

struct Pair {
    plain: MerkleState,
    paged: MerkleState,
    host: Host,
    compaction: Option<Compaction>,
    /// The newest directory and the block it is of.
    base: Option<(Directory, Height)>,
    /// How often it was written and opened.
    seen: (usize, usize),
    /// Changes of each block after genesis.
    blocks: Vec<ChangeSet>,
}

impl Pair {
    fn new() -> Self {
        Self {
            plain: fresh(),
            paged: fresh(),
            host: Host::default(),
            compaction: None,
            base: None,
            seen: (0, 0),
            blocks: Vec::new(),
        }
    }

    fn block(&mut self, changes: ChangeSet) {
        let height = self.plain.height().plus(1);
        let root = self.plain.apply(height, &changes).unwrap();
        let (pages, paged) = (self.paged.pages().clone(), &mut self.paged);
        let theirs = self.host.run(&pages, || {
            let (root, count) = (paged.root(), paged.count());
            let result = paged.apply(height, &changes);
            if result.is_err() {
                assert_eq!((paged.root(), paged.count(), paged.height().plus(1)), (root, count, height));
            }
            result
        });
        assert_eq!(theirs, root);
        self.blocks.truncate(height.0 as usize - 1);
        self.blocks.push(changes);
    }

    fn compact_step(&mut self) {
        let compaction = self.compaction.get_or_insert_with(|| Compaction::new(&self.paged, SIZES));
        let pages = self.paged.pages().clone();
        match self.host.run(&pages, || compaction.step()) {
            Some(made) => self.host.stored.extend(made),
            None => {
                let compacted = self.compaction.take().unwrap().finish();
                self.paged.settle(&compacted);
                self.seen.0 += 1;
                self.base = Some((compacted.directory, compacted.height));
            }
        }
    }

    fn revert(&mut self, dice: &mut Dice) {
        let oldest = self.plain.oldest().max(self.paged.oldest());
        let to = Height(oldest.0 + dice.roll(self.plain.height().0 - oldest.0 + 1));
        self.plain.revert_to(to).unwrap();
        self.paged.revert_to(to).unwrap();
        self.blocks.truncate(to.0 as usize);
        // What a host does, too: a base above the head is none, and one on its way is given up.
        self.base.take_if(|(_, height)| *height > to);
        self.compaction.take_if(|compaction| compaction.height() > to);
    }

    fn reopen(&mut self) {
        let Some((directory, height)) = self.base.clone() else { return };
        let Ok(root) = self.plain.root_at(height) else { return };
        self.compaction = None;
        self.seen.1 += 1;
        self.paged = MerkleState::from_directory(directory, height, &root, Pages::default()).unwrap();
        let later = self.blocks.split_off(height.0 as usize);
        let plain = self.plain.clone();
        self.plain.revert_to(height).unwrap();
        later.into_iter().for_each(|changes| self.block(changes));
        assert_eq!(plain.root(), self.plain.root());
    }

    fn check(&mut self, dice: &mut Dice) {
        let Self { plain, paged, host, .. } = self;
        let pages = paged.pages().clone();
        assert_eq!((paged.root(), paged.count()), (plain.root(), plain.count()));
        for _ in 0..20 {
            let (key, prefix, after) = (dice.key(), dice.key(), dice.key());
            assert_eq!(host.run(&pages, || paged.get(&key)), plain.get(&key).unwrap());
            assert_eq!(host.run(&pages, || paged.has(&key)), plain.has(&key).unwrap());
            let scan = |state: &MerkleState| state.next_key(prefix.as_bytes(), after.as_bytes());
            assert_eq!(host.run(&pages, || scan(paged)), scan(plain).unwrap(), "{prefix:?} after {after:?}");
        }
        let key = dice.key();
        assert_eq!(host.run(&pages, || paged.prove(&key)), plain.prove(&key).unwrap());
        let oldest = plain.oldest().max(paged.oldest());
        let height = Height(oldest.0 + dice.roll(plain.height().0 - oldest.0 + 1));
        assert_eq!(host.run(&pages, || paged.prove_at(height, &key)), plain.prove_at(height, &key).unwrap());
        if dice.roll(8) == 0 {
            assert_eq!(host.run(&pages, || paged.all()), plain.entries());
            assert_eq!(root_of(&plain.entries()), plain.root());
        }
    }
}

#[test]
fn a_state_on_pages_is_the_state_in_memory() {
    let rounds = if std::env::var_os("ZERA_LONG").is_some() { 2_000 } else { 150 };
    let (mut loaded, mut written, mut opened) = (0, 0, 0);
    for seed in 0..rounds {
        let (mut pair, mut dice) = (Pair::new(), Dice(seed));
        for _ in 0..80 {
            match dice.roll(20) {
                0..=6 => {
                    let block = dice.block();
                    pair.block(block);
                }
                7..=14 => pair.compact_step(),
                15 => pair.revert(&mut dice),
                16 => pair.reopen(),
                17 => pair.paged.pages().shrink(0),
                _ => pair.paged.pages().shrink(dice.roll(1_000) as usize),
            }
            pair.check(&mut dice);
        }
        loaded += pair.host.loaded;
        written += pair.seen.0;
        opened += pair.seen.1;
    }
    let rounds = rounds as usize;
    println!("{rounds} chains: {loaded} pages read, {written} times written, {opened} times opened");
    assert!(loaded > rounds * 50 && written > rounds * 2 && opened > rounds);
}

/// A state of 3,000 entries, all of it on pages.
fn stored() -> (MerkleState, Host, Directory) {
    let mut state = fresh();
    let changes = (0..3_000).map(|n| (key(n), Some(n.to_le_bytes().repeat(10)))).collect();
    state.apply(Height(1), &changes).unwrap();
    let (mut host, mut compaction) = (Host::default(), Compaction::new(&state, PageSizes::default()));
    while let Some(made) = compaction.step().unwrap() {
        host.stored.extend(made);
    }
    let compacted = compaction.finish();
    state.settle(&compacted);
    (state, host, compacted.directory)
}

#[test]
fn only_changed_pages_are_written_again() {
    let (mut state, mut host, directory) = stored();
    assert!(directory.entries.len() > 4 && directory.pages().count() > 12, "{}", directory.pages().count());
    state.apply(Height(2), &ChangeSet::from([(key(1_500), Some(b"new".to_vec()))])).unwrap();
    let (mut compaction, mut made) = (Compaction::new(&state, PageSizes::default()), Vec::new());
    while let Some(pages) = compaction.step().unwrap() {
        made.extend(pages);
    }
    let names: Vec<_> = made.iter().map(|(name, _)| *name).collect();
    assert!(matches!(names[..], [PageName::Tree(_), PageName::Entries(_)]), "{names:?}");
    host.stored.extend(made);
    let compacted = compaction.finish();
    assert!(compacted.directory.pages().all(|name| host.stored.contains_key(&name)));
    state.settle(&compacted);
    assert!(state.entries.written.is_empty());
}

#[test]
fn what_is_not_used_leaves_memory_and_comes_back() {
    let (state, mut host, _) = stored();
    let pages = state.pages().clone();
    assert!(pages.bytes() > 60_000, "{}", pages.bytes());
    pages.shrink(20_000);
    assert!(pages.bytes() <= 20_000);
    let most = (0..3_000).map(key).map(|key| {
        host.run(&pages, || state.get(&key)).unwrap();
        pages.shrink(40_000);
        pages.bytes()
    });
    assert!(most.max() <= Some(40_000));
    assert!((6..30).contains(&host.loaded), "each page is read about once: {}", host.loaded);
}

#[test]
fn a_block_knows_all_that_it_misses_at_once() {
    let (mut state, mut host, _) = stored();
    let pages = state.pages().clone();
    pages.shrink(0);
    let changes: ChangeSet = (0..3_000).step_by(100).map(|n| (key(n), None)).collect();
    assert_eq!(state.apply(Height(2), &changes), Err(MerkleError::NotLoaded));
    host.load(&pages);
    assert!(state.apply(Height(2), &changes).is_ok(), "one load was enough");
    pages.shrink(0);
    state.touch(changes.keys().chain(&[key(7)]));
    host.load(&pages);
    let misses = pages.misses();
    state.apply(Height(3), &ChangeSet::from([(key(7), None)])).unwrap();
    assert_eq!(pages.misses(), misses, "what was touched is there");
}

#[test]
fn a_damaged_page_is_named_and_gives_nothing() {
    let (state, host, directory) = stored();
    let pages = state.pages().clone();
    pages.shrink(0);
    for (name, bytes) in &host.stored {
        assert_eq!(pages.supply(*name, None), Err(DamagedPage(*name)));
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut bent = bytes.clone();
            bent[place] ^= 1;
            assert_eq!(pages.supply(*name, Some(&bent)), Err(DamagedPage(*name)));
            assert_eq!(pages.supply(*name, Some(&bytes[..place])), Err(DamagedPage(*name)));
        }
    }
    assert_eq!(pages.bytes(), 0);
    // Pages of the tree that no tree has: equal addresses, and such as part above the page, would never part below.
    let hash = Hash::of(b"any");
    let leaf = |byte| Leaf { key: Hash([byte; 32]), value: hash };
    for (depth, leaves) in
        [(0, vec![leaf(1), leaf(1)]), (9, vec![leaf(0), leaf(255)]), (300, vec![leaf(1)]), (0, vec![])]
    {
        let bytes = codec::Encode::encode(&page::TreePage { depth, leaves });
        assert_eq!(pages.supply(PageName::Tree(hash), Some(&bytes)), Err(DamagedPage(PageName::Tree(hash))));
    }
    // A directory of another state, out of order, cut or too deep.
    let open = |directory: Directory| {
        MerkleState::from_directory(directory, Height(1), &state.root(), Pages::default()).map(drop)
    };
    assert_eq!(open(directory.clone()), Ok(()));
    let mut bent = vec![directory.clone(); 4];
    bent[0].tree.pop();
    bent[1].tree.push(page::Top::Empty);
    bent[2].entries.swap(0, 1);
    bent[3].tree = vec![page::Top::Inner; 100_000];
    bent.into_iter().for_each(|directory| assert_eq!(open(directory), Err(MerkleError::Directory)));
    let other = MerkleState::from_directory(directory, Height(1), &hash, Pages::default());
    assert_eq!(other.map(drop), Err(MerkleError::Directory));
}
