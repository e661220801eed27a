//! A block by the plainest reading of the rules: no clusters, no stages, no pipelines, one transaction after the other.

use super::World;
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};
use zera_client::{
    primitives::{AccountId, Gas, Receipt, SignedTransaction, StateKey},
    runtime::{BlockCtx, Closing, Executed, Machine, Stopped, Unfit, attempt, close_block, execute, open_block},
    state::{ChangeSet, Overlay, StateAccess as _, StateError, StateView},
};

/// What a block must give, or the place of the transaction that cannot stand in it.
pub type Expected = Result<(ChangeSet, Vec<Receipt>), usize>;

/// Lets through what is in the set.
struct Fence<'a> {
    below: &'a dyn StateView,
    inside: BTreeSet<&'a StateKey>,
    own: StateKey,
    hit: Cell<bool>,
}

impl StateView for Fence<'_> {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        if self.own == *key || self.inside.contains(key) {
            return self.below.get(key);
        }
        self.hit.set(true);
        Err(StateError::NotLoaded(key.clone()))
    }

    fn next_key(&self, prefix: &[u8], _: &[u8]) -> Result<Option<StateKey>, StateError> {
        self.hit.set(true);
        Err(StateError::NotLoaded(StateKey(prefix.to_vec())))
    }
}

/// Executes `transactions` as the next block of `world`.
///
/// # Errors
/// [`Unfit`]: a broken build.
pub fn oracle(world: &World, machine: &Machine, transactions: &[SignedTransaction]) -> Result<Expected, Unfit> {
    let input = world.input(transactions);
    let mut state = Overlay::new(&world.state);
    let ctx = BlockCtx::read(&state, input.chain, input.height, input.slot)?;
    let opening = open_block(machine, &mut state, &ctx)?;
    let ctx = BlockCtx::read(&state, input.chain, input.height, input.slot)?;
    let mut done: BTreeMap<usize, Executed> = BTreeMap::new();
    let mut waiting: Vec<(usize, Option<Gas>)> = Vec::new();
    let mut waits: BTreeSet<AccountId> = BTreeSet::new();
    for (index, signed) in transactions.iter().enumerate() {
        let sender = signed.transaction.sender;
        let moved = if waits.contains(&sender) { Err(None) } else { fenced(machine, &mut state, &ctx, signed)? };
        match moved {
            Ok(executed) => {
                done.insert(index, executed);
            }
            Err(spent) => {
                waits.insert(sender);
                waiting.push((index, spent));
            }
        }
    }
    for (index, spent) in waiting {
        let Some(signed) = transactions.get(index) else { continue };
        let mut trial = Overlay::new(&state);
        let executed = match execute(machine, &mut trial, &ctx, signed, spent) {
            Ok(executed) => executed,
            Err(Unfit::Inadmissible(_)) => return Ok(Err(index)),
            Err(other) => return Err(other),
        };
        let changes = trial.into_parts().0;
        write(&mut state, changes);
        done.insert(index, executed);
    }
    let mut closing = Closing { deltas: opening.deltas, ..Closing::default() };
    for one in done.values() {
        closing.add(one.deltas, one.base)?;
    }
    close_block(&mut state, &ctx, &input.proposer, &closing, done.values().map(|one| &one.receipt))?;
    Ok(Ok((state.into_parts().0, done.into_values().map(|one| one.receipt).collect())))
}

/// The transaction inside its hint, or the gas that it spent in vain.
fn fenced(
    machine: &Machine,
    state: &mut Overlay<'_>,
    ctx: &BlockCtx,
    signed: &SignedTransaction,
) -> Result<Result<Executed, Option<Gas>>, Unfit> {
    let hint = &signed.transaction.hint;
    let own = StateKey::account(&signed.transaction.sender);
    let inside = hint.reads.iter().chain(&hint.writes).collect();
    let fence = Fence { below: &*state, inside, own: own.clone(), hit: Cell::new(false) };
    let mut trial = Overlay::new(&fence);
    let ended = attempt(machine, &mut trial, ctx, signed, None);
    let changes = trial.into_changes();
    let hit = fence.hit.get();
    let executed = match ended {
        Ok(executed) => executed,
        Err(Stopped { why: Unfit::Inadmissible(_), .. }) => return Ok(Err(None)),
        Err(Stopped { why: Unfit::State(_), used }) if hit => return Ok(Err(Some(used))),
        Err(Stopped { why, .. }) => return Err(why),
    };
    let may_write: BTreeSet<&StateKey> = hint.writes.iter().chain([&own]).collect();
    let inside = !hit && changes.keys().all(|key| may_write.contains(key));
    if inside {
        write(state, changes);
        Ok(Ok(executed))
    } else {
        Ok(Err(Some(executed.receipt.gas)))
    }
}

fn write(state: &mut Overlay<'_>, changes: ChangeSet) {
    for (key, value) in changes {
        match value {
            Some(value) => state.put(key, value),
            None => state.remove(&key),
        }
    }
}
