//! States of executions and proofs in words.

use super::module_link;
use crate::{
    client::network,
    components::{link, slot_time},
    say, text,
};
use leptos::prelude::*;
use zera_primitives::Address;
use zera_worker_protocol::{AskedBy, EstimateView, Holds, OnLedger, ProofPhase};

/// What the ledger says, short.
#[must_use]
pub fn ledger(state: &OnLedger) -> &'static str {
    match state {
        OnLedger::Nothing => say!(PF_L_NOTHING),
        OnLedger::Requested { .. } => say!(PF_L_REQUESTED),
        OnLedger::Verified { .. } => say!(PF_L_VERIFIED),
        OnLedger::Expired { .. } => say!(PF_L_EXPIRED),
    }
}

/// What the ledger says, with who and when.
#[must_use]
pub fn ledger_long(state: &OnLedger) -> AnyView {
    match state {
        OnLedger::Nothing => say!(PF_L_NOTHING).into_any(),
        OnLedger::Requested { by, at, expires } => view! {
            <b>{say!(PF_L_REQUESTED)}</b>" "{say!(PF_BY)}" "{asked_by(by)}", "{slot_time(*at)}", "{say!(PF_OPEN_UNTIL, text::count(expires.0))}
        }
        .into_any(),
        OnLedger::Verified { transaction, at, .. } => view! {
            <b>{say!(PF_L_VERIFIED)}</b>" "{slot_time(*at)}", "{say!(PF_BY)}" "{link(format!("/transactions/{}", transaction.to_hex()), text::short(&transaction.to_hex()))}
        }
        .into_any(),
        OnLedger::Expired { by, asked, at } => view! {
            <b>{say!(PF_L_EXPIRED)}</b>" "{slot_time(*at)}", "{say!(PF_ASKED)}" "{slot_time(*asked)}" "{say!(PF_BY)}" "{asked_by(by)}
        }
        .into_any(),
    }
}

fn asked_by(by: &AskedBy) -> AnyView {
    match by {
        AskedBy::Account(id) => {
            let address = Address::Account(*id).to_text(network());
            link(format!("/account/{address}"), text::short(&address))
        }
        AskedBy::Module(id) => module_link(*id, ""),
        AskedBy::Proposal(id) => link(format!("/proposals/{id}"), format!("#{id}")),
    }
}

/// What a proof under way is doing.
#[must_use]
pub const fn phase(phase: ProofPhase) -> &'static str {
    match phase {
        ProofPhase::Waiting => say!(PF_P_WAITING),
        ProofPhase::Executing => say!(PF_P_EXECUTING),
        ProofPhase::Keys => say!(PF_P_KEYS),
        ProofPhase::Tracing => say!(PF_P_TRACING),
        ProofPhase::Committing => say!(PF_P_COMMITTING),
        ProofPhase::Proving => say!(PF_P_PROVING),
        ProofPhase::Verifying => say!(PF_P_VERIFYING),
    }
}

/// Segments by class, such as `2 S1, 1 end S`.
#[must_use]
pub fn segments(list: &[(String, u32)]) -> String {
    list.iter().map(|(class, count)| format!("{count} {class}")).collect::<Vec<_>>().join(", ")
}

/// What proving takes, in one sentence.
#[must_use]
pub fn estimate(estimate: &EstimateView) -> String {
    let rows = text::count(estimate.steps);
    let rows = if estimate.exact { say!(PF_ROWS, rows) } else { say!(PF_ROWS_ABOUT, rows) };
    let segments = segments(&estimate.segments);
    let size = text::bytes(estimate.proof_bytes);
    let mut words = say!(PF_ESTIMATE, rows, segments, size);
    if estimate.fetch_bytes > 0 {
        words.push(' ');
        words.push_str(&say!(PF_FETCH, text::bytes(estimate.fetch_bytes)));
    }
    if let Some(millis) = estimate.millis {
        words.push(' ');
        words.push_str(&say!(PF_TAKES, seconds(millis)));
    }
    words
}

/// Milliseconds as seconds with one decimal.
#[must_use]
pub fn seconds(millis: u64) -> String {
    format!("{}.{} s", text::count(millis / 1_000), millis % 1_000 / 100)
}

/// Whether something holds: the kind of its verdict, and what was found.
#[must_use]
pub fn holds(holds: &Holds) -> (&'static str, String) {
    match holds {
        Holds::Yes => ("verified", String::new()),
        Holds::No(why) => ("alarm", text::safe(why)),
        Holds::Unknown(why) => ("pending", text::safe(why)),
        Holds::NotAsked => ("", String::new()),
    }
}

/// Words for a key of the protocol; the key itself where there are none.
#[must_use]
pub fn of_key(list: &[(&str, &'static str)], key: &str) -> String {
    list.iter().find(|(known, _)| *known == key).map_or_else(|| text::safe(key), |(_, words)| (*words).to_owned())
}

/// Words with every 32-byte hash in them cut to its ends.
#[must_use]
pub fn shortened(words: &str) -> String {
    let is_hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = text::safe(words);
    let parts = words.split(' ').map(|word| if is_hash(word) { text::short(word) } else { word.to_owned() });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashes_are_cut() {
        let hash = "ab".repeat(32);
        assert_eq!(shortened(&format!("call 0 of {hash}")), format!("call 0 of {}", text::short(&hash)));
        assert_eq!(shortened("1,764"), "1,764");
    }
}
