//! The storage browser: entries in key order, each with a Merkle proof checked against the head's root.

use super::{shown, whole};
use crate::{
    answer,
    client::live,
    components::{bare, empty, table, td, td_known, tool_button},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::{ModuleId, hash::to_hex};
use zera_worker_protocol::{Command, StoragePage};

/// Entries per page.
const LIMIT: u32 = 25;

/// The browser of one module's storage.
#[must_use]
pub fn browser(module: ModuleId) -> AnyView {
    let after = RwSignal::new(Vec::new());
    let slot = live(
        move || Some(Command::Storage { module, after: after.get(), limit: LIMIT }),
        |result| answer!(result, Storage),
    );
    shown(slot, move |page| entries(page, after))
}

/// Printable keys as text, others as digits.
fn readable(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && text.chars().all(|c| !c.is_control()) => text.to_owned(),
        _ => to_hex(bytes),
    }
}

fn entries(page: &StoragePage, after: RwSignal<Vec<u8>>) -> AnyView {
    let first = after.with_untracked(Vec::is_empty);
    if page.entries.is_empty() && first {
        return empty(say!(STORAGE_EMPTY), view! { <p>{say!(STORAGE_EMPTY_WHAT)}</p> });
    }
    let rows = page
        .entries
        .iter()
        .map(|entry| {
            let (key, digits) = (readable(&entry.key), to_hex(&entry.key));
            let evidence = known::proven(
                key.clone(),
                say!(AT_BLOCK, say!(STORAGE_ABOUT), text::count(page.height.0)),
                entry.proof_bytes,
            );
            let cut: String = to_hex(entry.value.get(..96usize.min(entry.value.len())).unwrap_or_default());
            let more = if entry.value.len() > 96 { "…" } else { "" };
            (
                view! { <code>{key.clone()}</code>{(key != digits).then(|| view! { <span class="sub mono">{digits}</span> })} }.into_any(),
                vec![
                    td(say!(VALUE), view! { <span class="bytes">{cut}{more}</span> }),
                    td(say!(SIZE), text::bytes(entry.value.len() as u64)),
                    td_known(bare(evidence)),
                ],
            )
        })
        .collect();
    let last = page.entries.last().map(|entry| entry.key.clone());
    view! {
        {table(say!(STORAGE), &[(say!(KEY), false), (say!(VALUE), false), (say!(SIZE), false), ("", false)], rows)}
        <p class="row gap">
            {page.more.then(|| tool_button(say!(NEXT_ENTRIES), move || after.set(last.clone().unwrap_or_default())))}
            {(!first).then(|| tool_button(say!(FROM_START), move || after.set(Vec::new())))}
        </p>
        {whole()}
    }
    .into_any()
}
