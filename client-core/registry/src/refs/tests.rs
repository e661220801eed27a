//! Tags, followers, and what happens at a follower's next call.

use super::*;
use crate::{
    modules::{deploy, module, versions},
    testing::{ALICE, BOB, MODULE, Spec, assert_balanced, ctx, deployed, export, manifest, rich, store},
};
use zera_primitives::{Amount, Height, Params};
use zera_state::{MemoryState, accounts};

const FOLLOWER: ModuleId = ModuleId([10; 32]);

fn spec(version: u16, schema: u32, reads: &[u32]) -> Spec {
    Spec::new(Some(manifest((version, 0, 0), schema, reads)))
}

/// Code of schema 2 with a migration, in one call or in steps, and a health check.
fn migrating(in_steps: bool) -> Spec {
    let mut described = manifest((2, 0, 0), 2, &[]);
    let mut types = scale_info::Registry::new();
    let cursor = types.register_type(&scale_info::MetaType::new::<Vec<u8>>()).id;
    described.types = types.into();
    let args = if in_steps { vec![cursor] } else { vec![] };
    described.exports.push(export("migrate", ExportKind::Migration, false, &args));
    described.exports.push(export("health", ExportKind::Health, false, &[]));
    Spec::new(Some(described)).scale("migrate").scale("health")
}

fn follow(tag: &str) -> Executable {
    Executable::ExternalRef(ExternalRef { manager: MODULE, tag: tag.into(), pin: None })
}

/// [`MODULE`] manages the tag `t`, which stands at code of schema 1; [`FOLLOWER`] follows it.
fn fleet() -> (MemoryState, Hash) {
    let mut st = deployed(&spec(1, 1, &[]));
    let code = store(&mut st, &Spec { salt: 1, ..spec(1, 1, &[]) }.bytes());
    let params = Params::demo();
    set_contract_wasm_ref(&mut st, &ctx(&params), &MODULE, "t", code, None).unwrap();
    deploy(&mut st, &ctx(&params), &ALICE, &FOLLOWER, follow("t")).unwrap();
    (st, code)
}

fn at(slot: u64, params: &Params) -> Ctx<'_> {
    Ctx { slot: Slot(slot), height: Height(slot), ..ctx(params) }
}

fn running(st: &MemoryState, slot: u64) -> Hash {
    resolve(st, Slot(slot), &required(st, &FOLLOWER).unwrap().executable).unwrap()
}

#[test]
fn a_flip_moves_every_follower_and_writes_no_follower() {
    let (mut st, old) = fleet();
    let params = Params::demo();
    for n in 20..40 {
        deploy(&mut st, &ctx(&params), &ALICE, &ModuleId([n; 32]), follow("t")).unwrap();
    }
    let new = store(&mut st, &Spec { salt: 2, ..spec(2, 1, &[]) }.bytes());
    let before: Vec<_> = (20..40).map(|n| module(&st, &ModuleId([n; 32])).unwrap()).collect();
    let event = set_contract_wasm_ref(&mut st, &ctx(&params), &MODULE, "t", new, None).unwrap();
    assert_eq!(event.topic, WASM_REF_UPDATED);
    let fields = WasmRefUpdated::decode(&mut &*event.data).unwrap();
    assert_eq!((fields.manager, fields.old, fields.new, fields.from), (MODULE, Some(old), new, Slot(70)));
    assert_eq!(running(&st, 70), new);
    assert_eq!(before, (20..40).map(|n| module(&st, &ModuleId([n; 32])).unwrap()).collect::<Vec<_>>());
    let found = followers(&st, &MODULE, "t", None, 7).unwrap();
    assert_eq!(found.len(), 7);
    let rest = followers(&st, &MODULE, "t", found.last(), 100).unwrap();
    assert_eq!((found.len() + rest.len(), tag(&st, &MODULE, "t").unwrap().unwrap().followers), (21, 21));
    assert!(found.last() < rest.first());
    assert_eq!(journal::of_module(&st, &MODULE).unwrap().len(), 3, "deployed, made, flipped");
    assert_balanced(&st);
}

