//! What the client says back: verdicts, empty states, failures, progress, the status region.

use super::{mark, react};
use crate::{client::use_client, components::Evidence, say, text, words};
use leptos::prelude::*;
use zera_worker_protocol::{Cause, Error, ErrorKind, event::Notice};

/// A bar and a sentence; `kind` is `""`, `verified`, `pending` or `alarm`.
#[must_use]
pub fn verdict(
    kind: &'static str,
    title: impl Into<String>,
    body: impl IntoView + 'static,
    evidence: Option<Evidence>,
) -> AnyView {
    let role = if kind == "alarm" { Some("alert") } else { None };
    view! {
        <div class=format!("verdict {kind}") role=role>
            <p class="t">{title.into()}</p>
            <div class="stack-2">{body.into_any()}</div>
            {evidence.map(mark)}
        </div>
    }
    .into_any()
}

/// Nothing here, and what would fill it.
#[must_use]
pub fn empty(title: impl Into<String>, body: impl IntoView + 'static) -> AnyView {
    verdict("", title, body, None)
}

/// Still being asked.
#[must_use]
pub fn loading() -> AnyView {
    view! { <p class="dim" aria-busy="true">{say!(ASKING)}</p> }.into_any()
}

/// What failed, who caused it, what the client did, what the person can do; with the exact finding.
#[must_use]
pub fn say_error(error: &Error) -> (String, String) {
    let what = match error.kind {
        ErrorKind::Malformed => say!(E_MALFORMED),
        ErrorKind::NotStarted => say!(E_NOT_STARTED),
        ErrorKind::OtherTab => say!(E_OTHER_TAB),
        ErrorKind::HandedOver => say!(E_HANDED_OVER),
        ErrorKind::NotFound => say!(E_NOT_FOUND),
        ErrorKind::CodeRefused => say!(E_CODE_REFUSED),
        ErrorKind::NotWasm => say!(E_NOT_WASM),
        ErrorKind::TransactionRefused => say!(E_TX_REFUSED),
        ErrorKind::WouldFail => say!(E_WOULD_FAIL),
        ErrorKind::NoKey => say!(E_NO_KEY),
        ErrorKind::KeyRefused => say!(E_KEY_REFUSED),
        ErrorKind::SnapshotRefused => say!(E_SNAPSHOT),
        ErrorKind::StorageCorrupt => say!(E_CORRUPT),
        ErrorKind::StorageFailed => say!(E_STORAGE),
        ErrorKind::StorageFull => say!(E_STORAGE_FULL),
        ErrorKind::NewerSchema => say!(E_NEWER),
        ErrorKind::OtherRules => say!(E_OTHER_RULES),
        ErrorKind::SoloOnly => say!(E_SOLO_ONLY),
        ErrorKind::NetworkOnly => say!(E_NETWORK_ONLY),
        ErrorKind::NoPeer => say!(E_NO_PEER),
        ErrorKind::PeerLied => say!(E_PEER_LIED),
        ErrorKind::CheckpointRefused => say!(E_CHECKPOINT),
        ErrorKind::FullOnly => say!(E_FULL_ONLY),
        ErrorKind::Cancelled => say!(E_CANCELLED),
        ErrorKind::Busy => say!(E_BUSY),
        ErrorKind::JournalRefused => say!(E_JOURNAL),
        ErrorKind::ProofRefused => say!(E_PROOF),
        ErrorKind::NotProvable => say!(E_NOT_PROVABLE),
        ErrorKind::Unavailable => say!(E_UNAVAILABLE),
        ErrorKind::Panicked => say!(E_PANICKED),
    };
    let who = match error.cause {
        Cause::Request => say!(CAUSE_REQUEST),
        Cause::Module => say!(CAUSE_MODULE),
        Cause::Browser => say!(CAUSE_BROWSER),
        Cause::Client => say!(CAUSE_CLIENT),
        Cause::Peer => say!(CAUSE_PEER),
    };
    let (title, advice) = what.split_once('|').unwrap_or((what, ""));
    (title.to_owned(), format!("{who} {advice}"))
}

/// A failure on the page.
#[must_use]
pub fn failure(error: &Error) -> AnyView {
    let (title, advice) = say_error(error);
    // Nothing failed: the question is one for another mode, which the network page offers.
    if matches!(error.kind, ErrorKind::SoloOnly | ErrorKind::NetworkOnly | ErrorKind::FullOnly) {
        return empty(title, view! { <p>{advice}" "<a href="/network">{say!(NAV_NETWORK)}</a></p> });
    }
    let detail = (!error.detail.is_empty()).then(|| view! { <p class="small"><code>{error.detail.clone()}</code></p> });
    verdict("alarm", title, view! { <p>{advice}</p>{detail} }, None)
}

/// Progress with numbers, of whatever the node is at.
#[must_use]
pub fn progress_bar() -> AnyView {
    let client = use_client();
    let content = move || {
        client.progress.get().map(|(what, done, total)| {
            let label = format!("{}: {}", progress_words(&what), say!(OF, text::count(done), text::count(total)));
            view! { <div class="progress"><label for="work">{label}</label><progress id="work" max=total.to_string() value=done.to_string()></progress></div> }
                .into_any()
        })
    };
    view! { <div role="status">{react(move || content().into_any())}</div> }.into_any()
}

fn progress_words(key: &str) -> String {
    crate::en::PROGRESS
        .iter()
        .find(|(known, _)| *known == key)
        .map_or_else(|| key.to_owned(), |(_, words)| (*words).to_owned())
}

/// Status region: notices of the node and refused or finished transactions, each until it is dismissed or overtaken.
#[must_use]
pub fn toasts() -> AnyView {
    let client = use_client();
    let message = move || {
        client.notice.get().and_then(|notice| {
            let words = match notice {
                Notice::SteppedBack { from, to, detail } => say!(N_STEPPED_BACK, from, to, detail),
                Notice::Damaged { height } => say!(N_DAMAGED, height),
                Notice::PipelineReplaced { height: Some(height), pipeline, kind } => {
                    say!(N_PIPELINE_AT, pipeline, words::incident(kind), height)
                }
                Notice::PipelineReplaced { height: None, pipeline, kind } => {
                    say!(N_PIPELINE, pipeline, words::incident(kind))
                }
                Notice::EngineDisagreed { code, height, went_back_to, detail } => {
                    say!(N_ENGINE, text::short(&code.to_hex()), text::safe(&detail), height, went_back_to)
                }
                Notice::PeerDropped { address, cause } => say!(N_PEER_DROPPED, text::safe(&address), text::safe(&cause)),
                // These stand above every page as a banner; they are not said twice.
                Notice::Stalled(_) | Notice::Conflict(_) => return None,
                Notice::Recovered => say!(N_RECOVERED).to_owned(),
                Notice::TookOver { ms } => say!(N_TOOK_OVER, ms),
                Notice::MadeRoom { bytes } => say!(N_MADE_ROOM, text::bytes(bytes)),
                Notice::Evicted => say!(N_EVICTED).to_owned(),
                Notice::Restarted { detail } => say!(N_RESTARTED, detail),
            };
            let toast = view! {
                <div class="toast">
                    <span>{words}</span>
                    <button type="button" class="link" on:click=move |_| client.notice.set(None)>{say!(DISMISS)}</button>
                </div>
            }
            .into_any();
            Some(toast)
        })
    };
    view! { <div class="toasts" role="status" aria-live="polite">{react(move || message().into_any())}</div> }
        .into_any()
}
