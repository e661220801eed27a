//! Executable proposals: the voted list, and that nothing but it may happen.

use super::*;
use crate::{
    events::PROPOSAL_EXECUTED,
    journal::{self, Deed},
    modules::config_history,
    testing::*,
};
use codec::Encode;
use scale_info::meta_type;
use wasm_encoder::ValType;
use zera_primitives::{AbortReason, Class, Outcome, Payload, payload::Execution};
use zera_state::{
    MemoryState,
    accounts::{account, transfer},
};

const OTHER: ModuleId = ModuleId([8; 32]);
const SLOT: Slot = Slot(70);

/// [`MODULE`] with the parameter `rate` from 10 to 20, set directly; [`OTHER`] beside it; and the proposal's own code.
fn world() -> (MemoryState, Hash) {
    let described = with_parameter(manifest((1, 0, 0), 1, &[]), meta_type::<u32>(), true, (Some(10), Some(20)));
    let mut st = deployed(&Spec::new(Some(described)).scale("get_rate").direct("set_rate", &[ValType::I32], &[]));
    let other = store(&mut st, &spec((1, 0, 0), 1, &[]).bytes());
    deploy_at(&mut st, OTHER, other);
    let own = store(&mut st, &Spec::default().scale("enact").bytes());
    (st, own)
}

fn call(module: ModuleId, entry: &str, times: u32) -> Effect {
    Effect::Call { module, entry: entry.into(), times }
}

fn set(value: u32) -> Effect {
    Effect::Set { module: MODULE, parameter: "rate".into(), value: value.encode() }
}

fn pay(amount: u64) -> Effect {
    Effect::Move { from: ALICE, to: BOB, amount: Amount::zra(amount) }
}

fn tag(code: Hash) -> Effect {
    Effect::Tag { manager: OTHER, tag: "t".into(), code }
}

fn replace(code: Hash, version: u32) -> Effect {
    Effect::Upgrade { module: OTHER, code, version, migration: None }
}

fn execution(code: Hash, effects: &[Effect]) -> Payload {
    Payload::Execute(Execution { code, effects: effects.to_vec(), description: String::new() })
}

/// What a proposal's code does that pays ten ZRA, sets the rate to 15 and calls twice.
fn pays(st: &mut MemoryState, effects: &mut Effects) -> Outcome {
    transfer(st, &ALICE, &BOB, Amount::zra(10)).unwrap();
    effects.move_zra(ALICE, BOB, Amount::zra(4));
    effects.move_zra(ALICE, BOB, Amount::zra(6));
    effects.call(OTHER, "go");
    effects.sets.push((MODULE, "set_rate".into(), 15u32.encode()));
    effects.call(OTHER, "go");
    Outcome::Ok
}

fn voted() -> [Effect; 3] {
    [call(OTHER, "go", 2), set(15), pay(10)]
}

#[test]
fn the_voted_list_has_one_form_whatever_its_order() {
    let (st, own) = world();
    let list = [call(OTHER, "go", 2), set(15), pay(10), tag(own), replace(own, 2)];
    let mut turned = list.clone();
    turned.reverse();
    let form = Effects::voted(&st, SLOT, &list).unwrap();
    assert_eq!(Effects::voted(&st, SLOT, &turned), Ok(form.clone()));
    assert_eq!(form.calls, BTreeMap::from([((OTHER, "go".into()), 2)]));
    assert_eq!(form.sets, [(MODULE, "set_rate".into(), 15u32.encode())], "as the setter gets it");
    assert_eq!(form.moves, BTreeMap::from([((ALICE, BOB), Amount::zra(10).0)]));
    assert_eq!(form.forbidden, 0);
}

#[test]
fn empty_long_and_doubled_lists_are_refused() {
    let (st, own) = world();
    let refused = |list: &[Effect]| Effects::voted(&st, SLOT, list).unwrap_err();
    let many = |n: u32| (0..n).map(|i| call(MODULE, &format!("f{i}"), 1)).collect::<Vec<_>>();
    assert!(matches!(refused(&[]), RegistryError::Effects(_)));
    assert!(Effects::voted(&st, SLOT, &many(64)).is_ok());
    assert!(matches!(refused(&many(65)), RegistryError::Effects(_)));
    for twice in [
        [call(OTHER, "go", 1), call(OTHER, "go", 2)],
        [pay(1), pay(2)],
        [set(11), set(12)],
        [tag(own), tag(Hash::ZERO)],
        [replace(own, 2), replace(Hash::ZERO, 3)],
        [call(OTHER, "go", 0), set(11)],
        [pay(0), set(11)],
    ] {
        assert!(matches!(refused(&twice), RegistryError::Effects(_)), "{twice:?}");
    }
    assert!(matches!(refused(&[set(21)]), RegistryError::OutOfBounds { .. }));
    let unknown = Effect::Set { module: OTHER, parameter: "rate".into(), value: vec![] };
    assert!(matches!(refused(&[unknown]), RegistryError::NoParameter { .. }));
}

