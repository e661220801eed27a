//! As much of HTTP/1.1 as serving files to a browser takes: GET and HEAD, keep-alive, encodings, entity tags.

use super::site::{Asset, Found, Site};
use crate::Result;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// On every response, worker scripts included: a worker takes its policy from its own script's response.
pub const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; \
                          object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
/// Longest request line and headers together, in bytes.
const MAX_HEAD: u64 = 16 * 1024;
/// Most connections at a time; a browser opens six.
const MAX_CONNECTIONS: usize = 128;
/// How long an idle connection is kept, and how long a slow one may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Accepts connections for ever, each on a thread of its own.
///
/// # Errors
/// When the listener breaks.
pub fn serve(listener: TcpListener, site: Arc<Site>) -> Result<()> {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        // A connection that died before we took it is no reason to stop.
        let Ok(stream) = stream else { continue };
        if open.load(Ordering::Relaxed) >= MAX_CONNECTIONS {
            continue;
        }
        open.fetch_add(1, Ordering::Relaxed);
        let (site, open) = (Arc::clone(&site), Arc::clone(&open));
        std::thread::spawn(move || {
            // A browser that went away is not our failure.
            let _ = connection(stream, &site);
            open.fetch_sub(1, Ordering::Relaxed);
        });
    }
    Ok(())
}

fn connection(stream: TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let request = match Request::read(&mut reader)? {
            Some(Ok(request)) => request,
            Some(Err(status)) => return Response::empty(status).send(&mut writer, true, false),
            None => return Ok(()),
        };
        let keep = request.keep_alive;
        answer(&request, site).send(&mut writer, request.method != "HEAD", keep)?;
        if !keep {
            return Ok(());
        }
    }
}

/// What matters of a request's head. A body is never read: such a request is answered and the connection closed.
#[derive(Debug, Default)]
pub struct Request {
    /// `GET`, `HEAD` or one that is refused.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// `Accept-Encoding`.
    pub encodings: String,
    /// `If-None-Match`.
    pub known: String,
    keep_alive: bool,
}

impl Request {
    /// Reads one head; `None` at the end of the connection, a status for what is no request.
    fn read(reader: &mut impl BufRead) -> std::io::Result<Option<std::result::Result<Self, u16>>> {
        let mut head = reader.take(MAX_HEAD);
        let mut line = String::new();
        let mut request: Option<Self> = None;
        loop {
            line.clear();
            match head.read_line(&mut line) {
                Ok(0) if head.limit() == 0 => return Ok(Some(Err(431))),
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => return Ok(Some(Err(400))),
                Err(error) => return Err(error),
            }
            let text = line.trim_end_matches(['\r', '\n']);
            match &mut request {
                None if text.is_empty() => {}
                None => match Self::first_line(text) {
                    Some(first) => request = Some(first),
                    None => return Ok(Some(Err(400))),
                },
                Some(_) if text.is_empty() => return Ok(request.map(Ok)),
                Some(request) => request.header(text),
            }
        }
    }

    fn first_line(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let keep_alive = version == "HTTP/1.1";
        if words.next().is_some() || !(keep_alive || version == "HTTP/1.0") {
            return None;
        }
        Some(Self { method: method.to_owned(), target: target.to_owned(), keep_alive, ..Self::default() })
    }

    fn header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "accept-encoding" => self.encodings = value.to_owned(),
            "if-none-match" => self.known = value.to_owned(),
            "connection" if value.eq_ignore_ascii_case("close") => self.keep_alive = false,
            "content-length" if value != "0" => self.keep_alive = false,
            "transfer-encoding" => self.keep_alive = false,
            _ => {}
        }
    }

    /// Whether the browser takes this encoding (`q=0` refuses one).
    pub fn accepts(&self, encoding: &str) -> bool {
        self.encodings.split(',').any(|item| {
            let (name, quality) = item.split_once(';').unwrap_or((item, "q=1"));
            let quality = quality.trim().strip_prefix("q=").unwrap_or("1");
            name.trim() == encoding && quality.trim_matches(['0', '.']).bytes().any(|digit| digit.is_ascii_digit())
        })
    }
}

/// A response's head and a borrowed body.
pub struct Response<'a> {
    /// The status code.
    pub status: u16,
    /// Headers beside those that every response carries.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent after the head, except for HEAD.
    pub body: Cow<'a, [u8]>,
}

/// Answers one request from the site.
pub fn answer<'a>(request: &Request, site: &'a Site) -> Response<'a> {
    if request.method != "GET" && request.method != "HEAD" {
        let mut response = Response::empty(405);
        response.headers.push(("Allow", "GET, HEAD".into()));
        return response;
    }
    match site.find(&request.target) {
        Found::Asset(asset) => file(request, asset),
        Found::Key(file) => key(&file),
        Found::Missing => Response::empty(404),
        Found::Malformed => Response::empty(400),
    }
}

fn file<'a>(request: &Request, asset: &'a Asset) -> Response<'a> {
    let (encoding, body) = match (&asset.brotli, &asset.gzip) {
        (Some(body), _) if request.accepts("br") => ("br", body),
        (_, Some(body)) if request.accepts("gzip") => ("gzip", body),
        _ => ("", &asset.plain),
    };
    let suffix = if encoding.is_empty() { String::new() } else { format!("-{encoding}") };
    let tag = format!("\"{}{suffix}\"", asset.hash);
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = vec![("ETag", tag.clone()), ("Cache-Control", cache.into()), ("Vary", "Accept-Encoding".into())];
    let known = request.known.split(',').map(|known| known.trim().trim_start_matches("W/"));
    if known.into_iter().any(|known| known == tag || known == "*") {
        return Response { status: 304, headers, body: Cow::Borrowed(&[]) };
    }
    headers.push(("Content-Type", asset.mime.into()));
    if !encoding.is_empty() {
        headers.push(("Content-Encoding", encoding.into()));
    }
    Response { status: 200, headers, body: Cow::Borrowed(body) }
}

/// A proving key, named by its hash. The page keeps what it fetches, so the browser's own cache need not.
fn key(file: &Path) -> Response<'static> {
    match std::fs::read(file) {
        Ok(bytes) => Response {
            status: 200,
            headers: vec![("Content-Type", "application/octet-stream".into()), ("Cache-Control", "no-store".into())],
            body: bytes.into(),
        },
        Err(_) => Response::empty(404),
    }
}

impl Response<'_> {
    fn empty(status: u16) -> Self {
        Self {
            status,
            headers: vec![("Content-Type", "text/plain; charset=utf-8".into())],
            body: Cow::Borrowed(reason(status).as_bytes()),
        }
    }

    fn send(&self, writer: &mut impl Write, with_body: bool, keep: bool) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let mut header = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
        for (name, value) in &self.headers {
            header(name, value);
        }
        if self.status != 304 {
            header("Content-Length", &self.body.len().to_string());
        }
        header("Content-Security-Policy", POLICY);
        header("X-Content-Type-Options", "nosniff");
        header("Referrer-Policy", "no-referrer");
        header("Cross-Origin-Opener-Policy", "same-origin");
        header("Cross-Origin-Resource-Policy", "same-origin");
        header("Connection", if keep { "keep-alive" } else { "close" });
        head.push_str("\r\n");
        writer.write_all(head.as_bytes())?;
        if with_body {
            writer.write_all(&self.body)?;
        }
        writer.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    }
}
