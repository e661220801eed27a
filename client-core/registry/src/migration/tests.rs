//! Migrations over several blocks: what they may do, every way to fail, and what remains of one that failed.

use super::*;
use crate::{
    events::{MIGRATION_PROGRESS, MODULE_UPGRADED},
    executor::SystemResult,
    journal::{self, Deed},
    modules::versions,
    testing::*,
    usage::{storage_usage, sweep},
};
use codec::Compact;
use std::{cell::Cell, rc::Rc};
use zera_primitives::{
    Class, Payload, StateKey,
    payload::{ConfigChange, ExternalRef, Rollback},
};
use zera_state::MemoryState;

/// A step that leaves room for no second one in its block.
const HALF: u64 = 40_000_000;
/// The block in which [`run`] enacts.
const BEGUN: u64 = 7;

/// [`MODULE`] at schema 1 with three entries, and the vote for a stepwise migration to schema 2.
fn world() -> (MemoryState, Payload) {
    let mut st = v1();
    let code = store(&mut st, &stepwise((2, 0, 0), 2).bytes());
    (st, proposal(code, 2, Some(code)))
}

fn steps(script: impl Fn(&mut MemoryState, &SystemCall<'_>) -> Result<SystemResult, StateError> + 'static) -> Scripts {
    Scripts::default().on("migrate", script)
}

/// A step that answers the same for ever.
fn answers(result: Vec<u8>) -> Scripts {
    steps(move |_, _| Ok(ended(Outcome::Ok, &result, HALF)))
}

fn cursor(args: &[u8]) -> Vec<u8> {
    Vec::decode_all(&mut &*args).unwrap()
}

#[test]
fn it_goes_on_from_block_to_block_and_the_pointer_moves_at_the_end() {
    let (mut st, payload) = world();
    let (old_code, mut scripts) = (running(&st), steps(copy_some(1, HALF)));
    let first = run(&mut st, &mut scripts, Class::Major, &payload).unwrap();
    assert!(first.unfinished);
    assert_eq!(first.events.last().map(|event| event.topic.as_str()), Some(MIGRATION_PROGRESS));
    let paused = record(&st);
    assert_eq!((paused.migrating, paused.generation, paused.sequence), (Some(VOTE), 0, 1));
    assert_eq!((running(&st), paused.next_generation), (old_code, 2));
    let work = migration(&st, &MODULE).unwrap().unwrap();
    assert_eq!((work.generation, work.cursor.as_slice(), work.steps, work.gas), (1, &b"a"[..], 1, HALF));
    assert_eq!(storage_usage(&st, &MODULE).unwrap().entries, 3, "what people read is the old generation");

    assert!(go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 1).unwrap().unfinished);
    assert_eq!(record(&st).migrating, Some(VOTE));
    let last = go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 2).unwrap();
    assert!(!last.unfinished);
    assert_eq!((last.writes, last.events.last().unwrap().topic.as_str()), (3, MODULE_UPGRADED));
    let now = record(&st);
    assert_eq!((now.migrating, now.generation, now.next_generation, now.fresh), (None, 1, 2, true));
    assert_eq!((now.sequence, now.data_schemas), (2, vec![2]));
    assert_eq!(migration(&st, &MODULE), Ok(None));
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 36 }));
    assert_eq!(versions(&st, &MODULE).unwrap()[1].migrated, Some(3));
    let cursors: Vec<Vec<u8>> = scripts.asked.iter().map(|asked| cursor(&asked.args)).collect();
    assert_eq!(cursors, [vec![], b"a".to_vec(), b"b".to_vec()]);
    assert!(scripts.asked.iter().all(|asked| (asked.generation, asked.old_generation) == (1, Some(0))));
    let deeds: Vec<Deed> = journal::of_module(&st, &MODULE).unwrap().into_iter().map(|entry| entry.deed).collect();
    assert!(matches!(deeds[1], Deed::MigrationBegun { generation: 1, .. }), "{deeds:?}");
    assert!(matches!(deeds[2], Deed::Upgraded { sequence: 2, generation: 1, migrated: Some(3), .. }), "{deeds:?}");
    assert_eq!(deeds.len(), 3);
    assert_balanced(&st);
}

