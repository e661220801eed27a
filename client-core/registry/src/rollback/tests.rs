//! What a rollback returns: data only while nothing could have used them twice.

use super::*;
use crate::{
    events::{MODULE_ROLLED_BACK, ModuleRolledBack},
    journal::Deed,
    keys,
    modules::{touch, versions},
    testing::*,
    usage::{Usage, storage_usage, sweep},
};
use codec::{DecodeAll, Encode};
use scale_info::meta_type;
use zera_primitives::{
    AbortReason, Amount, Hash, ModuleId, Outcome, Payload, StateKey, manifest::ExportKind, payload::ConfigChange,
};
use zera_state::{MemoryState, StateAccess, accounts};

/// Puts `new` into force as the next version of [`MODULE`], with its own migration if it has one.
fn upgrade(st: &mut MemoryState, new: &Spec) -> Hash {
    let code = store(st, &new.bytes());
    let migrates = new.functions.iter().any(|function| function.0 == "migrate");
    let next = record(st).sequence + 1;
    let payload = proposal(code, next, migrates.then_some(code));
    run(st, &mut Scripts::default().on("migrate", copy_all), Class::Major, &payload).unwrap();
    code
}

fn migrating(version: (u16, u16, u16), schema: u32) -> Spec {
    spec(version, schema, &[]).scale("migrate")
}

/// Version 1 wrote schema 1 into generation 0; version 2 migrated to schema 2 in generation 1.
fn migrated() -> MemoryState {
    let mut st = v1();
    upgrade(&mut st, &migrating((2, 0, 0), 2));
    st
}

fn attempt(st: &mut MemoryState, class: Class, payload: &Payload) -> AbortReason {
    reason(run(st, &mut Scripts::default(), class, payload))
}

fn none() -> Scripts {
    Scripts::default()
}

#[test]
fn untouched_data_return_with_their_code() {
    let mut st = v1();
    let first = running(&st);
    let second = upgrade(&mut st, &migrating((2, 0, 0), 2));
    assert!(record(&st).fresh);
    let done = run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();

    let now = record(&st);
    assert_eq!((running(&st), now.sequence, now.schema, now.data_schemas), (first, 3, 1, vec![1]));
    assert_eq!((now.generation, now.next_generation, now.fresh), (0, 2, false));
    assert_eq!(now.earlier, []);
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 33 }));
    assert_eq!(done.undone, [VOTE]);
    let last = versions(&st, &MODULE).unwrap().pop().unwrap();
    assert_eq!((last.rollback_to, last.code, last.generation, last.migrated), (Some(1), first, 0, None));
    let event = done.events.last().unwrap();
    assert_eq!(event.topic, MODULE_ROLLED_BACK);
    let fields = ModuleRolledBack::decode_all(&mut event.data.as_slice()).unwrap();
    assert_eq!((fields.to, fields.data, fields.proposal), (1, true, VOTE));
    let noted = Deed::RolledBack { sequence: 3, to: 1, old_code: second, new_code: first, generation: 0, data: true };
    assert_eq!(deeds(&st).last(), Some(&noted));
    // What came after is nobody's any more.
    assert_eq!(sweep(&mut st, 100), Ok(3));
    assert_eq!((held(&st, &MODULE, 0).entries, held(&st, &MODULE, 1).entries), (3, 0));
    assert_balanced(&st);
    // Its number never comes back.
    upgrade(&mut st, &migrating((3, 0, 0), 3));
    assert_eq!(record(&st).generation, 2);
}

#[test]
fn data_that_were_touched_do_not() {
    let mut st = migrated();
    touch(&mut st, &MODULE).unwrap();
    assert!(!record(&st).fresh);
    let before = st.clone();
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
    assert_eq!(st, before);
}

/// Withdraw → roll back → withdraw: the second withdrawal must not find the balance again.
#[test]
fn nobody_withdraws_is_rolled_back_and_withdraws_again() {
    let mut st = v1();
    let code = store(&mut st, &spec((1, 0, 1), 1, &[2]).bytes());
    run(&mut st, &mut none(), Class::Minor, &proposal(code, 2, None)).unwrap();
    accounts::transfer(&mut st, &ALICE, &MODULE.account(), Amount::zra(10)).unwrap();
    upgrade(&mut st, &migrating((2, 0, 0), 2));
    // The withdrawal, as the runtime does it.
    accounts::transfer(&mut st, &MODULE.account(), &BOB, Amount::zra(10)).unwrap();
    st.remove(&StateKey::storage(&MODULE, 1, b"a"));
    touch(&mut st, &MODULE).unwrap();

    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
    // Version 2 reads what is there: its code returns, the balance does not.
    run(&mut st, &mut none(), Class::Minor, &back(2, None)).unwrap();
    let now = record(&st);
    assert_eq!((running(&st), now.generation), (code, 1));
    assert_eq!(st.get(&StateKey::storage(&MODULE, now.generation, b"a")), Ok(None));
    assert_balanced(&st);
}

