//! Buttons, links, hashes, tags: the small pieces.

use crate::{client::use_client, say, text};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use zera_primitives::{Hash, Height, Slot};

/// A view that follows what `view` reads. One type for all of them: the code of each is compiled once, not once for the
/// first drawing and once for every later one.
#[must_use]
pub fn react(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn Fn() -> AnyView + Send> = Box::new(view);
    (move || view()).into_any()
}

fn press_button(class: &'static str, label: String, press: impl Fn() + 'static) -> AnyView {
    view! { <button type="button" class=class on:click=move |_| press()>{label}</button> }.into_any()
}

/// The solid button: one per view.
#[must_use]
pub fn solid(label: impl Into<String>, press: impl Fn() + 'static) -> AnyView {
    press_button("btn solid", label.into(), press)
}

/// An outlined button.
#[must_use]
pub fn button(label: impl Into<String>, press: impl Fn() + 'static) -> AnyView {
    press_button("btn", label.into(), press)
}

/// An outlined button of a tool row.
#[must_use]
pub fn tool_button(label: impl Into<String>, press: impl Fn() + 'static) -> AnyView {
    press_button("btn tool", label.into(), press)
}

/// A button that looks like a link inside text.
#[must_use]
pub fn link_button(label: impl Into<String>, press: impl Fn() + 'static) -> AnyView {
    press_button("link", label.into(), press)
}

/// A solid button that stays reachable when the action is not possible and says why.
#[must_use]
pub fn button_or_why(
    label: impl Into<String>,
    why: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    or_why("btn solid fill", label.into(), why, press)
}

/// [`button_or_why`], outlined: for what is offered beside the solid button of a view.
#[must_use]
pub fn quiet_or_why(
    label: impl Into<String>,
    why: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    or_why("btn fill", label.into(), why, press)
}

fn or_why(
    class: &'static str,
    label: String,
    why: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
    press: impl Fn() + 'static,
) -> AnyView {
    view! {
        <div class="stack-2">
            <button
                type="button"
                class=class
                aria-disabled=move || why().map(|_| "true")
                on:click=move |_| if why().is_none() { press() }
            >
                {label}
            </button>
            {move || why().map(|why| view! { <p class="why">{why}</p> })}
        </div>
    }
    .into_any()
}

/// A link to another page.
#[must_use]
pub fn link(href: impl Into<String>, label: impl Into<String>) -> AnyView {
    view! { <a href=href.into()>{label.into()}</a> }.into_any()
}

/// A link that looks like a button; `solid` for the one of a view.
#[must_use]
pub fn file_link(class: &'static str, href: impl Into<String>, label: impl Into<String>) -> AnyView {
    view! { <a class=class href=href.into()>{label.into()}</a> }.into_any()
}

/// A small word in a frame.
#[must_use]
pub fn tag(label: impl Into<String>) -> AnyView {
    view! { <span class="tag">{label.into()}</span> }.into_any()
}

/// Copies `whole` and says so.
#[must_use]
pub fn copy_button(whole: impl Into<String>, what: &str) -> AnyView {
    let whole = whole.into();
    let done = RwSignal::new(false);
    let label = say!(COPY_WHAT, what);
    let copy = move |_| {
        // Refused only without a secure context; the text can then still be selected.
        let _ = window().navigator().clipboard().write_text(&whole);
        done.set(true);
        set_timeout(move || _ = done.try_set(false), std::time::Duration::from_secs(2));
    };
    view! {
        <button type="button" class="copy" aria-label=label on:click=copy>
            {move || if done.get() { say!(COPIED) } else { say!(COPY) }}
        </button>
    }
    .into_any()
}

/// 8 + 6 digits of a hash, with the whole to copy.
#[must_use]
pub fn hash(hash: &Hash) -> AnyView {
    let whole = hash.to_hex();
    view! {
        <span class="hash"><code title=whole.clone()>{format!("b3:{}", text::short(&whole))}</code>" "{copy_button(whole.clone(), say!(A_HASH))}</span>
    }
    .into_any()
}

/// A slot as a date with the block height behind it, or as a distance from now.
#[must_use]
pub fn slot_time(at: (Height, Slot)) -> AnyView {
    let client = use_client();
    let zero = client.status.with_untracked(|status| status.as_ref().map_or(0, |status| status.clock_zero_ms));
    let date = text::date(zero / 1_000 + at.1.0);
    view! { <span title=say!(BLOCK_BEHIND, text::count(at.0.0))>{date}</span> }.into_any()
}

/// What an address is a choice between, for [`super::seg`] and [`super::select`]: value and label.
pub type Choice = (String, String);

/// Puts the focus on the content when what had it has just left the page.
pub fn keep_focus() {
    let rescue = || {
        let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if lost {
            focus("main");
        }
    };
    set_timeout(rescue, std::time::Duration::from_millis(300));
}

/// Focuses the element of this id, when it is there.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot take focus keeps it where it was.
        let _ = element.focus();
    }
}
