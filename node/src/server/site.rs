//! The built page, held in memory, and proving keys, which are too large for that. Nothing outside the two folders can be
//! asked for.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, StatusCode, header},
    response::Response,
};
use std::{
    collections::BTreeMap,
    io::{self, Read as _},
    path::{Path, PathBuf},
};
use zera_primitives::Hash;

/// On every response, worker scripts included: a worker takes its policy from its own script's response.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; \
                      object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
/// Bytes of a proving key that are in memory at a time.
const CHUNK: usize = 256 << 10;

/// One file.
struct Asset {
    mime: &'static str,
    tag: String,
    /// The name carries a hash: what is behind it never changes.
    immutable: bool,
    plain: Bytes,
    /// `name.br` and `name.gz`, where they lie beside it.
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

/// All files by their path, without the leading slash.
#[derive(Default)]
pub struct Site {
    assets: BTreeMap<String, Asset>,
    keys: Option<PathBuf>,
}

impl Site {
    /// Reads a built page.
    ///
    /// # Errors
    /// When a file cannot be read, or the folder holds no page.
    pub fn load(folder: &Path, keys: Option<PathBuf>) -> io::Result<Self> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        let mut read = BTreeMap::new();
        for file in files {
            let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            read.insert(name, Bytes::from(std::fs::read(&file)?));
        }
        if !read.contains_key("index.html") {
            let detail = format!("{} holds no page: index.html is missing", folder.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, detail));
        }
        let names = read.keys().filter(|name| !name.ends_with(".br") && !name.ends_with(".gz"));
        let asset = |name: &String| {
            let plain = read.get(name)?.clone();
            let asset = Asset {
                mime: mime(name),
                tag: Hash::of(&plain).to_hex().get(..32)?.to_owned(),
                immutable: has_hash(name),
                brotli: read.get(&format!("{name}.br")).cloned(),
                gzip: read.get(&format!("{name}.gz")).cloned(),
                plain,
            };
            Some((name.clone(), asset))
        };
        Ok(Self { assets: names.filter_map(asset).collect(), keys })
    }

    /// Answers a request for a file. A last segment without an extension is a page of the single-page application.
    #[must_use]
    pub fn serve(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let path = path.trim_start_matches('/');
        if let Some(name) = path.strip_prefix("keys/") {
            return self.key(name);
        }
        let named = self.assets.get(path);
        let page = || {
            let last = path.rsplit('/').next().unwrap_or_default();
            if last.contains('.') { None } else { self.assets.get("index.html") }
        };
        match named.or_else(page) {
            Some(asset) => asset.serve(method, headers),
            None => empty(StatusCode::NOT_FOUND),
        }
    }

    /// A proving key, named by its hash, read piece by piece.
    fn key(&self, name: &str) -> Response {
        let is_name = name.strip_suffix(".key").is_some_and(|hash| {
            hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        });
        let file =
            self.keys.as_ref().filter(|_| is_name).and_then(|folder| std::fs::File::open(folder.join(name)).ok());
        let Some(file) = file else { return empty(StatusCode::NOT_FOUND) };
        let length = file.metadata().map_or(0, |data| data.len());
        let pieces = futures_util::stream::unfold(file, |mut file| async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; CHUNK];
                let count = file.read(&mut piece)?;
                piece.truncate(count);
                Ok::<_, io::Error>((piece, file))
            });
            match read.await.map_err(io::Error::other).and_then(|read| read) {
                Ok((piece, _)) if piece.is_empty() => None,
                Ok((piece, file)) => Some((Ok(Bytes::from(piece)), file)),
                // The body ends short of its length, which the browser notices.
                Err(_) => None,
            }
        });
        let pieces: futures_util::stream::BoxStream<'static, Result<Bytes, io::Error>> = Box::pin(pieces);
        let mut response = Response::new(Body::from_stream(pieces));
        put(&mut response, header::CONTENT_TYPE, "application/octet-stream");
        put(&mut response, header::CONTENT_LENGTH, &length.to_string());
        put(&mut response, header::CACHE_CONTROL, "no-store");
        response
    }
}

