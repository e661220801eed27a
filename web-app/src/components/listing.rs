//! Stored code as text: whole, or one function of it. The node disassembles; nothing here reads code.

use super::{Field, Long, hunks::listing, react, select, tool_button};
use crate::{answer, say, text};
use leptos::prelude::*;
use zera_primitives::Hash;
use zera_worker_protocol::{Command, FunctionView, ListingView};

/// The code behind a button; once it is there, any one of its functions.
#[must_use]
pub fn code_text(code: Hash) -> AnyView {
    let (long, one) = (Long::<Box<ListingView>>::new(), Long::<Box<ListingView>>::new());
    let chosen = RwSignal::new(String::new());
    let ask = move |long: Long<Box<ListingView>>, function| {
        long.start(Command::Disassemble { code, function }, |result| answer!(result, Listing));
    };
    Effect::new(move |_| {
        if let Ok(function) = chosen.get().parse() {
            ask(one, Some(function));
        }
    });
    let offer = move || {
        view! { <div class="stack-2"><p class="dim">{say!(TEXT_OFFER)}</p><div>{tool_button(say!(TEXT_DO), move || ask(long, None))}</div></div> }
            .into_any()
    };
    long.view(offer, move |found| {
        let whole = found.clone();
        let body = move || {
            if chosen.with(String::is_empty) {
                return listing(say!(TEXT_WHOLE), &whole.lines, whole.cut);
            }
            one.view(|| ().into_any(), |found| listing(&title(found), &found.lines, found.cut))
        };
        view! {
            <div class="stack">
                <div class="narrow">{select(Field::new("listed-function", say!(TEXT_FUNCTION)).mono(), choices(&found.functions), chosen)}</div>
                {react(body)}
            </div>
        }
        .into_any()
    })
}

fn choices(functions: &[FunctionView]) -> Vec<(String, String)> {
    let mut all = vec![(String::new(), say!(TEXT_ALL, text::count(functions.len() as u64)))];
    all.extend(functions.iter().map(|function| {
        (function.index.to_string(), format!("{} · {}", function.label, text::bytes(function.bytes.into())))
    }));
    all
}

fn title(found: &ListingView) -> String {
    match found.functions.as_slice() {
        [one] => format!("{} {}", one.label, one.signature),
        _ => say!(TEXT_FUNCTION).to_owned(),
    }
}
