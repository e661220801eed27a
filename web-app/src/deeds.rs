//! What happened, in words: deeds of the journal with their facts, and keys that the node sends for the locale to word.

use crate::{
    client::use_client,
    components::{hash, link},
    say, text, words,
};
use leptos::prelude::*;
use zera_primitives::{AbortReason, Address, Network, Slot, hash::to_hex};
use zera_worker_protocol::{FactView, JournalEntryView};

/// The words of `key` in a list of the locale; a key that it does not know stands for itself.
#[must_use]
pub fn keyed(list: &[(&'static str, &'static str)], key: &str) -> String {
    list.iter().find(|(known, _)| *known == key).map_or_else(|| key.to_owned(), |(_, words)| (*words).to_owned())
}

/// A slot of this chain as a date.
#[must_use]
pub fn date(slot: Slot) -> String {
    let zero = use_client().status.with_untracked(|status| status.as_ref().map_or(0, |status| status.clock_zero_ms));
    text::date((zero / 1_000).saturating_add(slot.0))
}

/// Replaces `{name}` in `pattern` by what `value` says of `name`.
fn fill_named(pattern: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&value(name));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// What an entry of the journal says happened, in one line. `date` words a slot.
#[must_use]
pub fn sentence(entry: &JournalEntryView, network: Network, date: impl Fn(Slot) -> String) -> String {
    fill_named(&keyed(crate::en::DEEDS, &entry.deed), |name| {
        let fact = entry.facts.iter().find(|(key, _)| key == name);
        fact.map_or_else(String::new, |(key, fact)| plain(key, fact, network, &date))
    })
}

/// A fact in plain words.
fn plain(key: &str, fact: &FactView, network: Network, date: &impl Fn(Slot) -> String) -> String {
    match fact {
        FactView::Hash(hash) => format!("b3:{}", text::short(&hash.to_hex())),
        FactView::Number(number) => text::count(*number),
        FactView::Slot(slot) => date(*slot),
        FactView::Account(id) => text::short(&Address::Account(*id).to_text(network)),
        FactView::Module(id) => text::short(&Address::Module(*id).to_text(network)),
        FactView::Text(name) if key == "reason" => reason(name),
        FactView::Text(words) => text::safe(words),
        FactView::Bytes(bytes) => to_hex(bytes),
    }
}

/// A fact on a page: hashes copy whole, accounts and modules lead to their pages.
#[must_use]
pub fn fact(key: &str, fact: &FactView, network: Network, date: impl Fn(Slot) -> String) -> AnyView {
    match fact {
        FactView::Hash(found) => hash(found),
        FactView::Account(id) => {
            let address = Address::Account(*id).to_text(network);
            link(format!("/account/{address}"), text::short(&address))
        }
        FactView::Module(id) => {
            let address = Address::Module(*id).to_text(network);
            link(format!("/modules/{address}"), text::short(&address))
        }
        FactView::Bytes(bytes) => view! { <span class="bytes">{to_hex(bytes)}</span> }.into_any(),
        other => plain(key, other, network, &date).into_any(),
    }
}

/// Why an enactment changed nothing, by the name that the journal gives the reason.
fn reason(name: &str) -> String {
    use AbortReason as R;
    const ALL: [AbortReason; 30] = [
        R::NoSuchModule,
        R::CodeMissing,
        R::CodeInvalid,
        R::BadVersion,
        R::SchemaMismatch,
        R::ClassTooLow,
        R::MigrationFailed,
        R::MigrationOutOfGas,
        R::Unhealthy,
        R::BadParameter,
        R::SetterFailed,
        R::BadParams,
        R::SameCode,
        R::MigrationTooLong,
        R::InvariantBroken,
        R::NoSuchVersion,
        R::GenerationGone,
        R::DataWritten,
        R::AlreadyFrozen,
        R::NotFrozen,
        R::FreezeTooLong,
        R::Busy,
        R::BadReference,
        R::ExecutionFailed,
        R::OtherEffects,
        R::Spam,
        R::NothingToClose,
        R::BadBuilders,
        R::NothingToProve,
        R::BadValidators,
    ];
    let known = ALL.into_iter().find(|reason| format!("{reason:?}") == name);
    known.map_or_else(|| text::safe(name), |reason| words::abort(reason).to_owned())
}

/// The label of a fact.
#[must_use]
pub fn label(key: &str) -> String {
    keyed(crate::en::FACTS, key)
}

/// What the vote behind an entry said: class, tally and threshold base at lock-in.
#[must_use]
pub fn tally(vote: &zera_worker_protocol::VoteView) -> String {
    let (y_for, against, base) = vote.tally;
    say!(VOTE_TALLY, words::class(vote.class), text::zra_short(y_for), text::zra_short(against), text::zra_short(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::{Hash, Height};

    fn entry(deed: &str, facts: Vec<(&str, FactView)>) -> JournalEntryView {
        let facts = facts.into_iter().map(|(key, fact)| (key.to_owned(), fact)).collect();
        JournalEntryView { index: 3, at: (Height(7), Slot(9)), module: None, vote: None, deed: deed.into(), facts }
    }

    fn said(deed: &str, facts: Vec<(&str, FactView)>) -> String {
        sentence(&entry(deed, facts), Network::Solo, |slot| format!("slot {}", slot.0))
    }

    #[test]
    fn deeds_are_sentences_with_their_facts_in_them() {
        let number = FactView::Number;
        assert_eq!(said("upgraded", vec![("sequence", number(4))]), "Upgraded to version 4");
        assert_eq!(
            said("rolled_back_data", vec![("to", number(2)), ("sequence", number(5))]),
            "Returned to version 2, code and data, as version 5"
        );
        assert_eq!(said("frozen", vec![("until", FactView::Slot(Slot(1_200)))]), "Calls stopped until slot 1200");
        assert_eq!(
            said("aborted", vec![("reason", FactView::Text("Unhealthy".into()))]),
            format!("Aborted: {}", say!(A_UNHEALTHY))
        );
        assert_eq!(said("something_new", vec![]), "something_new", "an unknown deed stands for itself");
        assert_eq!(said("tag_set", vec![("tag", FactView::Text("to\u{202e}ken".into()))]), "Tag “to[U+202E]ken” set");
        assert_eq!(said("tag_deleted", vec![]), "Tag “” deleted", "a missing fact leaves a gap, not a name");
    }

    #[test]
    fn every_reason_is_worded() {
        for name in ["NoSuchModule", "BadBuilders", "OtherEffects"] {
            assert_ne!(reason(name), name);
        }
        assert_eq!(reason("Whatever"), "Whatever");
        assert_eq!(label("old_code"), "code before");
        assert_eq!(
            plain("code", &FactView::Hash(Hash([0xab; 32])), Network::Solo, &|_| String::new()),
            "b3:abababab…ababab"
        );
    }
}
