//! Proposals: where they stand, how they came there, and the forecast by the chain's own arithmetic.

use super::{
    lifecycle, modules,
    modules::changed,
    voting::{delegated, flags, lock, sensitivity},
};
use crate::node::{Answer, chain::Chain, convert};
use std::collections::BTreeSet;
use zera_governance::{
    Forecast, Outlook, Situation,
    curve::Curve,
    forecast::ChartPoint,
    queries,
    records::{Ctx, Proposal},
};
use zera_primitives::{Amount, Effect, Hash, ModuleId, Payload, ProposalId, Slot};
use zera_state::accounts;
use zera_worker_protocol::{
    CurvePoint, Error, ForecastView, ProposalDetail, ProposalView, Response, StakeChange, Transition, WhatIf,
};

/// Points of a chart, past and future each.
const POINTS: u16 = 120;
/// The node makes a block at every slot at which a proposal moves (see [`Chain::moment`]), as if every slot had one.
const CADENCE: u64 = 1;
/// Half-lives of future shown for a proposal that will not pass.
const HORIZON: u64 = 5;

/// All proposals, live ones first, newest first.
pub fn list(chain: &Chain) -> Answer {
    let state = chain.client.state();
    let ctx = ctx(chain)?;
    let count = queries::count(state).map_err(convert::governance)?;
    let mut views = Vec::new();
    for id in (1..=count).rev().map(ProposalId) {
        views.push(view(chain, &ctx, id)?);
    }
    views.sort_by_key(|view| !view.state.is_live());
    Ok(Response::Proposals(views))
}

/// One proposal with its whole past.
pub fn detail(chain: &Chain, id: ProposalId) -> Answer {
    let state = chain.client.state();
    let ctx = ctx(chain)?;
    let proposal = queries::proposal(state, id).map_err(convert::governance)?;
    let changes = queries::stake_changes(state, id).map_err(convert::governance)?;
    let changes = changes.into_iter().map(|change| StakeChange {
        account: change.account,
        side: change.side,
        before: change.before,
        after: change.after,
        side_total: change.side_after.x,
        by: change.by,
        at: (change.height, change.side_after.since),
    });
    let transitions = queries::transitions(state, id).map_err(convert::governance)?;
    let transitions =
        transitions.into_iter().map(|step| Transition { state: step.state, at: (step.height, step.slot) });
    let progress = queries::progress(state, id).map_err(convert::governance)?;
    let (codes, code_recomputed) = codes(chain, &proposal)?;
    let carried: BTreeSet<Hash> = proposal.payload.codes().into_iter().collect();
    let evidence = carried.iter().map(|code| lifecycle::evidence(chain, code)).collect::<Result<_, Error>>()?;
    let mut migration = None;
    for module in changed(&proposal.payload) {
        let own = lifecycle::migration(chain, &module)?.filter(|work| work.proposal == id);
        migration = migration.or(own);
    }
    let (free_stake, free_balance) = means(chain)?;
    Ok(Response::Proposal(Box::new(ProposalDetail {
        proposal: view(chain, &ctx, id)?,
        payload_hash: proposal.payload_hash,
        payload_recomputed: proposal.payload.hash(),
        payload: proposal.payload,
        code_recomputed,
        codes,
        changes: changes.collect(),
        transitions: transitions.collect(),
        free_stake,
        free_balance,
        forecast: forecast_view(chain, &ctx, id, None)?,
        sensitivity: sensitivity(chain, &ctx, id)?,
        lock: lock(chain, id)?,
        filed: (progress.filed != progress.class).then_some(progress.filed),
        evidence,
        flags: flags(chain, &ctx, id)?,
        migration,
        delegated: delegated(chain, progress.filed)?,
    })))
}

/// A forecast, with a change of stake to assume.
pub fn forecast(chain: &Chain, id: ProposalId, what_if: Option<WhatIf>) -> Answer {
    forecast_view(chain, &ctx(chain)?, id, what_if).map(|view| Response::Forecast(Box::new(view)))
}

fn ctx(chain: &Chain) -> Result<Ctx, Error> {
    Ok(chain.client.context(chain.client.head().slot).map_err(convert::client)?.governance())
}

fn view(chain: &Chain, ctx: &Ctx, id: ProposalId) -> Result<ProposalView, Error> {
    let state = chain.client.state();
    let proposal = queries::proposal(state, id).map_err(convert::governance)?;
    let progress = queries::progress(state, id).map_err(convert::governance)?;
    let standing = queries::standing(state, ctx, id).map_err(convert::governance)?;
    let params = zera_governance::params(state).map_err(convert::governance)?;
    let mine = match chain.account {
        Some(account) => {
            let own = queries::allocations(state, ctx, &account).map_err(convert::governance)?;
            let own = own.into_iter().find(|(held, _)| held.proposal == id);
            own.map(|(held, conviction)| (held.side, held.curve.x, conviction))
        }
        None => None,
    };
    Ok(ProposalView {
        id,
        title: proposal.title,
        class: progress.class,
        state: progress.state,
        author: proposal.author,
        submitted: (proposal.height, proposal.slot),
        deposit: proposal.deposit,
        modules: changed(&proposal.payload),
        stake: (standing.x_for, standing.x_against),
        conviction: (standing.y_for, standing.y_against),
        threshold: standing.threshold(params.threshold_ppm[progress.class.index()]),
        expires: progress.expires,
        mine,
    })
}

