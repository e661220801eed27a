//! What outlives a leader: signed transactions that wait for a block, and plans that may still be signed. All tabs know
//! them.

use super::TabId;
use std::collections::BTreeMap;
use zera_primitives::{Hash, SignedTransaction};
use zera_worker_protocol::{Event, TransactionStage};

/// Transactions that are remembered, as many as may wait anywhere.
const MOST: usize = 20_000;
/// Bytes that they may take together.
const MOST_BYTES: usize = 32 << 20;
/// Plans that are remembered, as many as a node keeps.
const PLANS: usize = 16;
/// Bytes that they may take together.
const PLAN_BYTES: usize = 64 << 20;

/// Signed transactions that wait, in order of arrival.
#[derive(Debug, Default)]
pub struct Waiting {
    arrivals: u64,
    order: BTreeMap<u64, (Hash, Vec<u8>)>,
    places: BTreeMap<Hash, u64>,
    bytes: usize,
}

impl Waiting {
    /// Remembers one; its hash when it is new.
    pub fn keep(&mut self, signed: Vec<u8>) -> Option<Hash> {
        let hash = SignedTransaction::from_bytes(&signed).ok()?.hash();
        if self.places.contains_key(&hash) {
            return None;
        }
        self.bytes = self.bytes.saturating_add(signed.len());
        self.places.insert(hash, self.arrivals);
        self.order.insert(self.arrivals, (hash, signed));
        self.arrivals = self.arrivals.wrapping_add(1);
        while self.order.len() > MOST || self.bytes > MOST_BYTES {
            let Some((_, (oldest, _))) = self.order.first_key_value() else { break };
            let oldest = *oldest;
            self.forget(&oldest);
        }
        Some(hash)
    }

    /// Forgets one that is in a block, or never will be.
    pub fn note(&mut self, event: &Event) {
        if let Event::Transaction { hash, stage: TransactionStage::Final { .. } | TransactionStage::Dropped } = event {
            self.forget(hash);
        }
    }

    fn forget(&mut self, hash: &Hash) {
        let place = self.places.remove(hash);
        if let Some((_, signed)) = place.and_then(|place| self.order.remove(&place)) {
            self.bytes = self.bytes.saturating_sub(signed.len());
        }
    }

    /// The bytes of one.
    pub fn get(&self, hash: &Hash) -> Option<&Vec<u8>> {
        self.order.get(self.places.get(hash)?).map(|(_, signed)| signed)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &(Hash, Vec<u8>)> {
        self.order.values()
    }
}

/// A plan that was shown.
#[derive(Debug)]
struct Plan {
    /// Whose node has it; none where no node does any more.
    of: Option<TabId>,
    id: u32,
    plan: Vec<u8>,
}

/// Plans that were shown, newest last.
#[derive(Debug, Default)]
pub struct Plans(Vec<Plan>);

impl Plans {
    /// Remembers one.
    pub fn keep(&mut self, of: TabId, id: u32, plan: Vec<u8>) {
        self.0.retain(|known| known.id != id);
        self.0.push(Plan { of: Some(of), id, plan });
        let bytes = |plans: &[Plan]| plans.iter().map(|known| known.plan.len()).sum::<usize>();
        while self.0.len() > PLANS || bytes(&self.0) > PLAN_BYTES {
            self.0.remove(0);
        }
    }

    /// The node of that tab is a new one.
    pub fn begin(&mut self, tab: TabId) {
        self.0.iter_mut().filter(|known| known.of == Some(tab)).for_each(|known| known.of = None);
    }

    /// One of them, unless the node of that tab has shown it itself.
    pub fn unknown_to(&self, tab: TabId, id: u32) -> Option<&Vec<u8>> {
        self.0.iter().find(|known| known.id == id && known.of != Some(tab)).map(|known| &known.plan)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Vec<u8>)> {
        self.0.iter().map(|known| (known.id, &known.plan))
    }
}
