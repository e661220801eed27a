//! One block: what it holds, what its header commits to, what its certificate says.

use super::{
    pipelines, shown_page,
    told::{Manifests, events},
};
use crate::{
    answer,
    client::{live, network},
    components::{
        Evidence, Part, bare, by_parts, crumbs, empty, hash, head, kv, leaf, link, mark, slot_time, table, td,
        td_known, td_num,
    },
    known, say, standing, text, words,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Hash, Height, Network, Receipt, SignedTransaction};
use zera_worker_protocol::{BlockView, Command, Mode};

/// Transactions shown at first, and more at a time.
const ROWS: usize = 50;

/// `/blocks/<height>`.
#[must_use]
pub fn page(height: u64) -> AnyView {
    let slot = live(move || Some(Command::Block(Height(height))), |result| answer!(result, Block));
    shown_page(slot, say!(BLOCK_N, text::count(height)), |block| show(block))
}

fn proof(name: &str, height: Height) -> Evidence {
    known::of_block(name, say!(BLOCK_ABOUT), height.0)
}

fn show(block: &BlockView) -> AnyView {
    let head_view = &block.head;
    let height = text::count(head_view.height.0);
    let title = say!(
        BLOCK_TITLE,
        height,
        text::plural(head_view.transactions as usize, say!(ONE_TX), say!(MANY_TX)),
        text::count(head_view.gas.0)
    );
    let lead = view! { {slot_time((head_view.height, head_view.slot))}", "{say!(SLOT_N, text::count(head_view.slot.0))}" "{(block.body.skip > 0).then(|| say!(BLOCK_SKIPPED, text::duration(block.body.skip)))} };
    let executes = standing::now().mode != Mode::Light;
    view! {
        {head(crumbs("/blocks", say!(NAV_BLOCKS), height), title, lead)}
        {leaf(say!(TRANSACTIONS), say!(IN_ORDER), transactions(block, network()))}
        {executes.then(|| leaf(say!(PL_LANES), say!(PL_LANES_NOTE), pipelines::of_block(head_view.height)))}
        {leaf(say!(EVENTS), say!(RUNTIME_EVENTS), events(&block.events, head_view.height, network()))}
        {leaf(say!(HEADER), say!(HEADER_NOTE), header(block))}
        {leaf(say!(P_CERTIFICATE), say!(CERTIFICATE_NOTE), super::network::certificate_of_block(head_view.height))}
    }
    .into_any()
}

fn transactions(block: &BlockView, network: Network) -> AnyView {
    if block.body.transactions.is_empty() {
        let why = standing::by_mode(say!(BLOCK_EMPTY_WHY), say!(BLOCK_EMPTY_WHY_NET), say!(BLOCK_EMPTY_WHY_NET));
        return empty(say!(BLOCK_EMPTY), view! { <p>{why}</p> });
    }
    let height = block.head.height;
    let manifests = Manifests::at(Some(height));
    let pairs = block.body.transactions.iter().cloned().zip(block.receipts.iter().cloned());
    let all: Arc<[(SignedTransaction, Receipt)]> = pairs.collect();
    let total = all.len();
    let part: Part = Arc::new(move |range| {
        let shown = all.get(range).unwrap_or_default();
        let rows = shown.iter().map(|(signed, receipt)| row(signed, receipt, manifests, height, network)).collect();
        let columns = [
            (say!(TRANSACTION), false),
            (say!(DOES), false),
            (say!(OUTCOME), false),
            (say!(GAS), true),
            (say!(FEE), true),
            ("", false),
        ];
        table(say!(TRANSACTIONS), &columns, rows)
    });
    view! { {by_parts(total, ROWS, part)}<p class="small dim gap-2">{say!(DECODED_NOTE)}</p> }.into_any()
}

fn row(
    signed: &SignedTransaction,
    receipt: &Receipt,
    manifests: Manifests,
    height: Height,
    network: Network,
) -> (AnyView, Vec<AnyView>) {
    let id = receipt.transaction;
    (
        link(format!("/transactions/{id}"), text::short(&id.to_hex())),
        vec![
            td(say!(DOES), manifests.calls(&signed.transaction.calls, network)),
            td(say!(OUTCOME), words::outcome(receipt.outcome)),
            td_num(say!(GAS), text::count(receipt.gas.0)),
            td_num(say!(FEE), text::zra(receipt.fee)),
            td_known(bare(proof(say!(TRANSACTION), height))),
        ],
    )
}

fn header(block: &BlockView) -> AnyView {
    let header = &block.header;
    let row = |name: &'static str, value: &Hash| {
        (name.to_owned(), view! { {hash(value)}" "{mark(proof(name, block.head.height))} }.into_any())
    };
    let mut rows = vec![
        row(say!(HASH), &block.head.hash),
        row(say!(PARENT), &header.parent),
        row(say!(STATE_ROOT), &header.state_root),
        row(say!(TX_ROOT), &header.transaction_root),
        row(say!(RECEIPT_ROOT), &header.receipt_root),
        row(say!(EVENT_ROOT), &header.event_root),
        row(say!(PARAMS_HASH), &header.params),
        row(say!(MODULE_SET), &header.module_set),
    ];
    rows.push((say!(EPOCH).into(), text::count(header.epoch).into_any()));
    // A light node fetches a block and keeps no record of it.
    if block.record_bytes > 0 {
        rows.push((say!(RECORD).into(), text::bytes(block.record_bytes).into_any()));
    }
    kv(rows)
}
