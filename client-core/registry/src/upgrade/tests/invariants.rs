//! What no upgrade may change, and what outgoing code cannot prevent.

use super::*;
use zera_state::MemoryState;

/// A module of this version and schema that promises `total` and `owners`.
fn promising(version: (u16, u16, u16), schema: u32, promises: &[&'static str]) -> Spec {
    let mut described = manifest(version, schema, &[]);
    for promise in promises {
        described.exports.push(export(promise, ExportKind::Invariant, false, &[]));
    }
    let all = Spec::new(Some(described)).scale("go").scale("migrate").scale("health");
    promises.iter().fold(all, |spec, promise| spec.scale(promise))
}

const BOTH: [&str; 2] = ["total", "owners"];

/// [`MODULE`] with both promises, and the vote that migrates it to schema 2.
fn world() -> (MemoryState, Payload) {
    let mut st = filled(&promising((1, 0, 0), 1, &BOTH));
    let code = store(&mut st, &promising((2, 0, 0), 2, &BOTH).bytes());
    (st, proposal(code, 2, Some(code)))
}

/// Scripts in which a migration costs `gas`; health is fine, the owners are five.
fn scripts(gas: u64) -> Scripts {
    let migrate = move |st: &mut MemoryState, call: &SystemCall<'_>| {
        Ok(SystemResult { gas: gas.min(call.gas), ..copy_all(st, call)? })
    };
    Scripts::default().on("migrate", migrate).ends("health", Outcome::Ok, &[1]).ends("owners", Outcome::Ok, &[5])
}

/// `total` answers `old` on the old data and `new` on the new data.
fn totals(old: (Outcome, &'static [u8]), new: (Outcome, &'static [u8])) -> Scripts {
    scripts(900).on("total", move |_, call| {
        let (outcome, answer) = if call.generation == 0 { old } else { new };
        Ok(ended(outcome, answer, 10))
    })
}

const fn ok(answer: &'static [u8]) -> (Outcome, &'static [u8]) {
    (Outcome::Ok, answer)
}

#[test]
fn both_codes_are_asked_on_their_own_data() {
    let (mut st, payload) = world();
    let (old, new) = (running(&st), payload.codes()[0]);
    let mut scripts = totals(ok(&[7]), ok(&[7]));
    run(&mut st, &mut scripts, Class::Major, &payload).unwrap();
    let asked = scripts.asked.iter().filter(|asked| asked.entry == "total");
    let mut asked: Vec<_> = asked.map(|asked| (asked.code, asked.generation, asked.read_only)).collect();
    asked.sort_unstable_by_key(|asked| asked.1);
    assert_eq!(asked, [(old, 0, true), (new, 1, true)]);
}

#[test]
fn another_value_or_none_aborts() {
    for new in [ok(&[8]), ok(&[]), ok(&[7, 0]), (Outcome::Trap, &[]), (Outcome::OutOfGas, &[])] {
        let (mut st, payload) = world();
        let result = run(&mut st, &mut totals(ok(&[7]), new), Class::Major, &payload);
        assert_eq!(reason(result), AbortReason::InvariantBroken);
    }
    // The second one counts as much as the first.
    let (mut st, payload) = world();
    let mut other = totals(ok(&[7]), ok(&[7]))
        .on("owners", |_, call| Ok(ended(Outcome::Ok, &[u8::try_from(call.generation).unwrap()], 10)));
    assert_eq!(reason(run(&mut st, &mut other, Class::Major, &payload)), AbortReason::InvariantBroken);
}

#[test]
fn code_without_a_migration_is_asked_too() {
    let mut st = filled(&promising((1, 0, 0), 1, &BOTH));
    let code = store(&mut st, &promising((1, 0, 1), 1, &BOTH).bytes());
    let mut lies =
        scripts(0).on("total", move |_, call| Ok(ended(Outcome::Ok, if call.code == code { &[1] } else { &[2] }, 10)));
    let result = run(&mut st, &mut lies, Class::Minor, &proposal(code, 2, None));
    assert_eq!(reason(result), AbortReason::InvariantBroken);
}

