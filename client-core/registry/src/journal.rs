//! The journal (design §6): one entry for everything that ever happened to a module or its governance, chained by hash
//! in the state, so that one Merkle proof of the head commits to the whole history and a file of it can be checked
//! offline:
//!
//! `head₀ = 0`, `headₙ = BLAKE3("zera/journal/v1"; headₙ₋₁, SCALE(entryₙ))`.

use crate::{builders::Verdicts, keys, modules::Ctx, records::At};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Executable, Hash, ModuleId, ProposalId, Sequence, Slot, StateKey,
    payload::Builder,
};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// The vote behind an entry, as it stood when it was locked in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Vote {
    /// The proposal.
    pub proposal: ProposalId,
    /// The hash that voters voted on.
    pub payload: Hash,
    /// The class whose threshold it passed.
    pub class: Class,
    /// Conviction for, base units.
    pub y_for: Amount,
    /// Conviction against, base units.
    pub y_against: Amount,
    /// Threshold base S, base units.
    pub base: Amount,
    /// Digest of the rehearsal that locked it in.
    pub rehearsal: Hash,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Deed {
    /// A module was created.
    Deployed {
        /// By whom.
        deployer: AccountId,
        /// What it runs.
        executable: Executable,
        /// The code that this comes to.
        code: Hash,
    },
    /// A version came into force.
    Upgraded {
        /// Its number.
        sequence: Sequence,
        /// Code until then.
        old_code: Hash,
        /// Code from then on.
        new_code: Hash,
        /// Storage schema it writes.
        schema: u32,
        /// Storage generation from then on.
        generation: u32,
        /// Entries that a migration wrote.
        migrated: Option<u64>,
        /// What builders had said about the new code.
        builders: Verdicts,
    },
    /// A module returned to an earlier version.
    RolledBack {
        /// Number of the version that this began.
        sequence: Sequence,
        /// The version returned to.
        to: Sequence,
        /// Code until then.
        old_code: Hash,
        /// Code from then on.
        new_code: Hash,
        /// Storage generation from then on.
        generation: u32,
        /// True when the data returned too.
        data: bool,
    },
    /// A migration over several blocks began; the module is paused.
    MigrationBegun {
        /// The generation it writes.
        generation: u32,
        /// Its code.
        code: Hash,
    },
    /// An enactment changed nothing.
    Aborted {
        /// Why.
        reason: AbortReason,
        /// The code that did not come into force.
        code: Option<Hash>,
    },
    /// Calls are refused.
    Frozen {
        /// Before this slot.
        until: Slot,
    },
    /// Calls are possible again before their time.
    Unfrozen,
    /// A parameter was set.
    Configured {
        /// Which.
        parameter: String,
        /// To what, SCALE of its type.
        value: Vec<u8>,
    },
    /// A module's executable changed without an upgrade: to a tag, to another tag, to a pin, to code of its own.
    Switched {
        /// Until then.
        old: Executable,
        /// From then on.
        new: Executable,
        /// The code that this comes to.
        code: Hash,
    },
    /// A manager's tag was set.
    TagSet {
        /// The tag.
        tag: String,
        /// Its code until then; none when it is new.
        old: Option<Hash>,
        /// Its code.
        new: Hash,
        /// From this slot on.
        from: Slot,
    },
    /// A manager's tag without followers was deleted.
    TagDeleted {
        /// The tag.
        tag: String,
    },
    /// A proposal's own code ran.
    Executed {
        /// The code.
        code: Hash,
    },
    /// The list of builders changed.
    Builders {
        /// Registered or named anew.
        added: Vec<Builder>,
        /// Struck.
        removed: Vec<AccountId>,
    },
    /// The first call of a follower after its tag moved, or of a module that switched, migrated its data.
    FollowerMigrated {
        /// The code that migrated them and reads them now.
        code: Hash,
        /// Their schema.
        schema: u32,
        /// Their generation.
        generation: u32,
        /// Entries that it wrote.
        entries: u64,
    },
    /// The set of validators changes with the next epoch.
    Validators {
        /// Taken in.
        added: Vec<AccountId>,
        /// Taken out.
        removed: Vec<AccountId>,
    },
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Entry {
    /// Its place, from 0.
    pub index: u64,
    /// When.
    pub at: At,
    /// The module, if it is about one.
    pub module: Option<ModuleId>,
    /// The vote, if there was one.
    pub vote: Option<Vote>,
    /// What happened.
    pub deed: Deed,
}

/// Where the journal ends.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Head {
    /// Entries so far.
    pub count: u64,
    /// The hash chain over them.
    pub chain: Hash,
}

impl Head {
    /// The head after one more entry.
    #[must_use]
    pub fn after(self, entry: &Entry) -> Self {
        let chain = Hash::of_parts("zera/journal/v1", &[&self.chain.0, &entry.encode()]);
        Self { count: self.count.saturating_add(1), chain }
    }
}

/// Writes down what happened.
pub(crate) fn note(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    module: Option<&ModuleId>,
    vote: Option<&Vote>,
    deed: Deed,
) -> Result<(), StateError> {
    let before = head(st)?;
    let entry = Entry { index: before.count, at: ctx.at(), module: module.copied(), vote: vote.copied(), deed };
    put_typed(st, keys::journal_head(), &before.after(&entry));
    put_typed(st, keys::journal(entry.index), &entry);
    if let Some(module) = module {
        put_typed(st, keys::journal_of(module, entry.index), &());
    }
    Ok(())
}

/// Where the journal ends.
///
/// # Errors
/// [`StateError`].
pub fn head(st: &(impl StateView + ?Sized)) -> Result<Head, StateError> {
    Ok(get_typed(st, &keys::journal_head())?.unwrap_or_default())
}

/// The key of the head, for a proof of it.
#[must_use]
pub fn head_key() -> StateKey {
    keys::journal_head()
}

/// Entry `index`; none past the end.
///
/// # Errors
/// [`StateError`].
pub fn entry(st: &(impl StateView + ?Sized), index: u64) -> Result<Option<Entry>, StateError> {
    get_typed(st, &keys::journal(index))
}

/// All entries about one module, oldest first.
///
/// # Errors
/// [`StateError`].
pub fn of_module(st: &(impl StateView + ?Sized), module: &ModuleId) -> Result<Vec<Entry>, StateError> {
    let prefix = keys::journal_of_prefix(module);
    let mut entries = Vec::new();
    for key in keys::scan(st, &prefix)? {
        let rest = key.as_bytes().get(prefix.as_bytes().len()..).and_then(|rest| rest.try_into().ok());
        let index = rest.map(u64::from_be_bytes).ok_or_else(|| StateError::Corrupt(key.clone()))?;
        entries.push(entry(st, index)?.ok_or(StateError::Corrupt(key))?);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
