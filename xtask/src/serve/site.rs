//! The built page in memory: every file once plain and, where it pays, compressed; nothing outside it can be asked for.

use crate::{Result, keys};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files smaller than this, in bytes, are sent as they are.
const COMPRESS_FROM: usize = 512;
/// Brotli's window, as a power of two bytes; browsers accept up to 24.
const BROTLI_WINDOW: u32 = 22;

/// One file of the page.
pub struct Asset {
    /// The `Content-Type`.
    pub mime: &'static str,
    /// Hash of the content, for the entity tag.
    pub hash: String,
    /// Whether the name carries a hash, so that the content behind it never changes.
    pub immutable: bool,
    /// As built.
    pub plain: Vec<u8>,
    /// Brotli, when smaller.
    pub brotli: Option<Vec<u8>>,
    /// Gzip, when smaller.
    pub gzip: Option<Vec<u8>>,
}

/// All files by the path in their URL, without the leading slash.
pub struct Site {
    assets: BTreeMap<String, Asset>,
    /// Where proving keys lie, which are too large to be held in memory: `/keys/<SHA-256>.key`.
    keys: PathBuf,
}

/// Whether, and from where, files come compressed.
#[derive(Clone, Copy)]
pub enum Compression<'a> {
    /// Everything is sent as it is.
    Off,
    /// Compressed at each start.
    #[cfg(test)]
    Fresh,
    /// Compressed once per content, and kept in this folder.
    Kept(&'a Path),
}

/// What a path stands for.
pub enum Found<'a> {
    /// A file, or the page for a deep link of it.
    Asset(&'a Asset),
    /// A proving key.
    Key(PathBuf),
    /// Nothing.
    Missing,
    /// No path that a browser would send.
    Malformed,
}

impl Site {
    /// Reads a built page.
    ///
    /// # Errors
    /// When there is no built page or a file cannot be read.
    pub fn load(dist: &Path, compression: Compression<'_>) -> Result<Self> {
        if !dist.join("index.html").is_file() {
            return Err("there is no built page in dist/; run `cargo xtask serve` without --no-build".into());
        }
        let mut files = Vec::new();
        collect(dist, &mut files)?;
        let mut assets = BTreeMap::new();
        for file in files {
            let name = file.strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
            assets.insert(name.clone(), Asset::new(&name, std::fs::read(&file)?, compression)?);
        }
        Ok(Self { assets, keys: keys::folder() })
    }

    /// Finds the file for a request's target, such as `/proposals/3?tab=payload`. A last segment without an extension
    /// is a page of the single-page application.
    pub fn find(&self, target: &str) -> Found<'_> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let Some(path) = path.strip_prefix('/').and_then(decode) else { return Found::Malformed };
        if path.contains(['\0', '\\']) || path.split('/').any(|segment| segment == "..") {
            return Found::Malformed;
        }
        if let Some(key) = path.strip_prefix("keys/").filter(|name| keys::is_name(name)) {
            return Some(self.keys.join(key)).filter(|file| file.is_file()).map_or(Found::Missing, Found::Key);
        }
        let named = self.assets.get(path.as_str());
        let page = || {
            let last = path.rsplit('/').next().unwrap_or_default();
            if last.contains('.') { None } else { self.assets.get("index.html") }
        };
        named.or_else(page).map_or(Found::Missing, Found::Asset)
    }

    /// How much a first visit downloads at most.
    pub fn summary(&self) -> String {
        let plain: usize = self.assets.values().map(|asset| asset.plain.len()).sum();
        let sent: usize = self.assets.values().map(|asset| asset.brotli.as_ref().unwrap_or(&asset.plain).len()).sum();
        format!("{} files, {} kB, {} kB with Brotli", self.assets.len(), plain / 1_000, sent / 1_000)
    }
}

impl Asset {
    fn new(name: &str, plain: Vec<u8>, compression: Compression<'_>) -> Result<Self> {
        let (mime, text) = mime(name);
        let hash = blake3::hash(&plain).to_hex().to_string();
        let pays = text && plain.len() >= COMPRESS_FROM && !matches!(compression, Compression::Off);
        let (brotli, gzip) = if pays {
            let brotli = kept(compression, &format!("{hash}.br"), || brotli(&plain))?;
            let gzip = kept(compression, &format!("{hash}.gz"), || gzip(&plain))?;
            (
                Some(brotli).filter(|bytes| bytes.len() < plain.len()),
                Some(gzip).filter(|bytes| bytes.len() < plain.len()),
            )
        } else {
            (None, None)
        };
        Ok(Self { mime, hash: hash[..32].to_owned(), immutable: has_hash(name), plain, brotli, gzip })
    }
}

/// The type, and whether compressing such files pays.
fn mime(name: &str) -> (&'static str, bool) {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" | "md" => ("text/plain; charset=utf-8", true),
        "ico" => ("image/x-icon", true),
        "woff2" => ("font/woff2", false),
        "png" => ("image/png", false),
        "webp" => ("image/webp", false),
        _ => ("application/octet-stream", false),
    }
}

/// Trunk's cache-busting names: `name-0123456789abcdef.ext`, and wasm-bindgen's snippets.
fn has_hash(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let parts = file.split(['-', '.', '_']).chain(name.split('/').flat_map(|segment| segment.rsplit('-').take(1)));
    parts.into_iter().any(|part| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `%41` to `A`; nothing for what is not UTF-8 or no valid escape.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut out = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            if !digits.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
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

fn kept(compression: Compression<'_>, name: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let Compression::Kept(cache) = compression else { return make() };
    let file = cache.join(name);
    if let Ok(bytes) = std::fs::read(&file) {
        return Ok(bytes);
    }
    let bytes = make()?;
    std::fs::create_dir_all(cache)?;
    // Written beside and renamed, so that a run that is cut off leaves no half file behind.
    let half = cache.join(format!("{name}.{}", std::process::id()));
    std::fs::write(&half, &bytes)?;
    std::fs::rename(half, file)?;
    Ok(bytes)
}

/// Brotli at its highest quality.
///
/// # Errors
/// Never in practice: the input is in memory.
pub fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut out = brotli::CompressorWriter::new(Vec::new(), 4096, 11, BROTLI_WINDOW);
    out.write_all(plain)?;
    Ok(out.into_inner())
}

/// Gzip at its highest level.
///
/// # Errors
/// Never in practice: the input is in memory.
pub fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(plain)?;
    Ok(out.finish()?)
}
