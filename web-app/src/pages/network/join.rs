//! Joining a network: whom to ask, and what to trust first. What a peer says of itself is shown as its word; the
//! checkpoint is never taken from a peer that it will check, at most from this page's origin, and then that is said.

use crate::{
    answer,
    client::{Answer, use_client},
    components::{
        Field, button_or_why, check, failure, field, hash, kv, mark, progress_bar, quiet_or_why, react, tool_button,
    },
    known, origin, say, text,
};
use leptos::prelude::*;
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{Command, Error, Join, Mode, PeerOffer};

/// A checkpoint as it is typed: the chain, and the block where checking begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Typed {
    genesis: Hash,
    height: Height,
}

/// Reads a checkpoint: `genesis`, or `genesis:height:block:set`.
fn typed(text: &str) -> Option<Typed> {
    let digits = |part: &str| Hash::from_hex(&part.trim_start_matches("b3:").to_lowercase());
    let parts: Vec<&str> = text.trim().split(':').collect();
    // `b3:` before the first hash splits as a part of its own.
    let parts = if parts.first() == Some(&"b3") { parts.get(1..).unwrap_or_default() } else { parts.as_slice() };
    match parts {
        [genesis] => Some(Typed { genesis: digits(genesis)?, height: Height(0) }),
        [genesis, height, block, set] => {
            digits(block).and(digits(set))?;
            Some(Typed { genesis: digits(genesis)?, height: Height(height.parse().ok()?) })
        }
        _ => None,
    }
}

