//! Votes that change no code: freezes, builders, references; and what an emergency cannot do.

use super::*;
use crate::{
    builders,
    events::{ModuleFrozen, ModuleUnfrozen},
    refs::{TagRecord, tag},
};
use zera_primitives::{
    AccountId, Slot,
    payload::{Builder, Execution, ExternalRef},
};

const MANAGER: ModuleId = ModuleId([8; 32]);

fn freeze_for(slots: u64) -> Payload {
    Payload::Freeze { module_id: MODULE, slots, description: String::new() }
}

fn unfreeze() -> Payload {
    Payload::Unfreeze { module_id: MODULE, description: String::new() }
}

fn reference() -> Payload {
    let reference = ExternalRef { manager: MANAGER, tag: "t".into(), pin: None };
    Payload::Reference { module_id: MODULE, reference, description: String::new() }
}

fn registers(names: &[(u8, &str)], remove: &[u8]) -> Payload {
    let builder = |(n, name): &(u8, &str)| Builder { account: AccountId([*n; 32]), name: (*name).into() };
    Payload::Builders {
        add: names.iter().map(builder).collect(),
        remove: remove.iter().map(|n| AccountId([*n; 32])).collect(),
        description: String::new(),
    }
}

fn none() -> Scripts {
    Scripts::default()
}

#[test]
fn an_emergency_freezes_and_ends_a_freeze() {
    let mut st = v1();
    let done = run(&mut st, &mut none(), Class::Emergency, &freeze_for(120)).unwrap();
    let frozen = record(&st).frozen.unwrap();
    assert_eq!((frozen.until, frozen.proposal), (Slot(190), VOTE));
    let event = &done.events[0];
    assert_eq!(event.topic, MODULE_FROZEN);
    let fields = ModuleFrozen::decode_all(&mut event.data.as_slice()).unwrap();
    assert_eq!((fields.until, fields.proposal), (Slot(190), VOTE));
    assert_eq!(deeds(&st).last(), Some(&Deed::Frozen { until: Slot(190) }));
    assert_eq!(reason(run(&mut st, &mut none(), Class::Emergency, &freeze_for(1))), AbortReason::AlreadyFrozen);

    let done = run(&mut st, &mut none(), Class::Emergency, &unfreeze()).unwrap();
    assert_eq!(record(&st).frozen, None);
    let fields = ModuleUnfrozen::decode_all(&mut done.events[0].data.as_slice()).unwrap();
    assert_eq!((done.events[0].topic.as_str(), fields.proposal), (MODULE_UNFROZEN, VOTE));
    assert_eq!(deeds(&st).last(), Some(&Deed::Unfrozen));
    assert_eq!(reason(run(&mut st, &mut none(), Class::Emergency, &unfreeze())), AbortReason::NotFrozen);
    // Ended in the block that began it, it used up nothing; a slot more than the bound is too long.
    let long = run(&mut st, &mut none(), Class::Emergency, &freeze_for(121));
    assert_eq!(reason(long), AbortReason::FreezeTooLong);
}

#[test]
fn nothing_else_freezes() {
    let mut st = v1();
    for class in [Class::Patch, Class::Minor, Class::Major, Class::Governance] {
        assert_eq!(reason(run(&mut st, &mut none(), class, &freeze_for(10))), AbortReason::ClassTooLow);
        assert_eq!(reason(run(&mut st, &mut none(), class, &unfreeze())), AbortReason::ClassTooLow);
    }
}

#[test]
fn an_emergency_does_nothing_else() {
    let mut st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    let code = store(&mut st, &Spec::new(Some(manifest((1, 1, 0), 1, &[]))).scale("go").scale("enact").bytes());
    run(&mut st, &mut none(), Class::Minor, &proposal(code, 2, None)).unwrap();
    let execution = Execution { code, effects: vec![call("pay")], description: String::new() };
    for payload in [
        proposal(store(&mut st, &spec((1, 2, 0), 1, &[]).bytes()), 3, None),
        back(1, None),
        Payload::Parameters { params: Params::demo().into(), description: String::new() },
        reference(),
        Payload::Execute(execution),
        Payload::Spam { proposal: ProposalId(1), description: String::new() },
        registers(&[(1, "one")], &[]),
    ] {
        let refused = run(&mut st, &mut none(), Class::Emergency, &payload);
        assert_eq!(reason(refused), AbortReason::ClassTooLow, "{payload:?}");
    }
    let mut st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    let refused = run(&mut st, &mut none(), Class::Emergency, &config(&[11]));
    assert_eq!(reason(refused), AbortReason::ClassTooLow);
}

fn call(entry: &str) -> zera_primitives::Effect {
    zera_primitives::Effect::Call { module: MODULE, entry: entry.into(), times: 1 }
}

