//! From an intention to a final block: preview by simulation, the exact bytes, one signature, four steps with their
//! evidence. Nothing is signed that was not shown.

use super::react;
use super::{button_or_why, evidence::Step, failure, kv, link, mark, path_wide, tool_button, verdict};
use crate::{answer, client::use_client, components::basic, known, say, standing, text, words};
use leptos::{html, prelude::*};
use std::sync::Arc;
use zera_primitives::{Hash, Outcome, hash::to_hex, tx::Call};
use zera_worker_protocol::{Command, Error, Mode, PlanStep, PlanView, TransactionStage};

/// Codes to upload and calls to make, or why the form is not ready.
pub type Deed = Result<(Vec<Vec<u8>>, Vec<Call>), String>;

/// What a page adds to the preview, for example a decoded result.
pub type Explain = Arc<dyn Fn(&PlanView) -> AnyView + Send + Sync>;

#[derive(Clone, PartialEq)]
enum Stage {
    Idle,
    Preparing,
    Shown(Box<PlanView>),
    Signing(Box<PlanView>),
    Sent(Box<PlanView>, Vec<Hash>),
    Failed(Error),
}

/// The button, the preview it opens, and what follows. `done` runs once, when all transactions ended well.
#[must_use]
pub fn act_panel(
    label: impl Into<String>,
    deed: impl Fn() -> Deed + Copy + Send + Sync + 'static,
    explain: Option<Explain>,
    done: impl Fn(&PlanView) + Copy + Send + Sync + 'static,
) -> AnyView {
    plan_panel(label, move || deed().map(|(codes, calls)| Command::Prepare { codes, calls }), explain, done)
}

/// [`act_panel`] for any command that is answered with a plan.
#[must_use]
pub fn plan_panel(
    label: impl Into<String>,
    command: impl Fn() -> Result<Command, String> + Copy + Send + Sync + 'static,
    explain: Option<Explain>,
    done: impl Fn(&PlanView) + Copy + Send + Sync + 'static,
) -> AnyView {
    let client = use_client();
    let stage = RwSignal::new(Stage::Idle);
    let label: String = label.into();
    let finished = StoredValue::new(false);
    Effect::new(move |_| {
        if let Stage::Sent(plan, hashes) = stage.get()
            && client.moved.with(|moved| all_ok(moved, &hashes))
            && !finished.get_value()
        {
            finished.set_value(true);
            done(&plan);
        }
    });
    let prepare = move || {
        let Ok(command) = command() else { return };
        finished.set_value(false);
        stage.set(Stage::Preparing);
        leptos::task::spawn_local(async move {
            let plan = answer!(client.ask(command).await, Plan);
            stage.try_set(plan.map_or_else(Stage::Failed, Stage::Shown));
        });
    };
    let why = move || {
        let key = client.status.with(|s| s.as_ref().is_some_and(|status| status.account.is_some()));
        if key { command().err() } else { Some(say!(WHY_NO_KEY).to_owned()) }
    };
    let no_key = move || client.status.with(|s| s.as_ref().is_some_and(|status| status.account.is_none()));
    let here = focus_follows(stage);
    let content = move || {
        let again = move || stage.set(Stage::Idle);
        match stage.get() {
            Stage::Idle => view! {
                <div class="stack-2">
                    {button_or_why(label.clone(), why, prepare)}
                    {move || no_key().then(crate::pages::key_offer)}
                </div>
            }
            .into_any(),
            Stage::Preparing => {
                view! { <p role="status" class="dim">{say!(SIMULATING)}</p> {super::progress_bar()} }.into_any()
            }
            Stage::Shown(plan) => shown(&plan, explain.as_ref(), stage),
            Stage::Signing(_) => {
                view! { <p role="status" class="dim">{say!(SIGNING)}</p> {super::progress_bar()} }.into_any()
            }
            Stage::Sent(_, hashes) => view! {
                <div class="stack">{sent(hashes)} {tool_button(say!(DO_ANOTHER), again)}</div>
            }
            .into_any(),
            Stage::Failed(error) => {
                view! { <div class="stack">{failure(&error)} {tool_button(say!(BACK_TO_FORM), again)}</div> }.into_any()
            }
        }
    };
    view! { <div class="act" tabindex="-1" node_ref=here>{react(content)}</div> }.into_any()
}

