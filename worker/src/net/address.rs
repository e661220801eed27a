//! Addresses of peers, as people type them.

use zera_wire::WIRE_PATH;

/// Characters that an address may have.
const MOST: usize = 256;

/// The address that a person means: `host:port` becomes `ws://host:port/wire`, and a page's address becomes its wire's.
/// None for what cannot be one.
#[must_use]
pub fn complete(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let (scheme, rest) = match typed.split_once("://") {
        Some(("ws" | "http", rest)) => ("ws", rest),
        Some(("wss" | "https", rest)) => ("wss", rest),
        Some(_) => return None,
        None => ("ws", typed),
    };
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let fits = |text: &str| text.chars().all(|c| c.is_ascii_graphic() && !"@?#\\\"'<>`{}|^".contains(c));
    if host.is_empty() || host.starts_with(':') || typed.len() > MOST || !fits(rest) {
        return None;
    }
    let path = path.trim_end_matches('/');
    Some(if path.is_empty() { format!("{scheme}://{host}{WIRE_PATH}") } else { format!("{scheme}://{host}/{path}") })
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn what_people_type_becomes_an_address() {
        let same = "ws://127.0.0.1:7401/wire";
        for typed in ["127.0.0.1:7401", " ws://127.0.0.1:7401/wire ", "http://127.0.0.1:7401/", "ws://127.0.0.1:7401"] {
            assert_eq!(complete(typed).as_deref(), Some(same), "{typed}");
        }
        assert_eq!(complete("https://peer.example").as_deref(), Some("wss://peer.example/wire"));
        assert_eq!(complete("[::1]:7401").as_deref(), Some("ws://[::1]:7401/wire"));
        assert_eq!(complete("ws://h:1/wire/stale-tip").as_deref(), Some("ws://h:1/wire/stale-tip"));
        for typed in ["", "ftp://h", "ws://", ":80", "a b", "javascript://x y", "u@h:1", &"h".repeat(300)] {
            assert_eq!(complete(typed), None, "{typed}");
        }
    }
}
