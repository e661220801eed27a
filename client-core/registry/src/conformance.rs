//! The encodings of everything this room stores or emits, frozen: a change of format is a changed line in
//! `conformance.txt` (design §4).

use crate::{
    codes::{CodeRecord, Upload},
    events::{CodeStored, ConfigChanged, ModuleDeployed, ModuleUpgraded},
    info::{CodeExport, CodeExportKind, CodeInfo, IntType},
    modules::{At, AttemptRecord, ConfigRecord, Executable, ModuleRecord, VersionRecord},
    usage::Usage,
};
use codec::Encode;
use zera_primitives::{AbortReason, AccountId, Amount, Hash, Height, ModuleId, ProposalId, Slot, manifest::SemVer};

fn line(name: &str, sample: &impl Encode) -> String {
    format!("{name} {}\n", Hash::of(&sample.encode()))
}

fn info() -> CodeInfo {
    let export = |name: &str, kind| CodeExport {
        name: name.into(),
        kind,
        params: vec![IntType::I32, IntType::I64],
        results: vec![IntType::I64],
    };
    CodeInfo {
        size: 1,
        functions: 2,
        memory_min: 3,
        memory_max: 4,
        imports: vec!["caller".into()],
        exports: vec![
            export("f", CodeExportKind::Function),
            export("m", CodeExportKind::Memory),
            export("t", CodeExportKind::Table),
            export("g", CodeExportKind::Global),
        ],
        manifest: Some(vec![5, 6]),
    }
}

fn records() -> String {
    let (code, account, module) = (Hash([1; 32]), AccountId([2; 32]), ModuleId([3; 32]));
    let (at, proposal) = (At { height: Height(4), slot: Slot(5) }, ProposalId(6));
    let semver = Some(SemVer { major: 1, minor: 2, patch: 3 });
    [
        line("Upload", &Upload { length: 1, chunks: vec![code], received: 2, deposit: Amount(3) }),
        line("CodeRecord", &CodeRecord { info: info(), uploader: account, deposit: Amount(9) }),
        line(
            "ModuleRecord",
            &ModuleRecord {
                deployer: account,
                deployed_at: at,
                executable: Executable::Code(code),
                sequence: 7,
                schema: 8,
                data_schemas: vec![9, 8],
                generation: 10,
            },
        ),
        line(
            "VersionRecord",
            &VersionRecord {
                sequence: 7,
                semver,
                code,
                schema: 8,
                generation: 10,
                enacted: at,
                proposal: Some(proposal),
                migrated: Some(11),
            },
        ),
        line("AttemptRecord", &AttemptRecord { proposal, sequence: 7, code, reason: AbortReason::Unhealthy, at }),
        line("ConfigRecord", &ConfigRecord { proposal, value: vec![1, 2], sequence: 7, at }),
        line("Usage", &Usage { entries: 1, bytes: 2 }),
        line("CodeStored", &CodeStored { code, uploader: account }),
        line("ModuleDeployed", &ModuleDeployed { module, code, deployer: account }),
        line(
            "ModuleUpgraded",
            &ModuleUpgraded {
                module,
                sequence: 7,
                old_code: code,
                new_code: Hash([7; 32]),
                generation: 1,
                migrated: Some(11),
                proposal,
            },
        ),
        line("ConfigChanged", &ConfigChanged { module, parameter: "rate".into(), value: vec![1], proposal }),
        line("module_set", &crate::module_set::next(Hash([9; 32]), &module, 7, &code)),
    ]
    .concat()
}

#[test]
fn encodings_are_frozen() {
    let now = records();
    assert_eq!(now, include_str!("conformance.txt"), "a stored format changed; now it is\n{now}");
}
