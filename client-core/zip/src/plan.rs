//! From hints to stages of clusters: a pure function of the block's order and hints, never transmitted.
//!
//! Two transactions conflict when one's hint writes a key that the other's hint reads or writes; each hint implicitly
//! writes its sender's account. What conflicts stands in one cluster, in block order, or in different stages, the later
//! one in the later stage. Clusters are joined as transactions come; one that would join several clusters into one
//! heavier than a share of the block begins a new stage instead, so that one chain of conflicts does not serialise all.
//!
//! No result depends on the plan: a transaction only reads what its hint names, and whoever wrote that before it has run
//! before it under any plan that keeps this rule. So these bounds are of speed, not of consensus.
//!
//! Cost: each hinted key (priced, at most 1,024 per transaction) is looked up once in an ordered map and put once into
//! a list of readers, which the next writer empties.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use zera_primitives::{SignedTransaction, StateKey};

#[cfg(test)]
mod tests;

/// Most stages of one block: each ends with a message from every pipeline.
pub const STAGES: u32 = 8;
/// Clusters may always be joined up to this sum of gas limits: splitting less is not worth a stage.
pub const LIGHT_GAS: u64 = 500_000;
/// Joined clusters are no heavier than this share of the block's gas.
pub const SHARES: u64 = 16;

/// Indices into the block's transactions, in block order; whatever touches their keys is in here or in another stage.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cluster {
    /// The indices.
    pub transactions: Vec<usize>,
}

/// Clusters that touch disjoint keys, ordered by their first transaction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stage {
    /// The clusters.
    pub clusters: Vec<Cluster>,
}

/// How a block's transactions run beside and after each other.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// One after the other.
    pub stages: Vec<Stage>,
    /// Hinted keys and list entries that planning looked at: its cost.
    pub steps: u64,
    touches: Vec<Touch>,
    /// Where the touches of each transaction end.
    ends: Vec<usize>,
    keys: usize,
}

/// One hinted key of one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Touch {
    key: usize,
    write: bool,
}

impl Plan {
    /// Gas of the heaviest chain of conflicting transactions when transaction `i` takes `gas[i]`: no number of pipelines
    /// runs the block in less.
    #[must_use]
    pub fn critical_gas(&self, gas: &[u64]) -> u64 {
        // Per key: where the last writer, and the last of its readers and writers, ended.
        let mut ended = vec![(0u64, 0u64); self.keys];
        let mut longest = 0u64;
        for (index, touches) in self.by_transaction().enumerate() {
            let after = |touch: &Touch| {
                ended.get(touch.key).map_or(0, |(writer, anyone)| if touch.write { *anyone } else { *writer })
            };
            let start = touches.iter().map(after).max().unwrap_or(0);
            let end = start.saturating_add(gas.get(index).copied().unwrap_or(0));
            for touch in touches {
                let Some((writer, anyone)) = ended.get_mut(touch.key) else { continue };
                *anyone = end.max(*anyone);
                if touch.write {
                    *writer = end.max(*writer);
                }
            }
            longest = longest.max(end);
        }
        longest
    }

    fn by_transaction(&self) -> impl Iterator<Item = &[Touch]> {
        let starts = core::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.touches.get(*start..*end).unwrap_or_default())
    }
}

/// Plans `transactions`.
#[must_use]
pub fn plan(transactions: &[SignedTransaction]) -> Plan {
    let mut plan = touches(transactions);
    let gas: Vec<u64> = transactions.iter().map(|signed| signed.transaction.gas_limit.0).collect();
    let total = gas.iter().fold(0u64, |sum, gas| sum.saturating_add(*gas));
    let mut planner = Planner {
        forest: Forest { parent: (0..transactions.len()).collect(), gas, stage: Vec::new() },
        keys: Vec::new(),
        heaviest: (total / SHARES).max(LIGHT_GAS),
        met: Vec::new(),
        steps: plan.touches.len() as u64,
    };
    planner.keys.resize_with(plan.keys, Touched::default);
    for (index, touches) in plan.by_transaction().enumerate() {
        planner.place(index, touches);
    }
    plan.steps = planner.steps;
    plan.stages = planner.forest.stages(transactions.len());
    plan
}

/// Numbers the hinted keys in order of appearance.
fn touches(transactions: &[SignedTransaction]) -> Plan {
    let own: Vec<StateKey> = transactions.iter().map(|signed| StateKey::account(&signed.transaction.sender)).collect();
    let mut numbers: BTreeMap<&StateKey, usize> = BTreeMap::new();
    let mut plan = Plan::default();
    for (signed, own) in transactions.iter().zip(&own) {
        let hint = &signed.transaction.hint;
        let writes = core::iter::once(own).chain(&hint.writes).map(|key| (key, true));
        for (key, write) in writes.chain(hint.reads.iter().map(|key| (key, false))) {
            let next = numbers.len();
            let key = *numbers.entry(key).or_insert(next);
            plan.touches.push(Touch { key, write });
        }
        plan.ends.push(plan.touches.len());
    }
    plan.keys = numbers.len();
    plan
}

