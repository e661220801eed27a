//! Blocks, newest first.

use super::shown_page;
use crate::{
    answer,
    charts::pulse,
    client::live,
    components::{bare, head, leaf, link, slot_time, table, td, td_known, td_num, tool_button},
    known, say, standing, text,
};
use leptos::prelude::*;
use zera_primitives::Height;
use zera_worker_protocol::{Command, HeadView, Page};

/// `/blocks`.
#[must_use]
pub fn page() -> AnyView {
    let from: RwSignal<Option<u64>> = RwSignal::new(None);
    let slot = live(
        move || Some(Command::Blocks(Page { from: from.get().map(Height), limit: 100 })),
        |result| answer!(result, Blocks),
    );
    shown_page(slot, say!(NAV_BLOCKS).into(), move |blocks| list(blocks, from))
}

fn list(blocks: &[HeadView], from: RwSignal<Option<u64>>) -> AnyView {
    let transactions: u64 = blocks.iter().map(|block| u64::from(block.transactions)).sum();
    let top = blocks.first().map_or(0, |block| block.height.0);
    let low = blocks.last().map_or(0, |block| block.height.0);
    let rows = blocks
        .iter()
        .map(|block| {
            let height = text::count(block.height.0);
            (
                link(format!("/blocks/{}", block.height), height.clone()),
                vec![
                    td(say!(TIME), slot_time((block.height, block.slot))),
                    td_num(say!(TRANSACTIONS), text::count(block.transactions.into())),
                    td_num(say!(EVENTS), text::count(block.events.into())),
                    td_num(say!(GAS), text::count(block.gas.0)),
                    td(
                        say!(HASH),
                        view! { <code class="nowrap">{format!("b3:{}", text::short(&block.hash.to_hex()))}</code> },
                    ),
                    td_known(bare(known::of_block(height, say!(BLOCK_ABOUT), block.height.0))),
                ],
            )
        })
        .collect();
    let columns = [
        (say!(BLOCK), false),
        (say!(TIME), false),
        (say!(TRANSACTIONS), true),
        (say!(EVENTS), true),
        (say!(GAS), true),
        (say!(HASH), false),
        ("", false),
    ];
    view! {
        {head(().into_any(), say!(BLOCKS_TITLE, text::count(top), text::plural(transactions as usize, say!(ONE_TX), say!(MANY_TX)), blocks.len()), standing::by_mode(say!(BLOCKS_LEAD), say!(BLOCKS_LEAD_NET), say!(BLOCKS_LEAD_NET)))}
        {leaf(say!(BLOCK_PULSE), say!(BLOCK_PULSE_NOTE), pulse(blocks))}
        {leaf(say!(NAV_BLOCKS), say!(BLOCKS_NOTE), view! {
            {table(say!(NAV_BLOCKS), &columns, rows)}
            <p class="row gap">
                {(low > 1).then(|| tool_button(say!(OLDER), move || from.set(Some(low - 1))))}
                {from.get_untracked().is_some().then(|| tool_button(say!(NEWEST), move || from.set(None)))}
            </p>
        })}
    }
    .into_any()
}