#[test]
fn a_block_takes_as_many_steps_as_surely_fit() {
    let (mut st, payload) = world();
    // 30 + 30 of 100; a third might cost twice as much.
    let mut scripts = steps(copy_some(1, 30_000_000));
    assert!(run(&mut st, &mut scripts, Class::Major, &payload).unwrap().unfinished);
    assert_eq!(scripts.asked.iter().map(|asked| asked.gas).collect::<Vec<_>>(), [100_000_000, 70_000_000]);
    let last = go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 1).unwrap();
    assert_eq!((last.unfinished, scripts.asked[2].gas), (false, 100_000_000));
    // All in one block, when it fits.
    let (mut st, payload) = world();
    assert!(!run(&mut st, &mut steps(copy_some(1, 1_000)), Class::Major, &payload).unwrap().unfinished);
    assert_eq!(record(&st).generation, 1);
}

#[test]
fn a_cursor_must_grow_stay_short_and_decode() {
    let with = |answer: Vec<u8>| {
        let (mut st, payload) = world();
        let mut scripts = answers(answer);
        let first = run(&mut st, &mut scripts, Class::Major, &payload);
        first.and_then(|_| go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 1))
    };
    assert_eq!(reason(with(Some(vec![5u8]).encode())), AbortReason::MigrationFailed, "the same again");
    let failed = |answer: Vec<u8>| {
        let (mut st, payload) = world();
        let at_once = run(&mut st, &mut answers(answer), Class::Major, &payload);
        assert_eq!(reason(at_once), AbortReason::MigrationFailed);
    };
    failed(Some(Vec::<u8>::new()).encode()); // no progress from the beginning
    failed(Some(vec![5u8; 257]).encode());
    failed(vec![]);
    failed(vec![2]);
    failed([Some(vec![5u8]).encode(), vec![0]].concat());
    failed([vec![1], Compact(u32::MAX).encode()].concat());
    assert!(with(None::<Vec<u8>>.encode()).is_err(), "it was complete, there is nothing to go on with");

    let (mut st, payload) = world();
    let grows = steps(|_, call| {
        let next = if cursor(call.args).is_empty() { vec![5u8; 256] } else { vec![4u8; 256] };
        Ok(ended(Outcome::Ok, &Some(next).encode(), HALF))
    });
    assert!(run(&mut st, &mut grows.clone(), Class::Major, &payload).unwrap().unfinished, "256 bytes are allowed");
    let back = go_on(&mut st, &mut grows.clone(), Class::Major, &payload, BEGUN + 1);
    assert_eq!(reason(back), AbortReason::MigrationFailed, "a cursor that goes back");
}

#[test]
fn a_step_that_runs_out_of_gas_is_taken_back_and_tried_again() {
    let (mut st, payload) = world();
    // The second step costs 80 of 100; after the first, 70 are left.
    let mut scripts = steps(|st, call| {
        let gas = if cursor(call.args).is_empty() { 30_000_000 } else { 80_000_000 };
        let step = copy_some(1, 0)(st, call)?;
        let outcome = if call.gas < gas { Outcome::OutOfGas } else { Outcome::Ok };
        Ok(SystemResult { outcome, gas: gas.min(call.gas), ..step })
    });
    assert!(run(&mut st, &mut scripts, Class::Major, &payload).unwrap().unfinished);
    let work = migration(&st, &MODULE).unwrap().unwrap();
    assert_eq!((work.steps, work.usage.entries, work.cursor.as_slice()), (1, 1, &b"a"[..]));
    assert_eq!(work.gas, 100_000_000, "what was used is used");
    for height in [BEGUN + 1, BEGUN + 2] {
        go_on(&mut st, &mut scripts, Class::Major, &payload, height).unwrap();
    }
    let cursors: Vec<Vec<u8>> = scripts.asked.iter().map(|asked| cursor(&asked.args)).collect();
    assert_eq!(cursors, [&b""[..], b"a", b"a", b"b"]);
    assert_eq!((record(&st).generation, held(&st, &MODULE, 1).entries), (1, 3));
}

