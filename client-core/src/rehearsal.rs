//! What an enactment would do, for those who vote on it: the rehearsal itself on a copy of the head's state, and how the
//! storage of modules would differ. Past transactions on both states are in [`crate::replay`].

use crate::{client::Client, error::ClientError, replay::Replay, seal::fault};
use std::collections::BTreeSet;
use zera_governance as governance;
use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Effect, Hash, Height, ModuleId, Payload, ProposalId, Room, Slot, StateKey,
    limits,
};
use zera_registry::{self as registry, RegistryError, Vote, refs};
use zera_runtime::{Chain, Machine, Rehearsal, Rehearsing, observe};
use zera_state::{ChangeSet, MemoryState, Overlay, StateAccess as _, StateError, StateView};

/// Followers of a tag whose past calls count when the tag would move.
const FOLLOWERS: usize = 64;
/// Rows that a [`StorageDiff`] keeps; the rest is counted.
pub const ROWS: usize = 100;

/// What to rehearse.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A proposal as it stands.
    Proposal(ProposalId),
    /// What somebody is about to propose.
    Payload {
        /// Codes that the chain need not hold yet.
        codes: &'a [Vec<u8>],
        /// What it would do.
        payload: &'a Payload,
    },
}

/// A rehearsal with both states that it lies between.
pub struct Rehearsed {
    /// The block on whose state it ran.
    pub height: Height,
    /// Root of that state.
    pub root: Hash,
    /// The slot at which it ran.
    pub slot: Slot,
    /// What was rehearsed.
    pub payload: Payload,
    /// The class that it was voted with; of what is not proposed yet, the class that it would have.
    pub voted: Class,
    /// The class that its effects have now, or why it has none.
    pub class: Result<Class, String>,
    /// What came of it.
    pub rehearsal: Rehearsal,
    /// What an executable proposal's own code does, whatever was voted; empty for all others.
    pub observed: Vec<Effect>,
    /// The state without and with its effects.
    pub states: Replay,
    /// Entries that it would write.
    pub changes: ChangeSet,
}

/// A rehearsal on its way.
pub struct Preparing {
    chain: Chain,
    height: Height,
    root: Hash,
    slot: Slot,
    /// The state that it began on.
    before: MemoryState,
    /// Codes that were not stored yet.
    codes: ChangeSet,
    payload: Payload,
    voted: Class,
    class: Result<Class, String>,
    observed: Vec<Effect>,
    work: Rehearsing,
    machine: Machine,
}

impl Client {
    /// Begins to rehearse an enactment at `slot`, on a copy of the head's state: the chain may go on meanwhile.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] for the proposal; [`ClientError::CodeRefused`] for bytes that are no code;
    /// [`ClientError::State`].
    pub fn rehearse(&self, subject: Subject<'_>, slot: Slot) -> Result<Preparing, ClientError> {
        let ctx = self.context(slot)?;
        let mut view = Overlay::new(&self.state);
        let (payload, vote) = match subject {
            Subject::Proposal(id) => {
                let proposal = governance::queries::proposal(&self.state, id);
                let proposal = proposal.map_err(|_| ClientError::NotFound("proposal"))?;
                (proposal.payload, Some(zera_runtime::vote(&self.state, &ctx, id)?))
            }
            Subject::Payload { codes, payload } => {
                codes.iter().try_for_each(|code| store(&mut view, code))?;
                (payload.clone(), None)
            }
        };
        let class = match registry::classify(&view, &ctx.registry(), &payload) {
            Ok(class) => Ok(class),
            Err(RegistryError::State(error)) => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        let vote = match vote {
            Some(vote) => vote,
            None => self.vote(&payload, &class)?,
        };
        let machine = Machine::default();
        let observed = match &payload {
            Payload::Execute(execution) => observe(&machine, &view, &ctx, vote.proposal, &execution.code)?.0,
            _ => Vec::new(),
        };
        let head = self.tip();
        Ok(Preparing {
            chain: ctx.chain,
            height: head.height,
            root: head.state_root,
            slot: ctx.slot,
            before: MemoryState(self.state.all()?),
            codes: view.into_parts().0,
            payload,
            voted: vote.class,
            class,
            observed,
            work: Rehearsing::new(ctx, vote),
            machine,
        })
    }

    /// The vote that a payload would come with if it were submitted and carried now.
    fn vote(&self, payload: &Payload, class: &Result<Class, String>) -> Result<Vote, ClientError> {
        let next = governance::queries::count(&self.state).map_err(zera_runtime::Unfit::from)?.saturating_add(1);
        Ok(Vote {
            proposal: ProposalId(next),
            payload: payload.hash(),
            // Without a class it cannot even be submitted; the enactment then says why in its own words.
            class: class.as_ref().copied().unwrap_or(Class::Governance),
            y_for: Amount::ZERO,
            y_against: Amount::ZERO,
            base: Amount::ZERO,
            rehearsal: Hash::ZERO,
        })
    }
}

impl Preparing {
    /// Entries written so far, and those of the module's storage, which a migration writes anew.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        let usage = |module| registry::storage_usage(&self.before, module).unwrap_or_default();
        let total = self.payload.module().map(usage).unwrap_or_default().entries;
        (self.work.writes().min(total), total)
    }