#[test]
fn what_a_vote_sets_keeps_the_data_too() {
    let described = |version, schema| {
        let parameter = with_parameter(manifest(version, schema, &[]), meta_type::<u32>(), false, (None, None));
        Spec::new(Some(parameter)).scale("get_rate").scale("set_rate").scale("migrate")
    };
    let mut st = filled(&described((1, 0, 0), 1));
    upgrade(&mut st, &described((2, 0, 0), 2));
    let change = ConfigChange { module_id: MODULE, parameter: "rate".into(), value: 5u32.encode() };
    let config = Payload::Config { changes: vec![change], description: String::new() };
    let mut sets = Scripts::default().ends("set_rate", Outcome::Ok, &[]);
    run(&mut st, &mut sets, Class::Patch, &config).unwrap();
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
}

#[test]
fn a_touch_in_any_generation_since_keeps_the_data() {
    let mut st = migrated();
    touch(&mut st, &MODULE).unwrap();
    upgrade(&mut st, &migrating((3, 0, 0), 3));
    assert!(record(&st).fresh, "the newest one is untouched");
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
    // To the one that was written last it may return.
    run(&mut st, &mut none(), Class::Minor, &back(2, None)).unwrap();
    assert_eq!((record(&st).generation, record(&st).fresh), (1, false));
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
}

#[test]
fn code_alone_returns_inside_one_generation() {
    let mut st = v1();
    let first = running(&st);
    let second = upgrade(&mut st, &spec((1, 1, 0), 1, &[]));
    let done = run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    assert_eq!((running(&st), record(&st).generation, done.undone), (first, 0, vec![VOTE]));
    let noted = Deed::RolledBack { sequence: 3, to: 1, old_code: second, new_code: first, generation: 0, data: false };
    assert_eq!(deeds(&st).last(), Some(&noted));
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 33 }));
    assert_eq!(sweep(&mut st, 100), Ok(0));
}

#[test]
fn old_code_that_reads_the_current_data_keeps_them() {
    let mut st = filled(&spec((1, 0, 0), 1, &[2]));
    upgrade(&mut st, &migrating((2, 0, 0), 2));
    touch(&mut st, &MODULE).unwrap();
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    let now = record(&st);
    assert_eq!((now.generation, now.data_schemas, now.schema), (1, vec![2, 1], 1));
    assert_eq!(now.earlier.len(), 1, "the first generation is still kept");
}

#[test]
fn code_that_wrote_more_into_a_generation_than_the_target_reads_stands_in_its_way() {
    let mut st = v1();
    let second = upgrade(&mut st, &spec((1, 1, 0), 2, &[1]));
    upgrade(&mut st, &migrating((2, 0, 0), 3));
    // Generation 0 is untouched since, but version 2 may have written schema 2 into it.
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::DataWritten);
    run(&mut st, &mut none(), Class::Minor, &back(2, None)).unwrap();
    assert_eq!((running(&st), record(&st).generation, record(&st).data_schemas), (second, 0, vec![1, 2]));
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::SchemaMismatch);
}

#[test]
fn a_reverse_migration_works_on_the_current_data_and_is_major() {
    let mut st = migrated();
    touch(&mut st, &MODULE).unwrap();
    let reverse = store(&mut st, &Spec::default().scale("migrate").bytes());
    let payload = back(1, Some(reverse));
    assert_eq!(attempt(&mut st.clone(), Class::Minor, &payload), AbortReason::ClassTooLow);
    let mut scripts = Scripts::default().on("migrate", copy_all);
    let done = run(&mut st, &mut scripts, Class::Major, &payload).unwrap();
    let asked = &scripts.asked[0];
    assert_eq!((asked.code, asked.generation, asked.old_generation), (reverse, 2, Some(1)));
    let now = record(&st);
    assert_eq!((now.generation, now.data_schemas, now.fresh), (2, vec![1], true));
    assert_eq!((done.writes, done.undone), (3, vec![VOTE]));
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 39 }), "a byte more each time");
    assert_eq!(versions(&st, &MODULE).unwrap().last().unwrap().rollback_to, Some(1));
    let missing = Hash::of(b"?");
    assert_eq!(attempt(&mut st, Class::Major, &back(2, Some(missing))), AbortReason::CodeMissing);
    let no_migration = running(&st);
    assert_eq!(attempt(&mut st, Class::Major, &back(2, Some(no_migration))), AbortReason::MigrationFailed);
}

#[test]
fn a_reverse_migration_may_take_several_blocks() {
    let mut st = migrated();
    touch(&mut st, &MODULE).unwrap();
    let reverse = store(&mut st, &stepwise((0, 1, 0), 0).bytes());
    let payload = back(1, Some(reverse));
    let mut scripts = Scripts::default().on("migrate", copy_some(2, 40_000_000));
    assert!(run(&mut st, &mut scripts, Class::Major, &payload).unwrap().unfinished);
    assert_eq!((record(&st).migrating, record(&st).sequence), (Some(VOTE), 2));
    let done = go_on(&mut st, &mut scripts, Class::Major, &payload, 8).unwrap();
    assert_eq!((done.unfinished, done.undone), (false, vec![VOTE]));
    assert_eq!((record(&st).generation, record(&st).sequence, record(&st).schema), (2, 3, 1));
    assert_eq!(versions(&st, &MODULE).unwrap().last().unwrap().rollback_to, Some(1));
}

