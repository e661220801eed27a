//! Migrations that take several blocks (design §6). The module is paused from the first block to the last; what is
//! written goes into a generation that nobody else can read; the pointer moves in one step at the end, or never.

use crate::{
    error::RegistryError,
    executor::{Executor, SystemCall, SystemCaller},
    keys,
    legality::{Asked, Migration},
    modules::required,
    upgrade::{EnactError, Enactment},
    usage::{self, Usage},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{AbortReason, Hash, Height, ModuleId, Outcome, ProposalId, Sequence, limits};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// A migration that is under way.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct MigrationRecord {
    /// The vote.
    pub proposal: ProposalId,
    /// The code that comes into force at the end.
    pub code: Hash,
    /// Its sequence.
    pub version: Sequence,
    /// The code that migrates.
    pub migration: Hash,
    /// The version returned to, if this is a rollback.
    pub rollback_to: Option<Sequence>,
    /// The generation that is being written.
    pub generation: u32,
    /// Where the migration stands; empty at the beginning. It only ever grows.
    pub cursor: Vec<u8>,
    /// What the new generation holds so far.
    pub usage: Usage,
    /// Block that began it.
    pub begun: Height,
    /// Blocks that did a part of it: a migration waits while an older one has the block's gas.
    pub blocks: u64,
    /// Steps so far.
    pub steps: u64,
    /// Gas used so far, steps that were taken back included.
    pub gas: u64,
}

impl MigrationRecord {
    /// What its vote asked for.
    pub(crate) const fn asked(&self, module: ModuleId) -> Asked {
        Asked { module, code: self.code, version: self.version, migration: Some(self.migration) }
    }
}

/// The migration of `module` that is under way.
///
/// # Errors
/// [`StateError`].
pub fn migration(st: &(impl StateView + ?Sized), module: &ModuleId) -> Result<Option<MigrationRecord>, StateError> {
    get_typed(st, &keys::migration(module))
}

pub(crate) fn put(st: &mut (impl StateAccess + ?Sized), module: &ModuleId, work: &MigrationRecord) {
    put_typed(st, keys::migration(module), work);
}

/// Ends the pause of `module`.
pub(crate) fn close(st: &mut (impl StateAccess + ?Sized), module: &ModuleId) -> Result<(), RegistryError> {
    st.remove(&keys::migration(module));
    let mut record = required(st, module)?;
    record.migrating = None;
    put_typed(st, keys::module(module), &record);
    Ok(())
}

/// Gives up a migration that failed in a later block: the old version runs on as it was, what was written is removed by
/// and by. Call it after rolling this block's part back; without effect when none is under way for `proposal`.
///
/// # Errors
/// [`RegistryError::State`].
pub fn abandon(
    st: &mut (impl StateAccess + ?Sized),
    module: &ModuleId,
    proposal: ProposalId,
) -> Result<(), RegistryError> {
    match migration(st, module)? {
        Some(work) if work.proposal == proposal => {
            close(st, module)?;
            Ok(usage::discard(st, module, &[work.generation])?)
        }
        _ => Ok(()),
    }
}

impl<E: ?Sized> Enactment<'_, E> {
    /// Runs steps of a migration with what is left of this block's gas. True when it is complete.
    ///
    /// A step that runs out of gas is taken back and tried again in the next block, with all of its gas; one that fails
    /// even so has no chain that could run it.
    pub(crate) fn steps<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        module: ModuleId,
        migration: &Migration,
        work: &mut MigrationRecord,
        old_generation: u32,
    ) -> Result<bool, EnactError>
    where
        E: Executor<S>,
    {
        if work.blocks >= limits::MIGRATION_BLOCKS {
            return Err(self.abort(AbortReason::MigrationTooLong, "it took more than 256 blocks".into()));
        }
        work.blocks = work.blocks.saturating_add(1);
        let (mut first, mut dearest) = (true, 0u64);
        while first || self.gas_left() >= dearest.saturating_mul(2) {
            let args = work.cursor.encode();
            let before = self.gas_used();
            let call = SystemCall {
                module,
                code: migration.code,
                entry: &migration.entry,
                args: &args,
                caller: SystemCaller::Runtime,
                generation: work.generation,
                old_generation: Some(old_generation),
                usage: work.usage,
                read_only: false,
                gas: 0,
            };
            let ended = self.run(st, call)?;
            let gas = self.gas_used().saturating_sub(before);
            work.gas = work.gas.saturating_add(gas);
            match ended.outcome {
                Outcome::Ok => {}
                Outcome::OutOfGas if !first => return Ok(false),
                Outcome::OutOfGas => {
                    return Err(self.failed(AbortReason::MigrationOutOfGas, "a step of the migration", &ended));
                }
                _ => return Err(self.failed(AbortReason::MigrationFailed, "a step of the migration", &ended)),
            }
            work.usage = ended.usage;
            work.steps = work.steps.saturating_add(1);
            let next = next_cursor(&work.cursor, &ended.result);
            match next.map_err(|why| self.abort(AbortReason::MigrationFailed, why.into()))? {
                None => return Ok(true),
                Some(next) => work.cursor = next,
            }
            (first, dearest) = (false, dearest.max(gas));
        }
        Ok(false)
    }
}

/// The cursor that a step answered; none when it was the last one. A cursor that does not grow would go on for ever.
///
/// # Errors
/// What is wrong with the answer, in words.
pub fn next_cursor(cursor: &[u8], answer: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    let next = Option::<Vec<u8>>::decode_all(&mut &*answer);
    match next.map_err(|_| "a step's answer is no Option<Vec<u8>>")? {
        Some(next) if next.len() > limits::CURSOR_BYTES => Err("a step's cursor has more than 256 bytes"),
        Some(next) if next.as_slice() <= cursor => Err("a step's cursor does not grow"),
        next => Ok(next),
    }
}

#[cfg(test)]
mod tests;
