//! The page's sentence, and the figures of the moment: how far behind, what was verified, what it took.

use super::{millis, part};
use crate::{
    charts::finality,
    client::use_client,
    components::{figure, figures, head, mark, react},
    known, say,
    standing::{self, standing},
    text,
};
use leptos::prelude::*;
use zera_primitives::Hash;
use zera_worker_protocol::{Mode, NetworkView, Stall};

/// How a network is called that has no other name: by the first digits of its genesis.
#[must_use]
pub fn network_name(genesis: &Hash) -> String {
    let digits = genesis.to_hex();
    say!(NET_NAMED, digits.get(..8).unwrap_or_default())
}

/// The height that peers speak of and that is not verified yet.
#[must_use]
pub fn waiting(view: &NetworkView) -> Option<u64> {
    let verified = view.verified.map_or(0, |(height, ..)| height.0);
    view.heard.map(|heard| heard.0).filter(|heard| *heard > verified)
}

/// Head of the page.
pub(super) fn top() -> AnyView {
    let title = Memo::new(|_| title());
    react(move || {
        let lead = match standing().mode {
            Mode::Solo => say!(NW_LEAD_SOLO),
            Mode::Light => say!(NW_LEAD_LIGHT),
            Mode::Full => say!(NW_LEAD_FULL),
        };
        head(().into_any(), title.get(), lead)
    })
}

fn title() -> String {
    let status = use_client().status.get();
    let Some((view, status)) = standing::network().zip(status) else { return say!(NAV_NETWORK).to_owned() };
    if view.mode == Mode::Solo {
        return say!(NW_TITLE_SOLO, text::plural(view.tabs.len().max(1), say!(ONE_TAB), say!(MANY_TABS)));
    }
    let what = if view.mode == Mode::Light { say!(NW_A_LIGHT) } else { say!(NW_A_FULL) };
    let network = network_name(&status.genesis);
    if let Some(stall) = &view.stall {
        return say!(NW_TITLE_STALLED, what, network, stalled(stall));
    }
    if view.verified.is_none() {
        return say!(NW_TITLE_NEW, what, network);
    }
    let behind = finality::median(&view.finality).map_or_else(|| "–".into(), millis);
    let peers = match status.peers {
        0 => say!(NW_NO_PEER).to_owned(),
        1 => say!(NW_ONE_PEER).to_owned(),
        peers => say!(NW_MANY_PEERS, peers),
    };
    say!(NW_TITLE, what, network, behind, peers)
}

const fn stalled(stall: &Stall) -> &'static str {
    match stall {
        Stall::Offline => say!(NW_STALLED_OFFLINE),
        Stall::NoPeer => say!(NW_STALLED_NO_PEER),
        Stall::NothingNew => say!(NW_STALLED_NOTHING),
        Stall::Unverifiable(_) => say!(NW_STALLED_UNVERIFIABLE),
        Stall::Expired => say!(NW_STALLED_EXPIRED),
        Stall::Conflict => say!(NW_STALLED_CONFLICT),
        Stall::OtherRules => say!(NW_STALLED_RULES),
        Stall::Storage(_) => say!(NW_STALLED_STORAGE),
    }
}

/// Range, traffic, start, proofs, and in full mode how much was run.
pub(super) fn figures_now() -> AnyView {
    let view = part(|view| (view.range, view.traffic, view.start, view.proven, view.sync));
    react(move || {
        let Some((range, traffic, start, proven, sync)) = view.get() else { return ().into_any() };
        let mut items = Vec::new();
        if let Some((from, to)) = range {
            let words = say!(RAN_FROM_TO, text::count(from.0), text::count(to.0));
            let how = mark(known::certified_range(words.clone()));
            items.push(figure(say!(NW_RANGE), words, "", how));
        }
        if let Some((ran, all)) = sync {
            let note = view! { {say!(NW_SYNC_NOTE, text::count(all))}" "{mark(known::state(text::count(ran), say!(NW_SYNC_ABOUT)))} };
            items.push(figure(say!(NW_SYNC), text::count(ran), "", note));
        }
        let (entries, memory) = proven;
        if entries + memory > 0 {
            let how = mark(known::proven_entries(text::count(entries)));
            let note = view! { {say!(NW_PROVEN_NOTE, text::count(memory))}" "{how} };
            items.push(figure(say!(NW_PROVEN), text::count(entries), "", note));
        }
        if let Some((micros, bytes)) = start {
            let took = text::micros(micros);
            let note = view! { {say!(NW_START_NOTE, text::bytes(bytes))}" "{mark(known::measured(took.clone(), say!(NW_START_ABOUT)))} };
            items.push(figure(say!(NW_START), took, "", note));
        }
        let (received, sent) = traffic;
        let got = text::bytes(received);
        let note = view! { {say!(NW_RECEIVED_NOTE, text::bytes(sent))}" "{mark(known::counted(got.clone(), say!(NW_TRAFFIC_ABOUT)))} };
        items.push(figure(say!(NW_RECEIVED), got, "", note));
        figures(items)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_called_by_its_genesis() {
        assert_eq!(network_name(&Hash([0x3b; 32])), say!(NET_NAMED, "3b3b3b3b"));
    }
}
