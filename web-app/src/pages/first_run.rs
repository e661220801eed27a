//! The first run: a chain already runs; a key, a sample, or one's own file; what just happened; how to read marks.

use super::{keys, network};
use crate::{
    client::use_client,
    components::{Known, example, head, leaf, mark},
    known, say, text,
};
use leptos::prelude::*;

/// The page of a newcomer.
#[must_use]
pub fn page() -> AnyView {
    let client = use_client();
    let running = Memo::new(move |_| client.is_running());
    let title = move || if running.get() { say!(FIRST_TITLE) } else { say!(FIRST_TITLE_STARTING) };
    view! {
        {move || head(().into_any(), title(), say!(FIRST_LEAD))}
        {crate::components::progress_bar()}
        <div class="wide-host first">
            <div class="panels">
                <section class="panel" aria-labelledby="look">
                    <h2 id="look">{say!(FIRST_LOOK)}</h2>
                    <p>{say!(FIRST_LOOK_WHAT)}</p>
                    {sketch()}
                    <p class="row">
                        <a class="btn solid" href="/modules/deploy">{say!(FIRST_OPEN)}</a>
                        <a class="btn" href="/proposals">{say!(NAV_PROPOSALS)}</a>
                    </p>
                    <p class="small dim">{say!(FIRST_VERIFIED)}</p>
                </section>
                {network::join_panel()}
            </div>
        </div>
        {leaf(say!(KEY_PANEL), keys::key_why(), keys::key_offer())}
        {leaf(say!(WHAT_HAPPENED), say!(WHAT_HAPPENED_NOTE), start_log())}
        {leaf(say!(HOW_MARKS), say!(HOW_MARKS_NOTE), marks())}
    }
    .into_any()
}

/// The shape of a vote on this chain: with 3 % of supply staked, a minor change crosses after 35 s and enacts at 95 s
/// (design §11). A drawing of that rule, not of data.
fn sketch() -> AnyView {
    view! {
        <div class="chart sketch">
            <svg role="img" aria-label=say!(SKETCH_ALT) viewBox="0 0 480 118" width="100%">
                <rect class="ground" x="64" y="10" width="416" height="82"></rect>
                <line class="axis" x1="0" x2="480" y1="92" y2="92"></line>
                <line class="thr-line" x1="0" x2="480" y1="38" y2="38"></line>
                <path class="for-line" d="M0 92C20 84 40 76 64 69"></path>
                <path class="for-line dash" d="M64 69C110 54 140 43 168 38C240 26 340 19 480 16"></path>
                <circle class="ring" cx="168" cy="38" r="5.5"></circle>
                <text x="4" y="32" class="b t-ink">{say!(SKETCH_BAR)}</text>
                <text x="168" y="27" class="t-for" text-anchor="middle">{say!(SKETCH_CROSSES)}</text>
                <text x="0" y="110">{say!(SKETCH_STAKE)}</text>
                <text x="168" y="110" text-anchor="middle">"35 s"</text>
                <text x="456" y="110" text-anchor="end" class="b t-ink">{say!(SKETCH_ENACTS)}</text>
                <line class="now" x1="456" x2="456" y1="84" y2="97"></line>
            </svg>
        </div>
    }
    .into_any()
}

/// What the node did since the page was opened, step by step.
#[must_use]
pub fn start_log() -> AnyView {
    let client = use_client();
    let rows = move || {
        client
            .log
            .get()
            .into_iter()
            .map(|step| {
                let words = crate::en::STARTED.iter().find(|(key, _)| *key == step.step).map_or(step.step.as_str(), |(_, words)| words).to_owned();
                let tenths = step.micros / 100;
                let time = if tenths >= 100 { format!("{} ms", text::count(tenths / 10)) } else { format!("{}.{} ms", tenths / 10, tenths % 10) };
                view! { <li><span class="ms">{time}</span><span>{words.clone()}</span>{mark(known::recomputed(words, say!(STARTED_ABOUT), say!(P_STARTED)))}</li> }.into_any()
            })
            .collect_view()
    };
    view! { <ol class="log">{rows}</ol> }.into_any()
}

fn marks() -> AnyView {
    let row = |known: Known, method: &'static str, words: &'static str| {
        view! { <div><dt>{example(known, method)}</dt><dd>{words}</dd></div> }.into_any()
    };
    view! {
        <div class="cols marks-help">
            <dl class="kv">
                {row(Known::Verified, say!(BY_THIS_TAB), say!(MARK_VERIFIED))}
                {row(Known::Pending, say!(FORECAST_WAITS), say!(MARK_PENDING))}
                {row(Known::Unverified, say!(AUTHORS_WORDS), say!(MARK_UNVERIFIED))}
                {row(Known::Alarm, say!(HASH_DIFFERS), say!(MARK_ALARM))}
            </dl>
            <p class="dim">{say!(MARKS_WHOSE)}</p>
        </div>
    }
    .into_any()
}
