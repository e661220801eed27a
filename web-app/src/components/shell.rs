//! The frame on every page: navigation, node line with block ticks, content, foot, status regions.

use super::{basic, evidence_sheet, feedback, mark, react};
use crate::{
    answer,
    client::{Phase, use_client},
    known,
    pages::{network_name, waiting},
    router::{Route, use_router},
    say,
    standing::{self, standing},
    text,
};
use leptos::prelude::*;
use zera_primitives::{Address, Network};
use zera_worker_protocol::{Command, Mode, ModuleView, StatusView};

/// Heights the strip has room for; older ones leave at the left.
const TICKS: usize = 240;

/// The whole frame around `content`.
#[must_use]
pub fn shell(content: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    view! {
        <a class="skip" href="#main" on:click=|event| { event.prevent_default(); basic::focus("main"); }>{say!(SKIP)}</a>
        {top()}
        {node_line()}
        <main id="main" class="wrap" tabindex="-1">{content}</main>
        {foot()}
        {evidence_sheet()}
        {feedback::toasts()}
        {announcer()}
    }
    .into_any()
}

fn top() -> AnyView {
    let router = use_router();
    let entry = move |href: &'static str, label: &'static str| {
        let current = move || (router.get().section() == href).then_some("page");
        view! { <a href=href aria-current=current>{label}</a> }.into_any()
    };
    view! {
        <header class="top">
            <div class="wrap">
                <a class="logo" href="/" aria-label=say!(HOME)><svg aria-hidden="true"><use href="#logo"></use></svg>"ZERA"</a>
                <nav class="nav" aria-label=say!(PAGES)>
                    {entry("/", say!(NAV_OVERVIEW))}{entry("/proposals", say!(NAV_PROPOSALS))}{entry("/modules", say!(NAV_MODULES))}
                    {entry("/blocks", say!(NAV_BLOCKS))}{entry("/pipelines", say!(NAV_PIPELINES))}{entry("/executions", say!(NAV_EXECUTIONS))}{entry("/verify", say!(NAV_VERIFY))}
                    {entry("/network", say!(NAV_NETWORK))}{entry("/account", say!(NAV_ACCOUNT))}
                </nav>
                <div class="top-end">{find()}{key_link()}</div>
            </div>
        </header>
    }
    .into_any()
}

fn key_link() -> AnyView {
    let client = use_client();
    let content = move || match client
        .status
        .with(|s| s.as_ref().and_then(|status| status.account.map(|id| (id, status.network))))
    {
        Some((id, network)) => {
            let address = Address::Account(id).to_text(network);
            view! { {say!(KEY)}" "<code class="addr">{text::short(&address)}</code> }.into_any()
        }
        None => say!(NO_KEY).into_any(),
    };
    // Once stopped, the tab cannot know of keys.
    let knows = Memo::new(move |_| !matches!(client.phase.get(), Phase::Stopped(_)));
    react(move || {
        if knows.get() {
            view! { <a class="key-link" href="/account">{react(content)}</a> }.into_any()
        } else {
            ().into_any()
        }
    })
}

/// Where a search leads: a number is a block, `#7` a proposal, 64 digits a transaction, an address its page.
fn target_of(words: &str, network: Network) -> Option<Route> {
    let words = words.trim();
    let plain: String = words.chars().filter(|c| *c != ',').collect();
    if let Some(id) = words.strip_prefix('#') {
        return id.trim().parse().ok().map(Route::Proposal);
    }
    if let Ok(height) = plain.parse() {
        return Some(Route::Block(height));
    }
    let hash = words.trim_start_matches("b3:");
    if zera_primitives::Hash::from_hex(hash).is_some() {
        return Some(Route::Transaction(hash.to_lowercase()));
    }
    match Address::from_text(words, network).ok()? {
        Address::Account(_) => Some(Route::OtherAccount(words.to_owned())),
        Address::Module(_) => Some(Route::Module(words.to_owned())),
    }
}

/// Where a search for words leads: the one module that is called so, or the list of all whose names have them.
fn named(modules: &[ModuleView], words: &str, network: Network) -> Option<Route> {
    let words = words.trim().to_lowercase();
    let of = |module: &ModuleView| Route::Module(Address::Module(module.id).to_text(network));
    if words.is_empty() {
        return None;
    }
    let mut exact = modules.iter().filter(|module| module.name.to_lowercase() == words);
    if let (Some(module), None) = (exact.next(), exact.next()) {
        return Some(of(module));
    }
    let mut found = modules.iter().filter(|module| module.name.to_lowercase().contains(&words));
    match (found.next(), found.next()) {
        (None, _) => None,
        (Some(module), None) => Some(of(module)),
        _ => Some(Route::FindModules(words)),
    }
}

