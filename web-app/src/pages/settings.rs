//! Settings: what is stored and whether the browser keeps it, snapshots, the clock, starting over.

use super::{keys::save_file, shown};
use crate::{
    answer,
    client::{live, use_client},
    components::{
        ask_dialog, drop_zone, failure, figure, figures, head, leaf, mark, progress_bar, tool_button, verdict,
    },
    known, say, standing, text,
};
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;
use zera_worker_protocol::{Command, Error, Mode, Response, UsageView};

/// Steps of the clock: slots and label.
const SKIPS: [(u64, &str); 4] =
    [(30, say!(SKIP_30S)), (60, say!(SKIP_1M)), (300, say!(SKIP_5M)), (3_600, say!(SKIP_1H))];

/// `/settings`.
#[must_use]
pub fn page() -> AnyView {
    let usage = live(|| Some(Command::Usage), |result| answer!(result, Usage));
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let said: RwSignal<Option<&'static str>> = RwSignal::new(None);
    let solo = standing::now().mode == Mode::Solo;
    let (title, lead) = if solo {
        (say!(SETTINGS_TITLE), say!(SETTINGS_LEAD))
    } else {
        (say!(SETTINGS_TITLE_NET), say!(SETTINGS_LEAD_NET))
    };
    view! {
        {head(().into_any(), title, lead)}
        {progress_bar()}
        <div role="status">{move || said.get().map(|words| verdict("verified", words, (), None))}</div>
        {move || failed.get().map(|error| failure(&error))}
        {solo.then(|| leaf(say!(CLOCK), say!(CLOCK_NOTE), clock()))}
        {leaf(say!(ON_DEVICE), say!(ON_DEVICE_NOTE), shown(usage, used))}
        {solo.then(|| leaf(say!(SNAPSHOT), say!(SNAPSHOT_NOTE), snapshot(failed, said)))}
        {leaf(say!(START_OVER), say!(START_OVER_NOTE), start_over(failed, said))}
    }
    .into_any()
}

/// The chain's clock, and letting time pass.
#[must_use]
pub fn clock() -> AnyView {
    let client = use_client();
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let skip = move |slots: u64| {
        leptos::task::spawn_local(async move {
            match client.ask(Command::Advance { slots }).await {
                Ok(_) => client.refresh(),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let now = move || {
        client.status.with(|s| s.as_ref().map(|status| (status.clock_zero_ms / 1_000, status.slot.0, status.skipped)))
    };
    let shown = move || {
        now().map(|(zero, slot, skipped)| {
            let slot = client.clock.get().max(slot);
            view! { <p><b>{text::date(zero + slot)}</b>", "{say!(SLOT_N, text::count(slot))}", "{say!(SKIPPED, text::duration(skipped))}</p> }.into_any()
        })
    };
    let buttons = SKIPS.map(|(slots, label)| tool_button(label, move || skip(slots))).into_iter().collect_view();
    view! {
        <div class="stack">
            {shown}
            <div class="clock" role="group" aria-label=say!(LET_TIME_PASS)><span class="small dim">{say!(LET_TIME_PASS)}</span>{buttons}</div>
            {move || failed.get().map(|error| failure(&error))}
        </div>
    }
    .into_any()
}

pub(super) fn used(usage: &UsageView) -> AnyView {
    let client = use_client();
    let keep = move || {
        leptos::task::spawn_local(async move {
            // Asking again what is stored shows the browser's answer.
            if let Ok(promise) = window().navigator().storage().persist() {
                let _ = JsFuture::from(promise).await;
            }
            client.refresh();
        });
    };
    let size = text::bytes(usage.used);
    let kept = if usage.persistent { say!(KEPT) } else { say!(NOT_KEPT) };
    view! {
        <div class="stack">
            {figures(vec![
                figure(say!(USED), size.clone(), "", mark(known::browser(size, say!(USED_ABOUT)))),
                figure(say!(QUOTA), text::bytes(usage.quota), "", mark(known::browser(text::bytes(usage.quota), say!(QUOTA_ABOUT)))),
                figure(say!(RECORDS), text::count(usage.records), "", mark(known::state(text::count(usage.records), say!(RECORDS_ABOUT)))),
                figure(say!(ENTRIES), text::count(usage.entries), "", mark(known::state(text::count(usage.entries), say!(ENTRIES_ABOUT)))),
            ])}
            <p class="row"><span>{kept}</span>{(!usage.persistent).then(|| tool_button(say!(ASK_KEEP), keep))}</p>
        </div>
    }
    .into_any()
}

type Failed = RwSignal<Option<Error>>;
type Said = RwSignal<Option<&'static str>>;

fn run(command: Command, failed: Failed, said: Said, words: &'static str) {
    let client = use_client();
    failed.set(None);
    said.set(None);
    leptos::task::spawn_local(async move {
        match client.ask(command).await {
            Ok(Response::Bytes(bytes)) => save_file("zera-chain.snapshot", &bytes),
            Ok(_) => {
                said.try_set(Some(words));
                client.refresh();
            }
            Err(error) => _ = failed.try_set(Some(error)),
        }
    });
}

fn snapshot(failed: Failed, said: Said) -> AnyView {
    let take = move |_: String, bytes: Result<Vec<u8>, String>| {
        if let Ok(bytes) = bytes {
            run(Command::Import(bytes), failed, said, say!(IMPORTED));
        }
    };
    view! {
        <div class="stack">
            <div>{tool_button(say!(EXPORT_CHAIN), move || run(Command::Export, failed, said, ""))}</div>
            {drop_zone("snapshot", say!(IMPORT_CHAIN), ".snapshot,application/octet-stream", take)}
        </div>
    }
    .into_any()
}

fn start_over(failed: Failed, said: Said) -> AnyView {
    ask_dialog(say!(RESET), say!(RESET_ASK), say!(RESET_WHAT), say!(RESET_YES), move || {
        run(Command::Reset, failed, said, say!(RESET_DONE))
    })
}
