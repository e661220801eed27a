//! Executions that can be proven, proofs under way, and proofs that this tab keeps. What a proof says and whether it holds
//! is in the file beside this one (`verdict.rs`).
//!
//! Names called "a key" are keys of the page's locale file. Times are milliseconds or microseconds as each field says.

use super::VerdictView;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Event, Gas, Hash, Height, ModuleId, Outcome, ProposalId, Slot};

/// Executions that one answer lists at most.
pub const EXECUTIONS_LISTED: u32 = 100;
/// Bytes of one proof file that may be handed to this client.
pub const PROOF_FILE_BYTES: usize = 32 << 20;

/// One call of a module in a block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallId {
    /// The transaction.
    pub transaction: Hash,
    /// Place in its receipt's `calls`, from 0; nested calls count.
    pub call: u32,
}

/// Which executions to list; all conditions hold together.
#[derive(Clone, PartialEq, Eq, Default, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct ExecutionFilter {
    /// Only calls of this module.
    pub module: Option<ModuleId>,
    /// Only calls of this transaction.
    pub transaction: Option<Hash>,
    /// Only calls that can be proven now: the code is provable and the record is kept.
    pub provable: bool,
    /// Only calls that somebody asked a proof of, or whose module marked them (`log_execution_for_proof`).
    pub asked: bool,
    /// Only calls that this tab holds a proof of.
    pub proven: bool,
}

/// Whether code can be proven.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Provable {
    /// It can.
    Yes,
    /// It cannot; it runs all the same. What stands in the way, in which function, at which offset, in English.
    No(String),
    /// Nobody has looked yet: lists do not translate code. `Execution` looks.
    Unknown,
}

/// Who asked the chain for a proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AskedBy {
    /// A transaction of this account, by the page or by a script.
    Account(AccountId),
    /// A module, with `trigger_zk_proof_generation`.
    Module(ModuleId),
    /// An enacted proposal.
    Proposal(ProposalId),
}

/// What the ledger says about a proof of a call. Every node sees the same.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OnLedger {
    /// Nothing.
    Nothing,
    /// A proof was asked for and has not come yet.
    Requested {
        /// By whom.
        by: AskedBy,
        /// When.
        at: (Height, Slot),
        /// The slot from which on it counts as expired.
        expires: Slot,
    },
    /// The chain verified a proof of it.
    Verified {
        /// Digest of the statement that was proven.
        statement: Hash,
        /// The transaction that brought the proof.
        transaction: Hash,
        /// When.
        at: (Height, Slot),
    },
    /// A proof was asked for, and none came in time.
    Expired {
        /// Who had asked.
        by: AskedBy,
        /// When it had been asked for.
        asked: (Height, Slot),
        /// When it expired.
        at: (Height, Slot),
    },
}

/// What this tab did about a proof of a call. Other tabs see other things.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum InThisTab {
    /// Nothing: the record is kept and could be proven.
    Recorded,
    /// It is being proven, or waits for its turn; the number is [`ProofTask::id`].
    Proving(u32),
    /// This tab holds a proof of it: [`ProofView::id`].
    Proven(Hash),
    /// The record is gone (age, room, switched off, or made by another node); it cannot be proven here.
    Purged,
    /// The last attempt failed; why, in English. It may be tried again.
    Failed(String),
}

/// What proving would take. Everything but `steps` follows from this machine and this build's keys.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EstimateView {
    /// Rows of the run.
    pub steps: u64,
    /// False: `steps` and all that follows from it are guessed from the gas; `Execution` counts.
    pub exact: bool,
    /// Segments per class: its name (such as `S1`, `M2`, `end S`) and how many.
    pub segments: Vec<(String, u32)>,
    /// Bytes of proving keys that must still be fetched; zero when all are cached.
    pub fetch_bytes: u64,
    /// Bytes of the proof file, without the module's code.
    pub proof_bytes: u64,
    /// Memory that all provers take together, bytes.
    pub memory_bytes: u64,
    /// Provers that would work side by side.
    pub provers: u32,
    /// Milliseconds from the click to the proof without fetching, by the speed of earlier proofs in this tab; none before the
    /// first.
    pub millis: Option<u64>,
}

