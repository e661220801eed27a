//! What a proof says, field by field, and what each field is held against; what is hidden and what everybody learns.

use super::words;
use crate::{
    components::{bare, copy_button, table, td, td_known},
    en, known, say, text,
};
use leptos::prelude::*;
use zera_primitives::hash::to_hex;
use zera_worker_protocol::{FieldView, Holds, VerdictView};

/// The fields as a table; those that do not agree stand out.
#[must_use]
pub fn fields(verdict: &VerdictView) -> AnyView {
    let proven = verdict.execution == Holds::Yes;
    let rows = verdict.fields.iter().map(|field| row(field, proven));
    let columns = [(say!(PF_FIELD), false), (say!(PF_STATEMENT), false), (say!(PF_AGAINST), false), ("", false)];
    table(say!(PF_STATEMENT), &columns, rows.collect())
}

fn row(field: &FieldView, proven: bool) -> (AnyView, Vec<AnyView>) {
    let name = words::of_key(en::PF_FIELDS, &field.what);
    let value = if field.hidden {
        view! { <span class="dim">{say!(PF_HIDDEN)}</span> }.into_any()
    } else {
        let shown = words::shortened(&field.words);
        let copy = (!field.raw.is_empty()).then(|| copy_button(to_hex(&field.raw), &name));
        view! { <code class="wrap-anywhere">{shown}</code>" "{copy} }.into_any()
    };
    let height = field.height.map(|height| say!(PF_AT_BLOCK, text::count(height.0)));
    let against = format!("{} {}", words::of_key(en::PF_AGAINSTS, &field.against), height.unwrap_or_default());
    let evidence = known::field(&name, &against, &field.holds, proven);
    (
        view! { <b>{name}</b> }.into_any(),
        vec![td(say!(PF_STATEMENT), value), td(say!(PF_AGAINST), against), td_known(bare(evidence))],
    )
}

/// What is hidden, and what is not.
#[must_use]
pub fn hidden(verdict: &VerdictView) -> AnyView {
    let hide = verdict.hidden;
    let parts =
        [(hide.args, say!(PF_THE_ARGS)), (hide.result, say!(PF_THE_RESULT)), (hide.events, say!(PF_THE_EVENTS))];
    let parts: Vec<&str> = parts.into_iter().filter_map(|(hidden, words)| hidden.then_some(words)).collect();
    let not = if parts.is_empty() { say!(PF_NOTHING_HIDDEN).to_owned() } else { say!(PF_NOT_LEARNT, parts.join(", ")) };
    let learns = verdict.learns.iter().map(|(key, value)| {
        view! { <li>{words::of_key(en::PF_LEARNS, key)}" "<b>{text::safe(value)}</b></li> }.into_any()
    });
    let learns = learns.collect_view();
    view! {
        <div class="split even">
            <div class="stack-2"><h3>{say!(PF_YOU_LEARN)}</h3><p>{say!(PF_LEARNT)}</p><ul>{learns}</ul></div>
            <div class="stack-2"><h3>{say!(PF_YOU_DO_NOT)}</h3><p>{not}</p></div>
        </div>
    }
    .into_any()
}
