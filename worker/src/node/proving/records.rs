//! Records of executions that this browser keeps so that they can be proven later: written beside each block, dropped by
//! age and by room. No guest and no other node ever sees what is kept here.
//!
//! A record's key tells all that keeping and dropping need, so that no record is read for it: height, place of the
//! transaction, call, whether the execution asked to be kept, bytes; all big-endian, so that keys stand in order.

use crate::node::world::{Drawer, Filing};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{cell::RefCell, collections::BTreeMap};
use zera_primitives::{CallRecord, Hash, Height, Receipt, codec::decode_bounded, limits};
use zera_vm::TraceRecord;
use zera_worker_protocol::RecordsView;

/// Bytes that all records may take unless somebody says otherwise.
const MOST_BYTES: u64 = 64 << 20;
/// What somebody may ask for.
pub const ROOM: std::ops::RangeInclusive<u64> = (1 << 20)..=(1 << 30);
/// Blocks that a record is kept for, as the chain keeps receipts by slots; those that asked for it stay longer, as there.
const BLOCKS: u64 = limits::RETENTION_SLOTS;
const MARKED_BLOCKS: u64 = limits::LOGGED_RETENTION_SLOTS;
/// Bytes of one stored record: its bodies are bounded by [`zera_vm::trace::TRACE_BYTES`], arguments and result by the block.
const RECORD_BYTES: usize = 8 << 20;

/// Where an execution stands in the chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// Its block.
    pub height: Height,
    /// Its transaction's place in it.
    pub transaction: u32,
    /// Its place in the receipt.
    pub call: u32,
}

/// What a key says beside the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// It asked to be kept.
    pub marked: bool,
    /// Bytes of the record.
    pub bytes: u32,
}

/// The key of a record.
fn key(place: &Place, kept: Kept) -> Vec<u8> {
    [
        &place.height.0.to_be_bytes()[..],
        &place.transaction.to_be_bytes(),
        &place.call.to_be_bytes(),
        &[u8::from(kept.marked)],
        &kept.bytes.to_be_bytes(),
    ]
    .concat()
}

fn read_key(bytes: &[u8]) -> Option<(Place, Kept)> {
    let (height, rest) = bytes.split_first_chunk()?;
    let (transaction, rest) = rest.split_first_chunk()?;
    let (call, rest) = rest.split_first_chunk()?;
    let (&[marked], rest) = rest.split_first_chunk()?;
    let bytes: &[u8; 4] = rest.try_into().ok()?;
    let place = Place {
        height: Height(u64::from_be_bytes(*height)),
        transaction: u32::from_be_bytes(*transaction),
        call: u32::from_be_bytes(*call),
    };
    Some((place, Kept { marked: marked != 0, bytes: u32::from_be_bytes(*bytes) }))
}

/// A person's wishes about records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Wishes {
    /// Executions are recorded.
    pub on: bool,
    /// Bytes that all records may take.
    pub most_bytes: u64,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { on: true, most_bytes: MOST_BYTES }
    }
}

/// What is kept.
#[derive(Default)]
pub struct Records {
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    wishes: Wishes,
    kept: BTreeMap<Place, Kept>,
    bytes: u64,
}

impl Inner {
    fn add(&mut self, place: Place, kept: Kept) {
        if self.kept.insert(place, kept).is_none() {
            self.bytes = self.bytes.saturating_add(kept.bytes.into());
        }
    }

    fn remove(&mut self, place: &Place) -> Option<Vec<u8>> {
        let kept = self.kept.remove(place)?;
        self.bytes = self.bytes.saturating_sub(kept.bytes.into());
        Some(key(place, kept))
    }

    /// The places that go when the chain stands at `head`: those that are too old, then the oldest until the rest fits,
    /// those that asked to be kept last.
    fn outlived(&self, head: Height) -> Vec<Place> {
        let young = self.kept.first_key_value().is_none_or(|(place, _)| head.since(place.height) <= BLOCKS);
        let room = self.wishes.most_bytes;
        if young && self.bytes <= room {
            return Vec::new();
        }
        let mut order: Vec<(&Place, &Kept)> = self.kept.iter().collect();
        order.sort_by_key(|(place, kept)| (kept.marked, **place));
        let mut left = self.bytes;
        let goes = |(place, kept): &(&Place, &Kept)| {
            let most = if kept.marked { MARKED_BLOCKS } else { BLOCKS };
            let goes = left > room || head.since(place.height) > most;
            left = if goes { left.saturating_sub(kept.bytes.into()) } else { left };
            goes
        };
        order.into_iter().filter(goes).map(|(place, _)| *place).collect()
    }
}

impl Records {
    /// Takes what this browser has kept; keys above the chain's head are of blocks that were never stored.
    pub fn load(&self, wishes: Option<Wishes>, keys: &[Vec<u8>], head: Height) {
        let mut inner = Inner { wishes: wishes.unwrap_or_default(), ..Inner::default() };
        let known = keys.iter().filter_map(|key| read_key(key)).filter(|(place, _)| place.height <= head);
        known.for_each(|(place, kept)| inner.add(place, kept));
        *self.inner.borrow_mut() = inner;
    }

    /// Follows other wishes from the next block on.
    pub fn follow(&self, wishes: Wishes) {
        self.inner.borrow_mut().wishes = wishes;
    }

