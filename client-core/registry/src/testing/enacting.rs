//! Votes and their enactment on little modules.

use super::{ALICE, MODULE, SUPPLY, Scripts, Spec, ctx, deployed, export, manifest};
use crate::{
    journal::{self, Deed, Vote},
    modules::{Ctx, module},
    records::ModuleRecord,
    refs::resolve,
    upgrade::{EnactError, Enacted, enact, resume},
    usage::charge_storage,
};
use scale_info::{Registry, meta_type};
use zera_primitives::{
    AbortReason, Amount, Class, Hash, Height, Params, Payload, ProposalId, Slot, StateKey, WasmModuleUpgradeProposal,
    manifest::ExportKind, payload::Rollback,
};
use zera_state::{MemoryState, StateAccess};

/// The proposal of most tests.
pub const VOTE: ProposalId = ProposalId(42);

/// [`VOTE`], passed in this class.
pub fn vote(class: Class) -> Vote {
    Vote {
        proposal: VOTE,
        payload: Hash([4; 32]),
        class,
        y_for: Amount::zra(5),
        y_against: Amount::zra(1),
        base: Amount::zra(10),
        rehearsal: Hash([6; 32]),
    }
}

/// The vote for `new` as [`MODULE`]'s next code.
pub fn proposal(new: Hash, version: u32, migration: Option<Hash>) -> Payload {
    Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: MODULE,
        new_wasm_bytecode: new,
        new_version: version,
        migration_logic_hash: migration,
        description: String::new(),
    })
}

/// Enacts with [`VOTE`], as the runtime does: an abort leaves the state as it was.
pub fn run(
    st: &mut MemoryState,
    scripts: &mut Scripts,
    class: Class,
    payload: &Payload,
) -> Result<Enacted, EnactError> {
    let checkpoint = st.clone();
    let result = enact(st, &ctx(&Params::demo()), scripts, &vote(class), payload);
    if result.is_err() {
        *st = checkpoint;
    }
    result
}

/// Goes on in the block of `height` with what [`run`] began.
pub fn go_on(
    st: &mut MemoryState,
    scripts: &mut Scripts,
    class: Class,
    payload: &Payload,
    height: u64,
) -> Result<Enacted, EnactError> {
    let params = Params::demo();
    let ctx = Ctx { height: Height(height), slot: Slot(70), supply: SUPPLY, params: &params };
    let checkpoint = st.clone();
    let result = resume(st, &ctx, scripts, &vote(class), payload);
    if result.is_err() {
        *st = checkpoint;
    }
    result
}

/// Why it was aborted; every abort has words for people.
pub fn reason(result: Result<Enacted, EnactError>) -> AbortReason {
    match result {
        Err(EnactError::Abort(abort)) => {
            assert!(!abort.detail.is_empty());
            abort.reason
        }
        other => panic!("not aborted: {other:?}"),
    }
}

/// A module of this version and schema.
pub fn spec(version: (u16, u16, u16), schema: u32, reads: &[u32]) -> Spec {
    Spec::new(Some(manifest(version, schema, reads))).scale("go")
}

/// As [`spec`], with a migration that goes in steps.
pub fn stepwise(version: (u16, u16, u16), schema: u32) -> Spec {
    let mut described = manifest(version, schema, &[]);
    let mut types = Registry::new();
    let bytes = types.register_type(&meta_type::<Vec<u8>>()).id;
    described.types = types.into();
    described.exports.push(export("migrate", ExportKind::Migration, false, &[bytes]));
    Spec::new(Some(described)).scale("go").scale("migrate")
}

/// [`MODULE`] as it stands.
pub fn record(st: &MemoryState) -> ModuleRecord {
    module(st, &MODULE).unwrap().unwrap()
}

/// The code that [`MODULE`] runs.
pub fn running(st: &MemoryState) -> Hash {
    resolve(st, Slot(70), &record(st).executable).unwrap()
}

/// [`MODULE`] running `spec` with three stored entries of 11 bytes.
pub fn filled(spec: &Spec) -> MemoryState {
    let mut st = deployed(spec);
    for key in [b"a", b"b", b"c"] {
        st.put(StateKey::storage(&MODULE, 0, key), vec![1; 10]);
        charge_storage(&mut st, Amount(1_000), Some(&ALICE), &MODULE, None, Some(11)).unwrap();
    }
    st
}

/// [`MODULE`] at 1.0.0 with schema 1 and three stored entries.
pub fn v1() -> MemoryState {
    filled(&spec((1, 0, 0), 1, &[]))
}

/// The vote for a return of [`MODULE`].
pub fn back(to_version: u32, reverse_migration: Option<Hash>) -> Payload {
    Payload::Rollback(Rollback { module_id: MODULE, to_version, reverse_migration, description: String::new() })
}

/// What was written into the journal about [`MODULE`], oldest first.
pub fn deeds(st: &MemoryState) -> Vec<Deed> {
    journal::of_module(st, &MODULE).unwrap().into_iter().map(|entry| entry.deed).collect()
}
