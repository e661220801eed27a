//! Tests of enactment: the steps in their order, and every reason to abort.

mod deeds;
mod invariants;

use super::*;
use crate::{
    events::CONFIG_CHANGED,
    module_set::{module_set_id, next},
    modules::{attempts, config_history, module, record_attempt, versions},
    testing::*,
    usage::{Usage, storage_usage},
};
use codec::{DecodeAll, Encode};
use scale_info::meta_type;
use zera_primitives::{Amount, Manifest, Params, StateKey, payload::ConfigChange};
use zera_state::{StateView, accounts::transfer};

#[test]
fn compatible_code_is_swapped_and_its_data_stay() {
    let mut st = v1();
    let old_code = running(&st);
    let code = store(&mut st, &spec((1, 1, 0), 2, &[1]).bytes());
    let set = module_set_id(&st).unwrap();
    let mut scripts = Scripts::default();
    let enacted = run(&mut st, &mut scripts, Class::Minor, &proposal(code, 2, None)).unwrap();

    assert!(scripts.asked.is_empty());
    let record = module(&st, &MODULE).unwrap().unwrap();
    assert_eq!((running(&st), record.sequence, record.schema, record.generation), (code, 2, 2, 0));
    assert_eq!(record.data_schemas, [1, 2]);
    let history = versions(&st, &MODULE).unwrap();
    assert_eq!(history.iter().map(|v| (v.sequence, v.proposal)).collect::<Vec<_>>(), [(1, None), (2, Some(VOTE))]);
    assert_eq!(history[1].migrated, None);
    assert_eq!(module_set_id(&st), Ok(next(set, &MODULE, 2, &code)));
    let event = enacted.events.last().unwrap();
    assert_eq!((event.module, event.topic.as_str()), (None, MODULE_UPGRADED));
    let fields = ModuleUpgraded::decode_all(&mut event.data.as_slice()).unwrap();
    assert_eq!((fields.old_code, fields.new_code, fields.proposal), (old_code, code, VOTE));
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 33 }));
    assert_balanced(&st);
}

#[test]
fn a_migration_writes_a_new_generation_and_health_sees_it() {
    let mut st = v1();
    let bytes = spec((2, 0, 0), 2, &[]).scale("migrate").scale("health").bytes();
    let code = store(&mut st, &bytes);
    let mut scripts = Scripts::default().on("migrate", copy_all).ends("health", Outcome::Ok, &[1]);
    let enacted = run(&mut st, &mut scripts, Class::Major, &proposal(code, 2, Some(code))).unwrap();

    assert_eq!((enacted.gas, enacted.writes), (910, 3));
    let [first, second] = scripts.asked.as_slice() else { panic!("{:?}", scripts.asked) };
    assert_eq!((first.entry.as_str(), first.generation, first.old_generation), ("migrate", 1, Some(0)));
    assert_eq!((first.caller, first.read_only, first.gas), (SystemCaller::Runtime, false, 100_000_000));
    assert_eq!((second.entry.as_str(), second.generation, second.old_generation), ("health", 1, None));
    assert_eq!((second.caller, second.read_only, second.gas), (SystemCaller::Runtime, true, 99_999_100));

    let record = module(&st, &MODULE).unwrap().unwrap();
    assert_eq!((record.generation, record.schema, record.data_schemas), (1, 2, vec![2]));
    assert_eq!(versions(&st, &MODULE).unwrap()[1].migrated, Some(3));
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 3, bytes: 36 }));
    assert_eq!(st.get(&StateKey::storage(&MODULE, 0, b"a")).unwrap().unwrap().len(), 10);
    assert_eq!(st.get(&StateKey::storage(&MODULE, 1, b"a")).unwrap().unwrap().len(), 11);
    assert_balanced(&st);
}

