//! Tests of deployment and records.

use super::*;
use crate::{
    module_set::{module_set_id, next},
    testing::{ALICE, BOB, MODULE, Spec, assert_balanced, ctx, export, manifest, rich, store, vote},
};
use zera_primitives::{Class, ProposalId, WasmModuleUpgradeProposal};
use zera_state::accounts::account;

#[test]
fn a_deployed_module_is_listed_with_its_first_version() {
    let mut st = rich();
    let mut described = manifest((1, 2, 3), 4, &[]);
    described.exports.push(export("new", ExportKind::Constructor, false, &[]));
    let code = store(&mut st, &Spec::new(Some(described.clone())).scale("new").bytes());
    let before = account(&st, &ALICE).unwrap().storage_deposits;
    let params = Params::demo();
    let executable = Executable::Code(code);
    assert_eq!(deploy(&mut st, &ctx(&params), &ALICE, &MODULE, executable.clone()), Ok(code));

    let record = module(&st, &MODULE).unwrap().unwrap();
    assert_eq!((record.executable.clone(), record.sequence, record.schema), (executable.clone(), 1, 4));
    assert_eq!((record.generation, record.next_generation, record.fresh), (0, 1, false));
    let noted = &journal::of_module(&st, &MODULE).unwrap()[0];
    assert_eq!(noted.deed, Deed::Deployed { deployer: ALICE, executable, code });
    assert_eq!(record.data_schemas, [4]);
    let all = versions(&st, &MODULE).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(version(&st, &MODULE, 1), Ok(Some(all[0].clone())));
    assert_eq!((all[0].semver, all[0].proposal, all[0].enacted), (Some(described.version), None, ctx(&params).at()));
    assert_eq!(constructor_entry(&st, &code), Ok(Some("new".into())));
    assert_eq!(running_manifest(&st, Slot(70), &MODULE), Ok(Some(described)));
    assert_eq!(module_set_id(&st), Ok(next(Hash::ZERO, &MODULE, 1, &code)));
    let paid = account(&st, &ALICE).unwrap().storage_deposits.sub(before).unwrap();
    assert_eq!(paid.0, 1_000 * (record.encoded_size() + all[0].encoded_size()) as u128);
    assert_balanced(&st);
}

#[test]
fn code_without_a_manifest_can_be_deployed() {
    let mut st = rich();
    let code = store(&mut st, &Spec::default().scale("go").bytes());
    deploy(&mut st, &ctx(&Params::demo()), &ALICE, &MODULE, Executable::Code(code)).unwrap();
    assert_eq!(constructor_entry(&st, &code), Ok(None));
    assert_eq!(running_manifest(&st, Slot(70), &MODULE), Ok(None));
    assert_eq!(versions(&st, &MODULE).unwrap()[0].semver, None);
}

#[test]
fn deployment_needs_stored_code_a_free_id_and_a_deposit() {
    let mut st = rich();
    let params = Params::demo();
    let code = store(&mut st, &Spec::default().bytes());
    let missing = Hash::of(b"nothing");
    let refused = deploy(&mut st, &ctx(&params), &ALICE, &MODULE, Executable::Code(missing));
    assert_eq!(refused, Err(RegistryError::CodeMissing(missing)));
    let refused = deploy(&mut st, &ctx(&params), &BOB, &MODULE, Executable::Code(code));
    assert!(matches!(refused, Err(RegistryError::Account(_))));
    deploy(&mut st, &ctx(&params), &ALICE, &MODULE, Executable::Code(code)).unwrap();
    let refused = deploy(&mut st, &ctx(&params), &ALICE, &MODULE, Executable::Code(code));
    assert_eq!(refused, Err(RegistryError::ModuleExists(MODULE)));
}

#[test]
fn modules_are_listed_in_order_and_chained_into_the_set() {
    let mut st = rich();
    let params = Params::demo();
    let code = store(&mut st, &Spec::default().bytes());
    let mut set = Hash::ZERO;
    for n in [5u8, 1, 255, 0] {
        let id = ModuleId([n; 32]);
        deploy(&mut st, &ctx(&params), &ALICE, &id, Executable::Code(code)).unwrap();
        set = next(set, &id, 1, &code);
    }
    let listed: Vec<u8> = modules(&st).unwrap().iter().map(|id| id.0[0]).collect();
    assert_eq!(listed, [0, 1, 5, 255]);
    assert_eq!(module_count(&st), Ok(4));
    assert_eq!(module_set_id(&st), Ok(set));
}

#[test]
fn aborted_upgrades_are_remembered_for_modules_that_exist() {
    let mut st = crate::testing::deployed(&Spec::default());
    let params = Params::demo();
    let upgrade = |module_id| {
        Payload::Upgrade(WasmModuleUpgradeProposal {
            module_id,
            new_wasm_bytecode: Hash::of(b"new"),
            new_version: 2,
            migration_logic_hash: None,
            description: String::new(),
        })
    };
    for (proposal, reason) in [(300, AbortReason::Unhealthy), (2, AbortReason::BadVersion)] {
        let vote = Vote { proposal: ProposalId(proposal), ..vote(Class::Minor) };
        record_attempt(&mut st, &ctx(&params), &vote, &upgrade(MODULE), reason).unwrap();
    }
    let seen: Vec<_> = attempts(&st, &MODULE).unwrap().iter().map(|a| (a.proposal.0, a.reason)).collect();
    assert_eq!(seen, [(2, AbortReason::BadVersion), (300, AbortReason::Unhealthy)]);
    let unknown = ModuleId([3; 32]);
    let before = journal::head(&st).unwrap();
    let (vote, reason) = (vote(Class::Minor), AbortReason::NoSuchModule);
    record_attempt(&mut st, &ctx(&params), &vote, &upgrade(unknown), reason).unwrap();
    assert_eq!(attempts(&st, &unknown), Ok(vec![]));
    assert_eq!(journal::of_module(&st, &unknown), Ok(vec![]));
    let noted = journal::entry(&st, before.count).unwrap().unwrap();
    assert_eq!(noted.deed, Deed::Aborted { reason, code: Some(Hash::of(b"new")) });
    assert_eq!((noted.module, noted.vote), (None, Some(vote)));
}
