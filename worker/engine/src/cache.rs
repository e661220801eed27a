//! What is kept between calls: compiled codes and idle instances, both bounded, the least recently used going first.

use std::collections::BTreeMap;
use zera_primitives::Hash;

/// An instance on JavaScript's side, by its number there.
pub type Slot = u32;

/// Bounds of a [`Cache`].
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of instrumented code.
    pub code_bytes: usize,
    /// Idle instances: each reserves gigabytes of address space, though not of memory.
    pub instances: usize,
    /// Memory pages of idle instances together.
    pub pages: u32,
}

/// Codes of type `C` with their idle instances.
#[derive(Debug)]
pub struct Cache<C> {
    bounds: Bounds,
    codes: BTreeMap<Hash, Kept<C>>,
    /// Counts uses; orders them for eviction.
    clock: u64,
    code_bytes: usize,
    instances: usize,
    pages: u32,
}

#[derive(Debug)]
struct Kept<C> {
    code: C,
    bytes: usize,
    /// Memory pages of each instance.
    pages: u32,
    idle: Vec<Slot>,
    used: u64,
}

impl<C: Clone> Cache<C> {
    /// An empty cache.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, codes: BTreeMap::new(), clock: 0, code_bytes: 0, instances: 0, pages: 0 }
    }

    /// The code of that hash; this is a use.
    pub fn get(&mut self, hash: &Hash) -> Option<C> {
        self.clock = self.clock.saturating_add(1);
        let kept = self.codes.get_mut(hash)?;
        kept.used = self.clock;
        Some(kept.code.clone())
    }

    /// Keeps a code whose instances have `pages` of memory. Answers the instances to release.
    #[must_use]
    pub fn insert(&mut self, hash: Hash, code: C, bytes: usize, pages: u32) -> Vec<Slot> {
        let mut released = Vec::new();
        while self.code_bytes.saturating_add(bytes) > self.bounds.code_bytes {
            let oldest = self.codes.iter().min_by_key(|(_, kept)| kept.used).map(|(hash, _)| *hash);
            let Some(oldest) = oldest else { break };
            released.extend(self.remove(&oldest));
        }
        released.extend(self.remove(&hash));
        self.code_bytes = self.code_bytes.saturating_add(bytes);
        self.codes.insert(hash, Kept { code, bytes, pages, idle: Vec::new(), used: self.clock });
        released
    }

    /// Forgets a code. Answers the instances to release.
    #[must_use]
    pub fn remove(&mut self, hash: &Hash) -> Vec<Slot> {
        let Some(kept) = self.codes.remove(hash) else { return Vec::new() };
        self.code_bytes = self.code_bytes.saturating_sub(kept.bytes);
        self.instances = self.instances.saturating_sub(kept.idle.len());
        for _ in &kept.idle {
            self.pages = self.pages.saturating_sub(kept.pages);
        }
        kept.idle
    }

    /// A pristine instance of the code, if one is idle.
    pub fn take(&mut self, hash: &Hash) -> Option<Slot> {
        let kept = self.codes.get_mut(hash)?;
        let slot = kept.idle.pop()?;
        self.instances = self.instances.saturating_sub(1);
        self.pages = self.pages.saturating_sub(kept.pages);
        Some(slot)
    }

    /// Keeps a pristine instance. Answers the instances to release, which may be this one.
    #[must_use]
    pub fn give(&mut self, hash: &Hash, slot: Slot) -> Vec<Slot> {
        let mut released = Vec::new();
        let Some(pages) = self.codes.get(hash).map(|kept| kept.pages) else { return vec![slot] };
        if pages > self.bounds.pages {
            return vec![slot];
        }
        while self.instances >= self.bounds.instances || self.pages.saturating_add(pages) > self.bounds.pages {
            let idle = self.codes.iter().filter(|(_, kept)| !kept.idle.is_empty());
            let Some(oldest) = idle.min_by_key(|(_, kept)| kept.used).map(|(hash, _)| *hash) else { break };
            released.extend(self.take(&oldest));
        }
        if let Some(kept) = self.codes.get_mut(hash) {
            kept.idle.push(slot);
            self.instances = self.instances.saturating_add(1);
            self.pages = self.pages.saturating_add(pages);
        }
        released
    }

    /// Takes all idle instances out, to be released.
    #[must_use]
    pub fn clear_idle(&mut self) -> Vec<Slot> {
        (self.instances, self.pages) = (0, 0);
        self.codes.values_mut().flat_map(|kept| core::mem::take(&mut kept.idle)).collect()
    }

    /// Codes, their bytes, idle instances and the idle ones of `hash`.
    #[must_use]
    pub fn figures(&self, hash: Option<&Hash>) -> (usize, usize, usize, usize) {
        let own = hash.and_then(|hash| self.codes.get(hash)).map_or(0, |kept| kept.idle.len());
        (self.codes.len(), self.code_bytes, self.instances, own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u8) -> Hash {
        Hash([number; 32])
    }

    fn cache() -> Cache<u8> {
        Cache::new(Bounds { code_bytes: 100, instances: 3, pages: 8 })
    }

    #[test]
    fn the_least_recently_used_code_goes_first_with_its_instances() {
        let mut cache = cache();
        assert!(cache.insert(hash(1), 1, 50, 1).is_empty());
        assert!(cache.insert(hash(2), 2, 50, 1).is_empty());
        assert!(cache.give(&hash(2), 20).is_empty());
        assert_eq!(cache.get(&hash(1)), Some(1));
        assert_eq!(cache.insert(hash(3), 3, 10, 1), [20]);
        assert_eq!((cache.get(&hash(2)), cache.get(&hash(1))), (None, Some(1)));
        assert_eq!(cache.give(&hash(2), 21), [21], "an instance of a forgotten code is not kept");
        assert_eq!(cache.figures(None), (2, 60, 0, 0));
    }

    #[test]
    fn idle_instances_are_bounded_in_number_and_memory() {
        let mut cache = cache();
        for code in 1..=4 {
            assert!(cache.insert(hash(code), code, 1, u32::from(code)).is_empty());
        }
        assert!(cache.give(&hash(1), 10).is_empty());
        assert!(cache.give(&hash(1), 11).is_empty());
        let _used = cache.get(&hash(1));
        assert!(cache.give(&hash(2), 20).is_empty());
        assert_eq!(cache.give(&hash(3), 30), [20], "one too many: of the code used longest ago");
        assert_eq!(cache.give(&hash(4), 40), [30], "too many pages");
        assert_eq!(cache.take(&hash(4)), Some(40));
        assert_eq!(cache.take(&hash(4)), None);
        assert_eq!(cache.figures(Some(&hash(1))), (4, 4, 2, 2));
        let mut all = cache.clear_idle();
        all.sort_unstable();
        assert_eq!(all, [10, 11]);
        assert_eq!(cache.figures(None), (4, 4, 0, 0));
    }
}
