//! One tab's connection. One task reads a question, answers it, and only then reads the next: a tab that asks faster than it
//! reads waits in its own socket, and a connection never holds more than one question and one answer. News go between the
//! answers; of heads only the newest is ever waiting, so that a slow tab falls behind without taking memory.

use super::{Peer, answer::answer, limits::Bucket};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use codec::Encode as _;
use futures_util::StreamExt as _;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, timeout},
};
use zera_primitives::{Hash, Header, Height};
use zera_wire::{
    Answer, Greeting, News, PeerError, PeerErrorKind, Request, ToPeer, ToTab, Topic, WIRE_VERSION, answer::Finality,
    decode_to_peer,
};

use crate::chain::{Ended, Standing};

/// How long a connection may take to say hello, unless tabs are given less for everything.
const HELLO: Duration = Duration::from_secs(10);
/// How long a large answer waits for its place in the budget; then the tab is told to ask later.
const HELD_UP: Duration = Duration::from_secs(2);
/// After so long without a word the tab is pinged; after three times that it is taken for gone.
const QUIET: Duration = Duration::from_secs(20);
/// Transactions of one connection whose ending it is told; the oldest are forgotten.
const OWN_TRANSACTIONS: usize = 4_096;
/// Questions that a tab should leave open: they are answered one after the other.
const OPEN_REQUESTS: u16 = 32;

/// Why a connection ends without the tab having said so.
enum End {
    /// It is gone, or did not take its messages.
    Gone,
    /// It is told why.
    Bye(PeerError),
}

/// One connection.
struct Connection {
    socket: WebSocket,
    peer: Peer,
    requests: Bucket,
    bytes: Bucket,
    heads: Option<Heads>,
    endings: Option<broadcast::Receiver<Arc<Ended>>>,
    own: Own,
    heard: Instant,
    pinged: bool,
}

/// What a subscription to heads listens to.
struct Heads {
    standing: watch::Receiver<Arc<Standing>>,
    proposed: watch::Receiver<Option<Arc<Header>>>,
    /// The newest head that was told.
    told: Option<Height>,
}

/// Transactions that came over this connection.
#[derive(Default)]
struct Own {
    order: VecDeque<Hash>,
    all: BTreeSet<Hash>,
}

impl Own {
    fn add(&mut self, hash: Hash) {
        if self.all.insert(hash) {
            self.order.push_back(hash);
        }
        while self.order.len() > OWN_TRANSACTIONS {
            self.order.pop_front().map(|oldest| self.all.remove(&oldest));
        }
    }
}

/// What happens next on a connection.
enum Next {
    Message(Option<Result<Message, axum::Error>>),
    Head,
    Proposed,
    Ended(Result<Arc<Ended>, broadcast::error::RecvError>),
    Quiet,
    Stop,
}

/// Serves a connection until one of both sides ends it.
pub async fn serve(socket: WebSocket, peer: Peer) {
    let limits = &peer.settings.serve;
    let mut connection = Connection {
        requests: Bucket::new(limits.requests_per_second),
        bytes: Bucket::new(limits.bytes_per_second),
        socket,
        peer: peer.clone(),
        heads: None,
        endings: None,
        own: Own::default(),
        heard: Instant::now(),
        pinged: false,
    };
    let ended = match connection.greet().await {
        Ok(()) => connection.run().await,
        Err(end) => end,
    };
    if let End::Bye(error) = ended {
        tracing::debug!(%error, "a connection is closed");
        // Whether it still hears why is its own affair.
        drop(connection.send(&ToTab::Bye(error)).await);
        let close = CloseFrame { code: axum::extract::ws::close_code::POLICY, reason: "".into() };
        drop(timeout(HELLO, connection.socket.send(Message::Close(Some(close)))).await);
    }
}

impl Connection {
    async fn greet(&mut self) -> Result<(), End> {
        let patience = HELLO.min(self.patience());
        let first =
            timeout(patience, self.read()).await.map_err(|_| bye(PeerErrorKind::Malformed, "no hello came"))??;
        let ToPeer::Hello { version, chain } = first else {
            return Err(bye(PeerErrorKind::Malformed, "the first message is a hello"));
        };
        if version != WIRE_VERSION {
            let detail = format!("this peer speaks version {WIRE_VERSION}, the tab {version}");
            return Err(bye(PeerErrorKind::Version, detail));
        }
        let genesis = &self.peer.chain.genesis;
        if chain.is_some_and(|chain| chain != genesis.hash) {
            return Err(bye(PeerErrorKind::OtherChain, format!("this peer follows the chain {:?}", genesis.hash)));
        }
        let greeting = Greeting {
            version: WIRE_VERSION,
            agent: super::AGENT.into(),
            chain: genesis.hash,
            runtime: zera_client::runtime::runtime_hash(),
            oldest: self.peer.chain.shelf.oldest().map_or(0, |oldest| oldest.0),
            open_requests: OPEN_REQUESTS,
        };
        self.send(&ToTab::Hello(greeting)).await
    }

