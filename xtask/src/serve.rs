//! `cargo xtask serve`: builds the release page and serves it on this machine.

mod http;
mod site;
#[cfg(test)]
mod tests;

use crate::setup::{self, Scope};
use crate::sh::{self, Step};
use crate::{Args, Result, keys, page};
use site::{Compression, Site};
pub use site::{brotli, gzip};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

/// Where the page is served when nobody asks for a port; the next free one when it is taken.
const DEFAULT_PORT: u16 = 8080;
const PORTS_TO_TRY: u16 = 20;

/// Runs until it is stopped.
///
/// # Errors
/// When the page cannot be built or the address cannot be bound.
pub fn run(args: &Args) -> Result<()> {
    let host: IpAddr = match args.value("--host") {
        Some(host) => host.parse().map_err(|_| format!("`{host}` is no IP address"))?,
        None => Ipv4Addr::LOCALHOST.into(),
    };
    let port: Option<u16> = match args.value("--port") {
        Some(port) => Some(port.parse().map_err(|_| format!("`{port}` is no port"))?),
        None => None,
    };
    if !args.flag("--no-build") {
        setup::ensure(Scope::Page)?;
        page::build()?;
        keys::ensure()?;
    }
    let (listener, address) = bind(host, port)?;
    let site = load(&page::dist(), true)?;
    println!("http://{address}/");
    http::serve(listener, Arc::new(site))
}

/// Serves a folder on a free port, from a thread of this process, as long as the process lives; gives the URL.
///
/// Compressing takes a while and only a measured page needs it.
///
/// # Errors
/// When the folder holds no page or there is no free port.
pub fn in_background(folder: &Path, compress: bool) -> Result<String> {
    let (listener, address) = bind(Ipv4Addr::LOCALHOST.into(), Some(0))?;
    let site = Arc::new(load(folder, compress)?);
    std::thread::spawn(move || http::serve(listener, site));
    Ok(format!("http://{address}/"))
}

fn load(folder: &Path, compress: bool) -> Result<Site> {
    if !compress {
        return Site::load(folder, Compression::Off);
    }
    let step = Step::start("serve: compressing what is new");
    let site = Site::load(folder, Compression::Kept(&sh::root().join("target/xtask/compressed")));
    let note = site.as_ref().map_or_else(|_| String::new(), Site::summary);
    step.end(site.is_ok(), &note);
    site
}

fn bind(host: IpAddr, port: Option<u16>) -> Result<(TcpListener, SocketAddr)> {
    let ports = port.map_or(DEFAULT_PORT..=DEFAULT_PORT + PORTS_TO_TRY, |port| port..=port);
    let mut refused = String::new();
    for port in ports {
        match TcpListener::bind((host, port)) {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok((listener, address));
            }
            Err(error) => refused = format!("cannot listen on {host}:{port}: {error}; choose another with --port"),
        }
    }
    Err(refused.into())
}
