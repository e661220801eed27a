//! Verify: a proof, a journal, or the files of snarkjs are dropped here and checked in this tab, without a network. It says
//! what the file alone proves and what must be known from elsewhere.

use super::{journal, proofs};
use crate::{
    answer,
    client::{network, use_client},
    components::{
        Field, Known, Long, Step, drop_zone, empty, example, file_link, hash, head, kv, leaf, mark, path_wide, react,
        table, td, text_area, tool_button, verdict,
    },
    known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{Command, Holds, JournalVerdict, StockView, VerdictView};

/// What was dropped: its name and size.
type Dropped = Option<(String, usize)>;

/// What a file turned out to be, and what it comes to.
#[derive(Clone)]
enum Found {
    Journal(Box<JournalVerdict>),
    Proof(Box<VerdictView>),
    Stock(Box<StockView>),
}

/// First bytes of a proof file.
const PROOF: &[u8] = b"ZERAPRF";

/// The files of snarkjs that came so far: proof, public inputs, key.
type Three = [Option<String>; 3];

/// `/verify`.
#[must_use]
pub fn page() -> AnyView {
    let long: Long<Found> = Long::new();
    let dropped: RwSignal<Dropped> = RwSignal::new(None);
    let wrong: RwSignal<Option<String>> = RwSignal::new(None);
    let three: RwSignal<Three> = RwSignal::new(Three::default());
    let take = move |name: String, bytes: Result<Vec<u8>, String>| match bytes {
        Ok(bytes) => {
            wrong.set(None);
            dropped.set(Some((name, bytes.len())));
            begin(bytes, long, three, wrong);
        }
        Err(reason) => wrong.set(Some(reason)),
    };
    let pasted = RwSignal::new(String::new());
    let paste = move || take("JSON".into(), Ok(pasted.get_untracked().into_bytes()));
    let title =
        Memo::new(move |_| long.answer().map_or_else(|| say!(VERIFY_PROOF_TITLE).to_owned(), |found| headline(&found)));
    let missing = move || three.with(|three| (three.iter().any(Option::is_some)).then(|| still(three)).flatten());
    let zone = move || {
        view! {
            <div class="stack">
                {drop_zone("journal-file", say!(VERIFY_DROP_ANY), "", take)}
                {react(move || wrong.get().map(|why| verdict("alarm", say!(VERIFY_UNREAD), view! { <p><code>{text::safe(&why)}</code></p> }, None)).into_any())}
                {react(move || missing().map(|words| verdict("pending", words, (), None)).into_any())}
                <details class="stack"><summary>{say!(VERIFY_PASTE)}</summary>
                    <div class="stack">{text_area(Field::new("paste", say!(VERIFY_PASTE)).mono().hint(say!(VERIFY_PASTE_HINT)), pasted, || None)}{tool_button(say!(VERIFY_PASTE_TAKE), paste)}</div>
                </details>
            </div>
        }
        .into_any()
    };
    let answered = Memo::new(move |_| long.answered());
    let show = move |found: &Found| {
        let shown = match found {
            Found::Journal(found) => return outcome(found, dropped.get_untracked(), take),
            Found::Proof(found) => proofs::of_file(found),
            Found::Stock(found) => proofs::stock(found),
        };
        view! { <div class="stack">{shown}{drop_zone("journal-file", say!(VERIFY_ANOTHER_ANY), "", take)}</div> }
            .into_any()
    };
    let after = move || match (answered.get(), long.answer()) {
        (true, Some(Found::Journal(found))) => rest(&found),
        _ => ().into_any(),
    };
    view! {
        {react(move || head(().into_any(), title.get(), say!(VERIFY_PROOF_LEAD)))}
        {leaf(say!(VERIFY_FILE), say!(VERIFY_FILE_NOTE), long.view(zone, show))}
        {react(after)}
        {leaf(say!(VERIFY_ALONE), say!(VERIFY_ALONE_NOTE), what_it_proves())}
        {leaf(say!(VERIFY_ELSEWHERE), say!(VERIFY_ELSEWHERE_NOTE), elsewhere())}
    }
    .into_any()
}

/// Asks what the bytes come to, by what they are: a proof, one of the three files of snarkjs, or else a journal.
fn begin(bytes: Vec<u8>, long: Long<Found>, three: RwSignal<Three>, wrong: RwSignal<Option<String>>) {
    if bytes.starts_with(PROOF) {
        return long.start(Command::VerifyProof { file: bytes, keep: true }, |result| {
            answer!(result, Verdict).map(Found::Proof)
        });
    }
    let json = matches!(bytes.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['));
    if !json {
        return long.start(Command::CheckJournal(bytes), |result| answer!(result, JournalVerdict).map(Found::Journal));
    }
    let Ok(text) = String::from_utf8(bytes) else { return wrong.set(Some("UTF-8".into())) };
    let place = if text.contains("pi_a") {
        0
    } else if text.contains("vk_alpha_1") {
        2
    } else {
        1
    };
    three.update(|three| three[place] = Some(text));
    if let [Some(proof), Some(public), Some(key)] = three.get_untracked() {
        three.set(Three::default());
        long.start(Command::VerifyStock { proof, public, key }, |result| answer!(result, Stock).map(Found::Stock));
    }
}

/// Which of the three files are still to come.
fn still(three: &Three) -> Option<String> {
    let names = ["proof.json", "public.json", "verification_key.json"];
    let pick = |there: bool| {
        let names = names.iter().zip(three).filter(|(_, file)| file.is_some() == there).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(", ")
    };
    let missing = pick(false);
    (!missing.is_empty()).then(|| say!(PF_STOCK_NEEDS, pick(true), missing))
}

fn headline(found: &Found) -> String {
    match found {
        Found::Journal(found) => sentence(found),
        Found::Proof(found) => proofs::sentence(found),
        Found::Stock(found) if found.holds == Holds::Yes => say!(PF_STOCK_HOLDS, found.curve),
        Found::Stock(found) => say!(PF_STOCK_NOT, found.curve),
    }
}

/// The finding, for the head of the page.
fn sentence(found: &JournalVerdict) -> String {
    let entries = text::count(found.entries);
    match (&found.wrong, found.ours) {
        (Some((Some(index), _)), _) => say!(VERIFY_BAD_ENTRY, text::count(*index), entries),
        (Some((None, _)), _) => say!(VERIFY_BAD, entries),
        (None, true) => say!(VERIFY_GOOD, entries, text::count(found.height.0)),
        (None, false) => say!(VERIFY_GOOD_OTHER, entries, text::count(found.height.0)),
    }
}

fn outcome(
    found: &JournalVerdict,
    dropped: Dropped,
    take: impl Fn(String, Result<Vec<u8>, String>) + Copy + Send + Sync + 'static,
) -> AnyView {
    let file =
        dropped.map_or_else(String::new, |(name, size)| say!(VERIFY_OF, text::safe(&name), text::bytes(size as u64)));
    let shown = match &found.wrong {
        Some((index, why)) => {
            let entry = index.map_or_else(|| say!(VERIFY_WHOLE).to_owned(), |index| say!(ENTRY_N, text::count(index)));
            let body = view! { <p>{file}</p><p><code>{text::safe(why)}</code></p><p>{say!(VERIFY_BAD_ADVICE)}</p> };
            verdict("alarm", sentence(found), body, Some(known::hashed(entry, say!(VERIFY_ABOUT), false)))
        }
        None if found.ours => {
            let body = view! { <p>{file}</p><p>{say!(VERIFY_OURS)}</p> };
            verdict(
                "verified",
                sentence(found),
                body,
                Some(known::hashed(text::count(found.entries), say!(VERIFY_ABOUT), true)),
            )
        }
        None => {
            let body = view! { <p>{file}</p><p>{say!(VERIFY_OTHERS)}</p> };
            verdict(
                "pending",
                sentence(found),
                body,
                Some(known::words(text::short(&found.genesis.to_hex()), say!(VERIFY_FILES_WORD))),
            )
        }
    };
    view! { <div class="stack">{shown}{drop_zone("journal-file", say!(VERIFY_ANOTHER), "", take)}</div> }.into_any()
}

/// The fields, and the newest entries.
fn rest(found: &JournalVerdict) -> AnyView {
    let (signed, needed) = found.signers;
    let good = found.wrong.is_none();
    // Of a file that does not hold, nothing is known: every figure is its own word.
    let checked = |figure: String| {
        mark(if good {
            known::hashed(figure, say!(VERIFY_ABOUT), true)
        } else {
            known::words(figure, say!(VERIFY_FILES_WORD))
        })
    };
    let genesis = if found.ours {
        mark(known::state(text::short(&found.genesis.to_hex()), say!(VERIFY_GENESIS_OURS)))
    } else {
        mark(known::words(text::short(&found.genesis.to_hex()), say!(VERIFY_FILES_WORD)))
    };
    let mut rows = vec![
        (say!(P_GENESIS).to_owned(), view! { {hash(&found.genesis)}" "{genesis} }.into_any()),
        (
            say!(VERIFY_BLOCK).into(),
            view! { {text::count(found.height.0)}" "{checked(found.height.to_string())} }.into_any(),
        ),
        (
            say!(JOURNAL_ENTRIES).into(),
            view! { {text::count(found.entries)}" "{checked(found.entries.to_string())} }.into_any(),
        ),
    ];
    if needed > 0 {
        let signers = view! { {say!(VERIFY_SIGNERS, signed, needed)}" "{checked(signed.to_string())} };
        rows.push((say!(P_CERTIFICATE).into(), signers.into_any()));
    }
    let path = vec![
        Step::checked(say!(JOURNAL_ENTRIES), say!(VERIFY_STEP_ENTRIES, text::count(found.entries))),
        Step::checked(say!(VERIFY_STEP_HEAD), say!(VERIFY_STEP_HEAD_HOW)),
        Step::checked(say!(P_CERTIFICATE), say!(VERIFY_SIGNERS, signed, needed)),
        Step::trusted(say!(P_GENESIS), say!(VERIFY_STEP_GENESIS)),
    ];
    let network = network();
    let about = known::hashed;
    let newest = if found.newest.is_empty() {
        empty(say!(JOURNAL_EMPTY), ())
    } else {
        journal::rows(&found.newest, network, None, |entry| {
            about(say!(ENTRY_N, text::count(entry.index)), say!(VERIFY_ABOUT), true)
        })
    };
    view! {
        {leaf(say!(VERIFY_FIELDS), say!(VERIFY_FIELDS_NOTE), kv(rows))}
        {good.then(|| leaf(say!(VERIFY_NEWEST), say!(VERIFY_NEWEST_NOTE), newest))}
        {good.then(|| leaf(say!(HOW_KNOWN), say!(HOW_KNOWN_NOTE), path_wide(&path)))}
    }
    .into_any()
}

fn what_it_proves() -> AnyView {
    let columns = [(say!(VERIFY_CLAIM), false), (say!(VERIFY_HELD), false), (say!(KNOWN_HOW), false)];
    let rows = [
        (say!(VERIFY_CLAIM_CHAIN), say!(VERIFY_HELD_CHAIN), Known::Verified, say!(VERIFY_BY_HASH)),
        (say!(VERIFY_CLAIM_STATE), say!(VERIFY_HELD_STATE), Known::Verified, say!(STATE_PROOF)),
        (say!(VERIFY_CLAIM_FINAL), say!(VERIFY_HELD_FINAL), Known::Verified, say!(VERIFY_BY_SIGNATURES)),
        (say!(VERIFY_CLAIM_SIGNERS), say!(VERIFY_HELD_SIGNERS), Known::Verified, say!(VERIFY_BY_HASH)),
        (say!(VERIFY_CLAIM_GENESIS), say!(VERIFY_HELD_GENESIS), Known::Unverified, say!(VERIFY_BY_YOU)),
        (say!(VERIFY_CLAIM_NEWEST), say!(VERIFY_HELD_NEWEST), Known::Unverified, say!(VERIFY_BY_YOU)),
    ];
    let rows = rows.map(|(claim, held, by, how)| {
        (claim.into_any(), vec![td(say!(VERIFY_HELD), held), td(say!(KNOWN_HOW), example(by, how))])
    });
    table(say!(VERIFY_ALONE), &columns, rows.into())
}

fn elsewhere() -> AnyView {
    let client = use_client();
    let genesis = move || client.status.with(|s| s.as_ref().map(|status| hash(&status.genesis)));
    view! {
        <div class="stack">
            <p>{say!(VERIFY_NATIVE)}</p>
            <p><code>"cargo xtask verify-journal FILE"</code></p>
            {kv(vec![(say!(VERIFY_THIS_CHAIN).into(), react(move || genesis().into_any()))])}
            <p class="row">{file_link("btn tool", "/journal", say!(NAV_JOURNAL))}{journal::export_journal(journal::Export::Button)}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::{Hash, Height};

    #[test]
    fn the_head_names_the_bad_entry_first_and_another_chain_next() {
        let good = JournalVerdict {
            genesis: Hash::ZERO,
            ours: true,
            height: Height(120),
            entries: 17,
            signers: (1, 1),
            wrong: None,
            newest: Vec::new(),
        };
        assert_eq!(sentence(&good), say!(VERIFY_GOOD, 17, 120));
        assert_eq!(sentence(&JournalVerdict { ours: false, ..good.clone() }), say!(VERIFY_GOOD_OTHER, 17, 120));
        let bad = JournalVerdict { wrong: Some((Some(9), "bytes".into())), ..good };
        assert_eq!(sentence(&bad), say!(VERIFY_BAD_ENTRY, 9, 17));
    }
}
