//! A question that must be answered before something that cannot be undone.

use crate::say;
use leptos::{html, prelude::*};

/// A button that first opens a native dialog with `question`, and acts only on the answer `yes`.
#[must_use]
pub fn ask_dialog(
    label: &'static str,
    question: &'static str,
    detail: &'static str,
    yes: &'static str,
    act: impl Fn() + 'static,
) -> AnyView {
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button type="button" class="btn" aria-haspopup="dialog" on:click=open>{label}</button>
        <dialog node_ref=dialog aria-label=question>
            <div class="stack">
                <h2>{question}</h2>
                <p>{detail}</p>
                <div class="row">
                    <button type="button" class="btn solid" on:click=move |_| { close(); act(); }>{yes}</button>
                    <button type="button" class="btn" on:click=move |_| close()>{say!(KEEP)}</button>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}
