//! What the registry keeps of modules: how each stands, its append-only versions, aborted upgrades, enacted parameters.

use crate::usage::Usage;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{
    AbortReason, AccountId, Executable, ExternalRef, Hash, Height, ProposalId, Sequence, Slot, manifest::SemVer,
};

/// A point of the chain.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct At {
    /// Number of the block.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
}

/// A module as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleRecord {
    /// Who deployed it. Gives no right over it.
    pub deployer: AccountId,
    /// When.
    pub deployed_at: At,
    /// What it runs.
    pub executable: Executable,
    /// The running version.
    pub sequence: Sequence,
    /// Storage schema that the running code writes; 0 without a manifest.
    pub schema: u32,
    /// Every schema that the current storage generation may hold: those that code read without migrating them, and
    /// the running one last. New code must read them all, or migrate.
    pub data_schemas: Vec<u32>,
    /// Current storage generation, from 0.
    pub generation: u32,
    /// The number that the next migration's generation gets; numbers never come back.
    pub next_generation: u32,
    /// True while the current generation is as its migration left it: nothing was written and no ZRA moved by the
    /// module since. Only then may a rollback return to earlier data (design §6).
    pub fresh: bool,
    /// Generations that are kept behind the current one, oldest first.
    pub earlier: Vec<Generation>,
    /// Calls are refused before this slot.
    pub frozen: Option<Frozen>,
    /// The vote whose migration is under way; calls are refused meanwhile.
    pub migrating: Option<ProposalId>,
}

/// A storage generation that a migration left behind.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Generation {
    /// Its number.
    pub number: u32,
    /// Schemas it may hold.
    pub schemas: Vec<u32>,
    /// What it holds.
    pub usage: Usage,
    /// [`ModuleRecord::fresh`] when it was left.
    pub fresh: bool,
}

/// A freeze in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Frozen {
    /// First slot at which calls are possible again.
    pub until: Slot,
    /// The vote.
    pub proposal: ProposalId,
}

/// One version of a module. Never changed, never removed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VersionRecord {
    /// Its number in the module's history, from 1.
    pub sequence: Sequence,
    /// The author's version; none without a manifest.
    pub semver: Option<SemVer>,
    /// Its code; for a follower, what its tag stood at when this version began.
    pub code: Hash,
    /// The tag that it runs, if it is no code of its own.
    pub reference: Option<ExternalRef>,
    /// Storage schema it writes.
    pub schema: u32,
    /// Storage generation it began with.
    pub generation: u32,
    /// When it came into force.
    pub enacted: At,
    /// The vote that brought it; none for a deployment.
    pub proposal: Option<ProposalId>,
    /// Entries that the migration wrote, if there was one.
    pub migrated: Option<u64>,
    /// The version that this one returns to, if it is a rollback.
    pub rollback_to: Option<Sequence>,
}

/// An upgrade that was voted and could not be enacted. Nothing else remained of it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AttemptRecord {
    /// The vote.
    pub proposal: ProposalId,
    /// The sequence it would have had.
    pub sequence: Sequence,
    /// The code that did not come into force.
    pub code: Hash,
    /// Why.
    pub reason: AbortReason,
    /// When.
    pub at: At,
}

/// One enacted change of one parameter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ConfigRecord {
    /// The vote.
    pub proposal: ProposalId,
    /// The value set, SCALE of the parameter's type.
    pub value: Vec<u8>,
    /// Version that was running.
    pub sequence: Sequence,
    /// When.
    pub at: At,
}

/// What a return to an earlier generation leaves to be done.
pub(crate) struct Returned {
    /// Generations that nobody can reach any more.
    pub numbers: Vec<u32>,
    /// What the generation returned to holds.
    pub usage: Usage,
}

impl ModuleRecord {
    /// Makes generation `number`, which holds `schema` only, the current one. `left` is what the old one holds.
    pub(crate) fn turn_to(&mut self, number: u32, schema: u32, left: Usage) {
        let schemas = core::mem::replace(&mut self.data_schemas, alloc::vec![schema]);
        self.earlier.push(Generation { number: self.generation, schemas, usage: left, fresh: self.fresh });
        self.generation = number;
        self.next_generation = self.next_generation.max(number.saturating_add(1));
        self.fresh = true;
    }

    /// Makes the earlier generation at `place` the current one again and gives up all that came after it. `now` is what
    /// the current one holds. Nothing in it was written since it was left, so it may be left again in the same way.
    pub(crate) fn return_to(&mut self, place: usize, now: Usage) -> Returned {
        let mut after = self.earlier.split_off(place.min(self.earlier.len())).into_iter();
        let Some(target) = after.next() else { return Returned { numbers: Vec::new(), usage: now } };
        let mut numbers: Vec<u32> = after.map(|generation| generation.number).collect();
        numbers.push(self.generation);
        self.generation = target.number;
        self.data_schemas = target.schemas;
        self.fresh = target.fresh;
        Returned { numbers, usage: target.usage }
    }
}