    /// Takes the records of a block, and gives what is to be filed for them and for those that go.
    pub fn keep<'r>(
        &self,
        height: Height,
        receipts: &[Receipt],
        traces: impl Fn(&Hash) -> Option<&'r [TraceRecord]>,
    ) -> Vec<Filing> {
        let mut inner = self.inner.borrow_mut();
        let mut filings = Vec::new();
        let recorded = (0..).zip(receipts).filter(|_| inner.wishes.on);
        let recorded: Vec<_> =
            recorded.filter_map(|(at, receipt)| Some((at, receipt, traces(&receipt.transaction)?))).collect();
        for (transaction, receipt, traces) in recorded {
            for (call, record) in matched(&receipt.calls, traces) {
                let item = record.encode();
                let marked = receipt.calls.get(call as usize).is_some_and(|call| call.logged.is_some());
                let kept = Kept { marked, bytes: u32::try_from(item.len()).unwrap_or(u32::MAX) };
                let place = Place { height, transaction, call };
                inner.add(place, kept);
                filings.push(Filing { drawer: Drawer::Traces, key: key(&place, kept), item: Some(item) });
            }
        }
        let gone = inner.outlived(height);
        let gone = gone.iter().filter_map(|place| inner.remove(place));
        filings.extend(gone.map(|key| Filing { drawer: Drawer::Traces, key, item: None }));
        filings
    }

    /// Forgets records of blocks above `height`, which could not be stored.
    pub fn cut(&self, height: Height) {
        let mut inner = self.inner.borrow_mut();
        let above: Vec<Place> = inner.kept.keys().filter(|place| place.height > height).copied().collect();
        above.iter().for_each(|place| _ = inner.remove(place));
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        let mut inner = self.inner.borrow_mut();
        *inner = Inner { wishes: inner.wishes, ..Inner::default() };
    }

    /// The key of a record that is kept.
    pub fn key(&self, place: &Place) -> Option<(Vec<u8>, Kept)> {
        let inner = self.inner.borrow();
        inner.kept.get(place).map(|kept| (key(place, *kept), *kept))
    }

    /// Places of kept records below `before`, newest first, at most `most`.
    pub fn newest(&self, before: Option<Place>, most: usize) -> Vec<(Place, Kept)> {
        let inner = self.inner.borrow();
        let all = inner.kept.iter().rev().filter(|(place, _)| before.is_none_or(|before| **place < before));
        all.take(most).map(|(place, kept)| (*place, *kept)).collect()
    }

    /// What is kept in all.
    pub fn view(&self) -> RecordsView {
        let inner = self.inner.borrow();
        RecordsView {
            on: inner.wishes.on,
            count: inner.kept.len() as u64,
            bytes: inner.bytes,
            most_bytes: inner.wishes.most_bytes,
            blocks: BLOCKS,
            oldest: inner.kept.first_key_value().map(|(place, _)| place.height),
        }
    }
}

/// The record of each call that has one. Records stand in the order of the calls, and some calls have none: a record
/// belongs to the next call that it is about.
fn matched<'r>(calls: &[CallRecord], traces: &'r [TraceRecord]) -> Vec<(u32, &'r TraceRecord)> {
    let mut traces = traces.iter().peekable();
    let about = |call: &CallRecord, record: &TraceRecord| {
        record.code_hash == call.code
            && record.entry == call.entry
            && record.host_digest == call.host_log
            && record.storage_digest == call.storage_log
            && record.gas_used == call.gas.0
            && Hash::of(&record.args) == call.args
    };
    let numbered = (0..).zip(calls);
    let found = numbered.filter_map(|(place, call)| Some((place, traces.next_if(|record| about(call, record))?)));
    // One whose bodies were not all kept cannot be proven.
    found.filter(|(_, record)| record.complete).collect()
}

/// Reads a stored record.
pub fn read(bytes: &[u8]) -> Option<TraceRecord> {
    decode_bounded(bytes, RECORD_BYTES).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(height: u64, call: u32) -> Place {
        Place { height: Height(height), transaction: 0, call }
    }

    #[test]
    fn keys_stand_in_the_order_of_their_places_and_read_back() {
        let kept = Kept { marked: true, bytes: 300 };
        let places = [place(1, 0), place(1, 1), place(2, 0), place(256, 0)];
        let keys: Vec<Vec<u8>> = places.iter().map(|place| key(place, kept)).collect();
        assert!(keys.is_sorted());
        for (place, key) in places.iter().zip(&keys) {
            assert_eq!(read_key(key), Some((*place, kept)));
        }
        assert_eq!(read_key(&keys[0][1..]), None);
    }

    #[test]
    fn the_oldest_go_first_and_those_that_asked_to_be_kept_last() {
        let mut inner = Inner { wishes: Wishes { on: true, most_bytes: 25 }, ..Inner::default() };
        for (height, marked) in [(1, true), (2, false), (3, false), (4, true)] {
            inner.add(place(height, 0), Kept { marked, bytes: 10 });
        }
        assert_eq!(inner.outlived(Height(4)), [place(2, 0), place(3, 0)]);
        inner.wishes.most_bytes = 100;
        assert_eq!(inner.outlived(Height(4)), []);
        assert_eq!(inner.outlived(Height(BLOCKS + 3)), [place(2, 0)]);
        assert_eq!(inner.outlived(Height(MARKED_BLOCKS + 2)).len(), 3);
    }
}
