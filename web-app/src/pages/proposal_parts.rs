//! The leaves of a proposal's page.

use crate::components::react;
use crate::{
    answer,
    client::use_client,
    components::{
        bare, empty, failure, hash, kv, link, loading, mark, slot_time, table, td, td_known, td_num, tool_button,
        verdict,
    },
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, Amount, Network, Payload, ProposalId};
use zera_worker_protocol::{Command, DifferenceView, DryRunView, Error, ForecastView, ProposalDetail};

use super::keys::save_file;

fn network() -> Network {
    use_client().status.with_untracked(|s| s.as_ref().map_or(Network::Solo, |status| status.network))
}

/// The same data as the chart, as a table: today, with what the slider assumes, and what it would take.
pub fn crossings(detail: &ProposalDetail, what_if: Option<(Amount, ForecastView)>) -> AnyView {
    let when = |forecast: &ForecastView, slot: Option<zera_primitives::Slot>| match slot {
        Some(slot) if slot <= forecast.now => say!(NOW_ABOVE).to_owned(),
        Some(slot) => say!(IN_TIME, text::duration(slot.since(forecast.now))),
        None => say!(NEVER).to_owned(),
    };
    let row = |name: String, forecast: &ForecastView| {
        let (crosses, enacts) = (when(forecast, forecast.crosses), when(forecast, forecast.enacts));
        (
            name.into_any(),
            vec![
                td_num(say!(CROSSES), crosses.clone()),
                td_num(say!(ENACTS), enacts),
                td_known(bare(known::forecast(crosses))),
            ],
        )
    };
    if !detail.proposal.state.is_live() {
        return ().into_any();
    }
    let mut rows = vec![row(say!(AT_TODAYS).to_owned(), &detail.forecast)];
    if let Some((amount, forecast)) = what_if {
        rows.push(row(say!(WITH_YOUR, text::zra_short(amount)), &forecast));
    }
    if let Some(more) = detail.forecast.needed {
        rows.push((
            say!(TO_EVER_PASS).into_any(),
            vec![
                td_num(say!(CROSSES), say!(NEEDS_MORE, text::zra_short(more))),
                td_num(say!(ENACTS), ""),
                td_known(().into_any()),
            ],
        ));
    }
    view! {
        {table(say!(FORECAST), &[(say!(FORECAST), false), (say!(CROSSES), true), (say!(ENACTS), true), ("", false)], rows)}
        <p class="small dim">{say!(FORECAST_NOTE)}</p>
    }
    .into_any()
}

/// A rehearsal on a copy of the head state, when asked.
pub fn dry_run(id: ProposalId) -> AnyView {
    let client = use_client();
    let slot: RwSignal<Option<Option<Result<Box<DryRunView>, Error>>>> = RwSignal::new(None);
    let run = move || {
        slot.set(Some(None));
        leptos::task::spawn_local(async move {
            let result = answer!(client.ask(Command::DryRun { of: zera_worker_protocol::RehearsalOf::Proposal(id), replay: 100 }).await, DryRun);
            slot.try_set(Some(Some(result)));
        });
    };
    react(move || {
        match slot.get() {
        None => view! { <div class="stack-2"><p class="dim">{say!(DRY_RUN_OFFER)}</p><div>{tool_button(say!(DRY_RUN_DO), run)}</div></div> }.into_any(),
        Some(None) => loading(),
        Some(Some(Err(error))) => failure(&error),
        Some(Some(Ok(run_view))) => view! { <div class="stack">{dry_run_view(&run_view)}<div>{tool_button(say!(DRY_RUN_AGAIN), run)}</div></div> }.into_any(),
    }
    })
}

fn dry_run_view(run: &DryRunView) -> AnyView {
    let (kind, title) = match run.abort {
        None => ("verified", say!(DRY_RUN_GOOD).to_owned()),
        Some(reason) => ("pending", say!(DRY_RUN_BAD, words::abort(reason))),
    };
    let about = say!(
        DRY_RUN_TOOK,
        text::count(run.height.0),
        text::count(run.micros / 1_000),
        text::count(run.gas.0),
        text::count(run.writes)
    );
    let evidence = known::recomputed(title.clone(), about.clone(), say!(P_RUN));
    let rows = run
        .checks
        .iter()
        .map(|check| {
            let name = crate::en::CHECKS
                .iter()
                .find(|(key, _)| *key == check.what)
                .map_or(check.what.as_str(), |(_, words)| words)
                .to_owned();
            let held = if check.held { say!(HELD) } else { say!(BROKEN) };
            (
                name.clone().into_any(),
                vec![
                    td(say!(FINDING), check.after.clone()),
                    td("", held),
                    td_known(bare(known::hashed(name, say!(DRY_RUN), check.held))),
                ],
            )
        })
        .collect();
    let cause = run.cause.clone().map(|cause| view! { <p><code>{cause}</code></p> });
    view! {
        {verdict(kind, title, view! { <p>{about}</p>{cause} }, Some(evidence))}
        {table(say!(DRY_RUN), &[(say!(CHECK), false), (say!(FINDING), false), (say!(VERDICT), false), ("", false)], rows)}
    }
    .into_any()
}