#[test]
fn migration_logic_may_stand_in_code_of_its_own() {
    let mut st = v1();
    let code = store(&mut st, &spec((2, 0, 0), 2, &[]).bytes());
    let mut described = manifest((0, 1, 0), 0, &[]);
    described.exports.push(export("convert", ExportKind::Migration, false, &[]));
    let logic = store(&mut st, &Spec::new(Some(described)).scale("convert").bytes());
    let mut scripts = Scripts::default().on("convert", move |st, call| {
        assert_eq!(call.code, logic);
        copy_all(st, call)
    });
    run(&mut st, &mut scripts, Class::Major, &proposal(code, 2, Some(logic))).unwrap();
    assert_eq!(running(&st), code);
}

#[test]
fn three_generations_are_kept() {
    let mut st = v1();
    for n in 1..=4u16 {
        let code = store(&mut st, &spec((1 + n, 0, 0), 1 + u32::from(n), &[]).scale("migrate").bytes());
        let mut scripts = Scripts::default().on("migrate", copy_all);
        run(&mut st, &mut scripts, Class::Major, &proposal(code, 1 + u32::from(n), Some(code))).unwrap();
    }
    // Two are to be removed, six entries: a block's share after the other.
    let removed: Vec<usize> = (0..3).map(|_| usage::sweep(&mut st, 4).unwrap()).collect();
    assert_eq!(removed, [4, 2, 0]);
    let kept: Vec<u64> = (0..5).map(|g| held(&st, &MODULE, g).entries).collect();
    assert_eq!(kept, [0, 0, 3, 3, 3]);
    let record = module(&st, &MODULE).unwrap().unwrap();
    assert_eq!(record.earlier.iter().map(|earlier| earlier.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(versions(&st, &MODULE).unwrap().len(), 5);
}

#[test]
fn what_was_not_voted_or_stored_aborts() {
    let mut st = v1();
    let none = &mut Scripts::default();
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).bytes());
    let mut aborted = |class, payload: &Payload| reason(run(&mut st.clone(), none, class, payload));
    assert_eq!(aborted(Class::Minor, &proposal(Hash::of(b"?"), 2, None)), AbortReason::CodeMissing);
    assert_eq!(aborted(Class::Minor, &proposal(code, 3, None)), AbortReason::BadVersion);
    assert_eq!(aborted(Class::Patch, &proposal(code, 2, None)), AbortReason::ClassTooLow);
    assert_eq!(aborted(Class::Emergency, &proposal(code, 2, None)), AbortReason::ClassTooLow);
    let Payload::Upgrade(mut upgrade) = proposal(code, 2, None) else { panic!() };
    upgrade.module_id = ModuleId([3; 32]);
    assert_eq!(aborted(Class::Minor, &Payload::Upgrade(upgrade)), AbortReason::NoSuchModule);

    let mut abort_code = |spec: Spec, migration: bool| {
        let code = store(&mut st, &spec.bytes());
        let payload = proposal(code, 2, migration.then_some(code));
        reason(run(&mut st.clone(), none, Class::Major, &payload))
    };
    assert_eq!(abort_code(spec((1, 0, 0), 1, &[]).scale("x"), false), AbortReason::BadVersion);
    assert_eq!(abort_code(Spec::default(), false), AbortReason::BadVersion);
    assert_eq!(abort_code(spec((2, 0, 0), 2, &[]), false), AbortReason::SchemaMismatch);
    assert_eq!(abort_code(spec((2, 0, 0), 2, &[]), true), AbortReason::MigrationFailed);
}

#[test]
fn the_class_is_computed_again_at_enactment() {
    let mut st = v1();
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).bytes());
    transfer(&mut st, &ALICE, &MODULE.account(), Amount::zra(2_000_000)).unwrap();
    let payload = proposal(code, 2, None);
    let none = &mut Scripts::default();
    assert_eq!(reason(run(&mut st.clone(), none, Class::Minor, &payload)), AbortReason::ClassTooLow);
    assert!(run(&mut st, none, Class::Major, &payload).is_ok());
}