/// One recorded execution, in a list.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExecutionView {
    /// Which call.
    pub id: CallId,
    /// The block it is in.
    pub at: (Height, Slot),
    /// 0 for a call of the transaction itself, more for calls by modules.
    pub depth: u8,
    /// The module.
    pub module: ModuleId,
    /// Its name by its manifest.
    pub name: String,
    /// The code that ran.
    pub code: Hash,
    /// The export.
    pub entry: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Gas it used, nested calls included.
    pub gas: Gas,
    /// Bytes of the kept record; none when it is gone.
    pub record_bytes: Option<u64>,
    /// What its module called it (`log_execution_for_proof`); none when it did not mark it.
    pub marked: Option<String>,
    /// Whether its code can be proven.
    pub provable: Provable,
    /// What proving would take; none when it cannot be proven.
    pub estimate: Option<EstimateView>,
    /// What the ledger says.
    pub ledger: OnLedger,
    /// What this tab did.
    pub local: InThisTab,
}

/// Records of executions that this tab keeps.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecordsView {
    /// False: executions are not recorded from now on.
    pub on: bool,
    /// How many.
    pub count: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// Bytes they may take.
    pub most_bytes: u64,
    /// Blocks a record is kept for; marked calls and those that a proof was asked of stay ten times as long.
    pub blocks: u64,
    /// The oldest block that one is kept of.
    pub oldest: Option<Height>,
}

/// Recorded executions, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExecutionsPage {
    /// Rests on this block.
    pub height: Height,
    /// The executions.
    pub executions: Vec<ExecutionView>,
    /// True when there are older ones; ask for those before the last.
    pub more: bool,
    /// What is kept in all.
    pub records: RecordsView,
}

/// One host call of a recorded execution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HostCallView {
    /// The host function.
    pub function: String,
    /// The integer it returned, decimal.
    pub returned: String,
    /// What it wrote into the module's memory; the first 256 bytes.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub written: Vec<u8>,
    /// Bytes it wrote in all.
    pub written_bytes: u64,
    /// Gas it took.
    pub gas: Gas,
}

/// One storage access of a recorded execution.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AccessView {
    /// What was done, a key: `read`, `write`, `remove`, `old-read`, `old-next`.
    pub kind: String,
    /// The storage key.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub key: Vec<u8>,
    /// Bytes of the value; none where there was none.
    pub value_bytes: Option<u64>,
}

/// One recorded execution with all that a proof would say.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExecutionDetail {
    /// As in the list, with an exact estimate.
    pub execution: ExecutionView,
    /// The argument bytes; they stand in the block, so a proof cannot hide them.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub args: Vec<u8>,
    /// The result bytes, when the record is kept.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub result: Vec<u8>,
    /// Gas limit of the call.
    pub gas_limit: Gas,
    /// Stack limit of the call, in slots.
    pub stack_limit: u64,
    /// Events it emitted.
    pub events: Vec<Event>,
    /// Digest of its ordered host calls, as the receipt has it.
    pub host_log: Hash,
    /// Digest of its ordered storage log, as the receipt has it.
    pub storage_log: Hash,
    /// Host calls, the first 256.
    pub host_calls: Vec<HostCallView>,
    /// Storage accesses, the first 256.
    pub accesses: Vec<AccessView>,
    /// Host calls and storage accesses in all.
    pub counts: (u64, u64),
    /// What has been asked and answered about it on the ledger, oldest first.
    pub history: Vec<OnLedger>,
    /// Proofs of it that this tab holds.
    pub proofs: Vec<Hash>,
}

/// What to hide in a proof of a local run.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct Hide {
    /// The arguments.
    pub args: bool,
    /// The result.
    pub result: bool,
    /// The events.
    pub events: bool,
}

/// Which code a local run takes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LocalCode {
    /// A module of the chain, with the state of the head.
    Module(ModuleId),
    /// Any code, without a state.
    Bytes(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
}

/// Arguments of a local run.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LocalArgs {
    /// SCALE bytes, for exports that read their input from the host as modules of the chain do.
    Bytes(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
    /// Integers in the order of the export's parameters, for exports that take integers; decimal, signed ones with `-`.
    Numbers(Vec<String>),
}

/// What a proof under way is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ProofPhase {
    /// Waits for the one before it.
    Waiting,
    /// The record is run again by the reference engine, and its result compared with the receipt.
    Executing,
    /// Proving keys are fetched and their hashes checked.
    Keys,
    /// The run is traced row by row, and cut into segments.
    Tracing,
    /// Segments are committed to, before the challenge is known.
    Committing,
    /// Segments are proven.
    Proving,
    /// The finished proof is verified here.
    Verifying,
}

