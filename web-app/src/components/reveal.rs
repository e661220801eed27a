//! Long content in parts: what is closed is not built, and a long list grows by a page at a time.

use super::{react, tool_button};
use crate::{say, text};
use leptos::prelude::*;
use std::{ops::Range, sync::Arc};

/// A closed part that is built when it is first opened.
#[must_use]
pub fn reveal(summary: AnyView, body: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let opened = RwSignal::new(false);
    view! {
        <details on:toggle=move |_| if !opened.get_untracked() { opened.set(true) }>
            <summary>{summary}</summary>
            {react(move || if opened.get() { body() } else { ().into_any() })}
        </details>
    }
    .into_any()
}

/// Makes one part of a long list.
pub type Part = Arc<dyn Fn(Range<usize>) -> AnyView + Send + Sync>;

/// `total` items, `step` at a time; what is shown stays as it is when more is asked for.
#[must_use]
pub fn by_parts(total: usize, step: usize, part: Part) -> AnyView {
    from(0, total, step.max(1), part)
}

fn from(start: usize, total: usize, step: usize, part: Part) -> AnyView {
    let end = start.saturating_add(step).min(total);
    let shown = part(start..end);
    if end == total {
        return shown;
    }
    let opened = RwSignal::new(false);
    let rest = move || {
        if opened.get() {
            return from(end, total, step, Arc::clone(&part));
        }
        let rest = total - end;
        let label = if rest <= step {
            say!(SHOW_REST, text::count(rest as u64))
        } else {
            say!(SHOW_MORE, text::count(step as u64), text::count(rest as u64))
        };
        let more = move || {
            opened.set(true);
            super::keep_focus();
        };
        view! { <p class="gap-2">{tool_button(label, more)}</p> }.into_any()
    };
    view! { {shown}{react(rest)} }.into_any()
}