/// Who touched one key last. Writers of one key conflict, so the last one has the latest stage of all, and every other
/// one of that stage is in its cluster.
#[derive(Default)]
struct Touched {
    writer: Option<usize>,
    /// Readers since then; only those of the latest stage among them can be met.
    readers: Vec<usize>,
}

struct Planner {
    forest: Forest,
    keys: Vec<Touched>,
    heaviest: u64,
    /// Conflicting transactions before the one that is being placed.
    met: Vec<usize>,
    steps: u64,
}

impl Planner {
    fn place(&mut self, index: usize, touches: &[Touch]) {
        self.meet(touches);
        let mut stage = self.met.iter().map(|other| self.forest.stage_of(*other)).max().unwrap_or(0);
        let forest = &mut self.forest;
        let mut roots: Vec<usize> =
            self.met.iter().filter(|other| forest.stage_of(**other) == stage).copied().collect();
        for root in &mut roots {
            *root = forest.root(*root);
        }
        roots.sort_unstable();
        roots.dedup();
        let own = forest.gas_of(index);
        let sum = roots.iter().fold(own, |sum, root| sum.saturating_add(forest.gas_of(*root)));
        if roots.len() > 1 && sum > self.heaviest && stage.saturating_add(1) < STAGES {
            stage = stage.saturating_add(1);
            roots.clear();
        }
        forest.stage.push(stage);
        for root in roots {
            forest.join(root, index);
        }
        self.remember(index, stage, touches);
    }

    /// Gathers whom `touches` conflict with; a writer empties the list of readers, so each entry is looked at once.
    fn meet(&mut self, touches: &[Touch]) {
        self.met.clear();
        for touch in touches {
            let Some(key) = self.keys.get_mut(touch.key) else { continue };
            self.met.extend(key.writer);
            if touch.write {
                self.met.append(&mut key.readers);
            }
        }
        self.steps = self.steps.saturating_add(self.met.len() as u64);
    }

    fn remember(&mut self, index: usize, stage: u32, touches: &[Touch]) {
        for touch in touches {
            let Some(key) = self.keys.get_mut(touch.key) else { continue };
            if touch.write {
                key.writer = Some(index);
                key.readers.clear();
                continue;
            }
            let latest = key.readers.last().map(|reader| self.forest.stage_of(*reader));
            match latest {
                Some(latest) if latest > stage => {}
                Some(latest) if latest < stage => {
                    key.readers.clear();
                    key.readers.push(index);
                }
                _ => key.readers.push(index),
            }
        }
    }
}

/// Disjoint sets; a root is the least index of its set and holds the gas of all.
struct Forest {
    parent: Vec<usize>,
    gas: Vec<u64>,
    /// Of each transaction placed so far.
    stage: Vec<u32>,
}

impl Forest {
    fn parent(&self, index: usize) -> usize {
        self.parent.get(index).copied().unwrap_or(index)
    }

    fn stage_of(&self, index: usize) -> u32 {
        self.stage.get(index).copied().unwrap_or(0)
    }

    fn gas_of(&self, root: usize) -> u64 {
        self.gas.get(root).copied().unwrap_or(0)
    }

    fn root(&mut self, index: usize) -> usize {
        let mut root = index;
        while self.parent(root) != root {
            root = self.parent(root);
        }
        let mut at = index;
        while self.parent(at) != root {
            let next = self.parent(at);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = root;
            }
            at = next;
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let sum = self.gas_of(a).saturating_add(self.gas_of(b));
        if let (Some(parent), Some(gas)) = (self.parent.get_mut(a.max(b)), self.gas.get_mut(a.min(b))) {
            *parent = a.min(b);
            *gas = sum;
        }
    }

    fn stages(&mut self, count: usize) -> Vec<Stage> {
        let mut clusters: BTreeMap<(u32, usize), Cluster> = BTreeMap::new();
        for index in 0..count {
            let root = (self.stage_of(index), self.root(index));
            clusters.entry(root).or_default().transactions.push(index);
        }
        let mut stages: Vec<Stage> = Vec::new();
        for ((stage, _), cluster) in clusters {
            if stages.len() <= stage as usize {
                stages.resize_with((stage as usize).saturating_add(1), Stage::default);
            }
            if let Some(stage) = stages.get_mut(stage as usize) {
                stage.clusters.push(cluster);
            }
        }
        stages
    }
}