#[test]
fn stored_code_is_checked_again() {
    let mut st = v1();
    let none = &mut Scripts::default();
    // Neither can come from this store; a state from elsewhere may hold them.
    let bad = Hash::of(b"no module");
    st.put(keys::code_bytes(&bad), b"no module".to_vec());
    assert_eq!(reason(run(&mut st, none, Class::Minor, &proposal(bad, 2, None))), AbortReason::CodeInvalid);
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).bytes());
    st.put(keys::code_bytes(&code), b"other bytes".to_vec());
    assert_eq!(reason(run(&mut st, none, Class::Minor, &proposal(code, 2, None))), AbortReason::CodeMissing);
}

#[test]
fn migration_and_health_decide() {
    let mut st = v1();
    let code = store(&mut st, &spec((2, 0, 0), 2, &[]).scale("migrate").scale("health").bytes());
    let payload = proposal(code, 2, Some(code));
    let with = |migration: Outcome, health: Outcome, answer: &'static [u8]| {
        let mut scripts = Scripts::default().ends("migrate", migration, &[]).ends("health", health, answer);
        run(&mut st.clone(), &mut scripts, Class::Major, &payload)
    };
    use Outcome::{HostRefused, Invalid, Ok as Fine, OutOfGas, StackLimit, Trap};
    assert_eq!(reason(with(OutOfGas, Fine, &[1])), AbortReason::MigrationOutOfGas);
    for outcome in [Trap, StackLimit, HostRefused, Invalid] {
        assert_eq!(reason(with(outcome, Fine, &[1])), AbortReason::MigrationFailed);
        assert_eq!(reason(with(Fine, outcome, &[])), AbortReason::Unhealthy);
    }
    let unhealthy: [&'static [u8]; 5] = [&[0], &[0, 0, 0, 0], &[2, 0, 0, 0], &[1, 1], &[]];
    for answer in unhealthy {
        assert_eq!(reason(with(Fine, Fine, answer)), AbortReason::Unhealthy);
    }
    assert!(with(Fine, Fine, &[1]).is_ok());
    assert!(with(Fine, Fine, &[1, 0, 0, 0]).is_ok());
    let Err(EnactError::Abort(abort)) = with(Fine, Fine, &[0]) else { panic!() };
    assert_eq!(abort.gas, 20);
}

#[test]
fn missing_state_is_no_verdict() {
    let mut st = v1();
    let code = store(&mut st, &spec((2, 0, 0), 2, &[]).scale("migrate").bytes());
    let missing = StateError::NotLoaded(StateKey::storage(&MODULE, 0, b"a"));
    let error = missing.clone();
    let mut scripts = Scripts::default().on("migrate", move |_, _| Err(error.clone()));
    let result = run(&mut st, &mut scripts, Class::Major, &proposal(code, 2, Some(code)));
    assert_eq!(result, Err(EnactError::State(missing)));
}

#[test]
fn the_running_code_is_no_upgrade() {
    let mut st = v1();
    let same = running(&st);
    let again = run(&mut st, &mut Scripts::default(), Class::Minor, &proposal(same, 2, None));
    assert_eq!(reason(again), AbortReason::SameCode);
    // Not even with a migration over its own data.
    let mut st = filled(&spec((1, 0, 0), 1, &[]).scale("migrate"));
    let same = running(&st);
    let again = run(&mut st, &mut Scripts::default(), Class::Major, &proposal(same, 2, Some(same)));
    assert_eq!(reason(again), AbortReason::SameCode);
}

fn described() -> Manifest {
    with_parameter(manifest((1, 0, 0), 1, &[]), meta_type::<u32>(), false, (Some(10), Some(20)))
}

fn config(values: &[u32]) -> Payload {
    let change = |value: &u32| ConfigChange { module_id: MODULE, parameter: "rate".into(), value: value.encode() };
    Payload::Config { changes: values.iter().map(change).collect(), description: String::new() }
}