    /// Rehearses one block; true when it was the last one.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Fault`].
    pub fn step(&mut self) -> Result<bool, ClientError> {
        let mut view = Overlay::new(&self.before);
        for (key, value) in &self.codes {
            match value {
                Some(value) => view.put(key.clone(), value.clone()),
                None => view.remove(key),
            }
        }
        Ok(self.work.step(&self.machine, &view, &self.payload)?)
    }

    /// What came of it.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn finish(self) -> Result<Rehearsed, ClientError> {
        let (mut rehearsal, mut changes) = self.work.finish();
        // A verdict of spam is carried out by governance, which finds out only then whether there is something to close.
        if let (None, Payload::Spam { proposal, .. }) = (rehearsal.abort, &self.payload) {
            let target = governance::queries::progress(&self.before, *proposal);
            if !target.is_ok_and(|target| target.state.is_open()) {
                rehearsal.abort = Some(AbortReason::NothingToClose);
                rehearsal.cause = Some(format!("proposal {proposal} is not open"));
            }
        }
        if rehearsal.abort.is_some() {
            changes.clear();
        }
        let mut after = self.codes;
        after.extend(changes.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(Rehearsed {
            height: self.height,
            root: self.root,
            slot: self.slot,
            payload: self.payload,
            voted: self.voted,
            class: self.class,
            observed: self.observed,
            rehearsal,
            states: Replay::new(self.before, &after, self.chain, self.height.plus(1), self.slot)?,
            changes,
        })
    }
}

/// Puts code into the store of a copy, as an upload without a deposit would.
fn store(view: &mut Overlay<'_>, code: &[u8]) -> Result<(), ClientError> {
    let (hash, who) = (Hash::of(code), AccountId::default());
    let chunks: Vec<&[u8]> = code.chunks(limits::CHUNK_BYTES).collect();
    let hashes: Vec<Hash> = chunks.iter().map(|chunk| Hash::of(chunk)).collect();
    let length = u32::try_from(code.len()).unwrap_or(u32::MAX);
    let refused = |error: RegistryError| match error {
        RegistryError::State(error) => ClientError::State(error),
        error => ClientError::CodeRefused(error.to_string()),
    };
    registry::begin_upload(view, Amount::ZERO, &who, hash, length, &hashes).map_err(refused)?;
    for (index, chunk) in (0..).zip(chunks) {
        registry::upload_chunk(view, &who, hash, index, chunk).map_err(refused)?;
    }
    Ok(())
}

impl Rehearsed {
    /// Modules whose code or data would be others: those whose past calls are worth running again.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn recoded(&self) -> Result<Vec<ModuleId>, ClientError> {
        let (before, after) = (self.states.before(), self.states.after());
        let mut subjects: BTreeSet<ModuleId> = self.payload.module().copied().into_iter().collect();
        if let Payload::Execute(execution) = &self.payload {
            for effect in &execution.effects {
                match effect {
                    Effect::Upgrade { module, .. } => subjects.extend([*module]),
                    Effect::Tag { manager, tag, .. } => {
                        subjects.extend(refs::followers(before, manager, tag, None, FOLLOWERS)?);
                    }
                    Effect::Call { .. } | Effect::Set { .. } | Effect::Move { .. } => {}
                }
            }
        }
        let mut recoded = Vec::new();
        for module in subjects {
            if self.runs(before, &module)? != self.runs(after, &module)? {
                recoded.push(module);
            }
        }
        Ok(recoded)
    }

    /// Code and storage generation of a module.
    fn runs(&self, state: &dyn StateView, module: &ModuleId) -> Result<Option<(Hash, u32)>, ClientError> {
        let Some(record) = registry::module(state, module)? else { return Ok(None) };
        let code = registry::resolve(state, self.slot, &record.executable).map_err(fault)?;
        Ok(Some((code, record.generation)))
    }

    /// How the storage of all modules would differ; [`StorageDiff::step`] does the work, before any replay.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn storage_diff(&self) -> Result<StorageDiff, ClientError> {
        let (before, after) = (self.states.before(), self.states.after());
        let mut modules: BTreeSet<ModuleId> = self.payload.module().copied().into_iter().collect();
        modules.extend(self.changes.keys().filter_map(owner));
        let mut diff = StorageDiff::default();
        for module in modules {
            let generation = |state| registry::module(state, &module).map(|record| record.map(|r| r.generation));
            let (old, new) = (generation(before)?, generation(after)?);
            let entries = |state| registry::storage_usage(state, &module).map(|usage| usage.entries);
            if old != new {
                diff.total = diff.total.saturating_add(entries(before)?).saturating_add(entries(after)?);
                diff.todo.push(Walk { module, old, new, after: None });
            } else if let Some(generation) = new {
                diff.in_place(&module, generation, before, &self.changes)?;
            }
        }
        diff.todo.reverse();
        Ok(diff)
    }
}

