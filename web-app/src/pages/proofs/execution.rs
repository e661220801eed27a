//! One recorded execution: what ran on what, what the host answered, whether it can be proven, and the button that does.

use super::{executions::prove, module_link, task, words};
use crate::{
    answer,
    client::{Answer, live, network, use_client},
    components::{
        copy_button, crumbs, failure, figure, figures, hash, head, kv, leaf, link, mark, plan_panel, react, slot_time,
        solid, table, td, td_num, verdict,
    },
    known,
    pages::{
        shown_page,
        told::{Manifests, events},
        transaction::decode_result,
    },
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::hash::to_hex;
use zera_worker_protocol::{
    CallId, Command, ExecutionDetail, ExecutionView, InThisTab, ManifestView, OnLedger, Provable,
};

/// Bytes of a value that are shown.
const SHOWN: usize = 64;

/// The page.
#[must_use]
pub fn page(id: CallId) -> AnyView {
    let client = use_client();
    let slot: RwSignal<Answer<Arc<ExecutionDetail>>> = live(
        move || {
            client.proved.track();
            Some(Command::Execution(id))
        },
        |result| answer!(result, Execution).map(|detail| Arc::new(*detail)),
    );
    shown_page(slot, say!(PF_EXECUTION).into(), show)
}

fn show(detail: &Arc<ExecutionDetail>) -> AnyView {
    let execution = &detail.execution;
    let name = if execution.name.is_empty() { say!(PF_A_MODULE).to_owned() } else { text::safe(&execution.name) };
    let title =
        say!(PF_RAN, name, execution.entry, crate::words::outcome(execution.outcome), text::count(execution.gas.0));
    let lead = view! { {say!(PF_IN_TRANSACTION)}" "{link(format!("/transactions/{}", execution.id.transaction.to_hex()), text::short(&execution.id.transaction.to_hex()))}", "{slot_time(execution.at)} };
    let manifests = Manifests::at(Some(execution.at.0));
    view! {
        {head(crumbs("/executions", say!(NAV_EXECUTIONS), execution.entry.clone()), title, lead)}
        {leaf(say!(PF_PROOF), say!(PF_PROOF_NOTE), proof(detail))}
        {leaf(say!(PF_WHAT_RAN), say!(PF_WHAT_RAN_NOTE), what_ran(detail, manifests))}
        {leaf(say!(PF_ON_LEDGER), say!(PF_ON_LEDGER_NOTE), on_ledger(detail))}
        {leaf(say!(PF_HOST), say!(PF_HOST_NOTE), host_calls(detail))}
        {leaf(say!(PF_ACCESSES), say!(PF_ACCESSES_NOTE), accesses(detail))}
        {leaf(say!(EVENTS), say!(EVENTS_NOTE), events(&detail.events, execution.at.0, network()))}
    }
    .into_any()
}

/// Whether it can be proven, what that would take, and what came of it.
fn proof(detail: &Arc<ExecutionDetail>) -> AnyView {
    let execution = &detail.execution;
    let id = execution.id;
    let kept: Vec<AnyView> = detail
        .proofs
        .iter()
        .map(|file| view! { <li>{link(format!("/proofs/{}", file.to_hex()), say!(PF_PROOF_N, text::short(&file.to_hex())))}</li> }.into_any())
        .collect();
    let kept = (!kept.is_empty()).then(|| {
        verdict(
            "verified",
            say!(PF_HELD),
            view! { <ul>{kept}</ul> },
            Some(known::checked_proof(execution.entry.clone(), false)),
        )
    });
    let estimate = execution.estimate.as_ref().map(words::estimate).unwrap_or_default();
    let state = match (&execution.local, &execution.provable) {
        (InThisTab::Proving(task), _) => task::one(*task),
        (_, Provable::No(why)) => not_provable(why),
        (InThisTab::Purged, _) => {
            verdict("", say!(PF_PURGED), view! { <p>{say!(PF_PURGED_WHY)}</p> }, None)
        }
        (InThisTab::Failed(why), _) => view! {
            {verdict("pending", say!(PF_FAILED), view! { <p><code>{text::safe(why)}</code></p> }, None)}
            <p>{estimate}</p>
            {solid(say!(PF_PROVE_AGAIN), move || prove(id))}
        }
        .into_any(),
        (InThisTab::Recorded, _) => view! { <p>{estimate}</p>{solid(say!(PF_PROVE_THIS), move || prove(id))} }.into_any(),
        (InThisTab::Proven(_), _) => view! { <p class="dim">{estimate}</p>{crate::components::button(say!(PF_PROVE_ONCE_MORE), move || prove(id))} }.into_any(),
    };
    view! { <div class="stack">{kept}{state}{refusals()}</div> }.into_any()
}

fn not_provable(why: &str) -> AnyView {
    verdict(
        "",
        say!(PF_NOT_PROVABLE),
        view! { <p><code>{text::safe(why)}</code></p><p>{say!(PF_RUNS_ALL_THE_SAME)}</p> },
        None,
    )
}

/// What the node refused at once.
fn refusals() -> AnyView {
    let client = use_client();
    let last = move || {
        let error = client.proved.with(|proved| {
            proved.last().and_then(|(id, result)| result.as_ref().err().filter(|_| *id == u32::MAX).cloned())
        });
        error.map(|error| failure(&error)).into_any()
    };
    react(last)
}

fn what_ran(detail: &Arc<ExecutionDetail>, manifests: Manifests) -> AnyView {
    let execution = &detail.execution;
    let about = |figure: String| mark(known::of_block(figure, say!(RECEIPT_ABOUT), execution.at.0.0));
    let rows = vec![
        (say!(MODULE).to_owned(), module_link(execution.module, &execution.name)),
        (say!(CODE_RAN).into(), view! { {hash(&execution.code)}" "{about(text::short(&execution.code.to_hex()))} }.into_any()),
        (say!(ENTRY).into(), view! { <code>{text::safe(&execution.entry)}</code> }.into_any()),
        (say!(PF_ARGUMENTS).into(), view! { {bytes(&detail.args)}<div class="small dim">{say!(PF_ARGUMENTS_PUBLIC)}</div> }.into_any()),
        (say!(RESULT).into(), result(detail, manifests)),
        (say!(OUTCOME).into(), view! { {crate::words::outcome(execution.outcome)}" "{about(crate::words::outcome(execution.outcome).into())} }.into_any()),
    ];
    let stack = text::count(detail.stack_limit);
    view! {
        <div class="stack">
            {figures(vec![
                figure(say!(GAS), text::count(execution.gas.0), "", say!(PF_GAS_OF, text::count(detail.gas_limit.0))),
                figure(say!(PF_HOST), text::count(detail.counts.0), "", say!(PF_HOST_CALLS)),
                figure(say!(PF_ACCESSES), text::count(detail.counts.1), "", say!(PF_STORAGE_ACCESSES)),
                figure(say!(PF_STACK), stack, "", say!(PF_STACK_NOTE)),
            ])}
            {kv(rows)}
        </div>
    }
    .into_any()
}

/// The result in words, once the manifest of that time is known; its digits until then.
fn result(detail: &Arc<ExecutionDetail>, manifests: Manifests) -> AnyView {
    if detail.result.is_empty() {
        return say!(NOTHING).into_any();
    }
    let (slot, detail) = (manifests.of(detail.execution.module), Arc::clone(detail));
    let words = move || {
        let entry = &detail.execution.entry;
        slot.with(|m| {
            m.as_ref().map(|manifest: &ManifestView| decode_result(manifest, entry, &detail.result, network()))
        })
        .unwrap_or_else(|| to_hex(&detail.result))
    };
    view! { <b><code>{react(move || words().into_any())}</code></b> }.into_any()
}

fn bytes(bytes: &[u8]) -> AnyView {
    if bytes.is_empty() {
        return say!(NOTHING).into_any();
    }
    let hex = to_hex(bytes);
    let shown = if bytes.len() > SHOWN { format!("{}…", &hex[..SHOWN * 2]) } else { hex.clone() };
    view! { <code class="wrap-anywhere">{shown}</code>" "<span class="small dim">{text::bytes(bytes.len() as u64)}</span>" "{copy_button(hex, say!(PF_BYTES))} }.into_any()
}

/// What the chain says about a proof of it, and the transaction that asks for one.
fn on_ledger(detail: &Arc<ExecutionDetail>) -> AnyView {
    let ExecutionView { id, ledger, .. } = &detail.execution;
    let id = *id;
    let history = detail.history.iter().map(|state| view! { <li>{words::ledger_long(state)}</li> }.into_any());
    let history = history.collect_view();
    let ask = matches!(ledger, OnLedger::Nothing | OnLedger::Expired { .. }).then(|| {
        view! {
            <section class="panel" aria-label=say!(PF_ASK)>
                <p class="small dim">{say!(PF_ASK_NOTE)}</p>
                {plan_panel(say!(PF_ASK), move || Ok(Command::RequestProof(id)), None, |_| use_client().refresh())}
            </section>
        }
    });
    let none = detail.history.is_empty().then(|| view! { <p>{say!(PF_L_NOTHING_LONG)}</p> });
    view! { <div class="split"><div class="stack">{none}<ol>{history}</ol></div>{ask}</div> }.into_any()
}

fn host_calls(detail: &ExecutionDetail) -> AnyView {
    let digest = kv(vec![(
        say!(PF_DIGEST).to_owned(),
        view! { {hash(&detail.host_log)}" "{mark(known::of_block(text::short(&detail.host_log.to_hex()), say!(PF_HOST_DIGEST), detail.execution.at.0.0))} }.into_any(),
    )]);
    if detail.host_calls.is_empty() {
        return view! { <div class="stack"><p class="dim">{say!(PF_NO_HOST)}</p>{digest}</div> }.into_any();
    }
    let columns = [(say!(PF_FUNCTION), false), (say!(PF_RETURNED), true), (say!(PF_WROTE), false), (say!(GAS), true)];
    let rows = detail.host_calls.iter().map(|call| {
        let wrote = (call.written_bytes > 0).then(|| bytes(&call.written));
        (
            view! { <code>{call.function.clone()}</code> }.into_any(),
            vec![
                td_num(say!(PF_RETURNED), call.returned.clone()),
                td(say!(PF_WROTE), wrote),
                td_num(say!(GAS), text::count(call.gas.0)),
            ],
        )
    });
    let more = detail.counts.0.saturating_sub(detail.host_calls.len() as u64);
    let more = (more > 0).then(|| view! { <p class="small dim">{say!(PF_MORE, text::count(more))}</p> });
    view! { <div class="stack">{table(say!(PF_HOST), &columns, rows.collect())}{more}{digest}</div> }.into_any()
}

fn accesses(detail: &ExecutionDetail) -> AnyView {
    let digest = kv(vec![(
        say!(PF_DIGEST).to_owned(),
        view! { {hash(&detail.storage_log)}" "{mark(known::of_block(text::short(&detail.storage_log.to_hex()), say!(PF_STORAGE_DIGEST), detail.execution.at.0.0))} }.into_any(),
    )]);
    if detail.accesses.is_empty() {
        return view! { <div class="stack"><p class="dim">{say!(PF_NO_ACCESS)}</p>{digest}</div> }.into_any();
    }
    let columns = [(say!(PF_KEY), false), (say!(PF_DONE), false), (say!(PF_VALUE), true)];
    let rows = detail.accesses.iter().map(|access| {
        let size = access.value_bytes.map_or_else(|| say!(NOTHING).to_owned(), text::bytes);
        (
            bytes(&access.key),
            vec![td(say!(PF_DONE), words::of_key(crate::en::PF_ACCESS, &access.kind)), td_num(say!(PF_VALUE), size)],
        )
    });
    let more = detail.counts.1.saturating_sub(detail.accesses.len() as u64);
    let more = (more > 0).then(|| view! { <p class="small dim">{say!(PF_MORE, text::count(more))}</p> });
    view! { <div class="stack">{table(say!(PF_ACCESSES), &columns, rows.collect())}{more}{digest}</div> }.into_any()
}