impl Asset {
    fn serve(&self, method: &Method, headers: &HeaderMap) -> Response {
        let accepts = |encoding: &str| {
            let accepted =
                headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
            accepted.split(',').any(|item| item.split(';').next().is_some_and(|name| name.trim() == encoding))
        };
        let (encoding, body) = match (&self.brotli, &self.gzip) {
            (Some(body), _) if accepts("br") => ("br", body),
            (_, Some(body)) if accepts("gzip") => ("gzip", body),
            _ => ("", &self.plain),
        };
        let tag = format!("\"{}{encoding}\"", self.tag);
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let mut response = if known.is_some_and(|known| known.contains(&tag)) {
            empty(StatusCode::NOT_MODIFIED)
        } else {
            let body = if method == Method::HEAD { Bytes::new() } else { body.clone() };
            let mut response = Response::new(Body::from(body));
            put(&mut response, header::CONTENT_TYPE, self.mime);
            if !encoding.is_empty() {
                put(&mut response, header::CONTENT_ENCODING, encoding);
            }
            response
        };
        put(&mut response, header::ETAG, &tag);
        put(&mut response, header::VARY, "Accept-Encoding");
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        put(&mut response, header::CACHE_CONTROL, cache);
        response
    }
}

/// Adds what every response carries.
pub fn guard(mut response: Response) -> Response {
    put(&mut response, header::CONTENT_SECURITY_POLICY, POLICY);
    put(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(&mut response, header::REFERRER_POLICY, "no-referrer");
    put(&mut response, header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(&mut response, header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

/// A response of words only.
pub fn text(status: StatusCode, mime: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, mime);
    put(&mut response, header::CACHE_CONTROL, "no-store");
    response
}

/// A response without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn put(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = header::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, files)?;
        } else if !hidden {
            files.push(path);
        }
    }
    Ok(())
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "txt" | "md" => "text/plain; charset=utf-8",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// Trunk's cache-busting names: `name-0123456789abcdef.ext`.
fn has_hash(name: &str) -> bool {
    name.split(['-', '.', '_', '/']).any(|part| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(site: &Site, path: &str) -> (StatusCode, String) {
        let response = site.serve(&Method::GET, path, &HeaderMap::new());
        let mime = response.headers().get(header::CONTENT_TYPE).map(|mime| mime.to_str().unwrap().to_owned());
        (response.status(), mime.unwrap_or_default())
    }

    #[test]
    fn files_deep_links_and_nothing_else() {
        let folder = crate::testing::Folder::new("site");
        std::fs::create_dir_all(folder.path().join("css")).unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>").unwrap();
        std::fs::write(folder.path().join("css/a-0123456789abcdef.css"), "p {}").unwrap();
        std::fs::write(folder.path().join("../outside.txt"), "secret").unwrap();
        let site = Site::load(folder.path(), None).unwrap();
        for path in ["/", "/network", "/proposals/3"] {
            assert_eq!(status(&site, path), (StatusCode::OK, "text/html; charset=utf-8".into()), "{path}");
        }
        assert_eq!(status(&site, "/css/a-0123456789abcdef.css").1, "text/css; charset=utf-8");
        for path in ["/none.js", "/../outside.txt", "/css/../../outside.txt", "/keys/x.key"] {
            assert_eq!(status(&site, path).0, StatusCode::NOT_FOUND, "{path}");
        }
        let first = site.serve(&Method::GET, "/", &HeaderMap::new());
        let mut known = HeaderMap::new();
        known.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(site.serve(&Method::GET, "/", &known).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(site.serve(&Method::POST, "/", &known).status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(Site::load(&folder.path().join("css"), None).is_err());
    }
}