/// The code that runs and the proposed one, and the hash of the latter's stored bytes, computed here.
type Codes = (Option<(Hash, Hash)>, Option<Hash>);

fn codes(chain: &Chain, proposal: &Proposal) -> Result<Codes, Error> {
    let Some((module, new)) = replaced(chain, &proposal.payload)? else { return Ok((None, None)) };
    let state = chain.client.state();
    let recomputed = zera_registry::code(state, &new).map_err(convert::defect)?.map(|code| Hash::of(&code));
    let versions = zera_registry::versions(state, &module).map_err(convert::defect)?;
    // After its own enactment the comparison is with the version that it replaced.
    let own = versions.iter().position(|version| version.proposal == Some(proposal.id));
    let old = match own {
        Some(place) => place.checked_sub(1).and_then(|place| versions.get(place)).map(|version| version.code),
        None => modules::record(chain, &module).and_then(|record| modules::running(chain, &record)).ok(),
    };
    Ok((old.map(|old| (old, new)), recomputed))
}

/// The module whose code a payload replaces, the first of several, and the code that it gets.
fn replaced(chain: &Chain, payload: &Payload) -> Result<Option<(ModuleId, Hash)>, Error> {
    let state = chain.client.state();
    Ok(match payload {
        Payload::Upgrade(upgrade) => Some((upgrade.module_id, upgrade.new_wasm_bytecode)),
        Payload::Rollback(rollback) => {
            let target = zera_registry::version(state, &rollback.module_id, rollback.to_version);
            target.map_err(convert::defect)?.map(|version| (rollback.module_id, version.code))
        }
        Payload::Reference { module_id, reference, .. } => {
            let executable = zera_primitives::Executable::ExternalRef(reference.clone());
            // A tag that is gone leads nowhere: there is nothing to compare.
            let code = zera_registry::resolve(state, chain.client.head().slot, &executable).ok();
            code.map(|code| (*module_id, code))
        }
        Payload::Execute(execution) => execution.effects.iter().find_map(|effect| match effect {
            Effect::Upgrade { module, code, .. } => Some((*module, *code)),
            _ => None,
        }),
        _ => None,
    })
}

/// Stake that the active key could still allocate, and its free balance.
fn means(chain: &Chain) -> Result<(Option<Amount>, Option<Amount>), Error> {
    let Some(account) = chain.account else { return Ok((None, None)) };
    let state = chain.client.state();
    let stake = zera_governance::available(state, &account).map_err(convert::governance)?;
    let free = accounts::account(state, &account).map_err(convert::defect)?.free;
    Ok((Some(stake), Some(free)))
}

fn forecast_view(chain: &Chain, ctx: &Ctx, id: ProposalId, what_if: Option<WhatIf>) -> Result<ForecastView, Error> {
    let state = chain.client.state();
    let today = queries::situation(state, ctx, id, CADENCE).map_err(convert::governance)?;
    let situation = match what_if {
        Some(what_if) => assume(chain, &today, id, what_if)?,
        None => today,
    };
    let forecast = situation.forecast().map_err(convert::governance)?;
    let past = queries::past_chart(state, ctx, id, POINTS).map_err(convert::governance)?;
    let future = if situation.state.is_live() {
        let until = horizon(&situation, &forecast);
        situation.chart(ctx.slot, until, POINTS).map_err(convert::governance)?
    } else {
        Vec::new()
    };
    let standing = situation.standing(ctx.slot).map_err(convert::governance)?;
    let live = situation.state.is_live();
    let needed = if live && forecast.outlook != Outlook::Enacts {
        situation.least_stake(None, ctx.supply).map_err(convert::governance)?.filter(|needed| !needed.is_zero())
    } else {
        None
    };
    let tau = situation.params.threshold_ppm[situation.class.index()];
    Ok(ForecastView {
        now: ctx.slot,
        past: past.iter().map(point).collect(),
        future: future.iter().map(point).collect(),
        crosses: forecast.crosses,
        approved: forecast.approved,
        locks: forecast.locks,
        enacts: forecast.enacts,
        shortfall: if live { standing.shortfall(tau) } else { Amount::ZERO },
        needed,
    })
}

/// The situation after the active key adds that much on that side.
fn assume(chain: &Chain, today: &Situation, id: ProposalId, what_if: WhatIf) -> Result<Situation, Error> {
    let held = match chain.account {
        Some(account) => queries::allocation(chain.client.state(), &account, id).map_err(convert::governance)?,
        None => None,
    };
    let held = held.filter(|held| held.side == what_if.side).map_or_else(Curve::default, |held| held.curve);
    let amount = held.x.add(what_if.amount).map_err(|error| convert::governance(error.into()))?;
    today.with_allocation(what_if.side, &held, amount).map_err(convert::governance)
}

/// How far the chart looks: a little past the end of the story.
fn horizon(situation: &Situation, forecast: &Forecast) -> Slot {
    let half_life = situation.params.half_life;
    let end = forecast.enacts.or(forecast.approved).or(forecast.crosses);
    end.map_or_else(|| situation.now.plus(half_life.saturating_mul(HORIZON)), |end| end.plus(half_life / 4))
}

fn point(point: &ChartPoint) -> CurvePoint {
    CurvePoint {
        slot: point.slot,
        conviction_for: point.y_for,
        conviction_against: point.y_against,
        threshold: point.threshold,
    }
}
