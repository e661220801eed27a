//! What is taken on trust, how old it is, and what nobody who lies can do with it.

use super::part;
use crate::{
    client::use_client,
    components::{hash, kv, leaf, mark, react, verdict},
    known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::CheckpointView;

/// Share of the trusting period after which the page warns, parts per million.
const OLD_PPM: u32 = 500_000;

/// The leaf; nothing without a checkpoint.
pub(super) fn trusted() -> AnyView {
    let checkpoint = part(|view| view.checkpoint.clone());
    react(move || match checkpoint.get().flatten() {
        Some(checkpoint) => leaf(say!(TR_NAME), say!(TR_NOTE), shown(&checkpoint)),
        None => ().into_any(),
    })
}

fn shown(checkpoint: &CheckpointView) -> AnyView {
    let height = text::count(checkpoint.height.0);
    let block = if checkpoint.height.0 == 0 { say!(JOIN_OF_GENESIS).to_owned() } else { say!(JOIN_OF_BLOCK, height) };
    let origin = crate::origin::vouched_for(&checkpoint.genesis);
    let by = match &origin {
        Some(host) => say!(JOIN_TAKEN_ORIGIN, text::safe(host)),
        None => say!(JOIN_TYPED).to_owned(),
    };
    let period = use_client().status.with_untracked(|s| s.as_ref().map_or(0, |status| status.params.trusting_slots));
    let used = text::percent_ppm(checkpoint.age_ppm / 1_000 * 1_000);
    let age = say!(TR_AGE, used, text::duration(period));
    let old = (checkpoint.expired || checkpoint.age_ppm >= OLD_PPM)
        .then(|| verdict("pending", say!(TR_OLD), view! { <p>{say!(TR_OLD_DO)}</p> }, None));
    let rows = vec![
        (say!(JOIN_CHAIN).into(), hash(&checkpoint.genesis)),
        (
            say!(JOIN_CHECKPOINT).into(),
            view! { {text::capital(&block)}" "{hash(&checkpoint.block)}" "{mark(known::words(block, by))} }.into_any(),
        ),
        (say!(TR_TIME).into(), text::date(checkpoint.time_ms / 1_000).into_any()),
        (say!(TR_ACCEPTED).into(), text::date(checkpoint.accepted_ms / 1_000).into_any()),
        (say!(TR_PERIOD).into(), view! { {age.clone()}" "{mark(known::state(age, say!(TR_PERIOD_ABOUT)))} }.into_any()),
        (say!(TR_LONG).into(), say!(TR_LONG_WHAT).into_any()),
        (say!(TR_ECLIPSE).into(), say!(TR_ECLIPSE_WHAT).into_any()),
        (say!(TR_ORIGIN).into(), say!(TR_ORIGIN_WHAT).into_any()),
    ];
    view! { <div class="stack">{old}{kv(rows)}</div> }.into_any()
}
