//! The chain of entries commits to each of them.

use super::*;
use crate::testing::{MODULE, ctx};
use zera_primitives::Params;
use zera_state::MemoryState;

fn journal(n: u64) -> MemoryState {
    let mut st = MemoryState::default();
    let params = Params::demo();
    for index in 0..n {
        let module = (index % 2 == 0).then_some(&MODULE);
        note(&mut st, &ctx(&params), module, None, Deed::Frozen { until: Slot(index) }).unwrap();
    }
    st
}

#[test]
fn the_head_follows_from_the_entries() {
    let st = journal(5);
    let mut chained = Head::default();
    for index in 0..5 {
        chained = chained.after(&entry(&st, index).unwrap().unwrap());
    }
    assert_eq!(head(&st), Ok(chained));
    assert_eq!(entry(&st, 5), Ok(None));
}

#[test]
fn any_other_entry_gives_another_head() {
    let st = journal(3);
    let mut entries: Vec<Entry> = (0..3).map(|index| entry(&st, index).unwrap().unwrap()).collect();
    entries[1].deed = Deed::Unfrozen;
    let chained = entries.iter().fold(Head::default(), Head::after);
    assert_ne!(head(&st), Ok(chained));
}

#[test]
fn a_module_finds_its_own_entries() {
    let st = journal(5);
    let indices: Vec<u64> = of_module(&st, &MODULE).unwrap().iter().map(|entry| entry.index).collect();
    assert_eq!(indices, [0, 2, 4]);
    assert_eq!(of_module(&st, &ModuleId([4; 32])), Ok(vec![]));
}
