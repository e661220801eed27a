//! The classification table.

mod flips;

use super::*;
use crate::{
    modules::{self, activate},
    testing::{ALICE, MODULE, SUPPLY, Spec, ctx, deployed, manifest, proposal, store, with_parameter},
};
use codec::Encode;
use scale_info::meta_type;
use zera_primitives::{Amount, Manifest, Params, ParamsError, payload::ConfigChange};
use zera_state::{MemoryState, accounts::transfer};

fn class(st: &MemoryState, payload: &Payload) -> Result<Class, RegistryError> {
    classify(st, &ctx(&Params::demo()), payload)
}

fn v1() -> Spec {
    Spec::new(Some(manifest((1, 0, 0), 1, &[]))).import("caller").import("storage_get").scale("go")
}

/// The class of replacing `v1` by `new`, voted as the next version.
fn class_of(new: &Spec, migration: Option<&Spec>) -> Result<Class, RegistryError> {
    let mut st = deployed(&v1());
    let code = store(&mut st, &new.bytes());
    let migration = migration.map(|spec| store(&mut st, &spec.bytes()));
    class(&st, &proposal(code, 2, migration))
}

fn v2(described: Manifest) -> Spec {
    Spec::new(Some(described)).import("caller").scale("go")
}

#[test]
fn new_code_is_minor_and_wider_effects_are_major() {
    let same = manifest((1, 0, 1), 1, &[]);
    assert_eq!(class_of(&v2(same.clone()), None), Ok(Class::Minor));
    assert_eq!(class_of(&v2(same.clone()).import("storage_get"), None), Ok(Class::Minor));
    assert_eq!(class_of(&v2(same.clone()).import("transfer"), None), Ok(Class::Major));
    assert_eq!(class_of(&v2(manifest((2, 0, 0), 1, &[])), None), Ok(Class::Major));
    // Reads the old schema as it is: no break.
    assert_eq!(class_of(&v2(manifest((1, 1, 0), 2, &[1])), None), Ok(Class::Minor));
    // A migration rewrites all data, needed or not.
    let migrating = v2(manifest((1, 1, 0), 2, &[])).scale("migrate");
    assert_eq!(class_of(&migrating, Some(&migrating)), Ok(Class::Major));
    let needless = v2(same).scale("migrate");
    assert_eq!(class_of(&needless, Some(&needless)), Ok(Class::Major));
}

#[test]
fn hopeless_upgrades_are_refused_at_once() {
    let same = manifest((1, 0, 0), 1, &[]);
    assert!(matches!(class_of(&v2(same), None), Err(RegistryError::SemVer { .. })));
    assert!(matches!(class_of(&Spec::default(), None), Err(RegistryError::ManifestLost(_))));
    let breaking = v2(manifest((1, 1, 0), 2, &[]));
    assert_eq!(class_of(&breaking, None), Err(RegistryError::NeedsMigration(1)));
    assert!(matches!(class_of(&breaking, Some(&breaking)), Err(RegistryError::NoMigration(_))));

    let mut st = deployed(&v1());
    let code = store(&mut st, &v2(manifest((1, 1, 0), 1, &[])).bytes());
    let missing = Hash::of(b"?");
    assert_eq!(class(&st, &proposal(missing, 2, None)), Err(RegistryError::CodeMissing(missing)));
    assert_eq!(class(&st, &proposal(code, 2, Some(missing))), Err(RegistryError::CodeMissing(missing)));
    for given in [0, 1] {
        let refused = class(&st, &proposal(code, given, None));
        assert_eq!(refused, Err(RegistryError::Sequence { current: 1, given }));
    }
    let unknown = ModuleId([4; 32]);
    let Payload::Upgrade(mut upgrade) = proposal(code, 2, None) else { panic!() };
    upgrade.module_id = unknown;
    assert_eq!(class(&st, &Payload::Upgrade(upgrade)), Err(RegistryError::NoSuchModule(unknown)));
}

#[test]
fn an_upgrade_after_the_next_one_may_still_become_legal() {
    let mut st = deployed(&v1());
    let code = store(&mut st, &v2(manifest((1, 1, 0), 2, &[])).bytes());
    assert_eq!(class(&st, &proposal(code, 3, None)), Ok(Class::Major));
}

