//! What a peer serves on one port: the page, the WebSocket of tabs, metrics, readiness, and the checkpoint that the page's
//! origin offers. Connections are counted before a byte is read, and a head that does not come in time ends them.

pub mod answer;
pub mod counts;
pub mod limits;
pub mod site;
pub mod wire;

use crate::{
    chain::Handle,
    config::{Role, Serve},
};
use axum::{
    Router,
    body::Body,
    extract::{FromRequestParts as _, Request, State, ws::WebSocketUpgrade},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::any,
};
use counts::Counts;
use hyper_util::rt::{TokioIo, TokioTimer};
use limits::{Budget, Door, Doors};
use site::{Site, empty, guard, text};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};
use tower_service::Service as _;
use zera_consensus::Node;
use zera_light::Anchor;
use zera_primitives::{AccountId, Height};
use zera_wire::{REQUEST_BYTES, WIRE_PATH, answer::PeerEntry};

/// What this peer says it is.
pub const AGENT: &str = concat!("zera-node ", env!("CARGO_PKG_VERSION"));
/// How long a request's head may take, unless less is given for everything.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a request's head, and of what is buffered of a connection.
const HEAD_BYTES: usize = 32 << 10;
/// Bytes that a socket gathers before it writes.
const WRITE_BYTES: usize = 64 << 10;
/// Milliseconds without a new final block after which a peer is not ready.
const STALE_MS: u64 = 15_000;

/// What does not change while the peer runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The peer's role.
    pub role: Role,
    /// Its key, where it votes.
    pub validator: Option<AccountId>,
    /// Limits of the server.
    pub serve: Serve,
}

/// Everything that answering takes. Clones share it.
#[derive(Clone)]
pub struct Peer {
    /// The chain.
    pub chain: Handle,
    /// What does not change.
    pub settings: Arc<Settings>,
    /// What is counted.
    pub counts: Arc<Counts>,
    /// Bytes of answers.
    pub budget: Budget,
    /// Connections.
    pub doors: Doors,
    /// True when the peer is stopping.
    pub stop: watch::Receiver<bool>,
    /// Consensus, once it has started.
    engine: Arc<Mutex<Option<Node<Handle>>>>,
    site: Arc<Site>,
}

impl Peer {
    /// A peer that serves `chain`.
    #[must_use]
    pub fn new(chain: Handle, settings: Settings, site: Site, stop: watch::Receiver<bool>) -> Self {
        let serve = &settings.serve;
        Self {
            budget: Budget::new(serve.answer_bytes),
            doors: Doors::new(serve.connections, serve.connections_per_address),
            chain,
            settings: Arc::new(settings),
            counts: Arc::default(),
            stop,
            engine: Arc::default(),
            site: Arc::new(site),
        }
    }

    fn engine(&self) -> MutexGuard<'_, Option<Node<Handle>>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Consensus has started.
    pub fn joins(&self, engine: Node<Handle>) {
        *self.engine() = Some(engine);
    }

    /// Consensus is to stop: whoever takes it stops it.
    #[must_use]
    pub fn leaves(&self) -> Option<Node<Handle>> {
        self.engine().take()
    }

    /// Why consensus ended, if it did.
    #[must_use]
    pub fn engine_failure(&self) -> Option<String> {
        self.engine().as_ref().and_then(Node::failure).map(|error| error.to_string())
    }

    /// Passes transactions on to other peers.
    pub fn gossip(&self, transactions: Vec<Vec<u8>>) {
        if let Some(engine) = &*self.engine() {
            engine.gossip(transactions);
        }
    }

    /// Peers that this one is, or was lately, connected to.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerEntry> {
        let voted = self.chain.voted().lock().unwrap_or_else(PoisonError::into_inner).clone();
        let states = self.engine().as_ref().map(Node::peers).unwrap_or_default();
        let entry = |state: &zera_consensus::PeerState| PeerEntry {
            key: state.id,
            validator: state.validator,
            connected: state.silent_ms < STALE_MS,
            last_view: voted.get(&state.id).copied(),
        };
        states.iter().map(entry).collect()
    }

    /// The engine's metrics.
    #[must_use]
    pub fn engine_metrics(&self) -> String {
        self.engine().as_ref().map(Node::metrics).unwrap_or_default()
    }

    /// What is wrong with this peer; nothing when it is ready.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        if let Some(failure) = self.chain.failure().borrow().clone() {
            return Some(failure);
        }
        if let Some(failure) = self.engine_failure() {
            return Some(failure);
        }
        if *self.stop.borrow() {
            return Some("stopping".into());
        }
        let standing = self.chain.standing().borrow().clone();
        let age = self.chain.now_ms().saturating_sub(standing.since_ms);
        if standing.head.height == Height(0) {
            return Some("no block is final yet".into());
        }
        (age > STALE_MS).then(|| format!("no block has become final for {} s", age / 1_000))
    }
}

