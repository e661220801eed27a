//! One proposal: the curve against the bar, what would change it, the dry run, the payload, differences, every stake
//! change: in the order in which an auditor doubts.

use super::{proposal_list::needed, proposal_parts as parts, shown, shown_page, stake_panel};
use crate::components::react;
use crate::{
    answer,
    charts::{Curves, conviction},
    client::{live, use_client},
    components::{Step, crumbs, head, leaf, mark, path_wide, seg, slider, tag},
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Amount, ProposalId, ProposalState, Side, Slot};
use zera_worker_protocol::{Command, ForecastView, ProposalDetail, WhatIf};

/// What the slider assumes.
#[derive(Clone, Copy)]
pub struct Assumed {
    side: RwSignal<String>,
    /// Thousandths of what the account could add.
    share: RwSignal<u32>,
}

impl Assumed {
    fn amount(self, available: Amount) -> Amount {
        // Whole ZRA read better, and a forecast is no promise of units.
        let units = available.0 / 1_000 * u128::from(self.share.get());
        Amount(units / zera_primitives::amount::UNITS_PER_ZRA * zera_primitives::amount::UNITS_PER_ZRA)
    }

    fn what_if(self, available: Amount) -> Option<WhatIf> {
        let amount = self.amount(available);
        let side = if self.side.get() == "against" { Side::Against } else { Side::For };
        (!amount.is_zero()).then_some(WhatIf { side, amount })
    }
}

/// `/proposals/<id>`.
#[must_use]
pub fn page(id: u64) -> AnyView {
    let client = use_client();
    let id = ProposalId(id);
    let slot = live(move || Some(Command::Proposal(id)), |result| answer!(result, Proposal));
    let assumed = Assumed { side: RwSignal::new("for".into()), share: RwSignal::new(0) };
    // Between two blocks no stake can move, so the forecast is exact: conviction is seen to grow with the clock.
    let detail = Memo::new(move |_| {
        let answer = slot.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned());
        answer.map(|detail| if detail.proposal.state.is_live() { advanced(detail, client.clock.get()) } else { detail })
    });
    let open = Memo::new(move |_| detail.with(|detail| detail.as_ref().is_none_or(|d| d.proposal.state.is_live())));
    let available = Memo::new(move |_| detail.with(|d| d.as_ref().map_or(Amount::ZERO, |d| available(d))));
    let what_if = live(
        move || {
            let what_if = assumed.what_if(available.get())?;
            open.get().then_some(Command::Forecast { proposal: id, what_if: Some(what_if) })
        },
        |result| answer!(result, Forecast),
    );
    let assumed_now = move || {
        assumed.what_if(available.get())?;
        let forecast = what_if.with(|answer| answer.as_ref().and_then(|result| result.as_ref().ok()).cloned())?;
        let now = detail.with(|detail| detail.as_ref().map(|detail| detail.forecast.now))?;
        Some(begun_at(forecast, now))
    };
    let curves = Signal::derive(move || {
        let forecast = assumed_now();
        let words = say!(WITH_YOUR, text::zra_short(assumed.amount(available.get())));
        detail.with(|detail| detail.as_ref().map(|detail| curves(detail, forecast.map(|forecast| (words, *forecast)))))
    });
    let exists = Memo::new(move |_| detail.with(Option::is_some));
    let can_add = Memo::new(move |_| available.get() >= Amount::zra(1));
    let rest = move || {
        exists.get().then(|| {
            view! {
                <div class="with-panel">
                    <div class="split">
                        <div class="stack">
                            <div class="row end"><h2>{say!(CURVE_TITLE)}</h2>{move || detail.with(|d| d.as_ref().map(|d| tags(d)))}</div>
                            {conviction(curves)}
                            {move || (open.get() && can_add.get()).then(|| what_if_part(assumed, available))}
                            {move || detail.with(|d| d.as_ref().map(|d| parts::crossings(d, assumed_now().map(|f| (assumed.amount(available.get()), *f)))))}
                        </div>
                        {stake_panel::panel(detail)}
                    </div>
                </div>
            }
            .into_any()
        })
    };
    leaves(id, slot, detail, open, rest)
}

type Asked = RwSignal<crate::client::Answer<Box<ProposalDetail>>>;