#[test]
fn a_step_that_a_whole_block_cannot_pay_aborts() {
    let (mut st, payload) = world();
    let mut dear = steps(copy_some(1, 100_000_001));
    assert_eq!(reason(run(&mut st, &mut dear, Class::Major, &payload)), AbortReason::MigrationOutOfGas);
    assert_eq!(dear.asked.len(), 1);
    // Later, too, it ends the migration instead of being tried for ever.
    assert!(run(&mut st, &mut steps(copy_some(1, HALF)), Class::Major, &payload).unwrap().unfinished);
    let later = go_on(&mut st, &mut dear, Class::Major, &payload, BEGUN + 1);
    assert_eq!(reason(later), AbortReason::MigrationOutOfGas);
}

#[test]
fn blocks_in_which_it_had_to_wait_do_not_count() {
    let (mut st, payload) = world();
    let mut scripts = steps(copy_some(1, HALF));
    run(&mut st, &mut scripts, Class::Major, &payload).unwrap();
    assert!(go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 1_000).unwrap().unfinished);
    assert!(!go_on(&mut st, &mut scripts, Class::Major, &payload, BEGUN + 2_000).unwrap().unfinished);
}

#[test]
fn one_that_runs_for_ever_is_ended_after_256_blocks() {
    let (mut st, payload) = world();
    let mut endless = steps(|_, call| {
        let next = cursor(call.args).first().copied().map_or(vec![0, 0], |_| {
            let old = cursor(call.args);
            (u16::from_be_bytes([old[0], old[1]]) + 1).to_be_bytes().to_vec()
        });
        Ok(ended(Outcome::Ok, &Some(next).encode(), HALF))
    });
    run(&mut st, &mut endless, Class::Major, &payload).unwrap();
    for height in BEGUN + 1..BEGUN + 256 {
        assert!(go_on(&mut st, &mut endless, Class::Major, &payload, height).unwrap().unfinished, "{height}");
    }
    let before = endless.asked.len();
    let ended = go_on(&mut st, &mut endless, Class::Major, &payload, BEGUN + 256);
    assert_eq!(reason(ended), AbortReason::MigrationTooLong);
    assert_eq!(endless.asked.len(), before, "without another step");
    abandon(&mut st, &MODULE, VOTE).unwrap();
    assert_eq!((record(&st).migrating, migration(&st, &MODULE)), (None, Ok(None)));
}

/// [`MODULE`] with 10,000 entries; its migration takes 1,000 at a time and traps at the last but one.
fn large() -> (MemoryState, Payload, Scripts) {
    let (mut st, payload) = world();
    for n in 3..10_000u32 {
        st.put(StateKey::storage(&MODULE, 0, &[&b"d"[..], &n.to_be_bytes()].concat()), vec![1; 4]);
    }
    let copied = Rc::new(Cell::new(0));
    let traps = steps(move |st, call| {
        let step = copy_some(1_000, HALF)(st, call)?;
        copied.set(copied.get() + 1_000);
        Ok(if copied.get() > 9_998 { ended(Outcome::Trap, &[], 7) } else { step })
    });
    (st, payload, traps)
}

#[test]
fn a_trap_near_the_end_leaves_the_old_data_and_is_swept_away() {
    let (mut st, payload, mut traps) = large();
    let before = held(&st, &MODULE, 0);
    assert_eq!(before.entries, 10_000);
    run(&mut st, &mut traps, Class::Major, &payload).unwrap();
    for height in BEGUN + 1..BEGUN + 9 {
        assert!(go_on(&mut st, &mut traps, Class::Major, &payload, height).unwrap().unfinished);
    }
    let trapped = go_on(&mut st, &mut traps, Class::Major, &payload, BEGUN + 9);
    assert_eq!(reason(trapped), AbortReason::MigrationFailed);
    // Nobody but the vote that began it gives it up.
    abandon(&mut st, &MODULE, ProposalId(41)).unwrap();
    assert_eq!(record(&st).migrating, Some(VOTE));
    abandon(&mut st, &MODULE, VOTE).unwrap();
    abandon(&mut st, &MODULE, VOTE).unwrap();

    let now = record(&st);
    assert_eq!((now.migrating, now.sequence, now.generation, now.fresh), (None, 1, 0, false));
    assert_eq!(held(&st, &MODULE, 0), before);
    assert_eq!(held(&st, &MODULE, 1).entries, 9_000);
    // The next one does not write into what is left of this one.
    let code = payload.codes()[0];
    let mut whole = steps(copy_some(5_000, HALF));
    run(&mut st, &mut whole, Class::Major, &proposal(code, 2, Some(code))).unwrap();
    assert_eq!(whole.asked[0].generation, 2);
    go_on(&mut st, &mut whole, Class::Major, &payload, BEGUN + 1).unwrap();
    assert_eq!((record(&st).generation, held(&st, &MODULE, 2).entries), (2, 10_000));
    let removed: Vec<usize> = (0..4).map(|_| sweep(&mut st, limits::PRUNED_ENTRIES).unwrap()).collect();
    assert_eq!(removed, [4_096, 4_096, 808, 0]);
    assert_eq!((held(&st, &MODULE, 1).entries, held(&st, &MODULE, 2).entries), (0, 10_000));
    assert_eq!(held(&st, &MODULE, 0), before, "the last generation is kept for a return");
}

