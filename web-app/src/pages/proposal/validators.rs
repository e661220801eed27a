//! What a vote on the validators would do: who enters, who leaves, from which epoch on, and the fault it names.

use crate::{
    client::network,
    components::{mark, table, td, tool_button},
    known,
    pages::keys::save_file,
    say, text,
};
use leptos::prelude::*;
use zera_primitives::{AccountId, Address, Hash};

/// Most hexadecimal digits of a fault that are shown.
const SHOWN: usize = 512;

/// The body of the leaf "What it does".
#[must_use]
pub fn shown(add: &[AccountId], remove: &[AccountId], evidence: Option<&[u8]>) -> AnyView {
    let who = |id: &AccountId| {
        let address = Address::Account(*id).to_text(network());
        view! { <a href=format!("/account/{address}")><code>{text::short(&address)}</code></a> }.into_any()
    };
    let enters = add.iter().map(|id| (who(id), vec![td(say!(CHANGE), view! { <b class="for">{say!(VA_ENTERS)}</b> })]));
    let leaves =
        remove.iter().map(|id| (who(id), vec![td(say!(CHANGE), view! { <b class="against">{say!(VA_LEAVES)}</b> })]));
    let columns = [(say!(NW_VALIDATOR), false), (say!(CHANGE), false)];
    view! {
        <div class="stack">
            {table(say!(VA_CHANGES), &columns, enters.chain(leaves).collect())}
            <p class="small dim">{say!(VA_WHEN)}</p>
            {evidence.map(fault)}
        </div>
    }
    .into_any()
}

/// A fault that the author names: bytes of a peer, which nobody has checked here.
fn fault(bytes: &[u8]) -> AnyView {
    let id = Hash::of(bytes).to_hex();
    let name = format!("b3:{}", text::short(&id));
    let digits = zera_primitives::hash::to_hex(bytes.get(..SHOWN / 2).unwrap_or(bytes));
    let more = if bytes.len() > SHOWN / 2 { "…" } else { "" };
    let size = text::bytes(bytes.len() as u64);
    let kept = bytes.to_vec();
    view! {
        <div class="stack-2">
            <p>{say!(VA_FAULT, size)}" "{mark(known::words(name, say!(AUTHORS_WORDS)))}</p>
            <p class="bytes">{digits}{more}</p>
            <div>{tool_button(say!(VA_SAVE), move || save_file("zera-fault.evidence", &kept))}</div>
        </div>
    }
    .into_any()
}