#[test]
fn exactly_the_voted_effects_are_enacted() {
    let (mut st, own) = world();
    let payload = execution(own, &voted());
    let done = run(&mut st, &mut Scripts::default().enacts(pays), Class::Minor, &payload).unwrap();
    assert_eq!(account(&st, &BOB).unwrap().free, Amount::zra(10));
    assert_eq!(done.gas, 100);
    assert_eq!(done.events.last().unwrap().topic, PROPOSAL_EXECUTED);
    let history = config_history(&st, &MODULE, "rate").unwrap();
    assert_eq!((history.len(), history[0].proposal, &history[0].value), (1, VOTE, &15u32.encode()));
    let last = journal::head(&st).unwrap().count - 1;
    let noted = journal::entry(&st, last).unwrap().unwrap();
    assert_eq!((noted.deed, noted.vote), (Deed::Executed { code: own }, Some(vote(Class::Minor))));
    assert!(matches!(deeds(&st).last(), Some(Deed::Configured { .. })));
    assert_balanced(&st);
}

/// Any list but the one that happens.
#[test]
fn one_effect_more_less_or_other_aborts_all() {
    let [calls, sets, pays_all] = voted();
    let lists: Vec<Vec<Effect>> = vec![
        vec![sets.clone(), pays_all.clone()],
        vec![calls.clone(), pays_all.clone()],
        vec![calls.clone(), sets.clone()],
        vec![call(OTHER, "go", 1), sets.clone(), pays_all.clone()],
        vec![call(OTHER, "go", 3), sets.clone(), pays_all.clone()],
        vec![call(MODULE, "go", 2), sets.clone(), pays_all.clone()],
        vec![call(OTHER, "gone", 2), sets.clone(), pays_all.clone()],
        vec![calls.clone(), set(16), pays_all.clone()],
        vec![calls.clone(), sets.clone(), pay(9)],
        vec![calls.clone(), sets.clone(), pay(11)],
        vec![calls.clone(), sets.clone(), Effect::Move { from: BOB, to: ALICE, amount: Amount::zra(10) }],
        vec![calls.clone(), sets.clone(), pays_all.clone(), call(OTHER, "more", 1)],
        vec![calls.clone(), sets.clone(), pays_all.clone(), tag(Hash::of(&Spec::default().scale("enact").bytes()))],
    ];
    for list in lists {
        let (mut st, own) = world();
        let before = st.clone();
        let result = run(&mut st, &mut Scripts::default().enacts(pays), Class::Minor, &execution(own, &list));
        assert_eq!(reason(result), AbortReason::OtherEffects, "{list:?}");
        assert_eq!(st, before);
    }
}

#[test]
fn what_no_proposal_may_do_is_in_no_list() {
    let (mut st, own) = world();
    let mut hides = Scripts::default().enacts(|st, effects| {
        effects.forbidden = 1;
        pays(st, effects)
    });
    let result = run(&mut st, &mut hides, Class::Minor, &execution(own, &voted()));
    assert_eq!(reason(result), AbortReason::OtherEffects);
}

#[test]
fn code_that_fails_or_is_missing_aborts() {
    use Outcome::{HostRefused, Invalid, OutOfGas, StackLimit, Trap};
    let (mut st, own) = world();
    let before = st.clone();
    for outcome in [OutOfGas, StackLimit, Trap, HostRefused, Invalid] {
        let mut fails = Scripts::default().enacts(move |st, effects| {
            pays(st, effects);
            outcome
        });
        let result = run(&mut st, &mut fails, Class::Minor, &execution(own, &voted()));
        assert_eq!(reason(result), AbortReason::ExecutionFailed);
        assert_eq!(st, before);
    }
    let mut refused = |code| reason(run(&mut st, &mut Scripts::default(), Class::Minor, &execution(code, &voted())));
    assert_eq!(refused(Hash::of(b"?")), AbortReason::CodeMissing);
    let (mut st, _) = world();
    for spec in [Spec::default().scale("other"), Spec::default().direct("enact", &[ValType::I32], &[])] {
        let code = store(&mut st, &spec.bytes());
        let result = run(&mut st, &mut Scripts::default(), Class::Major, &execution(code, &voted()));
        assert_eq!(reason(result), AbortReason::ExecutionFailed, "it has no enact() without arguments");
    }
}