#[test]
fn a_frozen_module_is_upgraded_configured_and_rolled_back_and_stays_frozen() {
    let mut st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    run(&mut st, &mut none(), Class::Emergency, &freeze_for(100)).unwrap();
    let frozen = record(&st).frozen;
    assert!(frozen.is_some());
    let mut sets = Scripts::default().ends("set_rate", Outcome::Ok, &[]);
    run(&mut st, &mut sets, Class::Patch, &config(&[11])).unwrap();
    let code = store(&mut st, &spec((2, 0, 0), 2, &[]).scale("migrate").bytes());
    let mut scripts = Scripts::default().on("migrate", copy_all);
    run(&mut st, &mut scripts, Class::Major, &proposal(code, 2, Some(code))).unwrap();
    assert_eq!((running(&st), record(&st).frozen), (code, frozen));
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    assert_eq!((record(&st).sequence, record(&st).frozen), (3, frozen));
}

#[test]
fn a_major_vote_changes_the_list_of_builders() {
    let mut st = v1();
    let payload = registers(&[(5, "five"), (3, "three")], &[]);
    assert_eq!(reason(run(&mut st, &mut none(), Class::Minor, &payload)), AbortReason::ClassTooLow);
    let done = run(&mut st, &mut none(), Class::Major, &payload).unwrap();
    assert_eq!(done.events[0].topic, BUILDERS_CHANGED);
    let listed: Vec<u8> = builders::builders(&st).unwrap().iter().map(|builder| builder.account.0[0]).collect();
    assert_eq!(listed, [3, 5]);
    let head = journal::head(&st).unwrap();
    let noted = journal::entry(&st, head.count - 1).unwrap().unwrap();
    let Payload::Builders { add, .. } = &payload else { panic!() };
    assert_eq!(noted.deed, Deed::Builders { added: add.clone(), removed: vec![] });
    assert_eq!((noted.module, noted.vote), (None, Some(vote(Class::Major))));
    for wrong in [registers(&[], &[7]), registers(&[], &[]), registers(&[(1, "")], &[])] {
        assert_eq!(reason(run(&mut st, &mut none(), Class::Major, &wrong)), AbortReason::BadBuilders);
    }
    run(&mut st, &mut none(), Class::Major, &registers(&[], &[3])).unwrap();
    assert_eq!(builders::builders(&st).unwrap().len(), 1);
}

#[test]
fn a_major_vote_puts_a_module_under_a_tag() {
    let mut st = v1();
    let old = running(&st);
    let code = store(&mut st, &spec((1, 0, 1), 1, &[]).bytes());
    deploy_at(&mut st, MANAGER, old);
    let refused = run(&mut st, &mut none(), Class::Major, &reference());
    assert_eq!(reason(refused), AbortReason::BadReference, "there is no such tag");
    let made = TagRecord { tag: "t".into(), code, pending: None, notice: 0, followers: 0, changes: 1 };
    put_typed(&mut st, keys::tag(&MANAGER, "t"), &made);
    let refused = run(&mut st, &mut none(), Class::Minor, &reference());
    assert_eq!(reason(refused), AbortReason::ClassTooLow);
    run(&mut st, &mut none(), Class::Major, &reference()).unwrap();
    assert_eq!((running(&st), record(&st).sequence, record(&st).generation), (code, 2, 0));
    let version = versions(&st, &MODULE).unwrap().pop().unwrap();
    assert_eq!((version.proposal, version.code, version.reference.is_some()), (Some(VOTE), code, true));
    assert!(matches!(deeds(&st).last(), Some(Deed::Switched { code: now, .. }) if *now == code));
    // An upgrade by vote gives it code of its own again, and the tag a follower less.
    let own = store(&mut st, &spec((1, 0, 2), 1, &[]).bytes());
    run(&mut st, &mut none(), Class::Minor, &proposal(own, 3, None)).unwrap();
    assert_eq!(running(&st), own);
    assert_eq!(tag(&st, &MANAGER, "t").unwrap().unwrap().followers, 0);
}

#[test]
fn every_entry_of_the_journal_carries_its_vote() {
    let mut st = deployed(&Spec::new(Some(described())).scale("get_rate").scale("set_rate"));
    let mut sets = Scripts::default().ends("set_rate", Outcome::Ok, &[]);
    run(&mut st, &mut sets, Class::Patch, &config(&[11])).unwrap();
    let code = store(&mut st, &spec((1, 1, 0), 1, &[]).bytes());
    run(&mut st, &mut none(), Class::Minor, &proposal(code, 2, None)).unwrap();
    run(&mut st, &mut none(), Class::Minor, &back(1, None)).unwrap();
    run(&mut st, &mut none(), Class::Emergency, &freeze_for(10)).unwrap();
    let entries = journal::of_module(&st, &MODULE).unwrap();
    let votes: Vec<Option<Class>> = entries.iter().map(|entry| entry.vote.map(|vote| vote.class)).collect();
    let by = [Class::Patch, Class::Minor, Class::Minor, Class::Emergency].map(Some);
    assert_eq!(votes, [&[None][..], &by].concat());
    assert!(entries.iter().all(|entry| entry.at == ctx(&Params::demo()).at()));
    assert_eq!(entries[1].deed, Deed::Configured { parameter: "rate".into(), value: 11u32.encode() });
    let chained = entries.iter().fold(journal::Head::default(), journal::Head::after);
    assert_eq!(journal::head(&st), Ok(chained));
}
