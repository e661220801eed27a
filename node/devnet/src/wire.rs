//! One connection to a peer, as a tab has it.

use crate::{Failed, Result};
use codec::Encode as _;
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use std::{collections::BTreeMap, sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};
use zera_wire::{Answer, Greeting, News, PeerError, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_tab};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Waiting = Arc<Mutex<BTreeMap<u32, oneshot::Sender<std::result::Result<Answer, PeerError>>>>>;

/// A connection. Dropping it closes it.
pub struct Wire {
    /// What the peer said of itself.
    pub greeting: Greeting,
    send: mpsc::Sender<Vec<u8>>,
    waiting: Waiting,
    next: Mutex<u32>,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

impl Wire {
    /// Connects to `url` and greets; news go to the receiver.
    ///
    /// # Errors
    /// When nobody listens, or whoever does is no peer.
    pub async fn connect(url: &str) -> Result<(Self, mpsc::UnboundedReceiver<News>)> {
        let (mut socket, _) = timeout(PATIENCE, connect_async(url)).await??;
        let hello = ToPeer::Hello { version: WIRE_VERSION, chain: None };
        socket.send(Message::Binary(hello.encode().into())).await?;
        let said = timeout(PATIENCE, socket.next()).await?.ok_or("it closed the connection")??;
        let ToTab::Hello(greeting) = decode_to_tab(&said.into_data())? else { return Err("no greeting".into()) };
        let (sink, stream) = socket.split();
        let (send, outgoing) = mpsc::channel(256);
        let (news, heard) = mpsc::unbounded_channel();
        let waiting = Waiting::default();
        let tasks = [tokio::spawn(write(sink, outgoing)), tokio::spawn(read(stream, Arc::clone(&waiting), news))];
        Ok((Self { greeting, send, waiting, next: Mutex::new(0), tasks }, heard))
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// The peer's refusal, silence, or a closed connection.
    pub async fn ask(&self, request: Request) -> Result<Answer> {
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            *next = next.wrapping_add(1);
            *next
        };
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
        self.send.send(ToPeer::Ask { id, request }.encode()).await?;
        Ok(timeout(PATIENCE, answered).await???)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

async fn write(mut sink: SplitSink<Socket, Message>, mut outgoing: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = outgoing.recv().await {
        if sink.send(Message::Binary(bytes.into())).await.is_err() {
            return;
        }
    }
}

async fn read(mut stream: SplitStream<Socket>, waiting: Waiting, news: mpsc::UnboundedSender<News>) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Binary(bytes) = message else { continue };
        match decode_to_tab(&bytes) {
            Ok(ToTab::Answer { id, result }) => {
                let asker = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                // Whoever asked may have given up.
                asker.map(|asker| asker.send(result));
            }
            Ok(ToTab::News(heard)) => drop(news.send(heard)),
            Ok(ToTab::Hello(_) | ToTab::Bye(_)) | Err(_) => break,
        }
    }
    // Whoever still waits hears that the connection is gone.
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The answer that was asked for, or what came instead.
///
/// # Errors
/// Names the other kind of answer.
pub fn unexpected<T>(answer: &Answer) -> Result<T> {
    let mut words = format!("{answer:?}");
    words.truncate(80);
    Err(Failed::from(format!("another answer than asked for: {words}")))
}
