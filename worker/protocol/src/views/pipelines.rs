//! How blocks were executed here: pipelines, the timeline of one block, engines, and how they are checked against each
//! other. All of it is this tab's own measuring and none of it enters a block: other tabs see other times and lanes.
//!
//! Times are microseconds of this tab's clock; those of a block count from the moment its execution began.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Gas, Hash, Height, ModuleId, Outcome};

/// Blocks whose timelines a node keeps.
pub const LANES_KEPT: usize = 64;
/// Incidents and disagreements that a node keeps, each.
pub const INCIDENTS_KEPT: usize = 64;
/// Runs and transactions that one [`LanesView`] may have, each.
pub const LANES_RUNS: usize = 8_192;
/// Keys that one [`LanesView`] may name as conflicts.
pub const LANES_CONFLICTS: usize = 256;
/// Transactions that one [`ConflictView`] may name.
pub const CONFLICT_TRANSACTIONS: usize = 1_024;

/// What a pipeline is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum PipelineState {
    /// Its worker is being started, for the first time or in place of one that was ended.
    Starting,
    /// Waits for work.
    Idle,
    /// Executes clusters.
    Busy,
    /// Its worker could not be started; the node does its share itself.
    Down,
}

/// One pipeline, since this node started.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PipelineView {
    /// Its number, from 0.
    pub number: u8,
    /// What it is doing.
    pub state: PipelineState,
    /// Messages with work that it answered.
    pub jobs: u64,
    /// Time it spent executing, microseconds.
    pub busy_us: u64,
    /// Gas of what it executed.
    pub gas: u64,
    /// How often its worker was ended and another one started.
    pub replaced: u32,
    /// Codes it holds, so that no message needs to carry them again.
    pub codes: u32,
}

/// What went wrong with a pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum IncidentKind {
    /// Its worker died of a defect or was ended from outside.
    Trapped,
    /// It did not answer within its budget and was ended.
    Hung,
    /// Its worker had no memory left.
    OutOfMemory,
    /// It answered with something that is no answer to its job.
    Garbled,
    /// Its worker could not be started.
    NotStarted,
}

/// A pipeline was ended.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct IncidentView {
    /// The block that was being executed, none outside of one.
    pub height: Option<Height>,
    /// The pipeline's number.
    pub pipeline: u8,
    /// What happened.
    pub kind: IncidentKind,
    /// The exact finding, in English.
    pub detail: String,
    /// True when its work was done again, elsewhere or by the pipeline's next worker.
    pub redone: bool,
    /// Unix time, milliseconds.
    pub at_ms: u64,
}

/// The browser's engine and the reference came to different results.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DisagreementView {
    /// The block that was being executed; it was abandoned.
    pub height: Height,
    /// The code, which the reference alone executes from then on.
    pub code: Hash,
    /// Modules that run this code now.
    pub modules: Vec<ModuleId>,
    /// The export that was called.
    pub entry: String,
    /// What differed first: `outcome`, `result`, `gas`, `host calls`, `state`; a key of the page's locale file.
    pub what: String,
    /// What the browser's engine came to, in English.
    pub fast: String,
    /// What the reference came to, in English.
    pub reference: String,
    /// The last block on which re-execution by the reference agrees: the chain went on from there.
    pub went_back_to: Height,
    /// Unix time, milliseconds.
    pub at_ms: u64,
}

/// How the browser's engine is checked against the reference.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SamplingView {
    /// Share of the calls that are executed twice, parts per million.
    pub ppm: u32,
    /// Calls executed twice since this node started.
    pub checked: u64,
    /// Of these, calls on which both engines agree.
    pub agreed: u64,
    /// The others, newest first, earlier starts of this node included; at most [`INCIDENTS_KEPT`].
    pub disagreements: Vec<DisagreementView>,
}

/// Which engine executes a code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EngineTier {
    /// The reference: the code has not been called enough to be worth compiling.
    Reference,
    /// The browser's own engine.
    Fast,
    /// The reference, because the browser refuses to compile the code.
    Refused {
        /// What the browser said.
        reason: String,
    },
    /// The reference, because the browser's engine disagreed with it once.
    Disagreed {
        /// What differed.
        reason: String,
    },
}

/// A code that was executed since this node started.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EngineView {
    /// The code.
    pub code: Hash,
    /// The name in its manifest, the author's word; empty without a manifest.
    pub name: String,
    /// Modules that run it now.
    pub modules: Vec<ModuleId>,
    /// Which engine executes it now.
    pub tier: EngineTier,
    /// Calls that the browser's engine executed.
    pub calls_fast: u64,
    /// Calls that the reference executed, checks not counted.
    pub calls_reference: u64,
    /// Gas of the calls that the browser's engine executed.
    pub gas_fast: u64,
    /// Gas of the calls that the reference executed, checks not counted.
    pub gas_reference: u64,
    /// Calls executed twice to compare the engines.
    pub checked: u64,
    /// Bytes of the instrumented code that the browser holds compiled; zero when it holds none.
    pub compiled_bytes: u64,
    /// Instances kept to be used again.
    pub pooled: u32,
}

