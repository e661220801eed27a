//! How modules came to what they run, and what others say about it: standing, versions, builders, tags and fleets.

use super::{journal, modules};
use crate::node::{
    Answer,
    chain::{Chain, count},
    convert,
};
use std::collections::{BTreeMap, btree_map::Entry};
use zera_primitives::{Amount, Executable, Hash, Manifest, ModuleId, Slot};
use zera_registry::{
    Arrival, CodeInfo, ModuleRecord, VersionRecord, builders as registry, freeze, migration as migrations, refs,
    storage_usage,
};
use zera_state::accounts;
use zera_worker_protocol::{
    AttestationView, BuilderView, Error, EvidenceView, FleetView, FollowerState, FollowerView, MigrationView, Response,
    StandingView, TagChangeView, TagView, VersionView,
};

/// Followers that one answer holds.
const ROWS: u32 = 100;
/// Followers whose states are counted.
const COUNTED: usize = 1_000;

/// The freeze in force at the head.
pub fn frozen(chain: &Chain, record: &ModuleRecord) -> Option<(Slot, zera_primitives::ProposalId)> {
    let now = chain.client.head().slot;
    record.frozen.filter(|frozen| frozen.until > now).map(|frozen| (frozen.until, frozen.proposal))
}

/// A migration of `id` that is under way.
pub fn migration(chain: &Chain, id: &ModuleId) -> Result<Option<MigrationView>, Error> {
    let state = chain.client.state();
    let Some(work) = migrations(state, id).map_err(convert::defect)? else { return Ok(None) };
    let old = storage_usage(state, id).map_err(convert::defect)?;
    Ok(Some(MigrationView {
        proposal: work.proposal,
        code: work.code,
        generation: work.generation,
        steps: work.steps,
        entries: (work.usage.entries, old.entries),
        gas: work.gas,
        begun: work.begun,
    }))
}

/// How a module stands beside its code.
pub fn standing(chain: &Chain, id: &ModuleId, record: &ModuleRecord) -> Result<StandingView, Error> {
    let state = chain.client.state();
    let ctx = chain.client.context(chain.client.head().slot).map_err(convert::client)?;
    let earlier = record.earlier.iter();
    Ok(StandingView {
        executable: record.executable.clone(),
        frozen: frozen(chain, record),
        freezable: freeze::freezable(state, &ctx.registry(), id).map_err(convert::defect)?,
        migration: migration(chain, id)?,
        fresh: record.fresh,
        earlier: earlier.map(|kept| (kept.number, kept.usage.entries, kept.usage.bytes)).collect(),
        tags: count(refs::tags(state, id).map_err(convert::defect)?.len()),
    })
}

/// All versions of a module, newest first, each with the vote that the journal has for it.
pub fn versions(chain: &Chain, id: &ModuleId) -> Result<Vec<VersionView>, Error> {
    let state = chain.client.state();
    let versions = zera_registry::versions(state, id).map_err(convert::defect)?;
    let votes = journal::votes(chain, id)?;
    let mut views = Vec::with_capacity(versions.len());
    for version in versions.iter().rev() {
        let vote = votes.iter().find(|vote| vote.begins(version)).and_then(|vote| vote.vote.clone());
        let verdicts = registry::verdicts(state, &version.code).map_err(convert::defect)?;
        let undoes = |later: &VersionRecord| {
            later.sequence > version.sequence && later.rollback_to.is_some_and(|to| to < version.sequence)
        };
        views.push(VersionView {
            sequence: version.sequence,
            version: version.semver.unwrap_or_default(),
            code: version.code,
            schema: version.schema,
            generation: version.generation,
            enacted: (version.enacted.height, version.enacted.slot),
            proposal: version.proposal,
            migrated: version.migrated,
            rollback_to: version.rollback_to,
            reference: version.reference.clone(),
            vote,
            builders: (verdicts.agree, verdicts.differ),
            undone: versions.iter().any(undoes),
        });
    }
    Ok(views)
}

/// What builders say about a code.
pub fn evidence(chain: &Chain, code: &Hash) -> Result<EvidenceView, Error> {
    let state = chain.client.state();
    let known = registry::builders(state).map_err(convert::defect)?;
    let verdicts = registry::verdicts(state, code).map_err(convert::defect)?;
    let name = |account| known.iter().find(|builder| builder.account == account).map(|builder| builder.name.clone());
    let said = registry::attestations(state, code).map_err(convert::defect)?.into_iter();
    let said = said.map(|attestation| AttestationView {
        builder: attestation.builder,
        name: name(attestation.builder),
        rebuilt: attestation.rebuilt,
        recipe: attestation.recipe,
        at: (attestation.at.height, attestation.at.slot),
    });
    Ok(EvidenceView {
        code: *code,
        builders: (count(known.len()), verdicts.agree, verdicts.differ),
        enough: chain.client.params().map_err(convert::client)?.builder_mismatches,
        said: said.collect(),
    })
}

