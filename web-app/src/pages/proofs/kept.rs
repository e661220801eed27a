//! Proofs that this tab keeps.

use crate::{
    components::{bare, empty, link, table, tag, td, td_known, td_num},
    known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{ProofOrigin, ProofView};

/// As a table, newest first.
#[must_use]
pub fn list(proofs: &[ProofView]) -> AnyView {
    if proofs.is_empty() {
        return empty(say!(PF_KEPT_NONE), view! { <p>{say!(PF_KEPT_NONE_DO)}</p> });
    }
    let columns = [
        (say!(ENTRY), false),
        (say!(RESULT), false),
        (say!(PF_ORIGIN), false),
        (say!(PF_SEGMENTS), true),
        (say!(PF_SIZE), true),
        (say!(PF_STATE), false),
        ("", false),
    ];
    let rows = proofs.iter().map(row).collect();
    table(say!(PF_KEPT), &columns, rows)
}

fn row(proof: &ProofView) -> (AnyView, Vec<AnyView>) {
    let path = format!("/proofs/{}", proof.id.to_hex());
    let result = proof.result.as_ref().map_or_else(
        || (if proof.hidden.result { say!(PF_HIDDEN) } else { crate::words::outcome(proof.outcome) }).to_owned(),
        |result| text::safe(result),
    );
    let origin = match &proof.origin {
        ProofOrigin::Ledger(call) => link(super::path_of(call), say!(PF_IN_BLOCK)),
        ProofOrigin::Local => say!(PF_RUN_HERE).into_any(),
    };
    let state = match (proof.alarm, proof.submitted) {
        (true, _) => view! { <b>{say!(PF_DISAGREES)}</b> }.into_any(),
        (false, Some(transaction)) => link(format!("/transactions/{}", transaction.to_hex()), say!(PF_SUBMITTED)),
        (false, None) => say!(PF_H_PROVEN).into_any(),
    };
    let hidden = (proof.hidden.args || proof.hidden.result || proof.hidden.events).then(|| tag(say!(PF_HIDES)));
    let evidence = known::checked_proof(text::short(&proof.id.to_hex()), proof.alarm);
    (
        view! { <a href=path><code>{text::safe(&proof.entry)}</code></a>" "{hidden} }.into_any(),
        vec![
            td(say!(RESULT), view! { <code>{result}</code> }),
            td(say!(PF_ORIGIN), origin),
            td_num(say!(PF_SEGMENTS), text::count(proof.segments.into())),
            td_num(say!(PF_SIZE), text::bytes(proof.bytes)),
            td(say!(PF_STATE), state),
            td_known(bare(evidence)),
        ],
    )
}