/// What was pressed is gone with its stage: the focus goes to what took its place.
fn focus_follows(stage: RwSignal<Stage>) -> NodeRef<html::Div> {
    let here: NodeRef<html::Div> = NodeRef::new();
    Effect::new(move |before: Option<()>| {
        stage.track();
        if before.is_some()
            && let Some(here) = here.get_untracked()
        {
            // An element in the page with a tab index takes it.
            let _ = here.focus();
        }
    });
    here
}

fn all_ok(moved: &[(Hash, TransactionStage)], hashes: &[Hash]) -> bool {
    !hashes.is_empty()
        && hashes.iter().all(|hash| {
            moved.iter().any(|(known, stage)| {
                known == hash && matches!(stage, TransactionStage::Final { outcome, .. } if outcome.is_ok())
            })
        })
}

fn shown(plan: &PlanView, explain: Option<&Explain>, stage: RwSignal<Stage>) -> AnyView {
    let client = use_client();
    let refused = plan.steps.iter().find(|step| !step.outcome.is_ok());
    let sign = {
        let plan = plan.clone();
        move || {
            let id = plan.id;
            let plan = plan.clone();
            stage.set(Stage::Signing(Box::new(plan.clone())));
            leptos::task::spawn_local(async move {
                let hashes = answer!(client.ask(Command::Sign { plan: id }).await, Submitted);
                stage.try_set(hashes.map_or_else(Stage::Failed, |hashes| Stage::Sent(Box::new(plan), hashes)));
            });
        }
    };
    let height = client.head.with_untracked(|head| head.as_ref().map_or(0, |head| head.height.0)) + 1;
    let steps = plan.steps.iter().enumerate().map(|(i, step)| step_view(i, plan.steps.len(), step)).collect_view();
    let action = match refused {
        Some(step) => verdict(
            "alarm",
            say!(WOULD_FAIL, words::outcome(step.outcome)),
            view! { <p>{step.cause.clone().unwrap_or_default()}</p> <p>{say!(WOULD_FAIL_ADVICE)}</p> },
            None,
        ),
        None => view! { <div class="stack-2">{super::solid(say!(SIGN), sign)}</div> }.into_any(),
    };
    view! {
        <div class="stack" id="preview">
            <h3>{say!(IF_IT_RUNS, text::count(height))}</h3>
            {explain.map(|explain| explain(plan))}
            {steps}
            <div>{mark(known::recomputed(say!(PREVIEW), say!(PREVIEW_ABOUT), say!(PREVIEW_HOW)))}</div>
            {action}
            {tool_button(say!(BACK_TO_FORM), move || stage.set(Stage::Idle))}
        </div>
    }
    .into_any()
}

