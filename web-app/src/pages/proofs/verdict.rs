//! A proof's page, and what a dropped proof file comes to: the statement in words, both verdicts and what they rest on.

use super::{alarm, segments, statement, words};
use crate::{
    answer,
    client::{Answer, Phase, use_client},
    components::{
        Step, copy_button, crumbs, failure, head, kv, leaf, link, mark, path_wide, plan_panel, solid, tag, tool_button,
        verdict,
    },
    en, known,
    pages::{keys::save_file, shown_page},
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::Hash;
use zera_worker_protocol::{
    Command, Error, ErrorKind, GroundView, Holds, OnLedger, ProofDetail, ProofOrigin, RunAgain, VerdictView,
};

/// `/proofs/<file>`.
#[must_use]
pub fn detail(id: &str) -> AnyView {
    let Some(file) = Hash::from_hex(id) else {
        let error = Error::request(ErrorKind::NotFound, id);
        return view! { {head(crumbs("/executions", say!(NAV_EXECUTIONS), ""), say!(PF_BAD), "")} {failure(&error)} }
            .into_any();
    };
    let again = RwSignal::new(0u32);
    let slot: RwSignal<Answer<Arc<ProofDetail>>> = RwSignal::new(None);
    let client = use_client();
    // Asked once, when somebody wants it and when alarms change, not with every block: each answer verifies the whole proof, and a form that is
    // open on the page would begin anew.
    Effect::new(move |_| {
        again.track();
        client.alarms.track();
        if client.phase.get() != Phase::Running {
            return;
        }
        leptos::task::spawn_local(async move {
            let result = answer!(client.ask(Command::Proof(file)).await, Proof).map(|detail| Arc::new(*detail));
            slot.try_set(Some(result));
        });
    });
    shown_page(slot, say!(PF_A_PROOF).into(), move |detail| show(detail, again))
}

fn show(detail: &ProofDetail, again: RwSignal<u32>) -> AnyView {
    let found = &detail.verdict;
    let crumb = crumbs("/executions", say!(NAV_EXECUTIONS), text::short(&found.file.to_hex()));
    let title = detail.alarm.as_ref().map_or_else(|| sentence(found), alarm::sentence);
    let lead = if detail.alarm.is_some() { say!(PF_ALARM_LEAD) } else { lead(found) };
    view! {
        {head(crumb, title, lead)}
        {detail.alarm.as_ref().map(alarm::show)}
        {both(found)}
        {leaf(say!(PF_USE), say!(PF_USE_NOTE), tools(detail, again))}
        {body(found)}
    }
    .into_any()
}

/// A dropped file's verdict below the head of its page.
#[must_use]
pub fn of_file(found: &VerdictView) -> AnyView {
    let differs = match &found.again {
        RunAgain::Differs(fields) => Some(alarm::differs(fields)),
        _ => None,
    };
    view! { {differs}{both(found)}{body(found)} }.into_any()
}

/// The statement in one sentence.
#[must_use]
pub fn sentence(found: &VerdictView) -> String {
    let field = |key: &str| found.fields.iter().find(|field| field.what == key);
    let name = if found.name.is_empty() { say!(PF_A_MODULE).to_owned() } else { text::safe(&found.name) };
    let entry = field("entry").map_or_else(String::new, |entry| text::safe(&entry.words));
    let args = if found.hidden.args { say!(PF_ON_HIDDEN) } else { "" };
    let end = match (found.hidden.result, field("result")) {
        (true, _) => say!(PF_RETURNED_HIDDEN).to_owned(),
        (_, Some(result)) if !result.words.is_empty() => say!(PF_RETURNED_VALUE, shortened(&result.words)),
        _ => say!(PF_ENDED, field("outcome").map_or_else(String::new, |outcome| text::safe(&outcome.words))),
    };
    if matches!(found.execution, Holds::Yes) {
        say!(PF_SAYS, name, entry, args, end)
    } else {
        say!(PF_DOES_NOT_HOLD, name, entry)
    }
}

/// Long values belong into the table.
fn shortened(words: &str) -> String {
    let words = text::safe(words);
    if words.chars().count() <= 40 { words } else { format!("{}…", words.chars().take(40).collect::<String>()) }
}

fn lead(found: &VerdictView) -> &'static str {
    match (&found.origin, &found.again) {
        (ProofOrigin::Local, _) => say!(PF_LEAD_LOCAL),
        (_, RunAgain::Agrees(_)) => say!(PF_LEAD_AGREES),
        (_, RunAgain::Differs(_)) => say!(PF_ALARM_LEAD),
        (_, RunAgain::Not(_)) => say!(PF_LEAD_NOT_RUN),
    }
}

