//! What stands above every page while the node cannot vouch for what it shows as it should: a conflict, or a head that
//! does not advance.

use super::{conflicts, part};
use crate::{
    client::use_client,
    components::{link, react, verdict},
    say, text, words,
};
use leptos::prelude::*;
use zera_worker_protocol::{Mode, NetworkView, Stall};

/// What a banner is about: it changes less often than the figures in it.
#[derive(Clone, PartialEq, Eq)]
struct Trouble {
    stall: Option<Stall>,
    conflict: Option<zera_worker_protocol::ForkView>,
    verified: Option<(u64, u64)>,
}

fn trouble(view: &NetworkView) -> Option<Trouble> {
    let conflict = view.conflicts.last().cloned();
    let stall = view.stall.clone().filter(|_| view.mode != Mode::Solo);
    (conflict.is_some() || stall.is_some()).then(|| Trouble {
        stall,
        conflict,
        verified: view.verified.map(|(height, _, ms)| (height.0, ms)),
    })
}

/// The banners; nothing while all is well.
#[must_use]
pub fn banner() -> AnyView {
    let trouble = part(trouble);
    react(move || match trouble.get().flatten() {
        None => ().into_any(),
        Some(Trouble { conflict: Some(fork), .. }) => {
            view! { <div class="banners">{conflicts::banner(&fork)}</div> }.into_any()
        }
        Some(Trouble { stall: Some(stall), verified, .. }) => {
            view! { <div class="banners" role="status">{stalled(&stall, verified)}</div> }.into_any()
        }
        Some(_) => ().into_any(),
    })
}

fn stalled(stall: &Stall, verified: Option<(u64, u64)>) -> AnyView {
    let client = use_client();
    let age = move |ms: u64| {
        // Moves with the clock of the page.
        let _ = client.clock.get();
        text::duration((js_sys::Date::now() as u64).saturating_sub(ms) / 1_000)
    };
    let as_of = move || match verified {
        Some((height, ms)) => say!(ST_BANNER_WHAT, text::count(height), age(ms)),
        None => say!(ST_BANNER_NEVER).to_owned(),
    };
    let advice = match stall {
        Stall::Expired => say!(ST_BANNER_EXPIRED),
        Stall::Storage(_) => say!(ST_BANNER_STORAGE),
        _ => "",
    };
    let body =
        view! { <p><span aria-live="off">{as_of}</span>" "{advice}" "{link("/network", say!(ST_BANNER_OPEN))}</p> };
    verdict("pending", words::stall(stall), body, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_ones_own_has_no_banner() {
        let view = NetworkView {
            mode: Mode::Solo,
            checkpoint: None,
            verified: None,
            heard: None,
            range: None,
            sync: None,
            peers: Vec::new(),
            traffic: (0, 0),
            start: None,
            finality: Vec::new(),
            stall: Some(Stall::Offline),
            conflicts: Vec::new(),
            proven: (0, 0),
            tabs: Vec::new(),
            hand_over_ms: None,
        };
        assert!(trouble(&view).is_none());
        let light = NetworkView { mode: Mode::Light, ..view };
        assert!(trouble(&light).is_some_and(|trouble| trouble.stall == Some(Stall::Offline)));
    }
}
