//! The way between peers: each peer tells the others a proxy's address for its own. Who dials is read from the first frame
//! of the peers' handshake, which is the dialler's key in the clear; so the weather between any two can be set.

use crate::weather::Weather;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};
use zera_primitives::AccountId;

/// Length byte and key: what a dialler sends first.
const PRELUDE: usize = 33;
/// Pieces under way in one direction; beyond that the sender has to wait, as on a real line.
const UNDER_WAY: usize = 4_096;
/// A dialler that does not say who it is has gone by then.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens before the peer `to` on `listener` and passes connections on to `address`, as the weather allows. `peers` are
/// all peers' keys in order. Runs until its task is aborted.
pub async fn run(
    listener: TcpListener,
    address: SocketAddr,
    to: usize,
    peers: Arc<Vec<AccountId>>,
    weather: watch::Receiver<Weather>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (peers, weather) = (Arc::clone(&peers), weather.clone());
        // A connection that fails is over: peers dial again.
        tokio::spawn(async move { connection(stream, address, to, &peers, weather).await.ok() });
    }
}

async fn connection(
    mut dialler: TcpStream,
    address: SocketAddr,
    to: usize,
    peers: &[AccountId],
    mut weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let mut prelude = [0; PRELUDE];
    timeout(PATIENCE, dialler.read_exact(&mut prelude)).await??;
    let from = peers.iter().position(|peer| prelude.get(1..) == Some(&peer.0));
    let link = Link { from, to };
    link.open(&mut weather).await;
    let mut peer = TcpStream::connect(address).await?;
    peer.write_all(&prelude).await?;
    dialler.set_nodelay(true)?;
    peer.set_nodelay(true)?;
    let ((dialler_in, dialler_out), (peer_in, peer_out)) = (dialler.into_split(), peer.into_split());
    tokio::select! {
        done = pass(dialler_in, peer_out, link, weather.clone()) => done,
        done = pass(peer_in, dialler_out, link, weather) => done,
    }
}

#[derive(Clone, Copy)]
struct Link {
    from: Option<usize>,
    to: usize,
}

impl Link {
    /// Waits until the weather lets something pass. Followers, whose keys are not known here, are on everybody's side.
    async fn open(self, weather: &mut watch::Receiver<Weather>) {
        let Some(from) = self.from else { return };
        // The sender of the weather outlives its proxies; when it is gone, so are they.
        weather.wait_for(|weather| !weather.cuts(from, self.to)).await.ok();
    }
}

/// One direction: what is read arrives after the delay, in order, and not while the link is cut.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    link: Link,
    mut weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let (send, mut receive) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let delays = weather.clone();
    let read = async move {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = from.read(&mut buffer).await?;
            let due = Instant::now() + delays.borrow().delay;
            let piece = buffer.get(..count).unwrap_or_default().to_vec();
            if count == 0 || send.send((due, piece)).await.is_err() {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((due, piece)) = receive.recv().await {
            sleep_until(due).await;
            link.open(&mut weather).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(read, write).map(|((), ())| ())
}