/// The payload, its hash as voted and as recomputed here.
pub fn payload(detail: &ProposalDetail) -> AnyView {
    let network = network();
    let equal = detail.payload_hash == detail.payload_recomputed;
    let author = Address::Account(detail.proposal.author).to_text(network);
    let voted = text::short(&detail.payload_hash.to_hex());
    let mut rows: Vec<(String, AnyView)> = vec![
        (
            say!(VOTED_HASH).into(),
            view! { {hash(&detail.payload_hash)}" "{mark(known::state(voted.clone(), say!(VOTED_ABOUT)))} }.into_any(),
        ),
        (
            say!(RECOMPUTED_HERE).into(),
            view! { {hash(&detail.payload_recomputed)}" "{mark(known::hashed(voted, say!(VOTED_ABOUT), equal))} }
                .into_any(),
        ),
    ];
    match &detail.payload {
        Payload::Upgrade(upgrade) => {
            let module = Address::Module(upgrade.module_id).to_text(network);
            rows.push((say!(MODULE).into(), link(format!("/modules/{module}"), text::short(&module))));
            rows.push((say!(NEW_CODE).into(), hash(&upgrade.new_wasm_bytecode)));
            if let Some(found) = &detail.code_recomputed {
                let same = *found == upgrade.new_wasm_bytecode;
                rows.push((say!(CODE_HERE).into(), view! { {hash(found)}" "{mark(known::hashed(text::short(&found.to_hex()), say!(CODE_ABOUT), same))} }.into_any()));
            }
            rows.push((say!(NEW_SEQUENCE).into(), upgrade.new_version.to_string().into_any()));
            let migration = upgrade.migration_logic_hash.as_ref().map_or_else(|| say!(NO_MIGRATION).into_any(), hash);
            rows.push((say!(MIGRATION).into(), migration));
        }
        Payload::Config { changes, .. } => {
            for change in changes {
                let module = Address::Module(change.module_id).to_text(network);
                let value = zera_primitives::hash::to_hex(&change.value);
                rows.push((
                    change.parameter.clone(),
                    view! { <code>{value}</code>" "{link(format!("/modules/{module}"), text::short(&module))} }
                        .into_any(),
                ));
            }
        }
        Payload::Parameters { params, .. } => rows.push((say!(PARAMS_HASH).into(), hash(&params.hash()))),
        _ => {}
    }
    let says = detail.payload.description().to_owned();
    rows.push((say!(AUTHOR).into(), link(format!("/account/{author}"), text::short(&author))));
    if !says.trim().is_empty() {
        rows.push((
            say!(SAYS).into(),
            view! { "“"{says.clone()}"” "{mark(known::words(says, say!(AUTHORS_WORDS)))} }.into_any(),
        ));
    }
    rows.push((say!(DEPOSIT).into(), say!(DEPOSIT_OF, text::zra(detail.proposal.deposit)).into_any()));
    let code = detail.codes.map(|(_, new)| new);
    view! {
        <div class="stack">
            {equal.then(|| verdict("verified", say!(PAYLOAD_SAME), view! { <p>{say!(PAYLOAD_SAME_WHAT)}</p> }, None))}
            {(!equal).then(|| verdict("alarm", say!(PAYLOAD_DIFFERS), view! { <p>{say!(PAYLOAD_DIFFERS_WHAT)}</p> }, None))}
            {kv(rows)}
            {code.map(|code| view! { <div>{tool_button(say!(DOWNLOAD_WASM), move || download(code))}</div> })}
        </div>
    }
    .into_any()
}

fn download(code: zera_primitives::Hash) {
    let client = use_client();
    leptos::task::spawn_local(async move {
        if let Ok(bytes) = answer!(client.ask(Command::Code(code)).await, Bytes) {
            save_file(&format!("{}.wasm", text::short(&code.to_hex()).replace('…', "-")), &bytes);
        }
    });
}