#[test]
fn configuration_calls_the_setter_and_is_remembered() {
    let mut st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    let mut scripts = Scripts::default().ends("set_rate", Outcome::Ok, &[]);
    let enacted = run(&mut st, &mut scripts, Class::Patch, &config(&[11, 12])).unwrap();
    assert_eq!((enacted.gas, enacted.writes), (20, 0));
    assert_eq!(scripts.asked.len(), 2);
    let asked = &scripts.asked[0];
    assert_eq!((asked.caller, asked.old_generation, asked.read_only), (SystemCaller::Governance, None, false));
    assert_eq!(asked.args, 11u32.encode());
    let history = config_history(&st, &MODULE, "rate").unwrap();
    assert_eq!(history.iter().map(|c| c.value.clone()).collect::<Vec<_>>(), [11u32.encode(), 12u32.encode()]);
    assert_eq!((history[0].proposal, history[0].sequence), (VOTE, 1));
    assert_eq!(config_history(&st, &MODULE, "other"), Ok(vec![]));
    let topics: Vec<&str> = enacted.events.iter().map(|event| event.topic.as_str()).collect();
    assert_eq!(topics, [CONFIG_CHANGED, CONFIG_CHANGED]);
}

#[test]
fn configuration_aborts_on_bad_values_and_failing_setters() {
    let st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    let with = |outcome, values: &[u32]| {
        let mut scripts = Scripts::default().ends("set_rate", outcome, &[]);
        let result = run(&mut st.clone(), &mut scripts, Class::Patch, &config(values));
        (reason(result), scripts.asked.len())
    };
    // Bounds are checked before the first setter runs.
    assert_eq!(with(Outcome::Ok, &[11, 21]), (AbortReason::BadParameter, 0));
    assert_eq!(with(Outcome::Ok, &[]), (AbortReason::BadParameter, 0));
    assert_eq!(with(Outcome::Trap, &[11]), (AbortReason::SetterFailed, 1));
    assert_eq!(with(Outcome::OutOfGas, &[11]), (AbortReason::SetterFailed, 1));
    let mut scripts = Scripts::default();
    let result = run(&mut st.clone(), &mut scripts, Class::Emergency, &config(&[11]));
    assert_eq!(reason(result), AbortReason::ClassTooLow);
}

#[test]
fn governance_parameters_are_only_checked() {
    let mut st = v1();
    let before = st.clone();
    let none = &mut Scripts::default();
    let payload = |params: Params| Payload::Parameters { params: params.into(), description: String::new() };
    assert_eq!(run(&mut st, none, Class::Governance, &payload(Params::network())), Ok(Enacted::default()));
    let outside = Params { fee_per_gas: 1_000_000, ..Params::demo() };
    assert_eq!(reason(run(&mut st, none, Class::Governance, &payload(outside))), AbortReason::BadParams);
    assert_eq!(reason(run(&mut st, none, Class::Major, &payload(Params::demo()))), AbortReason::ClassTooLow);
    assert_eq!(st, before);
}

#[test]
fn an_aborted_upgrade_is_remembered_and_may_be_tried_again() {
    let mut st = v1();
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).scale("health").bytes());
    let payload = proposal(code, 2, None);
    let checkpoint = st.clone();
    let mut sick = Scripts::default().ends("health", Outcome::Ok, &[0]);
    let aborted = reason(run(&mut st, &mut sick, Class::Minor, &payload));
    st = checkpoint;
    record_attempt(&mut st, &ctx(&Params::demo()), &vote(Class::Minor), &payload, aborted).unwrap();
    assert_eq!(attempts(&st, &MODULE).unwrap()[0].reason, AbortReason::Unhealthy);
    let mut well = Scripts::default().ends("health", Outcome::Ok, &[1]);
    assert!(run(&mut st, &mut well, Class::Minor, &payload).is_ok());
}
