//! What a Groth16 proof of some other circuit comes to, from the three files of snarkjs.

use super::words;
use crate::{
    components::{hash, kv, leaf, table, td, verdict},
    known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{Holds, StockView};

/// Verdict, inputs and key.
#[must_use]
pub fn stock(found: &StockView) -> AnyView {
    let (kind, why) = words::holds(&found.holds);
    let curve = if found.curve == "bls12381" { "BLS12-381" } else { "BN254" };
    let title = if found.holds == Holds::Yes { say!(PF_STOCK_HOLDS, curve) } else { say!(PF_STOCK_NOT, curve) };
    let rows = found.inputs.iter().enumerate().map(|(index, input)| {
        let value = view! { <code class="wrap-anywhere">{text::safe(input)}</code> };
        (text::count(index as u64).into_any(), vec![td(say!(PF_VALUE), value)])
    });
    let columns = [(say!(PF_INPUT), false), (say!(PF_VALUE), false)];
    view! {
        {verdict(kind, title, view! { <p>{why}</p><p>{say!(PF_STOCK_MEANS)}</p><p>{say!(PF_STOCK_TIME, text::micros(found.micros))}</p> }, Some(known::equation(curve, &found.holds)))}
        {leaf(say!(PF_INPUTS), say!(PF_INPUTS_NOTE), table(say!(PF_INPUTS), &columns, rows.collect()))}
        {leaf(say!(PF_KEYS), say!(PF_STOCK_KEY_NOTE), kv(vec![(say!(PF_KEY_SET).to_owned(), hash(&found.key))]))}
    }
    .into_any()
}
