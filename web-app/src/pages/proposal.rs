//! One proposal: the curve against the bar, what would change it, the dry run, the payload, differences, every stake
//! change: in the order in which an auditor doubts.

mod effects;
mod forecast;
mod payload;
mod rehearsal;
mod report;
mod validators;
mod votes;

pub use effects::{Returning, list as effect_list, returning, returning_words};
pub use rehearsal::{in_short, panel as rehearsal};

use super::{
    names::{Names, names},
    proposal_list::needed,
    shown_page, stake_panel,
};
use crate::{
    answer,
    charts::{Curves, conviction},
    client::{live, use_client},
    components::{
        Long, Step, crumbs, empty, functions, gas_table, head, hunks, kv, leaf, mark, path_wide, react, surface, tag,
        verdict,
    },
    known, say, text, words,
};
use leptos::prelude::*;
use votes::part;
use zera_primitives::{Amount, ProposalId, ProposalState, Side, Slot};
use zera_worker_protocol::{
    ChangedFunction, CodeLine, Command, ComparisonView, ForecastView, FunctionView, MigrationView, ProposalDetail,
    RehearsalOf, WhatIf,
};

/// Lines of code that are shown before anybody asks for more.
const EXCERPT: usize = 24;

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

    fn side(self) -> Side {
        if self.side.get() == "against" { Side::Against } else { Side::For }
    }

    fn what_if(self, available: Amount) -> Option<WhatIf> {
        let (amount, side) = (self.amount(available), self.side());
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
        answer.map(|detail| if detail.proposal.state.is_open() { advanced(detail, client.clock.get()) } else { detail })
    });
    let open = Memo::new(move |_| detail.with(|detail| detail.as_ref().is_none_or(|d| d.proposal.state.is_open())));
    let available = Memo::new(move |_| detail.with(|d| d.as_ref().map_or(Amount::ZERO, |d| available(d))));
    let what_if = forecast::assumed_forecast(id, assumed, available, open);
    let within = RwSignal::new("300".to_owned());
    let wanted = forecast::wanted(id, open, within);
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
    let twin = move || {
        let what_if = assumed_now().map(|forecast| (assumed.side(), assumed.amount(available.get()), *forecast));
        detail.with(|d| d.as_ref().map(|d| wanted.with(|wanted| forecast::twin(d, what_if, wanted))))
    };
    let rest = move || {
        exists.get().then(|| {
            view! {
                <div class="with-panel">
                    <div class="split">
                        <div class="stack">
                            <div class="row end"><h2>{say!(CURVE_TITLE)}</h2>{move || detail.with(|d| d.as_ref().map(|d| tags(d)))}</div>
                            {conviction(curves)}
                            {move || open.get().then(|| forecast::controls(assumed, available, can_add, within))}
                            {twin}
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
type Detail = Memo<Option<Box<ProposalDetail>>>;

/// The page from its head down, `rest` being what stands beside the curve.
fn leaves(
    id: ProposalId,
    slot: Asked,
    detail: Detail,
    open: Memo<bool>,
    rest: impl Fn() -> Option<AnyView> + Send + 'static,
) -> AnyView {
    let names = names();
    let found = RwSignal::new(None);
    let exists = Memo::new(move |_| detail.with(Option::is_some));
    let dry = move || Ok(RehearsalOf::Proposal(id));
    let body = move || {
        view! {
            {move || open.get().then(|| leaf(say!(DRY_RUN), say!(DRY_RUN_NOTE), rehearsal(dry, Some(id), names, found)))}
            {leaf(say!(PAYLOAD), say!(PAYLOAD_NOTE), part(detail, without_tally, payload::leaf))}
            {leaf(say!(WHAT_IT_DOES), say!(WHAT_IT_DOES_NOTE), part(detail, |d| d.payload.clone(), move |payload| effects::what_it_does(payload, names)))}
            {migration(detail)}
            {code_leaves(detail)}
            {leaf(say!(FLAGS_LEAF), say!(FLAGS_NOTE), part(detail, |d| d.flags.clone(), |flags| votes::flags(flags)))}
            {leaf(say!(EVERY_CHANGE), votes::margin(detail), part(detail, |d| d.changes.clone(), |changes| votes::changes(changes)))}
            {leaf(say!(TIMELINE), say!(TIMELINE_NOTE), part(detail, |d| d.transitions.clone(), |all| votes::history(all)))}
            {leaf(say!(HOW_KNOWN), say!(HOW_KNOWN_NOTE), part(detail, |d| (d.proposal.conviction.0, d.changes.len()), |tally| how_known(*tally)))}
        }
        .into_any()
    };
    view! {
        {shown_page(slot, say!(PROPOSAL_N, id), move |_| react(move || detail.with(|d| d.as_ref().map(|d| summary(d, names))).into_any()))}
        {react(move || rest().into_any())}
        {react(move || if exists.get() { body() } else { ().into_any() })}
    }
    .into_any()
}

/// A migration that is under way, with its figures.
fn migration(detail: Detail) -> AnyView {
    let view = Memo::new(move |_| detail.with(|d| d.as_ref().and_then(|d| d.migration.clone())));
    let show = |migration: MigrationView| {
        let (done, total) = migration.entries;
        let words = say!(MIGRATING_OF, text::count(done), text::count(total), text::count(migration.steps));
        let bar = (total > 0).then(|| view! {
            <div class="progress"><label for="migration">{words.clone()}</label><progress id="migration" max=total.to_string() value=done.to_string()></progress></div>
        });
        let rows = vec![
            (say!(NEW_CODE).to_owned(), crate::components::hash(&migration.code)),
            (say!(GENERATION).to_owned(), migration.generation.to_string().into_any()),
            (say!(GAS).to_owned(), text::count(migration.gas).into_any()),
            (say!(MIGRATING_SINCE).to_owned(), text::count(migration.begun.0).into_any()),
        ];
        leaf(say!(MIGRATION), say!(MIGRATION_NOTE), view! { <div class="stack" role="status">{bar}{kv(rows)}</div> })
    };
    react(move || view.get().map(show).into_any())
}

/// The three leaves that compare the code that runs with the code proposed; read once, in the worker.
fn code_leaves(detail: Detail) -> AnyView {
    let codes = Memo::new(move |_| detail.with(|d| d.as_ref().and_then(|d| d.codes)));
    react(move || {
        let Some((old, new)) = codes.get() else { return ().into_any() };
        if old == new {
            return leaf(say!(WHAT_CHANGES), say!(WHAT_CHANGES_NOTE), empty(say!(CMP_SAME), ()));
        }
        let long: Long<Box<ComparisonView>> = Long::new();
        let start = move || long.start(Command::Compare { old, new }, |result| answer!(result, Comparison));
        start();
        let offer = move || view! { <div>{crate::components::tool_button(say!(CMP_DO), start)}</div> }.into_any();
        let waits = || view! { <p class="dim">{say!(CMP_WAITS)}</p> }.into_any();
        // One leaf per task: all three in one would hold the page up.
        let drawn = RwSignal::new(0u64);
        Effect::new(move |_| {
            if long.answered() {
                for leaf in 1..=2 {
                    set_timeout(move || _ = drawn.try_set(leaf), std::time::Duration::from_millis(30 * leaf));
                }
            }
        });
        let after = move |leaf: u64, show: fn(&ComparisonView) -> AnyView| {
            let ready = Memo::new(move |_| drawn.get() >= leaf);
            react(move || {
                let found = ready.get().then(|| long.answer()).flatten();
                found.map_or_else(waits, |found| show(&found))
            })
        };
        view! {
            {leaf(say!(WHAT_CHANGES), say!(WHAT_CHANGES_NOTE), long.view(offer, |found| compared(found)))}
            {leaf(say!(CMP_GAS), say!(GAS_LEAF_NOTE), after(1, |found| gas_table(&found.gas)))}
            {leaf(say!(DISASSEMBLY), say!(DISASSEMBLY_NOTE), after(2, disassembly))}
        }
        .into_any()
    })
}

fn compared(found: &ComparisonView) -> AnyView {
    let took = say!(CMP_IN_MS, text::count(found.micros / 1_000));
    let evidence = known::recomputed(took.clone(), say!(CMP_ABOUT), say!(P_READ_BOTH));
    view! { <div class="stack">{surface(&found.rows, found.same_rows)}<p class="small">{took}" "{mark(evidence)}</p></div> }.into_any()
}

fn disassembly(found: &ComparisonView) -> AnyView {
    let (changed, added, removed) = (found.changed.len(), found.added.len(), found.removed.len());
    let title = say!(CMP_TITLE, changed, added, removed, text::count(found.same.into()));
    let evidence = known::recomputed(title.clone(), say!(CMP_ABOUT), say!(P_READ_BOTH));
    let excerpt = found.changed.iter().find(|one| !one.new.exports.is_empty()).or(found.changed.first()).map(excerpt);
    view! { <div class="stack">{verdict("", title, (), Some(evidence))}{excerpt}{functions(found)}</div> }.into_any()
}

/// The first lines that differ, at once: of an export if one of them changed.
fn excerpt(changed: &ChangedFunction) -> AnyView {
    let mut left = EXCERPT;
    let mut shown: Vec<Vec<CodeLine>> = Vec::new();
    for hunk in &changed.hunks {
        shown.push(hunk.iter().take(left).cloned().collect());
        left = left.saturating_sub(hunk.len());
        if left == 0 {
            break;
        }
    }
    let FunctionView { index, label, signature, exports, .. } = &changed.new;
    let exported = exports.first().map(|name| say!(CMP_EXPORTED, text::safe(name))).unwrap_or_default();
    let title = say!(EXCERPT_OF, index, text::safe(label), signature, exported);
    view! { <div class="excerpt"><p class="excerpt-head"><code>{title}</code></p>{hunks(label, &shown, left == 0)}</div> }.into_any()
}

/// What the payload's leaf shows: a detail without what changes with every block, so that it is not drawn anew.
fn without_tally(detail: &ProposalDetail) -> ProposalDetail {
    let mut kept = detail.clone();
    kept.proposal.conviction = Default::default();
    kept.proposal.stake = Default::default();
    kept.proposal.threshold = Amount::ZERO;
    kept.proposal.mine = None;
    kept.proposal.state = ProposalState::Submitted;
    kept.forecast = NOTHING;
    (kept.changes, kept.transitions, kept.flags) = Default::default();
    (kept.free_stake, kept.free_balance, kept.sensitivity, kept.migration) = Default::default();
    kept.delegated = Amount::ZERO;
    kept
}

const NOTHING: ForecastView = ForecastView {
    now: Slot(0),
    past: Vec::new(),
    future: Vec::new(),
    crosses: None,
    approved: None,
    locks: None,
    enacts: None,
    shortfall: Amount::ZERO,
    needed: None,
};

/// The same proposal as the clock stands, by the points of its own forecast.
fn advanced(mut detail: Box<ProposalDetail>, clock: u64) -> Box<ProposalDetail> {
    let forecast = &mut detail.forecast;
    let passed = forecast.future.iter().take_while(|point| point.slot.0 <= clock).count();
    let Some(now) = passed.checked_sub(1).and_then(|last| forecast.future.get(last)).copied() else { return detail };
    let late = now.slot.since(forecast.now);
    forecast.past.extend(forecast.future.drain(..passed).skip(1));
    forecast.future.insert(0, now);
    forecast.now = now.slot;
    let bar = Amount(now.threshold.0.saturating_add(now.conviction_against.0));
    forecast.shortfall = bar.saturating_sub(now.conviction_for);
    detail.proposal.conviction = (now.conviction_for, now.conviction_against);
    detail.proposal.threshold = now.threshold;
    // What would be staked now begins now, not at the head.
    if let Some(moves) = &mut detail.sensitivity {
        for slot in [&mut moves.earliest.crosses, &mut moves.earliest.enacts] {
            *slot = slot.map(|slot| slot.plus(late));
        }
    }
    detail
}

/// A forecast made at the head as if its stake were added `now`, some seconds later: conviction that has grown since is
/// left out, so it errs on the late side.
fn begun_at(mut forecast: Box<ForecastView>, now: Slot) -> Box<ForecastView> {
    let late = now.since(forecast.now);
    forecast.future.iter_mut().for_each(|point| point.slot = point.slot.plus(late));
    for slot in [&mut forecast.crosses, &mut forecast.approved, &mut forecast.locks, &mut forecast.enacts] {
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

fn summary(detail: &ProposalDetail, names: Names) -> AnyView {
    let proposal = &detail.proposal;
    let title = format!("{}: {}", text::safe(&proposal.title), words::payload(&detail.payload));
    let open = proposal.state.is_open();
    let words = sentence(detail);
    let evidence = if open { known::forecast(words.clone()) } else { known::state(words.clone(), say!(STATE_ABOUT)) };
    let lead = view! { <span id="standing" role="status">{words}</span>" "{mark(evidence)} };
    let modules = proposal.modules.iter().map(|id| view! { " · "{names.link(*id)} }).collect_view();
    let crumbs = view! { {crumbs("/proposals", say!(NAV_PROPOSALS), proposal.id.to_string())} };
    let crumbs = view! { <div class="crumb-row">{crumbs}<span class="small">{modules}</span></div> };
    head(crumbs.into_any(), title, lead)
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
        end: if proposal.state.is_open() { say!(NOW) } else { words::state(&proposal.state) },
        closed: !proposal.state.is_open(),
        conclusion: sentence(detail),
    }
}

fn how_known((conviction, changes): (Amount, usize)) -> AnyView {
    let mut steps =
        vec![Step::checked(say!(TALLY, text::zra_short(conviction)), say!(TALLY_HOW, changes)), known::executed()];
    steps.extend(known::ground());
    path_wide(&steps)
}