/// The proposal's code pays and asks for [`OTHER`]'s upgrade to `code`.
fn upgrades(code: Hash, version: u32) -> Scripts {
    Scripts::default().enacts(move |st, effects| {
        transfer(st, &ALICE, &BOB, Amount::zra(10)).unwrap();
        effects.move_zra(ALICE, BOB, Amount::zra(10));
        effects.upgrades.push(UpgradeAsked { module: OTHER, code, version, migration: None });
        Outcome::Ok
    })
}

#[test]
fn an_upgrade_among_the_effects_is_applied_with_them_or_nothing_is() {
    let (mut st, own) = world();
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).scale("health").bytes());
    let payload = execution(own, &[pay(10), replace(code, 2)]);
    let before = st.clone();
    let mut sick = upgrades(code, 2).ends("health", Outcome::Ok, &[0]);
    assert_eq!(reason(run(&mut st, &mut sick, Class::Minor, &payload)), AbortReason::Unhealthy);
    assert_eq!(st, before, "the payment is taken back too");
    let mut other = upgrades(code, 3).ends("health", Outcome::Ok, &[1]);
    assert_eq!(reason(run(&mut st, &mut other, Class::Minor, &payload)), AbortReason::OtherEffects);
    let mut silent = Scripts::default().enacts(|_, effects| {
        effects.move_zra(ALICE, BOB, Amount::zra(10));
        Outcome::Ok
    });
    assert_eq!(reason(run(&mut st, &mut silent, Class::Minor, &payload)), AbortReason::OtherEffects);

    let mut well = upgrades(code, 2).ends("health", Outcome::Ok, &[1]);
    run(&mut st, &mut well, Class::Minor, &payload).unwrap();
    let record = crate::modules::module(&st, &OTHER).unwrap().unwrap();
    assert_eq!((record.sequence, record.executable), (2, zera_primitives::Executable::Code(code)));
    assert_eq!(account(&st, &BOB).unwrap().free, Amount::zra(10));
}

#[test]
fn it_is_of_the_class_of_its_gravest_effect() {
    let (mut st, own) = world();
    let wide = store(&mut st, &spec((1, 0, 1), 1, &[]).import("transfer").bytes());
    for (list, class) in [
        (vec![pay(1_000_000)], Class::Minor),
        (vec![call(OTHER, "go", 1), pay(1_000_001)], Class::Major),
        (vec![set(11), replace(wide, 2)], Class::Major),
    ] {
        let payload = execution(own, &list);
        let params = zera_primitives::Params::demo();
        assert_eq!(crate::classify(&st, &ctx(&params), &payload), Ok(class), "{list:?}");
        let mut ran = Scripts::default().enacts(|_, _| Outcome::Trap);
        let below = if class == Class::Minor { Class::Patch } else { Class::Minor };
        assert_eq!(reason(run(&mut st, &mut ran, below, &payload)), AbortReason::ClassTooLow);
    }
}

#[test]
fn a_migration_inside_it_must_end_in_one_block() {
    let (mut st, own) = world();
    let code = store(&mut st, &stepwise((2, 0, 0), 2).bytes());
    let asked = UpgradeAsked { module: OTHER, code, version: 2, migration: Some(code) };
    let effect = Effect::Upgrade { module: OTHER, code, version: 2, migration: Some(code) };
    let answer = Some(vec![1u8]).encode();
    let mut scripts = Scripts::default()
        .enacts(move |_, effects| {
            effects.upgrades.push(asked.clone());
            Outcome::Ok
        })
        .on("migrate", move |_, _| Ok(ended(Outcome::Ok, &answer, 60_000_000)));
    let result = run(&mut st, &mut scripts, Class::Major, &execution(own, &[effect]));
    assert_eq!(reason(result), AbortReason::MigrationOutOfGas);
}
