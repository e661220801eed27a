//! Light or full, and back to the solo chain.

use super::run;
use crate::{
    components::{ask_dialog, failure, seg},
    say,
    standing::standing,
};
use leptos::prelude::*;
use zera_worker_protocol::{Command, Error, Mode};

const LIGHT: &str = "light";
const FULL: &str = "full";

/// The choice; each is sent as it is made.
pub(super) fn chooser() -> AnyView {
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let now = if standing().mode == Mode::Full { FULL } else { LIGHT };
    let value = RwSignal::new(now.to_owned());
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            let mode = if now == FULL { Mode::Full } else { Mode::Light };
            run(Command::SetMode(mode), failed, || ());
        }
        now
    });
    let choices = vec![(LIGHT.into(), say!(NW_LIGHT).into()), (FULL.into(), say!(NW_FULL).into())];
    let leave =
        ask_dialog(say!(NW_DISCONNECT), say!(NW_TO_SOLO), say!(NW_TO_SOLO_WHAT), say!(NW_TO_SOLO_YES), move || {
            run(Command::Leave, failed, || ());
        });
    view! {
        <div class="mode-row">{seg("mode", say!(NW_MODE), choices, value)}{leave}</div>
        {move || failed.get().map(|error| failure(&error))}
    }
    .into_any()
}
