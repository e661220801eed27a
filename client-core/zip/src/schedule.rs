//! Which transaction ran where, how long and at what gas. Local: two nodes with the same block have different ones.

use crate::{pipelines::Traffic, plan::Plan};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::Gas;
use zera_runtime::{Executed, Machine};
use zera_vm::CallsRun;

/// In which part of a block a transaction got its receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub enum Lane {
    /// In its cluster.
    #[default]
    Cluster,
    /// In the serial lane.
    Serial,
}

/// Which engines ran the calls of one attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Engines {
    /// A fast engine.
    pub fast: bool,
    /// The reference, alone or to check the fast one.
    pub reference: bool,
}

impl Engines {
    /// Those that have run calls since `before`.
    pub(crate) fn since(before: CallsRun, machine: &Machine) -> Self {
        let now = machine.engine().calls_run();
        Self { fast: now.fast != before.fast, reference: now.reference != before.reference }
    }
}

/// Where one transaction ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Placed {
    /// Its place in the block.
    pub index: u32,
    /// Its stage.
    pub stage: u32,
    /// Its cluster in the stage.
    pub cluster: u32,
    /// The pipeline of its cluster; 0 is the coordinator itself.
    pub pipeline: u8,
    /// Its attempt in the cluster: begin and end, microseconds since the block began. Both zero when there was none.
    pub tried: (u64, u64),
    /// What ran that attempt's calls.
    pub engines: Engines,
    /// Its run in the serial lane, if it had one.
    pub serial: Option<(u64, u64)>,
    /// What ran the calls there.
    pub serial_engines: Engines,
    /// Gas, both attempts together.
    pub gas: Gas,
    /// Where it got its receipt.
    pub lane: Lane,
    /// 2 when a first attempt was discarded.
    pub attempts: u8,
}

/// A block's execution as this node saw it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    /// In block order.
    pub transactions: Vec<Placed>,
    /// Clusters per stage.
    pub stages: Vec<u32>,
    /// Messages and their bytes.
    pub traffic: Traffic,
    /// Planning, microseconds.
    pub plan_us: u64,
    /// The opening: governance, enactments.
    pub opening_us: u64,
    /// All of it, without the state root.
    pub total_us: u64,
    /// The state root.
    pub root_us: u64,
    /// Gas of all transactions.
    pub gas: Gas,
    /// Gas of the heaviest chain of conflicting transactions: total over this is what any number of pipelines could reach.
    pub critical_gas: Gas,
}

impl Traffic {
    pub(crate) fn add(&mut self, more: Self) {
        self.messages = self.messages.saturating_add(more.messages);
        self.bytes_out = self.bytes_out.saturating_add(more.bytes_out);
        self.bytes_in = self.bytes_in.saturating_add(more.bytes_in);
    }
}

impl Schedule {
    /// Joins what cluster and serial lane noted about one transaction, and counts gas.
    pub(crate) fn settle(&mut self, plan: &Plan, executed: &[Executed]) {
        let gas: Vec<u64> = executed.iter().map(|one| one.receipt.gas.0).collect();
        let mut placed: Vec<Placed> = Vec::with_capacity(executed.len());
        self.transactions.sort_by_key(|one| one.index);
        for one in self.transactions.drain(..) {
            match placed.last_mut() {
                Some(last) if last.index == one.index => {
                    (last.serial, last.lane, last.serial_engines) = (one.serial, one.lane, one.serial_engines);
                }
                _ => placed.push(one),
            }
        }
        for (one, executed) in placed.iter_mut().zip(executed) {
            one.gas = executed.receipt.gas;
            one.attempts = executed.receipt.attempts;
        }
        self.transactions = placed;
        self.gas = Gas(gas.iter().fold(0, |sum, gas| sum.saturating_add(*gas)));
        self.critical_gas = Gas(plan.critical_gas(&gas));
    }
}
