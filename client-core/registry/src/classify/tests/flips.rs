//! Tags set by executable proposals are weighed by what their followers get; refuted code by what builders say.

use super::*;
use crate::{
    builders::{attest, changed, put},
    keys,
    modules::{deploy, module},
    refs::TagRecord,
    testing::{deploy_at, export, spec},
};
use zera_primitives::{AccountId, Executable, ExternalRef, manifest::ExportKind, payload::Builder};
use zera_state::put_typed;

const MANAGER: ModuleId = ModuleId([8; 32]);

/// A manager whose tag stands at `old` with `followers`, and a proposal's own code.
fn world(old: &Spec, followers: u8) -> (MemoryState, Hash) {
    let mut st = deployed(&v1());
    let plain = store(&mut st, &spec((1, 0, 0), 0, &[]).bytes());
    deploy_at(&mut st, MANAGER, plain);
    let code = store(&mut st, &old.bytes());
    let tag = TagRecord { tag: "t".into(), code, pending: None, notice: 0, followers: followers.into(), changes: 1 };
    put_typed(&mut st, keys::tag(&MANAGER, "t"), &tag);
    for n in 0..followers {
        let id = follower(n);
        deploy_at(&mut st, id, code);
        let mut record = module(&st, &id).unwrap().unwrap();
        let reference = ExternalRef { manager: MANAGER, tag: "t".into(), pin: None };
        record.executable = Executable::ExternalRef(reference);
        put_typed(&mut st, keys::module(&id), &record);
        put_typed(&mut st, keys::follower(&MANAGER, "t", &id), &true);
    }
    let own = store(&mut st, &Spec::default().scale("enact").bytes());
    (st, own)
}

const fn follower(n: u8) -> ModuleId {
    ModuleId([100 + n; 32])
}

fn flip_to(st: &mut MemoryState, own: Hash, new: &Spec) -> Result<Class, RegistryError> {
    let code = store(st, &new.bytes());
    let tag = Effect::Tag { manager: MANAGER, tag: "t".into(), code };
    class(st, &Payload::Execute(Execution { code: own, effects: vec![tag], description: String::new() }))
}

fn fleet() -> Spec {
    spec((1, 0, 0), 1, &[]).import("caller")
}

#[test]
fn a_flip_is_as_grave_as_what_followers_get() {
    let (mut st, own) = world(&fleet(), 1);
    let mut weigh = |new: Spec| flip_to(&mut st, own, &new);
    assert_eq!(weigh(spec((1, 0, 1), 1, &[])), Ok(Class::Minor));
    assert_eq!(weigh(spec((1, 0, 2), 1, &[]).import("transfer")), Ok(Class::Major), "wider imports");
    assert_eq!(weigh(spec((1, 0, 3), 2, &[])), Ok(Class::Major), "a schema break");
    assert_eq!(weigh(spec((1, 0, 4), 2, &[1])), Ok(Class::Minor), "data that are read as they are");
    assert_eq!(weigh(Spec::default().scale("go")), Ok(Class::Major), "code that promises nothing");
    let missing = Effect::Tag { manager: MANAGER, tag: "t".into(), code: Hash::of(b"?") };
    let payload = Execution { code: own, effects: vec![missing], description: String::new() };
    assert!(matches!(class(&st, &Payload::Execute(payload)), Err(RegistryError::CodeMissing(_))));
}

#[test]
fn a_dropped_invariant_is_major() {
    let promising = |version| {
        let mut described = manifest(version, 1, &[]);
        described.exports.push(export("total", ExportKind::Invariant, false, &[]));
        Spec::new(Some(described)).scale("total")
    };
    let (mut st, own) = world(&promising((1, 0, 0)), 0);
    assert_eq!(flip_to(&mut st, own, &promising((1, 0, 1))), Ok(Class::Minor));
    assert_eq!(flip_to(&mut st, own, &spec((1, 0, 2), 1, &[])), Ok(Class::Major));
}

#[test]
fn many_followers_or_much_value_are_major() {
    let new = spec((1, 0, 1), 1, &[]);
    for (followers, expected) in [(16, Class::Minor), (17, Class::Major)] {
        let (mut st, own) = world(&fleet(), followers);
        assert_eq!(flip_to(&mut st, own, &new), Ok(expected), "{followers}");
    }
    let (mut st, own) = world(&fleet(), 2);
    let v = SUPPLY.share_ppm(Params::demo().major_value_ppm).unwrap();
    transfer(&mut st, &ALICE, &follower(0).account(), v).unwrap();
    assert_eq!(flip_to(&mut st, own, &new), Ok(Class::Minor));
    transfer(&mut st, &ALICE, &follower(1).account(), Amount(1)).unwrap();
    assert_eq!(flip_to(&mut st, own, &new), Ok(Class::Major), "all followers together");
}

