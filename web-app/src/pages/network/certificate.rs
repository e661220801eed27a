//! A certificate opened: header, set, quorum, each signature checked again just now, and what it rests on in the end.

use super::part;
use crate::{
    answer,
    client::{Answer, network, use_client},
    components::{
        Step, copy_button, empty, failure, keep_focus, leaf, link, loading, mark, path_wide, react, reveal, table, tag,
        td, td_mark, td_num, tool_button,
    },
    known,
    pages::keys::save_file,
    say, text,
};
use leptos::prelude::*;
use std::sync::Arc;
use zera_primitives::{Address, Height, hash::to_hex};
use zera_worker_protocol::{CertificateView, Command, Error, ErrorKind, SignatureView};

type Slot = RwSignal<Answer<Arc<CertificateView>>>;

fn ask(height: Option<Height>, into: Slot) {
    let client = use_client();
    leptos::task::spawn_local(async move {
        let answer = answer!(client.ask(Command::Certificate(height)).await, Certificate);
        into.try_set(Some(answer.map(Arc::from)));
    });
}

/// The leaf of the network page: the tip when it is opened, and then whichever is asked for. It does not follow the head by
/// itself, so that it can be read.
pub(super) fn of_tip() -> AnyView {
    let slot: Slot = RwSignal::new(None);
    ask(None, slot);
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let verified = part(|view| view.verified.map(|(height, ..)| height.0));
    let height = move || slot.with(|answer| answer.as_ref()?.as_ref().ok().map(|view| view.height));
    let at: RwSignal<Option<Height>> = RwSignal::new(None);
    let note = move || {
        slot.with(|answer| match answer {
            Some(Ok(view)) => {
                let valid = view.signatures.iter().filter(|s| s.checked_us.is_some()).count();
                let needed = text::plural(view.quorum as usize, say!(NW_ONE_NEEDED), say!(NW_MANY_NEEDED));
                say!(NW_CERT_NOTE, text::count(view.height.0), needed, valid)
            }
            _ => String::new(),
        })
    };
    let go = move |to: Option<Height>| {
        at.set(to);
        ask(to, slot);
        keep_focus();
    };
    let newest = move || {
        let behind = verified.get().flatten().zip(height()).is_some_and(|(tip, shown)| tip > shown.0);
        if behind { tool_button(say!(NW_CERT_NEWEST), move || go(None)) } else { ().into_any() }
    };
    let previous = move || {
        let before = height().or(at.get()).filter(|height| height.0 > 1).map(|height| Height(height.0 - 1));
        before.map(|before| tool_button(say!(NW_PREVIOUS), move || go(Some(before)))).into_any()
    };
    let export = move || {
        let client = use_client();
        leptos::task::spawn_local(async move {
            match answer!(client.ask(Command::ExportHeaders).await, Bytes) {
                Ok(bytes) => save_file("zera-headers.bin", &bytes),
                Err(error) => _ = failed.try_set(Some(error)),
            }
        });
    };
    let solo = crate::standing::now().mode == zera_worker_protocol::Mode::Solo;
    let body = view! {
        {shown(slot)}
        <div class="row gap-2">
            {react(newest)}{react(previous)}
            {(!solo).then(|| tool_button(say!(NW_EXPORT_HEADERS), export))}
        </div>
        {move || failed.get().map(|error| failure(&error))}
    };
    leaf(say!(NW_CERT), note, body)
}

/// The certificate of one block, for its page.
#[must_use]
pub fn of_block(height: Height) -> AnyView {
    let slot: Slot = RwSignal::new(None);
    ask(Some(height), slot);
    shown(slot)
}

fn shown(slot: Slot) -> AnyView {
    react(move || {
        slot.with(|answer| match answer {
            None => loading(),
            Some(Ok(view)) => opened(view),
            Some(Err(error)) if error.kind == ErrorKind::NotFound => {
                empty(say!(NW_CERT_NONE), view! { <p>{say!(NW_CERT_NONE_WHAT)}</p> })
            }
            Some(Err(error)) => failure(error),
        })
    })
}