#[test]
fn notice_holds_a_change_back_and_a_new_one_begins_it_anew() {
    let mut st = deployed(&spec(1, 1, &[]));
    let params = Params::demo();
    let codes: Vec<Hash> = (1..4).map(|salt| store(&mut st, &Spec { salt, ..spec(1, 1, &[]) }.bytes())).collect();
    create_contract_wasm_ref(&mut st, &at(5, &params), &MODULE, "t", codes[0], 50).unwrap();
    deploy(&mut st, &at(5, &params), &ALICE, &FOLLOWER, follow("t")).unwrap();
    assert_eq!(running(&st, 5), codes[0], "what a tag is made with needs no notice");
    set_contract_wasm_ref(&mut st, &at(10, &params), &MODULE, "t", codes[1], None).unwrap();
    assert_eq!((running(&st, 59), running(&st, 60)), (codes[0], codes[1]));
    // Announced twice, or what stands there: nothing to change.
    for (slot, code) in [(20, codes[1]), (60, codes[1])] {
        let refused = set_contract_wasm_ref(&mut st, &at(slot, &params), &MODULE, "t", code, None);
        assert_eq!(refused, Err(RegistryError::SameCode(code)), "{slot}");
    }
    set_contract_wasm_ref(&mut st, &at(30, &params), &MODULE, "t", codes[2], None).unwrap();
    assert_eq!(
        (running(&st, 79), running(&st, 80)),
        (codes[0], codes[2]),
        "the second announcement replaces the first"
    );
    // Back to what runs takes an announcement back.
    set_contract_wasm_ref(&mut st, &at(40, &params), &MODULE, "t", codes[0], None).unwrap();
    assert_eq!((running(&st, 80), running(&st, 1_000)), (codes[0], codes[0]));
    let froms: Vec<u64> = tag_history(&st, &MODULE, "t").unwrap().iter().map(|change| change.from.0).collect();
    assert_eq!(froms, [5, 60, 80, 90]);
    let again = create_contract_wasm_ref(&mut st, &at(99, &params), &MODULE, "t", codes[1], 0);
    assert_eq!(again, Err(RegistryError::TagExists("t".into())));
    let forever = create_contract_wasm_ref(&mut st, &at(99, &params), &MODULE, "never", codes[1], u64::MAX);
    forever.unwrap();
    set_contract_wasm_ref(&mut st, &at(99, &params), &MODULE, "never", codes[2], None).unwrap();
    assert_eq!(tag(&st, &MODULE, "never").unwrap().unwrap().at(Slot(u64::MAX - 1)), codes[1]);
}

#[test]
fn a_pin_holds_until_it_is_taken_off() {
    let (mut st, old) = fleet();
    let params = Params::demo();
    let new = store(&mut st, &Spec { salt: 2, ..spec(2, 1, &[]) }.bytes());
    pin(&mut st, &ctx(&params), &FOLLOWER, Some(old)).unwrap();
    set_contract_wasm_ref(&mut st, &ctx(&params), &MODULE, "t", new, None).unwrap();
    assert_eq!(running(&st, 70), old);
    assert_eq!(pin(&mut st, &ctx(&params), &FOLLOWER, Some(old)), Err(RegistryError::SameCode(old)));
    let missing = Hash([9; 32]);
    assert_eq!(pin(&mut st, &ctx(&params), &FOLLOWER, Some(missing)), Err(RegistryError::CodeMissing(missing)));
    assert_eq!(pin(&mut st, &ctx(&params), &MODULE, Some(old)), Err(RegistryError::NoFollower));
    let delete = delete_contract_wasm_ref(&mut st, &ctx(&params), &MODULE, "t");
    assert_eq!(delete, Err(RegistryError::Followed(1)), "pinned is following");
    let event = pin(&mut st, &ctx(&params), &FOLLOWER, None).unwrap();
    let fields = ExecutableUpdated::decode(&mut &*event.data).unwrap();
    assert_eq!((fields.old_code, fields.new_code, running(&st, 70)), (old, new, new));
    assert_eq!(tag(&st, &MODULE, "t").unwrap().unwrap().followers, 1, "counted once");
}

