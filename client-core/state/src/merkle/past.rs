//! Ranges of entries as they were after one of the blocks that are kept.

use super::{MerkleError, MerkleState};
use crate::view::{StateView, scan_start};
use zera_primitives::{Height, StateKey};

impl MerkleState {
    /// As [`StateView::next_key`], after a kept block.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`], [`MerkleError::NotLoaded`].
    pub fn next_key_at(&self, height: Height, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, MerkleError> {
        self.kept(height)?;
        let mut after = after.to_vec();
        loop {
            // What is there now, or was removed or changed since.
            let start = scan_start(prefix, &after);
            let later = self.kept.range(height.plus(1)..);
            let undone = later.filter_map(|(_, kept)| kept.undo.range(start.clone()..).next().map(|(key, _)| key));
            let now = self.next_key(prefix, &after)?;
            let next = undone.chain(&now).filter(|key| key.as_bytes().starts_with(prefix)).min().cloned();
            let Some(key) = next else { return Ok(None) };
            if self.value_at(height, &key)?.is_some() {
                return Ok(Some(key));
            }
            after = key.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::ChangeSet;
    use alloc::{collections::BTreeMap, vec::Vec};

    fn keys(state: &MerkleState, height: Height, prefix: &[u8]) -> Vec<StateKey> {
        let (mut keys, mut after) = (Vec::new(), Vec::new());
        while let Some(key) = state.next_key_at(height, prefix, &after).unwrap() {
            after = key.0.clone();
            keys.push(key);
        }
        keys
    }

    /// Blocks that scatter writes and removals over few keys; each kept block's ranges are those of a map of that time.
    #[test]
    fn ranges_of_every_kept_block_are_those_of_its_time() {
        let mut random = 1u32;
        let mut next = move || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) as u8
        };
        let mut state = MerkleState::from_entries(BTreeMap::new(), Height(0)).unwrap();
        let mut map: BTreeMap<StateKey, Vec<u8>> = BTreeMap::new();
        let mut past = vec![map.clone()];
        for height in 1..=40 {
            let changes: ChangeSet = (0..6)
                .map(|_| (StateKey(vec![next() % 3, next() % 8]), (next() % 2 == 0).then(|| vec![next()])))
                .collect();
            for (key, value) in &changes {
                match value {
                    Some(value) => map.insert(key.clone(), value.clone()),
                    None => map.remove(key),
                };
            }
            state.apply(Height(height), &changes).unwrap();
            past.push(map.clone());
        }
        for (height, map) in past.iter().enumerate() {
            let height = Height(height as u64);
            for prefix in [&[][..], &[0], &[1], &[2], &[1, 4]] {
                let expected: Vec<_> = map.keys().filter(|key| key.0.starts_with(prefix)).cloned().collect();
                assert_eq!(keys(&state, height, prefix), expected, "{height:?} {prefix:?}");
            }
        }
        assert_eq!(state.next_key_at(Height(41), &[], &[]), Err(MerkleError::NotKept(Height(41))));
    }
}
