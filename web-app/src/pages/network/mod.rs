//! `/network`: in which mode the node runs, how far it is behind, the certificate of the tip down to each signature, whom
//! it asks and what came of it, the tabs that share it, and what is kept on this device.

mod banner;
mod certificate;
mod conflicts;
mod join;
mod mode;
mod peers;
mod tabs;
mod top;
mod trust;

pub use banner::banner;
pub use certificate::of_block as certificate_of_block;
pub use join::panel as join_panel;
pub use top::{network_name, waiting};

use super::settings;
use crate::{
    answer,
    charts::finality,
    client::live,
    components::{failure, head, leaf, link, loading, progress_bar, react},
    pages::shown,
    say,
    standing::{self, standing},
    text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_worker_protocol::{Command, FinalityPoint, Mode, NetworkView, Response};

/// A part of the network, of which the page is drawn anew only when that part changes.
fn part<T: PartialEq + Clone + Send + Sync + 'static>(of: fn(&NetworkView) -> T) -> Memo<Option<T>> {
    Memo::new(move |_| standing::network().map(|view| of(&view)))
}

/// The page.
#[must_use]
pub fn page() -> AnyView {
    let answered = Memo::new(|_| standing::slot().with(|answer| answer.as_ref().map(|result| result.clone().err())));
    let content = move || match answered.get() {
        None => view! { {head(().into_any(), say!(NAV_NETWORK), "")}{loading()} }.into_any(),
        Some(Some(error)) => view! { {head(().into_any(), say!(NAV_NETWORK), "")}{failure(&error)} }.into_any(),
        Some(None) => sections(),
    };
    react(content)
}

fn sections() -> AnyView {
    let solo = standing().mode == Mode::Solo;
    let usage = live(|| Some(Command::Usage), |result| answer!(result, Usage));
    let device = view! { {shown(usage, settings::used)}<p class="gap-2">{link("/settings", say!(DE_SETTINGS))}</p> };
    let tabs_note = part(|view| view.hand_over_ms);
    let tabs_note = move || match tabs_note.get().flatten() {
        Some(ms) => say!(TA_NOTE_TOOK, ms),
        None => say!(TA_NOTE).to_owned(),
    };
    view! {
        {top::top()}
        {progress_bar()}
        {if solo { leaf(say!(JOIN_TITLE), say!(JOIN_NOTE), join::form()) } else { mode::chooser() }}
        {conflicts::leaves()}
        {if solo { ().into_any() } else { leaf(say!(NW_FIGURES), say!(NW_FIGURES_NOTE), top::figures_now()) }}
        {finality_leaf(solo)}
        {certificate::of_tip()}
        {trust::trusted()}
        {leaf(say!(PE_NAME), if solo { say!(PE_NOTE_SOLO) } else { say!(PE_NOTE) }, peers::list(solo))}
        {leaf(say!(TA_NAME), tabs_note, tabs::list())}
        {leaf(say!(ON_DEVICE), say!(ON_DEVICE_NOTE), device)}
    }
    .into_any()
}

fn finality_leaf(solo: bool) -> AnyView {
    if solo {
        return ().into_any();
    }
    let points: Memo<Arc<[FinalityPoint]>> = Memo::new(|_| {
        standing::network().map_or_else(|| Arc::from(Vec::new()), |view| Arc::from(view.finality.clone()))
    });
    let waiting = Memo::new(|_| standing::network().and_then(|view| waiting(&view)));
    let note = move || points.with(|points| say!(FI_NOTE, finality::median(points).map_or_else(|| "–".into(), millis)));
    leaf(say!(FI_NAME), note, react(move || finality::chart(points.get(), waiting.get())))
}

/// Milliseconds as people say them.
fn millis(ms: u32) -> String {
    text::micros(u64::from(ms) * 1_000)
}

/// Runs a command that changes how the node stands; what it answers is read again with everything else.
fn run(command: Command, failed: RwSignal<Option<zera_worker_protocol::Error>>, then: impl FnOnce() + 'static) {
    let client = crate::client::use_client();
    failed.set(None);
    leptos::task::spawn_local(async move {
        match client.ask(command).await {
            Ok(Response::Status(_) | Response::Network(_) | Response::Done) => {
                client.refresh();
                then();
            }
            Ok(_) => _ = failed.try_set(Some(crate::client::mismatch())),
            Err(error) => _ = failed.try_set(Some(error)),
        }
    });
}