/// Both verdicts, kept apart, side by side.
fn both(found: &VerdictView) -> AnyView {
    let time = say!(
        PF_CHECKED_IN,
        text::micros(found.micros),
        text::count(found.segments.len() as u64),
        text::bytes(found.bytes)
    );
    let insecure = found.keys.insecure.then(|| view! { <p>{tag(say!(PF_INSECURE))}" "{say!(PF_INSECURE_WHY)}</p> });
    let (kind, why) = words::holds(&found.execution);
    let title = match &found.execution {
        Holds::Yes => say!(PF_EXECUTION_PROVEN),
        Holds::No(_) => say!(PF_EXECUTION_NOT),
        Holds::Unknown(_) | Holds::NotAsked => say!(PF_EXECUTION_UNKNOWN),
    };
    let execution = verdict(kind, title, view! { <p>{why}</p><p>{time}</p>{insecure} }, Some(known::execution(found)));
    let (kind, why) = words::holds(&found.state);
    let title = match &found.state {
        Holds::Yes => say!(PF_STATE_BOUND),
        Holds::No(_) => say!(PF_STATE_NOT),
        Holds::Unknown(_) => say!(PF_STATE_UNKNOWN),
        Holds::NotAsked => say!(PF_STATE_LOCAL),
    };
    let means = if matches!(found.state, Holds::Yes) { say!(PF_STATE_MEANS) } else { say!(PF_STATE_WITHOUT) };
    let state = verdict(kind, title, view! { <p>{why}</p><p>{means}</p> }, Some(known::state_bound(found)));
    leaf(
        say!(PF_VERDICT),
        say!(PF_VERDICT_NOTE),
        view! { <div class="split even"><div>{execution}</div><div>{state}</div></div> },
    )
}

/// Statement, hidden parts, segments, re-execution, keys, paths.
fn body(found: &VerdictView) -> AnyView {
    view! {
        {leaf(say!(PF_STATEMENT), say!(PF_STATEMENT_NOTE), statement::fields(found))}
        {leaf(say!(PF_HIDING), say!(PF_HIDING_NOTE), statement::hidden(found))}
        {leaf(say!(PF_SEGMENTS), say!(PF_SEGMENTS_NOTE), segments::show(found))}
        {leaf(say!(PF_AGAIN), say!(PF_AGAIN_NOTE), again(&found.again))}
        {leaf(say!(PF_KEYS), say!(PF_KEYS_NOTE), keys(found))}
        {leaf(say!(HOW_KNOWN), say!(HOW_KNOWN_NOTE), paths(found))}
    }
    .into_any()
}

fn again(again: &RunAgain) -> AnyView {
    match again {
        RunAgain::Agrees(micros) => view! { <p>{agrees(*micros)}" "{mark(known::recomputed(say!(PF_AGAIN), say!(PF_AGAIN_NOTE), say!(P_EXECUTED_HOW)))}</p> }.into_any(),
        RunAgain::Differs(fields) => alarm::table_of(fields),
        RunAgain::Not(why) => view! { <p>{words::of_key(en::PF_NOT_RUN, why)}</p> }.into_any(),
    }
}

fn agrees(micros: u64) -> String {
    // A record's run was compared before the proof was made, without a clock of its own.
    if micros == 0 { say!(PF_AGREES_RECORD).to_owned() } else { say!(PF_AGREES, text::micros(micros)) }
}

