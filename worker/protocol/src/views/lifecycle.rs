//! How modules came to what they run: executables, fleets, pauses, builders, the journal.

use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Amount, Class, Executable, Hash, Height, ModuleId, ProposalId, Slot};

/// A migration under way.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MigrationView {
    /// The vote.
    pub proposal: ProposalId,
    /// The code that comes into force at its end.
    pub code: Hash,
    /// The generation that it writes.
    pub generation: u32,
    /// Steps so far.
    pub steps: u64,
    /// Entries written so far, and entries of the old generation.
    pub entries: (u64, u64),
    /// Gas so far.
    pub gas: u64,
    /// Block that began it.
    pub begun: Height,
}

/// How a module stands beside its code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StandingView {
    /// What it runs.
    pub executable: Executable,
    /// Calls are refused before this slot, by this vote.
    pub frozen: Option<(Slot, ProposalId)>,
    /// Slots for which it could still be frozen now.
    pub freezable: u64,
    /// A migration under way.
    pub migration: Option<MigrationView>,
    /// True while the data are as the last migration left them, so that a rollback would return to earlier data.
    pub fresh: bool,
    /// Earlier storage generations that are kept: number, entries, bytes.
    pub earlier: Vec<(u32, u64, u64)>,
    /// Tags that it manages.
    pub tags: u32,
}

/// A change of a tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TagChangeView {
    /// The code before.
    pub old: Option<Hash>,
    /// The new code.
    pub new: Hash,
    /// From this slot on.
    pub from: Slot,
    /// When it was set.
    pub at: (Height, Slot),
}

/// A manager's tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TagView {
    /// Its name.
    pub tag: String,
    /// The code in force.
    pub code: Hash,
    /// A change that waits out the notice period.
    pub pending: Option<(Hash, Slot)>,
    /// Notice period, slots.
    pub notice: u64,
    /// Modules that follow it.
    pub followers: u64,
    /// Changes, newest first.
    pub changes: Vec<TagChangeView>,
}

/// Where a follower stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FollowerState {
    /// Its data fit the code in force.
    Ready,
    /// Its data are migrated by its next call.
    Migrates,
    /// It is pinned to a code.
    Pinned,
    /// The code in force neither reads nor migrates its data; calls are refused.
    Stuck(String),
}

/// A follower of a tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FollowerView {
    /// The module.
    pub id: ModuleId,
    /// The code it runs.
    pub code: Hash,
    /// Where it stands.
    pub state: FollowerState,
    /// Storage schema of its data.
    pub schema: u32,
    /// Storage entries.
    pub entries: u64,
    /// ZRA it holds.
    pub balance: Amount,
}

/// Followers of a tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FleetView {
    /// The tag.
    pub tag: TagView,
    /// Of these first 1,000 followers: ready, to migrate, pinned, stuck.
    pub counts: (u32, u32, u32, u32),
    /// The asked-for page of them.
    pub followers: Vec<FollowerView>,
    /// True when more follow.
    pub more: bool,
}

/// What one builder's rebuild of a code gave.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttestationView {
    /// Who.
    pub builder: AccountId,
    /// Its name; none when it is no longer registered and counts no more.
    pub name: Option<String>,
    /// What the rebuild gave.
    pub rebuilt: Hash,
    /// BLAKE3 of the build description.
    pub recipe: Hash,
    /// When.
    pub at: (Height, Slot),
}

/// What builders say about a code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EvidenceView {
    /// The code.
    pub code: Hash,
    /// Registered builders, and how many of them agree and differ.
    pub builders: (u32, u32, u32),
    /// How many must differ to raise the class.
    pub enough: u32,
    /// What was said.
    pub said: Vec<AttestationView>,
}

/// A registered builder.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BuilderView {
    /// Its account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
}

/// The vote behind an entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VoteView {
    /// The proposal.
    pub proposal: ProposalId,
    /// The hash that was voted on.
    pub payload: Hash,
    /// Its class.
    pub class: Class,
    /// Conviction for, against, and the threshold base when it was locked in.
    pub tally: (Amount, Amount, Amount),
    /// Digest of the rehearsal that locked it in.
    pub rehearsal: Hash,
}

/// A value in an entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FactView {
    /// A hash.
    Hash(Hash),
    /// A number.
    Number(u64),
    /// A slot.
    Slot(Slot),
    /// An account.
    Account(AccountId),
    /// A module.
    Module(ModuleId),
    /// Words.
    Text(String),
    /// Bytes.
    Bytes(#[cfg_attr(feature = "serde", serde(with = "zera_primitives::plain::bytes"))] Vec<u8>),
}

/// An entry of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JournalEntryView {
    /// Its place, from 0.
    pub index: u64,
    /// When.
    pub at: (Height, Slot),
    /// The module, if it is about one.
    pub module: Option<ModuleId>,
    /// The vote, if there was one.
    pub vote: Option<VoteView>,
    /// What happened, a key of the page's locale file.
    pub deed: String,
    /// Details, each under a key of the page's locale file.
    pub facts: Vec<(String, FactView)>,
}

/// A part of the journal, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JournalPage {
    /// Rests on this block.
    pub height: Height,
    /// Entries in all.
    pub count: u64,
    /// Head of the hash chain over all entries.
    pub chain: Hash,
    /// Entries.
    pub entries: Vec<JournalEntryView>,
    /// True when older ones follow.
    pub more: bool,
}

/// What checking a journal file came to.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JournalVerdict {
    /// The chain it is of.
    pub genesis: Hash,
    /// True when that is this tab's chain.
    pub ours: bool,
    /// The block that it commits to.
    pub height: Height,
    /// Entries.
    pub entries: u64,
    /// Signers of that block's certificate, and how many were needed.
    pub signers: (u32, u32),
    /// What is wrong, and the entry where it shows if it is one; none when every check held.
    pub wrong: Option<(Option<u64>, String)>,
    /// Newest entries, when every check held.
    pub newest: Vec<JournalEntryView>,
}