#[test]
fn a_paused_module_is_busy_for_every_other_vote() {
    let mut described = stepwise((1, 0, 0), 1);
    let manifest = described.manifest.take().unwrap();
    let parameter = with_parameter(manifest.clone(), scale_info::meta_type::<u32>(), false, (None, None));
    let exports = [manifest.exports, parameter.exports.clone()].concat();
    // Two registries: the parameter's type is the first of its own.
    let first = zera_primitives::Manifest { exports: exports[1..].to_vec(), ..parameter };
    let mut st = filled(&Spec::new(Some(first)).scale("go").scale("migrate").scale("get_rate").scale("set_rate"));
    let code = store(&mut st, &stepwise((2, 0, 0), 2).bytes());
    let payload = proposal(code, 2, Some(code));
    let mut scripts = steps(copy_some(1, HALF)).ends("set_rate", Outcome::Ok, &[]);
    assert!(run(&mut st, &mut scripts, Class::Major, &payload).unwrap().unfinished);
    let asked = scripts.asked.len();

    let other = store(&mut st, &spec((1, 1, 0), 1, &[]).bytes());
    let busy = |st: &mut MemoryState, scripts: &mut Scripts, class, payload: &Payload| {
        assert_eq!(reason(run(st, scripts, class, payload)), AbortReason::Busy, "{payload:?}");
    };
    busy(&mut st, &mut scripts, Class::Minor, &proposal(other, 2, None));
    busy(&mut st, &mut scripts, Class::Major, &payload);
    let change = ConfigChange { module_id: MODULE, parameter: "rate".into(), value: 5u32.encode() };
    let config = Payload::Config { changes: vec![change], description: String::new() };
    busy(&mut st, &mut scripts, Class::Patch, &config);
    assert_eq!(scripts.asked.len(), asked, "no guest ran on data that are being written anew");
    // Once it is over, the same votes find a module again.
    abandon(&mut st, &MODULE, VOTE).unwrap();
    assert!(run(&mut st, &mut scripts, Class::Patch, &config).is_ok());
    assert!(run(&mut st, &mut scripts, Class::Minor, &proposal(other, 2, None)).is_ok());
}

#[test]
fn a_paused_module_is_neither_rolled_back_nor_put_under_a_tag() {
    let mut st = v1();
    let second = store(&mut st, &spec((1, 1, 0), 1, &[]).bytes());
    run(&mut st, &mut Scripts::default(), Class::Minor, &proposal(second, 2, None)).unwrap();
    let code = store(&mut st, &stepwise((2, 0, 0), 2).bytes());
    run(&mut st, &mut steps(copy_some(1, HALF)), Class::Major, &proposal(code, 3, Some(code))).unwrap();
    let none = &mut Scripts::default();
    let (to_version, reverse_migration) = (1, None);
    let back = Rollback { module_id: MODULE, to_version, reverse_migration, description: String::new() };
    assert_eq!(reason(run(&mut st, none, Class::Minor, &Payload::Rollback(back))), AbortReason::Busy);
    let manager = ModuleId([8; 32]);
    let reference = ExternalRef { manager, tag: "t".into(), pin: None };
    let under = Payload::Reference { module_id: MODULE, reference, description: String::new() };
    assert_eq!(reason(run(&mut st, none, Class::Major, &under)), AbortReason::Busy);
}
