//! The bound of a window holds against renewals and early ends.

use super::*;
use crate::testing::{MODULE, Spec, deployed};
use zera_primitives::{Amount, Height, Params};

fn at(params: &Params, slot: u64) -> Ctx<'_> {
    Ctx { height: Height(slot), slot: Slot(slot), supply: Amount::zra(1_000_000_000), params }
}

#[test]
fn renewals_count_against_the_window() {
    // Half-life 60, at most 2 T = 120 slots in any 600.
    let params = Params::demo();
    let mut st = deployed(&Spec::default());
    let run = |st: &mut _, slot, slots| freeze(st, &at(&params, slot), &MODULE, slots, ProposalId(1));
    assert_eq!(run(&mut st, 1_000, 121), Err(RegistryError::FreezeTooLong { asked: 121, left: 120 }));
    assert_eq!(run(&mut st, 1_000, 0), Err(RegistryError::FreezeTooLong { asked: 0, left: 120 }));
    assert_eq!(run(&mut st, 1_000, 100), Ok(Slot(1_100)));
    assert_eq!(run(&mut st, 1_050, 10), Err(RegistryError::AlreadyFrozen(Slot(1_100))));
    assert_eq!(run(&mut st, 1_100, 21), Err(RegistryError::FreezeTooLong { asked: 21, left: 20 }));
    assert_eq!(run(&mut st, 1_100, 20), Ok(Slot(1_120)));
    assert_eq!(freezable(&st, &at(&params, 1_200), &MODULE), Ok(0));
    // The window moves on: at 1,650 the first fifty slots have left it.
    assert_eq!(freezable(&st, &at(&params, 1_650), &MODULE), Ok(50));
    assert_eq!(run(&mut st, 2_000, 120), Ok(Slot(2_120)));
    assert_eq!(freezes(&st, &MODULE).unwrap().len(), 1, "what has left the window is forgotten");
}

#[test]
fn an_early_end_gives_back_what_was_not_used() {
    let params = Params::demo();
    let mut st = deployed(&Spec::default());
    assert_eq!(unfreeze(&mut st, &at(&params, 10), &MODULE), Err(RegistryError::NotFrozen));
    freeze(&mut st, &at(&params, 10), &MODULE, 100, ProposalId(1)).unwrap();
    unfreeze(&mut st, &at(&params, 30), &MODULE).unwrap();
    assert_eq!(unfreeze(&mut st, &at(&params, 31), &MODULE), Err(RegistryError::NotFrozen));
    assert_eq!(freezable(&st, &at(&params, 31), &MODULE), Ok(100));
    // One that ran out needs no vote to end.
    freeze(&mut st, &at(&params, 31), &MODULE, 10, ProposalId(2)).unwrap();
    assert_eq!(unfreeze(&mut st, &at(&params, 41), &MODULE), Err(RegistryError::NotFrozen));
}