/// From the header down to what is trusted.
fn path(view: &CertificateView) -> Vec<Step> {
    let (epoch, ..) = view.round;
    let keys = text::plural(view.signatures.len(), say!(ONE_KEY), say!(MANY_KEYS));
    let signed: Vec<u32> = view.signatures.iter().filter_map(|signature| signature.checked_us).collect();
    let took = signed.iter().map(|us| u64::from(*us)).sum();
    let set = match view.way.last() {
        Some(_) => say!(NW_CERT_SET_WAY, keys, epoch.saturating_sub(1)),
        None => say!(NW_CERT_SET_FIRST, keys),
    };
    let signatures = text::plural(signed.len(), say!(ONE_SIGNATURE), say!(MANY_SIGNATURES));
    let mut steps = vec![
        Step::checked(say!(HEADER), format!("b3:{}", text::short(&view.block.to_hex()))),
        Step::checked(say!(NW_CERT_SET, epoch), set),
        Step::checked(say!(NW_CERT_QUORUM), say!(NW_CERT_QUORUM_OF, view.quorum, view.signatures.len())),
        Step::checked(signatures, say!(NW_CERT_STRICT, text::micros(took))),
    ];
    use_client().status.with_untracked(|status| {
        steps.extend(status.as_ref().and_then(|status| known::trust(status).pop()));
    });
    steps
}

fn opened(view: &CertificateView) -> AnyView {
    let steps = path(view);
    let rows = view.signatures.iter().map(|signature| row(signature, &steps)).collect();
    let columns = [(say!(NW_VALIDATOR), false), (say!(NW_SIGNATURE), false), (say!(NW_CHECKED_IN), true), ("", false)];
    let (epoch, round, parent) = view.round;
    let bytes = to_hex(&view.signed);
    let size = text::bytes(view.signed.len() as u64);
    let signed = move || {
        view! {
            <p class="small dim">{say!(NW_ROUND, epoch, round, parent)}</p>
            <p class="bytes">{bytes.clone()}</p>
            <p>{copy_button(bytes.clone(), say!(THE_BYTES))}</p>
        }
        .into_any()
    };
    view! {
        <div class="stack certificate">
            {path_wide(&steps)}
            {table(say!(NW_SIGNATURES), &columns, rows)}
            {reveal(say!(NW_THE_BYTES, size).into_any(), signed)}
            {way(&view.way)}
        </div>
    }
    .into_any()
}

fn row(signature: &SignatureView, steps: &[Step]) -> (AnyView, Vec<AnyView>) {
    let address = Address::Account(signature.validator).to_text(network());
    let name = view! {
        {link(format!("/account/{address}"), text::short(&address))}
        {signature.proposer.then(|| view! { " "{tag(say!(NW_PROPOSER))} })}
    };
    let cells = match (&signature.signature, signature.checked_us) {
        (Some(bytes), Some(us)) => {
            let digits = to_hex(bytes);
            let short = text::short(&digits);
            let how = mark(known::certified(short.clone(), steps.to_vec()));
            vec![
                td(say!(NW_SIGNATURE), view! { <code title=digits>{short}</code> }),
                td_num(say!(NW_CHECKED_IN), took(us)),
                td_mark(how),
            ]
        }
        _ => vec![
            td(say!(NW_SIGNATURE), view! { <span class="dim">{say!(NW_NOT_IN)}</span> }),
            td_num(say!(NW_CHECKED_IN), ""),
            td_mark(view! { <span class="dim">{say!(NW_NOT_NEEDED)}</span> }.into_any()),
        ],
    };
    (name.into_any(), cells)
}

/// Browsers keep their clocks coarse: what took less than a step of theirs is said to.
fn took(us: u32) -> String {
    if us == 0 { say!(NW_UNDER).to_owned() } else { text::micros(us.into()) }
}

fn way(boundaries: &[(u64, Height, zera_primitives::Hash)]) -> AnyView {
    if boundaries.is_empty() {
        return ().into_any();
    }
    let all: Arc<[_]> = Arc::from(boundaries);
    let count = text::plural(all.len(), say!(ONE_BOUNDARY), say!(MANY_BOUNDARIES));
    let body = move || {
        let rows = all
            .iter()
            .rev()
            .map(|(epoch, last, set)| {
                let digits = to_hex(&set.0);
                let number = link(format!("/blocks/{last}"), text::count(last.0));
                let named = view! { <code title=digits.clone()>{format!("b3:{}", text::short(&digits))}</code> };
                (text::count(*epoch).into_any(), vec![td(say!(NW_WAY_LAST), number), td(say!(NW_WAY_SET), named)])
            })
            .collect();
        let columns = [(say!(NW_WAY_EPOCH), false), (say!(NW_WAY_LAST), false), (say!(NW_WAY_SET), false)];
        table(say!(NW_WAY_TABLE), &columns, rows)
    };
    reveal(say!(NW_WAY, count).into_any(), body)
}