    /// The next message; pings and pongs are the library's.
    async fn read(&mut self) -> Result<ToPeer, End> {
        loop {
            let message = self.socket.next().await;
            if let Some(message) = self.decode(message)? {
                return Ok(message);
            }
        }
    }

    fn decode(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Option<ToPeer>, End> {
        self.heard = Instant::now();
        self.pinged = false;
        match message {
            Some(Ok(Message::Binary(bytes))) => {
                let decoded =
                    decode_to_peer(&bytes).map_err(|error| bye(PeerErrorKind::Malformed, error.to_string()))?;
                Ok(Some(decoded))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Text(_))) => Err(bye(PeerErrorKind::Malformed, "messages are binary")),
            Some(Err(error)) if error.to_string().contains("too long") => {
                Err(bye(PeerErrorKind::Malformed, error.to_string()))
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    async fn run(&mut self) -> End {
        loop {
            let done = match self.next().await {
                Next::Message(message) => match self.decode(message) {
                    Ok(Some(message)) => self.take(message).await,
                    Ok(None) => Ok(()),
                    Err(end) => Err(end),
                },
                Next::Head => self.tell_head().await,
                Next::Proposed => self.tell_proposed().await,
                Next::Ended(ended) => self.tell_ended(ended).await,
                Next::Quiet if self.pinged => Err(End::Gone),
                Next::Quiet => self.ping().await,
                Next::Stop => Err(bye(PeerErrorKind::Busy, "this peer is stopping")),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn next(&mut self) -> Next {
        let Self { socket, heads, endings, heard, pinged, peer, .. } = self;
        let quiet = *heard + if *pinged { QUIET * 3 } else { QUIET };
        let news = async {
            match heads {
                Some(Heads { standing, proposed, .. }) => tokio::select! {
                    changed = standing.changed() => if changed.is_ok() { Next::Head } else { Next::Stop },
                    changed = proposed.changed() => if changed.is_ok() { Next::Proposed } else { Next::Stop },
                },
                None => std::future::pending().await,
            }
        };
        let ended = async {
            match endings {
                Some(endings) => endings.recv().await,
                None => std::future::pending().await,
            }
        };
        let mut stop = peer.stop.clone();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => Next::Stop,
            next = news => next,
            ended = ended => Next::Ended(ended),
            message = socket.next() => Next::Message(message),
            () = tokio::time::sleep_until(quiet) => Next::Quiet,
        }
    }

    async fn take(&mut self, message: ToPeer) -> Result<(), End> {
        let ToPeer::Ask { id, request } = message else {
            return Err(bye(PeerErrorKind::Malformed, "only the first message is a hello"));
        };
        self.peer.counts.request();
        // Kept until the answer has its place in the budget: no more answers are in memory than both allow.
        let permit = if may_be_large(&request) { self.peer.budget.build().await } else { None };
        let result =
            if self.requests.take(1) { self.answer(request).await } else { Err(busy("too many questions a second")) };
        if let Err(error) = &result {
            self.peer.counts.refused(error.kind);
        }
        let mut bytes = encoded(&ToTab::Answer { id, result });
        let share = match timeout(HELD_UP, self.peer.budget.hold(bytes.len())).await {
            Ok(share) => share,
            Err(_) => {
                self.peer.counts.refused(PeerErrorKind::Busy);
                bytes = encoded(&ToTab::Answer { id, result: Err(busy("too many large answers are on their way")) });
                None
            }
        };
        drop(permit);
        let sent = self.send_bytes(bytes).await;
        drop(share);
        sent
    }

    async fn answer(&mut self, request: Request) -> Result<Answer, PeerError> {
        match request {
            Request::Subscribe(Topic::Heads) => {
                let (standing, mut proposed) = (self.peer.chain.standing(), self.peer.chain.proposed());
                proposed.mark_unchanged();
                let mut heads = Heads { standing, proposed, told: None };
                // The one of this moment is news, too.
                heads.standing.mark_changed();
                self.heads = Some(heads);
                Ok(Answer::Done)
            }
            Request::Subscribe(Topic::Transactions) => {
                self.endings = Some(self.peer.chain.ended());
                Ok(Answer::Done)
            }
            Request::Unsubscribe(Topic::Heads) => {
                self.heads = None;
                Ok(Answer::Done)
            }
            Request::Unsubscribe(Topic::Transactions) => {
                self.endings = None;
                Ok(Answer::Done)
            }
            request => {
                let answered = answer(&self.peer, request).await;
                if let Ok(Answer::Submitted(hash)) = &answered {
                    self.own.add(*hash);
                }
                answered
            }
        }
    }

    async fn tell_head(&mut self) -> Result<(), End> {
        let Some(heads) = &mut self.heads else { return Ok(()) };
        let newest: Option<Finality> = heads.standing.borrow_and_update().certified.clone();
        let Some(newest) = newest.filter(|newest| heads.told.is_none_or(|told| told < newest.header.height)) else {
            return Ok(());
        };
        heads.told = Some(newest.header.height);
        self.send(&ToTab::News(News::Head(Box::new(newest)))).await
    }

    async fn tell_proposed(&mut self) -> Result<(), End> {
        let Some(heads) = &mut self.heads else { return Ok(()) };
        let newest = heads.proposed.borrow_and_update().clone();
        let Some(header) = newest.filter(|header| heads.told.is_none_or(|told| told < header.height)) else {
            return Ok(());
        };
        self.send(&ToTab::News(News::Proposed(Box::new(Header::clone(&header))))).await
    }

    async fn tell_ended(&mut self, ended: Result<Arc<Ended>, broadcast::error::RecvError>) -> Result<(), End> {
        let ended = match ended {
            Ok(ended) => ended,
            // What it missed it can still ask for.
            Err(broadcast::error::RecvError::Lagged(_)) => return Ok(()),
            Err(broadcast::error::RecvError::Closed) => return Err(bye(PeerErrorKind::Busy, "this peer is stopping")),
        };
        for (transaction, outcome) in &ended.included {
            if self.own.all.remove(transaction) {
                let news = News::Included { transaction: *transaction, height: ended.height, outcome: *outcome };
                self.send(&ToTab::News(news)).await?;
            }
        }
        for transaction in &ended.dropped {
            if self.own.all.remove(transaction) {
                self.send(&ToTab::News(News::Dropped(*transaction))).await?;
            }
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pinged = true;
        self.write(Message::Ping(Vec::new().into())).await
    }

    /// Sends what is small.
    async fn send(&mut self, message: &ToTab) -> Result<(), End> {
        self.send_bytes(encoded(message)).await
    }

    async fn send_bytes(&mut self, bytes: Vec<u8>) -> Result<(), End> {
        let size = bytes.len();
        let sent = self.write(Message::Binary(bytes.into())).await;
        self.peer.counts.sent(size);
        if let Some(wait) = self.bytes.spend(size) {
            tokio::time::sleep(wait).await;
        }
        sent
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.peer.settings.serve.patience_seconds.into())
    }

    /// A tab that does not take a message in time is let go.
    async fn write(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.patience(), self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => {
                self.peer.counts.slow();
                Err(End::Gone)
            }
        }
    }
}

/// True for questions whose answers may be of megabytes.
const fn may_be_large(request: &Request) -> bool {
    use Request::{
        Blocks, Boundaries, Directory, Entries, ExecutionProof, Faults, Headers, Pages, Receipts, Run, Snapshot,
    };
    matches!(
        request,
        Blocks { .. }
            | Boundaries { .. }
            | Directory { .. }
            | Entries { .. }
            | ExecutionProof { .. }
            | Faults
            | Headers { .. }
            | Pages { .. }
            | Receipts(_)
            | Run { .. }
            | Snapshot
    )
}

/// The message's bytes, in no more memory than they take.
fn encoded(message: &ToTab) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.encoded_size());
    message.encode_to(&mut bytes);
    bytes
}

fn busy(detail: &str) -> PeerError {
    PeerError::new(PeerErrorKind::Busy, detail)
}

fn bye(kind: PeerErrorKind, detail: impl Into<String>) -> End {
    End::Bye(PeerError::new(kind, detail))
}