#[test]
fn a_module_that_holds_more_than_v_is_major() {
    let mut st = deployed(&v1());
    let code = store(&mut st, &v2(manifest((1, 0, 1), 1, &[])).bytes());
    let v = SUPPLY.share_ppm(Params::demo().major_value_ppm).unwrap();
    transfer(&mut st, &ALICE, &MODULE.account(), v).unwrap();
    assert_eq!(class(&st, &proposal(code, 2, None)), Ok(Class::Minor));
    transfer(&mut st, &ALICE, &MODULE.account(), Amount(1)).unwrap();
    assert_eq!(class(&st, &proposal(code, 2, None)), Ok(Class::Major));
}

#[test]
fn code_must_read_every_schema_that_unmigrated_data_may_have() {
    let mut st = deployed(&v1());
    let mut record = modules::module(&st, &MODULE).unwrap().unwrap();
    // Version 2 wrote schema 2 and read schema 1 as it was.
    let mut version = modules::version(&st, &MODULE, 1).unwrap().unwrap();
    record.data_schemas = vec![1, 2];
    (record.sequence, record.schema, version.sequence) = (2, 2, 2);
    activate(&mut st, &MODULE, &record, &version).unwrap();
    let forgets = store(&mut st, &v2(manifest((1, 1, 0), 3, &[2])).bytes());
    assert_eq!(class(&st, &proposal(forgets, 3, None)), Err(RegistryError::NeedsMigration(1)));
    let reads = store(&mut st, &v2(manifest((1, 1, 0), 3, &[1, 2])).bytes());
    assert_eq!(class(&st, &proposal(reads, 3, None)), Ok(Class::Minor));
}

#[test]
fn modules_without_manifests_are_upgraded_by_others_without() {
    let mut st = deployed(&Spec::default().scale("go"));
    let raw = store(&mut st, &Spec { salt: 1, ..Spec::default() }.scale("go").bytes());
    assert_eq!(class(&st, &proposal(raw, 2, None)), Ok(Class::Minor));
    let described = store(&mut st, &Spec::new(Some(manifest((1, 0, 0), 0, &[]))).scale("go").bytes());
    assert_eq!(class(&st, &proposal(described, 2, None)), Ok(Class::Minor));
    let other = store(&mut st, &Spec::new(Some(manifest((1, 0, 0), 1, &[]))).scale("go").bytes());
    assert_eq!(class(&st, &proposal(other, 2, None)), Err(RegistryError::NeedsMigration(0)));
}

#[test]
fn configuration_is_patch_inside_its_bounds_only() {
    let described = with_parameter(manifest((1, 0, 0), 1, &[]), meta_type::<u32>(), false, (Some(10), Some(20)));
    let st = deployed(&Spec::new(Some(described)).scale("get_rate").scale("set_rate"));
    let config = |values: &[u32]| {
        let change = |value: &u32| ConfigChange { module_id: MODULE, parameter: "rate".into(), value: value.encode() };
        Payload::Config { changes: values.iter().map(change).collect(), description: String::new() }
    };
    assert_eq!(class(&st, &config(&[10, 20])), Ok(Class::Patch));
    for value in [9, 21] {
        assert!(matches!(class(&st, &config(&[15, value])), Err(RegistryError::OutOfBounds { .. })));
    }
    assert_eq!(class(&st, &config(&[])), Err(RegistryError::ChangeCount(0)));
    assert_eq!(class(&st, &config(&[15; 33])), Err(RegistryError::ChangeCount(33)));
}

#[test]
fn parameters_are_governance_inside_their_bounds_only() {
    let st = MemoryState::default();
    let payload = |params: Params| Payload::Parameters { params: params.into(), description: String::new() };
    assert_eq!(class(&st, &payload(Params::network())), Ok(Class::Governance));
    let outside = Params { half_life: 1, ..Params::demo() };
    let refused = class(&st, &payload(outside));
    assert!(matches!(refused, Err(RegistryError::Params(ParamsError::OutOfBounds { .. }))));
}