/// The addresses in a field: with spaces, commas or lines between them.
fn peers_of(text: &str) -> Vec<String> {
    text.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What is wrong with an address, if it is; the node completes and checks it again.
pub(super) fn bad_peer(text: &str) -> Option<String> {
    let wrong = |address: &String| {
        let rest = address.strip_prefix("ws://").or_else(|| address.strip_prefix("wss://")).unwrap_or(address);
        rest.contains("://") || rest.starts_with('/') || rest.is_empty() || address.len() > 256 || !address.is_ascii()
    };
    peers_of(text).iter().find(|address| wrong(address)).map(|address| say!(JOIN_PEER_WRONG, text::safe(address)))
}

#[derive(Clone, Copy)]
struct Form {
    peers: RwSignal<String>,
    checkpoint: RwSignal<String>,
    full: RwSignal<bool>,
    /// The text that the origin offered, and its host.
    offered: RwSignal<Option<(String, String)>>,
    offer: RwSignal<Answer<Box<PeerOffer>>>,
    busy: RwSignal<Option<String>>,
    failed: RwSignal<Option<Error>>,
    no_origin: RwSignal<Option<String>>,
}

impl Form {
    fn new() -> Self {
        Self {
            peers: RwSignal::new(String::new()),
            checkpoint: RwSignal::new(String::new()),
            full: RwSignal::new(false),
            offered: RwSignal::new(None),
            offer: RwSignal::new(None),
            busy: RwSignal::new(None),
            failed: RwSignal::new(None),
            no_origin: RwSignal::new(None),
        }
    }

    /// The host that vouches for what stands in the field now; tracked.
    fn host(self) -> Option<String> {
        let now = self.checkpoint.get();
        self.offered
            .with(|offered| offered.as_ref().filter(|(text, _)| *text == now.trim()).map(|(_, host)| host.clone()))
    }

    fn why(self) -> Option<String> {
        if let Some(busy) = self.busy.get() {
            return Some(busy);
        }
        if self.peers.with(|text| peers_of(text).is_empty()) {
            return Some(say!(JOIN_WHY_PEER).to_owned());
        }
        if let Some(wrong) = self.peers.with(|text| bad_peer(text)) {
            return Some(wrong);
        }
        self.checkpoint.with(|text| typed(text).is_none()).then(|| say!(JOIN_WHY_CHECKPOINT).to_owned())
    }

    fn join(self) {
        let checkpoint = self.checkpoint.get_untracked().trim().to_owned();
        let mode = if self.full.get_untracked() { Mode::Full } else { Mode::Light };
        let Some(typed) = typed(&checkpoint) else { return };
        origin::remember(&typed.genesis, untrack(|| self.host()).as_deref());
        let join = Join { mode, peers: peers_of(&self.peers.get_untracked()), checkpoint };
        self.busy.set(Some(say!(JOIN_JOINING).to_owned()));
        self.failed.set(None);
        let client = use_client();
        leptos::task::spawn_local(async move {
            let result = answer!(client.ask(Command::Join(join)).await, Status);
            self.busy.try_set(None);
            match result {
                // The page is built anew, as that of a node on a network.
                Ok(status) => {
                    client.status.set(Some(*status));
                    client.refresh();
                }
                Err(error) => _ = self.failed.try_set(Some(error)),
            }
        });
    }

    fn probe(self) {
        let Some(peer) = peers_of(&self.peers.get_untracked()).into_iter().next() else { return };
        self.busy.set(Some(say!(JOIN_PROBING, text::safe(&peer))));
        let client = use_client();
        leptos::task::spawn_local(async move {
            let answer = answer!(client.ask(Command::Probe { peer }).await, Offer);
            self.busy.try_set(None);
            self.offer.try_set(Some(answer));
        });
    }

    fn ask_origin(self) {
        self.no_origin.set(None);
        leptos::task::spawn_local(async move {
            match origin::offer().await {
                Ok(offer) => {
                    self.offered.try_set(Some((offer.checkpoint.clone(), offer.host)));
                    self.checkpoint.try_set(offer.checkpoint);
                    if self.peers.try_with_untracked(|text| peers_of(text).is_empty()) == Some(true) {
                        self.peers.try_set(offer.peer);
                    }
                }
                Err(why) => _ = self.no_origin.try_set(Some(say!(JOIN_ORIGIN_NONE, text::safe(&why)))),
            }
        });
    }
}

/// The panel of the first run.
#[must_use]
pub fn panel() -> AnyView {
    view! {
        <section class="panel" aria-labelledby="join">
            <h2 id="join">{say!(JOIN_OR)}</h2>
            <p>{say!(JOIN_WHAT)}</p>
            {fields(false)}
        </section>
    }
    .into_any()
}

/// One field for peers, one for the checkpoint, and where each may come from.
#[must_use]
pub(super) fn form() -> AnyView {
    fields(true)
}

/// The form; on the first run its button is not the solid one.
fn fields(first: bool) -> AnyView {
    let form = Form::new();
    let press = if first { button_or_why } else { quiet_or_why };
    let bad = move || form.peers.with(|text| bad_peer(text));
    let wrong = move || {
        form.checkpoint.with(|text| {
            (!text.trim().is_empty() && typed(text).is_none()).then(|| say!(JOIN_CHECKPOINT_WRONG).to_owned())
        })
    };
    view! {
        <div class="stack join">
            {field(Field::new("join-peer", say!(JOIN_PEER)).mono().hint(say!(JOIN_PEER_HINT)), form.peers, bad)}
            {field(Field::new("join-checkpoint", say!(JOIN_CHECKPOINT)).kind(say!(JOIN_KIND)).mono().hint(say!(JOIN_CHECKPOINT_HINT)), form.checkpoint, wrong)}
            {react(move || trusted(form))}
            {move || form.no_origin.get().map(|why| view! { <p class="why" role="status">{why}</p> })}
            {check("join-full", say!(JOIN_FULL), form.full)}
            {press(say!(JOIN_DO), move || form.why(), move || form.join())}
            <div class="row">
                {tool_button(say!(JOIN_ORIGIN), move || form.ask_origin())}
                {tool_button(say!(JOIN_PROBE), move || form.probe())}
            </div>
            {progress_bar()}
            {react(move || form.offer.with(|answer| match answer {
                None => ().into_any(),
                Some(Ok(offer)) => offered(offer, form),
                Some(Err(error)) => failure(error),
            }))}
            {move || form.failed.get().map(|error| failure(&error))}
        </div>
    }
    .into_any()
}

/// What the checkpoint in the field is, and on whose word.
fn trusted(form: Form) -> AnyView {
    let Some(typed) = form.checkpoint.with(|text| typed(text)) else { return ().into_any() };
    let what = match typed.height.0 {
        0 => say!(JOIN_OF_GENESIS).to_owned(),
        height => say!(JOIN_OF_BLOCK, text::count(height)),
    };
    let evidence = match form.host() {
        Some(host) => known::words(what.clone(), say!(JOIN_TAKEN_ORIGIN, text::safe(&host))),
        None => known::words(what.clone(), say!(JOIN_TYPED)),
    };
    view! { <p class="small">{text::capital(&what)}" "{mark(evidence)}</p> }.into_any()
}

/// What a peer says of itself.
fn offered(offer: &PeerOffer, form: Form) -> AnyView {
    let address = text::safe(&offer.address);
    let says = |figure: String| mark(known::said_by_peer(figure, &offer.address));
    let genesis = offer.genesis;
    let same = move || {
        form.checkpoint
            .with(|text| typed(text))
            .map(|typed| if typed.genesis == genesis { say!(JOIN_SAME_CHAIN) } else { say!(JOIN_OTHER_CHAIN) })
    };
    let rules = if offer.same_rules { say!(JOIN_RULES_SAME) } else { say!(JOIN_RULES_OTHER) };
    let agent = text::safe(&offer.agent);
    let head = text::count(offer.head.0);
    let trip = text::micros(offer.round_trip_us);
    let rows = vec![
        (say!(JOIN_SOFTWARE).into(), view! { {agent.clone()}" "{says(agent)} }.into_any()),
        (
            say!(JOIN_CHAIN).into(),
            view! { {hash(&genesis)}" "{same}" "{says(text::short(&genesis.to_hex()))} }.into_any(),
        ),
        (say!(JOIN_HEAD).into(), view! { {head.clone()}" "{says(head)} }.into_any()),
        (say!(JOIN_RULES).into(), view! { {rules}" "{says(rules.to_owned())} }.into_any()),
        (
            say!(JOIN_ROUND_TRIP).into(),
            view! { {trip.clone()}" "{mark(known::measured(trip, say!(JOIN_OFFER_ABOUT)))} }.into_any(),
        ),
    ];
    view! { <div class="stack-2" role="status"><h3>{say!(JOIN_OFFER, address)}</h3><p class="small dim">{say!(JOIN_OFFER_ABOUT)}</p>{kv(rows)}</div> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_people_copy_it() {
        let a = Hash([0xab; 32]);
        let (plain, hex) = (a.to_hex(), a.to_hex().to_uppercase());
        assert_eq!(typed(&format!(" b3:{hex} ")), Some(Typed { genesis: a, height: Height(0) }));
        assert_eq!(typed(&format!("{plain}:12:{plain}:{plain}")), Some(Typed { genesis: a, height: Height(12) }));
        for bad in
            ["", "abc", &format!("{plain}:12"), &format!("{plain}:x:{plain}:{plain}"), &format!("{plain}:1:{plain}:b")]
        {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_are_parted_and_looked_at() {
        assert_eq!(peers_of(" a:1, b:2\nws://c/wire "), ["a:1", "b:2", "ws://c/wire"]);
        assert_eq!((bad_peer("a.example:7401 wss://b/wire"), bad_peer("")), (None, None));
        for bad in ["http://a", "ws://", "/wire", "ws://\u{fc}"] {
            assert!(bad_peer(bad).is_some(), "{bad}");
        }
    }
}
