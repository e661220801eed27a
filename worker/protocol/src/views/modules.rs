//! Modules: lists, one with its history and exports, its storage, its code, and what differs between two codes.

use super::{EvidenceView, StandingView, VoteView};
use crate::shape::Shape;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{
    AbortReason, AccountId, Amount, ExternalRef, Gas, Hash, Height, ModuleId, Outcome, ProposalId, Slot,
    manifest::{ExportKind, SemVer},
};

/// A module in a list.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ModuleView {
    /// Id.
    pub id: ModuleId,
    /// Name in the manifest of the running code; the author's words.
    pub name: String,
    /// The author's version.
    pub version: SemVer,
    /// Sequence of the running version.
    pub sequence: u32,
    /// The running code.
    pub code: Hash,
    /// When the running version was enacted.
    pub since: (Height, Slot),
    /// Storage entries and bytes.
    pub storage: (u64, u64),
    /// ZRA it holds.
    pub balance: Amount,
    /// True when it runs a manager's tag.
    pub follows: bool,
    /// True when its calls are refused now: frozen, or migrating.
    pub stopped: bool,
    /// Live proposals that would change it.
    pub proposals: Vec<ProposalId>,
}

/// One version of a module.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VersionView {
    /// Position in the history.
    pub sequence: u32,
    /// The author's version.
    pub version: SemVer,
    /// Its code.
    pub code: Hash,
    /// Storage schema.
    pub schema: u32,
    /// Storage generation.
    pub generation: u32,
    /// When it became active.
    pub enacted: (Height, Slot),
    /// The proposal, none for the deployment.
    pub proposal: Option<ProposalId>,
    /// Entries a migration wrote, if one ran.
    pub migrated: Option<u64>,
    /// The version that it returned to, if it is a rollback.
    pub rollback_to: Option<u32>,
    /// The tag that it runs, if it is no code of its own.
    pub reference: Option<ExternalRef>,
    /// The vote as it was locked in.
    pub vote: Option<VoteView>,
    /// What builders say about its code now: registered ones that agree and differ.
    pub builders: (u32, u32),
    /// True when a later rollback undid it.
    pub undone: bool,
}

/// An upgrade that did not become a version.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttemptView {
    /// The proposal.
    pub proposal: ProposalId,
    /// The code it would have brought.
    pub code: Hash,
    /// Why it changed nothing.
    pub reason: AbortReason,
    /// When.
    pub at: (Height, Slot),
}

/// One export with its types, ready for a form.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExportView {
    /// Name.
    pub name: String,
    /// What it is for.
    pub kind: ExportKind,
    /// The author's words.
    pub doc: String,
    /// Takes and returns integers directly.
    pub direct: bool,
    /// Accepts ZRA.
    pub payable: bool,
    /// Arguments: name and index into the shapes.
    pub args: Vec<(String, u32)>,
    /// Result: index into the shapes.
    pub result: Option<u32>,
}

/// One parameter with its current value.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParameterView {
    /// Name.
    pub name: String,
    /// The author's words.
    pub doc: String,
    /// Index into the shapes.
    pub shape: u32,
    /// Bounds for unsigned integers.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bounds"))]
    pub bounds: (Option<u128>, Option<u128>),
    /// Encoded current value, from the getter on the head state; none when the getter fails.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::maybe_bytes"))]
    pub value: Option<Vec<u8>>,
    /// Every change: proposal, encoded value, height.
    pub history: Vec<(ProposalId, Vec<u8>, Height)>,
}

/// A check of code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CodeView {
    /// BLAKE3 of the bytes.
    pub hash: Hash,
    /// Bytes.
    pub size: u32,
    /// Functions.
    pub functions: u32,
    /// Declared memory: pages at the start and at most.
    pub memory: (u32, u32),
    /// Imported host functions.
    pub imports: Vec<String>,
    /// Raw exports with their WASM signature, for code without a manifest.
    pub raw_exports: Vec<(String, String)>,
    /// Name, description, version, schema and older schemas it reads; none without a manifest.
    pub manifest: Option<ManifestView>,
    /// Bytes of the instrumented code.
    pub instrumented_size: u32,
    /// True when the chain holds it.
    pub stored: bool,
}

/// A manifest, ready for a page.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ManifestView {
    /// The author's name for it.
    pub name: String,
    /// The author's words.
    pub description: String,
    /// The author's version.
    pub version: SemVer,
    /// Storage schema.
    pub schema: u32,
    /// Older schemas it reads.
    pub reads_schemas: Vec<u32>,
    /// Exports.
    pub exports: Vec<ExportView>,
    /// Names, doc, shape index and bounds of parameters, without values.
    pub parameters: Vec<ParameterView>,
    /// Types.
    pub shapes: Vec<Shape>,
}

/// A module.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ModuleDetail {
    /// As in the list.
    pub module: ModuleView,
    /// Who deployed it.
    pub deployer: AccountId,
    /// The running code, with manifest; parameters carry their values.
    pub code: CodeView,
    /// Storage generation in force.
    pub generation: u32,
    /// What it runs, whether it is stopped, what is kept of earlier data.
    pub standing: StandingView,
    /// What builders say about the running code.
    pub evidence: EvidenceView,
    /// Versions, newest first.
    pub versions: Vec<VersionView>,
    /// Upgrades that aborted, newest first.
    pub attempts: Vec<AttemptView>,
}

/// A storage entry with its checked proof.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StorageEntry {
    /// The module's own key.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub key: Vec<u8>,
    /// The value.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub value: Vec<u8>,
    /// Bytes of the Merkle proof that was checked against the head's root; none if the check failed.
    pub proof_bytes: Option<u32>,
}

/// Storage entries.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StoragePage {
    /// Rests on this block.
    pub height: Height,
    /// Entries in key order.
    pub entries: Vec<StorageEntry>,
    /// True when more follow.
    pub more: bool,
}

/// The outcome of a query or a simulated call.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CalledView {
    /// Rests on this block.
    pub height: Height,
    /// Class of the outcome.
    pub outcome: Outcome,
    /// Result bytes.
    #[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))]
    pub result: Vec<u8>,
    /// Gas used.
    pub gas: Gas,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// How an export or import differs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DifferenceRow {
    /// What: `export`, `import`, `parameter`, `size`, `memory`, `schema`, `functions`.
    pub what: String,
    /// Its name.
    pub name: String,
    /// In the old code; none when absent.
    pub old: Option<String>,
    /// In the new code; none when absent.
    pub new: Option<String>,
}

/// What differs between two codes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DifferenceView {
    /// The old code.
    pub old: CodeView,
    /// The new code.
    pub new: CodeView,
    /// Rows that differ.
    pub rows: Vec<DifferenceRow>,
    /// Exports and imports that are the same.
    pub same: u32,
}