/// A proof under way.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProofTask {
    /// Names it until this tab is closed; for `CancelProof`.
    pub id: u32,
    /// The call that is proven; none for a local run.
    pub call: Option<CallId>,
    /// The code.
    pub code: Hash,
    /// The export.
    pub entry: String,
    /// What it is doing.
    pub phase: ProofPhase,
    /// Segments that the phase is done with.
    pub segment: u32,
    /// Segments in all; 0 before they are known.
    pub of: u32,
    /// Milliseconds that are probably left, by what the done part took; none before anything can be said.
    pub millis_left: Option<u64>,
    /// Bytes of proving keys fetched, and to be fetched; both 0 when all are cached.
    pub key_bytes: (u64, u64),
    /// Memory of all provers now, bytes.
    pub memory_bytes: u64,
    /// Milliseconds since it began.
    pub millis: u64,
}

/// Where a proven execution happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ProofOrigin {
    /// In a block of a chain.
    Ledger(CallId),
    /// In somebody's own machine: it changed nothing on any chain.
    Local,
}

/// A proof that this tab keeps.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProofView {
    /// BLAKE3 of the file. Proofs can be re-randomised, so it names this file and not the statement.
    pub id: Hash,
    /// Digest of the statement.
    pub statement: Hash,
    /// Where the execution happened.
    pub origin: ProofOrigin,
    /// The code that ran.
    pub code: Hash,
    /// Name of the module by its manifest; empty when it has none.
    pub name: String,
    /// The export.
    pub entry: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The result in words; none when it is hidden or there is none.
    pub result: Option<String>,
    /// What is hidden.
    pub hidden: Hide,
    /// Gas of the run.
    pub gas: Gas,
    /// Segments.
    pub segments: u32,
    /// Bytes of the file.
    pub bytes: u64,
    /// True: made with development keys, whose makers can prove anything.
    pub insecure: bool,
    /// Unix time at which it was made or brought here, milliseconds.
    pub kept_ms: u64,
    /// Milliseconds that proving took here; none for a file from elsewhere.
    pub millis: Option<u64>,
    /// Rows of the run, where this tab made the proof.
    pub steps: Option<u64>,
    /// The transaction that brought a proof of this statement to the ledger.
    pub submitted: Option<Hash>,
    /// True when it disagrees with re-execution; see [`AlarmView`].
    pub alarm: bool,
}

/// Proofs of this tab.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProofsView {
    /// Under way and waiting, the first one first.
    pub tasks: Vec<ProofTask>,
    /// Kept, newest first.
    pub proofs: Vec<ProofView>,
    /// Bytes of all kept files.
    pub bytes: u64,
    /// Alarms that nobody has acknowledged, newest first.
    pub alarms: Vec<AlarmView>,
    /// Provers that would work side by side: one less than the machine has threads, at least one.
    pub provers: u32,
}

/// One kept proof, verified again for this answer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProofDetail {
    /// As in the list.
    pub proof: ProofView,
    /// What it says and whether it holds.
    pub verdict: VerdictView,
    /// What the ledger says about the call; [`OnLedger::Nothing`] for a local run.
    pub ledger: OnLedger,
    /// The alarm that it raised, acknowledged or not.
    pub alarm: Option<AlarmView>,
}

/// A proof that verifies says something else than re-execution. The executed result stands; the proof is trusted for
/// nothing.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AlarmView {
    /// The proof's file: [`ProofView::id`]. It is kept as evidence until the alarm is acknowledged.
    pub proof: Hash,
    /// The call.
    pub call: CallId,
    /// The code.
    pub code: Hash,
    /// The export.
    pub entry: String,
    /// The key set under which the proof verifies.
    pub keys: Hash,
    /// Fields that differ: the field (a key, see [`super::FieldView::what`]), what the proof says, what execution gives.
    pub differs: Vec<(String, String, String)>,
    /// Unix time at which it was found, milliseconds.
    pub found_ms: u64,
    /// Unix time at which somebody acknowledged it, and the reason given; none while it stands.
    pub acknowledged: Option<(u64, String)>,
}