#[test]
fn generations_that_are_not_kept_cannot_return() {
    let mut st = v1();
    for n in 2..=5u16 {
        upgrade(&mut st, &migrating((n, 0, 0), n.into()));
    }
    for gone in [1, 2] {
        assert_eq!(attempt(&mut st, Class::Minor, &back(gone, None)), AbortReason::GenerationGone);
    }
    run(&mut st, &mut none(), Class::Minor, &back(3, None)).unwrap();
    assert_eq!((record(&st).generation, record(&st).earlier.len()), (2, 0));
    assert!(record(&st).fresh, "nothing was written in it when it was left, and nothing since");
    while sweep(&mut st, 4).unwrap() > 0 {}
    let kept: Vec<u64> = (0..5).map(|g| held(&st, &MODULE, g).entries).collect();
    assert_eq!(kept, [0, 0, 3, 0, 0]);
}

#[test]
fn a_rollback_may_be_rolled_back() {
    let mut st = v1();
    let first = running(&st);
    let second = upgrade(&mut st, &spec((1, 1, 0), 1, &[]));
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    let again = run(&mut st, &mut none(), Class::Minor, &back(2, None)).unwrap();
    assert_eq!((running(&st), again.undone), (second, vec![]), "a rollback undoes no upgrade of a rollback");
    run(&mut st, &mut none(), Class::Minor, &back(3, None)).unwrap();
    assert_eq!(running(&st), first, "to the version that the first rollback began");
    let history: Vec<_> = versions(&st, &MODULE).unwrap().iter().map(|v| (v.sequence, v.rollback_to)).collect();
    assert_eq!(history, [(1, None), (2, None), (3, Some(1)), (4, Some(2)), (5, Some(3))]);
    // Data that were given up are gone.
    let mut st = migrated();
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    assert_eq!(attempt(&mut st, Class::Minor, &back(2, None)), AbortReason::GenerationGone);
}

#[test]
fn there_must_be_an_earlier_version_that_does_not_run() {
    let mut st = migrated();
    for to in [0, 2, 3, u32::MAX] {
        assert_eq!(attempt(&mut st, Class::Minor, &back(to, None)), AbortReason::NoSuchVersion, "{to}");
    }
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::NoSuchVersion);
    let reverse = store(&mut st, &Spec::default().scale("migrate").bytes());
    assert_eq!(attempt(&mut st, Class::Major, &back(1, Some(reverse))), AbortReason::NoSuchVersion);
    let Payload::Rollback(mut elsewhere) = back(1, None) else { panic!() };
    elsewhere.module_id = ModuleId([3; 32]);
    assert_eq!(attempt(&mut st, Class::Minor, &Payload::Rollback(elsewhere)), AbortReason::NoSuchModule);
    // Code that runs already by another way: it was kept over written data.
    let mut st = filled(&spec((1, 0, 0), 1, &[2]));
    upgrade(&mut st, &migrating((2, 0, 0), 2));
    touch(&mut st, &MODULE).unwrap();
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::NoSuchVersion);
}

#[test]
fn old_code_must_be_healthy_and_its_code_still_stored() {
    let mut st = filled(&spec((1, 0, 0), 1, &[]).scale("health"));
    let first = running(&st);
    upgrade(&mut st, &migrating((2, 0, 0), 2));
    let mut sick = Scripts::default().ends("health", Outcome::Ok, &[0]);
    assert_eq!(reason(run(&mut st, &mut sick, Class::Minor, &back(1, None))), AbortReason::Unhealthy);
    assert_eq!(sick.asked[0].generation, 0, "asked on the data that would return");
    st.remove(&keys::code_record(&first));
    assert_eq!(attempt(&mut st, Class::Minor, &back(1, None)), AbortReason::CodeMissing);
}

#[test]
fn patch_and_emergency_votes_roll_nothing_back() {
    let mut st = migrated();
    for class in [Class::Patch, Class::Emergency] {
        assert_eq!(attempt(&mut st, class, &back(1, None)), AbortReason::ClassTooLow);
    }
}

/// Outgoing code that answers its promise wrongly cannot keep the version before it from coming back.
#[test]
fn code_that_lies_blocks_no_return() {
    let promising = |version| {
        let mut described = manifest(version, 1, &[]);
        described.exports.push(export("total", ExportKind::Invariant, false, &[]));
        Spec::new(Some(described)).scale("go").scale("total")
    };
    let mut st = filled(&promising((1, 0, 0)));
    let first = running(&st);
    let code = store(&mut st, &promising((1, 0, 1)).bytes());
    let honest = || Scripts::default().ends("total", Outcome::Ok, &[7]);
    run(&mut st, &mut honest(), Class::Minor, &proposal(code, 2, None)).unwrap();
    let mut lying = Scripts::default().on("total", move |_, call| {
        let answer: &[u8] = if call.code == code { &[9] } else { &[7] };
        Ok(ended(Outcome::Ok, answer, 10))
    });
    run(&mut st, &mut lying, Class::Minor, &back(1, None)).unwrap();
    assert_eq!(running(&st), first);
}