fn find() -> AnyView {
    let (client, router) = (use_client(), use_router());
    let words = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let network = client.status.with_untracked(|s| s.as_ref().map_or(Network::Solo, |status| status.network));
        let asked = words.get_untracked();
        if let Some(route) = target_of(&asked, network) {
            words.set(String::new());
            return router.go(&route.path());
        }
        leptos::task::spawn_local(async move {
            let modules = answer!(client.ask(Command::Modules).await, Modules).unwrap_or_default();
            match named(&modules, &asked, network) {
                Some(route) => {
                    words.set(String::new());
                    router.go(&route.path());
                }
                None => wrong.set(true),
            }
        });
    };
    let shortcut = window_event_listener(leptos::ev::keydown, |event| {
        if event.ctrl_key() && event.key() == "k" {
            event.prevent_default();
            basic::focus("find");
        }
    });
    on_cleanup(move || shortcut.remove());
    view! {
        <form class="find" role="search" on:submit=submit>
            <label class="sr" for="find">{say!(FIND)}</label>
            <input
                id="find" type="text" placeholder=say!(FIND) autocomplete="off" spellcheck="false"
                aria-invalid=move || wrong.get().then_some("true") aria-describedby="find-note"
                prop:value=move || words.get() on:input=move |event| { wrong.set(false); words.set(event_target_value(&event)); }
            />
            <kbd aria-hidden="true">"Ctrl K"</kbd>
            <span class="sr" id="find-note" aria-live="assertive">{move || wrong.get().then_some(say!(FIND_NOTHING))}</span>
        </form>
    }
    .into_any()
}

fn node_line() -> AnyView {
    let client = use_client();
    let mode = move || match (client.phase.get(), standing().mode) {
        (Phase::Starting, _) => say!(MODE_STARTING),
        (Phase::Running, Mode::Solo) => say!(MODE_SOLO),
        (Phase::Running, Mode::Light) => say!(MODE_LIGHT),
        (Phase::Running, Mode::Full) => say!(MODE_FULL),
        (Phase::Stopped(_), _) => say!(MODE_STOPPED),
    };
    let facts = move || client.status.get().map(|status| facts(&status));
    view! {
        <div class="node-line" role="region" aria-label=say!(THE_NODE)>
            <div class="wrap">
                <span role="status"><b>{mode}</b></span>
                {react(move || facts().into_any())}
            </div>
            {ticks()}
        </div>
    }
    .into_any()
}

fn facts(status: &StatusView) -> AnyView {
    if status.mode != Mode::Solo {
        return network_facts(status);
    }
    let client = use_client();
    let slot = status.head.slot.0;
    let zero = status.clock_zero_ms / 1_000;
    let age = move || say!(AGO, text::duration(client.clock.get().saturating_sub(slot)));
    let now = move || text::date(zero + client.clock.get().max(slot));
    let skipped = (status.skipped > 0).then(|| format!(" · {}", say!(SKIPPED, text::duration(status.skipped))));
    let height = text::count(status.head.height.0);
    view! {
        <span class="wide dim">{say!(MODE_SOLO_MEANS)}", "{say!(NO_PEERS)}</span>
        <span><span class="dim">{say!(HEAD)}" "</span><b id="head-height">{height.clone()}</b><span class="wide dim" aria-hidden="true">" · "{age}</span></span>
        <span class="wide dim" aria-hidden="true">{now}{skipped}</span>
        <span class="end">{mark(known::state(height, say!(HEAD_ABOUT)))}</span>
    }
    .into_any()
}

/// The line of a node on a network: who runs it, head and final, who agrees, and how the head is known.
fn network_facts(status: &StatusView) -> AnyView {
    let client = use_client();
    let slot = status.head.slot.0;
    let age = move || say!(AGO, text::duration(client.clock.get().saturating_sub(slot)));
    let height = text::count(status.head.height.0);
    let view = standing::network();
    let heard = view.as_ref().and_then(|view| waiting(view));
    // What peers speak of and nothing has certified yet has the colour of what is on its way.
    let class = if heard.is_some() { "m-pending" } else { "" };
    let heard = heard.map_or_else(|| height.clone(), text::count);
    let sync = view.as_ref().and_then(|view| view.sync).filter(|(ran, all)| ran < all);
    let agree = match status.peers {
        0 => say!(NONE_AGREES).to_owned(),
        peers => text::plural(peers as usize, say!(ONE_AGREES), say!(MANY_AGREE)),
    };
    let leads = view.as_ref().and_then(|view| view.tabs.iter().find(|tab| tab.own).map(|tab| tab.leads));
    let others = (status.tabs as usize).saturating_sub(1);
    let tabs = match (leads, others) {
        (Some(false), _) => format!(" · {}", say!(MODE_FOLLOWS)),
        (_, 0) => String::new(),
        (_, others) => format!(" · {}", say!(MODE_LEADS, text::plural(others, say!(ONE_OTHER), say!(MANY_OTHERS)))),
    };
    view! {
        <span class="wide dim">{network_name(&status.genesis)}{tabs}</span>
        <span><span class="dim">{say!(HEAD)}" "</span><b class=class>{heard}</b><span class="wide dim" aria-hidden="true">" · "{age}</span></span>
        <span class="wide"><span class="dim">{say!(FINAL)}" "</span><b id="head-height">{height.clone()}</b></span>
        <span class="wide dim">{agree}</span>
        {sync.map(|(ran, all)| view! { <span class="dim">{say!(SYNCING, text::count(ran), text::count(all))}</span> })}
        <span class="end">{mark(known::finalised(height))}</span>
    }
    .into_any()
}

