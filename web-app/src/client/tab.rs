//! This tab among those that share a node: its number, which its worker bears in its name; what it shows and whether anybody
//! looks at it; and its sign of life. Another tab's worker asks for that when this tab's leads and is silent: the page answers
//! while the worker computes, and does not while the browser keeps the whole tab frozen.

use super::link::Client;
use gloo::events::EventListener;
use leptos::prelude::window;
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent, VisibilityState};
use zera_worker_protocol::Command;

/// The channel on which workers ask pages.
const PULSE: &str = "zera-pulse";

thread_local! {
    /// The number of the newest worker, as its name has it.
    static OWN: RefCell<String> = const { RefCell::new(String::new()) };
    /// True while it leads.
    static LEADS: Cell<bool> = const { Cell::new(false) };
    /// What the node was last told that this tab shows.
    static SHOWN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The name of a new worker.
#[expect(clippy::float_arithmetic, reason = "the browser's random numbers have decimals")]
pub fn name() -> String {
    // Numbers need to differ, not to be secret; scripts see 48 bits of them exactly, and a cast from a float saturates.
    let third = || (js_sys::Math::random() * 65_536.0) as u16;
    let own = format!("{:08x}{:04x}{:04x}", third(), third(), third());
    let name = format!("zera-tab-{own}");
    OWN.set(own);
    LEADS.set(false);
    SHOWN.take();
    name
}

/// The newest worker leads from now on, or does not.
pub fn leads(leads: bool) {
    LEADS.set(leads);
}

/// Listens, as long as the page lives.
pub fn listen(client: Client) {
    // Without channels workers have none either, and say so.
    if let Ok(channel) = BroadcastChannel::new(PULSE) {
        let answering = channel.clone();
        EventListener::new(&channel, "message", move |event| answer(&answering, event)).forget();
    }
    let window = window();
    for (name, online) in [("online", true), ("offline", false)] {
        EventListener::new(&window, name, move |_| tell(client, Command::Online(online))).forget();
    }
    if let Some(document) = window.document() {
        let seen = document.clone();
        EventListener::new(&document, "visibilitychange", move |_| {
            tell(client, Command::Visible(seen.visibility_state() == VisibilityState::Visible));
        })
        .forget();
    }
}

fn answer(channel: &BroadcastChannel, event: &web_sys::Event) {
    let said = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string()).unwrap_or_default();
    let Some(whom) = said.strip_prefix("lives? ") else { return };
    let own = OWN.with_borrow(Clone::clone);
    if whom == own || (whom == "leader" && LEADS.get()) {
        // It fails only for what cannot be copied; text can.
        let _ = channel.post_message(&JsValue::from_str(&format!("lives {own}")));
    }
}

/// Says what the worker cannot know: once it runs.
pub fn introduce(client: Client) {
    let window = window();
    if !window.navigator().on_line() {
        tell(client, Command::Online(false));
    }
    if window.document().is_some_and(|document| document.visibility_state() != VisibilityState::Visible) {
        tell(client, Command::Visible(false));
    }
    show(client);
}

/// Says what this tab shows, when that has changed.
pub fn show(client: Client) {
    let shown = window().location().pathname().unwrap_or_default();
    if SHOWN.with_borrow(|known| *known != shown) {
        SHOWN.set(shown.clone());
        tell(client, Command::Shows(shown));
    }
}

/// Nothing hangs on the answer.
fn tell(client: Client, command: Command) {
    leptos::task::spawn_local(async move {
        let _ = client.ask(command).await;
    });
}