#[test]
fn a_follower_that_lags_behind_counts_with_the_data_it_has() {
    let (mut st, own) = world(&fleet(), 1);
    let mut record = module(&st, &follower(0)).unwrap().unwrap();
    record.data_schemas = vec![0];
    put_typed(&mut st, keys::module(&follower(0)), &record);
    assert_eq!(flip_to(&mut st, own, &spec((1, 0, 1), 1, &[])), Ok(Class::Major));
    assert_eq!(flip_to(&mut st, own, &spec((1, 0, 2), 1, &[0])), Ok(Class::Minor));
}

#[test]
fn a_new_tag_is_minor_and_a_reference_is_major() {
    let (mut st, own) = world(&fleet(), 0);
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).bytes());
    let effects = vec![Effect::Tag { manager: MANAGER, tag: "other".into(), code }];
    let payload = Payload::Execute(Execution { code: own, effects, description: String::new() });
    assert_eq!(class(&st, &payload), Ok(Class::Minor));
    let under = |manager, tag: &str, pin| {
        let reference = ExternalRef { manager, tag: tag.into(), pin };
        Payload::Reference { module_id: MODULE, reference, description: String::new() }
    };
    assert_eq!(class(&st, &under(MANAGER, "t", None)), Ok(Class::Major));
    assert_eq!(class(&st, &under(MANAGER, "x", None)), Err(RegistryError::NoTag("x".into())));
    assert!(matches!(class(&st, &under(MODULE, "t", None)), Err(RegistryError::BadReference(_))), "itself");
    let pinned = class(&st, &under(MANAGER, "t", Some(Hash::of(b"?"))));
    assert!(matches!(pinned, Err(RegistryError::CodeMissing(_))), "a pin to code that nobody stored");
    // A follower manages nothing, so no chains of references.
    let id = ModuleId([50; 32]);
    let reference = ExternalRef { manager: MANAGER, tag: "t".into(), pin: None };
    deploy(&mut st, &ctx(&Params::demo()), &ALICE, &id, Executable::ExternalRef(reference)).unwrap();
    assert!(matches!(class(&st, &under(id, "t", None)), Err(RegistryError::BadReference(_))));
}

/// Bob and somebody else could not rebuild `code`.
fn refute(st: &mut MemoryState, code: Hash, times: u8) {
    let account = |n: u8| AccountId([200 + n; 32]);
    let add: Vec<Builder> = (0..3).map(|n| Builder { account: account(n), name: "b".into() }).collect();
    let list = changed(st, &add, &[]).unwrap();
    put(st, &list);
    for n in 0..times {
        attest(st, &ctx(&Params::demo()), &account(n), &code, Hash::of(b"other"), Hash::ZERO).unwrap();
    }
}

#[test]
fn refuted_code_raises_the_class_one_step() {
    let mut st = deployed(&v1());
    let code = store(&mut st, &v2(manifest((1, 0, 1), 1, &[])).bytes());
    let wide = store(&mut st, &v2(manifest((1, 0, 1), 1, &[])).import("transfer").bytes());
    refute(&mut st, code, 1);
    assert_eq!(class(&st, &proposal(code, 2, None)), Ok(Class::Minor), "one of two is not enough");
    refute(&mut st, code, 2);
    assert_eq!(class(&st, &proposal(code, 2, None)), Ok(Class::Major));
    refute(&mut st, wide, 3);
    assert_eq!(class(&st, &proposal(wide, 2, None)), Ok(Class::Governance), "one step, however many");
    // What one vote says, a later word of the same builder takes back.
    attest(&mut st, &ctx(&Params::demo()), &AccountId([200; 32]), &code, code, Hash::ZERO).unwrap();
    assert_eq!(class(&st, &proposal(code, 2, None)), Ok(Class::Minor));
}

#[test]
fn refutations_count_wherever_the_code_stands_and_never_for_a_freeze() {
    let mut st = deployed(&v1());
    let logic = store(&mut st, &Spec::default().scale("migrate").scale("enact").bytes());
    let new = store(&mut st, &v2(manifest((1, 1, 0), 2, &[])).bytes());
    let upgrade = proposal(new, 2, Some(logic));
    let effects = vec![Effect::Call { module: MODULE, entry: "go".into(), times: 1 }];
    let execution = Payload::Execute(Execution { code: logic, effects, description: String::new() });
    assert_eq!((class(&st, &upgrade), class(&st, &execution)), (Ok(Class::Major), Ok(Class::Minor)));
    refute(&mut st, logic, 2);
    assert_eq!((class(&st, &upgrade), class(&st, &execution)), (Ok(Class::Governance), Ok(Class::Major)));
    let running = module(&st, &MODULE).unwrap().unwrap();
    let Executable::Code(code) = running.executable else { panic!() };
    refute(&mut st, code, 3);
    let freeze = Payload::Freeze { module_id: MODULE, slots: 10, description: String::new() };
    assert_eq!(class(&st, &freeze), Ok(Class::Emergency));
}
