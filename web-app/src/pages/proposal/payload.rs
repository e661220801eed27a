//! What is voted on: its hash as voted and as recomputed here, what builders got from the source, who wrote it, and the
//! bytes to take away.

use crate::{
    answer,
    client::{network, use_client},
    components::{
        bare, copy_button, hash, kv, mark, react, reveal, slot_time, table, tag, td, td_known, tool_button, verdict,
    },
    known,
    pages::keys::save_file,
    say, text, words,
};
use codec::Encode;
use leptos::prelude::*;
use zera_primitives::{Address, Class, Hash, hash::to_hex};
use zera_worker_protocol::{AttestationView, Command, EvidenceView, LockView, ProposalDetail};

/// Bytes of code that are shown as digits.
const SHOWN_BYTES: usize = 4_096;

/// The leaf's body.
#[must_use]
pub fn leaf(detail: &ProposalDetail) -> AnyView {
    let equal = detail.payload_hash == detail.payload_recomputed;
    let rows =
        [hashes(detail, equal), rebuilds(&detail.evidence), class(detail), authors(detail), lock(detail.lock.as_ref())];
    let differ = detail.evidence.iter().filter(|evidence| evidence.builders.2 > 0).map(mismatch).collect_view();
    let held = if equal {
        verdict("verified", say!(PAYLOAD_SAME), view! { <p>{say!(PAYLOAD_SAME_WHAT)}</p> }, None)
    } else {
        verdict("alarm", say!(PAYLOAD_DIFFERS), view! { <p>{say!(PAYLOAD_DIFFERS_WHAT)}</p> }, None)
    };
    let said = detail.evidence.iter().filter(|evidence| !evidence.said.is_empty()).map(attestations).collect_view();
    view! {
        <div class="stack">
            {differ}{held}
            {kv(rows.into_iter().flatten().collect())}
            {said}
            {take_away(detail)}
        </div>
    }
    .into_any()
}

type Rows = Vec<(String, AnyView)>;

fn hashes(detail: &ProposalDetail, equal: bool) -> Rows {
    let voted = text::short(&detail.payload_hash.to_hex());
    let mut rows: Rows = vec![
        (
            say!(VOTED_HASH).into(),
            view! { {hash(&detail.payload_hash)}" "{mark(known::state(voted.clone(), say!(VOTED_ABOUT)))} }.into_any(),
        ),
        (
            say!(RECOMPUTED_HERE).into(),
            view! { {hash(&detail.payload_recomputed)}" "{mark(known::hashed(voted, say!(VOTED_ABOUT), equal))} }
                .into_any(),
        ),
    ];
    if let (Some(code), Some(found)) = (detail.payload.codes().first(), &detail.code_recomputed) {
        let evidence = known::hashed(text::short(&found.to_hex()), say!(CODE_ABOUT), code == found);
        rows.push((say!(CODE_HERE).into(), view! { {hash(found)}" "{mark(evidence)} }.into_any()));
    }
    rows
}

/// What builders say about each code that the payload carries.
fn rebuilds(evidence: &[EvidenceView]) -> Rows {
    let several = evidence.len() > 1;
    let row = |evidence: &EvidenceView| {
        let (builders, agree, differ) = evidence.builders;
        let words = match (builders, agree + differ) {
            (0, _) => say!(REBUILT_NOBODY).to_owned(),
            (_, 0) => say!(REBUILT_NONE, builders),
            _ => say!(REBUILT, agree, builders, differ),
        };
        let code = several.then(|| view! { {hash(&evidence.code)}" " });
        (
            say!(REBUILT_FROM).to_owned(),
            view! { {code}{words.clone()}" "{mark(known::rebuilt(words, evidence.builders))} }.into_any(),
        )
    };
    evidence.iter().map(row).collect()
}