/// The registered builders.
pub fn builders(chain: &Chain) -> Answer {
    let known = registry::builders(chain.client.state()).map_err(convert::defect)?.into_iter();
    let view =
        |builder: zera_primitives::payload::Builder| BuilderView { account: builder.account, name: builder.name };
    Ok(Response::Builders(known.map(view).collect()))
}

/// The tags of a manager.
pub fn tags(chain: &Chain, manager: &ModuleId) -> Answer {
    modules::record(chain, manager)?;
    let tags = refs::tags(chain.client.state(), manager).map_err(convert::defect)?.into_iter();
    let views = tags.map(|tag| tag_view(chain, manager, tag)).collect::<Result<_, Error>>()?;
    Ok(Response::Tags(views))
}

fn tag_view(chain: &Chain, manager: &ModuleId, tag: refs::TagRecord) -> Result<TagView, Error> {
    let now = chain.client.head().slot;
    let history = refs::tag_history(chain.client.state(), manager, &tag.tag).map_err(convert::defect)?;
    let change = |change: &refs::TagChange| TagChangeView {
        old: change.old,
        new: change.new,
        from: change.from,
        at: (change.at.height, change.at.slot),
    };
    Ok(TagView {
        code: tag.at(now),
        pending: tag.pending.filter(|pending| pending.from > now).map(|pending| (pending.code, pending.from)),
        notice: tag.notice,
        followers: tag.followers,
        changes: history.iter().rev().map(change).collect(),
        tag: tag.tag,
    })
}

/// A page of a tag's followers, and how the first thousand stand.
pub fn fleet(chain: &Chain, manager: &ModuleId, tag: &str, after: Option<&ModuleId>, limit: u32) -> Answer {
    let state = chain.client.state();
    let found = refs::tag(state, manager, tag).map_err(convert::defect)?;
    let found = found.ok_or_else(|| convert::not_found("tag"))?;
    let mut codes = Codes::default();
    let mut counts = (0u32, 0u32, 0u32, 0u32);
    for id in refs::followers(state, manager, tag, None, COUNTED).map_err(convert::defect)? {
        let counted = match codes.state(chain, &modules::record(chain, &id)?)?.1 {
            FollowerState::Ready => &mut counts.0,
            FollowerState::Migrates => &mut counts.1,
            FollowerState::Pinned => &mut counts.2,
            FollowerState::Stuck(_) => &mut counts.3,
        };
        *counted = counted.saturating_add(1);
    }
    let limit = limit.clamp(1, ROWS) as usize;
    let mut page = refs::followers(state, manager, tag, after, limit.saturating_add(1)).map_err(convert::defect)?;
    let more = page.len() > limit;
    page.truncate(limit);
    let mut followers = Vec::with_capacity(page.len());
    for id in page {
        let record = modules::record(chain, &id)?;
        let (code, standing) = codes.state(chain, &record)?;
        let schema = record.data_schemas.last().copied().unwrap_or(record.schema);
        let entries = storage_usage(state, &id).map_err(convert::defect)?.entries;
        let balance: Amount = accounts::account(state, &id.account()).map_err(convert::defect)?.free;
        followers.push(FollowerView { id, code, state: standing, schema, entries, balance });
    }
    let tag = tag_view(chain, manager, found)?;
    Ok(Response::Fleet(Box::new(FleetView { tag, counts, followers, more })))
}

/// Codes of a fleet, each read once.
#[derive(Default)]
struct Codes(BTreeMap<Hash, (CodeInfo, Option<Manifest>)>);

impl Codes {
    /// The code that a follower runs, and how its data stand to it.
    fn state(&mut self, chain: &Chain, record: &ModuleRecord) -> Result<(Hash, FollowerState), Error> {
        let code = modules::running(chain, record)?;
        let (info, manifest) = match self.0.entry(code) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let info = zera_registry::code_info(chain.client.state(), &code).map_err(convert::defect)?;
                let info = info.ok_or_else(|| convert::not_found("code"))?;
                let manifest = info.manifest().map_err(convert::registry)?;
                unknown.insert((info, manifest))
            }
        };
        let pinned = matches!(&record.executable, Executable::ExternalRef(reference) if reference.pin.is_some());
        let standing = match refs::arrival(record, info, manifest.as_ref()) {
            Err(error) => FollowerState::Stuck(error.to_string()),
            Ok(_) if pinned => FollowerState::Pinned,
            Ok(Arrival::Migrate(_)) => FollowerState::Migrates,
            Ok(Arrival::Ready | Arrival::Adopt(_)) => FollowerState::Ready,
        };
        Ok((code, standing))
    }
}
