//! The encodings of everything this room stores or emits, frozen: a change of format is a changed line in
//! `conformance.txt` (design §4).

use crate::{
    builders::{Attestation, Verdicts},
    codes::{CodeRecord, Upload},
    events::*,
    freeze::Freeze,
    info::{CodeExport, CodeExportKind, CodeInfo, IntType},
    journal::{Deed, Entry, Head},
    migration::MigrationRecord,
    records::{At, AttemptRecord, ConfigRecord, Frozen, Generation, ModuleRecord, VersionRecord},
    refs::{Pending, TagChange, TagRecord},
    testing::vote,
    usage::Usage,
};
use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Executable, ExternalRef, Hash, Height, ModuleId, ProposalId, Slot,
    conformance::{Line, bytes_line, line},
    manifest::SemVer,
    payload::Builder,
};

const CODE: Hash = Hash([1; 32]);
const OTHER: Hash = Hash([7; 32]);
const ACCOUNT: AccountId = AccountId([2; 32]);
const MODULE: ModuleId = ModuleId([3; 32]);
const AT: At = At { height: Height(4), slot: Slot(5) };
const PROPOSAL: ProposalId = ProposalId(6);
const USAGE: Usage = Usage { entries: 12, bytes: 13 };

fn reference() -> ExternalRef {
    ExternalRef { manager: ModuleId([8; 32]), tag: "token".into(), pin: Some(OTHER) }
}

fn follows() -> Executable {
    Executable::ExternalRef(reference())
}