fn mismatch(evidence: &EvidenceView) -> AnyView {
    let (_, _, differ) = evidence.builders;
    let title = say!(REBUILT_DIFFERS, text::plural(differ as usize, say!(ONE_REBUILDER), say!(MANY_REBUILDERS)));
    let what = if differ >= evidence.enough {
        say!(REBUILT_RAISED, evidence.enough)
    } else {
        say!(REBUILT_RAISES, evidence.enough.saturating_sub(differ))
    };
    verdict("alarm", title, view! { <p>{what}</p><p>{hash(&evidence.code)}</p> }, None)
}

fn attestations(evidence: &EvidenceView) -> AnyView {
    let (code, said) = (evidence.code, evidence.said.clone());
    let summary = say!(REBUILT_SAID, said.len());
    reveal(summary.into_any(), move || {
        let rows = said.iter().map(|one| attestation(one, code)).collect();
        let columns = [
            (say!(BUILDER), false),
            (say!(REBUILT_GAVE), false),
            (say!(RECIPE), false),
            (say!(TIME), false),
            ("", false),
        ];
        table(say!(REBUILT_FROM), &columns, rows)
    })
}

fn attestation(one: &AttestationView, code: Hash) -> (AnyView, Vec<AnyView>) {
    let address = Address::Account(one.builder).to_text(network());
    let name = one.name.as_ref().map_or_else(
        || view! { <span class="dim">{say!(BUILDER_STRUCK)}</span> }.into_any(),
        |name| view! { <bdi>{text::safe(name)}</bdi> }.into_any(),
    );
    let agrees = one.rebuilt == code;
    let gave = if agrees {
        say!(REBUILT_SAME).into_any()
    } else {
        view! { <b class="m-alarm">{say!(REBUILT_OTHER)}</b>" "{hash(&one.rebuilt)} }.into_any()
    };
    let who = view! { {name}<span class="sub"><a href=format!("/account/{address}")><code>{text::short(&address)}</code></a></span> };
    let evidence = known::state(text::short(&one.rebuilt.to_hex()), say!(ATTESTED_ABOUT));
    (
        who.into_any(),
        vec![
            td(say!(REBUILT_GAVE), gave),
            td(say!(RECIPE), hash(&one.recipe)),
            td(say!(TIME), slot_time(one.at)),
            td_known(bare(evidence)),
        ],
    )
}

fn class(detail: &ProposalDetail) -> Rows {
    let now = detail.proposal.class;
    let raised = detail.filed.filter(|filed| *filed != now).map(|filed: Class| {
        view! { " "<b class="m-alarm">{say!(CLASS_RAISED, words::class(filed))}</b> }
    });
    let evidence = known::recomputed(words::class(now), say!(CLASS_ABOUT), say!(CLASS_HOW));
    vec![(say!(CLASS).into(), view! { {tag(words::class(now))}{raised}" "{mark(evidence)} }.into_any())]
}

fn authors(detail: &ProposalDetail) -> Rows {
    let author = Address::Account(detail.proposal.author).to_text(network());
    let mut rows: Rows = vec![(
        say!(AUTHOR).into(),
        view! { <a href=format!("/account/{author}")><code>{text::short(&author)}</code></a> }.into_any(),
    )];
    let says = text::safe_lines(detail.payload.description());
    if !says.trim().is_empty() {
        let evidence = known::words(says.chars().take(60).collect::<String>(), say!(AUTHORS_WORDS));
        rows.push((say!(SAYS).into(), view! { <div class="said" tabindex="0" role="region" dir="auto" aria-label=say!(SAYS)>{says}</div>{mark(evidence)} }.into_any()));
    }
    rows.push((say!(DEPOSIT).into(), say!(DEPOSIT_OF, text::zra(detail.proposal.deposit)).into_any()));
    rows
}

/// How it stood when it was locked in.
fn lock(lock: Option<&LockView>) -> Rows {
    let Some(lock) = lock else { return Rows::new() };
    let (for_it, against, base) = lock.tally;
    let tally = say!(
        LOCK_TALLY,
        text::zra_short(for_it),
        text::zra_short(against),
        text::zra_short(base),
        words::class(lock.class)
    );
    let evidence = known::state(tally.clone(), say!(LOCK_ABOUT));
    vec![
        (
            say!(LOCKED_AT).into(),
            view! { {slot_time(lock.at)}<span class="sub dim">{tally}</span>" "{mark(evidence)} }.into_any(),
        ),
        (say!(LOCK_REHEARSAL).into(), hash(&lock.rehearsal)),
    ]
}