/// Differences in exports, imports, parameters and size between the code that runs and the code proposed.
pub fn difference(detail: Memo<Option<Box<ProposalDetail>>>) -> AnyView {
    let codes = Memo::new(move |_| detail.with(|d| d.as_ref().map(|d| d.codes)));
    react(move || match codes.get() {
        None => loading(),
        Some(None) => empty(say!(NO_CODE_CHANGE), ()),
        Some(Some((old, new))) => {
            let slot = crate::client::live(
                move || Some(Command::Difference { old, new }),
                |result| answer!(result, Difference),
            );
            super::shown(slot, |difference| difference_view(difference))
        }
    })
}

fn difference_view(difference: &DifferenceView) -> AnyView {
    let absent = || say!(ABSENT).to_owned();
    let rows = difference
        .rows
        .iter()
        .map(|row| {
            let (old, new) = (row.old.clone().unwrap_or_else(absent), row.new.clone().unwrap_or_else(absent));
            let sign = match (&row.old, &row.new) {
                (None, _) => ("+ ", "for"),
                (_, None) => ("− ", "against"),
                _ => ("", ""),
            };
            let name = view! { <span class=sign.1>{sign.0}</span>{row.what.clone()}" "<code>{row.name.clone()}</code> }
                .into_any();
            let old_text = view! { <code>{old}</code> };
            let new_text = view! { <code>{new}</code> };
            (
                name,
                vec![
                    td(say!(RUNS_NOW), old_text),
                    td(say!(PROPOSED), new_text),
                    td_known(bare(known::recomputed(row.name.clone(), say!(DIFFERENCE_ABOUT), say!(P_READ_BOTH)))),
                ],
            )
        })
        .collect();
    view! {
        {table(say!(WHAT_CHANGES), &[(say!(NAME), false), (say!(RUNS_NOW), false), (say!(PROPOSED), false), ("", false)], rows)}
        <p class="small dim gap">{say!(SAME_EXPORTS, difference.same, text::bytes(difference.old.size.into()), text::bytes(difference.new.size.into()))}</p>
    }
    .into_any()
}

/// Every transition, oldest first.
pub fn timeline(detail: &ProposalDetail) -> AnyView {
    let rows = detail
        .transitions
        .iter()
        .map(|transition| {
            let name = words::state(&transition.state);
            (
                name.into_any(),
                vec![
                    td(say!(TIME), slot_time(transition.at)),
                    td(say!(BLOCK), link(format!("/blocks/{}", transition.at.0), text::count(transition.at.0.0))),
                    td_known(bare(known::state(name, say!(STATE_ABOUT)))),
                ],
            )
        })
        .collect();
    table(say!(TIMELINE), &[(say!(STATE), false), (say!(TIME), false), (say!(BLOCK), false), ("", false)], rows)
}

/// Every change of stake, newest first.
pub fn changes(detail: &ProposalDetail) -> AnyView {
    if detail.changes.is_empty() {
        return empty(say!(CHANGES_EMPTY), view! { <p>{say!(CHANGES_EMPTY_WHAT)}</p> });
    }
    let network = network();
    let rows = detail
        .changes
        .iter()
        .rev()
        .map(|change| {
            let address = Address::Account(change.account).to_text(network);
            let (sign, size) = if change.after >= change.before {
                ("+", change.after.saturating_sub(change.before))
            } else {
                ("−", change.before.saturating_sub(change.after))
            };
            let class = if change.side == zera_primitives::Side::For { "for" } else { "against" };
            (
                view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any(),
                vec![
                    td(say!(SIDE), view! { <b class=class>{words::side(change.side)}</b> }),
                    td_num(say!(CHANGE_ZRA), format!("{sign}{size}")),
                    td_num(say!(SIDE_TOTAL), change.side_total.to_string()),
                    td_num(say!(BLOCK), text::count(change.at.0.0)),
                    td_known(bare(known::state(size.to_string(), say!(CHANGE_ABOUT)))),
                ],
            )
        })
        .collect();
    let columns = [
        (say!(ACCOUNT), false),
        (say!(SIDE), false),
        (say!(CHANGE_ZRA), true),
        (say!(SIDE_TOTAL), true),
        (say!(BLOCK), true),
        ("", false),
    ];
    table(say!(EVERY_CHANGE), &columns, rows)
}
