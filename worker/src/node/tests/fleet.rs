//! A manager, its tag and the modules that follow it; builders and what they say.

use super::bench::Bench;
use codec::Encode as _;
use zera_primitives::{Amount, ExternalRef, Hash, ModuleId, Payload, Side, payload::Builder, tx::Call};
use zera_worker_protocol::{Command, ErrorKind, FleetView, FollowerState, ModuleView, Response, TagView};

const MANAGER: &[u8] = include_bytes!("../../../../modules/prebuilt/manager.wasm");
const V1: &[u8] = include_bytes!("../../../../modules/prebuilt/vault-v1.wasm");
const V2: &[u8] = include_bytes!("../../../../modules/prebuilt/vault-v2.wasm");
const V3: &[u8] = include_bytes!("../../../../modules/prebuilt/vault-v3.wasm");

fn module_call(module: ModuleId, entry: &str, args: Vec<u8>) -> Call {
    Call::Module { module, entry: entry.into(), args, value: Amount::ZERO }
}

/// A manager with the tag `stable` on the vault's first version, and `count` followers of it.
fn fleet(count: u8) -> (Bench, ModuleId, Vec<ModuleId>) {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let deploy = Call::Deploy { code: Hash::of(MANAGER), args: me.encode(), value: Amount::ZERO };
    let codes = [MANAGER, V1, V2].map(<[u8]>::to_vec).to_vec();
    let plan = bench.plan(codes, vec![deploy]);
    bench.carry_out(&plan);
    let manager = plan.modules[0];
    release(&mut bench, manager, V1);
    let reference = ExternalRef { manager, tag: "stable".into(), pin: None };
    let follower =
        || Call::DeployReference { reference: reference.clone(), constructor: Some(me.encode()), value: Amount::ZERO };
    let plan = bench.plan(Vec::new(), (0..count).map(|_| follower()).collect());
    bench.carry_out(&plan);
    let mut followers = plan.modules.clone();
    followers.sort();
    (bench, manager, followers)
}

fn release(bench: &mut Bench, manager: ModuleId, code: &[u8]) {
    bench.transact(vec![module_call(manager, "release", ("stable", Hash::of(code)).encode())]);
}

fn look(bench: &mut Bench, manager: ModuleId, after: Option<ModuleId>, limit: u32) -> FleetView {
    match bench.ask(Command::Fleet { manager, tag: "stable".into(), after, limit }).unwrap() {
        Response::Fleet(fleet) => *fleet,
        other => panic!("{other:?}"),
    }
}

