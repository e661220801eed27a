//! Storage on the test chain: keys stay apart, lists keep order, old generations are walked to their end and no further.

use super::{Item, List, Map, OldItem, OldMap, Place};
use crate::testing::{Chain, Exports};
use crate::types::AccountId;

const ANN: AccountId = AccountId([1; 32]);

fn old() {
    Item::at("total").set(&7u64);
    let (mut map, mut neighbour) = (Map::at("loan"), Map::at("loans"));
    for key in [300u16, 2, 1] {
        map.set(&key, &(u64::from(key) * 2));
        neighbour.set(&key, &0u64);
    }
    let mut list = List::at("members");
    ["b", "a", "c"].iter().for_each(|name| list.push(&(*name).to_owned()));
}

fn new() {
    let map = OldMap::<u16, u64>::named("loan");
    // In byte order of the little-endian keys, and nothing of `loans`.
    assert_eq!(map.iter().collect::<Vec<_>>(), [(1, 2), (2, 4), (300, 600)]);
    assert_eq!((map.get(&2), map.get(&3)), (Some(4), None));
    assert_eq!(OldMap::<u16, u64>::named("none").iter().count(), 0);
    assert_eq!(OldItem::<u64>::named("total").get(), 7);
    assert_eq!(Item::<u64>::at("total").find(), None, "the new generation is empty");
    Item::at("total").set(&8u64);
}

const OLD: Exports = &[("new", old)];
const NEW: Exports = &[("migrate", new)];

#[test]
fn reads_what_it_wrote() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, OLD, "new", &()).unwrap();
    chain
        .inside(ANN, module, || {
            let list = List::<String>::at("members");
            assert_eq!(list.iter().collect::<Vec<_>>(), ["b", "a", "c"]);
            assert_eq!((list.len(), list.get(3)), (3, None));
            let mut map = Map::<u16, u64>::at("loan");
            map.set_or_remove(&1, &0);
            assert_eq!((map.get(&1), map.get_or_default(&1), map.get(&300)), (None, 0, Some(600)));
        })
        .unwrap();
}

#[test]
fn refuses_with_the_name_of_the_field() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, OLD, "new", &()).unwrap();
    let wrong = chain.inside(ANN, module, || Item::<u32>::at("total").get());
    assert_eq!(wrong, Err("total is stored as another type".into()));
    let absent = chain.inside(ANN, module, || Item::<u32>::at("nothing").get());
    assert_eq!(absent, Err("nothing was never set".into()));
    let no_migration = chain.inside(ANN, module, || OldItem::<u64>::named("total").find());
    assert_eq!(no_migration, Err("there is no migration".into()));
}

#[test]
fn migrations_read_the_old_generation() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, OLD, "new", &()).unwrap();
    chain.upgrade(module, NEW, Some("migrate"), None).unwrap();
    assert_eq!(chain.inside(ANN, module, || Item::<u64>::at("total").get()), Ok(8));
}