fn builder() -> Builder {
    Builder { account: ACCOUNT, name: "two".into() }
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

fn modules() -> Vec<Line> {
    let record = ModuleRecord {
        deployer: ACCOUNT,
        deployed_at: AT,
        executable: Executable::Code(CODE),
        sequence: 7,
        schema: 8,
        data_schemas: vec![9, 8],
        generation: 10,
        next_generation: 14,
        fresh: true,
        earlier: vec![Generation { number: 9, schemas: vec![7, 9], usage: USAGE, fresh: false }],
        frozen: Some(Frozen { until: Slot(15), proposal: PROPOSAL }),
        migrating: Some(PROPOSAL),
    };
    let version = VersionRecord {
        sequence: 7,
        semver: Some(SemVer { major: 1, minor: 2, patch: 3 }),
        code: CODE,
        reference: None,
        schema: 8,
        generation: 10,
        enacted: AT,
        proposal: Some(PROPOSAL),
        migrated: Some(11),
        rollback_to: Some(5),
    };
    let first = VersionRecord {
        semver: None,
        reference: Some(reference()),
        proposal: None,
        migrated: None,
        rollback_to: None,
        ..version.clone()
    };
    vec![
        line("Upload", &[Upload { length: 1, chunks: vec![CODE], received: 2, deposit: Amount(3) }]),
        line("CodeRecord", &[CodeRecord { info: info(), uploader: ACCOUNT, deposit: Amount(9) }]),
        line("ModuleRecord", &[ModuleRecord { executable: follows(), ..record.clone() }, record]),
        line("VersionRecord", &[version, first]),
        line(
            "AttemptRecord",
            &[AttemptRecord { proposal: PROPOSAL, sequence: 7, code: CODE, reason: AbortReason::Unhealthy, at: AT }],
        ),
        line("ConfigRecord", &[ConfigRecord { proposal: PROPOSAL, value: vec![1, 2], sequence: 7, at: AT }]),
        line("Usage", &[USAGE]),
        line("retired generations", &[vec![(MODULE, 16u32)]]),
        line("Freeze", &[Freeze { from: Slot(17), until: Slot(18), proposal: PROPOSAL }]),
        line("Builders", &[vec![builder()]]),
        line("Attestation", &[Attestation { builder: ACCOUNT, rebuilt: CODE, recipe: OTHER, at: AT }]),
        line("Verdicts", &[Verdicts { agree: 19, differ: 20 }]),
        line(
            "MigrationRecord",
            &[MigrationRecord {
                proposal: PROPOSAL,
                code: CODE,
                version: 21,
                migration: OTHER,
                rollback_to: Some(22),
                generation: 23,
                cursor: vec![24, 25],
                usage: USAGE,
                begun: Height(26),
                blocks: 30,
                steps: 27,
                gas: 28,
            }],
        ),
        line("TagChange", &[TagChange { old: Some(CODE), new: OTHER, from: Slot(29), at: AT }]),
        bytes_line("module_set", &[&crate::module_set::next(Hash([9; 32]), &MODULE, 7, &CODE).0]),
    ]
}

fn tag() -> Line {
    let pending = Some(Pending { code: OTHER, from: Slot(30) });
    let record = TagRecord { tag: "t".into(), code: CODE, pending, notice: 31, followers: 32, changes: 33 };
    line("TagRecord", &[TagRecord { pending: None, ..record.clone() }, record])
}

fn deeds() -> Vec<Deed> {
    let verdicts = Verdicts { agree: 1, differ: 2 };
    vec![
        Deed::Deployed { deployer: ACCOUNT, executable: follows(), code: CODE },
        Deed::Upgraded {
            sequence: 3,
            old_code: CODE,
            new_code: OTHER,
            schema: 4,
            generation: 5,
            migrated: Some(6),
            builders: verdicts,
        },
        Deed::RolledBack { sequence: 7, to: 8, old_code: CODE, new_code: OTHER, generation: 9, data: true },
        Deed::MigrationBegun { generation: 10, code: CODE },
        Deed::Aborted { reason: AbortReason::Busy, code: Some(CODE) },
        Deed::Frozen { until: Slot(11) },
        Deed::Unfrozen,
        Deed::Configured { parameter: "rate".into(), value: vec![12] },
        Deed::Switched { old: Executable::Code(CODE), new: follows(), code: OTHER },
        Deed::TagSet { tag: "t".into(), old: Some(CODE), new: OTHER, from: Slot(13) },
        Deed::TagDeleted { tag: "t".into() },
        Deed::Executed { code: CODE },
        Deed::Builders { added: vec![builder()], removed: vec![AccountId([14; 32])] },
        Deed::Validators { added: vec![AccountId([15; 32])], removed: vec![AccountId([16; 32])] },
    ]
}

fn journal() -> Vec<Line> {
    let entry = |(index, deed)| Entry { index, at: AT, module: Some(MODULE), vote: Some(vote(Class::Major)), deed };
    let mut entries: Vec<Entry> = (0..).zip(deeds()).map(entry).collect();
    entries.push(Entry { index: 99, at: AT, module: None, vote: None, deed: Deed::Unfrozen });
    let chained = entries.iter().fold(Head::default(), Head::after);
    vec![
        line("Entry", &entries),
        line("Head", &[chained]),
        bytes_line("hash chain of the journal", &[&Head::default().after(&entries[0]).chain.0]),
    ]
}

fn events() -> Vec<Line> {
    let (module, proposal) = (MODULE, PROPOSAL);
    let (old_code, new_code) = (CODE, OTHER);
    vec![
        line("CodeStored", &[CodeStored { code: CODE, uploader: ACCOUNT }]),
        line("ModuleDeployed", &[ModuleDeployed { module, code: CODE, deployer: ACCOUNT }]),
        line(
            "ModuleUpgraded",
            &[ModuleUpgraded { module, sequence: 7, old_code, new_code, generation: 1, migrated: Some(11), proposal }],
        ),
        line("ConfigChanged", &[ConfigChanged { module, parameter: "rate".into(), value: vec![1], proposal }]),
        line(
            "ModuleRolledBack",
            &[ModuleRolledBack { module, sequence: 2, to: 1, old_code, new_code, generation: 3, data: true, proposal }],
        ),
        line("MigrationProgress", &[MigrationProgress { module, proposal, steps: 1, entries: 2, gas: 3 }]),
        line("ModuleFrozen", &[ModuleFrozen { module, until: Slot(1), proposal }]),
        line("ModuleUnfrozen", &[ModuleUnfrozen { module, proposal }]),
        line(
            "WasmRefUpdated",
            &[WasmRefUpdated { manager: module, tag: "t".into(), old: Some(CODE), new: OTHER, from: Slot(2) }],
        ),
        line(
            "ExecutableUpdated",
            &[ExecutableUpdated { module, old: Executable::Code(CODE), new: follows(), old_code, new_code }],
        ),
        line("Attested", &[Attested { code: CODE, builder: ACCOUNT, rebuilt: OTHER }]),
        line("ProposalExecuted", &[ProposalExecuted { proposal, code: CODE, effects: 4 }]),
    ]
}

#[test]
fn formats_are_those_on_file() {
    zera_primitives::check_conformance!(&[modules(), vec![tag()], journal(), events()].concat());
}