fn ticks() -> AnyView {
    let client = use_client();
    let path = move || {
        client.pulse.with(|pulse| {
            let mut d = String::new();
            for (back, count) in pulse.iter().rev().skip(1).take(TICKS).enumerate() {
                let height = 2 + (*count).min(5);
                d.push_str(&format!("M-{} 7v-{height}", back * 6 + 8));
            }
            d
        })
    };
    view! {
        <svg class="ticks" aria-hidden="true">
            <svg x="100%" overflow="visible"><path class="tick" d=path></path><path class="tick now" d="M-2 7v-5"></path></svg>
        </svg>
    }
    .into_any()
}

fn foot() -> AnyView {
    let theme = RwSignal::new(
        document().document_element().and_then(|root| root.get_attribute("data-theme")).unwrap_or_default(),
    );
    let next = move |_| {
        let order = ["", "light", "dark"];
        let at = order.iter().position(|t| *t == theme.get_untracked()).unwrap_or_default();
        let new = order.get((at + 1) % order.len()).copied().unwrap_or_default();
        theme.set(new.to_owned());
        set_theme(new);
    };
    let words = move || match theme.get().as_str() {
        "light" => say!(THEME_LIGHT),
        "dark" => say!(THEME_DARK),
        _ => say!(THEME_SYSTEM),
    };
    view! {
        <footer class="foot">
            <div class="wrap">
                <span>{say!(CLIENT_VERSION, env!("CARGO_PKG_VERSION"))}</span>
                <a href="/settings">{say!(NAV_SETTINGS)}</a>
                <a href="/pipelines">{say!(NAV_PIPELINES)}</a>
                <a href="/executions">{say!(NAV_EXECUTIONS)}</a>
                <a href="/bench">{say!(NAV_BENCH)}</a>
                <button type="button" on:click=next>{words}</button>
                <span>{say!(FOOT_MARKS)}</span>
            </div>
        </footer>
    }
    .into_any()
}

fn set_theme(theme: &str) {
    let Some(root) = document().document_element() else { return };
    // An attribute of this name is always legal, and without storage the choice lasts as long as the page.
    let _ =
        if theme.is_empty() { root.remove_attribute("data-theme") } else { root.set_attribute("data-theme", theme) };
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item("zera.theme", theme);
    }
}

/// After a change of page: focus moves to the content and its title is read out.
fn announcer() -> AnyView {
    let router = use_router();
    let words = RwSignal::new(String::new());
    Effect::new(move |first: Option<()>| {
        let _ = router.get();
        if first.is_some() {
            basic::focus("main");
            set_timeout(move || words.set(document().title()), std::time::Duration::from_millis(400));
        }
    });
    view! { <div class="sr" aria-live="polite" aria-atomic="true">{move || words.get()}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zera_primitives::{Amount, Hash, ModuleId, manifest::SemVer};

    fn module(n: u8, name: &str) -> ModuleView {
        ModuleView {
            id: ModuleId([n; 32]),
            name: name.into(),
            version: SemVer::default(),
            sequence: 1,
            code: Hash::ZERO,
            since: Default::default(),
            storage: (0, 0),
            balance: Amount::ZERO,
            follows: false,
            stopped: false,
            proposals: Vec::new(),
        }
    }

    #[test]
    fn a_search_finds_modules_by_name() {
        let modules = [
            module(1, "Lending"),
            module(2, "Lending core"),
            module(3, "Oracle"),
            module(4, "Twin"),
            module(5, "twin"),
        ];
        let of = |n: u8| Some(Route::Module(Address::Module(ModuleId([n; 32])).to_text(Network::Solo)));
        let found = |words: &str| named(&modules, words, Network::Solo);
        assert_eq!(found(" lending "), of(1), "the exact name goes first");
        assert_eq!(found("orac"), of(3));
        assert_eq!(found("lend"), Some(Route::FindModules("lend".into())));
        assert_eq!(found("twin"), Some(Route::FindModules("twin".into())), "two of one name");
        assert_eq!((found("nothing"), found("  ")), (None, None));
    }
}
