//! The dry run: what an enactment would do, on a copy of the state in this tab. The verdict in one line, the evidence
//! below it, a link that runs the same again and a file with all of it. Also for what nobody has proposed yet.

use super::{effects, report};
use crate::{
    answer,
    client::use_client,
    components::{
        Long, bare, by_parts, copy_button, hash, kv, link, mark, react, seg, table, tag, td, td_known, td_num,
        tool_button, verdict,
    },
    deeds::keyed,
    known,
    pages::{keys::save_file, names::Names},
    say, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::ProposalId;
use zera_worker_protocol::{
    CallEnd, Command, DryRunCheck, DryRunView, RehearsalOf, ReplayRow, ReplayView, StateDiff, StateRow,
};

/// How many past calls can be run again.
const REPLAYS: [u32; 4] = [0, 100, 500, 1_000];
/// Rows shown at first.
const FIRST: usize = 40;

/// The offer, the run, its result. `of` says what to rehearse, or why that is not possible yet. With a proposal, the
/// result has an address: `?dry=500`; opening it runs the same.
#[must_use]
pub fn panel(
    of: impl Fn() -> Result<RehearsalOf, String> + Copy + Send + Sync + 'static,
    proposal: Option<ProposalId>,
    names: Names,
    found: RwSignal<Option<Box<DryRunView>>>,
) -> AnyView {
    let client = use_client();
    let long: Long<Box<DryRunView>> = Long::new();
    let asked = proposal.and_then(|_| crate::router::query("dry")).and_then(|text| text.parse::<u32>().ok());
    let count = asked.and_then(|asked| REPLAYS.into_iter().find(|known| *known >= asked)).unwrap_or(100);
    let replay = RwSignal::new(count.to_string());
    let rehearsed: RwSignal<Option<RehearsalOf>> = RwSignal::new(None);
    let run = move || {
        let Ok(of) = untrack(of) else { return };
        rehearsed.set(Some(of.clone()));
        let replay = replay.get_untracked();
        if proposal.is_some() {
            crate::router::remember(&format!("dry={replay}"));
        }
        let replay = replay.parse().unwrap_or_default();
        long.start(Command::DryRun { of, replay }, |result| answer!(result, DryRun));
    };
    if asked.is_some() {
        let ready = Memo::new(move |_| client.is_running() && of().is_ok());
        let started = StoredValue::new(false);
        Effect::new(move |_| {
            if ready.get() && !started.get_value() {
                started.set_value(true);
                run();
            }
        });
    }
    Effect::new(move |_| found.set(long.answer()));
    let why = Memo::new(move |_| of().err());
    let changed = Memo::new(move |_| rehearsed.get().is_some_and(|was| of().ok().as_ref() != Some(&was)));
    let offer = move || offer(replay, why, run);
    let show = move |run_view: &DryRunView| {
        let note = move || changed.get().then(|| view! { <p class="why" role="status">{say!(DRY_CHANGED)}</p> });
        view! { <div class="stack">{result(run_view, proposal, names)}{note}{again(replay, run)}</div> }.into_any()
    };
    long.view(offer, move |run| show(run))
}

fn choices() -> Vec<(String, String)> {
    REPLAYS
        .iter()
        .map(|n| (n.to_string(), if *n == 0 { say!(DRY_REPLAY_NONE).to_owned() } else { text::count((*n).into()) }))
        .collect()
}

fn offer(
    replay: RwSignal<String>,
    why: Memo<Option<String>>,
    run: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let reason = move || why.get().map(|why| view! { <p class="why">{why}</p> });
    view! {
        <div class="stack-2">
            <p class="dim">{say!(DRY_RUN_OFFER)}</p>
            <p class="small"><b>{say!(DRY_REPLAY)}</b></p>
            <div class="narrow">{seg("replay", say!(DRY_REPLAY), choices(), replay)}</div>
            <div class="row">
                <button type="button" class="btn" aria-disabled=move || why.get().map(|_| "true") on:click=move |_| if why.get_untracked().is_none() { run() }>
                    {say!(DRY_RUN_DO)}
                </button>
                {reason}
            </div>
        </div>
    }
    .into_any()
}

fn again(replay: RwSignal<String>, run: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    view! {
        <div class="row">
            <div class="narrow">{seg("replay", say!(DRY_REPLAY), choices(), replay)}</div>
            {tool_button(say!(DRY_RUN_AGAIN), run)}
        </div>
    }
    .into_any()
}

/// The verdict in one line: kind and words.
fn sentence(run: &DryRunView) -> (&'static str, String) {
    if let Some(reason) = run.abort {
        return ("pending", say!(DRY_RUN_BAD, words::abort(reason)));
    }
    match &run.replay {
        Some(replay) if replay.replayed > 0 && replay.changed.is_empty() => {
            ("verified", say!(DRY_GOOD_SAME, text::count(replay.replayed.into())))
        }
        Some(replay) if replay.replayed > 0 => {
            let changed = replay.replayed.saturating_sub(replay.same);
            ("verified", say!(DRY_GOOD_CHANGED, text::count(changed.into()), text::count(replay.replayed.into())))
        }
        _ => ("verified", say!(DRY_RUN_GOOD).to_owned()),
    }
}

fn result(run: &DryRunView, proposal: Option<ProposalId>, names: Names) -> AnyView {
    let (kind, title) = sentence(run);
    let about = say!(
        DRY_RUN_TOOK,
        text::count(run.height.0),
        text::count(run.micros / 1_000),
        text::count(run.gas.0),
        text::count(run.writes)
    );
    let evidence = known::recomputed(title.clone(), about.clone(), say!(P_RUN));
    let cause = run.cause.clone().map(|cause| view! { <p><code>{text::safe(&cause)}</code></p> });
    let executed = (!run.effects.is_empty())
        .then(|| view! { <h3>{say!(DRY_EFFECTS)}</h3>{effects::list(&run.effects, names)} }.into_any());
    view! {
        {verdict(kind, title, view! { <p>{about}</p>{cause} }, Some(evidence))}
        {checks(run)}
        {executed}
        {state(&run.state, names)}
        {run.replay.as_ref().map(replayed)}
        {foot(run, proposal)}
    }
    .into_any()
}

fn checks(run: &DryRunView) -> AnyView {
    let mut rows: Vec<(AnyView, Vec<AnyView>)> = run.checks.iter().map(check).collect();
    if let Some(replay) = &run.replay {
        let changed = replay.replayed.saturating_sub(replay.same);
        let what = say!(DRY_CALLS, text::count(replay.replayed.into()), text::count(replay.asked.into()));
        let verdict =
            if changed == 0 { say!(DRY_SAME).to_owned() } else { say!(DRY_DIFFER, text::count(changed.into())) };
        rows.push(row(what, "", &say!(DRY_ALIKE, text::count(replay.same.into())), verdict));
        let (before, after) = replay.gas;
        let gas = [text::count(before), text::count(after)];
        rows.push(row(say!(DRY_GAS_MEDIAN).into(), &gas[0], &gas[1], report::change(before, after)));
    }
    let columns = [
        (say!(CHECK), false),
        (say!(DRY_BEFORE), false),
        (say!(DRY_AFTER), false),
        (say!(VERDICT), false),
        ("", false),
    ];
    table(say!(DRY_RUN), &columns, rows)
}

fn check(check: &DryRunCheck) -> (AnyView, Vec<AnyView>) {
    let verdict = match (check.held, check.before.is_empty()) {
        (true, false) if check.before == check.after => say!(DRY_SAME),
        (true, _) => say!(HELD),
        (false, _) => say!(BROKEN),
    };
    let name = check_name(&check.what);
    let (before, after) = (text::safe(&check.before), text::safe(&check.after));
    let evidence = known::recomputed(name.clone(), say!(DRY_RUN), say!(P_RUN));
    let verdict = view! { <b class="nowrap" class:m-alarm=!check.held>{verdict}</b> };
    (
        name.into_any(),
        vec![
            td(say!(DRY_BEFORE), before),
            td(say!(DRY_AFTER), after),
            td(say!(VERDICT), verdict),
            td_known(bare(evidence)),
        ],
    )
}

/// The check's name; of an invariant or a parameter with its own name behind it.
fn check_name(key: &str) -> String {
    match key.split_once(':') {
        Some((check, own)) => format!("{}: {}", keyed(crate::en::CHECKS, check), text::safe(own)),
        None => keyed(crate::en::CHECKS, key),
    }
}

fn row(name: String, before: &str, after: &str, verdict: String) -> (AnyView, Vec<AnyView>) {
    let evidence = known::recomputed(name.clone(), say!(DRY_RUN), say!(P_RUN));
    (
        name.into_any(),
        vec![
            td(say!(DRY_BEFORE), before.to_owned()),
            td(say!(DRY_AFTER), after.to_owned()),
            td(say!(VERDICT), verdict),
            td_known(bare(evidence)),
        ],
    )
}

/// Entries of modules' storage that would differ.
fn state(state: &StateDiff, names: Names) -> AnyView {
    let counts = say!(
        DRY_STATE_COUNTS,
        text::count(state.added),
        text::count(state.removed),
        text::count(state.changed),
        text::count(state.same)
    );
    let title = view! { <h3>{say!(DRY_STATE)}</h3><p class="small dim">{counts}</p> };
    if state.rows.is_empty() {
        return title.into_any();
    }
    let rows: Arc<[StateRow]> = Arc::from(state.rows.as_slice());
    let left = (state.added + state.removed + state.changed).saturating_sub(rows.len() as u64);
    let several = rows.iter().any(|row| rows.first().is_some_and(|first| first.module != row.module));
    let part = move |range: std::ops::Range<usize>| {
        let shown = rows.get(range).unwrap_or_default().iter().map(|row| state_row(row, several, names)).collect();
        table(
            say!(DRY_STATE),
            &[(say!(ENTRY_KEY), false), (say!(DRY_BEFORE), false), (say!(DRY_AFTER), false), ("", false)],
            shown,
        )
    };
    let total = state.rows.len();
    let left = (left > 0).then(|| view! { <p class="small dim">{say!(DRY_STATE_LEFT, text::count(left))}</p> });
    view! { {title}<div class="state-rows">{by_parts(total, FIRST, Arc::new(part))}</div>{left} }.into_any()
}

fn state_row(row: &StateRow, several: bool, names: Names) -> (AnyView, Vec<AnyView>) {
    let (sign, side) = match (&row.before, &row.after) {
        (None, _) => ("+ ", "for"),
        (_, None) => ("− ", "against"),
        _ => ("± ", "dim"),
    };
    let module = several.then(|| view! { <span class="sub">{names.link(row.module)}</span> });
    let name = view! { <span class=side>{sign}</span><code>{text::safe(&row.name)}</code>{module} };
    let value =
        |text: &Option<String>| text.as_ref().map_or_else(|| say!(ABSENT).to_owned(), |value| text::safe(value));
    let evidence = known::recomputed(text::safe(&row.name), say!(DRY_STATE), say!(P_RUN));
    (
        name.into_any(),
        vec![
            td(say!(DRY_BEFORE), view! { <code>{value(&row.text.0)}</code> }),
            td(say!(DRY_AFTER), view! { <code>{value(&row.text.1)}</code> }),
            td_known(bare(evidence)),
        ],
    )
}

/// Past calls that end differently.
fn replayed(replay: &ReplayView) -> AnyView {
    if replay.changed.is_empty() {
        let words = if replay.replayed == 0 { say!(DRY_NO_CALLS) } else { say!(DRY_ALL_ALIKE) };
        return view! { <h3>{say!(DRY_REPLAYED)}</h3><p class="small dim">{words}</p> }.into_any();
    }
    let rows: Arc<[ReplayRow]> = Arc::from(replay.changed.as_slice());
    let total = rows.len();
    let part = move |range: std::ops::Range<usize>| {
        let shown = rows.get(range).unwrap_or_default().iter().map(replay_row).collect();
        let columns = [
            (say!(CALL), false),
            (say!(DRY_BEFORE), false),
            (say!(DRY_AFTER), false),
            (say!(BLOCK), true),
            ("", false),
        ];
        table(say!(DRY_REPLAYED), &columns, shown)
    };
    view! { <h3>{say!(DRY_REPLAYED)}</h3>{by_parts(total, FIRST, Arc::new(part))} }.into_any()
}

fn replay_row(row: &ReplayRow) -> (AnyView, Vec<AnyView>) {
    let hash = row.transaction.to_hex();
    let name = view! { <code>{text::safe(&row.entry)}</code><span class="sub">{link(format!("/transactions/{hash}"), text::short(&hash))}</span> };
    let evidence = known::recomputed(text::safe(&row.entry), say!(DRY_REPLAYED), say!(P_RUN));
    (
        name.into_any(),
        vec![
            td(say!(DRY_BEFORE), end(&row.before)),
            td(say!(DRY_AFTER), end(&row.after)),
            td_num(say!(BLOCK), text::count(row.height.0)),
            td_known(bare(evidence)),
        ],
    )
}

fn end(end: &CallEnd) -> AnyView {
    let gas = say!(DRY_END, text::count(end.gas.0), end.events, report::short_bytes(&end.result));
    let cause = end.cause.as_ref().map(|cause| view! { <span class="sub"><code>{text::safe(cause)}</code></span> });
    view! { {words::outcome(end.outcome)}<span class="sub">{gas}</span>{cause} }.into_any()
}

/// What two people compare, and how to take it away.
fn foot(run: &DryRunView, proposal: Option<ProposalId>) -> AnyView {
    let class = run.class.map(|class| (say!(DRY_CLASS).to_owned(), tag(words::class(class))));
    let digest = if proposal.is_some() { say!(DRY_DIGEST_WHAT) } else { say!(DRY_DIGEST_DRAFT) };
    let mut rows: Vec<(String, AnyView)> = vec![
        (say!(DRY_ROOT).into(), hash(&run.root)),
        (say!(DRY_DIGEST).into(), view! { {hash(&run.digest)}<span class="dim">" "{digest}</span> }.into_any()),
        (say!(DRY_BLOCKS).into(), text::count(run.blocks).into_any()),
    ];
    rows.extend(class);
    let waits = proposal.map(|_| {
        let waits = known::pending(say!(DRY_AGAIN_LATER), say!(DRY_AGAIN_LATER), say!(DRY_AGAIN_LATER));
        view! { <div>{mark(waits)}</div> }
    });
    let file = report::dry_run(run).to_string();
    let name = format!("dry-run-{}.json", text::short(&run.digest.to_hex()).replace('…', "-"));
    let save = move || save_file(&name, file.as_bytes());
    let address = proposal.map(|_| {
        let here = window().location().href().unwrap_or_default();
        view! { <span class="small">{say!(DRY_LINK)}" "{copy_button(here, say!(DRY_LINK_WHAT))}</span> }
    });
    view! { {kv(rows)}{waits}<div class="row">{tool_button(say!(DRY_SAVE), save)}{address}</div> }.into_any()
}

/// What a draft's dry run said, for a panel that asks whether to go on.
#[must_use]
pub fn in_short(found: RwSignal<Option<Box<DryRunView>>>) -> AnyView {
    react(move || {
        found
            .with(|found| {
                found.as_ref().map(|run| {
                    let (kind, title) = sentence(run);
                    let evidence = known::recomputed(title.clone(), say!(DRY_RUN), say!(P_RUN));
                    verdict(kind, title, (), Some(evidence))
                })
            })
            .into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invariant_keeps_its_own_name() {
        assert_eq!(check_name("invariant:total"), "Invariant: total");
        assert_eq!(check_name("unheard-of"), "unheard-of");
    }
}