fn modules(bench: &mut Bench) -> Vec<ModuleView> {
    match bench.ask(Command::Modules).unwrap() {
        Response::Modules(modules) => modules,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_reaches_every_follower_and_the_page_sees_how_far_each_is() {
    let (mut bench, manager, followers) = fleet(7);
    let first = look(&mut bench, manager, None, 3);
    assert_eq!((first.counts, first.tag.followers, first.more), ((7, 0, 0, 0), 7, true));
    assert_eq!(first.followers.iter().map(|one| one.id).collect::<Vec<_>>(), followers[..3]);
    let rest = look(&mut bench, manager, Some(followers[2]), 100);
    assert_eq!(rest.followers.iter().map(|one| one.id).collect::<Vec<_>>(), followers[3..]);
    assert!(!rest.more && rest.followers.iter().all(|one| one.code == Hash::of(V1)));

    // One stays behind; an equal schema is ready at once.
    bench.transact(vec![module_call(followers[0], "stay", Hash::of(V1).encode())]);
    release(&mut bench, manager, V2);
    let second = look(&mut bench, manager, None, 100);
    assert_eq!(second.counts, (6, 0, 1, 0));
    assert_eq!((second.followers[0].state.clone(), second.followers[0].code), (FollowerState::Pinned, Hash::of(V1)));
    assert!(second.followers[1..].iter().all(|one| one.code == Hash::of(V2)));
    let listed = modules(&mut bench);
    assert_eq!(listed.iter().filter(|module| module.follows).count(), 7);
    assert_eq!(listed.iter().filter(|module| module.follows && module.code == Hash::of(V2)).count(), 6);

    // Another schema waits for each one's next call.
    let plan = bench.plan(vec![V3.to_vec()], vec![module_call(manager, "release", ("stable", Hash::of(V3)).encode())]);
    bench.carry_out(&plan);
    assert_eq!(look(&mut bench, manager, None, 1).counts, (0, 6, 1, 0));
    bench.transact(vec![module_call(followers[1], "deposit", Vec::new())]);
    let third = look(&mut bench, manager, None, 100);
    assert_eq!((third.counts, third.followers[1].schema), ((1, 5, 1, 0), 2));

    let Response::Tags(tags) = bench.ask(Command::Tags(manager)).unwrap() else { panic!() };
    let [TagView { tag, code, changes, .. }] = tags.as_slice() else { panic!("{tags:?}") };
    assert_eq!((tag.as_str(), *code, changes.len()), ("stable", Hash::of(V3), 3));
    assert_eq!((changes[0].old, changes[2].old), (Some(Hash::of(V2)), None));
    bench.refused(Command::Fleet { manager, tag: "beta".into(), after: None, limit: 1 }, ErrorKind::NotFound);
    bench.refused(Command::Tags(ModuleId([1; 32])), ErrorKind::NotFound);

    // Which manifest reads the calls of a block is told by the tag's history.
    let at = |bench: &mut Bench, height| match bench.ask(Command::CodeAt { module: followers[2], height }).unwrap() {
        Response::Code(code) => code.hash,
        other => panic!("{other:?}"),
    };
    let heights: Vec<_> = changes.iter().map(|change| change.at.0).collect();
    assert_eq!(at(&mut bench, heights[0]), Hash::of(V3));
    assert_eq!(at(&mut bench, heights[1]), Hash::of(V2));
    let before = zera_primitives::Height(heights[1].0 - 1);
    assert_eq!(at(&mut bench, before), Hash::of(V1));
    let none = Command::CodeAt { module: followers[2], height: zera_primitives::Height(0) };
    bench.refused(none, ErrorKind::NotFound);
}

#[test]
fn builders_are_listed_and_what_they_say_stands_beside_the_code() {
    let (mut bench, manager, _) = fleet(1);
    let keys = bench.crowd(2, 10);
    let names = ["Ada", "Grace"];
    let add = keys.iter().zip(names).map(|(key, name)| Builder { account: key.public(), name: name.into() });
    let payload = Payload::Builders { add: add.collect(), remove: Vec::new(), description: String::new() };
    let plan = bench.plan(Vec::new(), vec![Call::Propose { title: "Builders".into(), payload }]);
    bench.carry_out(&plan);
    let vote = plan.proposals[0].0;
    let stake = Amount::zra(25_000_000);
    let allocate = Call::Allocate { proposal: vote, side: Side::For, amount: stake };
    bench.transact(vec![Call::Stake { amount: stake }, allocate]);
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let Response::Builders(builders) = bench.ask(Command::Builders).unwrap() else { panic!() };
    let mut named: Vec<_> = builders.iter().map(|builder| builder.name.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, names);

    let code = Hash::of(MANAGER);
    for (key, rebuilt) in keys.iter().zip([code, Hash([7; 32])]) {
        let attest = Call::Attest { code, rebuilt, recipe: Hash([8; 32]) };
        let signed = bench.signed(key, 0, vec![attest]);
        bench.ask(Command::Submit(signed)).unwrap();
    }
    bench.settle();
    let Response::Module(module) = bench.ask(Command::Module(manager)).unwrap() else { panic!() };
    assert_eq!((module.evidence.code, module.evidence.builders, module.evidence.enough), (code, (2, 1, 1), 2));
    assert_eq!(module.versions[0].builders, (1, 1));
    let said: Vec<_> = module.evidence.said.iter().map(|one| (one.name.clone(), one.rebuilt == code)).collect();
    assert_eq!(said.len(), 2);
    assert!(said.contains(&(Some("Grace".into()), false)), "{said:?}");
}
