//! What this page's own origin offers when it is served by a peer: a checkpoint and the peer's address. It is taken on
//! trust, only when a person asks for it, and it is remembered which chain was joined on that word.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zera_primitives::Hash;

/// Where the offer lies.
const PATH: &str = "/checkpoint.json";
/// Key of the browser's small storage: genesis hash, then the host that vouched for it.
const REMEMBERED: &str = "zera.origin.";
/// Most characters of an address or a checkpoint.
const TEXT_MAX: usize = 1_024;

/// What the origin offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// A checkpoint as text.
    pub checkpoint: String,
    /// The peer's address.
    pub peer: String,
    /// Who offers it.
    pub host: String,
}

/// Asks the origin.
///
/// # Errors
/// What the browser says, or that there is no such offer.
pub async fn offer() -> Result<Offer, String> {
    let words = |reason: JsValue| format!("{reason:?}");
    let response: web_sys::Response =
        JsFuture::from(window().fetch_with_str(PATH)).await.map_err(words)?.unchecked_into();
    if !response.ok() {
        return Err(response.status().to_string());
    }
    let body = JsFuture::from(response.text().map_err(words)?).await.map_err(words)?;
    let value = js_sys::JSON::parse(&body.as_string().unwrap_or_default()).map_err(words)?;
    let field = |name: &str| {
        let text = js_sys::Reflect::get(&value, &JsValue::from_str(name)).ok()?.as_string()?;
        (!text.is_empty() && text.len() <= TEXT_MAX).then_some(text)
    };
    let location = window().location();
    let host = location.host().map_err(words)?;
    let secure = location.protocol().map_err(words)? == "https:";
    let checkpoint = field("checkpoint").ok_or_else(|| PATH.to_owned())?;
    let wire = field("wire").unwrap_or_else(|| "/wire".into());
    Ok(Offer { checkpoint, peer: completed(&wire, &host, secure), host })
}

/// An address of a peer: a path is one of this host.
fn completed(wire: &str, host: &str, secure: bool) -> String {
    if wire.starts_with('/') {
        format!("{}://{host}{wire}", if secure { "wss" } else { "ws" })
    } else {
        wire.to_owned()
    }
}

/// Remembers that the chain of that genesis was joined on the word of `host`, or on nobody's but the person's own.
pub fn remember(genesis: &Hash, host: Option<&str>) {
    let Ok(Some(storage)) = window().local_storage() else { return };
    let key = format!("{REMEMBERED}{}", genesis.to_hex());
    // Without this storage the path says that the person accepted it, which is true as well.
    let _ = match host {
        Some(host) => storage.set_item(&key, host),
        None => storage.remove_item(&key),
    };
}

/// The host on whose word the chain of that genesis was joined.
#[must_use]
pub fn vouched_for(genesis: &Hash) -> Option<String> {
    let storage = window().local_storage().ok().flatten()?;
    storage.get_item(&format!("{REMEMBERED}{}", genesis.to_hex())).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_of_the_pages_own_host() {
        assert_eq!(completed("/wire", "a.example:7401", false), "ws://a.example:7401/wire");
        assert_eq!(completed("/wire", "a.example", true), "wss://a.example/wire");
        assert_eq!(completed("wss://b.example/wire", "a.example", true), "wss://b.example/wire");
    }
}