#[test]
fn neither_chains_nor_circles() {
    let (mut st, code) = fleet();
    let params = Params::demo();
    let ctx = ctx(&params);
    let bad = |result: Result<Event, RegistryError>| {
        assert!(matches!(result, Err(RegistryError::BadReference(_))), "{result:?}");
    };
    bad(set_contract_wasm_ref(&mut st, &ctx, &FOLLOWER, "t", code, None));
    bad(create_contract_wasm_ref(&mut st, &ctx, &FOLLOWER, "t", code, 3));
    bad(switch(&mut st, &ctx, &MODULE, follow("t"), None));
    let of_follower = ExternalRef { manager: FOLLOWER, tag: "t".into(), pin: None };
    bad(switch(&mut st, &ctx, &MODULE, Executable::ExternalRef(of_follower.clone()), None));
    let third = ModuleId([11; 32]);
    let refused = deploy(&mut st, &ctx, &ALICE, &third, Executable::ExternalRef(of_follower));
    assert!(matches!(refused, Err(RegistryError::BadReference(_))));
    // A manager does not follow another one while it has tags; afterwards it does, and manages none.
    deploy(&mut st, &ctx, &ALICE, &third, Executable::Code(code)).unwrap();
    set_contract_wasm_ref(&mut st, &ctx, &third, "own", code, None).unwrap();
    bad(switch(&mut st, &ctx, &third, follow("t"), None));
    delete_contract_wasm_ref(&mut st, &ctx, &third, "own").unwrap();
    switch(&mut st, &ctx, &third, follow("t"), None).unwrap();
    bad(set_contract_wasm_ref(&mut st, &ctx, &third, "own", code, None));
}

#[test]
fn tags_lead_to_stored_code_only() {
    let (mut st, code) = fleet();
    let params = Params::demo();
    let ctx = ctx(&params);
    let missing = Hash([9; 32]);
    let set = |st: &mut MemoryState, name: &str, code| set_contract_wasm_ref(st, &ctx, &MODULE, name, code, None);
    assert_eq!(set(&mut st, "t", missing), Err(RegistryError::CodeMissing(missing)));
    assert_eq!(set(&mut st, "t", code), Err(RegistryError::SameCode(code)));
    assert_eq!(set(&mut st, "", code), Err(RegistryError::TagName(64)));
    assert_eq!(set(&mut st, &"x".repeat(65), code), Err(RegistryError::TagName(64)));
    let nowhere = switch(&mut st, &ctx, &FOLLOWER, follow("nothing"), None);
    assert_eq!(nowhere, Err(RegistryError::NoTag("nothing".into())));
    let nobody = Executable::ExternalRef(ExternalRef { manager: ModuleId([77; 32]), tag: "t".into(), pin: None });
    let refused = switch(&mut st, &ctx, &FOLLOWER, nobody, None);
    assert_eq!(refused, Err(RegistryError::NoSuchModule(ModuleId([77; 32]))));
}

#[test]
fn a_tag_is_deleted_when_nobody_follows_and_its_history_stays() {
    let (mut st, code) = fleet();
    let params = Params::demo();
    let ctx = ctx(&params);
    let delete = |st: &mut MemoryState| delete_contract_wasm_ref(st, &ctx, &MODULE, "t");
    assert_eq!(delete(&mut st), Err(RegistryError::Followed(1)));
    switch(&mut st, &ctx, &FOLLOWER, Executable::Code(code), None).unwrap();
    delete(&mut st).unwrap();
    assert_eq!(delete(&mut st), Err(RegistryError::NoTag("t".into())));
    assert_eq!((tag_count(&st, &MODULE).unwrap(), tags(&st, &MODULE).unwrap().len()), (0, 0));
    let other = store(&mut st, &Spec { salt: 2, ..spec(2, 1, &[]) }.bytes());
    set_contract_wasm_ref(&mut st, &ctx, &MODULE, "t", other, None).unwrap();
    let history = tag_history(&st, &MODULE, "t").unwrap();
    assert_eq!(
        history.iter().map(|change| (change.old, change.new)).collect::<Vec<_>>(),
        [(None, code), (None, other)]
    );
    let sequences: Vec<u32> = versions(&st, &FOLLOWER).unwrap().iter().map(|version| version.sequence).collect();
    assert_eq!(sequences, [1, 2], "a switch is a version");
}

fn arrives(st: &MemoryState, code: &Hash) -> Result<Arrival, RegistryError> {
    let info = required_info(st, code).unwrap();
    let manifest = info.manifest().unwrap();
    arrival(&required(st, &FOLLOWER).unwrap(), &info, manifest.as_ref())
}

