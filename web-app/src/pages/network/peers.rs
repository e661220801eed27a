//! Whom the node asks, what came of it, and who was dropped for what.

use super::{join, part, run};
use crate::{
    components::{Field, Known, Step, empty, failure, field, mark, react, table_of, tag, td_mark, td_num, tool_button},
    known, say, text,
};
use leptos::prelude::*;
use zera_worker_protocol::{Command, Error, PeerState, PeerView};

/// The table, and the field for one more.
pub(super) fn list(solo: bool) -> AnyView {
    if solo {
        return empty(say!(PE_SOLO), ());
    }
    let failed: RwSignal<Option<Error>> = RwSignal::new(None);
    let peers = part(|view| view.peers.clone());
    let shown = move || peers.with(|peers| rows(peers.as_deref().unwrap_or_default(), failed));
    view! {
        <div class="stack">
            {react(shown)}
            {add(failed)}
            {move || failed.get().map(|error| failure(&error))}
        </div>
    }
    .into_any()
}

fn add(failed: RwSignal<Option<Error>>) -> AnyView {
    let address = RwSignal::new(String::new());
    let wrong = move || address.with(|text| join::bad_peer(text));
    let press = move || {
        let typed = address.get_untracked().trim().to_owned();
        if !typed.is_empty() && join::bad_peer(&typed).is_none() {
            run(Command::AddPeer(typed), failed, move || _ = address.try_set(String::new()));
        }
    };
    view! {
        <div class="pick-two">
            {field(Field::new("add-peer", say!(PE_ADD)).mono().hint(say!(PE_ADD_HINT)), address, wrong)}
            {tool_button(say!(PE_ADD), press)}
        </div>
    }
    .into_any()
}

fn rows(peers: &[PeerView], failed: RwSignal<Option<Error>>) -> AnyView {
    if peers.is_empty() {
        return empty(say!(PE_NONE), view! { <p>{say!(PE_NONE_WHAT)}</p> });
    }
    let rows = peers.iter().map(|peer| row(peer, failed)).collect();
    let columns = [
        (say!(PE_PEER), false),
        (say!(PE_HEAD), true),
        (say!(PE_ROUND_TRIP), true),
        (say!(PE_SCORE), true),
        (say!(PE_SERVED), true),
        (say!(PE_GOOD), true),
        ("", false),
    ];
    table_of(say!(PE_NAME), &columns, rows)
}

fn row(peer: &PeerView, failed: RwSignal<Option<Error>>) -> (&'static str, AnyView, Vec<AnyView>) {
    let class = if peer.state == PeerState::Dropped { "hot" } else { "" };
    let (good, checked) = peer.good;
    let proofs = if checked == 0 { String::new() } else { say!(OF, text::count(good), text::count(checked)) };
    let address = peer.address.clone();
    let remove = {
        let address = address.clone();
        let label = say!(PE_REMOVE_WHICH, text::safe(&address));
        let press = move |_| run(Command::RemovePeer(address.clone()), failed, || ());
        view! { <button type="button" class="link" aria-label=label on:click=press>{say!(PE_REMOVE)}</button> }
    };
    let name = view! {
        <bdi>{text::safe(&address)}</bdi>
        {peer.serves_page.then(|| view! { " "{tag(say!(PE_SERVES_PAGE))} })}
        <span class="sub">{cause(peer).map(|words| format!("{words}. "))}{remove}</span>
    };
    let cells = vec![
        td_num(say!(PE_HEAD), peer.head.map_or_else(String::new, |head| text::count(head.0))),
        td_num(say!(PE_ROUND_TRIP), peer.round_trip_us.map_or_else(String::new, text::micros)),
        td_num(say!(PE_SCORE), peer.score.to_string()),
        td_num(say!(PE_SERVED), text::bytes(peer.received)),
        td_num(say!(PE_GOOD), proofs),
        td_mark(mark(evidence(peer))),
    ];
    (class, name.into_any(), cells)
}

/// Why it is not asked now, in a line below its address.
fn cause(peer: &PeerView) -> Option<String> {
    let why = text::safe(peer.cause.as_ref()?);
    let now = js_sys::Date::now() as u64;
    let since = text::duration(now.saturating_sub(peer.since_ms) / 1_000);
    match peer.state {
        PeerState::Dropped => Some(say!(PE_DROPPED_AGO, why, since)),
        _ => Some(say!(PE_WAITING_SINCE, why, since)),
    }
}

fn evidence(peer: &PeerView) -> crate::components::Evidence {
    let (known, method) = standing(peer);
    let agent = peer.agent.as_deref().map_or_else(|| say!(NOTHING).to_owned(), text::safe);
    let connected = match peer.state {
        PeerState::Good | PeerState::Behind => {
            Step::of("unverified", say!(PE_CONNECTED), say!(PE_CONNECTED_HOW, text::safe(&peer.address), agent))
        }
        _ => Step::of("pending", say!(PE_CONNECTED), say!(PE_CONNECTED_NOT)),
    };
    let (good, checked) = peer.good;
    let kind = if good < checked { "alarm" } else { "" };
    let held = Step::of(kind, say!(PE_CHECKED), say!(PE_CHECKED_HOW, text::count(good), text::count(checked)));
    let none = Step::checked(say!(PE_NEED_NONE), say!(PE_NEED_NONE_HOW));
    known::peer(known, &method, &peer.address, vec![held, connected, none])
}

/// How it stands, as a mark.
fn standing(peer: &PeerView) -> (Known, String) {
    match peer.state {
        PeerState::Dropped => (Known::Alarm, say!(PE_DROPPED).into()),
        PeerState::Connecting => (Known::Pending, say!(PE_CONNECTING).into()),
        PeerState::Behind => (Known::Pending, say!(PE_BEHIND).into()),
        PeerState::Waiting => {
            let words = peer.retry_ms.map_or_else(
                || say!(PE_WAITING).to_owned(),
                |ms| say!(PE_WAITING_IN, text::duration(ms.div_ceil(1_000))),
            );
            (Known::Pending, words)
        }
        PeerState::Good if peer.good.1 == 0 => (Known::Unverified, say!(PE_NEW).into()),
        PeerState::Good => (Known::Verified, say!(PE_AGREES).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(state: PeerState, good: (u64, u64)) -> PeerView {
        PeerView {
            address: "ws://a".into(),
            agent: None,
            state,
            cause: None,
            head: None,
            round_trip_us: None,
            received: 0,
            good,
            score: 500,
            retry_ms: Some(1_200),
            since_ms: 0,
            serves_page: false,
        }
    }

    #[test]
    fn a_peer_is_verified_only_by_what_it_served() {
        assert_eq!(standing(&peer(PeerState::Good, (0, 0))).0, Known::Unverified);
        assert_eq!(standing(&peer(PeerState::Good, (3, 3))).0, Known::Verified);
        assert_eq!(standing(&peer(PeerState::Dropped, (3, 4))).0, Known::Alarm);
        assert_eq!(standing(&peer(PeerState::Waiting, (3, 3))), (Known::Pending, say!(PE_WAITING_IN, "2\u{a0}s")));
    }
}