/// The module whose storage a key is in.
fn owner(key: &StateKey) -> Option<ModuleId> {
    let rest = key.as_bytes().strip_prefix(&[Room::Storage as u8])?;
    rest.first_chunk::<32>().map(|id| ModuleId(*id))
}

/// One entry of a module's storage that would differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StorageRow {
    /// The module.
    pub module: ModuleId,
    /// The module's own key.
    pub key: Vec<u8>,
    /// Value before.
    pub before: Option<Vec<u8>>,
    /// Value after.
    pub after: Option<Vec<u8>>,
}

/// How the storage of modules would differ, entry by entry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StorageDiff {
    /// Entries added.
    pub added: u64,
    /// Entries removed.
    pub removed: u64,
    /// Entries changed.
    pub changed: u64,
    /// Entries that a generation which was written anew has as the one before it.
    pub same: u64,
    /// The first [`ROWS`] that differ, by module and key.
    pub rows: Vec<StorageRow>,
    /// Generations still to be compared, the last one first.
    todo: Vec<Walk>,
    done: u64,
    total: u64,
}

/// Two generations of a module, compared key by key.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Walk {
    module: ModuleId,
    old: Option<u32>,
    new: Option<u32>,
    /// The last key that was compared.
    after: Option<Vec<u8>>,
}

impl StorageDiff {
    /// Entries looked at, of how many, both generations counted.
    #[must_use]
    pub const fn progress(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// Compares about `budget` more keys on the states of `rehearsed`; true when all are done.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn step(&mut self, rehearsed: &Rehearsed, budget: usize) -> Result<bool, ClientError> {
        let (before, after) = (rehearsed.states.before(), rehearsed.states.after());
        for _ in 0..budget {
            let Some(walk) = self.todo.last_mut() else { break };
            let module = walk.module;
            let old =
                walk.old.map(|generation| next(before, &module, generation, walk.after.as_deref())).transpose()?;
            let new = walk.new.map(|generation| next(after, &module, generation, walk.after.as_deref())).transpose()?;
            let (old, new) = (old.flatten(), new.flatten());
            let Some(key) = old.iter().chain(&new).min().cloned() else {
                self.todo.pop();
                continue;
            };
            let value = |state: &dyn StateView, generation: Option<u32>, found: Option<Vec<u8>>| match generation {
                Some(generation) if found.as_ref() == Some(&key) => {
                    state.get(&StateKey::storage(&module, generation, &key))
                }
                _ => Ok(None),
            };
            let values = (value(before, walk.old, old)?, value(after, walk.new, new)?);
            walk.after = Some(key.clone());
            self.done = self.done.saturating_add(u64::from(values.0.is_some()) + u64::from(values.1.is_some()));
            if values.0 == values.1 {
                self.same = self.same.saturating_add(1);
            } else {
                self.note(StorageRow { module, key, before: values.0, after: values.1 });
            }
        }
        Ok(self.todo.is_empty())
    }

    /// The changes of a generation that stays in force.
    fn in_place(
        &mut self,
        module: &ModuleId,
        generation: u32,
        before: &dyn StateView,
        changes: &ChangeSet,
    ) -> Result<(), ClientError> {
        let prefix = StateKey::storage(module, generation, &[]);
        let own = changes.range(prefix.clone()..);
        for (key, after) in own.take_while(|(key, _)| key.as_bytes().starts_with(prefix.as_bytes())) {
            let before = before.get(key)?;
            if before != *after {
                let key = key.as_bytes().get(prefix.as_bytes().len()..).unwrap_or_default().to_vec();
                self.note(StorageRow { module: *module, key, before, after: after.clone() });
            }
        }
        Ok(())
    }

    fn note(&mut self, row: StorageRow) {
        let counter = match (&row.before, &row.after) {
            (None, _) => &mut self.added,
            (_, None) => &mut self.removed,
            _ => &mut self.changed,
        };
        *counter = counter.saturating_add(1);
        if self.rows.len() < ROWS {
            self.rows.push(row);
        }
    }
}

/// The next of a module's own keys in one generation.
fn next(
    state: &dyn StateView,
    module: &ModuleId,
    generation: u32,
    after: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, StateError> {
    let prefix = StateKey::storage(module, generation, &[]);
    let after = after.map(|key| [prefix.as_bytes(), key].concat()).unwrap_or_default();
    let found = state.next_key(prefix.as_bytes(), &after)?;
    Ok(found.and_then(|key| key.as_bytes().strip_prefix(prefix.as_bytes()).map(<[u8]>::to_vec)))
}
