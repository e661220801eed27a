//! Hints as honest, mistaken and hostile senders write them.

use super::{Dice, PEOPLE, World, who};
use zera_client::primitives::{StateKey, limits, tx::AccessHint};

/// The right hint for what a transaction did when it was tried out, or something else.
pub(super) fn bend(world: &World, dice: &mut Dice, right: AccessHint) -> AccessHint {
    let AccessHint { mut reads, mut writes } = right;
    match dice.below(20) {
        // As it is; still wrong when those before it did not do what was expected.
        0..=11 => {}
        // Keys are missing.
        12..=13 => reads.retain(|_| dice.percent(80)),
        14 => writes.retain(|_| dice.percent(80)),
        // Too wide.
        15 => (0..dice.below(6)).for_each(|_| writes.push(some_key(world, dice))),
        16 => (0..dice.below(6)).for_each(|_| reads.push(some_key(world, dice))),
        // Writes named as reads.
        17 => reads.append(&mut writes),
        // Nothing.
        18 => (reads, writes) = (Vec::new(), Vec::new()),
        // As many as there may be, the same as everybody's.
        _ => {
            let keys = (0..dice.below(200)).map(|n| StateKey(vec![9, u8::try_from(n % 256).unwrap_or(0)]));
            if dice.percent(50) { reads.extend(keys) } else { writes.extend(keys) }
        }
    }
    for keys in [&mut reads, &mut writes] {
        keys.sort();
        keys.dedup();
        keys.truncate(limits::HINTED_KEYS / 2);
    }
    // One in a hundred is not even in order.
    if dice.percent(1) {
        writes.reverse();
    }
    AccessHint { reads, writes }
}

/// A key that others are likely to touch.
fn some_key(world: &World, dice: &mut Dice) -> StateKey {
    match dice.below(3) {
        0 => StateKey::account(&who(u8::try_from(dice.below(u64::from(PEOPLE))).unwrap_or(0))),
        1 => {
            let module = dice.one(&world.modules).copied().unwrap_or_default();
            StateKey::storage(&module, 0, &[u8::try_from(dice.below(16)).unwrap_or(0)])
        }
        _ => {
            let keys: Vec<&StateKey> = world.state.0.keys().collect();
            dice.one(&keys).map_or_else(|| StateKey::system("none"), |key| (*key).clone())
        }
    }
}
