//! Executing a past transaction again, on the state and under the code of its time.

use crate::{
    answer,
    client::network,
    components::{Long, bare, empty, hash, link, table, td, td_known, tool_button, verdict},
    known, say, text,
};
use leptos::prelude::*;
use zera_primitives::Address;
use zera_worker_protocol::{Command, ReexecutionView, TransactionView};

/// The button, its progress, and the verdict.
#[must_use]
pub fn again(tx: &TransactionView) -> AnyView {
    if tx.block.is_none() {
        return empty(say!(AGAIN_WAITS), ());
    }
    let id = tx.hash;
    let long = Long::new();
    let start = move || long.start(Command::Reexecute(id), |result| answer!(result, Reexecution));
    let offer = move || {
        view! { <div class="stack-2"><p class="dim">{say!(AGAIN_OFFER)}</p><div>{tool_button(say!(AGAIN_DO), start)}</div></div> }.into_any()
    };
    long.view(offer, outcome)
}

fn outcome(found: &ReexecutionView) -> AnyView {
    let took = say!(AGAIN_TOOK, text::count(found.gas.0), text::count(found.micros / 1_000));
    let shown = if found.agrees {
        let evidence = known::recomputed(say!(AGAIN_AGREES), say!(AGAIN_ABOUT), say!(AGAIN_HOW));
        verdict("verified", say!(AGAIN_AGREES), view! { <p>{took}</p> }, Some(evidence))
    } else {
        let evidence = known::hashed(say!(RECEIPT), say!(AGAIN_ABOUT), false);
        let body = view! { <p>{say!(AGAIN_DIFFERS_WHAT, text::count(found.height.0))}</p><p>{took}</p> };
        verdict("alarm", say!(AGAIN_DIFFERS), body, Some(evidence))
    };
    let rows: Vec<_> = found
        .codes
        .iter()
        .map(|(module, code)| {
            let address = Address::Module(*module).to_text(network());
            let evidence = known::recomputed(text::short(&code.to_hex()), say!(CODE_RAN_ABOUT), say!(AGAIN_HOW));
            (
                link(format!("/modules/{address}"), text::short(&address)),
                vec![td(say!(CODE), hash(code)), td_known(bare(evidence))],
            )
        })
        .collect();
    let codes = (!rows.is_empty())
        .then(|| table(say!(AGAIN_CODES), &[(say!(MODULE), false), (say!(CODE_RAN), false), ("", false)], rows));
    view! { <div class="stack">{shown}{codes}</div> }.into_any()
}
