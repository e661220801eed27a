//! What registered builders say about a code: how many rebuilt the same bytes, who found others. Shared by the pages of
//! modules and of proposals.

use super::{bare, empty, hash, link, slot_time, table, td, td_known, verdict};
use crate::{client::network, known, say, text};
use leptos::prelude::*;
use zera_primitives::Address;
use zera_worker_protocol::{AttestationView, EvidenceView};

/// The count as a verdict and each attestation as a row; a mismatch is red.
#[must_use]
pub fn attestations(evidence: &EvidenceView) -> AnyView {
    let (all, agree, differ) = evidence.builders;
    let code = text::short(&evidence.code.to_hex());
    let how = || known::state(say!(ATT_FIGURE, agree, differ, all), say!(ATT_ABOUT));
    let head = match (all, agree, differ) {
        (0, ..) => empty(say!(ATT_NO_BUILDERS), view! { <p>{say!(ATT_NO_BUILDERS_WHAT)}</p> }),
        (_, 0, 0) => verdict(
            "",
            say!(ATT_NONE, code),
            view! { <p>{say!(ATT_NONE_WHAT, all)}</p> },
            Some(known::words(code.clone(), say!(AUTHORS_WORDS))),
        ),
        (_, _, 0) => {
            verdict("verified", say!(ATT_AGREE, agree, all, code), view! { <p>{say!(ATT_AGREE_WHAT)}</p> }, Some(how()))
        }
        _ => {
            let what = if differ >= evidence.enough {
                say!(ATT_RAISED, evidence.enough)
            } else {
                say!(ATT_WOULD_RAISE, evidence.enough)
            };
            verdict("alarm", say!(ATT_DIFFER, differ, all, code), view! { <p>{what}</p> }, Some(how()))
        }
    };
    let rows: Vec<_> = evidence.said.iter().map(|said| row(evidence, said)).collect();
    let columns = [
        (say!(ATT_BUILDER), false),
        (say!(ATT_REBUILT), false),
        (say!(ATT_RECIPE), false),
        (say!(TIME), false),
        ("", false),
    ];
    let list = (!rows.is_empty()).then(|| table(say!(ATT_LIST), &columns, rows));
    view! { <div class="stack">{head}{list}</div> }.into_any()
}

fn row(evidence: &EvidenceView, said: &AttestationView) -> (AnyView, Vec<AnyView>) {
    let same = said.rebuilt == evidence.code;
    let address = Address::Account(said.builder).to_text(network());
    let name = said.name.as_ref().map_or_else(|| say!(ATT_STRUCK).to_owned(), |name| text::safe(name));
    let found = if same {
        view! { {say!(ATT_SAME)} }.into_any()
    } else {
        view! { <b class="m-alarm">{say!(ATT_OTHER)}</b>" "{hash(&said.rebuilt)} }.into_any()
    };
    let evidence = known::hashed(text::short(&said.rebuilt.to_hex()), say!(ATT_ABOUT), same);
    let evidence = if same { known::state(name.clone(), say!(ATT_ABOUT)) } else { evidence };
    (
        view! { {name}<span class="sub">{link(format!("/account/{address}"), text::short(&address))}</span> }
            .into_any(),
        vec![
            td(say!(ATT_REBUILT), found),
            td(say!(ATT_RECIPE), hash(&said.recipe)),
            td(say!(TIME), slot_time(said.at)),
            td_known(bare(evidence)),
        ],
    )
}
