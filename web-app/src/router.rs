//! The page's addresses, over the History API: parse, print, navigate, intercept links. Why not leptos_router:
//! docs/decisions/0002-router.md.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

/// Every page that has an address of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// `/`
    Overview,
    /// `/proposals`
    Proposals,
    /// `/proposals/new`, optionally for one module.
    NewProposal(Option<String>),
    /// `/proposals/7`
    Proposal(u64),
    /// `/modules`
    Modules,
    /// `/modules/deploy`
    Deploy,
    /// `/modules/<address>`
    Module(String),
    /// `/blocks`
    Blocks,
    /// `/blocks/7`
    Block(u64),
    /// `/transactions/<hash>`
    Transaction(String),
    /// `/account`: one's own.
    Account,
    /// `/account/<address>`: someone's.
    OtherAccount(String),
    /// `/settings`
    Settings,
    /// Anything else.
    NotFound(String),
}

impl Route {
    /// The page that `path` with `query` (with or without `?`) names.
    #[must_use]
    pub fn parse(path: &str, query: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let not_found = || Self::NotFound(path.to_owned());
        let number = |text: &str, make: fn(u64) -> Self| text.parse().map_or_else(|_| not_found(), make);
        match parts.as_slice() {
            [] => Self::Overview,
            ["proposals"] => Self::Proposals,
            ["proposals", "new"] => {
                let module = query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("module="));
                Self::NewProposal(module.map(str::to_owned))
            }
            ["proposals", id] => number(id, Self::Proposal),
            ["modules"] => Self::Modules,
            ["modules", "deploy"] => Self::Deploy,
            ["modules", id] => Self::Module((*id).to_owned()),
            ["blocks"] => Self::Blocks,
            ["blocks", height] => number(height, Self::Block),
            ["transactions", hash] => Self::Transaction((*hash).to_owned()),
            ["account"] => Self::Account,
            ["account", address] => Self::OtherAccount((*address).to_owned()),
            ["settings"] => Self::Settings,
            _ => not_found(),
        }
    }

    /// The address of this page.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Overview => "/".into(),
            Self::Proposals => "/proposals".into(),
            Self::NewProposal(None) => "/proposals/new".into(),
            Self::NewProposal(Some(module)) => format!("/proposals/new?module={module}"),
            Self::Proposal(id) => format!("/proposals/{id}"),
            Self::Modules => "/modules".into(),
            Self::Deploy => "/modules/deploy".into(),
            Self::Module(id) => format!("/modules/{id}"),
            Self::Blocks => "/blocks".into(),
            Self::Block(height) => format!("/blocks/{height}"),
            Self::Transaction(hash) => format!("/transactions/{hash}"),
            Self::Account => "/account".into(),
            Self::OtherAccount(address) => format!("/account/{address}"),
            Self::Settings => "/settings".into(),
            Self::NotFound(path) => path.clone(),
        }
    }

    /// Which entry of the navigation stands for it.
    #[must_use]
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Proposals | Self::NewProposal(_) | Self::Proposal(_) => "/proposals",
            Self::Modules | Self::Deploy | Self::Module(_) => "/modules",
            Self::Blocks | Self::Block(_) | Self::Transaction(_) => "/blocks",
            Self::Account | Self::OtherAccount(_) => "/account",
            Self::Settings => "/settings",
            Self::NotFound(_) => "",
        }
    }
}

/// The route shown now, and the way to another.
#[derive(Clone, Copy)]
pub struct Router(RwSignal<Route>);

impl Router {
    /// Reads the address bar and follows it from then on: history, links, [`Router::go`].
    pub fn start() -> Self {
        let router = Self(RwSignal::new(current()));
        provide_context(router);
        listen("popstate", move |_| router.0.set(current()));
        listen("click", move |event| {
            if let Some(path) = internal_link(&event) {
                event.prevent_default();
                router.go(&path);
            }
        });
        router
    }

    /// The route shown now; tracked.
    #[must_use]
    pub fn get(self) -> Route {
        self.0.get()
    }

    /// Shows the page of `path` and adds it to the history.
    pub fn go(self, path: &str) {
        if let Ok(history) = window().history() {
            // Fails only when a page changes its address hundreds of times a second; the page is shown all the same.
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.split('#').next().unwrap_or(path);
        self.0.set(Route::parse(path, query));
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The router of this page.
#[must_use]
pub fn use_router() -> Router {
    use_context().unwrap_or_else(|| Router(RwSignal::new(Route::Overview)))
}

fn current() -> Route {
    let location = window().location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.search().unwrap_or_default())
}

fn listen(name: &str, mut handler: impl FnMut(web_sys::MouseEvent) + 'static) {
    let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        handler(event.unchecked_into());
    });
    // Registration on the window cannot fail; the page lives as long as the closure.
    let _ = window().add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The path of a plain click on a link to this page, if it is one.
fn internal_link(event: &web_sys::MouseEvent) -> Option<String> {
    if event.default_prevented() || event.button() != 0 || event.meta_key() || event.ctrl_key() || event.shift_key() {
        return None;
    }
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link = target.closest("a[href]").ok()??;
    let href = link.get_attribute("href")?;
    (href.starts_with('/') && !href.starts_with("/samples/") && !link.has_attribute("download")).then_some(href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_names_its_page_and_back() {
        for path in [
            "/",
            "/proposals",
            "/proposals/new",
            "/proposals/7",
            "/modules",
            "/modules/deploy",
            "/modules/zerasmod1x",
            "/blocks",
            "/blocks/12",
            "/transactions/ab",
            "/account",
            "/account/zeras1x",
            "/settings",
        ] {
            let route = Route::parse(path, "");
            assert!(!matches!(route, Route::NotFound(_)), "{path}");
            assert_eq!(route.path(), path);
        }
        assert_eq!(Route::parse("/proposals/new", "?module=m"), Route::NewProposal(Some("m".into())));
        for bad in ["/proposals/x", "/blocks/-1", "/nowhere", "/blocks/1/2"] {
            assert!(matches!(Route::parse(bad, ""), Route::NotFound(_)), "{bad}");
        }
    }
}