#[test]
fn data_are_taken_as_they_are_read_or_migrated() {
    let (mut st, code) = fleet();
    assert_eq!(arrives(&st, &code), Ok(Arrival::Ready));
    let reads = store(&mut st, &spec(2, 2, &[1]).bytes());
    assert_eq!(arrives(&st, &reads), Ok(Arrival::Adopt(2)));
    let deaf = store(&mut st, &spec(2, 2, &[]).bytes());
    assert_eq!(arrives(&st, &deaf), Err(RegistryError::Unreadable(1)));
    for in_steps in [false, true] {
        let moves = store(&mut st, &migrating(in_steps).bytes());
        let migration = Migration { entry: "migrate".into(), in_steps, health: Some("health".into()), schema: 2 };
        assert_eq!(arrives(&st, &moves), Ok(Arrival::Migrate(migration)));
    }
    // Once adopted, code that knows only one of both schemas must migrate.
    let record = adopt(&mut st, &FOLLOWER, 2).unwrap();
    assert_eq!((record.schema, record.data_schemas), (2, vec![1, 2]));
    assert_eq!(arrives(&st, &reads), Ok(Arrival::Ready));
    assert_eq!(arrives(&st, &code), Err(RegistryError::Unreadable(2)));
    // Code that could never come to terms with the data is no code to switch to.
    let params = Params::demo();
    let refused = switch(&mut st, &ctx(&params), &FOLLOWER, Executable::Code(deaf), None);
    assert_eq!(refused, Err(RegistryError::Unreadable(1)));
}

#[test]
fn what_a_migration_wrote_is_paid_and_in_force() {
    let (mut st, _) = fleet();
    let params = Params::demo();
    accounts::transfer(&mut st, &ALICE, &BOB, Amount::zra(1)).unwrap();
    usage::save(&mut st, &FOLLOWER, &Usage { entries: 1, bytes: 100 });
    let usage = Usage { entries: 3, bytes: 140 };
    let code = Hash([5; 32]);
    let (record, event) = arrived(&mut st, &ctx(&params), &FOLLOWER, (code, 2), &usage, Some(&BOB)).unwrap();
    assert_eq!((record.generation, record.schema, record.data_schemas, record.fresh), (1, 2, vec![2], true));
    assert_eq!(record.earlier[0].usage, Usage { entries: 1, bytes: 100 });
    assert_eq!(event.topic, FOLLOWER_MIGRATED);
    assert_eq!(usage::storage_usage(&st, &FOLLOWER).unwrap(), usage);
    let paid = Amount(params.storage_deposit_per_byte.0 * 40);
    assert_eq!(accounts::account(&st, &BOB).unwrap().free, Amount(Amount::zra(1).0 - paid.0));
    assert_eq!(usage::storage_pool(&st, &FOLLOWER).unwrap(), paid);
    let last = journal::of_module(&st, &FOLLOWER).unwrap().pop().unwrap();
    assert_eq!(last.deed, Deed::FollowerMigrated { code, schema: 2, generation: 1, entries: 3 });
    // Who has nothing cannot.
    let poor = AccountId([3; 32]);
    let more = Usage { entries: 3, bytes: 141 };
    let refused = arrived(&mut st, &ctx(&params), &FOLLOWER, (code, 3), &more, Some(&poor));
    assert!(matches!(refused, Err(RegistryError::Account(_))), "{refused:?}");
    assert_balanced(&st);
}

#[test]
fn a_module_made_by_another_is_paid_by_the_sender() {
    let mut st = rich();
    let code = store(&mut st, &spec(1, 1, &[]).bytes());
    let params = Params::demo();
    let creator = AccountId([8; 32]);
    let before = accounts::account(&st, &ALICE).unwrap().storage_deposits;
    crate::modules::create(&mut st, &ctx(&params), (&creator, Some(&ALICE)), &MODULE, Executable::Code(code)).unwrap();
    assert!(accounts::account(&st, &ALICE).unwrap().storage_deposits > before);
    assert_eq!(module(&st, &MODULE).unwrap().unwrap().deployer, creator);
    assert_balanced(&st);
}
