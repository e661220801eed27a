//! The liar's socket: one connection to the honest peer for each that a tab makes.

use crate::{Lie, Out, Twist, forge::Keys, twist::decoded};
use codec::Encode as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};
use zera_wire::decode_to_peer;

/// Between two bytes of a slow answer.
const DRIP: Duration = Duration::from_secs(1);

/// How a liar lies.
#[derive(Clone, Default)]
pub struct Config {
    /// The honest peer, such as `ws://127.0.0.1:7401/wire`.
    pub upstream: String,
    /// What it lies about where the address names no lie.
    pub lie: Option<Lie>,
    /// Keys of all validators, for [`Lie::Fork`].
    pub keys: Option<Keys>,
    /// Certificates of blocks below this height stay as they are.
    pub from: u64,
}

/// A liar that runs until it is dropped.
pub struct Liar {
    address: SocketAddr,
    told: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Liar {
    /// Listens on `address`; port 0 takes a free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(address: SocketAddr, config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let told = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(listen(listener, config, Arc::clone(&told)));
        Ok(Self { address, told, task })
    }

    /// The address for a tab; without a lie, that of `Config::lie`.
    #[must_use]
    pub fn url(&self, lie: Option<Lie>) -> String {
        let lie = lie.map_or_else(String::new, |lie| format!("/{}", lie.name()));
        format!("ws://{}/wire{lie}", self.address)
    }

    /// How many lies it has told to anybody.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, config: Config, told: Arc<AtomicU64>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (config, told) = (config.clone(), Arc::clone(&told));
        // A connection that fails is over; the next one is another.
        tokio::spawn(async move { serve(stream, config, &told).await.ok() });
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;
type Upstream = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn serve(stream: TcpStream, config: Config, told: &AtomicU64) -> Result<(), Failed> {
    let mut lie = config.lie;
    let mut tab = accept_hdr_async(stream, path(&mut lie)).await?;
    let (mut peer, _): (Upstream, _) = connect_async(&config.upstream).await?;
    let mut twist = Twist::new(lie, config.keys, config.from);
    let mut before = 0;
    loop {
        let out = tokio::select! {
            asked = tab.next() => {
                let Some(Message::Binary(bytes)) = asked.transpose()? else { return Ok(()) };
                let out = decode_to_peer(&bytes).ok().and_then(|message| twist.asked(&message));
                if out.is_none() {
                    peer.send(Message::Binary(bytes)).await?;
                }
                out
            }
            answered = peer.next() => match answered.transpose()? {
                Some(Message::Binary(bytes)) => decoded(&bytes).map(|message| twist.answered(message)),
                Some(Message::Ping(_) | Message::Pong(_)) => None,
                _ => return Ok(()),
            },
        };
        told.fetch_add(twist.told() - before, Ordering::Relaxed);
        before = twist.told();
        match out {
            None | Some(Out::Nothing) => {}
            Some(Out::Message(message)) => tab.send(Message::Binary(message.encode().into())).await?,
            Some(Out::Raw(bytes)) => tab.send(Message::Binary(bytes.into())).await?,
            Some(Out::Huge(bytes)) => {
                let bytes = usize::try_from(bytes)?;
                tab.send(Message::Binary(vec![0; bytes].into())).await?;
            }
            Some(Out::Slow(message)) => drip(tab.get_mut(), &message.encode()).await?,
        }
    }
}

/// Reads the lie from the address that the tab asked for.
#[expect(clippy::result_large_err, reason = "the library's own type of a refused handshake")]
fn path(lie: &mut Option<Lie>) -> impl FnOnce(&Request, Response) -> Result<Response, ErrorResponse> {
    move |request, response| match Lie::of_path(request.uri().path()) {
        Ok(named) => {
            *lie = named.or(*lie);
            Ok(response)
        }
        Err(name) => {
            let mut refusal = ErrorResponse::new(Some(format!("no lie is called {name}")));
            *refusal.status_mut() = tokio_tungstenite::tungstenite::http::StatusCode::NOT_FOUND;
            Err(refusal)
        }
    }
}

/// A frame whose header promises a megabyte and whose bytes come one by one, for ever.
async fn drip(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let mut frame = vec![0x82, 127];
    frame.extend_from_slice(&(1u64 << 20).to_be_bytes());
    frame.extend_from_slice(message);
    stream.set_nodelay(true)?;
    stream.write_all(frame.get(..10).unwrap_or_default()).await?;
    for byte in frame.iter().skip(10).chain(std::iter::repeat(&0)) {
        stream.write_all(&[*byte]).await?;
        tokio::time::sleep(DRIP).await;
    }
    Ok(())
}
