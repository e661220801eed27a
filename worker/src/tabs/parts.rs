//! Large frames travel in parts, so that a snapshot on its way does not keep signs of life waiting behind it.

use super::TabId;
use codec::{Decode, Encode};
use std::collections::BTreeMap;
use zera_worker_protocol::MESSAGE_BYTES;

/// Bytes of one part.
const PART: usize = 1 << 20;
/// Bytes of a frame beside its message.
const AROUND: usize = 64;
/// What a part begins with: a version that no client has.
const MARK: u32 = u32::MAX;

/// A frame as it travels: whole, or in parts.
#[must_use]
pub fn split(from: TabId, frame: Vec<u8>) -> Vec<Vec<u8>> {
    if frame.len() <= PART {
        return vec![frame];
    }
    let total = frame.len() as u64;
    let part = |(place, bytes): (usize, &[u8])| {
        let mut part = (MARK, from, total, place as u64).encode();
        part.extend_from_slice(bytes);
        part
    };
    frame.chunks(PART).enumerate().map(part).collect()
}

/// Puts frames together again. Each sender's parts come in order; a sender has one frame on its way at a time.
#[derive(Debug, Default)]
pub struct Joiner(BTreeMap<TabId, (u64, Vec<u8>)>);

impl Joiner {
    /// Takes what arrived; a whole frame when one is complete.
    pub fn take(&mut self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let input = &mut bytes.as_slice();
        if u32::decode(input) != Ok(MARK) {
            return Some(bytes);
        }
        let (from, total, place) = <(TabId, u64, u64)>::decode(input).ok()?;
        let most = MESSAGE_BYTES.saturating_add(AROUND) as u64;
        if total > most || input.len() > PART {
            return None;
        }
        if place == 0 {
            self.0.insert(from, (total, Vec::new()));
        }
        let (expected, so_far) = self.0.get_mut(&from)?;
        let fits = *expected == total && so_far.len() as u64 == place.saturating_mul(PART as u64);
        if !fits || (so_far.len().saturating_add(input.len())) as u64 > total {
            self.0.remove(&from);
            return None;
        }
        so_far.extend_from_slice(input);
        let done = so_far.len() as u64 == total;
        if done { self.0.remove(&from).map(|(_, frame)| frame) } else { None }
    }

    /// Forgets what a tab that is gone has begun to send.
    pub fn forget(&mut self, from: TabId) {
        self.0.remove(&from);
    }
}