fn step_view(index: usize, of: usize, step: &PlanStep) -> AnyView {
    let (before, after) = step.balance;
    let mut rows = vec![
        (say!(DOES).to_owned(), step.calls.iter().map(words::call).collect::<Vec<_>>().join("; ").into_any()),
        (say!(OUTCOME).to_owned(), words::outcome(step.outcome).into_any()),
        (say!(YOUR_BALANCE).to_owned(), format!("{} → {}", text::zra_about(before), text::zra_about(after)).into_any()),
        (say!(GAS_FEE).to_owned(), format!("{}; {}", text::count(step.gas.0), text::zra(step.fee)).into_any()),
        (say!(READS_WRITES).to_owned(), say!(KEYS_RW, step.keys.0, step.keys.1).into_any()),
    ];
    if !step.events.is_empty() {
        let names: Vec<&str> = step.events.iter().map(|event| event.topic.as_str()).collect();
        rows.push((say!(EVENTS).to_owned(), view! { <code>{names.join(", ")}</code> }.into_any()));
    }
    let title = (of > 1).then(|| view! { <p class="small"><b>{say!(STEP_OF, index + 1, of)}</b></p> });
    // A chunk of code fills a screen with digits that say nothing: its hash does.
    let bytes = if step.payload.len() > 2_048 {
        format!("{} … b3:{}", to_hex(step.payload.get(..256).unwrap_or_default()), Hash::of(&step.payload).to_hex())
    } else {
        to_hex(&step.payload)
    };
    view! {
        <div class="stack-2">
            {title}
            {kv(rows)}
            <details>
                <summary>{say!(WHAT_KEY_SIGNS, text::count(step.payload.len() as u64))}</summary>
                <p class="bytes">{bytes.clone()}</p>
                <p>{basic::copy_button(bytes, say!(THE_BYTES))}</p>
            </details>
        </div>
    }
    .into_any()
}

fn sent(hashes: Vec<Hash>) -> AnyView {
    let client = use_client();
    react(move || {
        hashes
            .iter()
            .map(|hash| {
                let stage =
                    client.moved.with(|moved| moved.iter().find(|(known, _)| known == hash).map(|(_, stage)| *stage));
                view! { <div class="stack-2">{steps(stage)}<p class="small">{receipt_of(*hash, stage)}</p></div> }
                    .into_any()
            })
            .collect_view()
            .into_any()
    })
}

fn receipt_of(hash: Hash, stage: Option<TransactionStage>) -> AnyView {
    let href = format!("/transactions/{hash}");
    match stage {
        Some(TransactionStage::Final { outcome, .. }) if !outcome.is_ok() => view! {
            {verdict("alarm", say!(ENDED_BADLY, words::outcome(outcome)), view! { <p>{say!(ENDED_BADLY_ADVICE)}</p> }, None)}
            {link(href, say!(SEE_RECEIPT))}
        }
        .into_any(),
        _ => link(href, say!(SEE_RECEIPT)),
    }
}

/// Signed, sent, included, final: each with its own evidence, never a spinner alone.
#[must_use]
pub fn steps(stage: Option<TransactionStage>) -> AnyView {
    let signed = Step::checked(say!(ST_SIGNED), say!(ST_SIGNED_HOW));
    let solo = standing::now().mode == Mode::Solo;
    let sent = |kind| Step::of(kind, say!(ST_SENT), if solo { say!(ST_SENT_HOW) } else { say!(ST_SENT_NET) });
    let path = match stage {
        None | Some(TransactionStage::Signed) => vec![signed, sent("pending")],
        Some(TransactionStage::Pending) => {
            vec![signed, sent(""), Step::of("pending", say!(ST_INCLUDED), say!(ST_WAITING))]
        }
        Some(TransactionStage::Dropped) => {
            vec![signed, sent(""), Step::of("alarm", say!(ST_DROPPED), say!(ST_DROPPED_HOW))]
        }
        Some(TransactionStage::Final { height, outcome }) => {
            let kind = if outcome == Outcome::Ok { "" } else { "alarm" };
            let block = say!(ST_BLOCK, text::count(height.0), words::outcome(outcome));
            vec![
                signed,
                sent(""),
                Step::of(kind, say!(ST_INCLUDED), block),
                Step::checked(say!(ST_FINAL), finalised(solo)),
            ]
        }
    };
    view! { <div role="status">{path_wide(&path)}</div> }.into_any()
}

/// By whom: the one signer of a chain of one's own, or as many validators as a quorum takes.
fn finalised(solo: bool) -> String {
    let signers = use_client().status.with_untracked(|status| status.as_ref().map(|status| status.signers));
    match signers.filter(|_| !solo) {
        Some((signed, needed)) => say!(ST_FINAL_NET, signed, needed),
        None => say!(ST_FINAL_HOW).to_owned(),
    }
}
