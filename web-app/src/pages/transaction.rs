//! One transaction: what was signed, what came of it, call by call.

use super::{
    again, shapes, shown_page,
    told::{Manifests, events},
};
use crate::{
    answer,
    client::{live, network},
    components::{
        bare, crumbs, failure, hash, head, kv, leaf, link, mark, react, slot_time, steps, table, td, td_known, td_num,
        verdict,
    },
    known, say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{Address, CallRecord, Hash, Network, Receipt, hash::to_hex};
use zera_worker_protocol::{Command, Error, ErrorKind, ManifestView, TransactionStage, TransactionView};

/// `/transactions/<hash>`.
#[must_use]
pub fn page(hash: &str) -> AnyView {
    let Some(id) = Hash::from_hex(hash) else {
        let error = Error::request(ErrorKind::NotFound, hash);
        return view! { {head(crumbs("/blocks", say!(NAV_BLOCKS), ""), say!(TX_BAD), "")} {failure(&error)} }
            .into_any();
    };
    let slot = live(move || Some(Command::Transaction(id)), |result| answer!(result, Transaction));
    shown_page(slot, say!(TRANSACTION).into(), |tx| show(tx))
}

fn show(tx: &TransactionView) -> AnyView {
    let network = network();
    let manifests = Manifests::at(tx.block.map(|(height, _)| height));
    let inner = &tx.signed.transaction;
    let does = inner.calls.iter().map(words::call).collect::<Vec<_>>().join("; ");
    let (title, stage) = match (&tx.block, &tx.receipt) {
        (Some((height, _)), Some(receipt)) => (
            say!(TX_TITLE, text::capital(&does), words::outcome(receipt.outcome), text::count(height.0)),
            Some(TransactionStage::Final { height: *height, outcome: receipt.outcome }),
        ),
        _ => (say!(TX_WAITING, text::capital(&does)), Some(TransactionStage::Pending)),
    };
    let sender = Address::Account(inner.sender).to_text(network);
    let lead = view! { {say!(TX_BY)}" "<a href=format!("/account/{sender}")><code>{text::short(&sender)}</code></a>{tx.block.map(|at| view! { ", "{slot_time(at)} })} };
    let causes: Vec<String> = tx.diagnostics.iter().filter_map(|d| d.cause.clone()).collect();
    let cause = (!causes.is_empty()).then(|| {
        verdict(
            "alarm",
            say!(ENDED_BADLY, tx.receipt.as_ref().map_or("", |r| words::outcome(r.outcome))),
            view! { <p>{causes.join("; ")}</p> <p>{say!(ENDED_BADLY_ADVICE)}</p> },
            None,
        )
    });
    view! {
        {head(crumbs("/blocks", say!(NAV_BLOCKS), text::short(&tx.hash.to_hex())), title, lead)}
        {cause}
        {leaf(say!(HOW_FAR), say!(HOW_FAR_NOTE), steps(stage))}
        {leaf(say!(SIGNED_PART), say!(SIGNED_NOTE), signed(tx, manifests, network))}
        {tx.receipt.as_ref().map(|receipt| leaf(say!(RECEIPT), say!(RECEIPT_NOTE), receipt_view(tx, receipt, manifests, network)))}
        {tx.receipt.as_ref().map(|receipt| leaf(say!(EVENTS), say!(EVENTS_NOTE), events(&receipt.events, tx.block.map_or_else(Default::default, |(height, _)| height), network)))}
        {leaf(say!(AGAIN), say!(AGAIN_NOTE), again::again(tx))}
    }
    .into_any()
}

fn signed(tx: &TransactionView, manifests: Manifests, network: Network) -> AnyView {
    let inner = &tx.signed.transaction;
    let calls = inner.calls.iter().map(|call| view! { <li>{manifests.call(call, network)}</li> }.into_any());
    let calls = calls.collect_view();
    kv(vec![
        (say!(HASH).into(), view! { {hash(&tx.hash)}" "{mark(known::recomputed(text::short(&tx.hash.to_hex()), say!(TX_ABOUT), say!(TX_SIGNATURE)))} }.into_any()),
        (say!(DOES).into(), view! { <ol>{calls}</ol> }.into_any()),
        (say!(NONCE).into(), text::count(inner.nonce).into_any()),
        (say!(EXPIRY).into(), say!(SLOT_N, text::count(inner.expiry.0)).into_any()),
        (say!(GAS_LIMIT).into(), text::count(inner.gas_limit.0).into_any()),
        (say!(FEE_LIMIT).into(), text::zra(inner.fee_limit).into_any()),
        (say!(HINT).into(), say!(KEYS_RW, inner.hint.reads.len(), inner.hint.writes.len()).into_any()),
    ])
}

fn receipt_view(tx: &TransactionView, receipt: &Receipt, manifests: Manifests, network: Network) -> AnyView {
    let height = tx.block.map_or(0, |(height, _)| height.0);
    let proof = known::of_block(words::outcome(receipt.outcome), say!(RECEIPT_ABOUT), height);
    let attempts = if receipt.attempts > 1 { say!(SECOND_LANE) } else { say!(FIRST_LANE) };
    let rows = kv(vec![
        (say!(OUTCOME).into(), view! { {words::outcome(receipt.outcome)}" "{mark(proof)} }.into_any()),
        (say!(GAS).into(), text::count(receipt.gas.0).into_any()),
        (say!(FEE).into(), text::zra(receipt.fee).into_any()),
        (say!(LANE).into(), attempts.into_any()),
    ]);
    // The node keeps one diagnostic per call of the transaction itself, which are the records of depth 0 in order.
    let mut results = tx.diagnostics.iter();
    let calls = receipt
        .calls
        .iter()
        .map(|call| {
            let result = if call.depth == 0 { results.next().map(|d| d.result.clone()) } else { None };
            call_row(call, result, (height, manifests), network)
        })
        .enumerate()
        .map(|(index, (name, cells))| {
            let path = format!("/executions/{}/{index}", tx.hash.to_hex());
            (view! { <a href=path>{name}</a> }.into_any(), cells)
        })
        .collect::<Vec<_>>();
    let columns = [
        (say!(ENTRY), false),
        (say!(MODULE), false),
        (say!(CODE_RAN), false),
        (say!(RESULT), false),
        (say!(OUTCOME), false),
        (say!(GAS), true),
        ("", false),
    ];
    view! { <div class="stack">{rows}{(!calls.is_empty()).then(|| table(say!(CALLS), &columns, calls))}</div> }
        .into_any()
}

fn call_row(
    call: &CallRecord,
    result: Option<Vec<u8>>,
    (height, manifests): (u64, Manifests),
    network: Network,
) -> (AnyView, Vec<AnyView>) {
    let module = Address::Module(call.module).to_text(network);
    let name = format!("{}{}", "→ ".repeat(call.depth.into()), call.entry);
    let shown = result.map_or_else(
        || view! { <code>{format!("b3:{}", text::short(&call.result.to_hex()))}</code> }.into_any(),
        |bytes| result_view(call, bytes, manifests, network),
    );
    (
        view! { <code>{name}</code> }.into_any(),
        vec![
            td(say!(MODULE), link(format!("/modules/{module}"), text::short(&module))),
            td(say!(CODE_RAN), hash(&call.code)),
            td(say!(RESULT), shown),
            td(say!(OUTCOME), words::outcome(call.outcome)),
            td_num(say!(GAS), text::count(call.gas.0)),
            td_known(bare(known::of_block(call.entry.clone(), say!(RECEIPT_ABOUT), height))),
        ],
    )
}

/// The result in words, once the manifest that the module had at that block is known; its digits until then.
fn result_view(call: &CallRecord, bytes: Vec<u8>, manifests: Manifests, network: Network) -> AnyView {
    if bytes.is_empty() {
        return say!(NOTHING).into_any();
    }
    let (slot, entry) = (manifests.of(call.module), call.entry.clone());
    let words = move || {
        let decoded = slot.with(|m| m.as_ref().map(|manifest| decode_result(manifest, &entry, &bytes, network)));
        decoded.unwrap_or_else(|| to_hex(&bytes))
    };
    view! { <code>{react(move || words().into_any())}</code> }.into_any()
}

/// The result of `entry` in words.
#[must_use]
pub fn decode_result(manifest: &ManifestView, entry: &str, bytes: &[u8], network: Network) -> String {
    let export = manifest.exports.iter().find(|export| export.name == entry);
    shapes::decoded(&manifest.shapes, export.and_then(|export| export.result), bytes, network)
}