/// The page from its head down, `rest` being what stands beside the curve.
fn leaves(
    id: ProposalId,
    slot: Asked,
    detail: Memo<Option<Box<ProposalDetail>>>,
    open: Memo<bool>,
    rest: impl Fn() -> Option<AnyView> + Send + 'static,
) -> AnyView {
    view! {
        {shown_page(slot, say!(PROPOSAL_N, id), move |_| react(move || detail.with(|d| d.as_ref().map(|d| summary(d))).into_any()))}
        {react(move || rest().into_any())}
        {move || open.get().then(|| leaf(say!(DRY_RUN), say!(DRY_RUN_NOTE), parts::dry_run(id)))}
        {leaf(say!(PAYLOAD), say!(PAYLOAD_NOTE), shown(slot, |detail| parts::payload(detail)))}
        {leaf(say!(WHAT_CHANGES), say!(WHAT_CHANGES_NOTE), parts::difference(detail))}
        {leaf(say!(TIMELINE), say!(TIMELINE_NOTE), shown(slot, |detail| parts::timeline(detail)))}
        {leaf(say!(EVERY_CHANGE), say!(EVERY_CHANGE_NOTE), shown(slot, |detail| parts::changes(detail)))}
        {leaf(say!(HOW_KNOWN), say!(HOW_KNOWN_NOTE), shown(slot, |detail| how_known(detail)))}
    }
    .into_any()
}

/// The same proposal as the clock stands, by the points of its own forecast.
fn advanced(mut detail: Box<ProposalDetail>, clock: u64) -> Box<ProposalDetail> {
    let forecast = &mut detail.forecast;
    let passed = forecast.future.iter().take_while(|point| point.slot.0 <= clock).count();
    let Some(now) = passed.checked_sub(1).and_then(|last| forecast.future.get(last)).copied() else { return detail };
    forecast.past.extend(forecast.future.drain(..passed).skip(1));
    forecast.future.insert(0, now);
    forecast.now = now.slot;
    let bar = Amount(now.threshold.0.saturating_add(now.conviction_against.0));
    forecast.shortfall = bar.saturating_sub(now.conviction_for);
    detail.proposal.conviction = (now.conviction_for, now.conviction_against);
    detail.proposal.threshold = now.threshold;
    detail
}

/// A forecast made at the head as if its stake were added `now`, some seconds later: conviction that has grown since is
/// left out, so it errs on the late side.
fn begun_at(mut forecast: Box<ForecastView>, now: Slot) -> Box<ForecastView> {
    let late = now.since(forecast.now);
    forecast.future.iter_mut().for_each(|point| point.slot = point.slot.plus(late));
    for slot in [&mut forecast.crosses, &mut forecast.approved, &mut forecast.enacts] {
        *slot = slot.map(|slot| slot.plus(late));
    }
    forecast.now = now;
    forecast
}

/// What the active account could add: free stake and free balance, without a little for fees.
pub fn available(detail: &ProposalDetail) -> Amount {
    let free = detail.free_balance.unwrap_or_default().saturating_sub(Amount::zra(100));
    Amount(detail.free_stake.unwrap_or_default().0.saturating_add(free.0))
}

fn tags(detail: &ProposalDetail) -> AnyView {
    let proposal = &detail.proposal;
    let evidence =
        known::recomputed(text::zra_about(proposal.conviction.0), say!(CONVICTION_ABOUT), say!(P_ARITHMETIC_HOW));
    view! { <span class="row">{tag(say!(CLASS_TAG, words::class(proposal.class)))}{tag(words::state(&proposal.state))}{mark(evidence)}</span> }.into_any()
}