/// One block's execution in figures.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LaneTotals {
    /// The block.
    pub height: Height,
    /// Its transactions.
    pub transactions: u32,
    /// Clusters that the plan made of them.
    pub clusters: u32,
    /// Stages, one after another.
    pub stages: u32,
    /// Transactions that touched more than they said, and were executed in the serial lane.
    pub moved: u32,
    /// Pipelines in use; zero when the node executed the block itself.
    pub pipelines: u8,
    /// Gas of all runs, abandoned ones included.
    pub gas: Gas,
    /// Gas of the longest chain of runs that must follow one another: the heaviest cluster of each stage, and the serial
    /// lane. All gas divided by this is the most that any number of pipelines can gain.
    pub critical_gas: Gas,
    /// Time the runs took, summed over all lanes.
    pub busy_us: u64,
    /// From the begin of the first stage to the end of the serial lane: what parallel execution shortens.
    pub lanes_us: u64,
    /// The whole block, from planning to the new root; writing it down is not part of it.
    pub total_us: u64,
    /// Messages sent to pipelines.
    pub messages: u32,
    /// Bytes of them.
    pub bytes_out: u64,
    /// Bytes of the answers.
    pub bytes_in: u64,
}

/// What a block's execution is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Phase {
    /// Governance and enactments, before any transaction.
    Opening,
    /// From hints to stages of disjoint clusters.
    Planning,
    /// One stage of clusters, by its number from 0.
    Stage(u32),
    /// Transactions that touched more than they said, one after another.
    Serial,
    /// Fees, burns, the threshold base.
    Closing,
    /// The new state root.
    Root,
    /// Writing it all down; the next block may begin meanwhile.
    Commit,
}

/// When a part of a block's execution took place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PhaseView {
    /// Which part.
    pub phase: Phase,
    /// Its begin.
    pub start_us: u64,
    /// Its end.
    pub end_us: u64,
}

/// Which engines executed the calls of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EngineUse {
    /// No code of a module was executed.
    None,
    /// The browser's engine alone.
    Fast,
    /// The reference alone.
    Reference,
    /// Both, one call each or one call twice.
    Both,
}

/// One attempt at one transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RunView {
    /// The transaction's place in the block.
    pub transaction: u32,
    /// Stage and cluster, each by its number from 0; none in the serial lane.
    pub cluster: Option<(u32, u32)>,
    /// The pipeline that executed it; none when the node did so itself.
    pub pipeline: Option<u8>,
    /// Its begin.
    pub start_us: u64,
    /// Its end.
    pub end_us: u64,
    /// Gas it used.
    pub gas: Gas,
    /// Which engines executed it.
    pub engine: EngineUse,
    /// False when it touched more than it said: its effects were dropped, and the serial lane executed the transaction
    /// again.
    pub kept: bool,
}

/// A transaction of a block, as the timeline names it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LaneTransaction {
    /// Its hash.
    pub hash: Hash,
    /// The module that its first call calls, if it calls one.
    pub module: Option<ModuleId>,
    /// The export that its first call calls; otherwise which call it is, in small letters (`upload_chunk`): a
    /// key of the page's locale file.
    pub entry: String,
    /// How many calls it has.
    pub calls: u32,
    /// Keys in its access hint.
    pub hinted: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// Gas of its receipt.
    pub gas: Gas,
}

/// A key that orders transactions: at least one of them writes it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ConflictView {
    /// The key for people: text where it is text, hexadecimal otherwise.
    pub name: String,
    /// The module whose storage it belongs to, if it does.
    pub module: Option<ModuleId>,
    /// Transactions that say they write it, ascending places in the block; senders write their own account.
    pub writers: Vec<u32>,
    /// Transactions that say they only read it, ascending.
    pub readers: Vec<u32>,
}

/// How one block was executed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LanesView {
    /// In figures.
    pub totals: LaneTotals,
    /// Its parts in order of their begins.
    pub phases: Vec<PhaseView>,
    /// Transactions in block order; the first [`LANES_RUNS`].
    pub transactions: Vec<LaneTransaction>,
    /// Attempts at these transactions in order of their begins; at most [`LANES_RUNS`].
    pub runs: Vec<RunView>,
    /// Keys that order these transactions, those with the most transactions first; at most [`LANES_CONFLICTS`].
    pub conflicts: Vec<ConflictView>,
    /// Keys left out.
    pub conflicts_left_out: u32,
}

/// Pipelines, engines and the newest blocks.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PipelinesView {
    /// Rests on this block.
    pub height: Height,
    /// Pipelines in use; zero when the node executes everything itself.
    pub count: u8,
    /// Processors that the browser reports.
    pub available: u8,
    /// How many pipelines the person asked for; none for as many as the machine has.
    pub wished: Option<u8>,
    /// False when the person had the reference execute everything.
    pub fast: bool,
    /// Why the browser's engine is not used at all, in English; none when it is, or when the person turned it off.
    pub no_fast: Option<String>,
    /// The pipelines, by number.
    pub pipelines: Vec<PipelineView>,
    /// Pipelines that were ended, newest first; at most [`INCIDENTS_KEPT`].
    pub incidents: Vec<IncidentView>,
    /// How the engines are checked against each other.
    pub sampling: SamplingView,
    /// Codes that were executed, those with the most gas first.
    pub engines: Vec<EngineView>,
    /// Blocks whose timelines are kept, newest first; at most [`LANES_KEPT`].
    pub blocks: Vec<LaneTotals>,
}
