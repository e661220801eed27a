//! Freeze and unfreeze: how long, and what the window still allows.

use super::Form;
use crate::{
    client::use_client,
    components::{Field, bare, field, kv, link, react},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::Payload;
use zera_worker_protocol::ModuleDetail;

/// The standing of the module as far as freezes go.
fn standing(detail: &ModuleDetail, now: u64) -> AnyView {
    let left = text::duration(detail.standing.freezable);
    let frozen = detail.standing.frozen.map_or_else(
        || say!(NOT_FROZEN_NOW).into_any(),
        |(until, by)| {
            let words = say!(FROZEN_UNTIL, text::duration(until.0.saturating_sub(now)));
            view! { {words}" "{link(format!("/proposals/{by}"), format!("#{by}"))} }.into_any()
        },
    );
    kv(vec![
        (
            say!(FREEZE_LEFT).into(),
            view! { {left.clone()}" "{bare(known::state(left, say!(FREEZE_LEFT_ABOUT)))} }.into_any(),
        ),
        (say!(FROZEN_NOW).into(), frozen),
    ])
}

fn shown(form: Form) -> AnyView {
    let client = use_client();
    let detail = Memo::new(move |_| form.detail().ok());
    react(move || detail.with(|detail| detail.as_ref().map(|d| standing(d, client.clock.get_untracked()))).into_any())
}

/// The form of a freeze.
pub fn freeze(form: Form) -> AnyView {
    let slots = RwSignal::new("60".to_owned());
    let parsed = move || slots.get().replace(',', "").trim().parse::<u64>().ok().filter(|slots| *slots > 0);
    let left = move || form.detail().ok().map(|detail| detail.standing.freezable);
    let wrong = move || match (parsed(), left()) {
        (None, _) => Some(say!(FREEZE_SLOTS_WRONG).to_owned()),
        (Some(asked), Some(left)) if asked > left => {
            Some(say!(FREEZE_SLOTS_OVER, text::duration(asked - left), text::duration(left)))
        }
        _ => None,
    };
    form.makes(move |description| {
        let module_id = form.module_id().ok_or_else(|| say!(ASKING).to_owned())?;
        let slots = parsed().ok_or_else(|| say!(FREEZE_SLOTS_WRONG).to_owned())?;
        Ok((Vec::new(), Payload::Freeze { module_id, slots, description }))
    });
    view! {
        <div class="stack">
            {shown(form)}
            {field(Field::new("freeze-slots", say!(FREEZE_SLOTS)).kind("u64").unit("s").hint(say!(FREEZE_SLOTS_HINT)), slots, wrong)}
            <p class="small dim">{say!(FREEZE_ONLY)}</p>
        </div>
    }
    .into_any()
}

/// The form of the end of a freeze.
pub fn unfreeze(form: Form) -> AnyView {
    form.makes(move |description| {
        let module_id = form.module_id().ok_or_else(|| say!(ASKING).to_owned())?;
        Ok((Vec::new(), Payload::Unfreeze { module_id, description }))
    });
    view! { <div class="stack">{shown(form)}<p class="small dim">{say!(UNFREEZE_NOTE)}</p></div> }.into_any()
}