fn keys(found: &VerdictView) -> AnyView {
    let keys = &found.keys;
    let digest = keys.digest.to_hex();
    let set_up = if keys.insecure {
        view! { {tag(say!(PF_INSECURE))}" "{say!(PF_INSECURE_WHY)} }.into_any()
    } else {
        say!(PF_CONTRIBUTIONS, text::count(keys.contributions.into())).into_any()
    };
    kv(vec![
        (say!(PF_KEY_SET).to_owned(), view! { <span class="hash"><code>{text::short(&digest)}</code>" "{copy_button(digest.clone(), say!(A_HASH))}</span> }.into_any()),
        (say!(PF_SET_UP).into(), set_up),
        (say!(PF_PINNED).into(), if keys.pinned { say!(PF_PINNED_YES) } else { say!(PF_PINNED_NO) }.into_any()),
        (say!(PF_STATEMENT_DIGEST).into(), view! { <span class="hash"><code>{text::short(&found.statement.to_hex())}</code>" "{copy_button(found.statement.to_hex(), say!(A_HASH))}</span> }.into_any()),
    ])
}

/// What each verdict rests on, down to what is taken on trust.
fn paths(found: &VerdictView) -> AnyView {
    let path = |list: &[GroundView]| {
        let steps: Vec<Step> = list.iter().map(known::ground_step).collect();
        path_wide(&steps)
    };
    let state = (found.state != Holds::NotAsked)
        .then(|| view! { <h3>{say!(PF_STATE_BOUND_IS)}</h3>{path(&found.state_rests)} });
    view! { <div class="stack"><h3>{say!(PF_EXECUTION_PROVEN_IS)}</h3>{path(&found.execution_rests)}{state}</div> }
        .into_any()
}

/// Verify again, download, share, submit, forget.
fn tools(detail: &ProofDetail, again: RwSignal<u32>) -> AnyView {
    let file = detail.proof.id;
    let name = format!("{}-{}.proof", text::safe(&detail.proof.entry), text::short(&file.to_hex()).replace('…', "-"));
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let save = move || {
        let name = name.clone();
        leptos::task::spawn_local(async move {
            match answer!(use_client().ask(Command::ProofFile(file)).await, Bytes) {
                Ok(bytes) => save_file(&name, &bytes),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let verify = move || again.update(|count| *count += 1);
    let forget = move || {
        leptos::task::spawn_local(async move {
            match answer_done(use_client().ask(Command::ForgetProof(file)).await) {
                Ok(()) => crate::router::use_router().go("/executions"),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let address = window().location().href().unwrap_or_default();
    let submit = match (&detail.proof.origin, &detail.ledger) {
        (ProofOrigin::Local, _) => view! { <p class="small dim">{say!(PF_LOCAL_STAYS)}</p> }.into_any(),
        (_, state @ OnLedger::Verified { .. }) => view! { <p>{words::ledger_long(state)}</p> }.into_any(),
        _ => view! {
            <p class="small dim">{say!(PF_SUBMIT_NOTE)}</p>
            {plan_panel(say!(PF_SUBMIT), move || Ok(Command::SubmitProof(file)), None, move |_| again.update(|count| *count += 1))}
        }
        .into_any(),
    };
    view! {
        <div class="split">
            <div class="stack">
                <p class="row">{solid(say!(PF_DOWNLOAD), save)}{tool_button(say!(PF_VERIFY_AGAIN), verify)}{tool_button(say!(PF_FORGET), forget)}</p>
                <p class="small dim">{say!(PF_DOWNLOAD_NOTE)}" "{link("/verify", say!(NAV_VERIFY))}</p>
                <p class="small">{say!(PF_SHARE)}" "{copy_button(address, say!(PF_ADDRESS))}</p>
                {move || failed.get().map(|error| failure(&error))}
            </div>
            <section class="panel" aria-label=say!(PF_SUBMIT)>{submit}</section>
        </div>
    }
    .into_any()
}

fn answer_done(result: Result<zera_worker_protocol::Response, Error>) -> Result<(), Error> {
    match result {
        Ok(zera_worker_protocol::Response::Done) => Ok(()),
        Ok(_) => Err(crate::client::mismatch()),
        Err(error) => Err(error),
    }
}
