//! The server as a browser, and as an attacker, meets it: over a real socket.

use super::http;
use super::site::{Compression, Site};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// A small page in a folder of its own, served on a free port.
fn start(name: &str) -> SocketAddr {
    let dist = std::env::temp_dir().join(format!("zera-xtask-{name}-{}", std::process::id()));
    std::fs::create_dir_all(dist.join("fonts")).unwrap();
    std::fs::write(dist.join("index.html"), "<!doctype html><title>page</title>".repeat(40)).unwrap();
    std::fs::write(dist.join("worker_bg.wasm"), vec![7u8; 10_000]).unwrap();
    std::fs::write(dist.join("app-0123456789abcdef.js"), "1;".repeat(1_000)).unwrap();
    std::fs::write(dist.join("fonts/plex.woff2"), vec![1u8; 2_000]).unwrap();
    std::fs::write(dist.join(".built-from"), "secret").unwrap();
    let site = Site::load(&dist, Compression::Fresh).unwrap();
    std::fs::remove_dir_all(&dist).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || http::serve(listener, Arc::new(site)));
    address
}

/// Sends one head and gives the response's head and body.
fn ask(address: SocketAddr, method: &str, target: &str, headers: &str) -> (String, Vec<u8>) {
    raw(address, format!("{method} {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n").as_bytes())
}

fn raw(address: SocketAddr, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(all[..end].to_vec()).unwrap(), all[end + 4..].to_vec())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn every_response_carries_the_policy() {
    let address = start("policy");
    for (method, target) in
        [("GET", "/"), ("GET", "/none.js"), ("POST", "/"), ("GET", "/../x"), ("GET", "/worker_bg.wasm")]
    {
        let (head, _) = ask(address, method, target, "");
        assert_eq!(header(&head, "Content-Security-Policy"), Some(http::POLICY), "{method} {target}");
        assert_eq!(header(&head, "X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(header(&head, "Referrer-Policy"), Some("no-referrer"));
    }
}

#[test]
fn types_encodings_and_lengths() {
    let address = start("types");
    let (head, body) = ask(address, "GET", "/worker_bg.wasm", "");
    assert_eq!(header(&head, "Content-Type"), Some("application/wasm"));
    assert_eq!((header(&head, "Content-Encoding"), body.len()), (None, 10_000));

    let (head, body) = ask(address, "GET", "/worker_bg.wasm", "Accept-Encoding: gzip, deflate, br\r\n");
    assert_eq!(header(&head, "Content-Encoding"), Some("br"));
    assert_eq!(header(&head, "Content-Length"), Some(body.len().to_string().as_str()));
    let mut plain = Vec::new();
    brotli::Decompressor::new(body.as_slice(), 4096).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, vec![7u8; 10_000]);

    let (head, body) = ask(address, "GET", "/worker_bg.wasm", "Accept-Encoding: br;q=0, gzip;q=0.5\r\n");
    assert_eq!(header(&head, "Content-Encoding"), Some("gzip"));
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, vec![7u8; 10_000]);

    let (head, body) = ask(address, "GET", "/fonts/plex.woff2", "Accept-Encoding: br\r\n");
    assert_eq!((header(&head, "Content-Type"), body.len()), (Some("font/woff2"), 2_000));
    let (head, body) = ask(address, "HEAD", "/fonts/plex.woff2", "");
    assert_eq!((header(&head, "Content-Length"), body.len()), (Some("2000"), 0));
}

#[test]
fn deep_links_get_the_page_and_files_do_not() {
    let address = start("links");
    let (_, page) = ask(address, "GET", "/", "");
    for target in ["/proposals/3", "/modules?x=a.b", "/blocks/%31", "/account/"] {
        let (head, body) = ask(address, "GET", target, "");
        assert!(head.starts_with("HTTP/1.1 200"), "{target}: {head}");
        assert_eq!(body, page, "{target}");
    }
    assert!(ask(address, "GET", "/missing.js", "").0.starts_with("HTTP/1.1 404"));
    assert!(ask(address, "GET", "/.built-from", "").0.starts_with("HTTP/1.1 404"));
}

#[test]
fn nothing_outside_the_page_is_reachable() {
    let address = start("outside");
    for target in
        ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/fonts/..%2f..%2fetc", "/a\\..\\b", "/%00", "/%zz", "/%+1", "*", "x"]
    {
        assert!(ask(address, "GET", target, "").0.starts_with("HTTP/1.1 400"), "{target}");
    }
    assert!(raw(address, b"nonsense\r\n\r\n").0.starts_with("HTTP/1.1 400"));
    assert!(raw(address, b"GET / HTTP/1.1\r\nX: \xff\r\n\r\n").0.starts_with("HTTP/1.1 400"));
    let long = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(16 * 1024));
    assert!(raw(address, long.as_bytes()[..16 * 1024].as_ref()).0.starts_with("HTTP/1.1 431"));
}

#[test]
fn known_content_is_not_sent_again() {
    let address = start("tags");
    let (head, _) = ask(address, "GET", "/", "Accept-Encoding: br\r\n");
    assert_eq!(header(&head, "Cache-Control"), Some("no-cache"));
    let tag = header(&head, "ETag").unwrap().to_owned();
    let (head, body) = ask(address, "GET", "/", &format!("Accept-Encoding: br\r\nIf-None-Match: {tag}\r\n"));
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty());
    assert!(
        ask(address, "GET", "/", &format!("If-None-Match: {tag}\r\n")).0.starts_with("HTTP/1.1 200"),
        "another encoding"
    );
    let (head, _) = ask(address, "GET", "/app-0123456789abcdef.js", "");
    assert_eq!(header(&head, "Cache-Control"), Some("public, max-age=31536000, immutable"));
}

#[test]
fn one_connection_serves_many_requests() {
    let address = start("keep");
    let two = b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /worker_bg.wasm HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (head, body) = raw(address, two);
    assert!(head.starts_with("HTTP/1.1 200"));
    assert!(body.ends_with(&vec![7u8; 10_000]));
}
