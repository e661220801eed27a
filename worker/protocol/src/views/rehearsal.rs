//! What an enactment would do, computed on a copy of this tab's own state.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AbortReason, Class, Effect, Gas, Hash, Height, ModuleId, Outcome, Payload, ProposalId};

/// What to rehearse.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RehearsalOf {
    /// A proposal as it stands.
    Proposal(ProposalId),
    /// What somebody is about to propose.
    Payload {
        /// Codes that the chain does not hold yet.
        #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::many_bytes"))]
        codes: Vec<Vec<u8>>,
        /// What it would do.
        payload: Payload,
    },
}

/// One check of a rehearsal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DryRunCheck {
    /// What, a key of the page's locale file.
    pub what: String,
    /// What was found before; empty where there is nothing to compare.
    pub before: String,
    /// What was found after, or the finding.
    pub after: String,
    /// Whether it held.
    pub held: bool,
}

/// One entry of a module's storage that would differ.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StateRow {
    /// The module.
    pub module: ModuleId,
    /// The module's own key.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub key: Vec<u8>,
    /// The key for people: text where it is text, hexadecimal otherwise.
    pub name: String,
    /// Value before; none when it is new.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::maybe_bytes"))]
    pub before: Option<Vec<u8>>,
    /// Value after; none when it is removed.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::maybe_bytes"))]
    pub after: Option<Vec<u8>>,
    /// Both values for people, decoded where that is possible.
    pub text: (Option<String>, Option<String>),
}

/// How the storage of the modules would differ.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StateDiff {
    /// Entries added.
    pub added: u64,
    /// Entries removed.
    pub removed: u64,
    /// Entries changed.
    pub changed: u64,
    /// Entries that stay as they are in a rewritten generation.
    pub same: u64,
    /// The first of them.
    pub rows: Vec<StateRow>,
}

/// How one call ended.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallEnd {
    /// Its class.
    pub outcome: Outcome,
    /// Gas.
    pub gas: Gas,
    /// What it answered.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub result: Vec<u8>,
    /// Events it emitted.
    pub events: u32,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// A past call that ends differently under the new code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReplayRow {
    /// Its transaction.
    pub transaction: Hash,
    /// The block it was in.
    pub height: Height,
    /// The export.
    pub entry: String,
    /// Under the code that runs.
    pub before: CallEnd,
    /// Under what would run.
    pub after: CallEnd,
}

/// Past calls of the module, run again on the state of now, before and after.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReplayView {
    /// How many were asked for.
    pub asked: u32,
    /// How many there were.
    pub replayed: u32,
    /// How many end alike: same outcome, result and events.
    pub same: u32,
    /// Those that do not, newest first.
    pub changed: Vec<ReplayRow>,
    /// Median gas before and after.
    pub gas: (u64, u64),
}

/// A rehearsal of an enactment on a copy of the head state.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DryRunView {
    /// Rests on this block.
    pub height: Height,
    /// Root of the state it began from.
    pub root: Hash,
    /// What was rehearsed.
    pub payload: Hash,
    /// The class that its effects have now.
    pub class: Option<Class>,
    /// None when it would succeed.
    pub abort: Option<AbortReason>,
    /// The finer cause.
    pub cause: Option<String>,
    /// Gas of migration, setters, invariants and health check.
    pub gas: Gas,
    /// Entries of the state it would write.
    pub writes: u64,
    /// Blocks it would take.
    pub blocks: u64,
    /// What was checked.
    pub checks: Vec<DryRunCheck>,
    /// How modules' data would differ.
    pub state: StateDiff,
    /// Past calls run again; none where no module's code would change, or none was asked for.
    pub replay: Option<ReplayView>,
    /// What an executable proposal's code does, whatever is on its list, when it is one.
    pub effects: Vec<Effect>,
    /// Digest of all of this but the time it took: two people who rehearse on one block compare it.
    pub digest: Hash,
    /// Microseconds it took here.
    pub micros: u64,
}

/// A past call, executed again under the version of its time.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReexecutionView {
    /// The block.
    pub height: Height,
    /// The transaction.
    pub transaction: Hash,
    /// True when every byte of the receipt comes out as the block has it.
    pub agrees: bool,
    /// Code that each call ran, in order.
    pub codes: Vec<(ModuleId, Hash)>,
    /// Gas.
    pub gas: Gas,
    /// Microseconds it took here, rebuilding the state included.
    pub micros: u64,
}
