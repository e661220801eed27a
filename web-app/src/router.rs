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
    /// `/modules?find=words`
    FindModules(String),
    /// `/modules/deploy`
    Deploy,
    /// `/modules/<address>`
    Module(String),
    /// `/modules/<address>/fleet`, optionally of one tag.
    Fleet(String, Option<String>),
    /// `/builders`
    Builders,
    /// `/journal`, optionally of one module.
    Journal(Option<String>),
    /// `/verify`
    Verify,
    /// `/executions`, optionally of one module.
    Executions(Option<String>),
    /// `/executions/<transaction>/<call>`
    Execution(String, u64),
    /// `/proofs/<file>`
    Proof(String),
    /// `/blocks`
    Blocks,
    /// `/blocks/7`
    Block(u64),
    /// `/pipelines`, optionally of one block.
    Pipelines(Option<u64>),
    /// `/bench`
    Bench,
    /// `/transactions/<hash>`
    Transaction(String),
    /// `/account`: one's own.
    Account,
    /// `/account/<address>`: someone's.
    OtherAccount(String),
    /// `/network`
    Network,
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
            ["proposals", "new"] => Self::NewProposal(value_of(query, "module")),
            ["proposals", id] => number(id, Self::Proposal),
            ["modules"] => value_of(query, "find").map_or(Self::Modules, Self::FindModules),
            ["modules", "deploy"] => Self::Deploy,
            ["modules", id] => Self::Module((*id).to_owned()),
            ["modules", id, "fleet"] => Self::Fleet((*id).to_owned(), value_of(query, "tag")),
            ["builders"] => Self::Builders,
            ["journal"] => Self::Journal(value_of(query, "module")),
            ["verify"] => Self::Verify,
            ["executions"] => Self::Executions(value_of(query, "module")),
            ["executions", hash, call] => {
                call.parse().map_or_else(|_| not_found(), |call| Self::Execution((*hash).to_owned(), call))
            }
            ["proofs", id] => Self::Proof((*id).to_owned()),
            ["blocks"] => Self::Blocks,
            ["blocks", height] => number(height, Self::Block),
            ["bench"] => Self::Bench,
            ["pipelines"] => Self::Pipelines(None),
            ["pipelines", height] => number(height, |height| Self::Pipelines(Some(height))),
            ["transactions", hash] => Self::Transaction((*hash).to_owned()),
            ["account"] => Self::Account,
            ["account", address] => Self::OtherAccount((*address).to_owned()),
            ["network"] => Self::Network,
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
            Self::FindModules(words) => format!("/modules?find={}", escaped(words)),
            Self::Fleet(id, None) => format!("/modules/{id}/fleet"),
            Self::Fleet(id, Some(tag)) => format!("/modules/{id}/fleet?tag={}", escaped(tag)),
            Self::Builders => "/builders".into(),
            Self::Journal(None) => "/journal".into(),
            Self::Journal(Some(module)) => format!("/journal?module={module}"),
            Self::Verify => "/verify".into(),
            Self::Executions(None) => "/executions".into(),
            Self::Executions(Some(module)) => format!("/executions?module={module}"),
            Self::Execution(hash, call) => format!("/executions/{hash}/{call}"),
            Self::Proof(id) => format!("/proofs/{id}"),
            Self::Deploy => "/modules/deploy".into(),
            Self::Module(id) => format!("/modules/{id}"),
            Self::Blocks => "/blocks".into(),
            Self::Block(height) => format!("/blocks/{height}"),
            Self::Bench => "/bench".into(),
            Self::Pipelines(None) => "/pipelines".into(),
            Self::Pipelines(Some(height)) => format!("/pipelines/{height}"),
            Self::Transaction(hash) => format!("/transactions/{hash}"),
            Self::Account => "/account".into(),
            Self::OtherAccount(address) => format!("/account/{address}"),
            Self::Network => "/network".into(),
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
            Self::Modules
            | Self::FindModules(_)
            | Self::Deploy
            | Self::Module(_)
            | Self::Fleet(..)
            | Self::Builders => "/modules",
            Self::Executions(_) | Self::Execution(..) | Self::Proof(_) => "/executions",
            Self::Verify | Self::Journal(_) => "/verify",
            Self::Blocks | Self::Block(_) | Self::Transaction(_) => "/blocks",
            Self::Pipelines(_) | Self::Bench => "/pipelines",
            Self::Account | Self::OtherAccount(_) => "/account",
            Self::Network => "/network",
            Self::Settings => "/settings",
            Self::NotFound(_) => "",
        }
    }
}

/// The value of `name` in a query, with its escapes resolved; an empty one counts as none.
fn value_of(query: &str, name: &str) -> Option<String> {
    let pairs = query.trim_start_matches('?').split('&');
    let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(unescaped(value)).filter(|value| !value.is_empty())
}

/// `text` as a value of a query: everything but letters, digits, `-`, `.`, `_`, `~` is escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The reverse of [`escaped`]; what is no escape stands for itself.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let digits = rest.get(at + 1..at + 3);
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[at + 3..];
            }
            None => {
                bytes.push(b'%');
                rest = &rest[at + 1..];
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
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

/// The value of `name` in the query of the address shown now.
#[must_use]
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().unwrap_or_default();
    value_of(search.trim_start_matches('?'), name)
}

/// Makes `query` the query of the address shown now, so that opening the address shows the same; no page changes.
pub fn remember(query: &str) {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        // As with `go`: without it the page is shown all the same.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}?{query}")));
    }
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
    fn a_query_gives_its_values() {
        assert_eq!(value_of("a=1&dry=500", "dry"), Some("500".to_owned()));
        assert_eq!((value_of("dryer=1", "dry"), value_of("", "dry"), value_of("dry", "dry")), (None, None, None));
    }

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
            "/modules/zerasmod1x/fleet",
            "/builders",
            "/journal",
            "/verify",
            "/blocks",
            "/blocks/12",
            "/pipelines",
            "/pipelines/12",
            "/transactions/ab",
            "/account",
            "/account/zeras1x",
            "/network",
            "/settings",
            "/bench",
        ] {
            let route = Route::parse(path, "");
            assert!(!matches!(route, Route::NotFound(_)), "{path}");
            assert_eq!(route.path(), path);
        }
        assert_eq!(Route::parse("/proposals/new", "?module=m"), Route::NewProposal(Some("m".into())));
        let fleet = Route::Fleet("m".into(), Some("a tag/ü&%".into()));
        let (path, query) = fleet.path().split_once('?').map(|(p, q)| (p.to_owned(), q.to_owned())).unwrap_or_default();
        assert_eq!(Route::parse(&path, &query), fleet, "whatever a tag is called, its address leads back to it");
        assert_eq!(Route::parse("/modules", "?find=a%20b%zz%"), Route::FindModules("a b%zz%".into()));
        assert_eq!(Route::parse("/journal", "?module="), Route::Journal(None));
        for bad in ["/proposals/x", "/blocks/-1", "/nowhere", "/blocks/1/2", "/pipelines/x"] {
            assert!(matches!(Route::parse(bad, ""), Route::NotFound(_)), "{bad}");
        }
    }
}