fn sentence(detail: &ProposalDetail) -> String {
    let (proposal, forecast) = (&detail.proposal, &detail.forecast);
    let now = forecast.now.0;
    let until = |slot: Option<Slot>| text::duration(slot.map_or(0, |slot| slot.0.saturating_sub(now)));
    let (has, needs) = (text::zra_short(proposal.conviction.0), text::zra_short(needed(proposal)));
    match proposal.state {
        ProposalState::Submitted | ProposalState::Accruing => match (forecast.crosses, forecast.enacts) {
            (Some(_), Some(_)) => say!(LEAD_ACCRUING, needs, has, until(forecast.crosses), until(forecast.enacts)),
            _ => match forecast.needed {
                Some(more) => say!(LEAD_NEVER_BUT, needs, has, text::zra_short(more)),
                None => say!(LEAD_NEVER, needs, has),
            },
        },
        ProposalState::Confirming { .. } => {
            say!(LEAD_CONFIRMING, has, needs, until(forecast.approved), until(forecast.enacts))
        }
        ProposalState::Approved { .. } => say!(LEAD_APPROVED, until(forecast.enacts)),
        ProposalState::LockedIn { height, .. } => say!(LEAD_LOCKED, text::count(height.0)),
        ProposalState::Migrating { height } => say!(LEAD_MIGRATING, text::count(height.0)),
        ProposalState::Active { height } => say!(LEAD_ACTIVE, text::count(height.0)),
        ProposalState::RolledBack { height, by } => say!(LEAD_ROLLED_BACK, text::count(height.0), by),
        ProposalState::Aborted { reason, height } => say!(LEAD_ABORTED, words::abort(reason), text::count(height.0)),
        ProposalState::Expired { height } => say!(LEAD_EXPIRED, text::count(height.0), has, needs),
        ProposalState::Withdrawn { height } => say!(LEAD_WITHDRAWN, text::count(height.0)),
    }
}

fn summary(detail: &ProposalDetail) -> AnyView {
    let proposal = &detail.proposal;
    let title = format!("{}: {}", proposal.title, words::payload(&detail.payload));
    let live = proposal.state.is_live();
    let words = sentence(detail);
    let evidence = if live { known::forecast(words.clone()) } else { known::state(words.clone(), say!(STATE_ABOUT)) };
    let lead = view! { <span id="standing" role="status">{words}</span>" "{mark(evidence)} };
    head(crumbs("/proposals", say!(NAV_PROPOSALS), proposal.id.to_string()), title, lead)
}

fn curves(detail: &ProposalDetail, what_if: Option<(String, ForecastView)>) -> Curves {
    let client = use_client();
    let proposal = &detail.proposal;
    let (share, hold, wait) = client.status.with_untracked(|status| {
        status.as_ref().map_or((0, 0, 0), |status| {
            let params = &status.params;
            (
                params.threshold_ppm[proposal.class.index()] / 10_000,
                params.confirmation(proposal.class),
                params.timelock(proposal.class),
            )
        })
    });
    Curves {
        opened: proposal.submitted.1.0,
        forecast: detail.forecast.clone(),
        what_if,
        changes: detail.changes.clone(),
        share: share.to_string(),
        hold_wait: (hold, wait),
        end: if proposal.state.is_live() { say!(NOW) } else { words::state(&proposal.state) },
        closed: !proposal.state.is_live(),
        conclusion: sentence(detail),
    }
}

fn what_if_part(assumed: Assumed, available: Memo<Amount>) -> AnyView {
    let shown = move || text::zra(assumed.amount(available.get()));
    let ends = ("0".to_owned(), say!(YOU_HAVE).to_owned(), say!(ALL_OF_IT).to_owned());
    let sides = vec![("for".to_owned(), say!(FOR).to_owned()), ("against".to_owned(), say!(AGAINST).to_owned())];
    view! {
        <div class="cols" id="what-if-part">
            {slider(say!(WHAT_IF), shown, ends, assumed.share)}
            {seg("what-if-side", say!(SIDE), sides, assumed.side)}
        </div>
    }
    .into_any()
}

fn how_known(detail: &ProposalDetail) -> AnyView {
    let client = use_client();
    let (root, genesis, height) = client.status.with_untracked(|status| {
        status.as_ref().map_or_else(Default::default, |s| (s.head.root.to_hex(), s.genesis.to_hex(), s.head.height.0))
    });
    let proposal = &detail.proposal;
    let steps = vec![
        Step::checked(say!(TALLY, text::zra_short(proposal.conviction.0)), say!(TALLY_HOW, detail.changes.len())),
        known::executed(),
        Step::checked(say!(P_ROOT, text::count(height)), format!("b3:{}", text::short(&root))),
        Step::checked(say!(P_CERTIFICATE), say!(ONE_SIGNER)),
        Step::trusted(say!(P_GENESIS), say!(P_GENESIS_OF, text::short(&genesis))),
    ];
    path_wide(&steps)
}