#[test]
fn old_code_that_cannot_answer_blocks_nothing() {
    for outcome in [Outcome::Trap, Outcome::OutOfGas, Outcome::StackLimit, Outcome::HostRefused, Outcome::Invalid] {
        let (mut st, payload) = world();
        let mut broken = totals((outcome, &[]), ok(&[7]));
        run(&mut st, &mut broken, Class::Major, &payload).unwrap();
        assert_eq!(record(&st).sequence, 2);
    }
}

#[test]
fn old_code_that_never_ends_uses_up_nothing_that_its_replacement_needs() {
    let (mut st, payload) = world();
    let mut endless = scripts(900).on("total", |_, call| {
        let answers = call.generation > 0;
        let outcome = if answers { Outcome::Ok } else { Outcome::OutOfGas };
        Ok(ended(outcome, &[7], if answers { 10 } else { call.gas }))
    });
    let done = run(&mut st, &mut endless, Class::Major, &payload).unwrap();
    assert!(done.gas > 50_000_000, "but the block has to bear it");
    let health = endless.asked.iter().find(|asked| asked.entry == "health").unwrap();
    let asked = endless.asked.iter().find(|asked| asked.entry == "total" && asked.generation == 0).unwrap();
    assert_eq!(asked.gas, 50_000_000, "gas of its own");
    assert!(health.gas > 99_000_000, "{}", health.gas);
}

#[test]
fn a_migration_that_leaves_no_gas_mutes_no_promise() {
    let (mut st, payload) = world();
    let costly = |_: &mut MemoryState, call: &SystemCall<'_>| {
        let enough = call.gas >= 1_000_000;
        let answer: &[u8] = if call.generation == 0 { &[7] } else { &[8] };
        Ok(ended(if enough { Outcome::Ok } else { Outcome::OutOfGas }, answer, call.gas.min(1_000_000)))
    };
    let mut greedy = scripts(99_500_000).on("total", costly).ends("owners", Outcome::Ok, &[5]);
    assert_eq!(reason(run(&mut st, &mut greedy, Class::Major, &payload)), AbortReason::InvariantBroken);
}

#[test]
fn code_that_drops_a_promise_is_major_and_is_asked_for_the_others() {
    let mut st = filled(&promising((1, 0, 0), 1, &BOTH));
    let code = store(&mut st, &promising((1, 0, 1), 1, &["owners"]).bytes());
    let payload = proposal(code, 2, None);
    let mut scripts = scripts(0);
    assert_eq!(reason(run(&mut st, &mut scripts, Class::Minor, &payload)), AbortReason::ClassTooLow);
    run(&mut st, &mut scripts, Class::Major, &payload).unwrap();
    assert!(!scripts.entries().contains(&"total"));
    assert_eq!(scripts.entries().iter().filter(|entry| **entry == "owners").count(), 2);

    // A name that is no promise any more is a promise dropped.
    let mut st = filled(&promising((1, 0, 0), 1, &["owners"]));
    let mut described = manifest((1, 0, 1), 1, &[]);
    described.exports.push(export("owners", ExportKind::Query, false, &[]));
    let code = store(&mut st, &Spec::new(Some(described)).scale("go").scale("owners").bytes());
    let kept = run(&mut st, &mut scripts, Class::Minor, &proposal(code, 2, None));
    assert_eq!(reason(kept), AbortReason::ClassTooLow);
}

#[test]
fn the_last_step_of_a_long_migration_asks_as_well() {
    let described = |version, schema| {
        let mut spec = stepwise(version, schema);
        let manifest = spec.manifest.as_mut().unwrap();
        manifest.exports.push(export("total", ExportKind::Invariant, false, &[]));
        spec.scale("total")
    };
    let mut st = filled(&described((1, 0, 0), 1));
    let code = store(&mut st, &described((2, 0, 0), 2).bytes());
    let payload = proposal(code, 2, Some(code));
    let mut scripts = Scripts::default().on("migrate", copy_some(2, 40_000_000));
    assert!(run(&mut st, &mut scripts, Class::Major, &payload).unwrap().unfinished);
    let mut scripts =
        scripts.on("total", |_, call| Ok(ended(Outcome::Ok, &[u8::try_from(call.generation).unwrap()], 10)));
    let broken = go_on(&mut st, &mut scripts, Class::Major, &payload, 8);
    assert_eq!(reason(broken), AbortReason::InvariantBroken);
}