/// Serves until the peer stops; connections that are open then are told so.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, peer: Peer) -> io::Result<()> {
    let router = router(peer.clone());
    let patience = HEAD_PATIENCE.min(Duration::from_secs(peer.settings.serve.patience_seconds.into()));
    let mut stop = peer.stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            // Out of descriptors, or a connection that died before it was taken: others go on.
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let Some(door) = peer.doors.enter(address.ip()) else {
            peer.counts.turned_away();
            continue;
        };
        // Small messages are not to wait for larger ones; without it they are only slower.
        drop(stream.set_nodelay(true));
        let router = router.clone();
        let door = Arc::new(door);
        let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Arc::clone(&door));
            let mut router = router.clone();
            router.call(request)
        });
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(patience)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            if let Err(error) = connection.await {
                tracing::debug!(%error, %address, "a connection ended badly");
            }
        });
    }
}

fn router(peer: Peer) -> Router {
    Router::new()
        .route(WIRE_PATH, any(wire_socket))
        .route("/metrics", any(metrics))
        .route("/ready", any(ready))
        .route("/checkpoint.json", any(checkpoint))
        .fallback(page)
        .with_state(peer)
}

async fn page(State(peer): State<Peer>, request: Request) -> Response {
    guard(peer.site.serve(request.method(), request.uri().path(), request.headers()))
}

async fn metrics(State(peer): State<Peer>) -> Response {
    // The engine's own are asked of its thread.
    let read = tokio::task::spawn_blocking(move || counts::metrics(&peer));
    text(StatusCode::OK, "text/plain; version=0.0.4", read.await.unwrap_or_default())
}

async fn ready(State(peer): State<Peer>) -> Response {
    let standing = peer.chain.standing().borrow().clone();
    let trouble = peer.trouble();
    let status = if trouble.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({
        "ready": trouble.is_none(),
        "cause": trouble,
        "chain": peer.chain.genesis.hash.to_hex(),
        "height": standing.head.height.0,
        "head": standing.hash.to_hex(),
        "epoch": standing.head.epoch,
        "role": peer.settings.role.name(),
    });
    text(status, "application/json", body.to_string())
}

/// The checkpoint that whoever serves the page would have one use: the newest certified block. It is worth as much as the
/// page's origin; a tab says so.
async fn checkpoint(State(peer): State<Peer>) -> Response {
    let standing = peer.chain.standing().borrow().clone();
    let genesis = peer.chain.genesis.hash;
    let anchor = standing
        .certified
        .as_ref()
        .map_or(Anchor { genesis, point: None }, |certified| Anchor::of(genesis, &certified.header));
    let slot = standing.certified.as_ref().map_or(0, |certified| certified.header.slot.0);
    let body = serde_json::json!({
        "checkpoint": anchor.to_string(),
        "genesis": genesis.to_hex(),
        "height": standing.certified.as_ref().map_or(0, |certified| certified.header.height.0),
        "slot": slot,
        "wire": WIRE_PATH,
    });
    text(StatusCode::OK, "application/json", body.to_string())
}

async fn wire_socket(State(peer): State<Peer>, request: Request) -> Response {
    let origins = &peer.settings.serve.origins;
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    if !origins.is_empty() && !origin.is_some_and(|origin| origins.iter().any(|known| known == origin)) {
        return empty(StatusCode::FORBIDDEN);
    }
    let door = request.extensions().get::<Arc<Door>>().cloned();
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &peer).await {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let upgrade = upgrade.max_message_size(REQUEST_BYTES).max_frame_size(REQUEST_BYTES).write_buffer_size(WRITE_BYTES);
    upgrade.on_upgrade(move |socket| async move {
        peer.counts.came();
        let counts = Arc::clone(&peer.counts);
        wire::serve(socket, peer).await;
        counts.went();
        // The connection counts until here.
        drop(door);
    })
}

/// Binds the port.
///
/// # Errors
/// When it is taken.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