/// Download, hash again, raw bytes.
fn take_away(detail: &ProposalDetail) -> AnyView {
    let codes = detail.payload.codes();
    let encoded = detail.payload.encode();
    let again: RwSignal<Option<AnyWords>> = RwSignal::new(None);
    let voted = detail.payload_hash;
    let payload = detail.payload.clone();
    let hash_again = {
        let codes = codes.clone();
        move || {
            let (codes, payload) = (codes.clone(), payload.clone());
            leptos::task::spawn_local(async move {
                _ = again.try_set(Some(hashed_again(codes, payload.hash() == voted).await))
            });
        }
    };
    let downloads =
        codes.iter().copied().map(|code| tool_button(say!(DOWNLOAD_WASM), move || download(code))).collect_view();
    let result = move || {
        again.get().map(
            |(held, words)| view! { <p class="small" class:m-verified=held class:m-alarm=!held><b>{words}</b></p> },
        )
    };
    let digits = to_hex(&encoded);
    let summary = say!(RAW_BYTES, text::bytes(encoded.len() as u64));
    view! {
        <div class="row">{downloads}{tool_button(say!(HASH_AGAIN), hash_again)}</div>
        <div role="status">{result}</div>
        {reveal(summary.into_any(), move || view! { <p class="bytes">{cut(&digits)}</p><p>{copy_button(digits.clone(), say!(THE_BYTES))}</p> }.into_any())}
        {codes.first().copied().map(raw_code)}
    }
    .into_any()
}

type AnyWords = (bool, String);

/// Digits that fit a screen.
fn cut(digits: &str) -> String {
    match digits.get(..SHOWN_BYTES) {
        Some(first) if digits.len() > SHOWN_BYTES => format!("{first} …"),
        _ => digits.to_owned(),
    }
}

/// Hashes the stored bytes in the page itself, apart from the node.
async fn hashed_again(codes: Vec<Hash>, payload_equal: bool) -> AnyWords {
    let client = use_client();
    let started = js_sys::Date::now() as u64;
    let (mut equal, mut size) = (payload_equal, 0u64);
    for code in &codes {
        match answer!(client.ask(Command::Code(*code)).await, Bytes) {
            Ok(bytes) => {
                equal &= Hash::of(&bytes) == *code;
                size += bytes.len() as u64;
            }
            Err(error) => return (false, error.detail),
        }
    }
    let took = (js_sys::Date::now() as u64).saturating_sub(started);
    let words = if equal { say!(HASHED_AGAIN, text::bytes(size), took) } else { say!(HASHED_OTHER).to_owned() };
    (equal, words)
}

fn download(code: Hash) {
    let client = use_client();
    leptos::task::spawn_local(async move {
        if let Ok(bytes) = answer!(client.ask(Command::Code(code)).await, Bytes) {
            save_file(&format!("{}.wasm", text::short(&code.to_hex()).replace('…', "-")), &bytes);
        }
    });
}

/// The first bytes of the code, fetched when they are asked for.
fn raw_code(code: Hash) -> AnyView {
    reveal(say!(RAW_CODE).into_any(), move || {
        let client = use_client();
        let bytes: RwSignal<Option<String>> = RwSignal::new(None);
        leptos::task::spawn_local(async move {
            let words = match answer!(client.ask(Command::Code(code)).await, Bytes) {
                Ok(found) => cut(&to_hex(found.get(..SHOWN_BYTES.min(found.len())).unwrap_or_default())),
                Err(error) => error.detail,
            };
            bytes.try_set(Some(words));
        });
        react(move || {
            bytes
                .get()
                .map_or_else(crate::components::loading, |digits| view! { <p class="bytes">{digits}</p> }.into_any())
        })
    })
}
